"""Proxies that tunnel, and those that do not: scripts for a `Stub` that a client is sent through."""

from __future__ import annotations

import base64

from support.stub import Connection, Script, Stub, http


def tunnels(connection: Connection) -> None:
    """The proxy connects to where the client wants to go, on this machine."""
    connection.tunnel(int(connection.asked.line.split(" ")[1].rpartition(":")[2]))


def tunnels_to(port: int) -> Script:
    """The proxy connects to `port` of this machine, wherever the client wants to go."""
    return lambda connection: connection.tunnel(port)


def asks_for(credentials: str, then: Script = tunnels) -> Script:
    """The proxy wants `user:password`."""
    wanted = f"Basic {base64.b64encode(credentials.encode()).decode()}"

    def script(connection: Connection) -> None:
        if connection.asked.headers.get("proxy-authorization") == wanted:
            then(connection)
        else:
            connection.send(http(407, b"", "Proxy-Authenticate: Basic"))

    return script


def url_of(proxy: Stub, user: str = "") -> str:
    """What a user would set in `HTTPS_PROXY`."""
    return proxy.base_url.removesuffix("/v2").replace("//", f"//{user}@" if user else "//")

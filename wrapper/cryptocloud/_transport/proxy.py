"""HTTP proxies: which one a target is reached through, and the tunnel that it gives.

Only `CONNECT` is spoken: TLS to the service runs within the tunnel, and the proxy sees neither key nor data.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes
from urllib.request import getproxies, proxy_bypass

import h11

from cryptocloud._transport.contract import Network, Target, is_loopback
from cryptocloud._transport.http1 import MAX_OVERHEAD
from cryptocloud._transport.wire import Steps, send

_PIECE = 4096
"""Bytes of a proxy's answer that are received at once."""

_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:(?P<user>[^/?#\s]*)@)?"
    r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{1,5}))?/?",
    re.IGNORECASE,
)

_EXAMPLE = "http://proxy.example:3128"


class ProxyError(OSError):
    """A proxy gave no tunnel."""


class Proxy:
    """An HTTP proxy. No `repr` shows its password.

    Attributes:
        host: A name or an address, in ASCII and without brackets.
        port: Its port.
    """

    __slots__ = ("_authorization", "host", "port")

    def __init__(self, url: Callable[[], str], source: str) -> None:
        """`url` gives the URL, so that no frame has it as a local variable. `source` is where it stands.

        Raises:
            ValueError: It is no URL of an HTTP proxy. The message does not repeat it.
        """
        parts = _without_user(url())
        if parts is None:
            raise ValueError(f"{source} must be the URL of a proxy, such as {_EXAMPLE}")
        scheme, self.host, self.port = parts
        if scheme != "http":
            raise ValueError(
                f"{source} names a proxy of the kind {scheme}, which this client does not speak: pass"
                f" proxy='{_EXAMPLE}', or a transport of httpx with that proxy, or trust_env=False for none"
            )
        self._authorization = _authorization(url())

    def __str__(self) -> str:
        return f"the proxy {self.host}:{self.port}"

    def tunnel(self, target: Target) -> Steps[None]:
        """Let the proxy connect to `target`.

        Raises:
            ProxyError: It does not.
        """
        parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_OVERHEAD)
        # h11 has to know what was sent, but not the password.
        parser.send(h11.Request(method="CONNECT", target=target.authority, headers=[("Host", "-")]))
        parser.send(h11.EndOfMessage())
        yield from send(self._request(target))
        received = 0
        event: object = h11.NEED_DATA
        while not isinstance(event, h11.Response):
            if event is h11.NEED_DATA:
                data = yield _PIECE
                received += len(data)
                parser.receive_data(data)
            try:
                event = parser.next_event()
            except h11.RemoteProtocolError:
                received = MAX_OVERHEAD + 1
            if received > MAX_OVERHEAD:
                raise ProxyError(f"{self} does not answer in HTTP/1.1")
        if not 200 <= event.status_code < 300:
            # tinyproxy says 401 to a wrong password.
            wish = ": it wants a user and a password in its URL" if event.status_code in (401, 407) else ""
            raise ProxyError(f"{self} gives no tunnel: HTTP {event.status_code}{wish}")
        if parser.trailing_data[0]:
            raise ProxyError(f"{self} speaks before it is asked")

    def _request(self, target: Target) -> memoryview:
        # In one expression, so that no local variable holds the password.
        return memoryview(
            f"CONNECT {target.authority} HTTP/1.1\r\nHost: {target.authority}\r\n".encode("ascii")
            + self._authorization
            + b"\r\n"
        )


def proxy_to(target: Target, network: Network) -> Proxy | None:
    """The proxy that a user wants for `target`, or that the environment names; None if there is none.

    Raises:
        TypeError, ValueError: It cannot be used.
    """
    if network.proxy is not None:
        if not isinstance(network.proxy, str):
            raise TypeError(f"proxy must be a str, not {type(network.proxy).__name__}")
        return Proxy(lambda: str(network.proxy), "proxy")
    if not network.trust_env or is_loopback(target.host):
        return None
    kind = next((kind for kind in (target.scheme, "all") if getproxies().get(kind)), None)
    if kind is None or proxy_bypass(target.authority):
        return None
    names = (f"{kind}_proxy", f"{kind}_PROXY".upper())
    source = next((name for name in names if os.environ.get(name)), "the system's settings")
    return Proxy(lambda: getproxies()[kind], source)


def _without_user(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None if it is no URL of a proxy."""
    found = _URL.fullmatch(url)
    if not found:
        return None
    port = int(found["port"] or 80)
    try:
        host = found["address"] or found["name"].encode("idna").decode()
    except UnicodeError:
        return None
    return ((found["scheme"] or "http").lower(), host, port) if 0 < port < 65536 else None


def _authorization(url: str) -> bytes:
    """The line of a request that has user and password; nothing if there are none."""
    found = _URL.fullmatch(url)
    if not found or found["user"] is None:
        return b""
    # A user alone has an empty password.
    user, _, password = found["user"].partition(":")
    return b"Proxy-Authorization: Basic %s\r\n" % base64.b64encode(
        b"%s:%s" % (unquote_to_bytes(user), unquote_to_bytes(password))
    )

"""A client on a bare socket, for what no library does: to ask, and not to wait for the answer."""

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx

from cryptocloud_sandbox import Sandbox
from support.stub import PATIENCE


@contextlib.contextmanager
def asked_to_cancel(sandbox: Sandbox, uuid: str) -> Iterator[socket.socket]:
    """A connection on which the sandbox was asked for a cancel, and has read that."""
    url = httpx.URL(sandbox.base_url)
    place = url.host, url.port or 0
    body = json.dumps({"uuid": uuid})
    lines = [
        f"POST {url.path}/invoice/merchant/canceled HTTP/1.1",
        f"Host: {url.netloc.decode()}",
        f"Authorization: Token {sandbox.api_key}",
        f"Content-Length: {len(body)}",
    ]
    with socket.create_connection(place, PATIENCE) as sock:
        sock.sendall("\r\n".join([*lines, "", body]).encode())
        # What comes later is answered later.
        with socket.create_connection(place, PATIENCE) as later:
            later.sendall(b"GET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert later.recv(1)
        yield sock

"""A connection to the service: what is said on it, from the first byte to the last answer."""

from __future__ import annotations

import socket
import sys
import time
from typing import cast

from cryptocloud._transport.contract import Attempt, ProtocolError
from cryptocloud._transport.http1 import Exchange
from cryptocloud._transport.route import Route
from cryptocloud._transport.tls import Tls
from cryptocloud._transport.wire import Steps, send

if sys.platform == "linux":
    import fcntl
    import termios


class Connection:
    """A connection, leased to one call at a time."""

    __slots__ = ("_tls", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._tls: Tls | None = None

    def close(self) -> None:
        """Close the socket, without a word."""
        self.sock.close()

    def open(self, route: Route) -> Steps[None]:
        """Make a socket that is connected ready for requests.

        Raises:
            OSError: A proxy, or TLS, refuses it, or it is no place for a key.
            ProtocolError: The server speaks first.
        """
        route.check_peer(self.sock)
        if route.proxy:
            yield from route.proxy.tunnel(route.target)
        if route.context:
            self._tls = Tls(route.context, route.target.host)
            yield from self._tls.handshake()
        if not self._is_unspoken():
            raise ProtocolError("the server speaks before it is asked")

    def carry_out(self, exchange: Exchange, attempt: Attempt) -> Steps[None]:
        """Send a request, and receive its answer.

        Raises:
            OSError: The connection failed.
            ProtocolError: What arrived is not a whole answer, or is not the answer to this request.
        """
        attempt.sent = True
        yield from self._tls.send(exchange.request) if self._tls else send(exchange.request)
        is_over = exchange.receive((yield from self._receive(exchange.piece)))
        if _is_under_way(self.sock):
            raise ProtocolError("the server answers before it has the request")
        while not is_over:
            is_over = exchange.receive((yield from self._receive(exchange.piece)))

    def is_quiet(self) -> bool:
        """Whether there is nothing to read: a connection that has is closed, or out of step."""
        try:
            self.sock.setblocking(False)
            self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return self._tls is None or self._tls.is_empty()
        except OSError:
            pass
        return False

    def _receive(self, limit: int) -> Steps[memoryview]:
        if self._tls:
            return (yield from self._tls.receive(limit))
        return cast("memoryview", (yield limit))

    def _is_unspoken(self) -> bool:
        """Whether the server has said nothing but what TLS needs."""
        if self._tls is None:
            return self.is_quiet()
        self.sock.setblocking(False)
        try:
            return self._tls.takes(self.sock.recv(65536))
        except BlockingIOError:
            return self._tls.takes(b"")


def _is_under_way(sock: socket.socket) -> bool:
    """Whether some of what was sent has not reached the other side, as far as this platform can tell.

    What arrives by then is not the answer to it, but perhaps a second one to an earlier request.
    """
    if sys.platform != "linux" or not _unacknowledged(sock):
        return False
    # Kernels written in other languages note what was acknowledged a moment after they hand over data.
    time.sleep(0.001)
    return bool(_unacknowledged(sock))


if sys.platform == "linux":

    def _unacknowledged(sock: socket.socket) -> int:
        try:
            count = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            return 0
        return int.from_bytes(count, sys.byteorder)

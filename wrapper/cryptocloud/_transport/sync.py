"""The default transport of `CryptoCloud`: sockets of its own, each leased to one call at a time.

Why not httpx's own pool: its connections see one timeout per read, which a server that sends one byte
a second never reaches; nothing tells whether a request was sent before it failed; what came after an
answer is taken for the answer to the next request; and many waiting tasks make it collapse.
"""

from __future__ import annotations

import contextlib
import socket
import ssl

from cryptocloud._transport.connect import new_socket, time_for_address
from cryptocloud._transport.contract import Answer, Attempt, Target
from cryptocloud._transport.http1 import PIECE, Exchange
from cryptocloud._transport.parsers import fastest_parser
from cryptocloud._transport.pool import Pool, closed_on_failure
from cryptocloud._transport.tls import with_tls


class Transport:
    """Sends attempts to one target. Safe between threads."""

    timeouts = (TimeoutError,)
    """The exceptions that tell that time ran out."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pool = Pool()
        self._parser = fastest_parser()

    def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out.

        Raises:
            OSError: The connection failed, or the deadline passed.
            ProtocolError: No whole answer of HTTP/1.1 came.
        """
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        sock = self._pool.take() or self._connect(attempt)
        try:
            _carry_out(exchange, sock, attempt)
        except BaseException:
            sock.close()
            raise
        if exchange.is_reusable:
            self._pool.put_back(sock)
        else:
            sock.close()
        return exchange.answer

    def close(self) -> None:
        """Close what is idle."""
        self._pool.close()

    def _connect(self, attempt: Attempt) -> socket.socket:
        addresses = socket.getaddrinfo(self._target.host, self._target.port, type=socket.SOCK_STREAM)
        failure: Exception | None = None
        for tried, address in enumerate(addresses):
            try:
                sock = new_socket(address)
                with closed_on_failure(sock):
                    sock.settimeout(time_for_address(attempt, len(addresses) - tried))
                    sock.connect(address[4])
            except OSError as error:
                failure = error
                continue
            return self._secure(sock, attempt) if self._target.is_tls else sock
        raise failure or OSError(f"{self._target.host} has no address")

    def _secure(self, sock: socket.socket, attempt: Attempt) -> socket.socket:
        secured = with_tls(sock, self._target.host)
        with closed_on_failure(secured):
            secured.settimeout(attempt.check())
            secured.do_handshake()
        return secured


def _carry_out(exchange: Exchange, sock: socket.socket, attempt: Attempt) -> None:
    # A server can answer and close before it has read everything: its answer counts.
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while exchange.unsent:
            sock.settimeout(attempt.check())
            attempt.sent = True
            exchange.unsent = exchange.unsent[sock.send(exchange.unsent[:PIECE]) :]
    is_over = False
    while not is_over:
        sock.settimeout(attempt.check())
        is_over = exchange.receive(sock.recv(PIECE))

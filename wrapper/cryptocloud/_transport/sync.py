"""The default transports: sockets of their own, each leased to one call at a time.

Why not httpx's own pool: its connections see one timeout per read, which a server that sends one byte
a second never reaches; nothing tells whether a request was sent before it failed; what came after an
answer is taken for the answer to the next request; and many waiting tasks make it collapse.

A connection is a plain socket, so an idle one belongs to no thread and to no event loop, and closing
it never waits.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, TypeAlias

import httpx

from cryptocloud._call.answer import Answer
from cryptocloud._transport.contract import Attempt
from cryptocloud._transport.http1 import Exchange, Parser, fastest

_KEEPALIVE = 5.0
"""Seconds that an idle connection is kept: shorter than the servers' usual limits, so that a request
seldom meets a connection that is just being closed."""

_MAX_IDLE = 100
"""Idle connections that are kept, per client."""

_MAX_PER_ADDRESS = 2.0
"""Seconds that an address is tried if there is another: one that swallows packets must not eat the
deadline, and one packet may be lost and sent again."""

PIECE = 64 * 1024
"""Bytes that are sent or received at once."""

Address: TypeAlias = tuple[int, int, int, str, Any]
"""What `socket.getaddrinfo` gives for each address."""


@functools.cache
def ssl_context() -> ssl.SSLContext:
    """The settings of TLS: httpx's. Loading the certificates takes about 17 ms, so once per process."""
    return httpx.create_ssl_context()


@contextlib.contextmanager
def closed_on_failure(sock: socket.socket) -> Iterator[None]:
    """Closes `sock` unless the block ends well, whatever ends it."""
    try:
        yield
    except BaseException:
        sock.close()
        raise


class Pool:
    """The idle connections to one origin, the last one used on top. Safe between threads."""

    def __init__(self, base_url: httpx.URL) -> None:
        self.host = base_url.raw_host.decode()
        self.port = base_url.port or (443 if base_url.scheme == "https" else 80)
        self.is_tls = base_url.scheme == "https"
        self._idle: deque[tuple[float, socket.socket]] = deque()
        self._is_closed = False
        self._pid = os.getpid()

    def take(self) -> socket.socket | None:
        """An idle connection, if there is one that can be used."""
        if self._pid != os.getpid():
            # After a fork these connections are the parent's, too: used by both, each could get the other's
            # answer. Closing them here closes them for this process alone. Noted when it is done, or another
            # thread could take one meanwhile.
            self._drop_all()
            self._pid = os.getpid()
        while True:
            try:
                since, sock = self._idle.pop()
            except IndexError:
                return None
            with closed_on_failure(sock):
                is_usable = time.monotonic() - since < _KEEPALIVE and _is_quiet(sock)
            if is_usable:
                return sock
            sock.close()

    def put_back(self, sock: socket.socket) -> None:
        """Keep a connection whose exchange is over, for the next call."""
        now = time.monotonic()
        self._idle.append((now, sock))
        if self._is_closed:
            self._drop_all()
        # Those at the bottom are the oldest, and nobody takes them while others are on top. Another thread
        # can be faster.
        with contextlib.suppress(IndexError):
            while now - self._idle[0][0] >= _KEEPALIVE or len(self._idle) > _MAX_IDLE:
                self._idle.popleft()[1].close()

    def close(self) -> None:
        """Close what is idle; what comes back later is closed then."""
        self._is_closed = True
        self._drop_all()

    def _drop_all(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop()[1].close()


def time_for_address(attempt: Attempt, remaining: int) -> float:
    """Seconds to connect to the first of `remaining` addresses. The last one gets all that is left."""
    left = attempt.check()
    return left if remaining == 1 else min(left / remaining, _MAX_PER_ADDRESS)


def new_socket(address: Address) -> socket.socket:
    """A socket for `address`, not connected yet."""
    sock = socket.socket(*address[:3])
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def with_tls(sock: socket.socket, host: str) -> ssl.SSLSocket:
    """`sock` before the handshake, in place of it."""
    with closed_on_failure(sock):
        return ssl_context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)


def to_httpx(answer: Answer) -> httpx.Response:
    """The answer, as transports of httpx give it."""
    return httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body))


class Transport(httpx.BaseTransport):
    """The default transport of `CryptoCloud`."""

    def __init__(self, base_url: httpx.URL, parser: Parser | None = None) -> None:
        self._pool = Pool(base_url)
        self._parser = parser or fastest()

    def send(self, attempt: Attempt) -> Answer:
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        sock = self._pool.take() or self._connected(attempt)
        try:
            _exchange(sock, exchange, attempt)
        except BaseException:
            sock.close()
            raise
        if exchange.is_reusable:
            self._pool.put_back(sock)
        else:
            sock.close()
        return exchange.answer

    def _connected(self, attempt: Attempt) -> socket.socket:
        addresses = socket.getaddrinfo(self._pool.host, self._pool.port, type=socket.SOCK_STREAM)
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
            return self._secured(sock, attempt) if self._pool.is_tls else sock
        raise failure or OSError(f"{self._pool.host} has no address")

    def _secured(self, sock: socket.socket, attempt: Attempt) -> socket.socket:
        secured = with_tls(sock, self._pool.host)
        with closed_on_failure(secured):
            secured.settimeout(attempt.check())
            secured.do_handshake()
        return secured

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send what a transport in front of this one was given by the session."""
        return to_httpx(self.send(request.extensions["attempt"]))

    def close(self) -> None:
        self._pool.close()


def _exchange(sock: socket.socket, exchange: Exchange, attempt: Attempt) -> None:
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


def _is_quiet(sock: socket.socket) -> bool:
    """Whether there is nothing to read: a connection that has is closed, or out of step."""
    try:
        sock.setblocking(False)
        # Below TLS, which would take a record that is not whole yet for nothing.
        socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False

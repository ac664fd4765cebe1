"""The default transport of `CryptoCloud`: sockets of its own, each leased to one call at a time.

Why not httpx's own pool: its connections see one timeout per read, which a server that sends one byte
a second never reaches; nothing tells whether a request was sent before it failed; what came after an
answer is taken for the answer to the next request; and many waiting tasks make it collapse.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from typing import Any, cast

from cryptocloud._transport.connect import HEAD_START, Address, Addresses, failure, new_socket
from cryptocloud._transport.connection import Connection
from cryptocloud._transport.contract import FAULTS, Answer, Attempt
from cryptocloud._transport.parsers import fastest_parser
from cryptocloud._transport.pool import Pool, closed_on_failure
from cryptocloud._transport.route import Route
from cryptocloud._transport.wire import Steps


class Transport:
    """Sends attempts to one target. Safe between threads."""

    faults = FAULTS
    """The exceptions that a network makes."""

    timeouts = (TimeoutError,)
    """Those among them that tell that time ran out."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._addresses = Addresses(route.peer)
        self._pool = Pool()
        self._parser = fastest_parser()

    def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out.

        Raises:
            OSError, UnicodeError: The connection failed, or the deadline passed.
            ProtocolError: No whole answer of HTTP/1.1 came.
        """
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        try:
            connection = self._pool.take() or self._connect(attempt)
            with closed_on_failure(connection):
                _carry_out(connection.carry_out(exchange, attempt), connection.sock, attempt)
        except TimeoutError as error:
            # The system's have a number, and ours do not come before the deadline: a handler raised it.
            if error.errno is None and attempt.left():
                attempt.stray = error
            raise
        if exchange.is_reusable:
            self._pool.put_back(connection)
        else:
            connection.close()
        return exchange.answer

    def close(self) -> None:
        """Close what is idle."""
        self._pool.close()

    def _connect(self, attempt: Attempt) -> Connection:
        sock, address = _first_connected(self._find(attempt), attempt)
        connection = Connection(sock)
        with closed_on_failure(connection):
            self._addresses.remember(address)
            _carry_out(connection.open(self._route), sock, attempt)
        return connection

    def _find(self, attempt: Attempt) -> list[Address]:
        lookup = self._addresses.look_up()
        if lookup:
            lookup.wait(attempt.check())
        return self._addresses.of(lookup)


def _first_connected(addresses: list[Address], attempt: Attempt) -> tuple[socket.socket, Address]:
    """The first socket that connects. After a head start for one address the next one is tried, too."""
    untried = deque(addresses)
    reason: OSError | None = None
    with selectors.DefaultSelector() as selector:
        try:
            while untried or not reason or selector.get_map():
                if untried:
                    address = untried.popleft()
                    try:
                        selector.register(new_socket(address), selectors.EVENT_WRITE, address)
                    except OSError as error:
                        reason = error
                        continue
                left = attempt.check()
                for key, _ in selector.select(min(HEAD_START, left) if untried else left):
                    sock: Any = key.fileobj
                    selector.unregister(sock)
                    reason = failure(sock)
                    if reason is None:
                        return sock, key.data
                    sock.close()
            raise reason
        finally:
            for key in selector.get_map().values():
                cast("socket.socket", key.fileobj).close()


def _carry_out(steps: Steps[None], sock: socket.socket, attempt: Attempt) -> None:
    attempt.check()
    result: object = None
    while True:
        try:
            step = steps.send(result)
        except StopIteration:
            return
        sock.settimeout(attempt.check())
        if isinstance(step, int):
            result = memoryview(sock.recv(step))
            continue
        try:
            result = sock.send(step)
        except ConnectionError:
            result = None

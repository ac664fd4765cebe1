"""The default transport of `AsyncCryptoCloud`: the same connections as the synchronous one, without blocking.

Works with asyncio and with trio.
"""

from __future__ import annotations

import codecs
import contextlib
import importlib
import socket
import sys

import anyio
import anyio.lowlevel

from cryptocloud._transport.connect import HEAD_START, Address, Addresses, failure, new_socket
from cryptocloud._transport.connection import Connection
from cryptocloud._transport.contract import FAULTS, Answer, Attempt
from cryptocloud._transport.parsers import fastest_parser
from cryptocloud._transport.pool import Pool, closed_on_failure
from cryptocloud._transport.route import Route
from cryptocloud._transport.wire import Steps

MAX_IN_FLIGHT = 100
"""Calls of one client that use the network at the same time; others wait for their turn."""


class AsyncTransport:
    """Sends attempts to one target. Safe between the tasks of one event loop."""

    faults = FAULTS
    """The exceptions that a network makes."""

    timeouts = (TimeoutError,)
    """Those among them that tell that time ran out."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._addresses = Addresses(route.peer)
        self._pool = Pool()
        self._parser = fastest_parser()
        self._loop: object = None
        # What is loaded at its first use is loaded now: in an event loop it would stand still for 100 ms.
        codecs.lookup("idna")
        for name in {"asyncio", "trio"} & sys.modules.keys():
            with contextlib.suppress(ImportError):
                importlib.import_module(f"anyio._backends._{name}")

    async def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out.

        Raises:
            OSError, UnicodeError: The connection failed, or the deadline passed.
            ProtocolError: No whole answer of HTTP/1.1 came.
        """
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        with anyio.fail_after(attempt.left()):
            async with self._turn():
                connection = self._pool.take() or await self._connect()
                with closed_on_failure(connection):
                    await _carry_out(connection.carry_out(exchange, attempt), connection.sock)
                if exchange.is_reusable:
                    self._pool.put_back(connection)
                else:
                    connection.close()
        return exchange.answer

    def close(self) -> None:
        """Close what is idle, without waiting."""
        self._pool.close()

    async def aclose(self) -> None:
        """The same."""
        self.close()

    def _turn(self) -> anyio.Semaphore:
        # A semaphore belongs to an event loop, and a program may have one after another.
        loop = anyio.lowlevel.current_token()
        if loop != self._loop:
            self._loop = loop
            self._semaphore = anyio.Semaphore(MAX_IN_FLIGHT, fast_acquire=True)
        return self._semaphore

    async def _connect(self) -> Connection:
        sock, address = await _first_connected(await self._find())
        connection = Connection(sock)
        with closed_on_failure(connection):
            self._addresses.remember(address)
            await _carry_out(connection.open(self._route), sock)
        return connection

    async def _find(self) -> list[Address]:
        lookup = self._addresses.look_up()
        if lookup:
            with lookup.watched() as signal:
                await anyio.wait_readable(signal)
        return self._addresses.of(lookup)


async def _first_connected(addresses: list[Address]) -> tuple[socket.socket, Address]:
    """The first socket that connects. After a head start for one address the next one is tried, too."""
    if len(addresses) == 1:
        return await _connect_to(addresses[0]), addresses[0]
    connected: list[tuple[socket.socket, Address]] = []
    reasons: list[OSError] = []
    strays: list[BaseException] = []

    async def connect(address: Address, has_failed: anyio.Event) -> None:
        try:
            connected.append((await _connect_to(address), address))
        except OSError as error:
            reasons.append(error)
            has_failed.set()
            return
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            # The caller gets the very exception, and not a group with it.
            strays.append(error)
        group.cancel_scope.cancel()

    winner = None
    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                has_failed = anyio.Event()
                group.start_soon(connect, address, has_failed)
                with anyio.move_on_after(HEAD_START):
                    await has_failed.wait()
        if strays:
            raise strays[0]
        if not connected:
            raise reasons[-1]
        winner = connected[0]
    finally:
        for each in connected:
            if each is not winner:
                each[0].close()
    return winner


async def _connect_to(address: Address) -> socket.socket:
    sock = new_socket(address)
    with closed_on_failure(sock):
        await anyio.wait_writable(sock)
        reason = failure(sock)
        if reason:
            raise reason
    return sock


async def _carry_out(steps: Steps[None], sock: socket.socket) -> None:
    result: object = None
    is_asked = False
    while True:
        try:
            step = steps.send(result)
        except StopIteration:
            return
        if isinstance(step, int):
            if is_asked:
                # Nothing can be there yet.
                await anyio.wait_readable(sock)
            else:
                # A server that sends without end must not keep other tasks, and the deadline, waiting.
                await anyio.lowlevel.checkpoint()
            result = memoryview(await _receive(sock, step))
            is_asked = False
        else:
            result = await _send(sock, step)
            is_asked = True


async def _receive(sock: socket.socket, limit: int) -> bytes:
    while True:
        try:
            return sock.recv(limit)
        except BlockingIOError:
            await anyio.wait_readable(sock)


async def _send(sock: socket.socket, data: memoryview) -> int | None:
    while True:
        try:
            return sock.send(data)
        except BlockingIOError:
            await anyio.wait_writable(sock)
        except ConnectionError:
            return None

"""The default transport of `AsyncCryptoCloud`: the same connections as the synchronous one, without blocking.

Works with asyncio and with trio.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.lowlevel

from cryptocloud._transport.connect import Address, new_socket, time_for_address
from cryptocloud._transport.contract import Answer, Attempt, Target
from cryptocloud._transport.http1 import PIECE, Exchange
from cryptocloud._transport.parsers import fastest_parser
from cryptocloud._transport.pool import Pool, closed_on_failure
from cryptocloud._transport.tls import with_tls

MAX_IN_FLIGHT = 100
"""Calls of one client that use the network at the same time; others wait for their turn."""

T = TypeVar("T")


class AsyncTransport:
    """Sends attempts to one target. Safe between the tasks of one event loop."""

    timeouts = (TimeoutError,)
    """The exceptions that tell that time ran out."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pool = Pool()
        self._parser = fastest_parser()
        self._loop: object = None

    async def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out.

        Raises:
            OSError: The connection failed, or the deadline passed.
            ProtocolError: No whole answer of HTTP/1.1 came.
        """
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        with anyio.fail_after(attempt.left()):
            async with self._turn():
                sock = self._pool.take() or await self._connect(attempt)
                try:
                    await _carry_out(exchange, sock, attempt)
                except BaseException:
                    sock.close()
                    raise
                if exchange.is_reusable:
                    self._pool.put_back(sock)
                else:
                    sock.close()
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

    async def _connect(self, attempt: Attempt) -> socket.socket:
        addresses = await anyio.getaddrinfo(self._target.host, self._target.port, type=socket.SOCK_STREAM)
        failure: Exception | None = None
        for tried, address in enumerate(addresses):
            try:
                with anyio.fail_after(time_for_address(attempt, len(addresses) - tried)):
                    sock = await _connect_to(address)
            except OSError as error:
                failure = error
                continue
            return await self._secure(sock) if self._target.is_tls else sock
        raise failure or OSError(f"{self._target.host} has no address")

    async def _secure(self, sock: socket.socket) -> socket.socket:
        secured = with_tls(sock, self._target.host)
        with closed_on_failure(secured):
            await _when_ready(secured, secured.do_handshake, anyio.wait_readable)
        return secured


async def _carry_out(exchange: Exchange, sock: socket.socket, attempt: Attempt) -> None:
    # A server can answer and close before it has read everything: its answer counts.
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while exchange.unsent:
            attempt.sent = True
            count = await _when_ready(sock, lambda: sock.send(exchange.unsent[:PIECE]), anyio.wait_writable)
            exchange.unsent = exchange.unsent[count:]
    # Nothing can be there yet.
    await anyio.wait_readable(sock)
    while not exchange.receive(await _when_ready(sock, lambda: sock.recv(PIECE), anyio.wait_readable)):
        # A server that sends without end must not keep other tasks, and the deadline, waiting.
        await anyio.lowlevel.checkpoint()


async def _connect_to(address: Address) -> socket.socket:
    sock = new_socket(address)
    with closed_on_failure(sock):
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            sock.connect(address[4])
        await anyio.wait_writable(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    return sock


async def _when_ready(
    sock: socket.socket, operate: Callable[[], T], until_ready: Callable[[socket.socket], Awaitable[None]]
) -> T:
    """What `operate` gives on a non-blocking socket, once it can be done."""
    while True:
        try:
            return operate()
        except BlockingIOError:
            await until_ready(sock)
        except ssl.SSLWantReadError:
            await anyio.wait_readable(sock)
        except ssl.SSLWantWriteError:
            await anyio.wait_writable(sock)

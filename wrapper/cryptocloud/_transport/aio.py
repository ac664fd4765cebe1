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
import httpx

from cryptocloud._call.answer import Answer
from cryptocloud._transport.contract import Attempt
from cryptocloud._transport.http1 import Exchange, Parser, fastest
from cryptocloud._transport.sync import (
    PIECE,
    Address,
    Pool,
    closed_on_failure,
    new_socket,
    time_for_address,
    to_httpx,
    with_tls,
)

_MAX_IN_FLIGHT = 100
"""Calls of one client that use the network at the same time; others wait for their turn."""

T = TypeVar("T")


class AsyncTransport(httpx.AsyncBaseTransport):
    """The default transport of `AsyncCryptoCloud`."""

    def __init__(self, base_url: httpx.URL, parser: Parser | None = None) -> None:
        self._pool = Pool(base_url)
        self._parser = parser or fastest()
        self._loop: object = None

    async def send(self, attempt: Attempt) -> Answer:
        # A transport in front of this one can send an attempt again.
        attempt.sent = bool(attempt.sent)
        exchange = self._parser(attempt.request)
        with anyio.fail_after(attempt.left()):
            async with self._turn():
                sock = self._pool.take() or await self._connected(attempt)
                try:
                    await _exchange(sock, exchange, attempt)
                except BaseException:
                    sock.close()
                    raise
                if exchange.is_reusable:
                    self._pool.put_back(sock)
                else:
                    sock.close()
        return exchange.answer

    def _turn(self) -> anyio.Semaphore:
        # A semaphore belongs to an event loop, and a program may have one after another.
        loop = anyio.lowlevel.current_token()
        if loop != self._loop:
            self._loop = loop
            self._semaphore = anyio.Semaphore(_MAX_IN_FLIGHT, fast_acquire=True)
        return self._semaphore

    async def _connected(self, attempt: Attempt) -> socket.socket:
        addresses = await anyio.getaddrinfo(self._pool.host, self._pool.port, type=socket.SOCK_STREAM)
        failure: Exception | None = None
        for tried, address in enumerate(addresses):
            try:
                with anyio.fail_after(time_for_address(attempt, len(addresses) - tried)):
                    sock = await _connected_to(address)
            except OSError as error:
                failure = error
                continue
            return await self._secured(sock) if self._pool.is_tls else sock
        raise failure or OSError(f"{self._pool.host} has no address")

    async def _secured(self, sock: socket.socket) -> socket.socket:
        secured = with_tls(sock, self._pool.host)
        with closed_on_failure(secured):
            await _done(secured, secured.do_handshake, anyio.wait_readable)
        return secured

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send what a transport in front of this one was given by the session."""
        return to_httpx(await self.send(request.extensions["attempt"]))

    def close(self) -> None:
        """Close what is idle, without waiting."""
        self._pool.close()

    async def aclose(self) -> None:
        self.close()


async def _exchange(sock: socket.socket, exchange: Exchange, attempt: Attempt) -> None:
    # A server can answer and close before it has read everything: its answer counts.
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while exchange.unsent:
            attempt.sent = True
            sent = await _done(sock, lambda: sock.send(exchange.unsent[:PIECE]), anyio.wait_writable)
            exchange.unsent = exchange.unsent[sent:]
    # Nothing can be there yet.
    await anyio.wait_readable(sock)
    while not exchange.receive(await _done(sock, lambda: sock.recv(PIECE), anyio.wait_readable)):
        # A server that sends without end must not keep other tasks, and the deadline, waiting.
        await anyio.lowlevel.checkpoint()


async def _connected_to(address: Address) -> socket.socket:
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


async def _done(
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

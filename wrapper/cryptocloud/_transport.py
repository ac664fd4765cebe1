"""The default transports: httpcore connections, each leased to one call at a time.

Why not httpx's own pool: its connections see one timeout per read, which a server that sends one byte
a second never reaches; nothing tells whether a request was sent before it failed; and many waiting
tasks make it collapse. A lane belongs to one call while it is leased, so it knows that call's deadline
and marks the moment in which the request begins to leave.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import anyio
import anyio.lowlevel
import httpcore
import httpx

if TYPE_CHECKING:
    from cryptocloud.session import Attempt

_KEEPALIVE = 5.0
"""Seconds that an idle connection is kept: shorter than the servers' usual limits, so that a request
seldom meets a connection that is just being closed."""

_PIECE = 64 * 1024
"""Bytes that are written at once."""

_MAX_IDLE = 20
"""Idle connections that are kept, per client."""

_MAX_IN_FLIGHT = 20
"""Calls of one asynchronous client that use the network at the same time; others wait for their turn."""

LaneT = TypeVar("LaneT", bound="_Lane | _AsyncLane")


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    # Building one takes about 17 ms, so there is one per process.
    return httpx.create_ssl_context()


def _resolved(host: str, port: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error


class _Unsent:
    """The beginning of a request, with the key in it: so no frame holds it as a local variable."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __bool__(self) -> bool:
        return bool(self._data)

    def add(self, data: bytes) -> None:
        self._data += data

    def take(self) -> bytes:
        """The next piece."""
        piece = bytes(self._data[:_PIECE])
        del self._data[:_PIECE]
        return piece


class _Lane(httpcore.SyncBackend):
    """One connection; its network backend, so that the streams it opens follow the leasing call."""

    attempt: Attempt

    def __init__(self, origin: httpcore.Origin) -> None:
        self.connection = httpcore.HTTPConnection(
            origin,
            ssl_context=_ssl_context() if origin.scheme == b"https" else None,
            keepalive_expiry=_KEEPALIVE,
            network_backend=self,
        )

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # Address by address, or each of them would be given all the time that is left.
        failed: Exception | None = None
        for *_, address in _resolved(host, port):
            left = _left(self.attempt, httpcore.ConnectTimeout)
            try:
                stream = super().connect_tcp(str(address[0]), port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self)
        raise failed or httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    """A stream on which each operation has the time that is left for the whole call.

    httpcore writes head and body of a request one after the other. They are small and leave together, when
    the answer is awaited: one packet instead of two, and half of the system calls.
    """

    def __init__(self, stream: httpcore.NetworkStream, lane: _Lane) -> None:
        self._stream = stream
        self._lane = lane
        self._unsent = _Unsent()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # A server can answer and close before it has read everything: its answer counts.
        with contextlib.suppress(httpcore.WriteError):
            while self._unsent:
                self._lane.attempt.sent = True
                # In pieces, since a slow server would be given all the time that is left with each send.
                self._stream.write(self._unsent.take(), _left(self._lane.attempt, httpcore.WriteTimeout))
        return self._stream.read(max_bytes, _left(self._lane.attempt, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent.add(buffer)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._lane.attempt, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._lane)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _AsyncLane(httpcore.AnyIOBackend):
    """The same for asynchronous calls, whose deadline the session keeps with a cancel scope."""

    attempt: Attempt

    def __init__(self, origin: httpcore.Origin) -> None:
        self.connection = httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=_ssl_context() if origin.scheme == b"https" else None,
            keepalive_expiry=_KEEPALIVE,
            network_backend=self,
        )

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await super().connect_tcp(host, port, None, local_address, socket_options)
        return _AsyncStream(stream, self)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, lane: _AsyncLane) -> None:
        self._stream = stream
        self._lane = lane
        self._unsent = _Unsent()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with contextlib.suppress(httpcore.WriteError):
            while self._unsent:
                self._lane.attempt.sent = True
                await self._stream.write(self._unsent.take())
        return await self._stream.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent.add(buffer)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname)
        except BaseException:
            # httpcore does it too, but not when the deadline cancels the handshake.
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
            raise
        return _AsyncStream(stream, self._lane)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Shelf(Generic[LaneT]):
    """The idle lanes to one origin: the last one used is the next one taken. Safe between threads."""

    def __init__(self, make: Callable[[httpcore.Origin], LaneT], base_url: httpx.URL) -> None:
        self._make = make
        self._origin = _target(base_url).origin
        self._idle: deque[LaneT] = deque()
        self._is_closed = False
        self._pid = os.getpid()

    def take(self) -> tuple[LaneT, list[LaneT]]:
        """A lane for one call, and stale lanes that the caller closes."""
        stale: list[LaneT] = []
        if self._pid != os.getpid():
            # After a fork these connections are the parent's, too: used by both, each could get the other's
            # answer. Closing them here closes them for this process alone.
            self._pid = os.getpid()
            stale.extend(self._idle)
            self._idle.clear()
        while True:
            try:
                lane = self._idle.pop()
            except IndexError:
                return self._make(self._origin), stale
            # A connection that has something to read before anything was asked is closed, or out of step.
            if not lane.connection.has_expired():
                return lane, stale
            stale.append(lane)

    def put_back(self, lane: LaneT) -> bool:
        """Whether the lane is kept; otherwise the caller closes it."""
        if self._is_closed or len(self._idle) >= _MAX_IDLE or not _is_in_step(lane.connection):
            return False
        self._idle.append(lane)
        return True

    def clear(self) -> list[LaneT]:
        """All idle lanes, for the caller to close. Lanes that come back later are not kept."""
        self._is_closed = True
        lanes = []
        while self._idle:
            lanes.append(self._idle.pop())
        return lanes


class Transport(httpx.BaseTransport):
    """The default transport of `CryptoCloud`."""

    def __init__(self, base_url: httpx.URL) -> None:
        self._shelf = _Shelf(_Lane, base_url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        lane, stale = self._shelf.take()
        for old in stale:
            old.connection.close()
        lane.attempt = _attempt(request)
        try:
            answer = lane.connection.handle_request(_to_httpcore(request))
        except BaseException as error:
            lane.connection.close()
            raise _to_httpx(error) from None
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, lane, self._shelf))

    def close(self) -> None:
        for lane in self._shelf.clear():
            lane.connection.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer; closing it gives the lane back."""

    def __init__(self, answer: httpcore.Response, lane: _Lane, shelf: _Shelf[_Lane]) -> None:
        self._answer = answer
        self._lane = lane
        self._shelf = shelf

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from cast("Iterable[bytes]", self._answer.stream)
        except Exception as error:
            raise _to_httpx(error) from None

    def close(self) -> None:
        self._answer.close()
        if not self._shelf.put_back(self._lane):
            self._lane.connection.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    """The default transport of `AsyncCryptoCloud`."""

    def __init__(self, base_url: httpx.URL) -> None:
        self._base_url = base_url
        self._loop: object = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = _attempt(request)
        lanes = self._lanes_here()
        await lanes.turn.acquire()
        try:
            lane = await lanes.take()
            lane.attempt = attempt
            try:
                answer = await lane.connection.handle_async_request(_to_httpcore(request))
            except BaseException as error:
                await _discard(lane)
                raise _to_httpx(error) from None
        except BaseException:
            lanes.turn.release()
            raise
        return httpx.Response(answer.status, headers=answer.headers, stream=_AsyncBody(answer, lane, lanes))

    def _lanes_here(self) -> _AsyncLanes:
        # Connections die with their event loop, and a program may have one after another.
        loop = anyio.lowlevel.current_token()
        if loop != self._loop:
            self._loop = loop
            self._lanes = _AsyncLanes(self._base_url)
        return self._lanes

    async def aclose(self) -> None:
        for lane in self._lanes_here().shelf.clear():
            await _discard(lane)


class _AsyncLanes:
    """The lanes in one event loop, and the turns of those who wait for one."""

    def __init__(self, base_url: httpx.URL) -> None:
        self.shelf = _Shelf(_AsyncLane, base_url)
        self.turn = anyio.Semaphore(_MAX_IN_FLIGHT)

    async def take(self) -> _AsyncLane:
        lane, stale = self.shelf.take()
        for old in stale:
            await _discard(old)
        return lane

    async def put_back(self, lane: _AsyncLane) -> None:
        self.turn.release()
        if not self.shelf.put_back(lane):
            await _discard(lane)


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, lane: _AsyncLane, lanes: _AsyncLanes) -> None:
        self._answer = answer
        self._lane = lane
        self._lanes = lanes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast("AsyncIterable[bytes]", self._answer.stream):
                yield chunk
        except Exception as error:
            raise _to_httpx(error) from None

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            await self._lanes.put_back(self._lane)


async def _discard(lane: _AsyncLane) -> None:
    # Closing is a courtesy: the loop of the connection may be gone, or the call cancelled.
    with contextlib.suppress(Exception), anyio.CancelScope(shield=True):
        await lane.connection.aclose()


def _is_in_step(connection: httpcore.HTTPConnection | httpcore.AsyncHTTPConnection) -> bool:
    if not connection.is_available():
        return False
    # What came after the answer waits in h11, which would take it for the answer to the next request.
    # httpcore does not look, and shows it nowhere public.
    inner = cast("httpcore.HTTP11Connection", connection._connection)
    return inner._h11_state.trailing_data == (b"", False)


def _attempt(request: httpx.Request) -> Attempt:
    attempt: Attempt = request.extensions["attempt"]
    attempt.sent = False
    return attempt


def _left(attempt: Attempt, timeout: type[Exception]) -> float:
    left = attempt.left()
    if left <= 0:
        raise timeout("the deadline has passed")
    return left


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _to_httpcore(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        request.method, _target(request.url), headers=request.headers.raw, content=request.stream
    )


def _to_httpx(error: BaseException) -> BaseException:
    # httpcore's errors bear the names of httpx's.
    cls = getattr(httpx, type(error).__name__, None) if isinstance(error, Exception) else None
    return cls(str(error)) if cls else error

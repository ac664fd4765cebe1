"""Where the transports of this package and those of httpx meet.

A user's transport of httpx, or of its successor httpx2, can carry attempts in place of the default one. And
the default ones exist in httpx's shape, so that what is made for transports of httpx can stand before them.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
import threading
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar, cast

import anyio
import httpx

from cryptocloud._transport.aio import AsyncTransport
from cryptocloud._transport.contract import FAULTS, MAX_BODY, Answer, Attempt, Network, Target
from cryptocloud._transport.route import route_to
from cryptocloud._transport.sync import Transport

HttpxTransport: TypeAlias = httpx.BaseTransport
AsyncHttpxTransport: TypeAlias = httpx.AsyncBaseTransport
TransportT = TypeVar("TransportT", Transport, AsyncTransport)

_GRACE = 0.05
"""Seconds after the deadline in which an asynchronous transport may keep its own timeouts: only it can tell
whether anything was sent, and httpcore leaves a socket open when it is cancelled within a TLS handshake."""


class _Library:
    """httpx or httpx2, and what to make of its errors."""

    def __init__(self, module: Any) -> None:
        self.module = module
        # Whose word that nothing was sent counts. Others give the same errors for a connection that was lost
        # after the request had left, and one that repeats may have sent it before: subclasses do not count.
        self.trusted = (module.HTTPTransport, module.AsyncHTTPTransport, module.MockTransport)
        self.not_sent = (
            module.ConnectError,
            module.ConnectTimeout,
            module.PoolTimeout,
            module.ProxyError,
            module.UnsupportedProtocol,
        )
        self.timeouts = (TimeoutError, module.TimeoutException)
        self.faults = (*FAULTS, module.RequestError)


def adapter(transport: object) -> Adapter:
    """A synchronous transport of httpx or httpx2 as a transport of this package.

    Raises:
        TypeError: It is none.
    """
    return Adapter(transport, _library_of(transport, "BaseTransport", "HTTPTransport"))


def async_adapter(transport: object) -> AsyncAdapter:
    """An asynchronous transport of httpx or httpx2 as a transport of this package.

    Raises:
        TypeError: It is none.
    """
    return AsyncAdapter(transport, _library_of(transport, "AsyncBaseTransport", "AsyncHTTPTransport"))


def _library_of(transport: object, kind: str, example: str) -> _Library:
    # Who has a transport of httpx2 has imported it.
    for module in (httpx, sys.modules.get("httpx2")):
        if module and isinstance(transport, getattr(module, kind)):
            return _Library(module)
    raise TypeError(f"transport must be an httpx.{kind} or httpx2.{kind}, such as httpx.{example}()")


class Adapter:
    """A synchronous transport of httpx."""

    def __init__(self, transport: Any, library: _Library) -> None:
        self.timeouts = library.timeouts
        self.faults = library.faults
        self.close = transport.close
        self._transport = transport
        self._library = library

    def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out. What the transport raises passes."""
        with _not_sent_noted(attempt, self._transport, self._library):
            response = self._transport.handle_request(_to_httpx(attempt, self._library))
        try:
            body = _Body(attempt)
            for chunk in cast("Iterable[bytes]", response.stream):
                if not body.takes(chunk):
                    break
        finally:
            response.close()
        return body.answer(response)


class AsyncAdapter:
    """An asynchronous transport of httpx."""

    def __init__(self, transport: Any, library: _Library) -> None:
        self.timeouts = library.timeouts
        self.faults = library.faults
        self.aclose = transport.aclose
        self._transport = transport
        self._library = library

    def close(self) -> None:
        """Nothing: only its event loop can close it."""

    async def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out. What the transport raises passes."""
        with anyio.fail_after(attempt.left() + _GRACE):
            with _not_sent_noted(attempt, self._transport, self._library):
                response = await self._transport.handle_async_request(_to_httpx(attempt, self._library))
            try:
                body = _Body(attempt)
                async for chunk in cast("AsyncIterable[bytes]", response.stream):
                    if not body.takes(chunk):
                        break
            finally:
                await response.aclose()
            return body.answer(response)


class _Body:
    """Collects a body, within its limit and the deadline."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._content = bytearray()

    def takes(self, chunk: bytes) -> bool:
        """Whether there is room for more."""
        self._content += chunk
        self._attempt.check()
        return len(self._content) <= MAX_BODY

    def answer(self, response: Any) -> Answer:
        return Answer(response.status_code, response.headers, bytes(self._content))


@contextlib.contextmanager
def _not_sent_noted(attempt: Attempt, transport: object, library: _Library) -> Iterator[None]:
    try:
        yield
    except library.not_sent:
        if type(transport) in library.trusted:
            attempt.sent = False
        raise


def _to_httpx(attempt: Attempt, library: _Library) -> Any:
    request, left = attempt.request, attempt.left()
    return library.module.Request(
        request.method,
        f"{request.target.scheme}://{request.target.netloc}{request.path}",
        headers=request.headers.pairs,
        content=request.content,
        extensions={
            "timeout": {"connect": left, "read": left, "write": left, "pool": left},
            "attempt": attempt,
        },
    )


class _BehindAnother(Generic[TransportT]):
    """A default transport that is made for its first request: only that tells where it leads."""

    _make: type[TransportT]

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._network = Network(proxy, trust_env, ssl_context)
        self._transport: TransportT | None = None
        self._opening = threading.Lock()

    def open(self, target: Target) -> TransportT:
        """Open the way to `target`. The first request does it, too.

        Raises:
            TypeError, ValueError: A setting, or the environment, has what cannot be used.
        """
        with self._opening:
            self._transport = self._transport or self._make(route_to(target, self._network))
        return self._transport

    def _close(self) -> None:
        if self._transport:
            self._transport.close()


class DefaultTransport(_BehindAnother[Transport], httpx.BaseTransport):
    """The default transport of `CryptoCloud` in the shape of httpx's, to put behind another one.

    It carries the requests of a client of this package and no others. The arguments are those of the client.
    """

    _make = Transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _from_answer(self.send(request.extensions["attempt"]))

    def send(self, attempt: Attempt) -> Answer:
        """Carry an attempt out."""
        return self.open(attempt.request.target).send(attempt)

    def close(self) -> None:
        self._close()


class AsyncDefaultTransport(_BehindAnother[AsyncTransport], httpx.AsyncBaseTransport):
    """The default transport of `AsyncCryptoCloud` in the shape of httpx's, to put behind another one.

    It carries the requests of a client of this package and no others. The arguments are those of the client.
    """

    _make = AsyncTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = request.extensions["attempt"]
        return _from_answer(await self.open(attempt.request.target).send(attempt))

    async def aclose(self) -> None:
        self._close()


def _from_answer(answer: Answer) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body))

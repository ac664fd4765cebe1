"""Lets a transport of httpx carry attempts, in place of the default one.

Not loaded without one, since it loads asyncio.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import cast

import anyio
import httpx

from cryptocloud._call.answer import MAX_BODY, Answer
from cryptocloud._transport.contract import Attempt

_GRACE = 0.05
"""Seconds after the deadline in which an asynchronous transport may keep its own timeouts: only it can tell
whether anything was sent, and httpcore leaves a socket open when it is cancelled within a TLS handshake."""

_TRUSTED = (httpx.HTTPTransport, httpx.AsyncHTTPTransport, httpx.MockTransport)
"""Whose word that nothing was sent counts. Others give the same errors for a connection that was lost after
the request had left, and one that repeats may have sent it before, so subclasses do not count."""

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@contextlib.contextmanager
def _not_sent_noted(
    attempt: Attempt, transport: httpx.BaseTransport | httpx.AsyncBaseTransport
) -> Iterator[None]:
    try:
        yield
    except _NOT_SENT:
        if type(transport) in _TRUSTED:
            attempt.sent = False
        raise


class Adapter:
    """Over a synchronous transport."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self.close = transport.close

    def send(self, attempt: Attempt) -> Answer:
        with _not_sent_noted(attempt, self._transport):
            response = self._transport.handle_request(_to_httpx(attempt))
        try:
            body = _Body(attempt)
            for chunk in cast("Iterable[bytes]", response.stream):
                if not body.takes(chunk):
                    break
        finally:
            response.close()
        return body.answer(response)


class AsyncAdapter:
    """Over an asynchronous transport."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.aclose = transport.aclose

    async def send(self, attempt: Attempt) -> Answer:
        with anyio.fail_after(attempt.left() + _GRACE):
            with _not_sent_noted(attempt, self._transport):
                response = await self._transport.handle_async_request(_to_httpx(attempt))
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

    def answer(self, response: httpx.Response) -> Answer:
        return Answer(response.status_code, response.headers, bytes(self._content))


def _to_httpx(attempt: Attempt) -> httpx.Request:
    request, left = attempt.request, attempt.left()
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions={
            "timeout": {"connect": left, "read": left, "write": left, "pool": left},
            "attempt": attempt,
        },
    )

"""Lets a transport of httpx carry attempts, in place of the default one.

Not loaded without one, since it loads asyncio.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import cast

import anyio
import httpx

from cryptocloud._answer import MAX_BODY, Answer
from cryptocloud._attempt import Attempt

_GRACE = 0.05
"""Seconds after the deadline in which an asynchronous transport may keep its own timeouts: only it can tell
whether anything was sent, and httpcore leaves a socket open when it is cancelled within a TLS handshake."""


class Adapter:
    """Over a synchronous transport."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self.close = transport.close

    def send(self, attempt: Attempt) -> Answer:
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

"""The body of a request, up to a limit."""

from contextlib import aclosing

from starlette.requests import Request

MAX_BODY = 1024 * 1024
"""The largest request body that is read, in bytes."""


async def read_body(request: Request) -> bytes | None:
    """The whole body, or None if it is too large; then uvicorn discards what is still to come."""
    body = bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY:
                return None
    return bytes(body)

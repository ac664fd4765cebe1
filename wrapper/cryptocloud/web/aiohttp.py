"""Payment notifications in aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from cryptocloud.client import AsyncCryptoCloud
from cryptocloud.web import _table


def postback(
    client: AsyncCryptoCloud, deliver: _table.AsyncDeliver, *, accept_test: bool = True
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler: `app.router.add_route("*", "/postback", postback(client, deliver))`.

    What is answered when: see `cryptocloud.web`.
    """
    handler = _table.AsyncHandler(client, deliver, accept_test=accept_test)

    async def view(request: web.Request) -> web.StreamResponse:
        # A middleware may have read it; what it has read is kept.
        body = b"" if request.can_read_body else await request.read()
        while request.can_read_body and len(body) < _table.AT_MOST:
            body += await request.content.readany()
        kind, length = request.headers.get("Content-Type", ""), request.headers.get("Content-Length")
        status = await handler.answer(request.method, body, kind, length)
        return web.Response(status=status, headers=_table.headers(status))

    return view

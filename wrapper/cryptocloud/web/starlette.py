"""Payment notifications in Starlette and FastAPI."""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cryptocloud.client import AsyncCryptoCloud
from cryptocloud.web import _table


def postback(client: AsyncCryptoCloud, deliver: _table.AsyncDeliver, *, accept_test: bool = True) -> Any:
    """An ASGI application: `app.add_route("/postback", postback(client, deliver), methods=["POST"])`.

    Not `app.mount`, which redirects from an address without a slash at its end. See `cryptocloud.web`.
    """
    return _View(_table.AsyncHandler(client, deliver, accept_test=accept_test))


class _View:
    def __init__(self, handler: _table.AsyncHandler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, body = Request(scope, receive), b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) >= _table.AT_MOST:
                    break
        except ClientDisconnect:
            return
        kind, length = request.headers.get("content-type", ""), request.headers.get("content-length")
        status = await self._handler.answer(request.method, body, kind, length)
        await Response(status_code=status, headers=_table.headers(status))(scope, receive, send)

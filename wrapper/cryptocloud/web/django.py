"""Payment notifications in Django."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse

from cryptocloud.client import AsyncCryptoCloud, CryptoCloud
from cryptocloud.web import _table


def postback(
    client: CryptoCloud | AsyncCryptoCloud, deliver: _table.AsyncDeliver, *, accept_test: bool = True
) -> Any:
    """A view, asynchronous if the client is: `path("postback", postback(client, deliver))`."""

    def answered(request: HttpRequest) -> HttpResponse:
        return _answer(handler.answer(*_read(request)))

    async def awaited(request: HttpRequest) -> HttpResponse:
        return _answer(await handler.answer(*_read(request)))

    view: Any = awaited if isinstance(client, AsyncCryptoCloud) else answered
    # Django closes the connections to its database in threads of its own.
    handler = _table.handler(client, deliver, accept_test, in_thread=sync_to_async)
    # The sender has no cookie of yours: the token in the body is what proves who it is.
    view.csrf_exempt = True
    return view


def _read(request: HttpRequest) -> tuple[str, bytes, str, str | None]:
    length, is_whole = request.META.get("CONTENT_LENGTH"), request.META.get("wsgi.input_terminated")
    # Without a length Django takes the body for empty, even where the server knows its end.
    stream = request.META["wsgi.input"] if is_whole and not length else request
    return request.method, stream.read(_table.AT_MOST), request.META.get("CONTENT_TYPE", ""), length


def _answer(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers=_table.headers(status))

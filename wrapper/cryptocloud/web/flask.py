"""Payment notifications in Flask."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, request

from cryptocloud.client import CryptoCloud
from cryptocloud.web import _table


def postback(
    client: CryptoCloud, deliver: _table.Deliver, *, accept_test: bool = True
) -> Callable[[], Response]:
    """A view: `app.add_url_rule("/postback", view_func=postback(client, deliver), methods=["POST"])`.

    What is answered when: see `cryptocloud.web`.
    """
    handler = _table.Handler(client, deliver, accept_test=accept_test)

    def postback() -> Response:
        body = request.stream.read(_table.AT_MOST)
        if not body:
            # Something in front may have read it, or made a form of it: what is signed stands in that, too.
            body = request.get_data() or urlencode(list(request.form.items(multi=True))).encode()
        kind, length = request.headers.get("Content-Type", ""), request.headers.get("Content-Length")
        status = handler.answer(request.method, body, kind, length)
        return Response(status=status, headers=_table.headers(status))

    return postback

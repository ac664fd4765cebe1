"""Payment notifications in Flask: `create_app` makes an application that answers at `/postback`.

`book` is yours: it delivers what was paid. It is called for every notification of a paid invoice, and the
same payment is announced more than once, also at the same time. Have it do its work once per
`invoice.uuid`: with a unique key, in the transaction of the work itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, Response, request

from cryptocloud import CryptoCloud, PostbackError
from cryptocloud.models import Invoice
from cryptocloud.postback import MAX_BODY

log = logging.getLogger(__name__)


def create_app(client: CryptoCloud, book: Callable[[Invoice], None]) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.post("/postback")
    def receive() -> Response:
        # Before anything looks at `request.form`, which consumes the body.
        body = request.get_data()
        try:
            postback = client.postbacks.verify(body, request.headers.get("Content-Type", ""))
        except PostbackError as error:
            # The reason is for you. Who forges notifications would learn from it.
            log.warning("%s", error)
            return Response(status=400)
        # From here on, an error is answered with 500: then it can be sent again.
        invoice = client.invoices.get(postback.invoice_id)
        if not invoice.is_paid:
            log.warning("%s was announced as paid, and is %s", invoice.uuid, invoice.status)
            return Response(status=409)
        book(invoice)
        return Response(status=200)

    return app

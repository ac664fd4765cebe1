"""Payment notifications in FastAPI: `create_app` makes an application that answers at `/postback`.

`book` is yours: it delivers what was paid. It is called for every notification of a paid invoice, and the
same payment is announced more than once, also at the same time. Have it do its work once per
`invoice.uuid`: with a unique key, in the transaction of the work itself.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from cryptocloud import AsyncCryptoCloud, PostbackError
from cryptocloud.models import Invoice
from cryptocloud.postback import MAX_BODY

log = logging.getLogger(__name__)


def create_app(client: AsyncCryptoCloud, book: Callable[[Invoice], Awaitable[None]]) -> FastAPI:
    app = FastAPI()

    @app.post("/postback")
    async def receive(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return Response(status_code=413)
        try:
            postback = client.postbacks.verify(bytes(body), request.headers.get("content-type", ""))
        except PostbackError as error:
            # The reason is for you. Who forges notifications would learn from it.
            log.warning("%s", error)
            return Response(status_code=400)
        # From here on, an error is answered with 500: then it can be sent again.
        invoice = await client.invoices.get(postback.invoice_id)
        if not invoice.is_paid:
            log.warning("%s was announced as paid, and is %s", invoice.uuid, invoice.status)
            return Response(status_code=409)
        await book(invoice)
        return Response(status_code=200)

    return app

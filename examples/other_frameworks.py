"""Postbacks where this package has no view: Quart, Tornado, Litestar and AWS Lambda.

Its keys are `CRYPTOCLOUD_API_KEY`, `CRYPTOCLOUD_SHOP_ID` and `CRYPTOCLOUD_SECRET_KEY`.
"""

import base64
import logging
from typing import Any

import litestar
import quart
import tornado.web

from cryptocloud import (
    AsyncCryptoCloud,
    CryptoCloud,
    CryptoCloudError,
    Invoice,
    NotFoundError,
    PostbackError,
    PostbackNotPaidError,
)
from cryptocloud.postback import MAX_BODY

log = logging.getLogger(__name__)


def deliver(invoice: Invoice) -> None:
    """Yours: a unique key in its own transaction lets it work once."""


def status_of(error: CryptoCloudError) -> int:
    log.warning("postback: %s", error)  # for you, and not for the sender
    match error:
        case PostbackNotPaidError() | NotFoundError():
            return 409
        case PostbackError():
            return 400
        case _:
            return 503


async def answer(client: AsyncCryptoCloud, body: bytes, content_type: str) -> int:
    try:
        invoice = await client.postbacks.receive(body, content_type)
    except CryptoCloudError as error:
        return status_of(error)
    deliver(invoice)
    return 200


def create_quart() -> quart.Quart:
    app, client = quart.Quart(__name__), AsyncCryptoCloud()
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.post("/postback")
    async def postback() -> quart.Response:
        content_type = quart.request.headers.get("Content-Type", "")
        status = await answer(client, await quart.request.body, content_type)
        return quart.Response("", status)

    return app


def create_tornado() -> tornado.web.Application:
    client = AsyncCryptoCloud()

    class Postback(tornado.web.RequestHandler):
        async def post(self) -> None:
            content_type = self.request.headers.get("Content-Type", "")
            self.set_status(await answer(client, self.request.body, content_type))

    return tornado.web.Application([("/postback", Postback)])


def create_litestar() -> litestar.Litestar:
    client = AsyncCryptoCloud()

    @litestar.post("/postback", request_max_body_size=MAX_BODY)
    async def postback(request: litestar.Request[Any, Any, Any]) -> litestar.Response[None]:
        content_type = request.headers.get("content-type", "")
        status = await answer(client, await request.body(), content_type)
        return litestar.Response(None, status_code=status)

    return litestar.Litestar([postback])


def create_lambda() -> Any:
    client = CryptoCloud()

    def handler(event: dict[str, Any], context: object) -> dict[str, int]:
        body = event["body"] or ""
        headers = {name.lower(): value for name, value in event["headers"].items()}
        try:
            invoice = client.postbacks.receive(
                base64.b64decode(body) if event["isBase64Encoded"] else body.encode(),
                headers.get("content-type", ""),
            )
        except CryptoCloudError as error:
            return {"statusCode": status_of(error)}
        deliver(invoice)
        return {"statusCode": 200}

    return handler

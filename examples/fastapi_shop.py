"""A shop in FastAPI: `uvicorn --factory fastapi_shop:create_app`.

Its keys are `CRYPTOCLOUD_API_KEY`, `CRYPTOCLOUD_SHOP_ID` and `CRYPTOCLOUD_SECRET_KEY`.
"""

import sqlite3
from contextlib import closing

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from cryptocloud import AsyncCryptoCloud, Invoice
from cryptocloud.web.starlette import postback


def deliver(invoice: Invoice) -> None:
    """Hands over what is paid. It is called again for the same invoice, perhaps at the same time."""
    with closing(sqlite3.connect("shop.db", timeout=30)) as db, db:  # one transaction, in its turn
        row = (invoice.uuid, invoice.order_id)
        is_new = db.execute("INSERT OR IGNORE INTO delivered VALUES (?, ?)", row).rowcount
        if is_new:
            db.execute("UPDATE stock SET pieces = pieces - 1")


def create_app() -> FastAPI:
    with closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS delivered (invoice TEXT PRIMARY KEY, order_id TEXT)")
        db.execute("CREATE TABLE IF NOT EXISTS stock AS SELECT 100 AS pieces")
    app = FastAPI()
    client = AsyncCryptoCloud()
    app.add_route("/postback", postback(client, deliver), methods=["POST"])

    @app.post("/order/{order_id}")
    async def order(order_id: str) -> RedirectResponse:
        invoice = await client.invoices.create("20.00", order_id=order_id)
        return RedirectResponse(invoice.link, 303)

    @app.get("/stock")
    def stock() -> int:
        with closing(sqlite3.connect("shop.db")) as db:
            (pieces,) = db.execute("SELECT pieces FROM stock").fetchone()
        return int(pieces)

    return app

"""A shop in aiohttp: `python -m aiohttp.web aiohttp_shop:create_app`.

Its keys are `CRYPTOCLOUD_API_KEY`, `CRYPTOCLOUD_SHOP_ID` and `CRYPTOCLOUD_SECRET_KEY`.
"""

import sqlite3
from contextlib import closing

from aiohttp import web

from cryptocloud import AsyncCryptoCloud, Invoice
from cryptocloud.web.aiohttp import postback


def deliver(invoice: Invoice) -> None:
    """Hands over what is paid. It is called again for the same invoice, perhaps at the same time."""
    with closing(sqlite3.connect("shop.db", timeout=30)) as db, db:  # one transaction, in its turn
        row = (invoice.uuid, invoice.order_id)
        is_new = db.execute("INSERT OR IGNORE INTO delivered VALUES (?, ?)", row).rowcount
        if is_new:
            db.execute("UPDATE stock SET pieces = pieces - 1")


def create_app(arguments: object = None) -> web.Application:
    with closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS delivered (invoice TEXT PRIMARY KEY, order_id TEXT)")
        db.execute("CREATE TABLE IF NOT EXISTS stock AS SELECT 100 AS pieces")
    app = web.Application()
    client = AsyncCryptoCloud()
    app.router.add_post("/postback", postback(client, deliver))

    async def order(request: web.Request) -> web.Response:
        invoice = await client.invoices.create("20.00", order_id=request.match_info["order_id"])
        raise web.HTTPSeeOther(invoice.link)

    app.router.add_post("/order/{order_id}", order)
    return app

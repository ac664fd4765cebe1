"""A shop in Flask: `flask --app flask_shop run`.

Its keys are `CRYPTOCLOUD_API_KEY`, `CRYPTOCLOUD_SHOP_ID` and `CRYPTOCLOUD_SECRET_KEY`.
"""

import sqlite3
from contextlib import closing

from flask import Flask, redirect
from werkzeug import Response

from cryptocloud import CryptoCloud, Invoice
from cryptocloud.web.flask import postback


def deliver(invoice: Invoice) -> None:
    """Hands over what is paid. It is called again for the same invoice, perhaps at the same time."""
    with closing(sqlite3.connect("shop.db", timeout=30)) as db, db:  # one transaction, in its turn
        row = (invoice.uuid, invoice.order_id)
        is_new = db.execute("INSERT OR IGNORE INTO delivered VALUES (?, ?)", row).rowcount
        if is_new:
            db.execute("UPDATE stock SET pieces = pieces - 1")


def create_app() -> Flask:
    with closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS delivered (invoice TEXT PRIMARY KEY, order_id TEXT)")
        db.execute("CREATE TABLE IF NOT EXISTS stock AS SELECT 100 AS pieces")
    app = Flask(__name__)
    client = CryptoCloud()
    app.add_url_rule("/postback", view_func=postback(client, deliver), methods=["POST"])

    @app.post("/order/<order_id>")
    def order(order_id: str) -> Response:
        invoice = client.invoices.create("20.00", order_id=order_id)
        return redirect(invoice.link, 303)

    return app

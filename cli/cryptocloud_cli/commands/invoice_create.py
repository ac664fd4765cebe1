"""``cryptocloud invoice create``."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.values import AMOUNT, COIN, FIAT, LIFETIME, LINE

_COLUMNS = ("uuid", "link", "amount_in_fiat", "fiat_currency", "expiry_date", "address", "amount_to_pay")


@click.command("create")
@click.argument("amount", type=AMOUNT)
@click.option("--currency", type=FIAT, default="USD", help="Currency of the amount. Default: USD.")
@click.option("--order-id", type=LINE, help="Your own name for it.")
@click.option("--coin", type=COIN, help="The coin to begin with, such as USDT_TRC20.")
@click.option("--lifetime", type=LIFETIME, help="How long it can be paid, such as 2h.")
@click.option("--open", "is_opened", is_flag=True, help="Open its page in the browser.")
@output_options
def command(
    *,
    amount: Decimal,
    currency: str,
    order_id: str | None,
    coin: str | None,
    lifetime: datetime.timedelta | None,
    is_opened: bool,
    form: Any,
    is_raw: bool,
) -> None:
    """Create an invoice; its link is where the buyer pays.

    If it ends with 3, there may be an invoice: look through the list for your order id.
    """
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import Output

    with open_client(with_shop=True) as client, Output(form, is_raw=is_raw) as output:
        invoice = client.invoices.create(
            amount, currency=currency, order_id=order_id, cryptocurrency=coin, time_to_pay=lifetime
        )
        row = invoice.to_row()
        output.head(row, _COLUMNS)
        output.write(row)
    if is_opened and not _open(invoice.link):
        print("cryptocloud: no browser opened the link", file=sys.stderr)


def _open(link: str | None) -> bool:
    import webbrowser

    # A browser would open files and run scripts, too.
    return (link or "").startswith(("https://", "http://")) and webbrowser.open(link or "")

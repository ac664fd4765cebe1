"""``cryptocloud wallet create``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.values import COIN, LINE


@click.command("create")
@click.argument("coin", type=COIN)
@click.argument("identify", type=LINE)
@output_options
def command(*, coin: str, identify: str, form: Any, is_raw: bool) -> None:
    """Create an address for one coin and one customer.

    IDENTIFY is your own name for the customer, which notifications carry as order_id.
    """
    from cryptocloud.models import Currency
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import Output

    with open_client(with_shop=True) as client, Output(form, is_raw=is_raw) as output:
        wallet = client.static_wallets.create(coin, identify=identify)
        currency = wallet.currency or Currency()
        row = {"address": wallet.address, "uuid": wallet.uuid, "currency_code": currency.code}
        output.head(row)
        output.write(row)

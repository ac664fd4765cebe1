"""``cryptocloud balance``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options


@click.command("balance")
@output_options
def command(*, form: Any, is_raw: bool) -> None:
    """Show the balance of each coin."""
    from cryptocloud.models import Currency
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import Output

    amounts = ("balance_crypto", "balance_usd", "available_balance", "available_balance_usd")
    names = ("currency_code", *amounts)
    with open_client() as client, Output(form, is_raw=is_raw) as output:
        output.head(names, names[:-1])
        for balance in client.balances.list():
            currency = balance.currency or Currency()
            output.write(
                {"currency_code": currency.code} | {name: getattr(balance, name) for name in amounts}
            )

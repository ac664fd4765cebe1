"""``cryptocloud invoice list``."""

from __future__ import annotations

import datetime
from typing import Any

import click

from cryptocloud_cli.options import before, now, output_options, period, period_options
from cryptocloud_cli.values import DURATION, WORD


@click.command("list")
@period_options
@click.option("--status", type=WORD, multiple=True, help="Those in this status. May be given several times.")
@click.option("--older-than", type=DURATION, help="Those that were created longer ago, such as 24h.")
@output_options
def command(
    *,
    start: datetime.date | None,
    end: datetime.date | None,
    status: tuple[str, ...],
    older_than: datetime.timedelta | None,
    form: Any,
    is_raw: bool,
) -> None:
    """List invoices of a period.

    Its days are the service's, likely in UTC; times are UTC. A table shows some of the fields.
    """
    latest = before(older_than) if older_than else None
    # Where it is tomorrow already, the newest invoices are of tomorrow.
    newest = latest or now()
    first, last = period(start, end, newest.date() + datetime.timedelta(days=1))

    from cryptocloud.models import Invoice
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import INVOICE_COLUMNS, Output

    with open_client() as client, Output(form, is_raw=is_raw) as output:
        output.head(Invoice(uuid="").to_row(), INVOICE_COLUMNS)
        for invoice in client.invoices.list(first, last):
            is_old = latest is None or (invoice.created is not None and invoice.created <= latest)
            if is_old and (not status or invoice.status in status):
                output.write(invoice.to_row())

"""``cryptocloud stats``."""

from __future__ import annotations

import datetime
from typing import Any

import click

from cryptocloud_cli.options import now, output_options, period, period_options

_STATUSES = ("all", "created", "paid", "overpaid", "partial", "canceled")


@click.command("stats")
@period_options
@output_options
def command(*, start: datetime.date | None, end: datetime.date | None, form: Any, is_raw: bool) -> None:
    """Count the invoices of a period by status, and sum them up.

    The sums are in US dollars, the days are the service's, likely in UTC.
    """
    first, last = period(start, end, now().date())

    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import Output

    names = ("status", "count", "amount_usd")
    with open_client() as client, Output(form, is_raw=is_raw) as output:
        output.head(names, names)
        statistics = client.invoices.statistics(first, last)
        for status in _STATUSES:
            count = getattr(statistics.count, status, None)
            output.write(
                {"status": status, "count": count, "amount_usd": getattr(statistics.amount, status, None)}
            )

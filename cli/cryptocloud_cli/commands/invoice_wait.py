"""``cryptocloud invoice wait``."""

from __future__ import annotations

import datetime
from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.problems import Problem, ProblemError
from cryptocloud_cli.statuses import Status
from cryptocloud_cli.values import INVOICE_ID, PATIENCE


@click.command("wait")
@click.argument("uuid", type=INVOICE_ID)
@click.option("--timeout", type=PATIENCE, default="10m", help="At most a day. Default: 10m.")
@output_options
def command(*, uuid: str, timeout: datetime.timedelta, form: Any, is_raw: bool) -> int:
    """Wait until an invoice is final: paid, overpaid or canceled.

    It ends with 0 only if it is paid or overpaid; with 1 if it is canceled, and with 3 if the time is up.
    """
    from cryptocloud import CryptoCloudError
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import Output

    with open_client() as client, Output(form, is_raw=is_raw) as output:
        try:
            invoice = client.invoices.wait_until_final(uuid, timeout=timeout.total_seconds())
        except TimeoutError as error:
            if isinstance(error, CryptoCloudError):
                raise
            raise ProblemError(Problem(Status.UNKNOWN, str(error), "TimeoutError", "unknown")) from None
        row = invoice.to_row()
        output.head(row)
        output.write(row)
    return Status.DONE if invoice.is_paid else Status.REFUSED

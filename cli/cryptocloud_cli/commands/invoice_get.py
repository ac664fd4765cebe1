"""``cryptocloud invoice get``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.values import INVOICE_ID


@click.command("get")
@click.argument("uuids", metavar="UUID...", type=INVOICE_ID, nargs=-1, required=True)
@output_options
def command(*, uuids: tuple[str, ...], form: Any, is_raw: bool) -> None:
    """Look invoices up."""
    from cryptocloud import NotFoundError
    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import INVOICE_COLUMNS, Output

    columns = INVOICE_COLUMNS if len(uuids) > 1 else ()
    with open_client() as client, Output(form, is_raw=is_raw) as output:
        missing = None
        try:
            invoices = client.invoices.get_many(uuids)
        except NotFoundError as error:
            missing = error
            invoices = list(error.found)
        for number, invoice in enumerate(invoices):
            row = invoice.to_row()
            if not number:
                output.head(row, columns)
            output.write(row)
        if missing:
            raise missing

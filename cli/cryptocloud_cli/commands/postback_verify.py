"""``cryptocloud postback verify``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.reading import read


@click.command("verify")
@click.argument("file", metavar="FILE|-")
@click.option("--content-type", metavar="TYPE", help="The header. Default: what the body looks like.")
@output_options
def command(*, file: str, content_type: str | None, form: Any, is_raw: bool) -> None:
    """Say whether the service sent a notification.

    FILE is the body as it arrived, - is stdin. The secret key comes from CRYPTOCLOUD_SECRET_KEY. If a check
    fails, it says which, and ends with 1. A token is valid for five minutes: an older one has expired.
    """
    from cryptocloud.postback import MAX_BODY, verify
    from cryptocloud_cli.client import secret_key
    from cryptocloud_cli.output import Cell, Output

    body = read(file, "FILE", MAX_BODY + 1)
    with Output(form, is_raw=is_raw) as output:
        try:
            postback = verify(body, content_type or _type_of(body), secret_key())
        except ValueError as error:
            raise Misuse(str(error), click.get_current_context()) from None
        row: dict[str, Cell] = {
            "invoice_id": postback.invoice_id,
            "expires_at": postback.expires_at,
            "status": postback.status,
            "amount_crypto": postback.amount_crypto,
            "currency": postback.currency,
            "order_id": postback.order_id,
        }
        output.head(row)
        output.write(row)
        output.note("The service sent it. Only the id is signed: look the invoice up before you book it.")


def _type_of(body: bytes) -> str:
    return "application/json" if body.lstrip()[:1] == b"{" else "application/x-www-form-urlencoded"

"""``cryptocloud sandbox pay``, ``overpay``, ``pay-part``, ``expire`` and ``resend``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.statuses import Status
from cryptocloud_cli.values import INVOICE_ID

_FIELDS = (
    "uuid",
    "invoice_status",
    "url",
    "attempt",
    "status",
    "accepted",
    "error",
    "seconds",
    "response_body",
)


def _move(name: str, text: str) -> click.Command:
    @click.command(name, help=f"{text}\n\nIt ends with 1 if your handler does not accept the postback.")
    @click.argument("uuid", type=INVOICE_ID)
    @output_options
    def order(*, uuid: str, form: Any, is_raw: bool) -> int:
        from cryptocloud_cli.control import Control
        from cryptocloud_cli.output import Output, plain_row

        control = Control()
        with Output(form, is_raw=is_raw) as output:
            delivery = control.order("POST", f"/invoices/{uuid}/{name}")
            if delivery is None:
                invoice = control.order("GET", f"/invoices/{uuid}")
                delivery = {"uuid": uuid, "invoice_status": invoice["status"]}
                output.note("No postback: it goes nowhere, or there is nothing to announce.")
            output.head(_FIELDS)
            output.write(plain_row(delivery, _FIELDS))
            return Status.DONE if delivery.get("accepted", True) else Status.REFUSED

    return order


pay = _move("pay", "Pay an invoice exactly.")
overpay = _move("overpay", "Pay more than is due.")
pay_part = _move("pay-part", "Pay a part of what is due.")
expire = _move("expire", "Let an invoice expire.")
resend = _move("resend", "Send the postback of a paid invoice again.")

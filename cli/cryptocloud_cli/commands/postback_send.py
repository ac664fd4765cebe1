"""``cryptocloud postback send``."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.problems import Misuse, Problem, ProblemError
from cryptocloud_cli.statuses import Status
from cryptocloud_cli.values import INVOICE_ID, URL

_PATIENCE = 10.0
"""Seconds that a handler has."""

_MOST = 2000
"""Bytes of its answer that are shown."""


@click.command("send")
@click.argument("url", type=URL)
@click.argument("uuid", type=INVOICE_ID)
@click.option("--forged", "is_forged", is_flag=True, help="Sign it with another key.")
@click.option("--expired", "is_expired", is_flag=True, help="With a token that has expired.")
@click.option("--form", "is_form", is_flag=True, help="As a form, and not as JSON.")
@output_options
def command(
    *, url: str, uuid: str, is_forged: bool, is_expired: bool, is_form: bool, form: Any, is_raw: bool
) -> int:
    """Send a notification to your handler.

    CRYPTOCLOUD_SECRET_KEY signs it. The command ends with 0 if the handler does as it should: it answers a
    genuine one with 200, and one that is forged or has expired with a status from 400 to 499. It does not
    know whether the invoice is paid: if it is not, 409 is right, and the command ends with 1.
    """
    if is_forged and is_expired:
        raise Misuse("--forged and --expired are two notifications", click.get_current_context())

    import httpx

    from cryptocloud.postback import message
    from cryptocloud_cli.client import secret_key
    from cryptocloud_cli.output import Output

    try:
        notification = message(
            uuid,
            secrets.token_hex(18) if is_forged else secret_key(),
            kind="form" if is_form else "json",
            expires_in=-3600.0 if is_expired else 300.0,
        )
    except ValueError as error:
        raise Misuse(str(error), click.get_current_context()) from None
    is_genuine = not (is_forged or is_expired)
    begun = time.monotonic()
    try:
        with httpx.stream(
            "POST",
            url,
            content=notification.body,
            headers=notification.headers,
            timeout=_PATIENCE,
            # A proxy does not reach this machine.
            trust_env=urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1"),
        ) as answer:
            text = next(answer.iter_bytes(_MOST), b"").decode(errors="replace")
    except (httpx.TransportError, httpx.InvalidURL) as error:
        is_refused = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL))
        raise ProblemError(
            Problem(
                Status.NOT_SENT if is_refused else Status.UNKNOWN,
                f"no answer from the handler: {type(error).__name__}",
                type(error).__name__,
                "not sent" if is_refused else "unknown",
            )
        ) from None
    with Output(form, is_raw=is_raw) as output:
        row = {
            "invoice_id": uuid,
            "kind": "genuine" if is_genuine else "forged" if is_forged else "expired",
            "content_type": notification.content_type,
            "status": answer.status_code,
            "seconds": round(time.monotonic() - begun, 3),
            "answer": text,
        }
        output.head(row)
        output.write(row)
        is_right = answer.status_code == 200 if is_genuine else 400 <= answer.status_code < 500
        if is_right:
            note = "The handler did as it should."
        elif is_genuine and answer.status_code == httpx.codes.CONFLICT:
            note = "The handler refused it with 409: right if the invoice is not paid, and wrong if it is."
        else:
            note = "The handler should have answered otherwise."
        output.note(note)
    return Status.DONE if is_right else Status.REFUSED

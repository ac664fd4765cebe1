"""The message that tells a merchant of a payment."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import jwt

from . import shapes
from .records import Invoice
from .targets import Kind


class Message(NamedTuple):
    """A postback as a web server gets it, to be posted by hand."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    """The content type once more, as the header that it is."""


def message(
    invoice: Invoice, kind: Kind, secret_key: str, *, expires_in: float = 300, **fields: object
) -> Message:
    """With a new token, valid for so many seconds. ``fields`` replace its own."""
    # By the real clock: the merchant's own goes by nothing else.
    claims = {"id": invoice.key, "exp": datetime.now(UTC) + timedelta(seconds=expires_in)}
    document = {
        "status": "success",
        "invoice_id": invoice.key,
        "amount_crypto": invoice.paid,
        "currency": invoice.coin.code,
        "order_id": invoice.order_id,
        "token": jwt.encode(claims, secret_key, "HS256", sort_headers=False),
        "invoice_info": shapes.announced(invoice),
        **fields,
    }
    if kind == "json":
        body, content_type = shapes.dumps(document).encode(), "application/json"
    else:
        body, content_type = _form(document), "application/x-www-form-urlencoded"
    return Message(body, content_type, {"Content-Type": content_type})


def _form(document: dict[str, Any]) -> bytes:
    """A nested object as a form: of the inner object only the names are left, and nulls are left out."""
    return urlencode(
        [
            (name, item)
            for name, value in document.items()
            for item in (value if isinstance(value, dict) else [value])
            if item is not None
        ],
        errors="replace",
    ).encode()

"""The message that tells a merchant of a payment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from . import shapes
from .records import Invoice
from .targets import Kind


def message(
    invoice: Invoice, kind: Kind, secret_key: str, *, expires_in: float = 300, **fields: object
) -> tuple[bytes, str]:
    """Body and content type, with a new token, valid for so many seconds. ``fields`` replace its own."""
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
        return shapes.dumps(document).encode(), "application/json"
    return _form(document), "application/x-www-form-urlencoded"


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

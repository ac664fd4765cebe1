"""The message that tells a merchant of a payment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from . import shapes
from .records import Invoice
from .targets import Kind


def message(invoice: Invoice, kind: Kind, secret_key: str) -> tuple[bytes, str]:
    """Body and content type, with a new token."""
    document = _document(invoice, secret_key)
    if kind == "json":
        return shapes.dumps(document).encode(), "application/json"
    return _form(document), "application/x-www-form-urlencoded"


def _document(invoice: Invoice, secret_key: str) -> dict[str, Any]:
    # By the real clock: the merchant's own goes by nothing else.
    claims = {"id": invoice.key, "exp": datetime.now(UTC) + timedelta(minutes=5)}
    return {
        "status": "success",
        "invoice_id": invoice.key,
        "amount_crypto": invoice.paid,
        "currency": invoice.coin.code,
        "order_id": invoice.order_id,
        "token": jwt.encode(claims, secret_key, "HS256", sort_headers=False),
        "invoice_info": shapes.announced(invoice),
    }


def _form(document: dict[str, Any]) -> bytes:
    """A nested object as a form: of the inner object only the names are left, and nulls are left out."""
    return urlencode(
        [
            (name, item)
            for name, value in document.items()
            for item in (value if isinstance(value, dict) else [value])
            if item is not None
        ]
    ).encode()

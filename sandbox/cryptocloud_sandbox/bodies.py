"""Request bodies: JSON or a form, by their content type, read into one document."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

Document = Mapping[str, Any]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_MAX_FIELDS = 1000


def parse(body: bytes, content_type: str) -> Document:
    """What a body says. ``ValueError`` if it is not what its content type says, or no object."""
    # Most are plain JSON.
    if content_type != JSON and content_type.partition(";")[0].strip().lower() == FORM:
        return _parse_form(body)
    try:
        document = json.loads(body.decode() or "{}", parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ValueError("Body is not a JSON object")
    return document


def _parse_form(body: bytes) -> Document:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise ValueError("Body is not a form") from None
    document: dict[str, Any] = dict(pairs)
    if "uuids" in document:
        document["uuids"] = [value for name, value in pairs if name == "uuids"]
    # An object does not survive a form: some clients send the name of its first member in its place.
    document.pop("add_fields", None)
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")

"""JSON with exact numbers, in both directions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


class AmbiguousError(ValueError):
    """The same key stands twice in an object: JSON leaves open which of them counts."""


def encode(value: object) -> bytes:
    """JSON in which a `Decimal` is a number with just its digits, which the standard encoder cannot write."""
    return _encode(value).encode()


def _encode(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_encode, value)) + "]"
    return json.dumps(value, allow_nan=False)


def decode(text: str) -> object:
    """The value of a JSON text. Numbers with a fraction or an exponent become `Decimal`s.

    Raises:
        AmbiguousError: An object has the same key twice.
        ValueError: It is not JSON; that includes NaN, and nesting too deep to read.
    """
    try:
        return _DECODER.decode(text)
    except AmbiguousError:
        raise
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise AmbiguousError("the same key twice")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _fraction(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


# A number too large for Python stays the text that it is: the rest of the answer may be worth a lot.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_fraction, parse_constant=_no_constant
)

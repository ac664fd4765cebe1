"""Types of arguments. Unlike click's, their messages do not repeat what was typed: it could be a key."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

if TYPE_CHECKING:
    from decimal import Decimal

ValueT = TypeVar("ValueT")

_DURATION = re.compile(r"(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,9})s)?")
_URL = re.compile(r"https?://[!-~]+")
_WORD = re.compile(r"[a-z_]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Value(click.ParamType, Generic[ValueT]):  # type: ignore[type-arg] # click 8.2 has no arguments there
    """A value that is read by a function, which raises `ValueError` if it cannot be."""

    def __init__(self, name: str, wanted: str, read: Callable[[str], ValueT]) -> None:
        """`name` stands in the help, `wanted` in the message."""
        self.name = name
        self._wanted = wanted
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        # A shell's completion converts too, and does not need the SDK for it.
        if not isinstance(value, str) or (ctx is not None and ctx.resilient_parsing):
            return value
        try:
            return self._read(value)
        except (ValueError, OverflowError):
            raise click.BadParameter(f"it must be {self._wanted}", ctx, param) from None


class Choice(click.Choice[str]):
    """One of some words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return f"it must be one of {', '.join(self.choices)}"


def duration(text: str) -> datetime.timedelta:
    """A time such as `24h` or `2d12h`, above 0."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups("")):
        raise ValueError
    days, hours, minutes, seconds = (int(part) for part in found.groups("0"))
    span = datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not span:
        raise ValueError
    return span


def whole_number(least: int, most: int) -> Value[int]:
    """An integer within bounds."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not least <= number <= most:
            raise ValueError
        return number

    return Value("number", f"a whole number from {least} to {most}", read)


def _day(text: str) -> datetime.date:
    if not _DAY.fullmatch(text):
        raise ValueError
    return datetime.date.fromisoformat(text)


def _lifetime(text: str) -> datetime.timedelta:
    span = duration(text)
    if span % datetime.timedelta(minutes=1):
        raise ValueError
    return span


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError
    return text


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError
    return text


def _patience(text: str) -> datetime.timedelta:
    span = duration(text)
    if span > datetime.timedelta(days=1):
        raise ValueError
    return span


# The SDK is loaded when one of these reads a value, and not by help.


def _invoice_id(text: str) -> str:
    from cryptocloud._arguments import checked_invoice_id, with_prefix

    return with_prefix(checked_invoice_id(text))


def _amount(text: str) -> Decimal:
    from cryptocloud._arguments import checked_amount

    return checked_amount(text)


def _coin(text: str) -> str:
    from cryptocloud._arguments import checked_coin

    return checked_coin(text, "coin")


def _fiat(text: str) -> str:
    from cryptocloud._arguments import checked_fiat

    return checked_fiat(text)


def _operation(text: str) -> str:
    from cryptocloud import openapi

    if all(path["post"]["operationId"] != text for path in openapi()["paths"].values()):
        raise ValueError
    return text


def _line(text: str) -> str:
    from cryptocloud._arguments import checked_line

    return checked_line(text, "text")


INVOICE_ID = Value(
    "UUID", "an invoice id: 'INV-' and 8 upper-case letters or digits, or those 8 alone", _invoice_id
)
OPERATION = Value("OP", "an operation of the API, such as cancelInvoice", _operation)
AMOUNT = Value("AMOUNT", "a number above 0, such as 100.50", _amount)
COIN = Value("COIN", "the full code of a coin, such as USDT_TRC20", _coin)
FIAT = Value("CODE", "the code of a currency, such as USD", _fiat)
LINE = Value("TEXT", "a text, not empty, without control characters", _line)
URL = Value("URL", "a URL that begins with http:// or https://", _url)
WORD = Value("WORD", "a word in lower case, such as created", _word)
DAY = Value("DAY", "a day such as 2026-11-30", _day)
DURATION = Value("TIME", "a time such as 90s, 24h or 2d12h", duration)
PATIENCE = Value("TIME", "a time up to 24h, such as 30m", _patience)
LIFETIME = Value("TIME", "a time in whole minutes, such as 30m or 2h", _lifetime)

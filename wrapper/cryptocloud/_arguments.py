"""Values that are checked before anything is sent."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

_INVOICE_ID = re.compile(r"(INV-)?[A-Z0-9]{8}")
_NUMBER = re.compile(r"\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_COIN = re.compile(r"[A-Z0-9]{1,16}(_[A-Z0-9]{1,16})?")
_FIAT = re.compile(r"[A-Z]{3}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\ud800-\udfff]+@[^@\s\x00-\x1f\ud800-\udfff]+")
_WORD = re.compile(r"[A-Za-z]{1,16}([-_][A-Za-z0-9]{1,16})*")
_LINE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_ADDRESS = re.compile(r"[!-~]{1,512}")

_MOST_DIGITS = 60
"""Digits of an amount, before and after the point: far beyond the 18 decimals of any coin. It keeps a slip
such as '1e999' from becoming a request of that length."""


def checked_names(options: Mapping[str, object], known: type, method: str) -> None:
    """Refuses what is none of the keyword arguments that `known` has, as Python does.

    Raises:
        TypeError: There is one.
    """
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {name!r}")


def checked_invoice_id(uuid: str) -> str:
    """`uuid`, if it can be an invoice's id: `INV-` and eight upper-case letters or digits, or those alone.

    Raises:
        TypeError: It is not a string.
        ValueError: It has another form. That of every sample in the documentation is required.
    """
    if not isinstance(uuid, str):
        raise TypeError(f"an invoice's uuid must be a str such as 'INV-89UX09KA', not {type(uuid).__name__}")
    if _INVOICE_ID.fullmatch(uuid):
        return uuid
    hint = ""
    if _INVOICE_ID.fullmatch(uuid.strip().upper()):
        hint = f"; did you mean {uuid.strip().upper()!r}?"
    raise ValueError(
        f"uuid must be 'INV-' and 8 upper-case letters or digits, or those 8 alone, not {quoted(uuid)}{hint}"
    )


def checked_invoice_ids(uuids: Iterable[str]) -> list[str]:
    """`uuids`, each checked, each with `INV-`.

    Raises:
        TypeError: It is a single string, or not iterable.
    """
    if isinstance(uuids, (str, bytes)) or not isinstance(uuids, Iterable):
        raise TypeError(f"uuids must be a list of ids, not {type(uuids).__name__}")
    return [with_prefix(checked_invoice_id(uuid)) for uuid in uuids]


def with_prefix(uuid: str) -> str:
    """The id of an invoice in its long form."""
    return uuid if uuid.startswith("INV-") else f"INV-{uuid}"


def checked_concurrency(concurrency: int) -> int:
    """`concurrency`, if it is from 1 to 100: more are never in flight."""
    if isinstance(concurrency, bool) or not isinstance(concurrency, int):
        raise TypeError(f"concurrency must be an int, not {type(concurrency).__name__}")
    if not 1 <= concurrency <= 100:
        raise ValueError(f"concurrency must be from 1 to 100, not {concurrency}")
    return concurrency


def checked_amount(amount: Decimal | int | str) -> Decimal:
    """`amount` as an exact decimal.

    Raises:
        TypeError: It is a float, which does not hold amounts exactly, or no number at all.
        ValueError: It is not a finite number above 0.
    """
    if isinstance(amount, float):
        raise TypeError("amount must not be a float, which is not exact: pass a Decimal, an int or a str")
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"amount must be a Decimal, an int or a str, not {type(amount).__name__}")
    # Decimal() takes more than what people mean by an amount: spaces, underscores, digits of other scripts.
    if isinstance(amount, str) and not _NUMBER.fullmatch(amount):
        raise ValueError(f"amount must be a number such as '100.50', not {quoted(amount)}")
    exact = Decimal(amount)
    if not exact.is_finite() or exact <= 0:
        raise ValueError(f"amount must be a finite number above 0, not {quoted(str(exact))}")
    if not -_MOST_DIGITS < exact.adjusted() < _MOST_DIGITS or len(exact.as_tuple().digits) > _MOST_DIGITS:
        raise ValueError(f"amount has more than {_MOST_DIGITS} digits")
    return exact


def checked_coin(code: str, name: str) -> str:
    """`code`, if it can be the full code of a coin: `BTC`, `USDT_TRC20`. The list of coins is open."""
    return _checked_text(code, name, _COIN, "a coin such as 'BTC' or 'USDT_TRC20'")


def checked_coins(codes: Iterable[str], name: str) -> list[str]:
    """`codes`, if there is at least one and each can be the full code of a coin."""
    if isinstance(codes, (str, bytes)) or not isinstance(codes, Iterable):
        raise TypeError(f"{name} must be a list of coins, not {type(codes).__name__}")
    checked = [checked_coin(code, name) for code in codes]
    if not checked:
        raise ValueError(f"{name} must have at least one coin")
    return checked


def checked_fiat(code: str) -> str:
    """`code`, if it can be that of a currency: `USD`. The list of currencies is open."""
    return _checked_text(code, "currency", _FIAT, "a currency such as 'USD'")


def checked_email(email: str, name: str) -> str:
    """`email`, if it can be an e-mail address at all."""
    return _checked_text(email, name, _EMAIL, "an e-mail address", show=False)


def checked_word(word: str, name: str) -> str:
    """`word`, if it is one of ASCII letters: a locale such as `en`, a period such as `month`."""
    return _checked_text(word, name, _WORD, "a word such as 'en' or 'month'")


def checked_line(text: str, name: str) -> str:
    """`text`, if it is not empty and has no control characters. Its length has no known limit."""
    return _checked_text(text, name, _LINE, "a text, not empty, without control characters", show=False)


def checked_address(address: str) -> str:
    """`address`, if it can be one of coins: ASCII letters, digits and a few signs, without spaces."""
    return _checked_text(address, "to_address", _ADDRESS, "an address without spaces")


def checked_lifetime(time_to_pay: datetime.timedelta) -> tuple[int, int]:
    """`time_to_pay` as hours and minutes.

    Raises:
        TypeError: It is not a `timedelta`.
        ValueError: It is not above 0, or not of whole minutes. The service's own bounds are not known.
    """
    if not isinstance(time_to_pay, datetime.timedelta):
        raise TypeError(f"time_to_pay must be a datetime.timedelta, not {type(time_to_pay).__name__}")
    minutes, rest = divmod(time_to_pay, datetime.timedelta(minutes=1))
    if minutes <= 0 or rest:
        raise ValueError(f"time_to_pay must be a positive whole number of minutes, not {time_to_pay}")
    return divmod(minutes, 60)


def checked_period(start: datetime.date, end: datetime.date) -> tuple[datetime.date, datetime.date]:
    """`start` and `end`, both included, if the first is not after the second.

    Raises:
        TypeError: They are not dates. A `datetime` is none here: it would lose its time and zone.
    """
    for name, day in (("start", start), ("end", end)):
        if isinstance(day, datetime.datetime) or not isinstance(day, datetime.date):
            raise TypeError(f"{name} must be a datetime.date, not {type(day).__name__}")
    if end < start:
        raise ValueError(f"end must not be before start: {end} is before {start}")
    return start, end


def _checked_text(text: str, name: str, form: re.Pattern[str], what: str, *, show: bool = True) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    if not form.fullmatch(text):
        raise ValueError(f"{name} must be {what}" + (f", not {quoted(text)}" if show else ""))
    return text


def quoted(text: str) -> str:
    """`text` as it is written in Python, and short."""
    return repr(text) if len(text) <= 24 else f"{text[:24]!r}... ({len(text)} characters)"

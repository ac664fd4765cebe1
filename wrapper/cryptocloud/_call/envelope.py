"""What can be read from an answer without believing it."""

from __future__ import annotations

import codecs
import datetime
import email.utils
import math
import re
import zlib

from cryptocloud._json import AmbiguousError, decode
from cryptocloud._transport import MAX_BODY, Answer

_CHARSET = re.compile(r"""charset=["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)

_QUOTABLE = 40_000
"""Bytes from the beginning of a body, of which a few are quoted."""


def document_of(answer: Answer) -> object:
    """The JSON value of the body. Numbers with a fraction or exponent are exact `Decimal`s.

    Raises:
        ValueError: The body is not one whole JSON text in UTF-8 with unique keys. The message
            ends a sentence that begins with "the answer".
    """
    text = text_of(answer)
    if not text.strip():
        raise ValueError("is empty")
    try:
        return decode(text)
    except AmbiguousError:
        raise ValueError("has the same key twice") from None
    except ValueError:
        raise ValueError("is not JSON") from None


def text_of(answer: Answer) -> str:
    """The body, inflated, as text.

    Raises:
        ValueError: It is too long, in another encoding than UTF-8, or compressed in a way that
            was not asked for.
    """
    try:
        return _inflated(answer).removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None


def quotable_text(answer: Answer) -> str:
    """What of the body can be quoted, whatever its encoding; empty if nothing can."""
    try:
        body = _inflated(answer)
    except ValueError:
        return ""
    quotable = body[:_QUOTABLE].removeprefix(codecs.BOM_UTF8)
    charset = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        if charset:
            return quotable.decode(charset[1], errors="replace")
        # The last character may be cut.
        return codecs.getincrementaldecoder("utf-8")().decode(quotable)
    except UnicodeDecodeError:
        # Nobody said so, but what else would it be in Russian?
        return quotable.decode("windows-1251", errors="replace")
    except (LookupError, ValueError):
        return quotable.decode("latin-1")


def _inflated(answer: Answer) -> bytes:
    body = answer.body
    if len(body) > MAX_BODY:
        raise ValueError(f"is longer than {MAX_BODY} bytes")
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("gzip", "x-gzip"):
        return _gunzip(body)
    if coding not in ("", "identity"):
        raise ValueError("is compressed in a way that was not asked for")
    return body


def retry_after(answer: Answer) -> float | None:
    """Seconds from now in the header `Retry-After`, whether it counts seconds or names a date."""
    value = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        # A date without a zone is in UTC: RFC 9110 knows no other.
        date = date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
        return max(0.0, (date - datetime.datetime.now(datetime.UTC)).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _gunzip(body: bytes) -> bytes:
    # Bounded while it inflates: a bomb of 2 MiB would fill 2 GiB.
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(body, MAX_BODY)
    except zlib.error:
        raise ValueError("is not the gzip it says it is") from None
    if inflater.unconsumed_tail:
        raise ValueError(f"is longer than {MAX_BODY} bytes")
    # Padding with zeros is allowed behind it.
    if not inflater.eof or inflater.unused_data.strip(b"\0"):
        raise ValueError("is not the gzip it says it is")
    return text

"""An HTTP answer as it arrived, and what can be read from it without believing it."""

from __future__ import annotations

import datetime
import email.utils
import math
import zlib
from collections.abc import Mapping
from functools import cached_property

from cryptocloud._json import AmbiguousError, decode

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a body that are read, compressed or not. A page of 100 invoices has about 0.2 MiB."""


class Answer:
    """One HTTP answer.

    Attributes:
        status: The HTTP status.
        headers: With lower-case names.
        body: As it was sent, compressed or not; of one that is longer than `MAX_BODY` at least so much
            that this can be seen.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    # Shown in tracebacks, so without the body: a server can echo a key.
    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"

    @cached_property
    def document(self) -> object:
        """The JSON value of the body. Numbers with a fraction or exponent are exact `Decimal`s.

        Raises:
            ValueError: The body is not one whole JSON text in UTF-8 with unique keys. The message
                ends a sentence that begins with "the answer".
        """
        text = self.text
        if not text.strip():
            raise ValueError("is empty")
        try:
            return decode(text)
        except AmbiguousError:
            raise ValueError("has the same key twice") from None
        except ValueError:
            raise ValueError("is not JSON") from None

    @property
    def text(self) -> str:
        """The body, inflated, as text.

        Raises:
            ValueError: It is too long, in another encoding than UTF-8, or compressed in a way that
                was not asked for.
        """
        body = self.body
        if len(body) > MAX_BODY:
            raise ValueError(f"is longer than {MAX_BODY} bytes")
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding == "gzip":
            body = _gunzip(body)
        elif coding not in ("", "identity"):
            raise ValueError("is compressed in a way that was not asked for")
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8") from None

    @property
    def retry_after(self) -> float | None:
        """Seconds from now in the header `Retry-After`, whether it counts seconds or names a date."""
        value = self.headers.get("retry-after", "").strip()
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
    # Bounded while it inflates: a bomb of 8 MiB would fill 8 GiB.
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(body, MAX_BODY)
    except zlib.error:
        raise ValueError("is not the gzip it says it is") from None
    if inflater.unconsumed_tail:
        raise ValueError(f"is longer than {MAX_BODY} bytes")
    if not inflater.eof or inflater.unused_data:
        raise ValueError("is not the gzip it says it is")
    return text

"""Listing the invoices of a period, without I/O: which page to ask for next, and what is new in it.

The documentation leaves open whether `limit` is the size of a page or the number of its last record. With
offset 0 both readings agree, so the first page shows nothing. If it is full, one record from its middle is
asked for in a way that only a page size can answer: nothing comes back if `limit` is the last number. In that
case pages are asked for by that reading, and if the service then refuses numbers above 100, the period is
halved until each part fits into one page.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
from collections.abc import Generator, Iterator
from typing import NamedTuple, TypeAlias

from cryptocloud.errors import BadRequestError, InvalidResponseError, Outcome
from cryptocloud.models import Invoice

_LOG = logging.getLogger("cryptocloud")

PAGE = 100
"""The most that the service gives at once."""

_STALE_PAGES = 10
"""Pages in a row with nothing new, after which the listing is given up."""


class Page(NamedTuple):
    """A page to ask for. `may_be_refused`: a refusal is an answer, too."""

    start: datetime.date
    end: datetime.date
    offset: int
    limit: int
    may_be_refused: bool = False

    @contextlib.contextmanager
    def refusal_allowed(self) -> Iterator[None]:
        """Lets a refusal pass in silence, where it is an answer."""
        try:
            yield
        except BadRequestError:
            if not self.may_be_refused:
                raise


class Records(NamedTuple):
    """What a page has. `all_count` is how many the whole period is said to have, if that is said."""

    invoices: list[Invoice]
    all_count: int | None


Listing: TypeAlias = Generator[Page | list[Invoice], Records | None, None]
"""Yields pages to ask for, and is sent their records, or None for a refusal; and yields invoices."""


def advance(steps: Listing, records: Records | None) -> Page | list[Invoice] | None:
    """The next step of a listing, None at its end."""
    try:
        return steps.send(records)
    except StopIteration:
        return None


def listing(start: datetime.date, end: datetime.date) -> Listing:
    """All invoices of a period, each once. Their ids are remembered, about 100 bytes each.

    Raises:
        InvalidResponseError: A single day has more invoices than the service gives, or it gives the same
            ones without end.
    """
    seen: set[str] = set()
    promised = yield from _listing(start, end, seen)
    if promised is not None and len(seen) < promised:
        # What exactly is counted is not documented, so this is no error.
        _LOG.warning(
            "listInvoices: the service counts %d invoices from %s to %s, and gave %d",
            promised,
            start,
            end,
            len(seen),
        )


def _listing(
    start: datetime.date, end: datetime.date, seen: set[str]
) -> Generator[Page | list[Invoice], Records | None, int | None]:
    """Returns how many invoices the period is said to have, if that is said."""
    offset = 0
    stale_pages = 0
    limit_is_size = True
    promised: int | None = None
    while True:
        records = yield Page(start, end, offset, PAGE if limit_is_size else offset + PAGE)
        if not records or not records.invoices:
            return promised
        count = len(records.invoices)
        promised = records.all_count if promised is None else promised
        is_last = count < PAGE and records.all_count is not None and offset + count >= records.all_count
        if offset == 0 and count >= PAGE:
            probe = yield Page(start, end, PAGE - 1, 1, may_be_refused=True)
            limit_is_size = bool(probe and probe.invoices)
            del probe
        if offset == 0 and not limit_is_size:
            second = yield Page(start, end, PAGE, 2 * PAGE, may_be_refused=True)
            if not (second and second.invoices):
                is_last = True
                if records.all_count != count and start < end:
                    middle = start + (end - start) // 2
                    yield from _listing(start, middle, seen)
                    yield from _listing(middle + datetime.timedelta(days=1), end, seen)
                    return promised
                if records.all_count != count:
                    # A traceback shows this frame, and invoices have buyers' data in them.
                    del records
                    raise _incomplete(f"gives no more than the first {count} invoices of {start}")
        fresh = []
        for invoice in records.invoices:
            # A page can repeat itself, too.
            if invoice.uuid not in seen:
                seen.add(invoice.uuid)
                fresh.append(invoice)
        stale_pages = 0 if fresh else stale_pages + 1
        yield fresh
        del records, fresh, invoice
        if stale_pages > _STALE_PAGES:
            raise _incomplete("gives the same invoices again and again")
        # A short page alone can be the service's way. With a count that is reached, it is the end.
        if is_last:
            return promised
        offset += count


def _incomplete(reason: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"listInvoices: the service {reason}",
        operation="listInvoices",
        outcome=Outcome.REFUSED,
        status_code=200,
    )

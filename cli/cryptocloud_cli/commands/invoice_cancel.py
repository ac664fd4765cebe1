"""``cryptocloud invoice cancel``."""

from __future__ import annotations

import contextlib
import datetime
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from cryptocloud_cli.options import before, now, output_options
from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.statuses import Status, worst
from cryptocloud_cli.values import DURATION, INVOICE_ID, whole_number

if TYPE_CHECKING:
    from cryptocloud import CryptoCloud
    from cryptocloud.models import CancelResult, Invoice
    from cryptocloud_cli.output import Output

_FIELDS = ("uuid", "state", "status", "error", "outcome", "message")
_COLUMNS = ("uuid", "state", "status", "message")

_STATUSES = {
    "canceled": Status.DONE,
    "already_canceled": Status.DONE,
    "refused": Status.REFUSED,
    "invalid": Status.REFUSED,
    "not_sent": Status.NOT_SENT,
    "unknown": Status.UNKNOWN,
}
"""What the state of one invoice is for the exit status."""

_REACH = datetime.timedelta(days=30)


@click.command("cancel")
@click.argument("uuids", metavar="[UUID]...", type=INVOICE_ID, nargs=-1)
@click.option("--from-file", "file", metavar="FILE|-", help="Those in a file: lines, CSV or JSON lines.")
@click.option("--skip-invalid", is_flag=True, help="Leave out lines that are no ids.")
@click.option("--older-than", type=DURATION, help="Those in status created for longer, such as 24h.")
@click.option("--within", type=DURATION, help="With --older-than: how far to look back. Default: 30d.")
@click.option("--journal", metavar="FILE", help="Remember what was begun, so that a run can be repeated.")
@click.option("--concurrency", type=whole_number(1, 100), default=8, help="How many at a time. Default: 8.")
@click.option("--dry-run", is_flag=True, help="Show which, and cancel none.")
@click.option("--yes", "is_agreed", is_flag=True, help="Do not ask.")
@output_options
def command(
    *,
    uuids: tuple[str, ...],
    file: str | None,
    skip_invalid: bool,
    older_than: datetime.timedelta | None,
    within: datetime.timedelta | None,
    journal: str | None,
    concurrency: int,
    dry_run: bool,
    is_agreed: bool,
    form: Any,
    is_raw: bool,
) -> int:
    """Cancel invoices that are in status created.

    Name them, or have them read from a file, or select them by age. Unless it is one that is named, it asks;
    where nobody can be asked, it needs --yes. An invoice that is cancelled already counts as done.
    """
    context = click.get_current_context()
    is_named = bool(uuids) or file is not None
    if is_named == (older_than is not None):
        raise Misuse("say which: ids, --from-file, or --older-than without them", context)
    if within is not None and older_than is None:
        raise Misuse("--within belongs to --older-than", context)
    if older_than is not None and older_than >= (within or _REACH):
        raise Misuse("--older-than must be less than --within, which is 30d if it is left out", context)
    is_agreed = is_agreed or (len(uuids) == 1 and file is None)
    can_ask = file != "-" and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    if not (is_agreed or dry_run or can_ask):
        raise Misuse("nobody is there to be asked: add --yes. Nothing was sent", context)

    from cryptocloud_cli.client import open_client
    from cryptocloud_cli.output import INVOICE_COLUMNS, Output

    with Output(form, is_raw=is_raw) as output:
        named = _named(uuids, file, skip_invalid, output)
        if dry_run and is_named:
            output.head(("uuid",), ("uuid",))
            for uuid in named:
                output.write({"uuid": uuid})
            return Status.DONE
        with open_client() as client:
            if older_than is not None:
                selected = _selected(client, older_than, within or _REACH)
                named = [invoice.uuid for invoice in selected]
                if dry_run:
                    from cryptocloud.models import Invoice

                    output.head(Invoice(uuid="").to_row(), INVOICE_COLUMNS)
                    for invoice in selected:
                        output.write(invoice.to_row())
                    return Status.DONE
            if not is_agreed:
                _ask(len(named))
            return _cancel(client, named, concurrency, journal, output)


def _named(uuids: Sequence[str], file: str | None, skip_invalid: bool, output: Output) -> list[str]:
    """The ids that are named, each once."""
    from cryptocloud_cli.ids import read_ids

    if file is None:
        return list(dict.fromkeys(uuids))
    ids = read_ids(file, skip_invalid=skip_invalid)
    for note in ids.notes:
        output.note(note)
    return list(dict.fromkeys([*uuids, *ids.uuids]))


def _selected(
    client: CryptoCloud, older_than: datetime.timedelta, within: datetime.timedelta
) -> list[Invoice]:
    """The invoices in status created of that age, by the clock of this machine."""
    day = datetime.timedelta(days=1)
    first, last = before(within), before(older_than)
    # Where the service's days begin is not documented, so the list may go a day further.
    start = first.date() - day if first.date() > datetime.date.min else first.date()
    return [
        invoice
        for invoice in client.invoices.list(start, now().date() + day)
        if invoice.status == "created" and invoice.created and first <= invoice.created <= last
    ]


def _ask(count: int) -> None:
    """Ask whether to go on.

    Raises:
        Misuse: The answer is no.
    """
    invoices = "1 invoice" if count == 1 else f"{count} invoices"
    if count and not click.confirm(f"Cancel {invoices}?", err=True):
        raise Misuse("nothing was sent")


def _cancel(
    client: CryptoCloud, uuids: Sequence[str], concurrency: int, journal: str | None, output: Output
) -> Status:
    """Cancel them, and write a row for each that was begun."""
    from cryptocloud import AuthenticationError
    from cryptocloud_cli.progress import Progress

    states: Counter[str] = Counter()
    begun: dict[str, None] = {}
    # A journal makes what was begun before come first, and then it is pulled again.
    early: set[str] = set()
    unwritten: list[dict[str, str | None]] = []
    is_key_refused = False

    def pulled() -> Iterator[str]:
        for uuid in uuids:
            if is_key_refused:
                return
            if uuid in early:
                early.remove(uuid)
            else:
                begun[uuid] = None
            yield uuid

    output.head(_FIELDS, _COLUMNS)
    results = client.invoices.cancel_many(pulled(), concurrency=concurrency, journal=journal)
    interruption = None
    with Progress(len(uuids), has_rows_beside=not output.is_table) as progress:
        try:
            # However this ends, what is under way ends first.
            with contextlib.closing(cast("Generator[CancelResult]", results)):
                for result in results:
                    # An interrupt can come between any two of these. A row twice is better than none.
                    unwritten.append(result.to_dict())
                    states[result.state] += 1
                    if result.uuid in begun:
                        del begun[result.uuid]
                    else:
                        early.add(result.uuid)
                    output.write(unwritten[-1])
                    unwritten.clear()
                    progress.update(states)
                    is_key_refused = isinstance(result.error, AuthenticationError) and len(states) == 1
        except KeyboardInterrupt as error:
            interruption = error
    for row in unwritten:
        begun.pop(str(row["uuid"]), None)
        output.write(row)
    for uuid in begun:
        states["unknown"] += 1
        output.write(_interrupted(uuid))
    if states.total() != 1:
        output.note(_summary(states, len(uuids)))
    if is_key_refused:
        output.note("No more were begun: the service refuses the key.")
    if interruption is not None:
        raise type(interruption)(f"interrupted: {len(begun)} may be cancelled") from None
    return worst(_STATUSES[state] for state in states)


def _interrupted(uuid: str) -> dict[str, str | None]:
    message = "interrupted while it was under way: look it up, or run it again"
    return dict(zip(_FIELDS, (uuid, "unknown", None, "Interrupted", "unknown", message), strict=True))


def _summary(states: Counter[str], total: int) -> str:
    counts = ", ".join(f"{states[state]} {state.replace('_', ' ')}" for state in _STATUSES if states[state])
    return f"{counts}, of {total}" if counts else "There is nothing to cancel."

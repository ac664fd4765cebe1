"""The journal of `invoices.cancel_many`: what was begun, and what became of it, in a file of JSON lines.

An id is written before it is sent and again with its result, so that a run that is killed at any moment
leaves nothing behind of which the next one does not know.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO, Literal, NoReturn

from cryptocloud._arguments import checked_invoice_id
from cryptocloud.errors import JournalError, Outcome
from cryptocloud.models import CancelResult

_FORMAT = 1

_BEGUN = "begun"
"""The state of an id that is about to be sent."""

_UNSETTLED = (_BEGUN, "unknown")
"""States of which the next run has to find out more."""

_DONE = ("canceled", "already_canceled")

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Journal:
    """An open journal. Only one can have the file."""

    def __init__(self, path: str | os.PathLike[str], *, host: str, shop: str | None) -> None:
        """Opens the file, or makes it.

        Args:
            path: Where it is.
            host: Host and version of the API that it is about.
            shop: The shop id that it is about.

        Raises:
            JournalError: The file cannot be used, or is about something else.
        """
        self._path = Path(path)
        self._outcome = Outcome.NOT_SENT
        self._fault = ""
        # By the number that an id is: it takes a third of the memory. True for one that an earlier run
        # cancelled, False for one that this run has claimed.
        self._ids: dict[int, bool] = {}
        self._unfinished: dict[int, None] = {}
        try:
            self._file: BinaryIO = self._path.open("a+b", buffering=0)
        except OSError as error:
            self._fail(f"cannot be opened: {error.strerror}")
        try:
            if not self._path.is_file():
                self._fail("is no ordinary file")
            self._lock()
            self._read({"format": _FORMAT, "host": host, "shop": _masked(shop)})
        except BaseException:
            self.close()
            raise
        self._outcome = Outcome.UNKNOWN

    def unfinished(self) -> list[str]:
        """The ids that an earlier run began and did not settle. They count as claimed."""
        self._ids |= dict.fromkeys(self._unfinished, False)
        return [f"INV-{_text(number)}" for number in self._unfinished]

    def claim(self, uuid: str) -> Literal["new", "done", "repeated"]:
        """Whether this run has to begin an id, or an earlier one has cancelled it, or this one had it."""
        number = _number(uuid)
        is_done = self._ids.get(number)
        self._ids[number] = False
        return "new" if is_done is None else "done" if is_done else "repeated"

    def begin(self, uuid: str) -> None:
        """Note that an id is about to be sent.

        Raises:
            JournalError: It cannot be written.
        """
        self._write({"uuid": uuid, "state": _BEGUN, "at": _now()})

    def finish(self, result: CancelResult) -> None:
        """Note what became of an id.

        Raises:
            JournalError: It cannot be written.
        """
        self._write({**result.to_dict(), "at": _now()})

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _lock(self) -> None:
        try:
            if sys.platform == "win32":
                import msvcrt

                # One byte far behind the end: a lock there keeps nobody from reading.
                self._file.seek(2**40)
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            self._fail("is in use: another run writes to it")
        except OSError as error:
            self._fail(f"cannot be locked: {error.strerror}")

    def _read(self, head: dict[str, Any]) -> None:
        number = size = 0
        try:
            with self._path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if not line.endswith(b"\n"):
                        # Whoever wrote it was stopped, before anything was sent for it.
                        break
                    if number == 1:
                        self._check(line, head)
                    else:
                        self._take(line, number)
                    size += len(line)
                else:
                    line = b""
        except OSError as error:
            self._fail(f"cannot be read: {error.strerror}")
        if size:
            if line:
                self._file.truncate(size)
            return
        if not _as_line(head).startswith(line):
            self._fail("is another file, and not a journal of cancel_many")
        self._file.truncate(0)
        self._write(head)

    def _check(self, line: bytes, head: dict[str, Any]) -> None:
        found = _read_line(line)
        if "format" not in found:
            self._fail("is another file, and not a journal of cancel_many")
        if found["format"] != head["format"]:
            self._fail(f"has format {found['format']!r}, and this version knows format {_FORMAT}")
        for name in ("host", "shop"):
            # A client need not know its shop.
            if found.get(name) != head[name] and (name == "host" or (found.get(name) and head[name])):
                self._fail(f"belongs to the {name} {found.get(name)!r}, and this client to {head[name]!r}")

    def _take(self, line: bytes, number: int) -> None:
        found = _read_line(line)
        uuid, state = found.get("uuid"), found.get("state")
        try:
            key = _number(checked_invoice_id(uuid))  # type: ignore[arg-type] # that is checked
        except (TypeError, ValueError):
            key = None
        if key is None or not isinstance(state, str):
            self._fail(f"is damaged: line {number} is not one of a journal")
        self._unfinished.pop(key, None)
        self._ids.pop(key, None)
        if state in _UNSETTLED:
            self._unfinished[key] = None
        elif state in _DONE:
            self._ids[key] = True

    def _write(self, line: dict[str, Any]) -> None:
        data = _as_line(line)
        try:
            # What follows a line that was cut short could not be read.
            while data and not self._fault:
                data = data[self._file.write(data) :]
        except OSError as error:
            self._fault = f"cannot be written: {error.strerror}"
        if self._fault:
            self._fail(self._fault)

    def _fail(self, reason: str) -> NoReturn:
        raise JournalError(
            f"cancelInvoice: the journal {str(self._path)!r} {reason}.",
            operation="cancelInvoice",
            outcome=self._outcome,
        ) from None


def _as_line(line: dict[str, Any]) -> bytes:
    return json.dumps(line).encode() + b"\n"


def _read_line(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def _masked(shop: str | None) -> str | None:
    return shop and (f"{shop[:2]}***{shop[-2:]}" if len(shop) > 8 else "***")


def _number(uuid: str) -> int:
    return int(uuid[-8:], 36)


def _text(number: int) -> str:
    text = ""
    for _ in range(8):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text

"""What a command finds, on stdout: rows, as JSON lines, as CSV or as a table."""

from __future__ import annotations

import csv
import datetime
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

import click

from cryptocloud_cli.problems import Misuse

Cell: TypeAlias = str | int | float | bool | Decimal | datetime.datetime | None
Row: TypeAlias = Mapping[str, Cell]

INVOICE_COLUMNS = ("uuid", "status", "amount_usd", "order_id", "created")
"""What a table shows of invoices."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of texts that a spreadsheet would carry out."""

# Control characters that JSON leaves as they are, and terminals obey.
_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class Output:
    """Writes rows: JSON and CSV at once, a table at the end, even if the end is an error.

    Attributes:
        is_table: Whether it writes a table, which is for people.
    """

    def __init__(self, form: Literal["json", "csv", "table"] | None, *, is_raw: bool) -> None:
        """Without `form`, it is a table for a terminal, and JSON lines for others."""
        if sys.stdout is None:
            raise Misuse("there is no stdout to write to", click.get_current_context())
        self.is_table = form == "table" or (form is None and sys.stdout.isatty())
        self._is_json = form == "json"
        self._columns: Sequence[str] = ()
        self._is_raw = is_raw
        self._kept: list[Row] = []
        self._is_csv = form == "csv"
        if not self.is_table and hasattr(sys.stdout, "reconfigure"):
            # Half a surrogate pair becomes an escape, which JSON has too.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._kept and not isinstance(error, OSError):
            from cryptocloud_cli.table import show

            show(self._kept, self._columns)

    def head(self, names: Iterable[str], columns: Sequence[str] = ()) -> None:
        """Name the fields of all rows, and those that a table has. Without `columns`, rows stand upright."""
        self._columns = columns
        if self._is_csv:
            _write_csv(names)

    def write(self, row: Row) -> None:
        """Write a row."""
        if self.is_table:
            self._kept.append(row)
            return
        if self._is_csv:
            _write_csv(map(self._csv_cell, row.values()))
        else:
            line = {
                name: cell if isinstance(cell, (bool, int, float)) else text_of(cell)
                for name, cell in row.items()
            }
            print(json.dumps(line, ensure_ascii=False).translate(_CONTROLS))
        # A reader behind a pipe gets each row at once, and a row that is written is not lost.
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say something on stderr that is not data. With --json there are only errors."""
        if not self._is_json:
            print(text, file=sys.stderr)

    def _csv_cell(self, cell: Cell) -> str:
        text = text_of(cell) or ""
        is_dangerous = isinstance(cell, str) and text.startswith(_FORMULA) and not self._is_raw
        return f"'{text}" if is_dangerous else text


def _write_csv(cells: Iterable[str]) -> None:
    line = io.StringIO()
    # Unless it ends lines with it itself, Python 3.11 leaves a carriage return in a text without quotes.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    sys.stdout.write(line.getvalue().removesuffix("\r\n") + "\n")


def plain_row(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Cell]:
    """Members of a JSON object as a row; what is missing is None."""
    return {name: document.get(name) for name in names}


def printable(text: str) -> str:
    """A text for a terminal. What a terminal would obey is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text_of(cell: Cell) -> str | None:
    """A cell as a text: amounts with all of their digits and without an exponent, times as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat()
    return None if cell is None else str(cell)

"""Rows for people: a table, or one field a line where a table does not fit."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cryptocloud_cli.output import Cell, Row, printable, text_of

_NARROW = 60
"""Columns of a terminal below which rows stand upright."""

_FOLDABLE = {"order_id", "message", "problem"}
"""Texts of any length."""

_LEAST_OF_TEXT = 10
_GAP = 3


def show(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print rows; without `columns`, upright and with every field that has a value."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    # rich would swallow that a reader has left.
    with console.capture() as capture:
        _draw(console, rows, columns)
    sys.stdout.write(capture.get())
    sys.stdout.flush()


def _draw(console: Console, rows: Sequence[Row], columns: Sequence[str]) -> None:
    cells = [[_text(row[name]) for name in columns] for row in rows]
    if not columns or console.width < max(_NARROW, _least_width(columns, cells)):
        for number, row in enumerate(rows):
            if number:
                console.print()
            _show_upright(console, row, columns or list(row))
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        # An id or an amount that is broken in two cannot be read.
        table.add_column(name, overflow="fold", no_wrap=name not in _FOLDABLE)
    for texts in cells:
        table.add_row(*map(Text, texts))
    console.print(table)


def _least_width(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    """The columns of a terminal in which a table loses nothing."""
    widths = [
        _LEAST_OF_TEXT if name in _FOLDABLE else max(map(cell_len, (name, *texts)))
        for name, texts in zip(columns, zip(*cells, strict=True), strict=True)
    ]
    return sum(widths) + _GAP * (len(columns) - 1)


def _show_upright(console: Console, row: Row, columns: Sequence[str]) -> None:
    is_narrow = console.width < _NARROW
    width = 0 if is_narrow else max(len(name) for name in columns) + 1
    for name in columns:
        text = _text(row[name])
        if not text:
            continue
        line = Text(f"{name + ':':{width}} ", style="bold") + Text(text)
        if is_narrow and line.cell_len > console.width:
            line = Text(f"{name}:\n", style="bold") + Text(text)
        # The terminal breaks lines that are too long: a link stays whole for whoever copies it.
        console.print(line, soft_wrap=True)


def _text(cell: Cell) -> str:
    """A cell for people."""
    if isinstance(cell, datetime.datetime):
        return f"{cell:%Y-%m-%d %H:%M}Z"
    return printable(text_of(cell) or "")

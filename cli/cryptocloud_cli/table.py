"""Rows for people: a table, or one field a line where a table does not fit."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cryptocloud_cli.output import Cell, Row, printable, text_of

_NARROW = 60
"""Columns of a terminal below which rows stand upright."""


def show(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print rows; without `columns`, upright and with every field that has a value."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not columns or console.width < _NARROW:
        for number, row in enumerate(rows):
            if number:
                console.print()
            _show_upright(console, row, columns or list(row))
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        # An id that is broken in two cannot be copied.
        table.add_column(name, overflow="fold", no_wrap=name == "uuid")
    for row in rows:
        table.add_row(*(Text(_shown(row[name])) for name in columns))
    console.print(table)


def _show_upright(console: Console, row: Row, columns: Sequence[str]) -> None:
    is_narrow = console.width < _NARROW
    width = 0 if is_narrow else max(len(name) for name in columns) + 1
    for name in columns:
        text = _shown(row[name])
        if not text:
            continue
        line = Text(f"{name + ':':{width}} ", style="bold") + Text(text)
        if is_narrow and line.cell_len > console.width:
            line = Text(f"{name}:\n", style="bold") + Text(text)
        # The terminal breaks lines that are too long: a link stays whole for whoever copies it.
        console.print(line, soft_wrap=True)


def _shown(cell: Cell) -> str:
    """A cell for people."""
    if isinstance(cell, datetime.datetime):
        return f"{cell:%Y-%m-%d %H:%M}Z"
    return printable(text_of(cell) or "")

"""How far a long command is, on stderr."""

from __future__ import annotations

import os
import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_NARROW = 40
"""Columns of a terminal below which the counts have to do."""

_DONE = ("canceled", "already_canceled")


class Progress:
    """Shows done, failed, rate and time left, to a terminal alone.

    A terminal that shows the rows themselves needs no more, and a dumb one cannot take a line back.
    """

    def __init__(self, total: int, *, has_rows_beside: bool) -> None:
        """`has_rows_beside` says that rows are written to stdout meanwhile."""
        is_dumb = os.environ.get("TERM", "dumb") in ("dumb", "unknown")
        is_visible = total > 1 and sys.stderr.isatty() and not is_dumb
        self._bar: Bar | None = None
        if is_visible and not (has_rows_beside and sys.stdout.isatty()):
            self._bar = _bar()
            self._task: TaskID = self._bar.add_task("", total=total, failed=0, rate=0)

    def update(self, states: Counter[str]) -> None:
        """Show the counts of results by state."""
        if self._bar:
            task = self._bar.tasks[0]
            failed = states.total() - sum(states[state] for state in _DONE)
            rate = states.total() / task.elapsed if task.elapsed else 0
            self._bar.update(self._task, completed=states.total(), failed=failed, rate=rate)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # Of stdout nothing is taken over: data goes there.
    console = Console(stderr=True)
    counts = (MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"))
    rest = (BarColumn(bar_width=None), TextColumn("{task.fields[rate]:.0f}/s"), TimeRemainingColumn())
    columns = counts if console.width < _NARROW else counts + rest
    return Bar(*columns, console=console, redirect_stdout=False, redirect_stderr=False, transient=True)

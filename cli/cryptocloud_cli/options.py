"""What commands have in common: how they are declared, and their options."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import click

from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.values import DAY

Command: TypeAlias = click.Command
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def output_options(function: FunctionT) -> FunctionT:
    """How rows are written: the arguments `form` and `is_raw`."""
    for option in (
        click.option(
            "--raw", "is_raw", is_flag=True, help="With --csv: leave texts that begin with = + - @."
        ),
        click.option("--table", "form", flag_value="table", help="A table. The default for a terminal."),
        click.option("--csv", "form", flag_value="csv", help="CSV in UTF-8, all fields."),
        click.option(
            "--json", "form", flag_value="json", help="JSON lines, all fields; errors as JSON, too."
        ),
    ):
        function = option(function)
    return function


def period_options(function: FunctionT) -> FunctionT:
    """The days that are looked at: the arguments `start` and `end`, None if they are not given."""
    for option in (
        click.option("--to", "end", type=DAY, help="The last day, such as 2026-11-30. Default: today."),
        click.option("--from", "start", type=DAY, help="The first day. Default: 30 days before the last."),
    ):
        function = option(function)
    return function


def period(
    start: datetime.date | None, end: datetime.date | None, default_end: datetime.date
) -> tuple[datetime.date, datetime.date]:
    """The first and the last day."""
    end = end or default_end
    try:
        start = start or end - datetime.timedelta(days=30)
    except OverflowError:
        start = datetime.date.min
    if end < start:
        raise Misuse("--to must not be before --from", click.get_current_context())
    return start, end


def now() -> datetime.datetime:
    """This moment."""
    return datetime.datetime.now(datetime.UTC)


def before(span: datetime.timedelta) -> datetime.datetime:
    """The moment so long ago."""
    try:
        return now() - span
    except OverflowError:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)

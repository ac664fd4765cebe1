"""``cryptocloud sandbox advance``."""

from __future__ import annotations

import datetime
import sys

import click

from cryptocloud_cli.values import DURATION


@click.command("advance")
@click.argument("time", type=DURATION)
def command(*, time: datetime.timedelta) -> None:
    """Put the sandbox's clock forward, such as 2h: invoices expire."""
    from cryptocloud_cli.control import Control

    control = Control()
    answer = control.order("POST", "/clock", seconds=time.total_seconds())
    print(f"It is {answer['now']} there.", file=sys.stderr)

"""``cryptocloud sandbox tail``."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cryptocloud_cli.control import Control

_EVERY = 0.5
"""Seconds between two looks."""

_FIRST = 10
"""Of each kind, that are shown in the beginning."""


@click.command("tail")
@click.option("--json", "is_json", is_flag=True, help="JSON lines, with bodies. The default for a pipe.")
def command(*, is_json: bool) -> None:
    """Show calls and postbacks as they come, until Ctrl-C."""
    from cryptocloud_cli.control import Control

    is_json = is_json or not sys.stdout.isatty()
    newest = {"calls": 0, "deliveries": 0}
    is_first = True
    control = Control()
    while True:
        for event in _events(control, newest, is_first):
            print(json.dumps(event) if is_json else _line(event), flush=True)
        is_first = False
        time.sleep(_EVERY)


def _events(control: Control, newest: dict[str, int], is_first: bool) -> list[dict[str, Any]]:
    """What is new since the last look, oldest first."""
    events: list[dict[str, Any]] = []
    for kind, number in newest.items():
        found = control.order("GET", f"/{kind}?after={number}")
        if found:
            newest[kind] = found[-1]["number"]
        events += [{"kind": kind} | event for event in (found[-_FIRST:] if is_first else found)]
    return sorted(events, key=lambda event: event["at"])


def _line(event: dict[str, Any]) -> str:
    from cryptocloud_cli.output import printable

    if event["kind"] == "calls":
        what = event["operation"] or event["path"]
        end = event["status"] if event["answered"] else "no whole answer"
    else:
        what = f"postback of {event['uuid']} to {event['url']}"
        end = event["error"] or f"{event['status']}; the invoice is {event['invoice_status']}"
    return printable(f"{event['at'][11:19]}  {what}  {end}")

"""``cryptocloud sandbox run``."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

import click

from cryptocloud_cli.serving import sandbox_problems, serving_options, started


@click.command("run")
@click.argument("words", metavar="-- CMD...", nargs=-1, required=True)
@serving_options(port=0)
def command(*, words: tuple[str, ...], **options: Any) -> int:
    """Run a program with a sandbox of its own.

    CRYPTOCLOUD_BASE_URL and the keys are set for it. The command ends with the program's exit status.
    """
    with sandbox_problems():
        from cryptocloud_sandbox.command import running

        with running(**options) as sandbox:
            return _run(words, os.environ | sandbox.environment)


def _run(words: tuple[str, ...], environment: dict[str, str]) -> int:
    """Run a program to its end, as a shell would."""
    child = started(words, env=environment)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    def leave(_number: int, _frame: FrameType | None) -> None:
        """A terminal gives Ctrl-C to the program, too, which decides what becomes of it."""

    before = signal.signal(signal.SIGTERM, pass_on), signal.signal(signal.SIGINT, leave)
    try:
        status = child.wait()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    return status if status >= 0 else 128 - status

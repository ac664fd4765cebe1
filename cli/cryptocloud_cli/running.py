"""Runs a command: from its arguments to the exit status."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from cryptocloud_cli import problems
from cryptocloud_cli.commands import ROOT
from cryptocloud_cli.statuses import Status

NAME = "cryptocloud"

_WIDEST = 100
"""Columns of a help page."""

COMPLETION = "_CRYPTOCLOUD_COMPLETE"
"""Set by the script of a shell's completion."""


def run(arguments: Sequence[str]) -> int:
    """Run the command, and give its exit status. Nothing is raised."""
    instruction = os.environ.get(COMPLETION)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(ROOT, {}, NAME, COMPLETION, instruction)
    handler = signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(list(arguments))
    finally:
        signal.signal(signal.SIGTERM, handler)


def _run(arguments: list[str]) -> int:
    """The same, without signals. click's own way ends with 1 for Ctrl-C and for a closed pipe."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    is_json = "--json" in own
    path = NAME
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another language than an order id is no reason to fail.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
    try:
        with ROOT.make_context(NAME, arguments, terminal_width=_width()) as context:
            status = int(ROOT.invoke(context) or Status.DONE)
            if sys.stdout:
                sys.stdout.flush()
            return status
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return Status.MISUSE
    except click.UsageError as error:
        problem = problems.misuse(error)
        path = error.ctx.command_path if error.ctx else NAME
    except click.Abort:
        # From a question that nobody answered.
        problem = problems.interruption(KeyboardInterrupt("interrupted"))
    except KeyboardInterrupt as error:
        problem = problems.interruption(error)
    except BrokenPipeError:
        _forget_stdout()
        return Status.CLOSED_PIPE
    except OSError as error:
        _forget_stdout()
        reason = f"{error.strerror or error}: not all may be written, and what was asked may have been done"
        problem = problems.Problem(Status.UNKNOWN, reason, type(error).__name__, "unknown")
    except Exception as error:
        found = problems.failure(error)
        if found is None:
            # A fault of ours. What was done until then is not known.
            import traceback

            traceback.print_exc()
            return Status.UNKNOWN
        problem = found
    problems.report(problem, path=path, is_json=is_json)
    return problem.status


def _width() -> int:
    """Columns for help. click would ask `shutil`, and to load that takes longer than all else of a page."""
    given = os.environ.get("COLUMNS", "")
    columns = int(given) if given.isdecimal() else 0
    if not columns:
        try:
            columns = os.get_terminal_size().columns
        except OSError:
            columns = 80
    return max(min(columns, _WIDEST) - 2, 50)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise problems.Terminated


def _forget_stdout() -> None:
    """Whoever read along has left: Python would try to write the rest when it ends, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""What goes wrong, told on stderr: as a line for people, or as JSON."""

from __future__ import annotations

import sys
from typing import NamedTuple

import click

from cryptocloud_cli.statuses import Status

_STRICT = "no such command or option; keys come from the environment and are never arguments"


class Misuse(click.UsageError):
    """The command cannot be carried out as it stands. The message repeats nothing that was typed."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: like Ctrl-C, but for the exit status."""


class Problem(NamedTuple):
    """Why a command failed.

    Attributes:
        status: With what the command ends: a `Status`, or that of a program that it ran.
        message: For people.
        error: The name of a class.
        outcome: As `cryptocloud.Outcome` has it.
        operation: As the spec names it; None if no call failed.
        hint: A line that only people get.
    """

    status: int
    message: str
    error: str
    outcome: str
    operation: str | None = None
    hint: str = ""


class ProblemError(Exception):
    """A command cannot go on, for a reason that is none of the SDK's."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def misuse(error: click.UsageError) -> Problem:
    """What was wrong with the arguments.

    click repeats what was typed, which could be a key, and what is printed is often kept. So only messages
    of ours are believed, and the few of click that name nothing but known options.
    """
    if isinstance(error, click.MissingParameter):
        message = f"{_name(error.param)} is missing"
    elif isinstance(error, click.BadParameter):
        message = f"{_name(error.param)}: {error.message}"
    elif isinstance(error, (Misuse, click.BadOptionUsage)):
        message = error.message
    else:
        message = _STRICT
    hint = f"Try '{error.ctx.command_path} --help'." if error.ctx else ""
    return Problem(Status.MISUSE, message, "UsageError", "not sent", hint=hint)


def failure(error: Exception) -> Problem | None:
    """What an error of a command amounts to; None if it is a fault of ours."""
    if isinstance(error, ProblemError):
        return error.problem
    # Here, because help does without the SDK.
    from cryptocloud.errors import CryptoCloudError, Outcome, PostbackError

    if not isinstance(error, CryptoCloudError):
        return None
    statuses = {
        Outcome.REFUSED: Status.REFUSED,
        Outcome.NOT_SENT: Status.NOT_SENT,
        Outcome.UNKNOWN: Status.UNKNOWN,
    }
    # A notification that fails a check is refused, whatever is known of its invoice.
    status = Status.REFUSED if isinstance(error, PostbackError) else statuses[error.outcome]
    return Problem(status, str(error), type(error).__name__, error.outcome.value, error.operation)


def interruption(error: KeyboardInterrupt) -> Problem:
    """Ctrl-C, or SIGTERM."""
    is_ended = isinstance(error, Terminated)
    return Problem(
        Status.TERMINATED if is_ended else Status.INTERRUPTED,
        str(error) or "interrupted: what was under way may have been done",
        "Terminated" if is_ended else "Interrupted",
        "unknown",
    )


def report(problem: Problem, *, path: str, is_json: bool) -> None:
    """Say what went wrong, on stderr."""
    if is_json:
        import json  # Help has no use for it.

        members = ("error", "outcome", "operation", "message")
        line = json.dumps({name: getattr(problem, name) for name in members})
    else:
        line = f"{path}: {problem.message}" + (f"\n{problem.hint}" if problem.hint else "")
    print(line, file=sys.stderr)


def _name(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[-1]
    return parameter.human_readable_name.strip("[]. ") if parameter else "an argument"

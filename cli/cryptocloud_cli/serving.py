"""What the commands that serve a sandbox have in common."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from cryptocloud_cli.problems import Misuse, Problem, ProblemError
from cryptocloud_cli.statuses import Status
from cryptocloud_cli.values import URL, Choice, whole_number

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def serving_options(*, port: int) -> Callable[[FunctionT], FunctionT]:
    """The options of a sandbox: the arguments of `cryptocloud_sandbox.command.running`."""

    def add(function: FunctionT) -> FunctionT:
        for option in (
            click.option("--quiet", is_flag=True, help="No line for each call and each postback."),
            click.option("--cors", is_flag=True, help="Let web pages of this machine call the API."),
            click.option(
                "--postback-format",
                type=Choice(("json", "form")),
                default="json",
                metavar="json|form",
                help="What they are. Default: json.",
            ),
            click.option("--postback-url", type=URL, help="Where to announce payments, on this machine."),
            click.option("--live", is_flag=True, help="Switch test mode off: payments change balances."),
            click.option("--data", metavar="FILE", help="Keep everything in an SQLite file."),
            click.option("--seed", type=whole_number(0, 2**31), help="The same keys and ids in every run."),
            click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="Default: 127.0.0.1."),
            click.option(
                "--port",
                type=whole_number(0, 65535),
                default=port,
                help=f"0 takes any that is free. Default: {port}.",
            ),
        ):
            function = option(function)
        return function

    return add


@contextmanager
def sandbox_problems() -> Iterator[None]:
    """What keeps a sandbox from running, as problems of a command."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Misuse(str(error), click.get_current_context()) from None
    except ValueError as error:
        raise Misuse(str(error), click.get_current_context()) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        # It has a reason for people in place of the system's.
        reason = error.strerror or str(error)
        raise ProblemError(Problem(Status.REFUSED, reason, type(error).__name__, "not sent")) from None


def started(words: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """A program of the user's that runs now; `options` are those of `Popen`.

    Raises:
        ProblemError: It cannot be run. The statuses are those of a shell.
    """
    try:
        return subprocess.Popen(words, text=True, **options)  # noqa: S603 - the user's own program
    except (FileNotFoundError, NotADirectoryError):
        raise _cannot(127, "there is no such program") from None
    except (OSError, ValueError) as error:
        raise _cannot(126, getattr(error, "strerror", None) or "it cannot be run") from None


def _cannot(status: int, reason: str) -> ProblemError:
    return ProblemError(Problem(status, f"CMD: {reason}", "OSError", "not sent"))

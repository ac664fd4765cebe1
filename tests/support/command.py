"""The command `cryptocloud`, run in this process and as one of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cryptocloud_cli.main import main

COMMAND = (sys.executable, "-W", "error", "-m", "cryptocloud_cli")


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    output: str
    error: str


Cli = Callable[..., Done]
"""Runs the command in this process, with these arguments."""


def run_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> Done:
    """Run it in this process."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, *capsys.readouterr())


def run(
    *arguments: str,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Done:
    """Run it as a process of its own; without `stdin`, that is empty."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin or "",
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that goes on beside the test. It is waited for; if the test fails, it is ended first."""
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def run_python(program: str) -> Done:
    """Run a program in a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def bare(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment with nothing but this, as cron has it; coverage needs its own variables."""
    return {name: value for name, value in os.environ.items() if name.startswith("COV")} | dict(environment)

"""Bytes from a file, or from stdin for ``-``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cryptocloud_cli.problems import Misuse


def read(file: str, name: str, most: int = -1) -> bytes:
    """The content of a file, at most so many bytes of it.

    Raises:
        Misuse: It cannot be read. The message has `name`, which is that of the argument.
    """
    try:
        if file == "-":
            return sys.stdin.buffer.read(most) if sys.stdin else b""
        with Path(file).open("rb") as opened:
            return opened.read(most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be the name of a file"
        raise Misuse(f"{name}: {reason}", click.get_current_context()) from None

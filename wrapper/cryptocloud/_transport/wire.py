"""What is done on a socket, one step after the other, without I/O.

A transport carries the steps out. For an `int` it receives up to so many bytes, and gives what arrived:
nothing at the end of the connection. Of a `memoryview` it sends what it can, and gives the count, or None if
the connection is broken. It looks at the deadline before each step.

Bytes travel as views, whose `repr` shows nothing of them in a traceback: a request has the key, an answer
personal data.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[int | memoryview, Any, T]

PIECE = 64 * 1024
"""Bytes that are sent or received at once."""


def send(data: memoryview) -> Steps[None]:
    """Send all of `data`, or as much as the connection takes before it breaks."""
    while data:
        count = yield data[:PIECE]
        if count is None:
            # What the server said before counts, and the next step to receive tells what happened.
            return
        data = data[count:]

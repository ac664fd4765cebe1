"""What the exit status of the command says."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Status(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    """The service said no, at least once."""
    MISUSE = 2
    """The command cannot be meant so. Nothing was sent."""
    UNKNOWN = 3
    """Something may have been done. Look before you repeat it."""
    NOT_SENT = 4
    """Nothing reached the service, at least once."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


_BEST_FIRST = (Status.DONE, Status.REFUSED, Status.NOT_SENT, Status.UNKNOWN)


def worst(statuses: Iterable[Status]) -> Status:
    """The one that counts of several; `DONE` of none."""
    return max(statuses, key=_BEST_FIRST.index, default=Status.DONE)

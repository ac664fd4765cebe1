"""What the sandbox was asked, and what it answered. Keys are not kept."""

import logging
from datetime import datetime
from typing import NamedTuple

from .bodies import Document, parse
from .logs import Log

KEPT = 64 * 1024
"""How much of a request's body is kept, in bytes."""

_log = logging.getLogger("cryptocloud_sandbox")


class Call(NamedTuple):
    """One request to the API."""

    number: int
    """Of all calls, in the order in which they were answered."""
    at: datetime
    """When it was answered, by the sandbox's clock, in UTC."""
    operation: str | None
    """As the spec names it (``cancelInvoice``); None if there is none of this path."""
    path: str
    body: bytes
    """The first 64 KiB. Empty if it was not read, because of the credentials for example."""
    content_type: str
    status: int | None
    """The HTTP status of the answer; None if not even that was sent."""
    answered: bool
    """Whether the whole answer was sent."""

    @property
    def document(self) -> Document | None:
        """What the body says, be it JSON or a form. None if it cannot be read."""
        try:
            return parse(self.body, self.content_type)
        except ValueError:
            return None

    @property
    def size(self) -> int:
        return len(self.body)


class Calls(Log[Call]):
    """The calls of a project, the newest 10,000."""

    def __init__(self) -> None:
        super().__init__()
        self._number = 0

    def add(
        self,
        at: datetime,
        operation: str | None,
        path: str,
        *,
        body: bytes = b"",
        content_type: str = "",
        status: int | None,
        answered: bool = True,
        reason: bytes = b"",
    ) -> None:
        """Take down a call. ``reason`` is the answer of a refusal, for the line in the log."""
        with self._lock:
            self._number += 1
            self._append(Call(self._number, at, operation, path, body[:KEPT], content_type, status, answered))
        if _log.isEnabledFor(logging.INFO):
            outcome = "not answered" if status is None else str(status)
            if status is not None and not answered:
                outcome += ", cut off"
            # One line each, whatever was asked for.
            line = f"{operation or path} {outcome} {reason.decode(errors='replace')}"
            _log.info("%s", ascii(line.rstrip())[1:-1])

    def of(self, operation: str | None) -> list[Call]:
        """Those of one operation, or all of them; oldest first."""
        return [call for call in self.after(0) if operation in {None, call.operation}]

    def reset(self) -> None:
        """Forget them all. The numbers go on."""
        with self._lock:
            self._entries.clear()
            self._size = 0

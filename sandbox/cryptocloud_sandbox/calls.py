"""What the sandbox was asked, and what it answered. Keys are not kept."""

import logging
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from .bodies import Document, parse
from .logs import Log

KEPT = 64 * 1024
"""How much of a request's body is kept, in bytes."""

_log = logging.getLogger("cryptocloud_sandbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
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


class Calls:
    """The calls of a project, the newest 10,000. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0
        self._log: Log[Call] = Log()

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
            self._log.append(
                Call(
                    number=self._number,
                    at=at,
                    operation=operation,
                    path=path,
                    body=body[:KEPT],
                    content_type=content_type,
                    status=status,
                    answered=answered,
                )
            )
        if _log.isEnabledFor(logging.INFO):
            outcome = "not answered" if status is None else str(status)
            if status is not None and not answered:
                outcome += ", cut off"
            # One line each, whatever was asked for.
            line = f"{operation or path} {outcome} {reason.decode(errors='replace')}"
            _log.info("%s", ascii(line.rstrip())[1:-1])

    def after(self, number: int, operation: str | None = None) -> list[Call]:
        """The calls with larger numbers, oldest first, of one operation or of all."""
        return [call for call in self._log.after(number) if operation in {None, call.operation}]

    def reset(self) -> None:
        """Forget them all. The numbers go on."""
        with self._lock:
            self._log = Log()

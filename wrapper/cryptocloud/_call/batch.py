"""Cancelling many invoices: what comes next, when it may begin, and what became of each. No I/O.

A batch holds one job for each invoice that has a place. A job makes one call after the other, and whoever
carries the batch out makes them at the same time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from typing import Any, Literal, Protocol, TypeAlias

from cryptocloud._arguments import checked_invoice_id, quoted, with_prefix
from cryptocloud._call import calls
from cryptocloud.errors import BadRequestError, CryptoCloudError, Outcome, RateLimitError
from cryptocloud.models import CancelResult, Invoice

_FIRST_STOP = 1.0
_LONGEST_STOP = 30.0
"""Seconds that a batch stops for when the service refuses for now and does not say for how long: doubled
from the first to the longest until something works again."""

_LONGEST_RETRY_AFTER = 3600.0
"""Seconds that the service may ask to wait. A batch that was asked for more tries again then."""

_MOST_REFUSALS = 10
"""How often one call can be refused for now, before its invoice counts as refused."""

_SUCCESSES_PER_PLACE = 50
"""Calls that have to work before one more is in flight again."""


class Journal(Protocol):
    """What a batch remembers beyond its own end."""

    def unfinished(self) -> list[str]:
        """The ids that an earlier run began and did not settle. They count as claimed."""

    def claim(self, uuid: str) -> Literal["new", "done", "repeated"]:
        """Whether this run has to begin an id, or an earlier one has cancelled it, or this one had it."""

    def begin(self, uuid: str) -> None:
        """Note that an id is about to be sent."""

    def finish(self, result: CancelResult) -> None:
        """Note what became of it."""


Calls: TypeAlias = Generator["calls.Call[Any]", Any, CancelResult]
"""The calls that one invoice needs. Each is answered by its result, or by its error."""


class Job:
    """One invoice on its way.

    Attributes:
        uuid: Its id.
        call: What is to be sent now.
        outcome: What came of it: the result of the call, or what it raised.
    """

    outcome: Any = None

    def __init__(self, uuid: str, *, in_doubt: bool) -> None:
        """`in_doubt` says that an earlier run may have cancelled it."""
        self.uuid = uuid
        self._calls = _cancelling(uuid, in_doubt=in_doubt)
        self.call: calls.Call[Any] = next(self._calls)
        self.begun = 0.0
        self.refusals = 0

    def advance(self) -> CancelResult | None:
        """The end of the job; None if it has another call to make."""
        try:
            self.call = self._calls.send(self.outcome)
        except StopIteration as end:
            result: CancelResult = end.value
            return result
        self.refusals = 0
        return None


class Batch:
    """All jobs, and how many of them may be in flight.

    Attributes:
        results: What is finished, to be handed out.
        in_flight: How many calls are being made.
    """

    def __init__(self, concurrency: int, journal: Journal | None) -> None:
        self.results: deque[CancelResult] = deque()
        self._journal = journal
        self._most = self._places = concurrency
        self.in_flight = 0
        unfinished = journal.unfinished() if journal else []
        self._waiting = deque(Job(uuid, in_doubt=True) for uuid in unfinished)
        self._successes = 0
        self._stopped = 0.0
        self._stopped_until = 0.0
        self._next_stop = _FIRST_STOP

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight, and nothing waits for its turn."""
        return not self.in_flight and not self._waiting

    @property
    def has_place(self) -> bool:
        """Whether one more id can be begun now."""
        return not self._waiting and self._may_begin()

    def stop(self) -> float | None:
        """The seconds until something can begin, if the service asked for them."""
        if self.in_flight >= self._places or not self._stopped_until:
            return None
        return max(0.0, self._stopped_until - time.monotonic())

    def add(self, given: object) -> None:
        """Take an id, whatever it is.

        Raises:
            JournalError: It cannot be noted, so it must not be sent.
        """
        try:
            uuid = with_prefix(checked_invoice_id(given))  # type: ignore[arg-type] # that is checked
        except (TypeError, ValueError) as error:
            text = given if isinstance(given, str) else quoted(repr(given))
            error.__traceback__ = None
            self.results.append(CancelResult(text, "invalid", None, error))
            return
        claim = self._journal.claim(uuid) if self._journal else "new"
        if claim == "new":
            self._waiting.append(Job(uuid, in_doubt=False))
        elif claim == "done":
            self.results.append(CancelResult(uuid, "already_canceled", "canceled"))

    def begin(self) -> Job | None:
        """The job whose call is to be sent now; None if none may.

        Raises:
            JournalError: It cannot be noted, so it must not be sent.
        """
        if not self._waiting or not self._may_begin():
            return None
        job = self._waiting[0]
        if not job.begun and self._journal:
            self._journal.begin(job.uuid)
        self._waiting.popleft()
        job.begun = time.monotonic()
        self.in_flight += 1
        return job

    def settle(self, job: Job) -> None:
        """Take in what came of a call.

        Raises:
            JournalError: The end of the job cannot be noted.
        """
        self.in_flight -= 1
        outcome = job.outcome
        if isinstance(outcome, CryptoCloudError):
            # Results are kept: they must not keep the frames of the calls.
            outcome.__traceback__ = outcome.__cause__ = outcome.__context__ = None
        if isinstance(outcome, RateLimitError):
            self._slow_down(job, outcome)
            if job.refusals < _MOST_REFUSALS:
                self._waiting.appendleft(job)
                return
        elif not isinstance(outcome, CryptoCloudError):
            self._speed_up()
        result = job.advance()
        # A traceback shows this frame, and what was looked up has buyers' data in it.
        job.outcome = outcome = None
        if result is None:
            self._waiting.appendleft(job)
            return
        if self._journal:
            self._journal.finish(result)
        self.results.append(result)

    def lose(self, job: Job) -> None:
        """Give a job up whose call was broken off: what became of it is not known."""
        self.in_flight -= 1

    def _may_begin(self) -> bool:
        if self._stopped_until and time.monotonic() >= self._stopped_until:
            self._stopped_until = 0.0
        return self.in_flight < self._places and not self._stopped_until

    def _slow_down(self, job: Job, error: RateLimitError) -> None:
        now = time.monotonic()
        job.refusals += 1
        self._places = max(1, self._places // 2)
        self._successes = 0
        seconds = min(error.retry_after or self._next_stop, _LONGEST_RETRY_AFTER)
        # One that was sent before the batch stopped tells nothing new.
        if job.begun >= self._stopped:
            self._stopped = now
            self._next_stop = min(2 * self._next_stop, _LONGEST_STOP)
        self._stopped_until = max(self._stopped_until, now + seconds)

    def _speed_up(self) -> None:
        self._next_stop = _FIRST_STOP
        self._successes += 1
        if self._successes >= _SUCCESSES_PER_PLACE and self._places < self._most:
            self._places += 1
            self._successes = 0


def _cancelling(uuid: str, *, in_doubt: bool) -> Calls:
    """Cancel an invoice, and find out what a failure means for it."""
    is_unknown = False
    while True:
        failure: CryptoCloudError | None = yield calls.cancel(uuid)
        if failure is None:
            return CancelResult(uuid, "canceled", "canceled")
        is_refused = failure.outcome is Outcome.REFUSED
        is_repeated = is_unknown
        is_unknown = is_unknown or failure.outcome is Outcome.UNKNOWN
        # A request that is refused as it stands may be one for an invoice that is cancelled already.
        if not (in_doubt or is_unknown or isinstance(failure, BadRequestError)):
            return CancelResult(uuid, "refused" if is_refused else "not_sent", None, failure)
        found: list[Invoice] | CryptoCloudError = yield calls.get([uuid])
        if isinstance(found, CryptoCloudError):
            return CancelResult(uuid, "unknown", None, failure)
        status = next((each.status for each in found if with_prefix(each.uuid) == uuid), None)
        del found
        if status == "canceled":
            return CancelResult(uuid, "canceled" if is_unknown else "already_canceled", status)
        # What was looked up may lag behind a try that is still under way; only these exclude that it works.
        is_certain = not (in_doubt or is_unknown) or status in (None, "paid", "overpaid", "partial")
        if is_refused and is_certain:
            return CancelResult(uuid, "refused", status, failure)
        if is_repeated or is_refused:
            return CancelResult(uuid, "unknown", status, failure)
        is_unknown = True

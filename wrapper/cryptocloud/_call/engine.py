"""One call from its first attempt to its end, without I/O.

`Engine.call` is a generator: it yields what is to be done next, an attempt or a pause, and is sent the
result. What is sent, how often, and what the end is, is decided here; sessions only carry it out.
"""

from __future__ import annotations

import copy
import logging
import random
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple, Self, TypeAlias, cast
from urllib.parse import urlencode

from cryptocloud._call import doubt
from cryptocloud._call.event import AttemptEvent
from cryptocloud._call.operations import OPERATIONS, Operation
from cryptocloud._call.verdict import Failure, Problem, Success, Verdict, judge, judge_failure
from cryptocloud._json import encode
from cryptocloud._secret import Secret, clean
from cryptocloud._settings import KEYS, Options
from cryptocloud._transport import Answer, Attempt, Headers, Request, Target
from cryptocloud._version import __version__
from cryptocloud.errors import Outcome, RateLimitError

_LOG = logging.getLogger("cryptocloud")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
"""Seconds between tries: doubled from the first to the longest, each drawn evenly from 0 to that."""

_LONGEST_RETRY_AFTER = 60.0
"""Seconds that a service may ask to wait; if it wants more, the caller is told instead."""


_EARLIER = {
    Outcome.REFUSED: "An earlier try was answered, and refused.",
    Outcome.UNKNOWN: "What became of an earlier try is not known.",
}
"""What is said of the tries before one that was not sent."""


class Pause(NamedTuple):
    """A wait between two tries, in seconds."""

    seconds: float


Steps: TypeAlias = Generator[Attempt | Pause | Success, Answer | Failure | None, None]
"""A whole call: what is to be done, what came of it, and the end."""


class _Record(NamedTuple):
    """An attempt that is over, to be reported."""

    operation: Operation
    tries: int | None
    begun: float
    ended: float
    status: int | None
    verdict: Verdict


class Engine:
    """Decides the calls of one client."""

    def __init__(
        self,
        *,
        keys: Mapping[str, Secret],
        target: Target,
        options: Options,
        on_attempt: Callable[[AttemptEvent], object] | None,
    ) -> None:
        """`keys` are those that there are, by the name of their security scheme."""
        self.target = target
        self.options = options
        self.on_attempt = on_attempt
        self._secrets = tuple(keys.values())
        self._headers = {
            name: Headers(
                [
                    ("Authorization", f"Token {key.reveal()}"),
                    ("Accept", "application/json"),
                    ("Accept-Encoding", "gzip"),
                    ("Content-Type", "application/json"),
                    ("User-Agent", f"cryptocloud-python/{__version__}"),
                ]
            )
            for name, key in keys.items()
        }

    def with_options(self, options: Options) -> Self:
        """An engine with other options."""
        other = copy.copy(self)
        other.options = options
        return other

    def call(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Steps:
        """One call, from the arguments of a generated function to a success or a typed error."""
        if headers and dict(headers) != {"Content-Type": "application/json"}:
            raise TypeError(f"{url}: the session sends JSON and no other headers, not {sorted(headers)}")
        # One that the spec has and this package does not know yet is handled with all caution.
        operation = OPERATIONS.get(url) or Operation(url, url, unknown="raise", result=(dict, list, str))
        if operation.key not in self._headers:
            setting = KEYS[operation.key]
            raise ValueError(
                f"{operation.name} needs a key of its own: pass {setting.argument}, or set {setting.variable}"
            )
        request = self._request(operation, json, params, method)
        deadline = time.monotonic() + self.options.timeout
        in_doubt: doubt.Doubt | None = None
        worst = Outcome.NOT_SENT
        tries = 0
        record: _Record

        def look_up(url: str, json: object) -> Generator[Attempt, Answer | Failure | None, Verdict]:
            nonlocal record
            if time.monotonic() >= deadline:
                late = Failure("the deadline has passed", None, is_timeout=True, is_sent=False)
                return judge_failure(late, operation, tries=1, seconds=self.options.timeout)
            self._report(record, None)
            record = yield from self._attempt(self._request(OPERATIONS[url], json), OPERATIONS[url], deadline)
            return record.verdict

        while True:
            tries += 1
            record = yield from self._attempt(request, operation, deadline, tries)
            verdict = record.verdict
            if isinstance(verdict, Success):
                self._report(record, None)
                yield verdict
                return
            if operation.unknown == "ask":
                resolution = yield from doubt.resolve(look_up, json, self._secrets, verdict, in_doubt)
                if isinstance(resolution, Success):
                    self._report(record, None)
                    yield resolution
                    return
                in_doubt = resolution
            pause = None if in_doubt and in_doubt.is_final else self._pause(verdict, operation, tries)
            if pause is None or pause >= deadline - time.monotonic():
                self._report(record, None)
                # That a later try was refused, or not sent, does not tell what became of an earlier one.
                if in_doubt:
                    raise in_doubt.error()
                if verdict.outcome is Outcome.NOT_SENT and worst is not Outcome.NOT_SENT:
                    raise verdict.error(remark=_EARLIER[worst], outcome=worst)
                raise verdict.error()
            self._report(record, pause)
            if verdict.outcome is not Outcome.NOT_SENT and worst is not Outcome.UNKNOWN:
                worst = verdict.outcome
            yield Pause(pause)

    def _attempt(
        self, request: Request, operation: Operation, deadline: float, tries: int | None = None
    ) -> Generator[Attempt, Answer | Failure | None, _Record]:
        """One attempt, judged; without a number if it is a look-up."""
        attempt = Attempt(request, deadline)
        result = cast("Answer | Failure", (yield attempt))
        verdict: Verdict
        if isinstance(result, Answer):
            verdict = judge(result, operation, self._secrets)
        else:
            seconds = self.options.timeout - attempt.left()
            verdict = judge_failure(result, operation, tries=tries or 1, seconds=seconds)
        status = result.status if isinstance(result, Answer) else None
        return _Record(operation, tries, attempt.begun, time.monotonic(), status, verdict)

    def _report(self, record: _Record, retry_in: float | None) -> None:
        """Tell of an attempt who watches."""
        verdict = record.verdict
        is_success = isinstance(verdict, Success)
        level = logging.DEBUG if is_success else logging.INFO
        if self.on_attempt is None and not _LOG.isEnabledFor(level):
            return
        # No texts of the service: they could have personal data in them.
        event = AttemptEvent(
            operation=record.operation.name,
            number=record.tries or 1,
            purpose="call" if record.tries else "lookup",
            begun=time.time() - (time.monotonic() - record.begun),
            seconds=record.ended - record.begun,
            status_code=record.status,
            outcome=None if isinstance(verdict, Success) else verdict.outcome,
            error=None if isinstance(verdict, Success) else verdict.type.__name__,
            request_id=None if isinstance(verdict, Success) else verdict.request_id,
            retry_in=retry_in,
        )
        _LOG.log(
            level,
            "%s: try %d, %s, HTTP %s, %.0f ms, request id %s",
            event.operation,
            event.number,
            event.error or "success",
            event.status_code,
            event.seconds * 1000,
            event.request_id,
            extra={"cryptocloud": {**event._asdict(), "outcome": event.outcome and event.outcome.value}},
        )
        if self.on_attempt is not None:
            try:
                self.on_attempt(event)
            except Exception:
                _LOG.exception("on_attempt failed")

    def _pause(self, problem: Problem, operation: Operation, tries: int) -> float | None:
        """Seconds to wait before the call is repeated; None if it is not."""
        if tries > self.options.max_retries or not problem.is_retryable:
            return None
        waits_for_rate = self.options.waits_for_rate and operation.rate_limited == "repeat"
        if problem.type is RateLimitError and not waits_for_rate:
            return None
        # The exponent is bounded, too: a float is not, by a large number of tries.
        pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries - 1, 10)))
        if problem.retry_after is None:
            return pause
        return max(problem.retry_after, pause) if problem.retry_after <= _LONGEST_RETRY_AFTER else None

    def _request(
        self,
        operation: Operation,
        json: object,
        params: Mapping[str, Any] | None = None,
        method: str = "post",
    ) -> Request:
        query = f"?{urlencode(params)}" if params else ""
        return Request(
            method.upper(),
            self.target,
            f"{self.target.path}{operation.path}{query}",
            self._headers[operation.key],
            b"" if json is None else encode(json),
        )

    def failure(
        self, error: BaseException, attempt: Attempt, timeouts: tuple[type[BaseException], ...]
    ) -> Failure:
        """What became of an attempt that raised `error`. Those in `timeouts` tell that time ran out."""
        text = clean(str(error), *self._secrets)
        return Failure(
            reason=f"{type(error).__name__}: {text}" if text else type(error).__name__,
            cause=self._harmless(error),
            is_timeout=isinstance(error, timeouts),
            is_sent=attempt.sent is not False,
        )

    def _harmless(self, error: BaseException) -> BaseException | None:
        """An exception of the same class with masked texts; None if none can be made."""
        arguments = [
            clean(value, *self._secrets) if isinstance(value, str) else value for value in error.args
        ]
        if not all(isinstance(value, (str, int, type(None))) for value in arguments):
            arguments = [clean(str(error), *self._secrets)]
        try:
            return type(error)(*arguments)
        except Exception:
            # Its class wants other arguments. The reason is in the message all the same.
            return None

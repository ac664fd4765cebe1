"""Waits until invoices are final, by asking for them again and again."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from cryptocloud._arguments import checked_invoice_ids, with_prefix
from cryptocloud._call import Pause, calls
from cryptocloud._secret import clean
from cryptocloud._session import AsyncSession, Session
from cryptocloud._settings import checked_timeout
from cryptocloud.errors import CryptoCloudError, RateLimitError
from cryptocloud.models import Invoice

_LOG = logging.getLogger("cryptocloud")

_LONGEST_PAUSE = 60.0
"""Seconds between two rounds after failures, unless `every` or the service asks for more."""

_LONGEST_RETRY_AFTER = 3600.0
"""Seconds that the service may ask to wait."""

_FIRST_LOOK = 1.0
_LAST_LOOK = 10.0
"""Seconds between two looks at a single invoice: doubled from the first to the last."""

Ids: TypeAlias = Iterable[str]
Pending: TypeAlias = Ids | Callable[[], Ids]
AsyncPending: TypeAlias = Ids | Callable[[], Ids | Awaitable[Ids]]
OnError: TypeAlias = Callable[[CryptoCloudError], object]

_GetMany: TypeAlias = calls.Call[list[Invoice]]

SessionT = TypeVar("SessionT", Session, AsyncSession)


class _Ask:
    """That the ids of the round are to be asked for."""


_Rounds: TypeAlias = Generator[_Ask | _GetMany | Pause | Invoice | CryptoCloudError, Any, None]
"""What is to be done: ask for the ids, make a call, wait, hand out an invoice, tell of an error.

The first two are answered, a call by its error if it fails.
"""


def watch(session: Session, pending: Pending, every: float, on_error: OnError | None) -> Iterator[Invoice]:
    """Invoices that are final, as they become so.

    Raises:
        TypeError, ValueError: An argument cannot be right.
    """
    steps = _rounds(_fixed(pending), checked_timeout(every, "every"))
    return _watch(session, steps, pending, on_error or _log)


def watch_async(
    session: AsyncSession, pending: AsyncPending, every: float, on_error: OnError | None
) -> AsyncIterator[Invoice]:
    """The same without blocking."""
    steps = _rounds(_fixed(pending), checked_timeout(every, "every"))
    return _watch_async(session, steps, pending, on_error or _log)


def wait_until_final(session: Session, uuid: str, timeout: float) -> Invoice:
    """One invoice, once it is final.

    Raises:
        TimeoutError: It is not by then.
        CryptoCloudError: It cannot be looked up, now or later.
    """
    deadline = time.monotonic() + checked_timeout(timeout)
    looks = _looks(uuid, timeout, deadline)
    step = next(looks)
    while not isinstance(step, Invoice):
        # Without a name: a traceback shows this frame, and an invoice has the buyer's data in it.
        step = looks.send(_carry_out(_hurried(session, deadline), step))
    return step


async def wait_until_final_async(session: AsyncSession, uuid: str, timeout: float) -> Invoice:
    """The same without blocking."""
    deadline = time.monotonic() + checked_timeout(timeout)
    looks = _looks(uuid, timeout, deadline)
    step = next(looks)
    while not isinstance(step, Invoice):
        step = looks.send(await _carry_out_async(_hurried(session, deadline), step))
    return step


def _fixed(pending: object) -> list[str] | None:
    """All ids that are waited for; None if they are asked for in each round."""
    return None if callable(pending) else checked_invoice_ids(pending)  # type: ignore[arg-type] # checked


def _rounds(ids: list[str] | None, every: float) -> _Rounds:
    failures = 0
    while ids is None or ids:
        wanted = checked_invoice_ids((yield _Ask()) if ids is None else ids)
        final: set[str] = set()
        has_failed, retry_after = False, 0.0
        for batch in calls.batches(wanted):
            found = yield calls.get(batch)
            error = found if isinstance(found, CryptoCloudError) else calls.unknown(batch, found)
            if error:
                yield error
            if isinstance(found, CryptoCloudError):
                has_failed, retry_after = True, max(retry_after, _retry_after(found))
                if isinstance(found, RateLimitError):
                    break
                continue
            for invoice in found:
                if invoice.is_final:
                    final.add(with_prefix(invoice.uuid))
                    yield invoice
            # A traceback shows this frame, and invoices have buyers' data in them.
            found = invoice = None
        if ids is not None:
            ids = [uuid for uuid in ids if uuid not in final]
        failures = failures + 1 if has_failed else 0
        if ids is None or ids:
            # The exponent is bounded: a float is not, by a long night.
            pause = max(every, min(every * 2 ** min(failures, 20), _LONGEST_PAUSE))
            yield Pause(max(pause, retry_after))


def _looks(uuid: str, timeout: float, deadline: float) -> Generator[_GetMany | Pause | Invoice, Any, None]:
    (uuid,) = checked_invoice_ids([uuid])
    pause, seen = _FIRST_LOOK, ""
    while True:
        found: list[Invoice] | CryptoCloudError = yield calls.get([uuid])
        wait = pause
        if isinstance(found, CryptoCloudError):
            if not found.is_retryable:
                raise found
            wait = max(pause, _retry_after(found))
            failure = f"; the last look-up failed: {type(found).__name__}"
        else:
            (invoice,) = calls.in_order([uuid], found)
            if invoice.is_final:
                yield invoice
            seen, failure = f"its status is {clean(str(invoice.status), limit=60)!r}", ""
            # A traceback shows this frame, and an invoice has the buyer's data in it.
            del invoice
        del found
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(
                f"{uuid} is not final after {timeout:g} s: {seen or 'its status is not known'}{failure}"
            )
        yield Pause(min(wait, left))
        pause = min(2 * pause, _LAST_LOOK)


def _retry_after(error: CryptoCloudError) -> float:
    return min(getattr(error, "retry_after", None) or 0.0, _LONGEST_RETRY_AFTER)


def _log(error: CryptoCloudError) -> None:
    _LOG.warning("watch: %s, %s", type(error).__name__, error.outcome.name)


def _hurried(session: SessionT, deadline: float) -> SessionT:
    # The last look comes when time is over, and may still take a moment.
    options = session.engine.options
    left = max(deadline - time.monotonic(), _FIRST_LOOK)
    return session.with_options(options._replace(timeout=min(options.timeout, left)))


def _carry_out(session: Session, step: _GetMany | Pause) -> list[Invoice] | CryptoCloudError | None:
    if isinstance(step, Pause):
        time.sleep(step.seconds)
        return None
    try:
        return session.run(step)
    except CryptoCloudError as error:
        return error


async def _carry_out_async(
    session: AsyncSession, step: _GetMany | Pause
) -> list[Invoice] | CryptoCloudError | None:
    if isinstance(step, Pause):
        await session.sleep(step.seconds)
        return None
    try:
        return await session.run(step)
    except CryptoCloudError as error:
        return error


def _watch(session: Session, steps: _Rounds, pending: Any, on_error: OnError) -> Iterator[Invoice]:
    step = next(steps, None)
    while step is not None:
        result = None
        if isinstance(step, Invoice):
            yield step
        elif isinstance(step, CryptoCloudError):
            on_error(step)
        elif isinstance(step, _Ask):
            result = pending()
        else:
            result = _carry_out(session, step)
        step = _next(steps, result)


async def _watch_async(
    session: AsyncSession, steps: _Rounds, pending: Any, on_error: OnError
) -> AsyncIterator[Invoice]:
    step = next(steps, None)
    while step is not None:
        result: Any = None
        if isinstance(step, Invoice):
            yield step
        elif isinstance(step, (_Ask, CryptoCloudError)):
            result = pending() if isinstance(step, _Ask) else on_error(step)
            if inspect.isawaitable(result):
                result = await result
        else:
            result = await _carry_out_async(session, step)
        step = _next(steps, result)


def _next(steps: _Rounds, result: object) -> Any:
    try:
        return steps.send(result)
    except StopIteration:
        return None

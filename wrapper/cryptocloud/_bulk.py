"""Carries out a batch, many calls at a time: in threads, or in tasks of an event loop."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar

from cryptocloud._arguments import checked_concurrency
from cryptocloud._call import batch
from cryptocloud._journal import Journal
from cryptocloud._lazy import LazyModule
from cryptocloud._session import AsyncSession, Session
from cryptocloud.errors import CryptoCloudError
from cryptocloud.models import CancelResult

if TYPE_CHECKING:
    import asyncio

    import anyio
    from anyio import lowlevel
else:
    # Threads need none of them.
    asyncio = LazyModule("asyncio")
    anyio = LazyModule("anyio")
    lowlevel = LazyModule("anyio.lowlevel")

SessionT = TypeVar("SessionT", Session, AsyncSession)
Path: TypeAlias = str | os.PathLike[str] | None
_OpenJournal: TypeAlias = Callable[[], Journal | None]


def cancel_many(
    session: Session, shop: str | None, uuids: Iterable[str], concurrency: int, journal: Path
) -> Iterator[CancelResult]:
    """Cancels invoices in threads.

    Raises:
        TypeError, ValueError: An argument cannot be right.
    """
    if isinstance(uuids, (str, bytes)) or not isinstance(uuids, Iterable):
        raise TypeError(f"uuids must be ids to go through, not {type(uuids).__name__}")
    checked = checked_concurrency(concurrency)
    return _cancelled(_unhurried(session), iter(uuids), checked, _opener(session, shop, journal))


def cancel_many_async(
    session: AsyncSession,
    shop: str | None,
    uuids: Iterable[str] | AsyncIterable[str],
    concurrency: int,
    journal: Path,
) -> AsyncIterator[CancelResult]:
    """The same in tasks.

    Raises:
        TypeError, ValueError: An argument cannot be right.
    """
    if isinstance(uuids, (str, bytes)) or not isinstance(uuids, (Iterable, AsyncIterable)):
        raise TypeError(f"uuids must be ids to go through, not {type(uuids).__name__}")
    checked = checked_concurrency(concurrency)
    return _Results(_Tasks(_unhurried(session), uuids, checked, _opener(session, shop, journal)))


def _unhurried(session: SessionT) -> SessionT:
    # That the service refuses for now is told to the whole batch, and not to one call.
    return session.with_options(session.engine.options._replace(waits_for_rate=False))


def _opener(session: Session | AsyncSession, shop: str | None, journal: Path) -> _OpenJournal:
    if journal is None:
        return lambda: None
    path = os.fspath(journal)
    if not isinstance(path, str):
        raise TypeError(f"journal must be a path as a str, not as {type(path).__name__}")
    return functools.partial(Journal, path, host=str(session.engine.target), shop=shop)


def _cancelled(
    session: Session, source: Iterator[str], concurrency: int, open_journal: _OpenJournal
) -> Iterator[CancelResult]:
    with contextlib.ExitStack() as stack:
        journal = open_journal()
        if journal:
            stack.callback(journal.close)
        todo = batch.Batch(concurrency, journal)
        workers = stack.enter_context(_Workers(session, todo))
        has_more = True
        while has_more or todo.results or not todo.is_idle:
            workers.settle()
            # What is finished comes first: the source may take long.
            if todo.results:
                yield todo.results.popleft()
            elif job := todo.begin():
                workers.send(job)
            elif has_more and todo.has_place:
                try:
                    todo.add(next(source))
                except StopIteration:
                    has_more = False
            elif not todo.is_idle:
                workers.wait(todo.stop())


class _Workers:
    """Threads, started as they are needed, each for one call at a time.

    The thread that goes through the results decides and writes everything. An interrupt can hit it anywhere,
    so the end does not go by a count: all calls are over when no thread is left.
    """

    def __init__(self, session: Session, todo: batch.Batch) -> None:
        self._session = session
        self._todo = todo
        self._tasks: queue.SimpleQueue[tuple[batch.Job, contextvars.Context] | None] = queue.SimpleQueue()
        self._finished: deque[batch.Job] = deque()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def send(self, job: batch.Job) -> None:
        """Have the call of a job made."""
        if len(self._threads) < self._todo.in_flight:
            # The program can end without them: after a second interrupt nobody waits for their calls.
            thread = threading.Thread(target=self._work, name="cryptocloud-cancel", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._tasks.put((job, contextvars.copy_context()))

    def wait(self, seconds: float | None) -> None:
        """Wait until a call is over, or for so long."""
        with contextlib.suppress(queue.Empty):
            self._bell.get(timeout=seconds)

    def settle(self) -> None:
        """Take in what is over.

        Raises:
            JournalError: It cannot be noted.
            Exception: A call died of something that is no fault of the network.
        """
        while self._finished:
            job = self._finished.popleft()
            if isinstance(job.outcome, BaseException) and not isinstance(job.outcome, CryptoCloudError):
                self._todo.lose(job)
                raise job.outcome
            self._todo.settle(job)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # While Python ends, the threads stand still.
            if not sys.is_finalizing():
                self._tasks.put(None)
                for thread in self._threads:
                    thread.join()
        finally:
            while self._finished:
                # Something else is being raised already, or nobody is there to hear.
                with contextlib.suppress(Exception):
                    self.settle()

    def _work(self) -> None:
        while task := self._tasks.get():
            job, context = task
            try:
                job.outcome = context.run(self._session.run, job.call)
            except BaseException as error:
                job.outcome = error
            self._finished.append(job)
            self._bell.put(None)
            del task, job, context
        # For the next thread.
        self._tasks.put(None)


class _Results(AsyncIterator[CancelResult]):
    """What users go through. When they let go of it, nothing more is begun."""

    def __init__(self, tasks: _Tasks) -> None:
        self._tasks = tasks

    async def __anext__(self) -> CancelResult:
        return await self._tasks.next_result()

    async def aclose(self) -> None:
        """Begin nothing more, and wait until what is in flight has ended."""
        await self._tasks.aclose()

    def __del__(self) -> None:
        self._tasks.end()


class _Tasks:
    """Tasks of an event loop, one for each call. They end, and note what came of it, even if nobody waits."""

    def __init__(
        self,
        session: AsyncSession,
        uuids: Iterable[str] | AsyncIterable[str],
        concurrency: int,
        open_journal: _OpenJournal,
    ) -> None:
        self._session = session
        self._source = uuids if isinstance(uuids, AsyncIterable) else iter(uuids)
        self._concurrency = concurrency
        self._open_journal = open_journal
        self._journal: Journal | None = None
        self._is_begun = self._is_over = False
        self._has_more = True
        self._is_pulling = False
        self._pulling: anyio.CancelScope | None = None
        # By a key of its own, each task that runs: the event loop would not keep it.
        self._running: dict[object, object] = {}
        self._failure: BaseException | None = None

    async def next_result(self) -> CancelResult:
        """The next result, in the order in which they are finished."""
        try:
            await self._until_result()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.aclose()
            raise
        return self._batch.results.popleft()

    async def aclose(self) -> None:
        """Begin nothing more, and wait until what is in flight has ended."""
        self.end()
        while self._running:
            await self._change(None)

    def end(self) -> None:
        """Begin nothing more."""
        self._is_over = True
        if self._pulling:
            self._pulling.cancel()
        self._close_if_idle()

    async def _until_result(self) -> None:
        if not self._is_begun and not self._is_over:
            self._begin()
        has_waited = False
        while self._failure or self._is_over or not self._batch.results:
            if self._failure:
                raise self._failure
            if self._is_over or not (self._has_more or self._batch.results or not self._batch.is_idle):
                raise StopAsyncIteration
            if job := self._batch.begin():
                self._spawn(functools.partial(self._carry_out, job))
            elif self._has_more and self._batch.has_place and not self._is_pulling:
                self._pull()
            else:
                has_waited = True
                await self._change(self._batch.stop())
        if not has_waited:
            # A source that never ends, and needs no calls, must not keep other tasks waiting.
            await lowlevel.checkpoint()

    def _begin(self) -> None:
        self._changed = anyio.Event()
        self._journal = self._open_journal()
        self._is_begun = True
        self._batch = batch.Batch(self._concurrency, self._journal)
        self._session.endings.add(self.aclose)

    def _pull(self) -> None:
        """Get one more id. It may be here at once, or come later."""
        if isinstance(self._source, AsyncIterable):
            self._is_pulling = True
            if self._pulling is None:
                self._pulling = anyio.CancelScope()
                self._spawn(functools.partial(self._pull_all, self._source, self._pulling))
            else:
                self._wanted.set()
            return
        try:
            self._batch.add(next(self._source))
        except StopIteration:
            self._has_more = False

    async def _pull_all(self, source: AsyncIterable[str], scope: anyio.CancelScope) -> None:
        # In one task, whatever the source does between two ids.
        with scope:
            async for uuid in source:
                self._batch.add(uuid)
                self._is_pulling = False
                self._wanted = anyio.Event()
                self._notify()
                await self._wanted.wait()
            self._has_more = False

    async def _carry_out(self, job: batch.Job) -> None:
        try:
            job.outcome = await self._session.run(job.call)
        except CryptoCloudError as error:
            job.outcome = error
        except BaseException:
            self._batch.lose(job)
            raise
        self._batch.settle(job)

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        key = object()

        async def task() -> None:
            try:
                await work()
            except BaseException as error:
                self._failure = self._failure or error
                if isinstance(error, (anyio.get_cancelled_exc_class(), KeyboardInterrupt, SystemExit)):
                    raise
            finally:
                del self._running[key]
                self._close_if_idle()
                self._notify()

        self._running[key] = None
        if "trio" in sys.modules and sys.modules["trio"].lowlevel.in_trio_run():
            from trio.lowlevel import spawn_system_task

            running: object = spawn_system_task(task, context=contextvars.copy_context())
        else:
            running = asyncio.create_task(task())
        # Some event loops begin a task at once, and it may be over.
        if key in self._running:
            self._running[key] = running

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def _change(self, seconds: float | None) -> None:
        """Wait until something has changed, or for so long."""
        with anyio.move_on_after(seconds):
            await self._changed.wait()

    def _close_if_idle(self) -> None:
        if self._is_over and not self._running:
            if self._journal:
                self._journal.close()
            self._session.endings.discard(self.aclose)

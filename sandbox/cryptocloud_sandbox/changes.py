"""The word that something has changed, for those who wait for it in an event loop."""

import asyncio
from threading import Lock
from types import TracebackType
from typing import Self


class Changes:
    """Counts changes, and wakes the `listen` loops that they concern.

    Every method may be called from any thread. A change costs next to nothing while nobody listens.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: set[Listener] = set()
        self._version = 0
        self._closed = False

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._version

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)

    def tell(self, uuid: str | None) -> None:
        """Something about this invoice has changed: its status, or what was sent. None is for all of them."""
        with self._lock:
            self._version += 1
            for listener in self._listeners:
                if uuid is None or listener.uuid is None or listener.uuid == uuid:
                    listener.wake()

    def listen(self, uuid: str | None = None) -> "Listener":
        """The changes of one invoice, or of all of them, for one task of a running event loop:

            async with changes.listen(invoice.uuid) as listener:
                async for version in listener:
                    ...

        Changes that come while the loop's body is busy count as one. The loop ends with `close`.
        """
        return Listener(self, uuid)

    def close(self) -> None:
        """End all loops, those included that begin later."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.wake()

    def _enter(self, listener: "Listener") -> None:
        with self._lock:
            self._listeners.add(listener)
            if self._closed:
                listener.wake()

    def _leave(self, listener: "Listener") -> None:
        with self._lock:
            self._listeners.discard(listener)


class Listener:
    """See `Changes.listen`."""

    def __init__(self, changes: Changes, uuid: str | None) -> None:
        self.uuid = uuid
        self._changes = changes
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._is_awake = False

    def wake(self) -> None:
        """To be called by `Changes`, which holds its lock meanwhile."""
        if not self._is_awake:
            self._is_awake = True
            self._loop.call_soon_threadsafe(self._event.set)

    async def __aenter__(self) -> Self:
        self._changes._enter(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._changes._leave(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> int:
        await self._event.wait()
        with self._changes._lock:
            if self._changes._closed:
                raise StopAsyncIteration
            self._event.clear()
            self._is_awake = False
            return self._changes.version

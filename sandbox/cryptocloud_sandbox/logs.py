"""The newest entries of a kind, by number."""

from collections import deque
from itertools import islice
from threading import Lock
from typing import Generic, Protocol, TypeVar

MOST_ENTRIES = 10_000
MOST_BYTES = 32 * 1024 * 1024


class _Entry(Protocol):
    @property
    def number(self) -> int: ...

    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=_Entry)


class Log(Generic[T]):
    """The last 10,000 entries, and at most 32 MiB of what they hold. The numbers of entries only grow.

    Every method may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: deque[T] = deque()
        self._size = 0

    def append(self, entry: T) -> list[T]:
        """Take a new entry; those that have to go for it."""
        with self._lock:
            return self._append(entry)

    def _append(self, entry: T) -> list[T]:
        dropped: list[T] = []
        self._entries.append(entry)
        self._size += entry.size
        while len(self._entries) > MOST_ENTRIES or self._size > MOST_BYTES:
            dropped.append(self._entries.popleft())
            self._size -= dropped[-1].size
        return dropped

    def after(self, number: int) -> list[T]:
        """The entries with larger numbers, oldest first."""
        with self._lock:
            first = self._entries[0].number if self._entries else 0
            return list(islice(self._entries, max(number - first + 1, 0), None))

"""The idle connections of one client.

A connection is a plain socket with some memory, so an idle one belongs to no thread and to no event loop, and
closing it never waits.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from cryptocloud._transport.connection import Connection

_KEEPALIVE = 5.0
"""Seconds that an idle connection is kept: shorter than the servers' usual limits, so that a request
seldom meets a connection that is just being closed."""

_MAX_IDLE = 100
"""Idle connections that are kept, per client."""


class Pool:
    """The idle connections to one origin, the last one used on top. Safe between threads."""

    def __init__(self) -> None:
        self._idle: deque[tuple[float, Connection]] = deque()
        self._is_closed = False
        self._pid = os.getpid()

    def take(self) -> Connection | None:
        """An idle connection, if there is one that can be used."""
        if self._pid != os.getpid():
            # After a fork these connections are the parent's, too: used by both, each could get the other's
            # answer. Closing them here closes them for this process alone. Noted when it is done, or another
            # thread could take one meanwhile.
            self._drop_all()
            self._pid = os.getpid()
        while True:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                return None
            with closed_on_failure(connection):
                is_usable = time.monotonic() - since < _KEEPALIVE and connection.is_quiet()
            if is_usable:
                return connection
            connection.close()

    def put_back(self, connection: Connection) -> None:
        """Keep a connection whose exchange is over, for the next call."""
        now = time.monotonic()
        self._idle.append((now, connection))
        if self._is_closed:
            self._drop_all()
        # Those at the bottom are the oldest, and nobody takes them while others are on top. Another thread
        # can be faster.
        with contextlib.suppress(IndexError):
            while now - self._idle[0][0] >= _KEEPALIVE or len(self._idle) > _MAX_IDLE:
                self._idle.popleft()[1].close()

    def close(self) -> None:
        """Close what is idle; what comes back later is closed then."""
        self._is_closed = True
        self._drop_all()

    def _drop_all(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop()[1].close()


class _Closable(Protocol):
    def close(self) -> None: ...


@contextlib.contextmanager
def closed_on_failure(closable: _Closable) -> Iterator[None]:
    """Closes `closable` unless the block ends well, whatever ends it."""
    try:
        yield
    except BaseException:
        closable.close()
        raise

"""What both transports do alike to connect: the addresses of a name, and their order."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from cryptocloud._transport.contract import Target
from cryptocloud._transport.proxy import Proxy

HEAD_START = 0.25
"""Seconds that an address is tried alone before the next one is tried, too: as RFC 8305 recommends."""

_MOST_LOOKUPS = 4
"""Lookups of one name at a time: nothing can end one that hangs."""

_FRESH = 1.0
"""Seconds in which a lookup serves others, too. After that another one may have more luck."""

Address: TypeAlias = tuple[int, int, int, str, Any]
"""What `socket.getaddrinfo` gives for each address."""


class Lookup(threading.Thread):
    """A search for the addresses of a name, which the platform does not let anybody interrupt.

    The thread is a daemon: neither an event loop nor the interpreter waits for it at its end.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name=f"lookup of {host}", daemon=True)
        self.begun = time.monotonic()
        self._host = host
        self._port = port
        self._found: Sequence[Address] = ()
        self._error: BaseException | None = None
        self._is_over = threading.Event()
        self._watching = threading.Lock()
        self._watchers: set[socket.socket] = set()

    def begin(self) -> None:
        """Search, in the thread."""
        try:
            self.start()
        except RuntimeError:
            # There are no more threads, or the interpreter ends and begins none.
            self.run()

    def run(self) -> None:
        try:
            self._found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except BaseException as error:
            self._error = error
        with self._watching:
            self._is_over.set()
            for watcher in self._watchers:
                watcher.send(b"!")

    def wait(self, timeout: float) -> None:
        """Wait until the lookup is over, at most so many seconds.

        Raises:
            TimeoutError: It is not.
        """
        if not self._is_over.wait(timeout):
            raise TimeoutError("the name is not resolved")

    @contextlib.contextmanager
    def watched(self) -> Iterator[socket.socket]:
        """Gives a socket that has something to read when the lookup is over, in whichever event loop."""
        here, there = socket.socketpair()
        with here, there:
            with self._watching:
                self._watchers.add(there)
                if self._is_over.is_set():
                    there.send(b"!")
            try:
                yield here
            finally:
                with self._watching:
                    self._watchers.discard(there)

    def found(self) -> Sequence[Address]:
        """The addresses, when the lookup is over.

        Raises:
            OSError: There are none.
        """
        if self._error:
            raise self._error
        return self._found


class _Lookups:
    """Those that run, for each name: what hangs is bounded for all clients of the process together."""

    def __init__(self) -> None:
        self.forget()
        if hasattr(os, "register_at_fork"):
            # The threads of its parent do not run in a forked process, and would not give the lock back.
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        # Reentrant: a signal handler may make a call while the thread that it interrupts holds the lock.
        self._lock = threading.RLock()
        self._running: dict[tuple[str, int], list[Lookup]] = {}

    def begin_or_join(self, host: str, port: int) -> Lookup:
        with self._lock:
            running = [lookup for lookup in self._running.get((host, port), ()) if lookup.is_alive()]
            for newest in running[-1:]:
                if len(running) >= _MOST_LOOKUPS or time.monotonic() - newest.begun < _FRESH:
                    return newest
            lookup = Lookup(host, port)
            lookup.begin()
            self._running[host, port] = [*running, lookup]
        return lookup


_lookups = _Lookups()


class Addresses:
    """The addresses of one peer."""

    def __init__(self, peer: Target | Proxy) -> None:
        self._peer = peer
        self._family = socket.AF_UNSPEC
        try:
            ipaddress.ip_address(peer.host)
        except ValueError:
            self._flags = 0
        else:
            self._flags = socket.AI_NUMERICHOST

    def look_up(self) -> Lookup | None:
        """Begin to look for them, or join who has just begun; None if the peer's name is an address."""
        return None if self._flags else _lookups.begin_or_join(self._peer.host, self._peer.port)

    def of(self, lookup: Lookup | None) -> list[Address]:
        """What a lookup found, in the order in which to try: the two families take turns.

        Raises:
            OSError: There is none.
        """
        found = (
            lookup.found()
            if lookup
            else socket.getaddrinfo(
                self._peer.host, self._peer.port, type=socket.SOCK_STREAM, flags=self._flags
            )
        )
        if not found:
            raise OSError(f"{self._peer.host} has no address")
        first = self._family or found[0][0]
        turns = itertools.zip_longest(
            (address for address in found if address[0] == first),
            (address for address in found if address[0] != first),
        )
        return [address for turn in turns for address in turn if address]

    def remember(self, address: Address) -> None:
        """Begin with the family of `address` from now on: it works."""
        self._family = socket.AddressFamily(address[0])


def new_socket(address: Address) -> socket.socket:
    """A socket that begins to connect to `address`.

    Raises:
        OSError: This machine cannot.
    """
    sock = socket.socket(*address[:3])
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(BlockingIOError):
            sock.connect(address[4])
    except BaseException:
        sock.close()
        raise
    return sock


def failure(sock: socket.socket) -> OSError | None:
    """Why `sock` did not connect; None if it did."""
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return OSError(code, os.strerror(code)) if code else None

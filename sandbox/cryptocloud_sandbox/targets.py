"""Where postbacks go: a URL of this machine, or a function of this process."""

import inspect
import io
import ipaddress
import logging
import re
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from threading import Lock
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import urlsplit

Kind = Literal["json", "form"]
Function: TypeAlias = Callable[[bytes, str], object]
"""From the body and the content type to an HTTP status, or to an object with ``status_code``."""

TIMEOUT = 10.0
"""How long the merchant may take for a whole answer, in seconds."""

KEPT = 64 * 1024
"""How much of an answer is kept, in bytes."""

_log = logging.getLogger("cryptocloud_sandbox")


@dataclass(frozen=True)
class Answer:
    """What a merchant answered. With an `error` it is no whole answer."""

    status: int | None = None
    error: str | None = None
    body: bytes = b""


class Target(Protocol):
    """Takes postbacks."""

    @property
    def name(self) -> str: ...

    def send(self, body: bytes, content_type: str, connections: "Connections") -> Answer: ...


class Connections:
    """The connections to merchants. `close` ends those that there are, and all that begin later."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._closed = False

    @contextmanager
    def holding(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._open.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def are_closed(self) -> bool:
        return self._closed


def target_for(target: str | Function) -> Target:
    """What a user names. ``ValueError`` for a URL beyond this machine, ``TypeError`` for other objects."""
    if isinstance(target, str):
        return _Url(target)
    if not callable(target):
        raise TypeError(
            f"a postback's target is a URL or a function (body, content_type), not {type(target).__name__}"
        )
    if inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__):
        raise TypeError("a postback's target is an ordinary function: an async one would not be awaited")
    return _Function(target)


class _Url:
    def __init__(self, url: str) -> None:
        try:
            # The parser drops line breaks, and takes letters of every alphabet.
            parts = urlsplit(url if re.fullmatch(r"[!-~]+", url) else "")
        except ValueError:
            parts = urlsplit("")
        if parts.scheme != "http" or not is_loopback(parts.hostname) or parts.username is not None:
            raise ValueError("is not an http:// URL of this machine, as http://127.0.0.1:8000/paid is")
        try:
            port = parts.port
        except ValueError:
            raise ValueError("has a port that does not exist: they go to 65535") from None
        self.name = url
        self._host = parts.hostname or ""
        self._port = 80 if port is None else port
        resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = f"POST {resource} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"

    def send(self, body: bytes, content_type: str, connections: Connections) -> Answer:
        head = f"{self._head}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        deadline = time.monotonic() + TIMEOUT
        status, kept = None, bytearray()
        try:
            with (
                socket.create_connection((self._host, self._port), TIMEOUT) as connection,
                connections.holding(connection),
            ):
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                connection.sendall(head.encode() + body)
                reader: Any = _Reader(connection, deadline)
                with closing(HTTPResponse(reader, method="POST")) as response:
                    response.begin()
                    status = response.status
                    while piece := response.read(KEPT):
                        kept += piece[: KEPT - len(kept)]
                    if response.length:
                        raise IncompleteRead(b"", response.length)
        except (OSError, HTTPException) as exc:
            reason = "the sandbox was stopped" if connections.are_closed else _reason(exc)
            return Answer(status, f"{reason}: {self.name}", bytes(kept))
        return Answer(status, None, bytes(kept))


class _Reader(io.RawIOBase):
    """Reads from a connection until the deadline. To `HTTPResponse` it is the socket."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        return self._connection.recv_into(buffer)


class _Function:
    def __init__(self, function: Function) -> None:
        self._function = function
        name = getattr(function, "__qualname__", type(function).__qualname__)
        self.name = f"{getattr(function, '__module__', None) or '?'}.{name}"

    def send(self, body: bytes, content_type: str, connections: Connections) -> Answer:
        begun = time.monotonic()
        try:
            answer = self._read(self._function(body, content_type))
        except Exception as exc:
            # As a handler that fails: the service would see no more of it than a status 500.
            _log.warning("The target of postbacks failed", exc_info=True)
            where = traceback.extract_tb(exc.__traceback__)[-1]
            # On one line, whatever the exception says: so are its record, and the line of the log.
            text = " ".join("".join(traceback.format_exception_only(exc)).split())
            return Answer(error=f"{text} ({where.filename}:{where.lineno})")
        if connections.are_closed:
            return Answer(answer.status, f"the sandbox was stopped: {self.name}", answer.body)
        if time.monotonic() - begun > TIMEOUT:
            return Answer(answer.status, f"no whole answer within {TIMEOUT:g} s: {self.name}", answer.body)
        return answer

    def _read(self, answer: object) -> Answer:
        if inspect.iscoroutine(answer):
            answer.close()
        status = answer if isinstance(answer, int) else getattr(answer, "status_code", None)
        if not isinstance(status, int) or isinstance(status, bool):
            return Answer(
                error=f"{self.name} gave a {type(answer).__name__}, neither a status nor an answer with one"
            )
        # The names that Starlette, Django and httpx, and Flask have for it.
        body = getattr(answer, "content", None) or getattr(answer, "data", None)
        return Answer(int(status), None, body[:KEPT] if isinstance(body, bytes) else b"")


def is_loopback(host: str | None) -> bool:
    """Whether a name or an address is of this machine, and of nobody else's."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _reason(exc: Exception) -> str:
    match exc:
        case TimeoutError():
            return f"no whole answer within {TIMEOUT:g} s"
        case ConnectionRefusedError():
            return "connection refused"
        case RemoteDisconnected():
            return "the connection was closed without an answer"
        case ConnectionError():
            return "the connection was reset"
        case OSError():
            return exc.strerror or "the connection failed"
        case IncompleteRead():
            return "the answer ends in the middle"
    return "the answer is not HTTP"

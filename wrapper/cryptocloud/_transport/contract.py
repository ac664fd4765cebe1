"""What passes between those who decide a call and those who carry its bytes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a body that are read, compressed or not. A page of 100 invoices has about 0.2 MiB."""


class ProtocolError(Exception):
    """What arrived is not a whole answer of HTTP/1.1."""


class Target:
    """The place that requests go to.

    Attributes:
        scheme: `http` or `https`.
        host: A name or an address, in ASCII and without brackets.
        port: Its port, that of the scheme if no other is given.
        path: What the path of every request begins with, without a slash at its end.
        netloc: Host and port as the header `Host` has them: without the port of the scheme.
    """

    __slots__ = ("host", "netloc", "path", "port", "scheme")

    def __init__(self, scheme: str, host: str, port: int | None, path: str) -> None:
        standard = 443 if scheme == "https" else 80
        self.scheme = scheme
        self.host = host
        self.port = port or standard
        self.path = path
        name = f"[{host}]" if ":" in host else host
        self.netloc = name if self.port == standard else f"{name}:{self.port}"

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


class Headers:
    """Headers of a request, but for `Host` and `Content-Length`. The key is among them: no `repr` shows it.

    Attributes:
        pairs: Names and values.
        raw: The same as lines of HTTP/1.1.
    """

    __slots__ = ("pairs", "raw")

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.pairs = pairs
        self.raw = b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in pairs)


class Request:
    """An HTTP request.

    Attributes:
        method: Such as `POST`.
        target: The place that it goes to.
        path: Its whole path and query.
        headers: All but `Host` and `Content-Length`.
        content: The body.
    """

    __slots__ = ("content", "headers", "method", "path", "target")

    def __init__(self, method: str, target: Target, path: str, headers: Headers, content: bytes) -> None:
        self.method = method
        self.target = target
        self.path = path
        self.headers = headers
        self.content = content

    def written(self) -> memoryview:
        """The bytes of the request in HTTP/1.1. A view, since its `repr` shows nothing of the key."""
        # In one expression, so that no local variable holds the key.
        return memoryview(
            b"".join(
                (
                    f"{self.method} {self.path} HTTP/1.1\r\nHost: {self.target.netloc}\r\n".encode("ascii"),
                    self.headers.raw,
                    b"Content-Length: %d\r\n\r\n" % len(self.content),
                    self.content,
                )
            )
        )


class Attempt:
    """One try of a call, to be carried out by a transport.

    Attributes:
        request: What is sent.
        begun: When it began, on the clock `time.monotonic`.
        deadline: When the whole call must be over, on the same clock.
        sent: Whether any of the request was sent; None if it is not known.
    """

    __slots__ = ("begun", "deadline", "request", "sent")

    def __init__(self, request: Request, deadline: float) -> None:
        self.request = request
        self.begun = time.monotonic()
        self.deadline = deadline
        self.sent: bool | None = None

    def left(self) -> float:
        """The seconds until the deadline; 0 when it has passed."""
        return max(0.0, self.deadline - time.monotonic())

    def check(self) -> float:
        """The same.

        Raises:
            TimeoutError: The deadline has passed.
        """
        left = self.left()
        if not left:
            raise TimeoutError("the deadline has passed")
        return left


class Answer:
    """One HTTP answer, as it arrived.

    Attributes:
        status: The HTTP status.
        headers: With lower-case names.
        body: Compressed or not; of one that is longer than `MAX_BODY` at least so much that this can be seen.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    # Tracebacks show it, so without the body: a server can echo a key.
    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"

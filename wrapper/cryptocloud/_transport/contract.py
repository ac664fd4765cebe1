"""What passes between those who decide a call and those who carry its bytes."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a body that are read, and those of one that is inflated. A page of 100 invoices has about 0.2 MiB.

Python's objects for the worst JSON text take about thirty times its length.
"""


class ProtocolError(Exception):
    """What arrived is not a whole answer of HTTP/1.1."""


FAULTS: tuple[type[Exception], ...] = (OSError, ProtocolError, UnicodeError)
"""What a network does to a call. Names that IDNA cannot write raise `UnicodeError`.

Any other exception is not the network's: a signal handler raised it, a guard of a test, or a slip.
"""


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone. A name is not, but for `localhost`."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # An address of IPv4 in the form of IPv6 says of itself that it is none, before Python 3.13.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


class Target:
    """The place that requests go to.

    Attributes:
        scheme: `http` or `https`.
        host: A name or an address, in ASCII and without brackets.
        port: Its port, that of the scheme if no other is given.
        path: What the path of every request begins with, without a slash at its end.
        netloc: Host and port as the header `Host` has them: without the port of the scheme.
        authority: Host and port, as `CONNECT` names them.
    """

    __slots__ = ("authority", "host", "netloc", "path", "port", "scheme")

    def __init__(self, scheme: str, host: str, port: int | None, path: str) -> None:
        standard = 443 if scheme == "https" else 80
        self.scheme = scheme
        self.host = host
        self.port = port or standard
        self.path = path
        name = f"[{host}]" if ":" in host else host
        self.authority = f"{name}:{self.port}"
        self.netloc = name if self.port == standard else self.authority

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


class Network:
    """How a user wants a target to be reached. No `repr` shows it: a proxy can have a password.

    Attributes:
        proxy: The URL of a proxy; None to ask the environment.
        trust_env: Whether the environment is asked for a proxy and for certificates.
        ssl_context: The settings of TLS; None for those of httpx.
    """

    __slots__ = ("proxy", "ssl_context", "trust_env")

    def __init__(
        self,
        proxy: str | None = None,
        trust_env: bool = True,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.proxy = proxy
        self.trust_env = trust_env
        self.ssl_context = ssl_context


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
        stray: An error that looks like one of the network, and is none.
    """

    __slots__ = ("begun", "deadline", "request", "sent", "stray")

    def __init__(self, request: Request, deadline: float) -> None:
        self.request = request
        self.begun = time.monotonic()
        self.deadline = deadline
        self.sent: bool | None = None
        self.stray: BaseException | None = None

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

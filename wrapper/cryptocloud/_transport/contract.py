"""What is sent, and one try to send it."""

from __future__ import annotations

import time

import httpx


class Request:
    """An HTTP request.

    Attributes:
        method: Such as `POST`.
        url: Where it goes.
        headers: All but `Host` and `Content-Length`. The key is among them, and their `repr` hides it.
        content: The body.
    """

    __slots__ = ("content", "headers", "method", "url")

    def __init__(self, method: str, url: httpx.URL, headers: httpx.Headers, content: bytes) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.content = content


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

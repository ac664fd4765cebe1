"""One request and its answer over HTTP/1.1, as bytes, without I/O.

What reads the answer is a subclass of `Exchange`: see `parsers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from cryptocloud._transport.contract import MAX_BODY, Answer, ProtocolError, Request

PIECE = 64 * 1024
"""Bytes that are sent or received at once."""

MAX_HEAD = 100 * 1024
"""Bytes before the body of an answer; servers send far less than 10 KiB."""

_MAX_ANSWER = 8 * MAX_BODY
"""Bytes of all of an answer: a body of one byte per chunk, and no trailer without end."""


class Exchange(ABC):
    """A request to send, and the answer to it as it arrives.

    Attributes:
        unsent: What is still to be sent. It holds the key.
        is_reusable: Whether the connection can take the next request, once the answer is whole.
    """

    def __init__(self, request: Request) -> None:
        self.unsent = request.written()
        self.is_reusable = False
        self._has_head = False
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._received = 0

    @property
    def answer(self) -> Answer:
        """The answer that arrived."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(self._status, headers, bytes(self._body))

    def receive(self, data: bytes) -> bool:
        """Take in the next bytes, none at the end of the connection; whether that is enough.

        Raises:
            ProtocolError: This is not HTTP/1.1, or it ends before the answer is whole.
        """
        self._received += len(data)
        if self._take(data):
            return True
        if not data:
            when = "before its answer was whole" if self._received else "without an answer"
            raise ProtocolError(f"the server closed the connection {when}")
        if not self._has_head and self._received > MAX_HEAD:
            raise ProtocolError(f"the head of the answer is longer than {MAX_HEAD} bytes")
        if self._received > _MAX_ANSWER:
            raise ProtocolError(f"the answer is longer than {_MAX_ANSWER} bytes")
        return len(self._body) > MAX_BODY

    @abstractmethod
    def _take(self, data: bytes) -> bool:
        """Parse `data`; whether the answer is whole."""

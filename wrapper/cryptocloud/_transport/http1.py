"""One request and its answer over HTTP/1.1, as bytes, without I/O.

What reads the answer is a subclass of `Exchange`: see `parsers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from cryptocloud._transport.contract import MAX_BODY, Answer, ProtocolError, Request

MAX_OVERHEAD = 64 * 1024
"""Bytes of an answer that are not its body: servers send less than 10 KiB of head, and chunks of some KiB.

It bounds the work, too: that of a chunk with one byte in it is as much as that of a large one.
"""


class Exchange(ABC):
    """A request to send, and the answer to it as it arrives.

    Attributes:
        piece: Bytes that the parser takes at once without standing in the way of others.
        request: What is to be sent.
        is_reusable: Whether the connection can take the next request, once the answer is whole.
    """

    piece: ClassVar[int]

    def __init__(self, request: Request) -> None:
        self.request = request.written()
        self.is_reusable = False
        self._has_head = False
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._received = 0

    @property
    def answer(self) -> Answer:
        """The answer that arrived."""
        values: dict[str, list[str]] = {}
        for name, value in self._headers:
            values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        headers = {name: ", ".join(several) for name, several in values.items()}
        return Answer(self._status, headers, bytes(self._body))

    def receive(self, data: memoryview) -> bool:
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
        if self._received - len(self._body) > MAX_OVERHEAD:
            what = "the head of the answer is" if not self._has_head else "what frames the answer's body is"
            raise ProtocolError(f"{what} longer than {MAX_OVERHEAD} bytes")
        return len(self._body) > MAX_BODY

    @abstractmethod
    def _take(self, data: memoryview) -> bool:
        """Parse `data`; whether the answer is whole."""

"""Answers read by h11, in Python."""

from __future__ import annotations

from typing import cast

import h11

from cryptocloud._transport.contract import ProtocolError, Request
from cryptocloud._transport.http1 import MAX_OVERHEAD, Exchange


class H11Exchange(Exchange):
    """An exchange whose answer h11 reads."""

    # It needs 20 us for each chunk, however short.
    piece = 8 * 1024

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_OVERHEAD)
        # h11 has to know that a request was sent, but not the headers: the key is among them.
        self._h11.send(h11.Request(method=request.method, target="/", headers=[("Host", "-")]))
        self._h11.send(h11.EndOfMessage())

    def _take(self, data: memoryview) -> bool:
        try:
            # It takes any bytes, whatever its annotation says.
            self._h11.receive_data(cast("bytes", data))
            while True:
                event = self._h11.next_event()
                if isinstance(event, h11.Response):
                    self._has_head = True
                    self._status = event.status_code
                    self._headers = list(event.headers)
                elif isinstance(event, h11.Data):
                    self._body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    # Bytes after the answer are nobody's, and would be taken for the next one.
                    left_over = self._h11.trailing_data
                    self.is_reusable = self._h11.their_state is h11.DONE and left_over == (b"", False)
                    return True
                elif not isinstance(event, h11.InformationalResponse):
                    return False
        except h11.ProtocolError as error:
            if data:
                raise ProtocolError(str(error)) from None
            return False

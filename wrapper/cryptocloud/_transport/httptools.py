"""Answers read by httptools, in C: the extra `cryptocloud[fast]`."""

from __future__ import annotations

import httptools

from cryptocloud._transport.contract import ProtocolError, Request
from cryptocloud._transport.http1 import Exchange
from cryptocloud._transport.wire import PIECE


class HttptoolsExchange(Exchange):
    """An exchange whose answer httptools reads, through the methods `on_...`."""

    piece = PIECE

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self._is_whole = False
        self._parser = httptools.HttpResponseParser(self)

    def _take(self, data: memoryview) -> bool:
        if not data:
            return self._has_head and self._ends_with_connection()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            # Ctrl-C hit one of the methods that httptools calls: nothing else can end them.
            raise error.__context__ or error from None
        except httptools.HttpParserUpgrade:
            raise ProtocolError("the server wants to speak another protocol") from None
        except httptools.HttpParserError as error:
            if not self._is_whole:
                raise ProtocolError(str(error)) from None
            # It stumbled over what came after the answer.
            self.is_reusable = False
        if self._is_whole:
            # Each holds the other, and cycles wait for the garbage collector.
            del self._parser
        return self._is_whole

    def _ends_with_connection(self) -> bool:
        names = {name.lower() for name, _ in self._headers}
        return not names & {b"content-length", b"transfer-encoding"}

    def on_message_begin(self) -> None:
        if self._is_whole:
            self.is_reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        # Those after the body, or of a second answer, say nothing about this one.
        if not self._has_head:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._has_head:
            return
        if 100 <= status < 200:
            # Only a forerunner of the answer.
            self._headers.clear()
            return
        self._has_head = True
        self._status = status
        self._keeps_alive = self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        if not self._is_whole:
            self._body += data

    def on_message_complete(self) -> None:
        if self._has_head and not self._is_whole:
            self._is_whole = True
            self.is_reusable = self._keeps_alive

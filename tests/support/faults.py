"""What can go wrong on the way to the service and back, and what a caller must be told of it.

`SCENARIOS` is the table. `Matrix` plays one of them to one operation of one client over one transport,
over real sockets, and finds everything that is not as it must be. test_fault_matrix.py plays them all;
fault_report.py does it too, and prints what came of each.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import email.utils
import functools
import gc
import gzip
import logging
import os
import pickle
import ssl
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple, Self
from unittest import mock

import httpx
import pytest
import trustme

import cryptocloud
from cryptocloud import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncCryptoCloud,
    AuthenticationError,
    BadRequestError,
    CryptoCloud,
    CryptoCloudError,
    InvalidResponseError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
)
from cryptocloud._call import engine
from cryptocloud._transport.httpx import _GRACE
from support.connect_proxy import tunnels, url_of
from support.service import KEY, SETTINGS
from support.stub import PATIENCE, Connection, Script, Stub, http, nobody_accepts, nobody_listens, sends

SHORT = 0.25
"""Seconds that a call may take where the server is slow; elsewhere it may take `PATIENCE`."""


# --- The transports ---


class Ways(NamedTuple):
    """One transport, for either client, given the TLS settings to verify with. None: the client makes it.

    Attributes:
        without: A module that is not there: an extra that is not installed.
    """

    sync: Callable[[ssl.SSLContext], httpx.BaseTransport | None]
    asynchronous: Callable[[ssl.SSLContext], httpx.AsyncBaseTransport | None]
    without: str | None = None


ALONE = httpx.Limits(max_keepalive_connections=0)
"""httpx takes what follows an answer for the answer to the next request, so its connections are not kept."""

TRANSPORTS = {
    "default": Ways(lambda verify: None, lambda verify: None, without="cryptocloud._transport.httptools"),
    "fast": Ways(lambda verify: None, lambda verify: None),
    "httpx": Ways(
        lambda verify: httpx.HTTPTransport(verify=verify, limits=ALONE),
        lambda verify: httpx.AsyncHTTPTransport(verify=verify, limits=ALONE),
    ),
}

WAYS = [f"{kind} {name}" for kind in ("sync", "async") for name in TRANSPORTS]
"""A client and its transport, such as `sync httpx`."""


# --- The operations ---

UUID = "INV-89UX09KA"


class Operation(NamedTuple):
    """A call of a client, the last word of the path that it asks for, and the `result` of a success."""

    call: Callable[[Any], Any]
    word: str
    result: str


OPERATIONS = {
    "cancel": Operation(lambda client: client.invoices.cancel(UUID), "canceled", '["ok"]'),
    "get": Operation(lambda client: client.invoices.get(UUID), "info", f'[{{"uuid":"{UUID}"}}]'),
    "create": Operation(lambda client: client.invoices.create("10.50"), "create", f'{{"uuid":"{UUID}"}}'),
    "withdraw": Operation(
        lambda client: client.withdrawals.create("BTC", to_address="1A1zP1", amount="0.05"),
        "create",
        f'{{"uuid":"{UUID}"}}',
    ),
}

PASSWORD = "proxy-password"
"""What a proxy gets, and nobody else sees."""

SEEN = "cancel, seen"
"""A cancel whose answer is the fault, but which has worked: asked for the invoice, the service says so."""

CANCELED = http(200, f'{{"status":"success","result":[{{"uuid":"{UUID}","status":"canceled"}}]}}'.encode())


# --- What a caller must be told, and what the server sees ---

MAX_RETRIES = 1


class Verdict(NamedTuple):
    """What must come of a call.

    Attributes:
        error: The exact class; None for a success.
        outcome: What the error says of the call.
        asked: The requests that the server sees, by operation.
        on_cancel: The class for a cancel, if it has one of its own.
    """

    error: type[CryptoCloudError] | None
    outcome: Outcome | None
    asked: Mapping[str, str]
    on_cancel: type[CryptoCloudError] | None = None

    def of(self, operation: str) -> Expected:
        if operation == SEEN:
            return Expected(None, None, "canceled info")
        error = (operation == "cancel" and self.on_cancel) or self.error
        return Expected(error, self.outcome, self.asked[operation])


class Expected(NamedTuple):
    """A verdict for one operation."""

    error: type[CryptoCloudError] | None
    outcome: Outcome | None
    asked: str


NOTHING = {"cancel": "", "get": "", "create": "", "withdraw": ""}
ONCE = {"cancel": "canceled", "get": "info", "create": "create", "withdraw": "create"}
# A withdrawal is not repeated even where it was refused for now.
TWICE = {"cancel": "canceled canceled", "get": "info info", "create": "create create", "withdraw": "create"}
# A cancel is asked about, a read is repeated, and what could then happen twice is left alone.
IN_DOUBT = {"cancel": "canceled info", "get": "info info", "create": "create", "withdraw": "create"}
# The same, where the answer would not be another one the next time.
IN_LASTING_DOUBT = IN_DOUBT | {"get": "info"}

SUCCESS = Verdict(None, None, ONCE)
LOST = Verdict(APIConnectionError, Outcome.UNKNOWN, IN_DOUBT)
INVALID = Verdict(InvalidResponseError, Outcome.UNKNOWN, IN_DOUBT)
REDIRECTED = Verdict(InvalidResponseError, Outcome.UNKNOWN, IN_LASTING_DOUBT)
FAILED = Verdict(ServerError, Outcome.UNKNOWN, IN_DOUBT)
FAILED_FOR_LONG = Verdict(ServerError, Outcome.UNKNOWN, IN_LASTING_DOUBT)
LATE = Verdict(APITimeoutError, Outcome.UNKNOWN, ONCE)
UNSENT = Verdict(APIConnectionError, Outcome.NOT_SENT, NOTHING)
UNSENT_IN_TIME = Verdict(APITimeoutError, Outcome.NOT_SENT, NOTHING)
BAD = Verdict(BadRequestError, Outcome.REFUSED, ONCE)
NOT_CANCELABLE = BAD._replace(on_cancel=InvoiceNotCancelableError)
NO = Verdict(APIStatusError, Outcome.REFUSED, ONCE)
UNPROVEN = Verdict(APIStatusError, Outcome.UNKNOWN, IN_DOUBT)
UNPROVEN_BAD = Verdict(BadRequestError, Outcome.UNKNOWN, IN_DOUBT)
BAD_KEY = Verdict(AuthenticationError, Outcome.REFUSED, ONCE)
NOT_FOUND = Verdict(NotFoundError, Outcome.REFUSED, ONCE)
NOT_NOW = Verdict(RateLimitError, Outcome.REFUSED, TWICE)
NOT_FOR_LONG = Verdict(RateLimitError, Outcome.REFUSED, ONCE)


# --- What the server does: where it can be, a success with one fault in it ---


def good(connection: Connection) -> bytes:
    """The body of the success that is asked for."""
    (result,) = {one.result for one in OPERATIONS.values() if one.word == connection.asked.word}
    return f'{{"status":"success","result":{result}}}'.encode()


def plain(content: bytes) -> bytes:
    return http(200, content)


def whole(connection: Connection) -> None:
    """A plain success."""
    connection.send(plain(good(connection)))


def body(change: Callable[[bytes], bytes], *headers: str) -> Script:
    """A success whose body is changed."""
    return lambda connection: connection.send(http(200, change(good(connection)), *headers))


def status(code: int, *headers: str) -> Script:
    """A success with another status."""
    return lambda connection: connection.send(http(code, good(connection), *headers))


def reply(code: int, text: str, *headers: str) -> Script:
    """The same to every request."""
    return sends(http(code, text.encode(), *headers))


def then(script: Script, after: Callable[[Connection], object]) -> Script:
    def both(connection: Connection) -> None:
        script(connection)
        after(connection)

    return both


def part(length: int, after: Callable[[Connection], object]) -> Script:
    """A success as far as `length`, which counts from the end if it is negative; then something else."""
    return then(lambda connection: connection.send(plain(good(connection))[:length]), after)


def raw(head: str, change: Callable[[bytes], bytes] = bytes) -> Script:
    """A head as it stands, line by line, and the body of a success; then the end of the connection."""

    def script(connection: Connection) -> None:
        content = change(good(connection))
        text = head.replace("LENGTH", str(len(content))).replace("\n", "\r\n")
        connection.send(text.encode() + b"\r\n\r\n" + content)
        connection.hang_up()

    return script


def chunks(content: bytes, size: int = 10) -> bytes:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def endless(head: str, piece: bytes) -> Script:
    """A head as it stands, and then `piece` for ever: a client that reads too much of it waits in vain."""

    def script(connection: Connection) -> None:
        connection.send(head.replace("\n", "\r\n").encode())
        for _ in range(64 * 2**20 // len(piece)):
            connection.send(piece)
        connection.keep_silent()

    return script


def slow(answer: Callable[[bytes], bytes], begin: Callable[[bytes], int], step: int = 1) -> Script:
    """An answer made from the body of a success; for three times the deadline it comes slowly."""

    def script(connection: Connection) -> None:
        data = answer(good(connection))
        point = begin(data)
        connection.send(data[:point])
        connection.drip(data[point : point + 15 * step], step)
        connection.send(data[point + 15 * step :])

    return script


def redirect(code: int) -> Script:
    def script(connection: Connection) -> None:
        place = f"{connection.other}/invoice/merchant/{connection.asked.word}"
        connection.send(http(code, good(connection), f"Location: {place}"))

    return script


@functools.cache
def bomb(content: bytes) -> bytes:
    """A success after more white space than a client may inflate."""
    return gzip.compress(b" " * 20_000_000 + content, compresslevel=1)


def stale(connection: Connection) -> None:
    """An answer that nobody asked for."""
    connection.send(plain(good(connection).replace(UUID.encode(), b"INV-00000000")))


def stale_after_a_while(connection: Connection) -> None:
    time.sleep(0.02)
    stale(connection)


def both_at_once(connection: Connection) -> None:
    connection.send(plain(good(connection)) * 2)


def request_timeout(connection: Connection) -> None:
    """What some servers say before they close a connection that was idle for long."""
    time.sleep(0.02)
    connection.send(http(408, b"", "Connection: close"))
    connection.hang_up()


def error(result: str) -> str:
    return f'{{"status":"error","result":{result}}}'


def detail(text: str) -> str:
    return f'{{"detail":"{text}"}}'


def date(hours: int) -> str:
    return email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours))


HTML = f"<html><h1>Sorry</h1><p>You sent: Authorization: Token {KEY}</p></html>"
NOT_CREATED = error('{"validate_error":"Invoice is not created"}')
OK = "HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close\n"
LENGTH = OK + "Content-Length: "
CHUNKED = OK + "Transfer-Encoding: chunked"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
GZIP = "Content-Encoding: gzip"
TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"
HELLO_REQUEST = b"\x16\x03\x03\x00\x04" + bytes(4)
"""What a server says to begin a handshake anew. A client that is in the middle of one passes it over."""


def hello_requests(connection: Connection) -> None:
    """They come as fast as they can, for as long as the client wants them."""
    for _ in range(2000):
        connection.send(HELLO_REQUEST * 4000)


# --- What may not happen ---


class Problem(NamedTuple):
    """One thing that is not as it must be; `kind` is one of `KINDS`."""

    kind: str
    text: str


FALSE_SUCCESS = "failures reported as success"
STRAY = "exceptions outside the tree"
OVERDUE = "calls past the deadline"
KEY_SEEN = "keys visible"
LEAK = "leaked sockets, tasks or threads"
WRONG = "other errors, outcomes or requests than must be"
KINDS = (FALSE_SUCCESS, STRAY, OVERDUE, KEY_SEEN, LEAK, WRONG)


# --- The scenarios ---


class Scenario(NamedTuple):
    """One thing that goes wrong, or looks as if it did.

    Attributes:
        name: What happens.
        expected: What must come of it.
        script: What the server does with every request.
        elsewhere: What must come of it over a transport that knows less: doubt where there is none, and
            never the other way round. By way, such as `sync httpx`.
        known: What is wrong over a transport that is not ours, and is told in the documentation of the
            clients' `transport`: by way, one of `KINDS`.
        before: What the server does with a first call, which must be a success and is not counted.
        timeout: The deadline of the call, in seconds.
        tls: The server's certificate, or "none" if it speaks none on a port where TLS belongs.
        greeting: What the server does before it has read anything.
        port: A port to connect to in place of the server's.
        proxy: What a proxy on the way does with the request for a tunnel.
        is_ours: Whether it is tried on the default transports alone. What httpx makes of it is told in the
            documentation.
    """

    name: str
    expected: Verdict
    script: Script = whole
    elsewhere: Mapping[str, Verdict] = {}
    known: Mapping[str, str] = {}
    before: Script | None = None
    timeout: float = PATIENCE
    tls: str | None = None
    greeting: Script | None = None
    port: Callable[[], contextlib.AbstractContextManager[int]] | None = None
    proxy: Script | None = None
    is_ours: bool = False

    @property
    def ways(self) -> list[str]:
        """Those that it is tried on."""
        return [way for way in WAYS if not (self.is_ours and way.endswith("httpx"))]

    def verdict(self, way: str) -> Verdict:
        return self.elsewhere.get(way, self.expected)

    def operations(self) -> list[str]:
        """Those that are tried; one more where a cancel is asked about."""
        # What takes long does not differ between what must not happen twice.
        tried = [name for name in OPERATIONS if name != "withdraw" or self.timeout == PATIENCE]
        return [*tried, *([SEEN] if "info" in self.expected.asked["cancel"] else [])]


# What httptools refuses is doubtful, and RFC 9112 lets it.
STRICTER = {"sync fast": LOST, "async fast": LOST}

SCENARIOS = [
    # No connection.
    Scenario("nobody listens", UNSENT, port=nobody_listens),
    Scenario("nobody accepts", UNSENT_IN_TIME, port=nobody_accepts, timeout=SHORT),
    # TLS.
    Scenario("TLS as it should be", SUCCESS, tls="good"),
    Scenario("TLS: expired certificate", UNSENT, tls="expired"),
    Scenario("TLS: certificate of another host", UNSENT, tls="another host"),
    Scenario("TLS: certificate of an unknown authority", UNSENT, tls="another authority"),
    Scenario("TLS: plain text", UNSENT, tls="none", greeting=reply(400, HTML)),
    Scenario("TLS: hung up on in the handshake", UNSENT, tls="none", greeting=Connection.hang_up),
    Scenario("TLS: silent handshake", UNSENT_IN_TIME, tls="none", timeout=SHORT),
    Scenario("TLS: reset before the answer", LOST, Connection.reset, tls="good"),
    Scenario("TLS: cut body", LOST, part(-1, Connection.hang_up), tls="good"),
    Scenario(
        "TLS: slow body",
        LATE,
        slow(plain, lambda data: len(data) - 15),
        tls="good",
        timeout=SHORT,
    ),
    Scenario("TLS: HelloRequests without end", UNSENT, tls="none", greeting=hello_requests, is_ours=True),
    Scenario(
        "TLS: HelloRequests now and then",
        UNSENT_IN_TIME,
        tls="none",
        greeting=lambda connection: connection.drip(HELLO_REQUEST * 15, len(HELLO_REQUEST)),
        timeout=SHORT,
    ),
    # Connections that end.
    Scenario("closed before the answer", LOST, Connection.hang_up),
    Scenario("reset before the answer", LOST, Connection.reset),
    Scenario("cut head", LOST, part(20, Connection.hang_up)),
    Scenario("reset in the head", LOST, part(20, Connection.reset)),
    Scenario("cut body", LOST, part(-1, Connection.hang_up)),
    Scenario("reset in the body", LOST, part(-1, Connection.reset)),
    Scenario("closed after the answer", SUCCESS, then(whole, Connection.hang_up)),
    Scenario("reset after the answer", SUCCESS, then(whole, Connection.reset)),
    # Lengths.
    Scenario("Content-Length too long", LOST, raw(LENGTH + "1000")),
    Scenario("Content-Length too short", INVALID, raw(LENGTH + "20")),
    Scenario("Content-Length of 0 before a body", INVALID, raw(LENGTH + "0")),
    Scenario("two Content-Lengths", LOST, raw(LENGTH + "LENGTH\nContent-Length: 20")),
    Scenario(
        "the same Content-Length twice",
        SUCCESS,
        raw(LENGTH + "LENGTH\nContent-Length: LENGTH"),
        elsewhere=STRICTER,
    ),
    Scenario("Content-Length is garbage", LOST, raw(LENGTH + "many")),
    Scenario("Content-Length is negative", LOST, raw(LENGTH + "-1")),
    Scenario("Content-Length is huge", LOST, raw(LENGTH + "9" * 30)),
    Scenario("no length", SUCCESS, raw(OK.rstrip())),
    Scenario("no length, cut", INVALID, raw(OK.rstrip(), lambda content: content[:-1])),
    # Chunks.
    Scenario("chunked", SUCCESS, raw(CHUNKED, chunks)),
    Scenario(
        "chunked with trailers", SUCCESS, raw(CHUNKED, lambda content: chunks(content)[:-2] + b"X: y\r\n\r\n")
    ),
    Scenario("chunked, cut in a chunk", LOST, raw(CHUNKED, lambda content: chunks(content)[:-15])),
    Scenario("chunked, without the last chunk", LOST, raw(CHUNKED, lambda content: chunks(content)[:-5])),
    Scenario("chunked, a size is garbage", LOST, raw(CHUNKED, lambda content: b"few\r\n" + chunks(content))),
    Scenario(
        "chunked, a size is too short", LOST, raw(CHUNKED, lambda content: b"1\r\n" + content + b"\r\n")
    ),
    Scenario("chunked, but is not", LOST, raw(CHUNKED)),
    Scenario(
        "chunked and Content-Length",
        SUCCESS,
        raw(CHUNKED + "\nContent-Length: LENGTH", chunks),
        elsewhere=STRICTER,
    ),
    Scenario("chunked and Content-Length, but is not", LOST, raw(CHUNKED + "\nContent-Length: LENGTH")),
    Scenario("unknown Transfer-Encoding", LOST, raw(OK + "Transfer-Encoding: magic\nContent-Length: LENGTH")),
    # Compression.
    Scenario("gzip", SUCCESS, body(gzip.compress, GZIP)),
    Scenario("gzip that is not", INVALID, body(bytes, GZIP)),
    Scenario("gzip, cut", INVALID, body(lambda content: gzip.compress(content)[:-1], GZIP)),
    Scenario("gzip and more", INVALID, body(lambda content: gzip.compress(content) + b"?", GZIP)),
    Scenario(
        "gzip with a wrong checksum",
        INVALID,
        body(lambda content: gzip.compress(content)[:-8] + b"?" * 8, GZIP),
    ),
    Scenario("gzip bomb", INVALID, body(bomb, GZIP)),
    Scenario("compressed in an unknown way", INVALID, body(bytes, "Content-Encoding: br")),
    # Size.
    Scenario("a body over the bound", INVALID, body(lambda content: b" " * 9_000_000 + content)),
    Scenario("1 GB body", INVALID, endless(LENGTH + f"{1 << 30}\n\n", b" " * 2**20)),
    Scenario("endless chunks", INVALID, endless(CHUNKED + "\n\n", b"100000\r\n%s\r\n" % (b" " * 2**20))),
    Scenario("endless body without a length", INVALID, endless(OK + "\n", b" " * 2**20)),
    Scenario("10 MB header and more", LOST, endless(OK + "X: ", b"x" * 2**20)),
    Scenario("endless headers", LOST, endless(OK, b"X: y\r\n" * 1000)),
    Scenario("endless status line", LOST, endless("HTTP/1.1 200 ", b"O" * 2**16)),
    # Bodies.
    Scenario("empty", INVALID, reply(200, "")),
    Scenario("white space", INVALID, reply(200, " \n")),
    Scenario("truncated JSON", INVALID, body(lambda content: content[:-1])),
    Scenario("two documents", INVALID, body(lambda content: content * 2)),
    Scenario("null", INVALID, reply(200, "null")),
    Scenario("[]", INVALID, reply(200, "[]")),
    Scenario("a text", INVALID, reply(200, '"ok"')),
    Scenario("a number", INVALID, reply(200, "1")),
    Scenario("true", INVALID, reply(200, "true")),
    Scenario("100,000 brackets", INVALID, reply(200, "[" * 100_000)),
    Scenario(
        "100,000 brackets in a success",
        INVALID,
        body(lambda content: content[:-1] + b',"more":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    ),
    Scenario("a key twice", INVALID, body(lambda content: b'{"status":"error",' + content[1:])),
    Scenario("invalid UTF-8", INVALID, body(lambda content: content[:-1] + b',"more":"\xff"}')),
    Scenario("UTF-16", INVALID, body(lambda content: content.decode().encode("utf-16"))),
    Scenario("byte order mark", SUCCESS, body(lambda content: b"\xef\xbb\xbf" + content)),
    Scenario("NaN", INVALID, body(lambda content: content[:-1] + b',"more":NaN}')),
    Scenario(
        "huge numbers",
        SUCCESS,
        body(lambda content: content[:-1] + b',"more":[1e999999999999,' + b"1" * 5000 + b"]}"),
    ),
    Scenario("success without a result", INVALID, reply(200, '{"status":"success"}')),
    Scenario("success with a result of null", INVALID, reply(200, '{"status":"success","result":null}')),
    Scenario("success with a result of another type", INVALID, reply(200, '{"status":"success","result":7}')),
    Scenario("SUCCESS", INVALID, body(lambda content: content.replace(b"success", b"SUCCESS"))),
    Scenario("HTML", INVALID, reply(200, HTML)),
    # Errors under 200.
    Scenario("200 and an error", NOT_CANCELABLE, reply(200, NOT_CREATED)),
    Scenario("200 and an error of text", BAD, reply(200, error(f'"You sent {KEY}"'))),
    Scenario("200 and bad credentials", BAD_KEY, reply(200, detail("Signature verification failed"))),
    Scenario("200 and a detail about something else", INVALID, reply(200, detail("Not found."))),
    # Refusals.
    Scenario("400 and a map", NOT_CANCELABLE, reply(400, NOT_CREATED)),
    Scenario("400 and a list", BAD, reply(400, error('["uuid","is","required"]'))),
    Scenario("400 and a text", BAD, reply(400, error(f'"You sent {KEY}"'))),
    Scenario("400 and nested errors", BAD, reply(400, error(f'{{"uuid":{{"{KEY}":["{KEY}"]}}}}'))),
    Scenario(
        "400 and errors that are no texts", BAD, reply(400, error('{"uuid":1,"amount":null,"email":true}'))
    ),
    Scenario(
        "400 and deeply nested errors", BAD, reply(400, error('{"uuid":' + "[" * 900 + "]" * 900 + "}"))
    ),
    Scenario("400 and a map without an envelope", BAD, reply(400, '{"amount":["A number is required."]}')),
    Scenario("400 and HTML", UNPROVEN_BAD, reply(400, HTML)),
    Scenario("400 and nothing", UNPROVEN_BAD, reply(400, "")),
    Scenario("400 and a message of somebody else", UNPROVEN_BAD, reply(400, '{"message":"Bad request"}')),
    Scenario("400 and a success", INVALID, status(400)),
    Scenario(
        "400 and bad credentials", BAD_KEY, reply(400, error('{"authorization":"Unauthorized request."}'))
    ),
    Scenario("401 and a map", BAD_KEY, reply(401, error(f'{{"authorization":"Token {KEY}"}}'))),
    Scenario("401 and a detail", BAD_KEY, reply(401, detail(f"Invalid token {KEY}"))),
    Scenario("403 and a map", BAD_KEY, reply(403, error('{"authorization":"Unauthorized request."}'))),
    Scenario("403 and a detail", BAD_KEY, reply(403, detail("Signature verification failed"))),
    Scenario("404 and HTML", NOT_FOUND, reply(404, HTML)),
    Scenario("404 and a success", INVALID, status(404)),
    # Refusals without a witness: somebody on the way can have given up while the service went on.
    Scenario("402 and HTML", UNPROVEN, reply(402, HTML)),
    Scenario("408 and nothing", UNPROVEN, reply(408, "")),
    Scenario("408 and a detail", UNPROVEN, reply(408, detail("Timed out."))),
    Scenario("408 and a status of error", UNPROVEN, reply(408, '{"status":"error"}')),
    Scenario("408 and a map", NO, reply(408, error('{"validate_error":"Too slow"}'))),
    Scenario("409 and HTML", UNPROVEN, reply(409, HTML)),
    Scenario("418 and HTML", UNPROVEN, reply(418, HTML)),
    Scenario("422 and HTML", UNPROVEN, reply(422, HTML)),
    Scenario("422 and a detail", NO, reply(422, detail("Unprocessable."))),
    Scenario("460 and HTML", UNPROVEN, reply(460, HTML)),
    Scenario("499 and HTML", UNPROVEN, reply(499, HTML)),
    # Statuses that are given before a request is acted on.
    Scenario("405 and HTML", NO, reply(405, HTML)),
    Scenario("413 and HTML", NO, reply(413, HTML)),
    Scenario("415 and HTML", NO, reply(415, HTML)),
    Scenario("431 and HTML", NO, reply(431, HTML)),
    Scenario("429 and HTML", NOT_NOW, reply(429, HTML)),
    Scenario("429, Retry-After in seconds", NOT_NOW, reply(429, "", "Retry-After: 0")),
    Scenario("429, Retry-After in an hour", NOT_FOR_LONG, reply(429, "", "Retry-After: 3600")),
    Scenario("429, Retry-After at a date that is over", NOT_NOW, reply(429, "", f"Retry-After: {date(-1)}")),
    Scenario("429, Retry-After at a date to come", NOT_FOR_LONG, reply(429, "", f"Retry-After: {date(1)}")),
    Scenario(
        "429, Retry-After beyond the deadline", NOT_FOR_LONG, reply(429, "", f"Retry-After: {PATIENCE + 1}")
    ),
    Scenario("429, Retry-After is negative", NOT_NOW, reply(429, "", "Retry-After: -5")),
    Scenario("429, Retry-After is absurd", NOT_FOR_LONG, reply(429, "", f"Retry-After: {'9' * 30}")),
    Scenario("429, Retry-After is garbage", NOT_NOW, reply(429, "", "Retry-After: soon")),
    Scenario("200 and rate_limit", NOT_NOW, reply(200, error('{"rate_limit":"Too many requests"}'))),
    # Failed servers.
    Scenario("500 and HTML", FAILED, reply(500, HTML)),
    Scenario("500 and a success", FAILED, status(500)),
    Scenario("500 and a refusal", FAILED, reply(500, NOT_CREATED)),
    Scenario("502 and HTML", FAILED, reply(502, HTML)),
    Scenario("502 and bad credentials", FAILED, reply(502, detail("Invalid token"))),
    Scenario("503, Retry-After in an hour", FAILED_FOR_LONG, reply(503, HTML, "Retry-After: 3600")),
    Scenario("520 and HTML", FAILED, reply(520, HTML)),
    Scenario("520 and a success", FAILED, status(520)),
    # Other statuses.
    Scenario("101 and a success", LOST, status(101)),
    Scenario("204", INVALID, raw("HTTP/1.1 204 No Content\nConnection: close", lambda content: b"")),
    Scenario("302 to another host", REDIRECTED, redirect(302)),
    Scenario("307 to another host", REDIRECTED, redirect(307)),
    Scenario("308 to another host", REDIRECTED, redirect(308)),
    Scenario(
        "304 and a success",
        REDIRECTED,
        raw("HTTP/1.1 304 Not Modified\nConnection: close\nContent-Length: LENGTH"),
    ),
    Scenario("600 and a success", INVALID, status(600)),
    Scenario("a status of four digits", LOST, raw("HTTP/1.1 2000 OK\nContent-Length: LENGTH")),
    # Not HTTP as it should be.
    Scenario("HTTP/1.0", SUCCESS, raw("HTTP/1.0 200 OK\nContent-Length: LENGTH")),
    Scenario(
        "no head at all", LOST, then(lambda connection: connection.send(good(connection)), Connection.hang_up)
    ),
    Scenario("another protocol", LOST, then(sends(b"SSH-2.0-OpenSSH_9.6\r\n"), Connection.hang_up)),
    Scenario("bytes", LOST, then(sends(bytes(range(256)) * 4), Connection.hang_up)),
    Scenario("a header without a colon", LOST, raw(OK + "Content-Length LENGTH\nX: y")),
    Scenario("a header with a zero byte", LOST, raw(LENGTH + "LENGTH\nX: \0")),
    Scenario("100 Continue", SUCCESS, then(sends(CONTINUE), whole)),
    Scenario("1,000 times 100 Continue", SUCCESS, then(sends(CONTINUE * 1000), whole)),
    # Slowness.
    Scenario("silence", LATE, Connection.keep_silent, timeout=SHORT),
    Scenario("silence in the body", LATE, part(-1, Connection.keep_silent), timeout=SHORT),
    Scenario(
        "slow head",
        LATE,
        slow(plain, lambda data: 5),
        timeout=SHORT,
        known={"sync httpx": OVERDUE},
    ),
    Scenario(
        "slow body",
        LATE,
        slow(plain, lambda data: len(data) - 15),
        timeout=SHORT,
    ),
    Scenario(
        "slow chunks",
        LATE,
        slow(
            lambda content: CHUNKED.replace("\n", "\r\n").encode() + b"\r\n\r\n" + chunks(content, 1),
            lambda data: len(data) - 95,
            step=6,
        ),
        timeout=SHORT,
    ),
    Scenario(
        "slow 100 Continue",
        LATE,
        slow(lambda content: CONTINUE * 20 + plain(content), lambda data: 0, len(CONTINUE)),
        timeout=SHORT,
        known={"sync httpx": OVERDUE},
    ),
    # Connections that were used before.
    Scenario("kept", SUCCESS, before=whole),
    Scenario("kept, closed between the calls", SUCCESS, before=then(whole, Connection.hang_up)),
    Scenario("kept, reset between the calls", SUCCESS, before=then(whole, Connection.reset)),
    Scenario("kept, closed with a 408 between the calls", SUCCESS, before=then(whole, request_timeout)),
    Scenario("kept, closed by the next request", LOST, Connection.hang_up, before=whole),
    Scenario("kept, reset by the next request", LOST, Connection.reset, before=whole),
    Scenario("kept, with another answer in it", NOT_CANCELABLE, reply(400, NOT_CREATED), before=both_at_once),
    Scenario(
        "kept, with another answer that came later",
        NOT_CANCELABLE,
        reply(400, NOT_CREATED),
        before=then(whole, stale_after_a_while),
    ),
    # Proxies.
    *(
        scenario._replace(tls=scenario.tls or "good", is_ours=True)
        for scenario in [
            Scenario("proxy as it should be", SUCCESS, proxy=tunnels),
            Scenario("proxy, and reset before the answer", LOST, Connection.reset, proxy=tunnels),
            Scenario("proxy, and silence", LATE, Connection.keep_silent, proxy=tunnels, timeout=SHORT),
            Scenario("proxy, and certificate of another host", UNSENT, tls="another host", proxy=tunnels),
            Scenario("proxy, and plain text", UNSENT, tls="none", greeting=reply(400, HTML), proxy=tunnels),
            Scenario("proxy hangs up", UNSENT, proxy=Connection.hang_up),
            Scenario("proxy resets", UNSENT, proxy=Connection.reset),
            Scenario("proxy hangs up on the tunnel", UNSENT, proxy=then(sends(TUNNEL), Connection.hang_up)),
            Scenario("proxy without the server", UNSENT, proxy=reply(502, HTML)),
            Scenario("proxy that wants a password", UNSENT, proxy=reply(407, HTML)),
            Scenario("proxy that redirects", UNSENT, proxy=reply(302, "", "Location: https://127.0.0.1:1/")),
            Scenario("proxy that answers itself", UNSENT, proxy=sends(TUNNEL + http(200, b"{}"))),
            Scenario(
                "proxy of another protocol", UNSENT, proxy=then(sends(b"SSH-2.0\r\n"), Connection.hang_up)
            ),
            Scenario("proxy with endless headers", UNSENT, proxy=endless(f"{OK}X: ", b"x" * 2**20)),
            Scenario("proxy with endless 100 Continue", UNSENT, proxy=endless("", CONTINUE * 1000)),
            Scenario("proxy is silent", UNSENT_IN_TIME, proxy=Connection.keep_silent, timeout=SHORT),
            Scenario("proxy is slow", UNSENT_IN_TIME, proxy=lambda one: one.drip(TUNNEL), timeout=SHORT),
        ]
    ),
]


# --- How a scenario is played ---


class Played(NamedTuple):
    """One call, over.

    Attributes:
        came: What it returned, or the exception that it raised.
        seconds: How long it took.
        asked: The requests that the server saw.
        problems: What is not as it must be.
        known: The same, where `Scenario.known` has it.
    """

    result: object
    seconds: float
    asked: str
    problems: list[Problem]
    known: list[Problem]


class Matrix:
    """The place where scenarios are played: with certificates, a log that is read, and short pauses."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            authority = trustme.CA()
            yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
            self._tls = {
                "good": _server_context(authority.issue_cert("127.0.0.1")),
                "expired": _server_context(authority.issue_cert("127.0.0.1", not_after=yesterday)),
                "another host": _server_context(authority.issue_cert("example.com")),
                "another authority": _server_context(trustme.CA().issue_cert("127.0.0.1")),
            }
            self._verify = ssl.create_default_context()
            authority.configure_trust(self._verify)
            # The default transports trust what the platform does, which this variable is a part of.
            trusted = Path(stack.enter_context(tempfile.TemporaryDirectory()), "authority.pem")
            trusted.write_bytes(authority.cert_pem.bytes())
            stack.enter_context(mock.patch.dict(os.environ, SSL_CERT_FILE=str(trusted)))
            stack.enter_context(mock.patch.object(engine, "_FIRST_PAUSE", 0.001))
            self._ports = {
                scenario.port: stack.enter_context(scenario.port()) for scenario in SCENARIOS if scenario.port
            }
            self._other = stack.enter_context(Stub(whole))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self, scenario: Scenario, way: str, operation: str, margin: float) -> Played:
        """Play a scenario to one call, which may take `margin` seconds more than its deadline."""
        played = self._play(scenario, way, operation, margin)
        is_cut = way == "async httpx" and played.seconds > scenario.timeout + _GRACE
        if any(problem.kind == OVERDUE for problem in played.problems) or (played.problems and is_cut):
            # A machine that stalls makes a call late once, and a fault every time. When it stalls, httpx's
            # own transport has no time left to tell what became of it, and to close its socket.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()
            played = self._play(scenario, way, operation, margin)
        expected = scenario.verdict(way).of(operation).asked
        for timeout in (4 * SHORT, 16 * SHORT):
            # A machine that stalls can use the time up before all is sent. So there is more of it.
            if scenario.timeout == SHORT and played.asked != expected:
                played = self._play(scenario._replace(timeout=timeout), way, operation, margin)
        return played

    def _play(self, scenario: Scenario, way: str, operation: str, margin: float) -> Played:
        threads = set(threading.enumerate())
        kind, _, name = way.partition(" ")
        ways = TRANSPORTS[name]
        call = OPERATIONS["cancel" if operation == SEEN else operation].call
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(_everything_logged())
            if ways.without:
                modules = pytest.MonkeyPatch()
                modules.setitem(sys.modules, ways.without, None)
                stack.callback(modules.undo)
            tls = self._tls.get(scenario.tls or "")
            greeting = scenario.greeting and self._paced(scenario.greeting, scenario)
            stub = stack.enter_context(Stub(self._script(scenario, operation), tls, greeting))
            base_url = stub.base_url.replace("http:", "https:") if scenario.tls else stub.base_url
            if scenario.port:
                base_url = f"http://127.0.0.1:{self._ports[scenario.port]}/v2"
            options: dict[str, Any] = SETTINGS | {
                "base_url": base_url,
                "timeout": scenario.timeout,
                "max_retries": MAX_RETRIES,
            }
            if scenario.proxy:
                proxy = stack.enter_context(Stub(self._paced(scenario.proxy, scenario)))
                options["proxy"] = url_of(proxy, user=f"somebody:{PASSWORD}")
            calls = _Calls(call, stub, has_first=scenario.before is not None)
            unclosed = stack.enter_context(warnings.catch_warnings(record=True))
            warnings.simplefilter("always", ResourceWarning)
            if kind == "sync":
                calls.run(CryptoCloud(**options, transport=ways.sync(self._verify)))
            else:
                make = ways.asynchronous
                asyncio.run(
                    calls.run_async(lambda: AsyncCryptoCloud(**options, transport=make(self._verify)))
                )
            asked = " ".join(stub.asked[1:] if scenario.before else stub.asked)
        problems = [
            *calls.leaks,
            *(Problem(LEAK, str(warning.message)) for warning in unclosed or ()),
            *(Problem(LEAK, f"{thread.name} still runs") for thread in set(threading.enumerate()) - threads),
            *_untrue(calls.result, asked, scenario.verdict(way).of(operation)),
            *(Problem(KEY_SEEN, f"in {place}") for place in _places_of_key(calls.result, log)),
        ]
        if calls.seconds > scenario.timeout + margin:
            problems.append(Problem(OVERDUE, f"{calls.seconds:.2f} s, and not {scenario.timeout}"))
        if self._other.requests:
            problems.append(Problem(WRONG, f"{len(self._other.requests)} requests to another host"))
            self._other.requests.clear()
        known = [problem for problem in problems if problem.kind == scenario.known.get(way)]
        new = [problem for problem in problems if problem not in known]
        return Played(calls.result, calls.seconds, asked, new, known)

    def _paced(self, script: Script, scenario: Scenario) -> Script:
        """A script whose slowness goes with the deadline."""

        def paced(connection: Connection) -> None:
            connection.pause = scenario.timeout / 5
            script(connection)

        return paced

    def _script(self, scenario: Scenario, operation: str) -> Script:
        first = scenario.before

        def script(connection: Connection) -> None:
            nonlocal first
            connection.other = self._other.base_url
            if first:
                begin, first = first, None
                begin(connection)
            elif operation == SEEN and connection.asked.word == "info":
                connection.send(CANCELED)
            else:
                scenario.script(connection)

        return self._paced(script, scenario)


class _Calls:
    """The calls of one client, from its first to its end."""

    result: object
    seconds: float

    def __init__(self, call: Callable[[Any], Any], stub: Stub, has_first: bool) -> None:
        self.leaks: list[Problem] = []
        self._call = call
        self._stub = stub
        self._has_first = has_first

    def run(self, client: CryptoCloud) -> None:
        with client:
            if self._has_first:
                self._call(client)
                self._stub.wait_until_sent()
            begun = time.monotonic()
            try:
                self.result = self._call(client)
            except Exception as error:
                self.result = error
            self.seconds = time.monotonic() - begun
        self._look_for_connections()

    async def run_async(self, make: Callable[[], AsyncCryptoCloud]) -> None:
        # Made here: a transport may belong to the event loop that it is made in.
        async with make() as client:
            if self._has_first:
                await self._call(client)
                await asyncio.to_thread(self._stub.wait_until_sent)
            begun = time.monotonic()
            try:
                self.result = await self._call(client)
            except Exception as error:
                self.result = error
            self.seconds = time.monotonic() - begun
        await asyncio.to_thread(self._look_for_connections)
        # The event loop closes generators that were left half-way, in tasks of its own, one after another.
        until = time.monotonic() + PATIENCE
        while (tasks := asyncio.all_tasks() - {asyncio.current_task()}) and time.monotonic() < until:
            await asyncio.wait(tasks, timeout=PATIENCE)
        for task in tasks:
            self.leaks.append(Problem(LEAK, f"{task!r} still runs"))

    def _look_for_connections(self) -> None:
        # While the client is still there, or its end could close what it left open.
        try:
            self._stub.wait_until_all_closed()
        except AssertionError as error:
            self.leaks.append(Problem(LEAK, str(error)))


def _untrue(result: object, asked: str, expected: Expected) -> Iterator[Problem]:
    """What is wrong with the end of a call."""
    if isinstance(result, CryptoCloudError):
        if (type(result), result.outcome) != (expected.error, expected.outcome):
            yield Problem(WRONG, f"{result!r}, {result.outcome}")
        again = pickle.loads(pickle.dumps(result))
        if (type(again), str(again), vars(again)) != (type(result), str(result), vars(result)):
            yield Problem(WRONG, f"{result!r} is another one after pickling")
    elif isinstance(result, Exception):
        yield Problem(STRAY, "".join(traceback.format_exception(result)))
    elif expected.error:
        yield Problem(FALSE_SUCCESS, f"it returned {result!r}")
    elif getattr(result, "uuid", UUID) != UUID:
        yield Problem(WRONG, f"it returned another invoice: {result!r}")
    if asked != expected.asked:
        yield Problem(WRONG, f"the server was asked for {asked!r}")


def _places_of_key(result: object, log: list[str]) -> Iterator[str]:
    # Once for both: to format a traceback takes longer than many a call.
    shown = list(texts(result)) if isinstance(result, Exception) else []
    pickled = pickle.dumps(result) if isinstance(result, CryptoCloudError) else b""
    for secret in (KEY, PASSWORD):
        if any(secret in line for line in log):
            yield "the log"
        if any(secret in text for text in shown):
            yield "what is shown of the exception"
        if secret.encode() in pickled:
            yield "the pickled error"


def texts(error: BaseException) -> Iterator[str]:
    """Everything that a log, a debugger or an error tracker would show of `error`."""
    yield str(error)
    yield repr(error)
    yield repr(vars(error))
    yield "".join(traceback.format_exception(error))
    for frame in own_frames(error.__traceback__):
        yield f"{frame.f_code.co_qualname} {frame.f_locals!r}"
    for linked in (error.__cause__, error.__context__):
        if linked is not None:
            yield from texts(linked)


def own_frames(trace: TracebackType | None) -> Iterator[FrameType]:
    package = Path(cryptocloud.__file__).parent
    while trace:
        if package in Path(trace.tb_frame.f_code.co_filename).parents:
            yield trace.tb_frame
        trace = trace.tb_next


@contextlib.contextmanager
def _everything_logged() -> Iterator[list[str]]:
    """All that any logger writes, at every level, as a file would have it; and nobody else gets it."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root = logging.getLogger()
    level = root.level
    with mock.patch.object(root, "handlers", [Lines()]):
        root.setLevel(logging.DEBUG)
        try:
            yield lines
        finally:
            root.setLevel(level)


def _server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context

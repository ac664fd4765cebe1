"""The only road to the network: key, deadline, retries, doubt, bounded read, and one typed error.

`_Core` decides and does no I/O: its `call` is a generator that yields what is to be done, an attempt or
a pause, and is sent what came of it. `Session` and `AsyncSession` only carry that out. Both have the
few methods of an httpx client that the generated functions use, so that those take the same road.
"""

from __future__ import annotations

import copy
import logging
import random
import time
import weakref
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn, Self, TypeAlias, cast

import httpx

from cryptocloud._arguments import (
    Secret,
    checked_max_retries,
    checked_timeout,
    is_host,
    is_loopback,
    with_prefix,
)
from cryptocloud._call.answer import Answer
from cryptocloud._call.operations import OPERATIONS, Operation
from cryptocloud._json import encode
from cryptocloud._transport.contract import Attempt, Request
from cryptocloud._version import __version__
from cryptocloud.errors import (
    APIStatusError,
    CryptoCloudError,
    InvoiceNotCancelableError,
    Outcome,
    RateLimitError,
    clean,
    connection_error,
    error_from,
)
from cryptocloud_client import AuthenticatedClient

if TYPE_CHECKING:
    from cryptocloud._transport import aio, sync
    from cryptocloud._transport.httpx import Adapter, AsyncAdapter

SyncTransport: TypeAlias = httpx.BaseTransport
AsyncTransport: TypeAlias = httpx.AsyncBaseTransport

_LOG = logging.getLogger("cryptocloud")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
"""Seconds between tries: doubled from the first to the longest, each drawn evenly from 0 to that."""

_LONGEST_RETRY_AFTER = 60.0
"""Seconds that a service may ask to wait; if it wants more, the caller is told instead."""

_INFO = "/invoice/merchant/info"

_HOW_TO_GIVE = {
    "ProjectKey": "pass api_key, or set CRYPTOCLOUD_API_KEY",
    "WithdrawalKey": "pass withdrawal_key, or set CRYPTOCLOUD_WITHDRAWAL_KEY",
}


class Pause(NamedTuple):
    """A wait between two tries, in seconds."""

    seconds: float


class Failure(NamedTuple):
    """An attempt that brought no answer.

    It holds no exception: those of httpx hold the request, and so the key.
    """

    reason: str
    is_timeout: bool
    is_sent: bool


class Success:
    """A success, with what the generated functions read from an `httpx.Response`."""

    # The spec files every success under 200; an undocumented 201 with a success envelope is one, too.
    status_code: ClassVar = 200

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def content(self) -> bytes:
        return self._answer.body

    def json(self) -> object:
        return self._answer.document


# What the service would have said to a cancel that worked, had its answer arrived.
_CANCELED = Success(Answer(200, {}, b'{"status":"success","result":["ok"]}'))

Call: TypeAlias = Generator[Attempt | Pause, Answer | Failure | None, Success]


class _Life:
    """Shared by a session and those derived from it, which use the same connections."""

    is_over = False


class _Core:
    """What both sessions have in common: every decision, and no I/O."""

    def __init__(
        self, *, keys: Mapping[str, Secret], base_url: str, timeout: float, max_retries: int
    ) -> None:
        """`keys` are those that there are, by the name of their security scheme."""
        self._keys = keys
        self.base_url = checked_base_url(base_url)
        self._timeout = checked_timeout(timeout)
        self._max_retries = checked_max_retries(max_retries)
        self._life = _Life()
        self._urls: dict[str, httpx.URL] = {}
        # Headers and not a dict: their `repr` hides the key.
        self._headers = {
            name: httpx.Headers(
                {
                    "Authorization": f"Token {key.reveal()}",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                    "Content-Type": "application/json",
                    "User-Agent": f"cryptocloud-python/{__version__}",
                }
            )
            for name, key in keys.items()
        }

    def with_options(self, *, timeout: float | None, max_retries: int | None) -> Self:
        """A session with other settings over the same connections."""
        other = copy.copy(self)
        if timeout is not None:
            other._timeout = checked_timeout(timeout)
        if max_retries is not None:
            other._max_retries = checked_max_retries(max_retries)
        return other

    def call(self, method: str, url: str, content: Mapping[str, Any]) -> Call:
        """One call, from the arguments of a generated function to a success or a typed error."""
        if self._life.is_over:
            raise RuntimeError("this client is closed: make a new one")
        # One that the spec has and this package does not know yet is handled with all caution.
        operation = OPERATIONS.get(url) or Operation(url, unknown="raise", result=(dict, list, str))
        if operation.key not in self._keys:
            raise ValueError(f"{operation.name} needs a key of its own: {_HOW_TO_GIVE[operation.key]}")
        request = self._request(method, url, operation, **content)
        deadline = time.monotonic() + self._timeout
        doubt: CryptoCloudError | None = None
        tries = 0
        while True:
            tries += 1
            attempt = Attempt(request, deadline)
            verdict = self._judged((yield attempt), attempt, operation, tries)
            if isinstance(verdict, Success):
                return verdict
            error = verdict
            is_in_doubt = error.outcome is Outcome.UNKNOWN
            if operation.unknown == "ask" and (
                is_in_doubt or (doubt and isinstance(error, InvoiceNotCancelableError))
            ):
                doubt = error if is_in_doubt else doubt
                status = yield from self._status(content, deadline)
                if status == "canceled":
                    return _CANCELED
                if status is None:
                    raise doubt or error
                # Only these exclude that an earlier try worked, or still will: what was looked up may lag.
                told = error if is_in_doubt or status in ("paid", "overpaid", "partial") else doubt or error
                shown = clean(status, self._keys[operation.key], limit=60)
                told.args = (f"{told} Looked up afterwards, its status is {shown!r}.",)
                if not is_in_doubt or status != "created":
                    raise told
            pause = self._pause(error, operation, tries)
            if pause is None or pause >= attempt.left():
                # That a later try was refused, or not sent, does not tell what became of an earlier one.
                raise error if is_in_doubt or doubt is None else doubt
            yield Pause(pause)

    def _judged(
        self, came: Answer | Failure | None, attempt: Attempt, operation: Operation, tries: int
    ) -> Success | CryptoCloudError:
        verdict: Success | CryptoCloudError
        if isinstance(came, Answer):
            verdict = error_from(came, operation, self._keys[operation.key]) or Success(came)
        else:
            failure = cast("Failure", came)
            verdict = connection_error(
                failure.reason,
                operation,
                outcome=Outcome.UNKNOWN if failure.is_sent else Outcome.NOT_SENT,
                tries=tries,
                seconds=self._timeout - attempt.left() if failure.is_timeout else None,
            )
        level = logging.DEBUG if isinstance(verdict, Success) else logging.INFO
        if _LOG.isEnabledFor(level):
            # No texts of the service: they could have personal data in them.
            _LOG.log(
                level,
                "%s: try %d, %s, HTTP %s, %.0f ms, request id %s",
                operation.name,
                tries,
                "success" if isinstance(verdict, Success) else type(verdict).__name__,
                came.status if isinstance(came, Answer) else None,
                (time.monotonic() - attempt.begun) * 1000,
                getattr(verdict, "request_id", None),
            )
        return verdict

    def _pause(self, error: CryptoCloudError, operation: Operation, tries: int) -> float | None:
        """Seconds to wait before the call is repeated; None if it is not."""
        if tries > self._max_retries or not error.is_retryable:
            return None
        if isinstance(error, RateLimitError) and operation.rate_limited == "raise":
            return None
        # The exponent is bounded, too: a float is not, by a large number of tries.
        pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries - 1, 10)))
        wanted = error.retry_after if isinstance(error, APIStatusError) else None
        if wanted is None:
            return pause
        return max(wanted, pause) if wanted <= _LONGEST_RETRY_AFTER else None

    def _status(
        self, content: Mapping[str, Any], deadline: float
    ) -> Generator[Attempt, Answer | Failure | None, str | None]:
        """The status of the invoice that a call is about, as the service says it; None if it does not."""
        uuid = content["json"].get("uuid")
        if not isinstance(uuid, str) or time.monotonic() >= deadline:
            return None
        operation = OPERATIONS[_INFO]
        attempt = Attempt(self._request("post", _INFO, operation, json={"uuids": [uuid]}), deadline)
        verdict = self._judged((yield attempt), attempt, operation, tries=1)
        if not isinstance(verdict, Success):
            return None
        for invoice in cast("dict[str, Any]", verdict.json())["result"]:
            if isinstance(invoice.get("uuid"), str) and with_prefix(invoice["uuid"]) == with_prefix(uuid):
                status = invoice.get("status")
                return status if isinstance(status, str) else None
        return None

    def _request(
        self,
        method: str,
        url: str,
        operation: Operation,
        *,
        json: object = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        if url not in self._urls:
            self._urls[url] = httpx.URL(f"{self.base_url}{url}")
        if headers and dict(headers) != {"Content-Type": "application/json"}:
            raise TypeError(f"{url}: the session sends JSON and no other headers, not {sorted(headers)}")
        target = self._urls[url]
        return Request(
            method.upper(),
            target.copy_merge_params(params) if params else target,
            self._headers[operation.key],
            b"" if json is None else encode(json),
        )

    def _failure(self, error: Exception, attempt: Attempt) -> Failure:
        text = clean(str(error), *self._keys.values())
        return Failure(
            reason=f"{type(error).__name__}: {text}" if text else type(error).__name__,
            is_timeout=isinstance(error, (httpx.TimeoutException, TimeoutError)),
            is_sent=attempt.sent is not False,
        )


class Session(_Core):
    """The synchronous half. Safe between threads."""

    def __init__(self, *, transport: SyncTransport | None, **settings: Any) -> None:
        super().__init__(**settings)
        self._transport: sync.Transport | Adapter
        if transport is None:
            # Here, because it loads a parser.
            from cryptocloud._transport.sync import Transport

            self._transport = Transport(self.base_url)
            # Closes the connections of clients that nobody closed; sockets would warn on their own.
            weakref.finalize(self._life, self._transport.close)
        elif isinstance(transport, httpx.BaseTransport):
            from cryptocloud._transport.httpx import Adapter

            self._transport = Adapter(transport)
        else:
            raise TypeError("transport must be an httpx.BaseTransport, such as httpx.HTTPTransport()")

    def request(self, method: str, url: str, **content: Any) -> Success:
        call = self.call(method, url, content)
        came: Answer | Failure | None = None
        while True:
            try:
                step = call.send(came)
            except StopIteration as end:
                return cast("Success", end.value)
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                came = None
            else:
                came = self._send(step)

    def _send(self, attempt: Attempt) -> Answer | Failure:
        try:
            return self._transport.send(attempt)
        except Exception as error:
            failure = self._failure(error, attempt)
        return failure

    def close(self) -> None:
        self._life.is_over = True
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncSession(_Core):
    """The asynchronous half. Safe between the tasks of one event loop."""

    def __init__(self, *, transport: AsyncTransport | None, **settings: Any) -> None:
        super().__init__(**settings)
        # Here, because they load asyncio.
        import anyio

        self._transport: aio.AsyncTransport | AsyncAdapter
        if transport is None:
            from cryptocloud._transport.aio import AsyncTransport as Default

            self._transport = Default(self.base_url)
            weakref.finalize(self._life, self._transport.close)
        elif isinstance(transport, httpx.AsyncBaseTransport):
            from cryptocloud._transport.httpx import AsyncAdapter

            self._transport = AsyncAdapter(transport)
        else:
            raise TypeError(
                "transport must be an httpx.AsyncBaseTransport, such as httpx.AsyncHTTPTransport()"
            )
        self._sleep = anyio.sleep

    async def request(self, method: str, url: str, **content: Any) -> Success:
        call = self.call(method, url, content)
        came: Answer | Failure | None = None
        while True:
            try:
                step = call.send(came)
            except StopIteration as end:
                return cast("Success", end.value)
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
                came = None
            else:
                came = await self._send(step)

    async def _send(self, attempt: Attempt) -> Answer | Failure:
        try:
            return await self._transport.send(attempt)
        except Exception as error:
            failure = self._failure(error, attempt)
        return failure

    async def aclose(self) -> None:
        self._life.is_over = True
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class GeneratedClient(AuthenticatedClient):
    """The generated client over a session: its functions get the same deadline, errors and key hygiene."""

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            raise TypeError(
                "this client is asynchronous: call asyncio() or asyncio_detailed() of the operation"
            )
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        if self._async_client is None:
            raise TypeError("this client is synchronous: call sync() or sync_detailed() of the operation")
        return self._async_client

    # The stock methods change the client that they copy, and the copy goes another road.

    def with_headers(self, headers: dict[str, str]) -> NoReturn:
        raise TypeError("the session sends fixed headers")

    def with_cookies(self, cookies: dict[str, str]) -> NoReturn:
        raise TypeError("the session sends no cookies")

    def with_timeout(self, timeout: httpx.Timeout) -> NoReturn:
        raise TypeError("make a client with the timeout that you want: CryptoCloud(timeout=...)")


def generated_over(session: Session | AsyncSession) -> GeneratedClient:
    """A generated client that calls through `session`. The key stays in the session."""
    client = GeneratedClient(base_url=str(session.base_url), token="", prefix="Token")
    if isinstance(session, Session):
        return client.set_httpx_client(cast("httpx.Client", session))
    return client.set_async_httpx_client(cast("httpx.AsyncClient", session))


def checked_base_url(base_url: str) -> httpx.URL:
    """`base_url` without a slash at its end, if a key can be sent there.

    Raises:
        TypeError: It is not a string.
        ValueError: It is not an absolute URL; or has user, query or fragment; or is plain http and
            not on this machine, where anybody on the way would read the key.
    """
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    try:
        url = httpx.URL(base_url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise ValueError(f"base_url is not a URL: {error}") from None
    if url.scheme not in ("http", "https") or not is_host(url.raw_host.decode()):
        raise ValueError(
            "base_url must begin with https:// and a host, such as https://api.cryptocloud.plus/v2"
        )
    if url.port is not None and not 0 < url.port < 65536:
        raise ValueError("base_url has a port that does not exist")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("base_url must have no user, query or fragment")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ValueError("base_url must be https: over plain http the API key could be read on the way")
    return url

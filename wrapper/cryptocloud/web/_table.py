"""What a notification is answered with. The views read and write; everything else is decided here."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from cryptocloud.client import AsyncCryptoCloud, CryptoCloud
from cryptocloud.errors import CryptoCloudError, NotFoundError, PostbackError, PostbackNotPaidError
from cryptocloud.models import Invoice
from cryptocloud.postback import MAX_BODY

AT_MOST = MAX_BODY + 1
"""Bytes to read of a body: one more shows that it is too long."""

Deliver: TypeAlias = Callable[[Invoice], object]
AsyncDeliver: TypeAlias = Callable[[Invoice], object] | Callable[[Invoice], Awaitable[object]]

InThread: TypeAlias = Callable[[Callable[[Invoice], object]], Callable[[Invoice], Awaitable[object]]]
"""Makes a function that is awaited, and meanwhile runs in a thread."""

_LOG = logging.getLogger("cryptocloud")


def handler(client: Any, deliver: Any, accept_test: bool, in_thread: InThread) -> Any:
    """The handler for a client of either kind."""
    if isinstance(client, AsyncCryptoCloud):
        return AsyncHandler(client, deliver, accept_test=accept_test, in_thread=in_thread)
    return Handler(client, deliver, accept_test=accept_test)


def headers(status: int) -> dict[str, str]:
    """The headers of an answer."""
    return {"Allow": "POST"} if status == 405 else {}


class Handler:
    """Answers notifications with a `CryptoCloud`."""

    def __init__(self, client: CryptoCloud, deliver: Deliver, *, accept_test: bool) -> None:
        """Looks at everything that can be wrong before the first notification comes.

        Raises:
            TypeError: The client or `deliver` is of the wrong kind.
            ValueError: The client has no secret key.
        """
        _check(client, CryptoCloud, deliver)
        if _is_async(deliver):
            raise TypeError("deliver must not be a coroutine function: this view and its client do not await")
        self._client = client
        self._deliver = deliver
        self._accept_test = accept_test

    def answer(self, method: str, body: bytes, content_type: str, length: str | None) -> int:
        """The status of the answer, after the invoice is delivered.

        Args:
            method: Of the request.
            body: As it arrived, but not more than `AT_MOST` of it.
            content_type: The header `Content-Type`, or nothing.
            length: The header `Content-Length`, if there is one.
        """
        if status := _refused_before(method, body, length):
            return status
        try:
            invoice = self._client.postbacks.receive(body, content_type, accept_test=self._accept_test)
        except Exception as error:
            return _refused(error)
        try:
            _check_done(self._deliver(invoice))
        except Exception:
            return _not_delivered(invoice)
        return 200


class AsyncHandler:
    """The same with an `AsyncCryptoCloud`. A `deliver` that does not await runs in a thread."""

    def __init__(
        self,
        client: AsyncCryptoCloud,
        deliver: AsyncDeliver,
        *,
        accept_test: bool,
        in_thread: InThread | None = None,
    ) -> None:
        _check(client, AsyncCryptoCloud, deliver)
        self._client = client
        self._deliver: Callable[[Invoice], Any] = deliver
        if not _is_async(deliver):
            self._deliver = (in_thread or _in_thread)(deliver)
        self._accept_test = accept_test

    async def answer(self, method: str, body: bytes, content_type: str, length: str | None) -> int:
        if status := _refused_before(method, body, length):
            return status
        try:
            invoice = await self._client.postbacks.receive(body, content_type, accept_test=self._accept_test)
        except Exception as error:
            return _refused(error)
        try:
            result = await self._deliver(invoice)
            # What it returns may be what has to be awaited.
            _check_done(await result if inspect.isawaitable(result) else result)
        except Exception:
            return _not_delivered(invoice)
        return 200


def _in_thread(deliver: Callable[[Invoice], object]) -> Callable[[Invoice], Awaitable[object]]:
    # Here, because it loads asyncio.
    from anyio.to_thread import run_sync

    async def delivered(invoice: Invoice) -> object:
        return await run_sync(deliver, invoice)

    return delivered


def _check(client: object, kind: type, deliver: object) -> None:
    if not isinstance(client, kind):
        raise TypeError(f"client must be a {kind.__name__}, not {type(client).__name__}")
    if not callable(deliver):
        raise TypeError(f"deliver must be a function that gets the invoice, not {type(deliver).__name__}")
    client._secret_key.checked("secret key")  # type: ignore[attr-defined] # both kinds have one


def _is_async(deliver: object) -> bool:
    call = getattr(type(deliver), "__call__", None)  # noqa: B004 - whether it is async, not whether it is there
    return inspect.iscoroutinefunction(deliver) or inspect.iscoroutinefunction(call)


def _check_done(result: object) -> None:
    """Refuses a `deliver` whose work has not been done when it returns."""
    if inspect.iscoroutine(result):
        result.close()
    if inspect.isawaitable(result) or inspect.isgenerator(result) or inspect.isasyncgen(result):
        raise TypeError(f"deliver has to do its work, and not to return a {type(result).__name__}")


def _refused_before(method: str, body: bytes, length: str | None) -> int | None:
    """What is refused without a look at the notification."""
    if method != "POST":
        _LOG.warning("postback: refused with 405, since its method is %s", method[:10])
        return 405
    if len(body) > MAX_BODY:
        _LOG.warning("postback: refused with 413, since it has more than %d bytes", MAX_BODY)
        return 413
    if not body and length not in (None, "", "0"):
        _LOG.error("postback: answered with 500, since something in front of this view has read its body")
        return 500
    return None


def _refused(error: Exception) -> int:
    # Texts of our own alone: they have neither body nor token nor key.
    match error:
        case PostbackNotPaidError() | NotFoundError():
            _LOG.warning("postback: refused with 409: %s", error)
            return 409
        case PostbackError():
            _LOG.warning("postback: refused with 400: %s", error)
            return 400
        case CryptoCloudError():
            _LOG.warning(
                "postback: answered with 503, since the look-up failed: %s, %s",
                type(error).__name__,
                error.outcome.name,
            )
            return 503
    _LOG.error("postback: answered with 500", exc_info=error)
    return 500


def _not_delivered(invoice: Invoice) -> int:
    _LOG.exception("postback: answered with 500, since deliver failed for %s", invoice.uuid)
    return 500

"""Work that waits, beside the event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def in_thread(request: Request, function: Callable[..., T], *arguments: object) -> T:
    """What the function returns or raises, or `ClientDisconnect` if that comes first; it goes on then.

    The request's body has to be read before. The thread is one of its own: those of asyncio's pool are waited
    for when the loop ends, and a merchant may think for ever.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, exc: BaseException | None) -> None:
        if outcome.done():
            return
        if exc is not None:
            outcome.set_exception(exc)
        else:
            outcome.set_result(result)  # type: ignore[arg-type] # there is one where there is no error

    def run() -> None:
        result, failure = None, None
        try:
            result = function(*arguments)
        except BaseException as exc:
            failure = exc
        with suppress(RuntimeError):  # The loop has ended.
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="cryptocloud-sandbox-work", daemon=True).start()
    disconnect = asyncio.ensure_future(request.receive())
    waited_for: set[asyncio.Future[Any]] = {outcome, disconnect}
    try:
        await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
        if outcome.done():
            return outcome.result()
        raise ClientDisconnect
    finally:
        disconnect.cancel()
        outcome.cancel()

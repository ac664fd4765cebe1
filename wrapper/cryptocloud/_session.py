"""The only road to the network. A session carries out the steps of a call, and decides nothing."""

from __future__ import annotations

import copy
import time
import weakref
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from cryptocloud._call import Engine, Failure, Pause, Steps, Success, calls
from cryptocloud._settings import Options
from cryptocloud._transport import Answer, Attempt, Network, open_async_transport, open_transport

ResultT = TypeVar("ResultT")


class _Life:
    """Shared by a session and those derived from it, which use the same connections.

    Attributes:
        is_over: Whether the client is closed.
        endings: What the asynchronous client waits for when it is closed.
    """

    def __init__(self) -> None:
        self.is_over = False
        self.endings: set[Callable[[], Awaitable[None]]] = set()


class _Session:
    """What both halves have in common."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._life = _Life()

    def with_options(self, options: Options) -> Self:
        """A session with other options over the same connections."""
        other = copy.copy(self)
        other.engine = self.engine.with_options(options)
        return other

    def _begin(self, method: str, url: str, content: dict[str, Any]) -> Steps:
        if self._life.is_over:
            raise RuntimeError("this client is closed: make a new one")
        return self.engine.call(method, url, **content)


class Session(_Session):
    """The synchronous half. Safe between threads."""

    def __init__(self, engine: Engine, network: Network, transport: object) -> None:
        """`transport` is one of httpx or httpx2, or None for the default one.

        Raises:
            TypeError: It is none of them.
            TypeError, ValueError: `network` has what cannot be used.
        """
        super().__init__(engine)
        self._transport = open_transport(engine.target, network, transport)
        if transport is None:
            # Closes the connections of clients that nobody closed; sockets would warn on their own.
            weakref.finalize(self._life, self._transport.close)

    def run(self, call: calls.Call[ResultT]) -> ResultT:
        """Make a call.

        Raises:
            CryptoCloudError: It is no success, or one that cannot be read.
        """
        return call.result(self.request(**call.request))

    def request(self, method: str, url: str, **content: Any) -> Success:
        """Make a call, given as a generated function gives it to httpx.

        Raises:
            CryptoCloudError: It is no success.
        """
        steps = self._begin(method, url, content)
        step = next(steps)
        while not isinstance(step, Success):
            # Without a name: a traceback shows this frame, and an answer has buyers' data in it.
            step = steps.send(self._carry_out(step))
        return step

    def _carry_out(self, step: Attempt | Pause) -> Answer | Failure | None:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return self._transport.send(step)
        except self._transport.faults as error:
            if error is step.stray:
                raise
            failure = self.engine.failure(error, step, self._transport.timeouts)
        return failure

    def close(self) -> None:
        self._life.is_over = True
        self._transport.close()


class AsyncSession(_Session):
    """The asynchronous half. Safe between the tasks of one event loop."""

    def __init__(self, engine: Engine, network: Network, transport: object) -> None:
        """`transport` is one of httpx or httpx2, or None for the default one.

        Raises:
            TypeError: It is none of them.
            TypeError, ValueError: `network` has what cannot be used.
        """
        super().__init__(engine)
        # Here, because it loads asyncio.
        import anyio

        self.sleep = anyio.sleep
        self._transport = open_async_transport(engine.target, network, transport)
        if transport is None:
            weakref.finalize(self._life, self._transport.close)

    async def run(self, call: calls.Call[ResultT]) -> ResultT:
        """Make a call.

        Raises:
            CryptoCloudError: It is no success, or one that cannot be read.
        """
        return call.result(await self.request(**call.request))

    async def request(self, method: str, url: str, **content: Any) -> Success:
        """Make a call, given as a generated function gives it to httpx.

        Raises:
            CryptoCloudError: It is no success.
        """
        steps = self._begin(method, url, content)
        step = next(steps)
        while not isinstance(step, Success):
            # Without a name: a traceback shows this frame, and an answer has buyers' data in it.
            step = steps.send(await self._carry_out(step))
        return step

    async def _carry_out(self, step: Attempt | Pause) -> Answer | Failure | None:
        if isinstance(step, Pause):
            await self.sleep(step.seconds)
            return None
        try:
            return await self._transport.send(step)
        except self._transport.faults as error:
            failure = self.engine.failure(error, step, self._transport.timeouts)
        return failure

    @property
    def endings(self) -> set[Callable[[], Awaitable[None]]]:
        """What is waited for when the client is closed."""
        return self._life.endings

    async def aclose(self) -> None:
        self._life.is_over = True
        try:
            for ending in tuple(self._life.endings):
                await ending()
        finally:
            await self._transport.aclose()

"""uvicorn in a thread, which starts and stops at once instead of at the next tick of a clock."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

# uvicorn's own is for the user's servers. The level keeps out a line for each connection.
_log = logging.getLogger("cryptocloud_sandbox.server")
_log.setLevel(logging.INFO)


class _Protocol(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = _log
        # Here, because uvicorn's own switch takes the handlers away from every uvicorn in the process.
        self.access_log = False
        app = self.app

        async def with_transport(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope["extensions"] = {"cryptocloud_sandbox.transport": self.transport}
            await app(scope, receive, send)

        # For answers that are to go wrong.
        self.app = with_transport


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    exc = context.get("exception")
    if isinstance(exc, OSError) and "socket" in context:
        _log.error("A connection has to wait: %s", exc.strerror)
    else:
        loop.default_exception_handler(context)


class Server(uvicorn.Server):
    """uvicorn in a thread, which starts and stops at once instead of at the next tick of a clock."""

    def __init__(self, app: ASGIApp, each_second: Callable[[], None]) -> None:
        # Everything that uvicorn would otherwise choose by what is installed or set in the environment.
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                # Out of files, asyncio fails so often at once, and each failure begins anew a second later.
                backlog=1,
                timeout_keep_alive=60,
            )
        )
        self._each_second = each_second
        self._thread = threading.Thread(target=self._run, name="cryptocloud-sandbox", daemon=True)
        self._settled = threading.Event()
        self._failure: BaseException | None = None

    def launch(self, listener: socket.socket) -> None:
        self._listener = listener
        self._thread.start()
        self._settled.wait()
        if self._failure is not None:
            self._thread.join()
            raise RuntimeError("The sandbox's server does not start.") from self._failure

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._live())
        except BaseException as exc:
            self._failure = exc
        finally:
            self._settled.set()

    async def _live(self) -> None:
        # uvicorn's own way writes to the log of the user's servers.
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([self._listener])
        await self.main_loop()
        await self.shutdown()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        self._loop.set_exception_handler(_tell)
        await super().startup(sockets)
        self._listener.listen(2_048)
        await self.on_tick(0)
        self._settled.set()

    async def main_loop(self) -> None:
        while not self._closing.is_set():
            await self.on_tick(0)  # Sets the Date header.
            try:
                await asyncio.wait_for(self._closing.wait(), timeout=1)
            except TimeoutError:
                self._each_second()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # In this order, because asyncio loses connections that are being accepted while its server closes.
        self._loop.remove_reader(self._listener)
        # uvicorn would wait for clients that sent half a request. Here each request sees its client gone, and
        # ends; and a connection that was accepted a moment ago shows up only after some turns of the loop.
        while self.server_state.connections or len(asyncio.all_tasks()) > 1:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()

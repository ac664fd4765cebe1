"""`Sandbox`: the application on a loopback port, served from a thread of its own."""

import asyncio
import os
import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .state import State

HOST = "127.0.0.1"


class Sandbox:
    """A CryptoCloud of your own, on a loopback port, for as long as the ``with`` block lasts.

    ``port`` 0 takes a free one. The same ``seed`` gives the same keys and ids in every run; give two
    sandboxes different ones if each must refuse the other's key. Without ``with``: `start`, then `stop`.
    Any thread may call anything. A stopped sandbox stays stopped; its invoices can still be looked at.

    ``ValueError`` for a port outside 0 to 65535.
    """

    def __init__(self, *, port: int = 0, seed: int = 0) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port {port} is not between 0 and 65535")
        self._port = port
        self._state = State(seed)
        self._server = _Server(create_app(self._state))
        self._lifecycle = threading.Lock()
        self._phase = "not started"
        self.api_key = self._state.api_key
        """The project's API key, for the header ``Authorization: Token <api_key>``."""
        self.shop_id = self._state.shop_id
        """The project's shop id, 16 letters."""

    @property
    def base_url(self) -> str:
        """Where it listens or did listen, ``http://127.0.0.1:PORT/v2``. ``RuntimeError`` before `start`."""
        self._require("running", "stopped")
        return f"http://{HOST}:{self._port}/v2"

    def add_invoice(self, status: str = "created") -> str:
        """Make an invoice in the given status and return its id, ``INV-XXXXXXXX``.

        ``status`` is ``created``, ``paid``, ``overpaid``, ``partial`` or ``canceled``; ``ValueError``
        otherwise. ``RuntimeError`` after `stop`.
        """
        self._require("not started", "running")
        return self._state.add_invoice(status)

    def status(self, uuid: str) -> str:
        """The status of an invoice, by its id with or without ``INV-``. ``KeyError`` if there is none."""
        return self._state.status(uuid)

    def start(self) -> None:
        """Listen. ``OSError`` if the port is not to be had, ``RuntimeError`` if it was started before."""
        with self._lifecycle:
            self._require("not started")
            try:
                listener = socket.create_server((HOST, self._port))
            except OSError as exc:
                reason = os.strerror(exc.errno or 0)
                raise OSError(exc.errno, f"cannot listen on {HOST}:{self._port}: {reason}") from exc
            # Inherited by every connection. Without it each answer, sent as head and body, takes 40 ms.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._port = listener.getsockname()[1]
            try:
                self._server.launch(listener)
            except BaseException:
                listener.close()
                raise
            self._phase = "running"

    def stop(self) -> None:
        """Close the port and every connection, and end the thread. Does nothing if it does not run."""
        with self._lifecycle:
            if self._phase == "running":
                self._server.close()
                self._phase = "stopped"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self._phase}>"

    def _require(self, *phases: str) -> None:
        if self._phase not in phases:
            hint = "make a new one" if self._phase == "stopped" else f"expected: {' or '.join(phases)}"
            raise RuntimeError(f"The sandbox is {self._phase}: {hint}.")


class _Protocol(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here, because uvicorn's own switch takes the handlers away from every uvicorn in the process.
        self.access_log = False


class _Server(uvicorn.Server):
    """uvicorn in a thread, which starts and stops at once instead of at the next tick of a clock."""

    def __init__(self, app: Starlette) -> None:
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
                backlog=128,
                timeout_keep_alive=60,
            )
        )
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
                runner.run(self.serve(sockets=[self._listener]))
        except BaseException as exc:
            self._failure = exc
        finally:
            self._settled.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        await super().startup(sockets)
        await self.on_tick(0)
        self._settled.set()

    async def main_loop(self) -> None:
        while not self._closing.is_set():
            await self.on_tick(0)  # Sets the Date header.
            try:
                await asyncio.wait_for(self._closing.wait(), timeout=1)
            except TimeoutError:
                continue

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

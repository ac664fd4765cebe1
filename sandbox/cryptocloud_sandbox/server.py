"""`Sandbox`: the application on a loopback port, served from a thread of its own."""

import asyncio
import math
import os
import socket
import threading
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .coins import COINS, CURRENCIES
from .faults import Fault, Faults
from .operations import OPERATIONS
from .postbacks import Format, Postbacks, Target
from .state import State, exact

HOST = "127.0.0.1"


class Sandbox:
    """A CryptoCloud of your own, on a loopback port, for as long as the ``with`` block lasts.

    ``port`` 0 takes a free one. The same ``seed`` gives the same keys and ids in every run; give two
    sandboxes different ones if each must refuse the other's key. Without ``with``: `start`, then `stop`.
    Any thread may call anything. A stopped sandbox stays stopped; its invoices can still be looked at.

    ``test_mode`` is on in a new project: payments do not change balances then, and a payment whose postback
    the merchant does not accept is taken back. Postbacks go to ``postback_url``, as ``postback_format``
    ``"json"`` or ``"form"``. ``data`` names an SQLite file to remember everything in, keys excepted: they
    come from the seed. With ``limit_is_end`` the list of invoices reads ``limit`` as the number of the last
    record.

    ``ValueError`` for a port outside 0 to 65535, and for a ``postback_url`` that leaves this machine.
    ``OSError`` if the file cannot be used, or another sandbox has it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 0,
        test_mode: bool = True,
        postback_url: str | None = None,
        postback_format: Format = "json",
        limit_is_end: bool = False,
        data: str | os.PathLike[str] | None = None,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port {port} is not between 0 and 65535")
        target = None if postback_url is None else Target(postback_url, postback_format)
        self._port = port
        self._state = State(seed, test_mode=test_mode, limit_is_end=limit_is_end, data=data)
        self._postbacks = Postbacks(self._state, target)
        self._faults = Faults()
        self._server = _Server(create_app(self._state, self._postbacks, self._faults))
        self._lifecycle = threading.Lock()
        self._phase = "not started"
        self.api_key = self._state.api_key
        """The project's API key, for the header ``Authorization: Token <api_key>``."""
        self.withdrawal_key = self._state.withdrawal_key
        """The key for withdrawals, and for nothing else."""
        self.secret_key = self._state.secret_key
        """The project's secret key, which signs postbacks."""
        self.shop_id = self._state.shop_id
        """The project's shop id, 16 letters."""

    @property
    def base_url(self) -> str:
        """Where it listens or did listen, ``http://127.0.0.1:PORT/v2``. ``RuntimeError`` before `start`."""
        self._require("running", "stopped")
        return f"http://{HOST}:{self._port}/v2"

    def add_invoice(
        self,
        status: str = "created",
        *,
        amount: Decimal | int | str = "100.0",
        currency: str = "USD",
        order_id: str | None = None,
    ) -> str:
        """Make an invoice in the given status and return its id, ``INV-XXXXXXXX``.

        ``status`` is ``created``, ``paid``, ``overpaid``, ``partial`` or ``canceled``. No postback is sent,
        and no balance changes. ``ValueError`` for what the service does not know. ``RuntimeError`` after
        `stop`.
        """
        self._require("not started", "running")
        if currency not in CURRENCIES:
            raise ValueError(f"unknown currency {currency!r}: one of {', '.join(CURRENCIES)} is expected")
        return self._state.create_invoice(exact(amount), currency, order_id=order_id, status=status).uuid

    def status(self, uuid: str) -> str:
        """The status of an invoice, by its id with or without ``INV-``. ``KeyError`` if there is none."""
        return self._state.invoice(uuid).status

    def pay(self, uuid: str) -> int | None:
        """Pay what is missing: ``created`` or ``partial`` becomes ``paid``.

        Returns when the merchant's handler has the postback: the HTTP status that it answers, or None if
        nothing comes within 10 seconds, or there is no ``postback_url``. If that is not 200, an invoice in
        test mode is ``created`` again. ``ValueError`` if the invoice is in another status, ``KeyError`` if
        there is none, ``RuntimeError`` after `stop`.
        """
        return self._pay(uuid, "paid")

    def overpay(self, uuid: str) -> int | None:
        """Pay more than is missing: ``created`` or ``partial`` becomes ``overpaid``. See `pay`."""
        return self._pay(uuid, "overpaid")

    def pay_part(self, uuid: str) -> None:
        """Pay half: ``created`` becomes ``partial``. No postback is sent. Errors as in `pay`."""
        self._pay(uuid, "partial")

    def expire(self, uuid: str) -> None:
        """Let an invoice run out of time: ``created`` becomes ``canceled``. Errors as in `pay`."""
        self._require("not started", "running")
        self._state.expire(uuid)

    def resend_postback(self, uuid: str) -> int | None:
        """Send the postback of a paid or overpaid invoice again, with a new token; see `pay`."""
        self._require("not started", "running")
        return self._postbacks.resend(uuid)

    def deposit(self, coin: str, amount: Decimal | int | str) -> None:
        """Add coins to a balance; ``coin`` is a full code, ``USDT_TRC20``. ``ValueError`` for any other."""
        self._require("not started", "running")
        if coin not in COINS:
            raise ValueError(f"unknown coin {coin!r}: one of {', '.join(COINS)} is expected")
        self._state.deposit(coin, exact(amount))

    def advance(self, seconds: float) -> None:
        """Put the clock forward: invoices expire, and the pause between withdrawals passes.

        The tokens of postbacks go by the real time. ``ValueError`` if ``seconds`` is negative.
        """
        self._state.advance(seconds)

    def fail_next(
        self,
        operation: str,
        *,
        status: int | None = None,
        delay: float = 0,
        cut: bool = False,
        drip: float = 0,
        reset: bool = False,
        after: bool = False,
    ) -> None:
        """Let the next answer of an operation go wrong; several calls, several answers, in this order.

        ``operation`` is an operationId of the spec, ``"cancelInvoice"``. One or several of:

        * ``status``: a proxy's HTML page with this status in place of the answer;
        * ``delay``: so many seconds pass before the answer;
        * ``cut``: the connection is closed in the middle of the answer's body;
        * ``drip``: so many seconds pass after each byte of the body;
        * ``reset``: the connection is reset, and there is no answer.

        With ``after`` the operation is carried out first. Without, it is **not**: what is cut or drips is
        then a proxy's page (502). A mere ``delay`` is no loss, so when it is over the operation is carried
        out, unless the client has left meanwhile.

        ``ValueError`` for an unknown operation or without a fault.
        """
        known = [each.id for each in OPERATIONS.values()]
        if operation not in known:
            raise ValueError(f"unknown operation {operation!r}: one of {', '.join(known)} is expected")
        if status is not None and not 200 <= status <= 599:
            raise ValueError(f"status {status} is not between 200 and 599")
        if not 0 <= delay < math.inf or not 0 <= drip < math.inf:
            raise ValueError("delay and drip are seconds")
        if status is None and not (delay or cut or drip or reset):
            raise ValueError("what is to go wrong? One of status, delay, cut, drip, reset is expected")
        self._faults.add(operation, Fault(status, delay, cut, drip, reset, after))

    def _pay(self, uuid: str, status: str) -> int | None:
        self._require("not started", "running")
        return self._postbacks.pay(uuid, status)

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
            self._state.pay_page = f"http://{HOST}:{self._port}/pay/"
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
                self._postbacks.close()
                self._server.close()
                self._phase = "stopped"
                self._state.close()

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
        app = self.app

        async def with_transport(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope["extensions"] = {"cryptocloud_sandbox.transport": self.transport}
            await app(scope, receive, send)

        # For answers that are to go wrong.
        self.app = with_transport


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

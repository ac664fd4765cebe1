"""`Sandbox`: the application on a loopback port, served from a thread of its own."""

import math
import os
import socket
import threading
from decimal import Decimal
from types import TracebackType
from typing import Self

from .app import create_app
from .coins import COINS, CURRENCIES
from .faults import Fault, Faults
from .operations import OPERATIONS
from .postbacks import Format, Postbacks, Target
from .server import Server
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
        self._server = Server(create_app(self._state, self._postbacks, self._faults))
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

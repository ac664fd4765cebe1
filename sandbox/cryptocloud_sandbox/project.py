"""`Project`: all that can be done with a sandbox by hand, before, while and without its being served."""

import math
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from .calls import Call
from .changes import Changes
from .coins import COINS, CURRENCIES
from .deliveries import Deliveries
from .faults import Fault
from .operations import OPERATIONS
from .postbacks import Message, message
from .records import Delivery, Event
from .service import Service
from .state import State, exact
from .targets import Function, Kind, Target, target_for

_NOT_TO_BE_SET = {"connection", "content-length", "transfer-encoding"}
"""Headers that belong to the server."""


class Project:
    """See `cryptocloud_sandbox.Sandbox`."""

    def __init__(
        self,
        *,
        seed: int | None = 0,
        test_mode: bool = True,
        postback_url: str | None = None,
        postback_format: Kind = "json",
        limit_is_end: bool = False,
        data: str | os.PathLike[str] | None = None,
        host: str,
    ) -> None:
        self._kind = kind = _checked_kind(postback_format)
        target = None if postback_url is None else _checked_target(postback_url, "postback_url")
        changes = Changes()
        state = State(seed, test_mode=test_mode, limit_is_end=limit_is_end, data=data, changes=changes)
        self._service = Service(state, Deliveries(state, target, kind), changes, host)
        self._is_stopped = False
        self.api_key = state.api_key
        """The project's API key, for the header ``Authorization: Token <api_key>``."""
        self.withdrawal_key = state.withdrawal_key
        """The key for withdrawals, and for nothing else."""
        self.secret_key = state.secret_key
        """The project's secret key, which signs postbacks."""
        self.shop_id = state.shop_id
        """The project's shop id, 16 letters."""

    # Invoices

    def add_invoice(
        self,
        status: str = "created",
        *,
        amount: Decimal | int | str = "100.0",
        currency: str = "USD",
        order_id: str | None = None,
        age: timedelta = timedelta(0),
        lifetime: timedelta = timedelta(days=1),
    ) -> str:
        """Make an invoice in the given status and return its id, ``INV-XXXXXXXX``.

        ``status`` is ``created``, ``paid``, ``overpaid``, ``partial`` or ``canceled``. It was made ``age``
        ago, and can be paid until it is as old as its ``lifetime``: for an old one that is still ``created``
        say both. No postback is sent, and no balance changes. ``ValueError`` for what the service does not
        know. ``RuntimeError`` after `stop`.
        """
        self._require_open()
        if currency not in CURRENCIES:
            raise ValueError(f"unknown currency {currency!r}: one of {', '.join(CURRENCIES)} is expected")
        if order_id is not None and not isinstance(order_id, str):
            raise TypeError(f"order_id is a str, not {type(order_id).__name__}")
        for name, value in (("age", age), ("lifetime", lifetime)):
            if not isinstance(value, timedelta):
                raise TypeError(f"{name} is a timedelta, not {type(value).__name__}")
            if value < timedelta(0):
                raise ValueError(f"{name} is negative: {value}")
        return self._service.state.create_invoice(
            exact(amount),
            currency,
            cause="add_invoice",
            order_id=order_id,
            status=status,
            age=age,
            lifetime=lifetime,
        ).uuid

    def status(self, uuid: str) -> str:
        """The status of an invoice, by its id with or without ``INV-``. ``KeyError`` if there is none."""
        return self._service.state.invoice(_checked_id(uuid)).status

    def history(self, uuid: str) -> list[Event]:
        """What happened to an invoice, oldest first: `Event` has ``at``, ``status`` and ``cause``.

        ``KeyError`` if there is no such invoice.
        """
        return self._service.state.history(_checked_id(uuid))

    def pay(self, uuid: str) -> Delivery | None:
        """Pay what is missing: ``created`` or ``partial`` becomes ``paid``.

        Returns when the merchant has the postback: what came of it, or None if nothing was sent because
        postbacks have no target. If it is not accepted, an invoice in test mode is ``created`` again.

        A payment to a ``canceled`` invoice, or to a ``partial`` one after its time, comes too late: None,
        and nothing changes. ``ValueError`` if the invoice is paid already, ``KeyError`` if there is none,
        ``RuntimeError`` after `stop`.
        """
        return self._pay(uuid, "paid")

    def overpay(self, uuid: str) -> Delivery | None:
        """Pay more than is missing: ``created`` or ``partial`` becomes ``overpaid``. See `pay`."""
        return self._pay(uuid, "overpaid")

    def pay_part(self, uuid: str) -> None:
        """Pay half: ``created`` becomes ``partial``. No postback is sent. Errors as in `pay`."""
        self._pay(uuid, "partial")

    def expire(self, uuid: str) -> None:
        """Let the time of an invoice run out: ``created`` becomes ``canceled``, ``partial`` stays.

        ``ValueError`` in another status, ``KeyError`` if there is none, ``RuntimeError`` after `stop`.
        """
        self._require_open()
        self._service.state.expire(_checked_id(uuid))

    def resend_postback(self, uuid: str) -> Delivery | None:
        """Send the postback of a paid or overpaid invoice again, with a new token.

        What came of it, or None without a target. The invoice stays as it is. Errors as in `pay`.
        """
        self._require_open()
        return self._service.deliveries.resend(_checked_id(uuid))

    def _pay(self, uuid: str, status: str) -> Delivery | None:
        self._require_open()
        return self._service.deliveries.pay(_checked_id(uuid), status)

    # Wallets and balances

    def deposit(self, coin: str, amount: Decimal | int | str) -> None:
        """Add coins to a balance; ``coin`` is a full code, ``USDT_TRC20``. ``ValueError`` for any other."""
        self._require_open()
        if coin not in COINS:
            raise ValueError(f"unknown coin {coin!r}: one of {', '.join(COINS)} is expected")
        self._service.state.deposit(coin, exact(amount))

    def deposit_to(self, wallet_uuid: str, amount: Decimal | int | str) -> Delivery | None:
        """Let a customer send ``amount`` coins to a static wallet, by the wallet's id of 32 characters.

        Each deposit is announced in a postback with ``order_id`` = the wallet's ``identify``, and with an
        ``invoice_id`` of its own, which `status`, `history` and `resend_postback` know, and the API does not.
        What came of it, or None without a target. The balance gets the deposit, less the service's fee,
        unless in test mode.

        ``KeyError`` if there is no such wallet, ``ValueError`` if it is switched off, and for what is no
        amount.
        """
        self._require_open()
        return self._service.deliveries.deposit(_checked_id(wallet_uuid, "wallet"), exact(amount))

    # Postbacks, and what was seen

    def postback(
        self,
        uuid: str,
        *,
        kind: Kind | None = None,
        forged: bool = False,
        expired: bool = False,
        **fields: object,
    ) -> Message:
        """The postback that would announce an invoice as it is now, to be posted by hand: nothing is sent.

        It is ``"json"`` or ``"form"``, by default as this sandbox sends its own. With ``forged`` it is signed
        with another key, with ``expired`` its token was valid until an hour ago. ``fields`` replace its own,
        ``status``, ``order_id`` and so on, and None is null. A `Message` has ``body``, ``content_type`` and
        ``headers``.

        ``KeyError`` if there is no such invoice, ``ValueError`` for another kind, ``TypeError`` for a field
        that is not JSON, or a float.
        """
        state = self._service.state
        return message(
            state.invoice(_checked_id(uuid)),
            self._kind if kind is None else _checked_kind(kind),
            state.secret_key[::-1] if forged else state.secret_key,
            expires_in=-3600 if expired else 300,
            **fields,
        )

    def send_postbacks_to(self, target: str | Function | None, kind: Kind | None = None) -> None:
        """Announce payments to ``target`` from now on, as ``"json"`` or ``"form"``; see ``postback_format``.

        ``target`` is an ``http://`` URL of this machine; or a function of this process that takes the body
        (bytes) and the content type, and returns the HTTP status or what has it as ``status_code``, as the
        answers of test clients do; or None for nobody. The function is called in the thread that pays. If it
        raises an exception, the postback is not accepted.

        ``ValueError`` for another URL or kind, ``TypeError`` for another object, an async function included.
        """
        self._require_open()
        checked = None if target is None else _checked_target(target, "the target")
        self._service.deliveries.send_to(checked, self._kind if kind is None else _checked_kind(kind))

    @property
    def deliveries(self) -> list[Delivery]:
        """All postbacks that were sent, oldest first; of more than 10,000 the newest."""
        return self._service.state.deliveries.after(0)

    def calls(self, operation: str | None = None) -> list[Call]:
        """All requests to the API, oldest first, or those of one operation; of more than 10,000 the newest.

        Those without an operation, which went to a wrong address, are among them all. Keys are not kept.
        ``ValueError`` for an unknown operation.
        """
        if operation is not None:
            _check_operation(operation)
        return self._service.calls.of(operation)

    # The course of things

    def advance(self, seconds: float) -> None:
        """Put the clock forward: invoices expire, and the pause between withdrawals passes.

        The tokens of postbacks go by the real time. ``ValueError`` if ``seconds`` is negative, or leads
        beyond the calendar.
        """
        self._require_open()
        if not isinstance(seconds, int | float):
            raise TypeError(f"the clock goes forward by a number of seconds, not {type(seconds).__name__}")
        self._service.state.advance(seconds)

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
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> None:
        """Let the next answer of an operation go wrong; several calls, several answers, in this order.

        ``operation`` is an operationId of the spec, ``"cancelInvoice"``. One or several of:

        * ``status``: a proxy's HTML page with this status in place of the answer;
        * ``body``: this text in place of the answer, with status 200 unless told otherwise;
        * ``delay``: so many seconds pass before the answer;
        * ``cut``: the connection is closed in the middle of the answer's body;
        * ``drip``: so many seconds pass after each byte of the body;
        * ``reset``: the connection is reset, and there is no answer.

        ``headers`` are added to the answer, or take the place of its own: ``{"Retry-After": "5"}``. ``times``
        is for how many answers it holds.

        With ``after`` the operation is carried out first. Without, it is **not**: what is cut or drips is
        then a proxy's page (502). A mere ``delay`` is no loss, so when it is over the operation is carried
        out, unless the client has left meanwhile.

        ``ValueError`` for an unknown operation, without a fault, or for what cannot be sent.
        """
        self._require_open()
        _check_operation(operation)
        if status is not None and not 200 <= status <= 599:
            raise ValueError(f"status {status} is not between 200 and 599")
        if not 0 <= delay < math.inf or not 0 <= drip < math.inf:
            raise ValueError("delay and drip are seconds")
        if status is None and body is None and not (delay or cut or drip or reset):
            raise ValueError("what is to go wrong? One of status, body, delay, cut, drip, reset is expected")
        if type(times) is not int or times < 1:
            raise ValueError(f"times is {times!r}: a whole number from 1 is expected")
        for name, value in (headers or {}).items():
            _check_header(name, value)
        content = body.encode() if isinstance(body, str) else body
        fault = Fault(status, delay, cut, drip, reset, after, dict(headers or {}), content)
        self._service.faults.add(operation, fault, times)

    def limit_rate(self, operation: str, per_second: float | None, retry_after: float = 1) -> None:
        """Allow so many calls of an operation per second; the rest is answered with 429, and not carried out.

        The first call too many closes the operation for ``retry_after`` seconds, as the answer's header
        ``Retry-After`` says. 0.5 is for a call in two seconds, None takes the limit away. It goes by the real
        time. ``ValueError`` for an unknown operation, and for what is no rate or no time.
        """
        self._require_open()
        _check_operation(operation)
        if per_second is not None and not 0.001 <= per_second <= 1_000_000:
            raise ValueError(f"per_second is {per_second!r}: 0.001 to 1,000,000 calls, or None, are expected")
        if not 0 <= retry_after <= 86_400:
            raise ValueError(f"retry_after is {retry_after!r}: 0 to 86,400 seconds are expected")
        self._service.rates.limit(operation, per_second, retry_after)

    def reset(self) -> None:
        """Forget everything, in the file, too: as it was when it was made, with the same keys and address.

        Faults and limits that were ordered are gone, the clock goes by the machine's again, postbacks go
        where they went first, and a seeded sandbox gives the same ids again.
        """
        self._require_open()
        self._service.faults.reset()
        self._service.rates.reset()
        self._service.deliveries.reset()
        self._service.calls.reset()
        self._service.state.reset()

    def _require_open(self) -> None:
        if self._is_stopped:
            raise RuntimeError("The sandbox is stopped: make a new one.")


def _checked_id(uuid: str, of: str = "invoice") -> str:
    if not isinstance(uuid, str):
        raise TypeError(f"the {of}'s id is expected, a str as in {of}.uuid, not {type(uuid).__name__}")
    return uuid


def _checked_kind(kind: Kind) -> Kind:
    if kind not in {"json", "form"}:
        raise ValueError(f"postback_format {kind!r} is neither 'json' nor 'form'")
    return kind


def _checked_target(target: str | Function, name: str) -> Target:
    try:
        return target_for(target)
    except ValueError as exc:
        raise ValueError(f"{name} {exc}") from None


def _check_operation(operation: str) -> None:
    known = [each.id for each in OPERATIONS.values()]
    if operation not in known:
        raise ValueError(f"unknown operation {operation!r}: one of {', '.join(known)} is expected")


def _check_header(name: str, value: str) -> None:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or name.lower() in _NOT_TO_BE_SET:
        raise ValueError(f"{name!r} is no header that can be set")
    if not re.fullmatch(r"[!-~]([ -~]*[!-~])?", value):
        raise ValueError(f"{value!r} is no value of a header")

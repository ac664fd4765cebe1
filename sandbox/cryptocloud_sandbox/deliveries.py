"""Payments as a merchant sees them: what is paid is announced, and whether that succeeds decides."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Lock

from .postbacks import message
from .records import Delivery, Invoice
from .state import State, WrongStatusError
from .targets import Answer, Connections, Kind, Target

_log = logging.getLogger("cryptocloud_sandbox")


class Deliveries:
    """Sends the postbacks of a project, and keeps what came of each in its `State`.

    Every method may be called from any thread.
    """

    def __init__(self, state: State, target: Target | None, kind: Kind) -> None:
        self._state = state
        self._destination = self._first_destination = (target, kind)
        self._lock = Lock()
        self._begun = Counter(delivery.uuid for delivery in state.deliveries.after(0))
        self._on_their_way: Counter[str] = Counter()
        self._connections = Connections()

    def send_to(self, target: Target | None, kind: Kind) -> None:
        """From now on. None is for nowhere."""
        self._destination = (target, kind)

    @property
    def destination(self) -> tuple[Target | None, Kind]:
        return self._destination

    def pay(self, uuid: str, status: str) -> Delivery | None:
        """Move an invoice as `State.pay` does, and announce it if that made it paid."""
        return self._deliver(self._state.pay(uuid, status), take_back=True)

    def deposit(self, wallet: str, amount: Decimal) -> Delivery | None:
        """A deposit to a static wallet as `State.deposit_to` does, announced."""
        return self._deliver(self._state.deposit_to(wallet, amount), take_back=False)

    def resend(self, uuid: str) -> Delivery | None:
        """Announce it once more, with a new token. ``ValueError`` if it is not paid."""
        invoice = self._state.invoice(uuid)
        if not invoice.is_paid:
            raise WrongStatusError(invoice, "there is nothing to announce")
        return self._deliver(invoice, take_back=False)

    def is_on_its_way(self, uuid: str) -> bool:
        """Whether a postback of this invoice was sent whose answer is awaited."""
        return self._on_their_way[uuid] > 0

    def reset(self) -> None:
        """As in the beginning."""
        with self._lock:
            self._begun.clear()
        self._destination = self._first_destination

    def close(self) -> None:
        """Wait no longer for merchants that still think."""
        self._connections.close()

    @contextmanager
    def _on_its_way(self, uuid: str) -> Iterator[None]:
        with self._lock:
            self._on_their_way[uuid] += 1
        self._state.tell(uuid)
        try:
            yield
        finally:
            with self._lock:
                self._on_their_way[uuid] -= 1

    def _deliver(self, invoice: Invoice, *, take_back: bool) -> Delivery | None:
        target, kind = self._destination
        if target is None or not invoice.is_paid:
            return None
        with self._lock:
            self._begun[invoice.uuid] += 1
            attempt = self._begun[invoice.uuid]
        log = self._state.deliveries
        sent = message(invoice, kind, self._state.secret_key)
        at, begun = self._state.now(), time.monotonic()
        answer = Answer(error="interrupted")
        try:
            with self._on_its_way(invoice.uuid):
                answer = target.send(sent.body, sent.content_type, self._connections)
        finally:
            # Also when a test ends inside the target: an exception then goes on its way.
            seconds = time.monotonic() - begun
            accepted = answer.status == 200 and answer.error is None
            if take_back and not accepted and invoice.test_mode:
                self._state.take_back(invoice)
            delivery = self._state.keep_delivery(
                log,
                Delivery(
                    number=0,
                    uuid=invoice.uuid,
                    url=target.name,
                    attempt=attempt,
                    at=at,
                    seconds=seconds,
                    status=answer.status,
                    error=answer.error,
                    invoice_status=invoice.status,
                    content_type=sent.content_type,
                    body=sent.body,
                    response_body=answer.body,
                ),
            )
        level = logging.INFO if delivery.accepted else logging.WARNING
        _log.log(level, "%s", describe(delivery))
        return delivery


def describe(delivery: Delivery) -> str:
    """One line about a delivery."""
    again = f", attempt {delivery.attempt}" if delivery.attempt > 1 else ""
    outcome = f"{delivery.url} answered {delivery.status}" if delivery.error is None else delivery.error
    verdict = "accepted" if delivery.accepted else "not accepted"
    return (
        f"postback of {delivery.uuid}{again} {verdict}: {outcome}; the invoice is {delivery.invoice_status}"
    )

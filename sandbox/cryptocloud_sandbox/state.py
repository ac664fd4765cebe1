"""What CryptoCloud knows about one project: keys, invoices, wallets, balances. No HTTP here."""

import heapq
import re
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from os import PathLike
from random import Random
from threading import Lock

import jwt

from . import examples
from .changes import Changes
from .coins import COINS, Coin
from .logs import Log
from .records import STATUSES, Balance, Delivery, Event, Invoice, Record, Wallet
from .storage import File

_END = datetime(9000, 1, 1, tzinfo=UTC)
"""Until here the clock can be put forward. Lifetimes reach beyond."""

PAUSE = timedelta(seconds=12)
"""Between two withdrawals. [doc]"""

_MOST = 10**12

_CAPITALS = string.ascii_uppercase + string.digits

_MOVES = {
    ("created", "paid"),
    ("created", "overpaid"),
    ("created", "partial"),
    ("partial", "paid"),
    ("partial", "overpaid"),
}
"""What payments do to invoices. [doc]"""

_CAUSES = {"paid": "pay", "overpaid": "overpay", "partial": "pay_part"}


class RefusedError(Exception):
    """The service understood and says no: ``errors`` is its map from codes or fields to texts."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


class WrongStatusError(ValueError):
    """An invoice is not in the status for it."""

    def __init__(self, invoice: Invoice, text: str) -> None:
        super().__init__(f"{invoice.uuid} is {invoice.status}: {text}")


def exact(value: object) -> Decimal:
    """An amount of money as it was written. ``ValueError`` if it is none, or not one of an invoice."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", value):
        raise ValueError(f"{value!r} is not an amount")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(f"{value!r} is not an amount: a Decimal, an int or a str is expected")
    amount = Decimal(value)
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or not 0 < amount <= _MOST or not isinstance(exponent, int) or exponent < -18:
        raise ValueError(f"{value} is not between 1e-18 and {_MOST} with at most 18 decimals")
    return amount


class State:
    """One project. Every method may be called from any thread.

    The same ``seed`` gives the same keys, and the same ids in the same order; None gives the keys of 0, and
    other ids each time. ``data`` names a file to keep everything in. `changes` hears of every change.
    """

    def __init__(
        self,
        seed: int | None,
        *,
        test_mode: bool,
        limit_is_end: bool,
        data: str | PathLike[str] | None,
        changes: Changes,
    ) -> None:
        self.limit_is_end = limit_is_end
        """Whether the list of invoices reads ``limit`` as the number of the last record."""
        self.pay_page = ""
        """What comes before an invoice's id in its link. The server knows."""
        self._lock = Lock()
        self._seed = seed
        self._test_mode = test_mode
        self._changes = changes
        self._wall = datetime.min.replace(tzinfo=UTC)
        self._numbers = {Event: 0, Delivery: 0}
        keys = Random(seed or 0)
        self.shop_id = "".join(keys.choices(string.ascii_letters, k=16))
        if self.knows_examples:
            self.shop_id = examples.SHOP_ID
        self.api_key, self.withdrawal_key = (
            # Unsorted, the members begin as those of the documented keys do: eyJ0eXAiOiJK...
            jwt.encode({name: self.shop_id}, keys.randbytes(32), "HS256", sort_headers=False)
            for name in ("shop_id", "withdrawal_shop_id")
        )
        self.secret_key = "".join(keys.choices(string.ascii_letters + string.digits, k=64))
        self._file = None if data is None else File(data)
        self._begin(self._file.read() if self._file is not None else [])

    @property
    def knows_examples(self) -> bool:
        """Whether what the spec's examples of requests speak of is there."""
        return not self._seed

    def _begin(self, records: Sequence[Record]) -> None:
        self._ahead = timedelta(0)
        self._last_withdrawal: datetime | None = None
        self._invoices: dict[str, Invoice] = {}
        self._histories: defaultdict[str, list[Event]] = defaultdict(list)
        self._wallets: dict[str, Wallet] = {}
        self._balances: dict[str, Balance] = {}
        self._expiries: list[tuple[datetime, str]] = []
        self.deliveries: Log[Delivery] = Log()
        """What was sent to the merchant."""
        for record in [*(examples.records() if self.knows_examples else ()), *records]:
            self._remember(record)
        # A file that is opened again goes on with other ids than it began with, and at no earlier time.
        made = [sum(isinstance(record, kind) for record in records) for kind in (Invoice, Wallet)]
        ids = None if self._seed is None else f"{self._seed} {made[0]} {made[1]}"
        self._random = Random(ids)
        times = [record.created for record in records if isinstance(record, Invoice | Wallet)]
        times += [record.at for record in records if isinstance(record, Event | Delivery)]
        now = self._now()
        self._ahead += max([now, *times]) - now

    def reset(self) -> None:
        """Forget everything but the keys: as in the beginning, and in an empty file."""
        with self._lock:
            if self._file is not None:
                self._file.clear()
            self._begin([])
        self._changes.tell(None)

    def close(self) -> None:
        """Let go of the file. What is in memory can still be looked at."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    # Time

    def now(self) -> datetime:
        """In UTC. It runs as the machine's clock does, except that it is never put back."""
        with self._lock:
            return self._now()

    def advance(self, seconds: float) -> None:
        """Let time pass. Invoices expire on the way. ``ValueError`` if it is negative, or too much."""
        try:
            if not seconds >= 0:
                raise ValueError(f"time does not pass by {seconds} seconds")
            with self._lock:
                if self._now() + timedelta(seconds=seconds) > _END:
                    raise OverflowError
                self._ahead += timedelta(seconds=seconds)
        except OverflowError:
            raise ValueError(f"{seconds} seconds lead beyond {_END:%Y}, where the calendar ends") from None
        self.settle()

    def settle(self) -> None:
        """Let everything expire that is due."""
        with self._at_work():
            pass

    def _now(self) -> datetime:
        wall = datetime.now(UTC)
        if wall < self._wall:
            self._ahead += self._wall - wall
        self._wall = wall
        return wall + self._ahead

    # Invoices

    def create_invoice(
        self,
        price: Decimal,
        currency: str,
        *,
        cause: str,
        order_id: str | None = None,
        email: str | None = None,
        age: timedelta = timedelta(0),
        lifetime: timedelta = timedelta(days=1),
        choices: Sequence[str] = (),
        coin_code: str | None = None,
        status: str = "created",
    ) -> Invoice:
        """A new invoice. Any status but ``created`` is reached without change of a balance.

        ``ValueError`` for an unknown status, and for ``created`` when its time is over.
        """
        if status not in STATUSES:
            raise ValueError(f"unknown status {status!r}: one of {', '.join(STATUSES)} is expected")
        if status == "created" and age >= lifetime:
            raise ValueError(f"no invoice is created at the age of {age}: its lifetime is {lifetime}")
        with self._at_work() as now:
            try:
                created = now - age
                expires = created + lifetime
            except OverflowError:
                raise ValueError(f"an age of {age} or a lifetime of {lifetime} leaves the calendar") from None
            invoice = Invoice(
                key=self._new_key(),
                created=created,
                expires=expires,
                price=price,
                currency=currency,
                order_id=order_id,
                email=email,
                choices=tuple(choices),
                test_mode=self._test_mode,
            )
            if coin_code is not None:
                invoice = invoice.with_coin(coin_code)
            if status == "canceled":
                invoice = replace(invoice, status=status, finished=min(now, expires))
            elif status != "created":
                invoice = invoice.with_payment(status, created, self._transaction())
            self._keep(invoice, self._event(invoice, created, cause))
        return invoice

    def invoice(self, uuid: str) -> Invoice:
        """An invoice by its id with or without ``INV-``. ``KeyError`` if there is none."""
        with self._at_work():
            return self._find(uuid)

    def invoices_by_id(self, uuids: Sequence[str]) -> list[Invoice]:
        """Those that there are, in the order of the ids and each once. Deposits to wallets are none."""
        with self._at_work():
            keys = dict.fromkeys(uuid.removeprefix("INV-") for uuid in uuids)
            found = [self._invoices[key] for key in keys if key in self._invoices]
        return [invoice for invoice in found if not invoice.wallet]

    def invoices(
        self, start: date = date.min, end: date = date.max, *, with_deposits: bool = False
    ) -> list[Invoice]:
        """Those made on the days from ``start`` to ``end``, in UTC and both included, newest first."""
        with self._at_work():
            found = [
                invoice
                for invoice in self._invoices.values()
                if (invoice.is_listed or (with_deposits and invoice.wallet))
                and start <= invoice.created.date() <= end
            ]
        found.reverse()
        # Some were made with an age.
        found.sort(key=lambda invoice: invoice.created, reverse=True)
        return found

    def history(self, uuid: str) -> list[Event]:
        """What happened to an invoice, oldest first. ``KeyError`` if there is none."""
        with self._at_work():
            return list(self._histories[self._find(uuid).uuid])

    def cancel(self, uuid: str) -> None:
        """Move an invoice from ``created`` to ``canceled``; anything else is `RefusedError`.

        Both forms of the id are accepted. Source: the page on cancelling an invoice, its error
        tabs of 2023-2024 included; that an unknown id is refused alike is our decision.
        """
        with self._at_work() as now:
            invoice = self._invoices.get(uuid.removeprefix("INV-"))
            if invoice is None or invoice.status != "created":
                raise RefusedError({"validate_error": "Invoice is not created"})
            invoice = replace(invoice, status="canceled", finished=now)
            self._keep(invoice, self._event(invoice, now, "cancelInvoice"))

    def expire(self, uuid: str) -> None:
        """Let its time run out now: ``created`` becomes ``canceled``, ``partial`` stays.

        `WrongStatusError` in another status.
        """
        with self._at_work() as now:
            invoice = self._find(uuid)
            if invoice.status == "created":
                expired = replace(invoice, status="canceled", expires=now, finished=now)
            elif invoice.status == "partial" and now < invoice.expires:
                expired = replace(invoice, expires=now)
            else:
                raise WrongStatusError(invoice, "only a created or a partial invoice expires")
            self._keep(expired, self._event(expired, now, "expire"))

    def pay(self, uuid: str, status: str) -> Invoice:
        """The invoice after a payment that brings it to ``paid``, ``overpaid`` or ``partial``.

        ``created`` becomes any of them, ``partial`` becomes ``paid`` or ``overpaid``; after its end an
        invoice stays as it is; `WrongStatusError` otherwise. The balance gets what is received, unless in
        test mode.
        """
        if status not in _CAUSES:
            raise ValueError(f"no payment leads to {status!r}: one of {', '.join(_CAUSES)} is expected")
        with self._at_work() as now:
            before = self._find(uuid)
            if before.status == "canceled" or (before.status == "partial" and before.expires <= now):
                self._keep(self._event(before, now, f"{_CAUSES[status]}, too late"))
                return before
            if (before.status, status) not in _MOVES:
                raise WrongStatusError(before, f"it cannot become {status}")
            invoice = before.with_payment(status, now, self._transaction())
            event = self._event(invoice, now, _CAUSES[status])
            if invoice.is_paid and not invoice.test_mode:
                self._keep(invoice, event, self._changed_balance(invoice.coin.code, invoice.received))
            else:
                self._keep(invoice, event)
        return invoice

    def take_back(self, invoice: Invoice) -> None:
        """Undo a payment in test mode: the merchant did not accept its notification. [doc]

        Does nothing if the invoice has changed since.
        """
        with self._at_work() as now:
            if self._invoices.get(invoice.key) is invoice:
                unpaid = replace(
                    invoice, status="created", paid=Decimal("0.0"), transactions=(), finished=None
                )
                self._keep(unpaid, self._event(unpaid, now, "postback not accepted"))

    def _find(self, uuid: str) -> Invoice:
        try:
            return self._invoices[uuid.removeprefix("INV-")]
        except KeyError:
            raise KeyError(f"there is no invoice {uuid}") from None

    def _transaction(self) -> str:
        return self._text("0123456789abcdef", 64)

    # Deliveries

    def tell(self, uuid: str) -> None:
        """Let those who listen look at an invoice again."""
        self._changes.tell(uuid)

    def keep_delivery(self, log: Log[Delivery], delivery: Delivery) -> Delivery:
        """Take a delivery into the log of that time, unless it was forgotten meanwhile; with its number."""
        with self._at_work():
            invoice = self._invoices.get(delivery.uuid.removeprefix("INV-"))
            status = delivery.invoice_status if invoice is None else invoice.status
            numbered = replace(delivery, number=self._next(Delivery), invoice_status=status)
            if log is self.deliveries:
                self._keep(numbered)
        return numbered

    # Wallets

    def create_wallet(self, coin: str, identify: str) -> Wallet:
        """The wallet of one customer for one coin, made when it is asked for first."""
        with self._at_work() as now:
            for wallet in self._wallets.values():
                if (wallet.coin_code, wallet.identify) == (coin, identify):
                    return wallet
            key = self._text(_CAPITALS, 32)
            wallet = Wallet(key, coin, identify, COINS[coin].network.address(key), now)
            self._keep(wallet)
        return wallet

    def wallets(self) -> list[Wallet]:
        """All of them, newest first."""
        with self._at_work():
            return list(reversed(self._wallets.values()))

    def switch_wallet(self, uuid: str, *, active: bool) -> Wallet:
        """Switch a wallet on or off. `RefusedError` if there is none."""
        with self._at_work():
            if uuid not in self._wallets:
                raise RefusedError({"validation_error": "Wallet not found"})
            wallet = replace(self._wallets[uuid], active=active)
            self._keep(wallet)
        return wallet

    def deposit_to(self, key: str, amount: Decimal) -> Invoice:
        """A deposit to a static wallet, as the paid invoice that its notification tells of.

        The balance gets it, less the service's fee, unless in test mode. ``KeyError`` if there is no such
        wallet, ``ValueError`` if it is switched off.
        """
        with self._at_work() as now:
            if key not in self._wallets:
                raise KeyError(f"there is no static wallet {key}")
            wallet = self._wallets[key]
            if not wallet.active:
                raise ValueError(f"the static wallet {key} is switched off")
            deposit = Invoice(
                key=self._new_key(),
                created=now,
                expires=now,
                price=COINS[wallet.coin_code].to_usd(amount),
                currency="USD",
                order_id=wallet.identify,
                email=None,
                choices=(),
                test_mode=self._test_mode,
                coin_code=wallet.coin_code,
                address=wallet.address,
                status="paid",
                paid=amount,
                transactions=(self._transaction(),),
                finished=now,
                wallet=key,
                is_listed=False,
            )
            event = self._event(deposit, now, "deposit_to")
            if deposit.test_mode:
                self._keep(deposit, event)
            else:
                self._keep(deposit, event, self._changed_balance(deposit.coin.code, deposit.received))
        return deposit

    # Balances

    def deposit(self, coin: str, amount: Decimal) -> None:
        """Add to a balance."""
        with self._at_work():
            self._keep(self._changed_balance(coin, amount))

    def balances(self) -> list[tuple[Coin, Decimal]]:
        """Every coin, and how much of it there is."""
        with self._at_work():
            return [
                (coin, self._changed_balance(code, Decimal("0.0")).amount) for code, coin in COINS.items()
            ]

    def withdraw(self, coin: str, address: str, amount: Decimal) -> tuple[str, datetime]:
        """Take from a balance; the withdrawal's id and time. `RefusedError` if there is too little."""
        with self._at_work() as now:
            balance = self._changed_balance(coin, -amount)
            if balance.amount >= 0:
                self._keep(balance)
            elif not self.knows_examples or (coin, address, amount) != examples.WITHDRAWAL:
                raise RefusedError({"validate_error": "Insufficient balance"})
            self._last_withdrawal = now
            return "INV-" + self._new_key(), now

    def check_pause(self) -> None:
        """`RefusedError` if the last withdrawal was less than 12 seconds ago."""
        with self._at_work() as now:
            if self._last_withdrawal is not None and now - self._last_withdrawal < PAUSE:
                raise RefusedError({"rate_limit": "Too many requests"})

    def _changed_balance(self, coin: str, change: Decimal) -> Balance:
        balance = self._balances.get(coin, Balance(coin, Decimal("0.0")))
        return replace(balance, amount=balance.amount + change)

    # Records

    @contextmanager
    def _at_work(self) -> Iterator[datetime]:
        """Alone, at one time, with everything expired that is due by then."""
        with self._lock:
            now = self._now()
            while self._expiries and self._expiries[0][0] <= now:
                invoice = self._invoices[self._expiries[0][1]]
                if invoice.status == "created":
                    expired = replace(invoice, status="canceled", finished=invoice.expires)
                    self._keep(expired, self._event(expired, invoice.expires, "its time is over"))
                heapq.heappop(self._expiries)
            yield now

    def _keep(self, *records: Record) -> None:
        # The file first: if it fails, nothing has happened.
        if self._file is not None:
            self._file.write(*records)
        for record in records:
            self._remember(record)
        for record in records:
            if isinstance(record, Event | Delivery):
                self._changes.tell(record.uuid)

    def _remember(self, record: Record) -> None:
        match record:
            case Invoice():
                if record.status == "created":
                    heapq.heappush(self._expiries, (record.expires, record.key))
                self._invoices[record.key] = record
            case Wallet():
                self._wallets[record.key] = record
            case Balance():
                self._balances[record.key] = record
            case Event():
                self._histories[record.uuid].append(record)
                self._numbers[Event] = max(self._numbers[Event], record.number)
            case Delivery():
                self._numbers[Delivery] = max(self._numbers[Delivery], record.number)
                dropped = self.deliveries.append(record)
                if self._file is not None and dropped:
                    self._file.forget(*dropped)

    def _event(self, invoice: Invoice, at: datetime, cause: str) -> Event:
        return Event(self._next(Event), invoice.uuid, at, invoice.status, cause)

    def _next(self, kind: type[Event | Delivery]) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def _new_key(self) -> str:
        while (key := self._text(_CAPITALS, 8)) in self._invoices:
            pass
        return key

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))

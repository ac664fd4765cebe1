"""What CryptoCloud knows about one project: keys, invoices, wallets, balances. No HTTP here."""

import heapq
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from os import PathLike
from random import Random
from threading import Lock

import jwt

from .coins import COINS, DEFAULT_COIN, Coin
from .records import STATUSES, Balance, Invoice, Record, Wallet
from .storage import File

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

_PAYMENTS = {"paid": Decimal(1), "overpaid": Decimal("1.1"), "partial": Decimal("0.5")}
"""What a buyer sends, as a share of what is missing, to bring an invoice into a status."""


class RefusedError(Exception):
    """The service understood and says no: ``errors`` is its map from codes or fields to texts."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


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

    The same ``seed`` gives the same keys, and the same ids in the same order. ``data`` names a file to keep
    it in.
    """

    def __init__(
        self, seed: int, *, test_mode: bool, limit_is_end: bool, data: str | PathLike[str] | None
    ) -> None:
        self.limit_is_end = limit_is_end
        """Whether the list of invoices reads ``limit`` as the number of the last record."""
        self.pay_page = ""
        """What comes before an invoice's id in its link. The server knows."""
        self._lock = Lock()
        self._test_mode = test_mode
        self._ahead = timedelta(0)
        self._last_withdrawal: datetime | None = None
        self._invoices: dict[str, Invoice] = {}
        self._wallets: dict[str, Wallet] = {}
        self._balances: dict[str, Balance] = {}
        self._expiries: list[tuple[datetime, str]] = []
        keys = Random(seed)
        self.shop_id = "".join(keys.choices(string.ascii_letters, k=16))
        self.api_key, self.withdrawal_key = (
            # Unsorted, the members begin as those of the documented keys do: eyJ0eXAiOiJK...
            jwt.encode({name: self.shop_id}, keys.randbytes(32), "HS256", sort_headers=False)
            for name in ("shop_id", "withdrawal_shop_id")
        )
        self.secret_key = "".join(keys.choices(string.ascii_letters + string.digits, k=64))
        self._file = None if data is None else File(data)
        for record in self._file.read() if self._file is not None else ():
            self._remember(record)
        # A file that is opened again goes on with other ids than it began with.
        self._random = Random(f"{seed} {len(self._invoices)} {len(self._wallets)}")

    def close(self) -> None:
        """Let go of the file. What is in memory can still be looked at."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    # Time

    def advance(self, seconds: float) -> None:
        """Let time pass. Invoices expire on the way. ``ValueError`` if it is negative."""
        if not seconds >= 0:
            raise ValueError(f"time does not pass by {seconds} seconds")
        with self._lock:
            self._ahead += timedelta(seconds=seconds)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    # Invoices

    def create_invoice(
        self,
        price: Decimal,
        currency: str,
        *,
        order_id: str | None = None,
        email: str | None = None,
        lifetime: timedelta = timedelta(days=1),
        choices: Sequence[str] = (),
        coin_code: str | None = None,
        status: str = "created",
    ) -> Invoice:
        """A new invoice. Any status but ``created`` is reached without change of a balance.

        ``ValueError`` for an unknown status.
        """
        if status not in STATUSES:
            raise ValueError(f"unknown status {status!r}: one of {', '.join(STATUSES)} is expected")
        with self._at_work() as now:
            invoice = Invoice(
                key=self._new_key(),
                created=now,
                expires=now + lifetime,
                price=price,
                currency=currency,
                order_id=order_id,
                email=email,
                choices=tuple(choices),
                test_mode=self._test_mode,
            )
            if coin_code is not None:
                invoice = _choose(invoice, coin_code)
            if status == "canceled":
                invoice = replace(invoice, status=status, finished=now)
            elif status != "created":
                invoice = self._paid(invoice, status, now)
            self._keep(invoice)
        return invoice

    def invoice(self, uuid: str) -> Invoice:
        """An invoice by its id with or without ``INV-``. ``KeyError`` if there is none."""
        with self._at_work():
            try:
                return self._invoices[uuid.removeprefix("INV-")]
            except KeyError:
                raise KeyError(f"there is no invoice {uuid}") from None

    def invoices_by_id(self, uuids: Sequence[str]) -> list[Invoice]:
        """Those that there are, in the order of the ids and each once."""
        with self._at_work():
            keys = dict.fromkeys(uuid.removeprefix("INV-") for uuid in uuids)
            return [self._invoices[key] for key in keys if key in self._invoices]

    def invoices(self, start: date, end: date) -> list[Invoice]:
        """Those made on the days from ``start`` to ``end``, in UTC and both included, newest first."""
        with self._at_work():
            found = [invoice for invoice in self._invoices.values() if start <= invoice.created.date() <= end]
        found.reverse()
        return found

    def cancel(self, uuid: str) -> None:
        """Move an invoice from ``created`` to ``canceled``; anything else is `RefusedError`.

        Both forms of the id are accepted. Source: the page on cancelling an invoice, its error
        tabs of 2023-2024 included; that an unknown id is refused alike is our decision.
        """
        with self._at_work() as now:
            invoice = self._invoices.get(uuid.removeprefix("INV-"))
            if invoice is None or invoice.status != "created":
                raise RefusedError({"validate_error": "Invoice is not created"})
            self._keep(replace(invoice, status="canceled", finished=now))

    def expire(self, uuid: str) -> None:
        """As if its time had run out: ``created`` becomes ``canceled``. ``ValueError`` in another status."""
        with self._at_work() as now:
            invoice = self._invoices[uuid.removeprefix("INV-")]
            if invoice.status != "created":
                raise ValueError(f"{invoice.uuid} is {invoice.status}: only a created invoice expires")
            self._keep(replace(invoice, status="canceled", finished=now))

    def pay(self, uuid: str, status: str) -> Invoice:
        """A payment that brings an invoice to ``paid``, ``overpaid`` or ``partial``.

        ``created`` becomes any of them, ``partial`` becomes ``paid`` or ``overpaid``; ``ValueError``
        otherwise. The balance gets what is received, unless in test mode.
        """
        with self._at_work() as now:
            before = self._invoices[uuid.removeprefix("INV-")]
            if (before.status, status) not in _MOVES:
                raise ValueError(f"{before.uuid} is {before.status}: it cannot become {status}")
            invoice = self._paid(before, status, now)
            if invoice.is_paid and not invoice.test_mode:
                self._keep(invoice, self._changed_balance(invoice.coin.code, invoice.received))
            else:
                self._keep(invoice)
        return invoice

    def take_back(self, invoice: Invoice) -> None:
        """Undo a payment in test mode: the merchant did not accept its notification. [doc]"""
        with self._at_work():
            unpaid = replace(invoice, status="created", paid=Decimal("0.0"), transactions=(), finished=None)
            self._keep(unpaid)

    def _paid(self, invoice: Invoice, status: str, now: datetime) -> Invoice:
        if invoice.coin_code is None:
            invoice = _choose(invoice, next(iter(invoice.choices), DEFAULT_COIN))
        return replace(
            invoice,
            status=status,
            paid=invoice.paid + invoice.missing * _PAYMENTS[status],
            transactions=(*invoice.transactions, self._text("0123456789abcdef", 64)),
            finished=now if status != "partial" else None,
        )

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

    def withdraw(self, coin: str, amount: Decimal) -> tuple[str, datetime]:
        """Take from a balance; the withdrawal's id and time. `RefusedError` if there is too little."""
        with self._at_work() as now:
            balance = self._changed_balance(coin, -amount)
            if balance.amount < 0:
                raise RefusedError({"validate_error": "Insufficient balance"})
            self._keep(balance)
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
                    self._keep(replace(invoice, status="canceled", finished=invoice.expires))
                heapq.heappop(self._expiries)
            yield now

    def _keep(self, *records: Record) -> None:
        # The file first: if it fails, nothing has happened.
        if self._file is not None:
            self._file.write(*records)
        for record in records:
            self._remember(record)

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

    def _new_key(self) -> str:
        while (key := self._text(_CAPITALS, 8)) in self._invoices:
            pass
        return key

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))


def _choose(invoice: Invoice, code: str) -> Invoice:
    return replace(invoice, coin_code=code, address=COINS[code].network.address(invoice.key))

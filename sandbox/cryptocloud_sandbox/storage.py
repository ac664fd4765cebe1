"""What the sandbox remembers, and the SQLite file that it can be kept in."""

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from .coins import COINS, DEFAULT_COIN, Coin, fiat_to_usd, rounded

STATUSES = ("created", "paid", "overpaid", "partial", "canceled")
"""Every status of an invoice. Source: the documentation's status table."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """A change makes a new one (`dataclasses.replace`), so that it is there as a whole or not at all."""

    key: str
    """Its id without ``INV-``."""
    created: datetime
    expires: datetime
    price: Decimal
    """With the digits that were sent."""
    currency: str
    order_id: str | None
    email: str | None
    choices: tuple[str, ...]
    """The coins that the buyer can choose from; empty for all."""
    test_mode: bool
    coin_code: str | None = None
    address: str = ""
    status: str = "created"
    paid: Decimal = Decimal("0.0")
    """In coins."""
    transactions: tuple[str, ...] = ()
    finished: datetime | None = None

    @property
    def uuid(self) -> str:
        return "INV-" + self.key

    @property
    def is_paid(self) -> bool:
        return self.status in {"paid", "overpaid"}

    @property
    def coin(self) -> Coin:
        return COINS[self.coin_code or DEFAULT_COIN]

    @property
    def price_usd(self) -> Decimal:
        return fiat_to_usd(self.price, self.currency)

    # In coins, as everything below.

    @property
    def amount(self) -> Decimal:
        return self.coin.from_usd(self.price_usd)

    @property
    def fee(self) -> Decimal:
        """Of the transfer; the buyer pays it."""
        return self.coin.fee

    @property
    def service_fee(self) -> Decimal:
        """1.9 %, as in the documentation's sample; the merchant pays it."""
        return rounded(self.amount * Decimal("0.019"))

    @property
    def to_pay(self) -> Decimal:
        return self.amount + self.fee

    @property
    def missing(self) -> Decimal:
        return self.to_pay - self.paid if self.paid < self.to_pay else Decimal("0.0")

    @property
    def received(self) -> Decimal:
        """What the merchant gets of a payment."""
        return self.paid - self.fee - self.service_fee if self.is_paid else Decimal("0.0")


@dataclass(frozen=True, slots=True)
class Wallet:
    key: str
    coin_code: str
    identify: str
    address: str
    created: datetime
    active: bool = True


@dataclass(frozen=True, slots=True)
class Balance:
    key: str
    """The coin's full code."""
    amount: Decimal


Record = Invoice | Wallet | Balance

_KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in (Invoice, Wallet, Balance)}
_READERS: dict[object, Callable[[Any], object]] = {
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
    tuple[str, ...]: tuple,
}


class File:
    """Records in an SQLite file. What `write` was told of survives the end of the process, however it ends.

    ``OSError`` if the file cannot be used, or another sandbox has it; ``ValueError`` if it has no name.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not os.fspath(path):
            # SQLite takes it for a file that is deleted when it is closed.
            raise ValueError("the name of the file is empty")
        try:
            # Used under the lock of the state, by any thread. No waiting: a second sandbox is a mistake.
            self._connection = sqlite3.connect(path, timeout=0, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as exc:
            is_taken = exc.sqlite_errorname == "SQLITE_BUSY"
            raise OSError(f"cannot use {path}: {'another sandbox has it' if is_taken else exc}") from exc

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A process that is killed loses nothing that way; only a machine without power might.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        with self._connection:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS cryptocloud_sandbox"
                " (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))"
            )

    def read(self) -> list[Record]:
        """Everything, in the order in which it came to be."""
        rows = self._connection.execute("SELECT kind, body FROM cryptocloud_sandbox ORDER BY number")
        return [_read(_KINDS[kind], json.loads(body)) for kind, body in rows]

    def write(self, *records: Record) -> None:
        """Keep new records and new versions of old ones: all of them or, if it fails, none."""
        with self._connection:
            self._connection.executemany(
                "INSERT INTO cryptocloud_sandbox (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                [(type(record).__name__, record.key, _body(record)) for record in records],
            )

    def close(self) -> None:
        self._connection.close()


def _body(record: Record) -> str:
    return json.dumps({field.name: getattr(record, field.name) for field in fields(record)}, default=str)


def _read(kind: type[Record], values: dict[str, Any]) -> Record:
    for field in fields(kind):
        reader = _READERS.get(field.type)
        if reader is not None and values[field.name] is not None:
            values[field.name] = reader(values[field.name])
    return kind(**values)

"""What the sandbox remembers: invoices, wallets, balances. A change makes a new record."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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

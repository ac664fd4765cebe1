"""What the sandbox remembers: invoices and their history, wallets, balances, deliveries of postbacks."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from .coins import COINS, DEFAULT_COIN, Coin, fiat_to_usd, rounded

STATUSES = ("created", "paid", "overpaid", "partial", "canceled")
"""Every status of an invoice. Source: the documentation's status table."""


PAYMENTS = {"paid": Decimal(1), "overpaid": Decimal("1.1"), "partial": Decimal("0.5")}
"""What a buyer sends, as a share of what is missing, to bring an invoice into a status."""


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
    wallet: str = ""
    """The static wallet that it is a deposit to; empty for an invoice in the proper sense."""
    is_listed: bool = True
    """Whether lists and statistics count it."""

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
        return self.paid if self.wallet else self.coin.from_usd(self.price_usd)

    @property
    def fee(self) -> Decimal:
        """Of the transfer; the buyer pays it. A deposit is what is left after it."""
        return Decimal("0.0") if self.wallet else self.coin.fee

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

    # What a change makes of it.

    def with_coin(self, code: str) -> "Invoice":
        """The buyer has chosen: it has an address now."""
        return replace(self, coin_code=code, address=COINS[code].network.address(self.key))

    def with_payment(self, status: str, at: datetime, transaction: str) -> "Invoice":
        """A payment brought it to ``paid``, ``overpaid`` or ``partial``."""
        chosen = self
        if self.coin_code is None:
            chosen = self.with_coin(next(iter(self.choices), DEFAULT_COIN))
        return replace(
            chosen,
            status=status,
            paid=chosen.paid + chosen.missing * PAYMENTS[status],
            transactions=(*chosen.transactions, transaction),
            finished=at if status != "partial" else None,
        )


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


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of an invoice."""

    number: int
    uuid: str
    """The invoice's id, ``INV-XXXXXXXX``."""
    at: datetime
    """By the sandbox's clock, in UTC."""
    status: str
    """Of the invoice, from then on."""
    cause: str
    """The operation (``createInvoice``) or method (``pay``) that did it, or a few words."""

    @property
    def key(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Delivery:
    """One postback, on its way to the merchant once, and what came of it."""

    number: int
    """Of all deliveries, in the order in which they ended."""
    uuid: str
    """The invoice's id, ``INV-XXXXXXXX``."""
    url: str
    """The address that it was sent to, or the name of the function that was called."""
    attempt: int
    """1 for the first delivery of this invoice's postback, and so on."""
    at: datetime
    """When it was sent, by the sandbox's clock, in UTC."""
    seconds: float
    """How long the answer took."""
    status: int | None
    """The HTTP status of the merchant's answer; None if none came."""
    error: str | None
    """Why there is no whole answer; None if there is one, whatever it says."""
    invoice_status: str
    """The invoice's status after it."""
    content_type: str
    body: bytes
    """As it was sent. The token in it lives for five minutes."""
    response_body: bytes
    """Of the merchant's answer, the first 64 KiB."""

    @property
    def accepted(self) -> bool:
        """Whether the merchant has acknowledged it: a whole answer with status 200, in time."""
        return self.status == HTTPStatus.OK and self.error is None

    @property
    def key(self) -> str:
        return str(self.number)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.response_body)

    def __repr__(self) -> str:
        # What a failed `assert sandbox.pay(uuid).accepted` shows.
        outcome = f"status={self.status}" if self.error is None else f"error={self.error!r}"
        return f"Delivery({outcome}, invoice_status={self.invoice_status!r})"


Record = Invoice | Wallet | Balance | Event | Delivery

"""What users get back: frozen, exact, and tolerant of what the service may leave out or add.

Every property that the API has may be missing, so nearly all of them can be `None`. What a class has no
attribute for, and what is not understood, is kept in `extra` as it came. Amounts are `Decimal`s with the
digits of the JSON text; times are aware, in UTC. Facts and doubts about each property stand in the spec,
under the schema of the same name.

Each attribute says how its value is read, and a `Table` says what the API calls it: `read` makes any model
of any JSON object.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, NamedTuple, TypeVar

import attrs
from attrs import field

from cryptocloud._arguments import with_prefix

_NOTHING = (None, "", "None")
"""What the service writes for nothing: besides null, the empty text and Python's `None` as a text."""

# Decimal() takes more than what is meant by an amount: underscores, digits of other scripts.
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_ID = re.compile(r"(INV-)?[A-Z0-9]{8}")
_QUERY = re.compile(r"[?#]")

ModelT = TypeVar("ModelT", bound="Model")


# --- How a value is read ---
#
# Each function gets a JSON value that stands for something, and gives None if it does not understand it.


class Part(NamedTuple):
    """What is understood of a value that is not understood as a whole."""

    value: object


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) and value not in _NOTHING else None


def as_reference(value: object) -> str | None:
    """A merchant's own name for something. Many are numbers, such as the id of a chat."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else as_text(value)


def as_id(value: object) -> str | None:
    """The id of an invoice, with `INV-`."""
    text = (as_text(value) or "").strip()
    return with_prefix(text) if text else None


def as_link(value: object) -> str | None:
    """A link, with a scheme: some samples have none."""
    link = as_text(value)
    return f"https://{link}" if link and "://" not in link else link


def as_texts(value: object) -> tuple[str, ...] | Part | None:
    if not isinstance(value, list):
        return None
    texts = tuple(text for text in map(as_text, value) if text)
    is_whole = len(texts) == sum(item not in _NOTHING for item in value)
    return texts if is_whole else Part(texts)


def as_flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def as_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_money(value: object) -> Decimal | None:
    if isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        return None
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def as_time(value: object) -> datetime.datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return time.astimezone(datetime.UTC) if time.tzinfo else time.replace(tzinfo=datetime.UTC)
    except OverflowError:
        return None


def as_coin(value: object) -> str | None:
    """The full code of a coin, from itself or from its description."""
    if isinstance(value, Mapping):
        value = value.get("fullcode") or value.get("code")
    return as_text(value)


# --- The models ---

READER = "reader"
"""What the metadata of a field calls its reader."""

TEXT = {READER: as_text}
REFERENCE = {READER: as_reference}
ID = {READER: as_id}
LINK = {READER: as_link}
TEXTS = {READER: as_texts}
FLAG = {READER: as_flag}
NUMBER = {READER: as_number}
MONEY = {READER: as_money}
TIME = {READER: as_time}
COIN = {READER: as_coin}


@attrs.frozen(kw_only=True, repr=False)
class Model:
    """What all models have in common. They compare by value, and can be hashed and pickled."""

    extra: Mapping[str, Any] = field(factory=dict, hash=False)
    """What came besides, as it came. Numbers in it are `int` or `Decimal`."""

    def __repr__(self) -> str:
        parts = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in attrs.fields(type(self))
            if field.repr and field.name != "extra" and getattr(self, field.name) not in (None, ())
        )
        return f"{type(self).__name__}({', '.join(parts)})"

    def to_dict(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes. Amounts become texts: most JSON readers make floats of numbers."""
        return {field.name: _plain(getattr(self, field.name)) for field in attrs.fields(type(self))}


def _plain(value: object) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


class Table(Generic[ModelT]):
    """How JSON objects of one kind become models.

    Attributes:
        schema: Their name in the spec.
        columns: By the name that the API has for it, each attribute of the model and its reader.
    """

    def __init__(self, schema: str, model: type[ModelT], **names: str) -> None:
        """`names` has the API's names of attributes that are called otherwise here."""
        self.schema = schema
        self.columns: dict[str, tuple[str, Callable[[object], object]]] = {
            names.get(column.name, column.name): (column.name, column.metadata[READER])
            for column in attrs.fields(model)
            if READER in column.metadata
        }
        self._model = model

    def read(self, document: Mapping[str, Any], **fixed: object) -> ModelT:
        """The model of a JSON object, with `fixed` values in place of those that are read."""
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in document.items():
            column = self.columns.get(name)
            if column is None:
                extra[name] = value
                continue
            attribute, reader = column
            understood = reader(value)
            if type(understood) is Part:
                values[attribute] = understood.value
                extra[name] = value
            elif understood is not None:
                values[attribute] = understood
            elif value not in _NOTHING:
                extra[name] = value
        return self._model(**values | fixed, extra=extra)

    def nested(self, value: object) -> ModelT | None:
        """The same for an object within another, if it is one."""
        return self.read(value) if isinstance(value, Mapping) else None


@attrs.frozen(kw_only=True, repr=False)
class Network(Model):
    """The network of a coin."""

    code: str | None = field(default=None, metadata=TEXT)
    """Such as `TRC20`."""
    id: int | None = field(default=None, metadata=NUMBER)
    name: str | None = field(default=None, metadata=TEXT)
    """Such as `Tron`."""
    icon: str | None = field(default=None, repr=False, metadata=TEXT)


_NETWORK = Table("Network", Network, name="fullname")


@attrs.frozen(kw_only=True, repr=False)
class Currency(Model):
    """A coin. The API describes it in two ways; here it is the same everywhere."""

    code: str | None = field(default=None, metadata=TEXT)
    """The full code, such as `USDT_TRC20`."""
    short_code: str | None = field(default=None, metadata=TEXT)
    """The coin alone, such as `USDT`."""
    id: int | None = field(default=None, metadata=NUMBER)
    name: str | None = field(default=None, metadata=TEXT)
    network: Network | None = field(default=None, metadata={READER: _NETWORK.nested})
    is_stablecoin: bool | None = field(default=None, metadata=FLAG)
    is_email_required: bool | None = field(default=None, metadata=FLAG)
    is_enabled: bool | None = field(default=None, metadata=FLAG)
    order: int | None = field(default=None, repr=False, metadata=NUMBER)
    icon_base: str | None = field(default=None, repr=False, metadata=TEXT)
    icon_network: str | None = field(default=None, repr=False, metadata=TEXT)
    icon_qr: str | None = field(default=None, repr=False, metadata=TEXT)


_INVOICE_CURRENCY = Table(
    "InvoiceCurrency",
    Currency,
    code="fullcode",
    short_code="code",
    is_stablecoin="stablecoin",
    is_enabled="enable",
)
_WALLET_CURRENCY = Table(
    "WalletCurrency", Currency, network="obj_network", is_stablecoin="stablecoin", is_enabled="enable"
)


@attrs.frozen(kw_only=True, repr=False)
class Project(Model):
    """The project that an invoice belongs to."""

    id: int | None = field(default=None, metadata=NUMBER)
    name: str | None = field(default=None, metadata=TEXT)
    success: str | None = field(default=None, repr=False, metadata=TEXT)
    fail: str | None = field(default=None, repr=False, metadata=TEXT)
    logo: str | None = field(default=None, repr=False, metadata=TEXT)


_PROJECT = Table("Project", Project)


@attrs.frozen(kw_only=True, repr=False)
class Invoice(Model):
    """A request to one buyer to pay one amount.

    Compare prices with `amount_usd`, or with `amount_in_fiat` and `fiat_currency`: `amount` is the price in
    the currency of creation on older pages of the documentation, and an amount of coins on newer ones.
    """

    uuid: str = field(metadata=ID)
    """`INV-` and eight characters."""
    status: str | None = field(default=None, metadata=TEXT)
    """`created`, `paid`, `overpaid`, `partial`, `canceled`, or another: the list is open."""
    invoice_status: str | None = field(default=None, metadata=TEXT)
    link: str | None = field(default=None, metadata=LINK)
    """The page where it is paid."""
    address: str | None = field(default=None, metadata=TEXT)
    """Where to send coins, once a coin is chosen."""
    order_id: str | None = field(default=None, metadata=REFERENCE)
    """The merchant's own name for it. A real order id "None" cannot be told from none."""
    created: datetime.datetime | None = field(default=None, metadata=TIME)
    expiry_date: datetime.datetime | None = field(default=None, metadata=TIME)
    date_finished: datetime.datetime | None = field(default=None, metadata=TIME)
    amount: Decimal | None = field(default=None, metadata=MONEY)
    amount_usd: Decimal | None = field(default=None, metadata=MONEY)
    amount_in_fiat: Decimal | None = field(default=None, metadata=MONEY)
    fiat_currency: str | None = field(default=None, metadata=TEXT)
    amount_in_crypto: Decimal | None = field(default=None, metadata=MONEY)
    amount_to_pay: Decimal | None = field(default=None, metadata=MONEY)
    amount_to_pay_usd: Decimal | None = field(default=None, metadata=MONEY)
    amount_paid: Decimal | None = field(default=None, metadata=MONEY)
    amount_paid_usd: Decimal | None = field(default=None, metadata=MONEY)
    received: Decimal | None = field(default=None, metadata=MONEY)
    """Credited to the balance."""
    received_usd: Decimal | None = field(default=None, metadata=MONEY)
    fee: Decimal | None = field(default=None, metadata=MONEY)
    """Fee of the transfer."""
    fee_usd: Decimal | None = field(default=None, metadata=MONEY)
    service_fee: Decimal | None = field(default=None, metadata=MONEY)
    service_fee_usd: Decimal | None = field(default=None, metadata=MONEY)
    to_surcharge: Decimal | None = field(default=None, metadata=MONEY)
    """What is still missing."""
    to_surcharge_usd: Decimal | None = field(default=None, metadata=MONEY)
    side_commission: str | None = field(default=None, metadata=TEXT)
    """Who pays the fee of the transfer: `client` or `merchant`."""
    side_commission_cc: str | None = field(default=None, metadata=TEXT)
    """Who pays the fee of the service."""
    currency: Currency | None = field(default=None, metadata={READER: _INVOICE_CURRENCY.nested})
    project: Project | None = field(default=None, metadata={READER: _PROJECT.nested})
    tx_list: tuple[str, ...] = field(default=(), metadata=TEXTS)
    """Hashes of the transactions."""
    type: str | None = field(default=None, metadata=TEXT)
    """`up` for incoming money, `dw` for a withdrawal."""
    type_payments: str | None = field(default=None, metadata=TEXT)
    pay_url: str | None = field(default=None, metadata=TEXT)
    phone: str | None = field(default=None, repr=False, metadata=TEXT)
    user_email: str | None = field(default=None, repr=False, metadata=TEXT)
    """May be masked."""
    is_email_required: bool | None = field(default=None, metadata=FLAG)
    test_mode: bool | None = field(default=None, metadata=FLAG)

    @property
    def is_paid(self) -> bool:
        """Whether the buyer has paid at least what was due: `paid` or `overpaid`."""
        return self.status in ("paid", "overpaid")

    @property
    def is_final(self) -> bool:
        """Whether the status is one that no other follows."""
        return self.status in ("paid", "overpaid", "canceled")

    def to_row(self) -> dict[str, str | int | bool | Decimal | datetime.datetime | None]:
        """A flat dict for tables, with the same keys in the same order for every invoice.

        Amounts stay `Decimal`s and times aware `datetime`s. In place of `currency` and `project` stand
        `currency_code`, `network_code` and `project_name`; `tx_list` is one text, with spaces between the
        hashes. `extra` is left out.
        """
        row: dict[str, Any] = {}
        for column in attrs.fields(type(self)):
            value = getattr(self, column.name)
            if column.name == "currency":
                row["currency_code"] = value.code if value else None
                row["network_code"] = value.network.code if value and value.network else None
            elif column.name == "project":
                row["project_name"] = value.name if value else None
            elif column.name == "tx_list":
                row["tx_list"] = " ".join(value) or None
            elif column.name != "extra":
                row[column.name] = value
        return row


@attrs.frozen(kw_only=True, repr=False)
class StatusCounts(Model):
    """Invoices by status."""

    all: int | None = field(default=None, metadata=NUMBER)
    created: int | None = field(default=None, metadata=NUMBER)
    paid: int | None = field(default=None, metadata=NUMBER)
    overpaid: int | None = field(default=None, metadata=NUMBER)
    partial: int | None = field(default=None, metadata=NUMBER)
    canceled: int | None = field(default=None, metadata=NUMBER)


@attrs.frozen(kw_only=True, repr=False)
class StatusAmounts(Model):
    """Sums of invoices by status, in US dollars."""

    all: Decimal | None = field(default=None, metadata=MONEY)
    created: Decimal | None = field(default=None, metadata=MONEY)
    paid: Decimal | None = field(default=None, metadata=MONEY)
    overpaid: Decimal | None = field(default=None, metadata=MONEY)
    partial: Decimal | None = field(default=None, metadata=MONEY)
    canceled: Decimal | None = field(default=None, metadata=MONEY)


_COUNTS = Table("StatisticsCounts", StatusCounts)
_AMOUNTS = Table("StatisticsAmounts", StatusAmounts)


@attrs.frozen(kw_only=True, repr=False)
class Statistics(Model):
    """How many invoices a period has, and how much they are worth."""

    count: StatusCounts | None = field(default=None, metadata={READER: _COUNTS.nested})
    amount: StatusAmounts | None = field(default=None, metadata={READER: _AMOUNTS.nested})


@attrs.frozen(kw_only=True, repr=False)
class Balance(Model):
    """What the merchant has of one coin."""

    currency: Currency | None = field(default=None, metadata={READER: _WALLET_CURRENCY.nested})
    balance_crypto: Decimal | None = field(default=None, metadata=MONEY)
    """In coins."""
    balance_usd: Decimal | None = field(default=None, metadata=MONEY)
    available_balance: Decimal | None = field(default=None, metadata=MONEY)
    """The part that can be withdrawn, in coins."""
    available_balance_usd: Decimal | None = field(default=None, metadata=MONEY)


@attrs.frozen(kw_only=True, repr=False)
class StaticWallet(Model):
    """An address for one coin and one customer."""

    address: str = field(metadata=TEXT)
    """Where to send coins."""
    uuid: str | None = field(default=None, metadata=TEXT)
    """32 upper-case letters and digits."""
    currency: Currency | None = field(default=None, metadata={READER: _WALLET_CURRENCY.nested})


@attrs.frozen(kw_only=True, repr=False)
class Withdrawal(Model):
    """Coins that were sent away."""

    uuid: str = field(metadata=ID)
    """`INV-` and eight characters, as invoices have."""
    status: str | None = field(default=None, metadata=TEXT)
    currency: str | None = field(default=None, metadata=COIN)
    """Full code of the coin."""
    amount: Decimal | None = field(default=None, metadata=MONEY)
    """In coins. In one sample slightly less than was asked for."""
    amount_usd: Decimal | None = field(default=None, metadata=MONEY)
    fee: Decimal | None = field(default=None, metadata=MONEY)
    fee_usd: Decimal | None = field(default=None, metadata=MONEY)
    address: str | None = field(default=None, metadata=TEXT)
    created: datetime.datetime | None = field(default=None, metadata=TIME)


@attrs.frozen
class CancelResult:
    """What became of one invoice of `invoices.cancel_many`. It can be pickled, and `to_dict` is JSON."""

    uuid: str
    """`INV-` and eight characters; of an id that cannot be one, what was given."""
    state: str
    """`canceled` by this call; `already_canceled` before it; `refused` by the service; `invalid`, no id;
    `not_sent`, nothing was done; or `unknown`, it may be cancelled."""
    status: str | None = None
    """The invoice's status as far as it is known: `canceled`, or what was seen when it was looked up."""
    error: Exception | None = None
    """Why it is not cancelled: a `CryptoCloudError`; for an invalid id a `ValueError` or `TypeError`."""

    @property
    def is_done(self) -> bool:
        """Whether the invoice is cancelled: `canceled` or `already_canceled`."""
        return self.state in ("canceled", "already_canceled")

    def to_dict(self) -> dict[str, str | None]:
        """A flat dict that `json.dumps` takes: `uuid`, `state`, `status`, and of the error its class as
        `error`, its `outcome`, and its text as `message`."""
        outcome = getattr(self.error, "outcome", None)
        return {
            "uuid": self.uuid,
            "state": self.state,
            "status": self.status,
            "error": type(self.error).__name__ if self.error else None,
            "outcome": outcome.value if outcome else None,
            "message": str(self.error) if self.error else None,
        }


_INVOICE = Table("Invoice", Invoice)
_STATISTICS = Table("Statistics", Statistics)
_BALANCE = Table("Balance", Balance)
_STATIC_WALLET = Table("StaticWallet", StaticWallet)
_WITHDRAWAL = Table("Withdrawal", Withdrawal)


class NotUnderstoodError(ValueError):
    """An object has not even what is needed to name it."""


def invoice_from(document: Mapping[str, Any]) -> Invoice:
    """The invoice in a JSON object. Its id may also stand in its link.

    Raises:
        NotUnderstoodError: It has no id.
    """
    uuid = (
        as_id(document.get("uuid"))
        or as_id(document.get("invoice_id"))
        or _id_in_link(as_link(document.get("link")))
    )
    if not uuid:
        raise NotUnderstoodError("an invoice without an id")
    return _INVOICE.read(document, uuid=uuid)


def statistics_from(document: Mapping[str, Any]) -> Statistics:
    """The statistics in a JSON object."""
    return _STATISTICS.read(document)


def balance_from(document: Mapping[str, Any]) -> Balance:
    """The balance in a JSON object."""
    return _BALANCE.read(document)


def static_wallet_from(document: Mapping[str, Any]) -> StaticWallet:
    """The static wallet in a JSON object.

    Raises:
        NotUnderstoodError: It has no address.
    """
    if not as_text(document.get("address")):
        raise NotUnderstoodError("a static wallet without an address")
    return _STATIC_WALLET.read(document)


def withdrawal_from(document: Mapping[str, Any]) -> Withdrawal:
    """The withdrawal in a JSON object, in any of its three shapes.

    Raises:
        NotUnderstoodError: It has no id.
    """
    uuid = as_id(document.get("invoice_id")) or as_id(document.get("uuid"))
    if not uuid:
        raise NotUnderstoodError("a withdrawal without an id")
    return _WITHDRAWAL.read(document, uuid=uuid)


def _id_in_link(link: str | None) -> str | None:
    # No pattern over all of it: the text is foreign, and can be a megabyte.
    path = _QUERY.split(link or "", maxsplit=1)[0].removesuffix("/")
    name = path.rpartition("/")[2] if "/" in path else ""
    return with_prefix(name) if _ID.fullmatch(name) else None

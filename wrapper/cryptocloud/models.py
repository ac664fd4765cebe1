"""What users get back: frozen, exact, and tolerant of what the service may leave out or add.

Every property that the API has may be missing, so nearly all of them can be `None`. What a class has no
attribute for, and what could not be understood, is kept in `extra` as it came. Amounts are `Decimal`s with
the digits of the JSON text; times are aware, in UTC. Facts and doubts about each property stand in the spec,
under the schema of the same name.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import attrs

from cryptocloud._arguments import with_prefix
from cryptocloud_client import models as generated

_NOTHING = (None, "", "None")
"""What the service writes for nothing: besides null, the empty text and Python's `None` as a text."""

# Decimal() takes more than what is meant by an amount: underscores, digits of other scripts.
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LINK_END = re.compile(r"/((INV-)?[A-Z0-9]{8})/?([?#].*)?$")

ModelT = TypeVar("ModelT", bound="Model")


@attrs.frozen(kw_only=True, repr=False)
class Model:
    """What all models have in common. They compare by value, and can be hashed and pickled."""

    extra: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    """What came besides, as it came. Numbers in it are `int` or `Decimal`."""

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in attrs.fields(type(self))
            if field.repr and field.name != "extra" and getattr(self, field.name) not in (None, ())
        )
        return f"{type(self).__name__}({', '.join(shown)})"

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


@attrs.frozen(kw_only=True, repr=False)
class Network(Model):
    """The network of a coin."""

    code: str | None = None
    """Such as `TRC20`."""
    id: int | None = None
    name: str | None = None
    """Such as `Tron`."""
    icon: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Currency(Model):
    """A coin. The API describes it in two ways; here it is the same everywhere."""

    code: str | None = None
    """The full code, such as `USDT_TRC20`."""
    short_code: str | None = None
    """The coin alone, such as `USDT`."""
    id: int | None = None
    name: str | None = None
    network: Network | None = None
    is_stablecoin: bool | None = None
    is_email_required: bool | None = None
    is_enabled: bool | None = None
    order: int | None = attrs.field(default=None, repr=False)
    icon_base: str | None = attrs.field(default=None, repr=False)
    icon_network: str | None = attrs.field(default=None, repr=False)
    icon_qr: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Project(Model):
    """The project that an invoice belongs to."""

    id: int | None = None
    name: str | None = None
    success: str | None = attrs.field(default=None, repr=False)
    fail: str | None = attrs.field(default=None, repr=False)
    logo: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Invoice(Model):
    """A request to one buyer to pay one amount.

    Compare prices with `amount_usd`, or with `amount_in_fiat` and `fiat_currency`: `amount` is the price in
    the currency of creation on older pages of the documentation, and an amount of coins on newer ones.
    """

    uuid: str
    """`INV-` and eight characters."""
    status: str | None = None
    """`created`, `paid`, `overpaid`, `partial`, `canceled`, or another: the list is open."""
    invoice_status: str | None = None
    link: str | None = None
    """The page where it is paid."""
    address: str | None = None
    """Where to send coins, once a coin is chosen."""
    order_id: str | None = None
    """The merchant's own name for it. A real order id "None" cannot be told from none."""
    created: datetime.datetime | None = None
    expiry_date: datetime.datetime | None = None
    date_finished: datetime.datetime | None = None
    amount: Decimal | None = None
    amount_usd: Decimal | None = None
    amount_in_fiat: Decimal | None = None
    fiat_currency: str | None = None
    amount_in_crypto: Decimal | None = None
    amount_to_pay: Decimal | None = None
    amount_to_pay_usd: Decimal | None = None
    amount_paid: Decimal | None = None
    amount_paid_usd: Decimal | None = None
    received: Decimal | None = None
    """Credited to the balance."""
    received_usd: Decimal | None = None
    fee: Decimal | None = None
    """Fee of the transfer."""
    fee_usd: Decimal | None = None
    service_fee: Decimal | None = None
    service_fee_usd: Decimal | None = None
    to_surcharge: Decimal | None = None
    """What is still missing."""
    to_surcharge_usd: Decimal | None = None
    side_commission: str | None = None
    """Who pays the fee of the transfer: `client` or `merchant`."""
    side_commission_cc: str | None = None
    """Who pays the fee of the service."""
    currency: Currency | None = None
    project: Project | None = None
    tx_list: tuple[str, ...] = ()
    """Hashes of the transactions."""
    type: str | None = None
    """`up` for incoming money, `dw` for a withdrawal."""
    type_payments: str | None = None
    pay_url: str | None = None
    phone: str | None = attrs.field(default=None, repr=False)
    user_email: str | None = attrs.field(default=None, repr=False)
    """May be masked."""
    is_email_required: bool | None = None
    test_mode: bool | None = None

    @property
    def is_paid(self) -> bool:
        """Whether the buyer has paid at least what was due: `paid` or `overpaid`."""
        return self.status in ("paid", "overpaid")

    @property
    def is_final(self) -> bool:
        """Whether the status is one that no other follows."""
        return self.status in ("paid", "overpaid", "canceled")


@attrs.frozen(kw_only=True, repr=False)
class StatusCounts(Model):
    """Invoices by status."""

    all: int | None = None
    created: int | None = None
    paid: int | None = None
    overpaid: int | None = None
    partial: int | None = None
    canceled: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class StatusAmounts(Model):
    """Sums of invoices by status, in US dollars."""

    all: Decimal | None = None
    created: Decimal | None = None
    paid: Decimal | None = None
    overpaid: Decimal | None = None
    partial: Decimal | None = None
    canceled: Decimal | None = None


@attrs.frozen(kw_only=True, repr=False)
class Statistics(Model):
    """How many invoices a period has, and how much they are worth."""

    count: StatusCounts | None = None
    amount: StatusAmounts | None = None


@attrs.frozen(kw_only=True, repr=False)
class Balance(Model):
    """What the merchant has of one coin."""

    currency: Currency | None = None
    balance_crypto: Decimal | None = None
    """In coins."""
    balance_usd: Decimal | None = None
    available_balance: Decimal | None = None
    """The part that can be withdrawn, in coins."""
    available_balance_usd: Decimal | None = None


@attrs.frozen(kw_only=True, repr=False)
class StaticWallet(Model):
    """An address for one coin and one customer."""

    address: str
    """Where to send coins."""
    uuid: str | None = None
    """32 upper-case letters and digits."""
    currency: Currency | None = None


@attrs.frozen(kw_only=True, repr=False)
class Withdrawal(Model):
    """Coins that were sent away."""

    uuid: str
    """`INV-` and eight characters, as invoices have."""
    status: str | None = None
    currency: str | None = None
    """Full code of the coin."""
    amount: Decimal | None = None
    """In coins. In one sample slightly less than was asked for."""
    amount_usd: Decimal | None = None
    fee: Decimal | None = None
    fee_usd: Decimal | None = None
    address: str | None = None
    created: datetime.datetime | None = None


class NotUnderstoodError(ValueError):
    """An object has not even what is needed to name it."""


def invoice_from(document: Mapping[str, Any]) -> Invoice:
    """The invoice in a JSON object.

    Raises:
        NotUnderstoodError: It has no id.
    """
    return invoice(generated.Invoice.from_dict(document))


def invoice(came: generated.Invoice) -> Invoice:
    """The invoice that the generated client read. Its id may also stand in its link."""
    link = as_text(came.link)
    uuid = _id(came.uuid) or _id(came.invoice_id) or _id_in_link(link)
    if not uuid:
        raise NotUnderstoodError("an invoice without an id")
    return with_extra(
        Invoice,
        came.to_dict(),
        uuid=uuid,
        status=as_text(came.status),
        invoice_status=as_text(came.invoice_status),
        link=f"https://{link}" if link and "://" not in link else link,
        address=as_text(came.address),
        order_id=as_text(came.order_id),
        created=_time(came.created),
        expiry_date=_time(came.expiry_date),
        date_finished=_time(came.date_finished),
        amount=as_money(came.amount),
        amount_usd=as_money(came.amount_usd),
        amount_in_fiat=as_money(came.amount_in_fiat),
        fiat_currency=as_text(came.fiat_currency),
        amount_in_crypto=as_money(came.amount_in_crypto),
        amount_to_pay=as_money(came.amount_to_pay),
        amount_to_pay_usd=as_money(came.amount_to_pay_usd),
        amount_paid=as_money(came.amount_paid),
        amount_paid_usd=as_money(came.amount_paid_usd),
        received=as_money(came.received),
        received_usd=as_money(came.received_usd),
        fee=as_money(came.fee),
        fee_usd=as_money(came.fee_usd),
        service_fee=as_money(came.service_fee),
        service_fee_usd=as_money(came.service_fee_usd),
        to_surcharge=as_money(came.to_surcharge),
        to_surcharge_usd=as_money(came.to_surcharge_usd),
        side_commission=as_text(came.side_commission),
        side_commission_cc=as_text(came.side_commission_cc),
        currency=_invoice_currency(came.currency),
        project=_project(came.project),
        tx_list=_texts(came.tx_list),
        type=as_text(came.type_),
        type_payments=as_text(came.type_payments),
        pay_url=as_text(came.pay_url),
        phone=as_text(came.phone),
        user_email=as_text(came.user_email),
        is_email_required=_flag(came.is_email_required),
        test_mode=_flag(came.test_mode),
    )


def statistics(came: generated.Statistics) -> Statistics:
    """The statistics that the generated client read."""
    count, amount = came.count, came.amount
    return with_extra(
        Statistics,
        came.to_dict(),
        count=with_extra(
            StatusCounts,
            count.to_dict(),
            all=_number(count.all_),
            created=_number(count.created),
            paid=_number(count.paid),
            overpaid=_number(count.overpaid),
            partial=_number(count.partial),
            canceled=_number(count.canceled),
        )
        if isinstance(count, generated.StatisticsCounts)
        else None,
        amount=with_extra(
            StatusAmounts,
            amount.to_dict(),
            all=as_money(amount.all_),
            created=as_money(amount.created),
            paid=as_money(amount.paid),
            overpaid=as_money(amount.overpaid),
            partial=as_money(amount.partial),
            canceled=as_money(amount.canceled),
        )
        if isinstance(amount, generated.StatisticsAmounts)
        else None,
    )


def balance(came: generated.Balance) -> Balance:
    """The balance that the generated client read."""
    return with_extra(
        Balance,
        came.to_dict(),
        currency=_wallet_currency(came.currency),
        balance_crypto=as_money(came.balance_crypto),
        balance_usd=as_money(came.balance_usd),
        available_balance=as_money(came.available_balance),
        available_balance_usd=as_money(came.available_balance_usd),
    )


def static_wallet(came: generated.StaticWallet) -> StaticWallet:
    """The static wallet that the generated client read.

    Raises:
        NotUnderstoodError: It has no address.
    """
    address = as_text(came.address)
    if not address:
        raise NotUnderstoodError("a static wallet without an address")
    return with_extra(
        StaticWallet,
        came.to_dict(),
        address=address,
        uuid=as_text(came.uuid),
        currency=_wallet_currency(came.currency),
    )


def withdrawal(came: generated.Withdrawal) -> Withdrawal:
    """The withdrawal that the generated client read, in any of its three shapes.

    Raises:
        NotUnderstoodError: It has no id.
    """
    uuid = _id(came.invoice_id) or _id(came.uuid)
    if not uuid:
        raise NotUnderstoodError("a withdrawal without an id")
    currency = came.currency
    if isinstance(currency, Mapping):
        currency = currency.get("fullcode") or currency.get("code")
    return with_extra(
        Withdrawal,
        came.to_dict(),
        uuid=uuid,
        status=as_text(came.status),
        currency=as_text(currency),
        amount=as_money(came.amount),
        amount_usd=as_money(came.amount_usd),
        fee=as_money(came.fee),
        fee_usd=as_money(came.fee_usd),
        address=as_text(came.address),
        created=_time(came.created),
    )


def _invoice_currency(came: object) -> Currency | None:
    if not isinstance(came, generated.InvoiceCurrency):
        return None
    network = came.network
    return with_extra(
        Currency,
        came.to_dict(),
        {"fullcode": "code", "code": "short_code", "stablecoin": "is_stablecoin"},
        code=as_text(came.fullcode),
        short_code=as_text(came.code),
        id=_number(came.id),
        name=as_text(came.name),
        network=_network(generated.Network.from_dict(network) if isinstance(network, dict) else None),
        is_stablecoin=_flag(came.stablecoin),
        is_email_required=_flag(came.is_email_required),
        order=_number(came.order),
        icon_base=as_text(came.icon_base),
        icon_network=as_text(came.icon_network),
        icon_qr=as_text(came.icon_qr),
    )


def _wallet_currency(came: object) -> Currency | None:
    if not isinstance(came, generated.WalletCurrency):
        return None
    return with_extra(
        Currency,
        came.to_dict(),
        {"obj_network": "network", "stablecoin": "is_stablecoin", "enable": "is_enabled"},
        code=as_text(came.code),
        short_code=as_text(came.short_code),
        id=_number(came.id),
        name=as_text(came.name),
        network=_network(came.obj_network),
        is_stablecoin=_flag(came.stablecoin),
        is_email_required=_flag(came.is_email_required),
        is_enabled=_flag(came.enable),
        order=_number(came.order),
        icon_base=as_text(came.icon_base),
        icon_network=as_text(came.icon_network),
        icon_qr=as_text(came.icon_qr),
    )


def _network(came: object) -> Network | None:
    if not isinstance(came, generated.Network):
        return None
    return with_extra(
        Network,
        came.to_dict(),
        {"fullname": "name"},
        code=as_text(came.code),
        id=_number(came.id),
        name=as_text(came.fullname),
        icon=as_text(came.icon),
    )


def _project(came: object) -> Project | None:
    if not isinstance(came, generated.Project):
        return None
    return with_extra(
        Project,
        came.to_dict(),
        id=_number(came.id),
        name=as_text(came.name),
        success=as_text(came.success),
        fail=as_text(came.fail),
        logo=as_text(came.logo),
    )


def with_extra(
    cls: type[ModelT], came: Mapping[str, Any], renamed: Mapping[str, str] | None = None, /, **values: Any
) -> ModelT:
    """A model with these values, and with what `came` besides: has no attribute, or was not understood.

    `renamed` tells the attributes whose names are not those of the API.
    """
    extra = {}
    for name, value in came.items():
        attribute = (renamed or {}).get(name, name)
        if attribute not in values or (values[attribute] is None and value not in _NOTHING):
            extra[name] = value
    return cls(**values, extra=extra)


# The generated client does not check what it reads, and writes UNSET for what is missing: so a value is
# taken only if it is of the type that it should be.


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) and value not in _NOTHING else None


def _id(value: object) -> str | None:
    text = (as_text(value) or "").strip()
    return with_prefix(text) if text else None


def _id_in_link(link: str | None) -> str | None:
    found = _LINK_END.search(link or "")
    return with_prefix(found[1]) if found else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(text for text in map(as_text, value) if text)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | None:
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


def _time(value: object) -> datetime.datetime | None:
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

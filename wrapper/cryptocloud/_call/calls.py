"""Each operation as a call: its checked arguments, and how its success is read. No I/O.

The clients carry calls out, synchronously or not, so that nothing here is written twice.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Generic, TypedDict, TypeVar, cast

from cryptocloud import models
from cryptocloud._arguments import (
    checked_address,
    checked_amount,
    checked_coin,
    checked_coins,
    checked_email,
    checked_fiat,
    checked_invoice_id,
    checked_lifetime,
    checked_line,
    checked_names,
    checked_period,
    checked_word,
    with_prefix,
)
from cryptocloud._call.paging import PAGE, Page, Records
from cryptocloud._call.verdict import Success
from cryptocloud.errors import InvalidResponseError, NotFoundError, Outcome
from cryptocloud_client import models as generated
from cryptocloud_client.api.balances import list_balances
from cryptocloud_client.api.invoices import (
    cancel_invoice,
    create_invoice,
    get_invoices,
    get_statistics,
    list_invoices,
)
from cryptocloud_client.api.static_wallets import create_static_wallet
from cryptocloud_client.api.withdrawals import create_withdrawal
from cryptocloud_client.types import UNSET, Unset

ResultT = TypeVar("ResultT")
T = TypeVar("T")


class Call(Generic[ResultT]):
    """One call of an operation.

    Attributes:
        request: What the generated operation asks an httpx client for.
    """

    def __init__(
        self, name: str, request: dict[str, Any], read: Callable[[Mapping[str, Any]], ResultT]
    ) -> None:
        self.request = request
        self._name = name
        self._read = read

    def result(self, success: Success) -> ResultT:
        """What the caller gets.

        Raises:
            InvalidResponseError: It is a success, and lacks what is needed to say of what.
        """
        try:
            return self._read(success.document)
        except models.NotUnderstoodError as error:
            fault = str(error)
        status = success.answer.status
        # Tracebacks show this frame, and the answer has buyers' data in it.
        del success
        raise InvalidResponseError(
            f"{self._name}: the service reports success with {fault}.",
            operation=self._name,
            outcome=Outcome.UNKNOWN,
            status_code=status,
        )


def cancel(uuid: str) -> Call[None]:
    body = generated.CancelInvoiceRequest(uuid=checked_invoice_id(uuid))
    return Call("cancelInvoice", cancel_invoice._get_kwargs(body=body), lambda _: None)


class InvoiceOptions(TypedDict, total=False):
    """What can be said of an invoice besides its amount: the keyword arguments of `invoices.create`."""

    currency: str
    """Code of a currency, upper case. `USD` if it is left out."""
    order_id: str | None
    """Your own name for it."""
    email: str | None
    """The buyer's address."""
    time_to_pay: datetime.timedelta | None
    """How long it can be paid, in whole minutes."""
    available_currencies: Iterable[str] | None
    """Full codes of the coins that the buyer can choose from."""
    cryptocurrency: str | None
    """Full code of the coin to begin with."""
    email_to_send: str | None
    """Where the service mails the invoice."""
    period: str | None
    """How often it mails it again."""
    locale: str | None
    """Language of the payment page."""


def create(shop_id: str | None, amount: Decimal | int | str, options: InvoiceOptions) -> Call[models.Invoice]:
    checked_names(options, InvoiceOptions, "create")
    period, email_to_send = options.get("period"), options.get("email_to_send")
    add_fields = generated.CreateInvoiceOptions(
        time_to_pay=_given(
            options.get("time_to_pay"), lambda value: generated.TimeToPay(*checked_lifetime(value))
        ),
        available_currencies=_given(
            options.get("available_currencies"), lambda value: checked_coins(value, "available_currencies")
        ),
        cryptocurrency=_given(
            options.get("cryptocurrency"), lambda value: checked_coin(value, "cryptocurrency")
        ),
        email_to_send=_given(email_to_send, lambda value: checked_email(value, "email_to_send")),
        period=_given(period, lambda value: checked_word(value, "period")),
    )
    if period is not None and email_to_send is None:
        raise ValueError("period says how often to mail the invoice again: it needs email_to_send")
    body = generated.CreateInvoiceRequest(
        shop_id=_shop(shop_id),
        amount=_exact(amount),
        currency=checked_fiat(options.get("currency", "USD")),
        order_id=_given(options.get("order_id"), lambda value: checked_line(value, "order_id")),
        email=_given(options.get("email"), lambda value: checked_email(value, "email")),
        add_fields=add_fields if add_fields.to_dict() else UNSET,
    )
    locale = _given(options.get("locale"), lambda value: checked_word(value, "locale"))
    return Call(
        "createInvoice",
        create_invoice._get_kwargs(body=body, locale=locale),
        lambda envelope: models.invoice_from(envelope["result"]),
    )


def get(uuids: Sequence[str]) -> Call[list[models.Invoice]]:
    body = generated.GetInvoicesRequest(uuids=list(uuids))
    return Call(
        "getInvoices",
        get_invoices._get_kwargs(body=body),
        lambda envelope: [models.invoice_from(invoice) for invoice in envelope["result"]],
    )


def batches(uuids: Iterable[str]) -> Iterator[list[str]]:
    """The ids, each once, in lists of as many as the service takes at once."""
    unique = list(dict.fromkeys(uuids))
    for first in range(0, len(unique), PAGE):
        yield unique[first : first + PAGE]


def in_order(uuids: Sequence[str], *found: list[models.Invoice]) -> list[models.Invoice]:
    """The invoices of all the lists `found`, in the order of `uuids`.

    Raises:
        NotFoundError: Some were not among them; `errors` has their ids.
    """
    by_id = _by_id(itertools.chain(*found))
    error = unknown(uuids, by_id.values())
    if error:
        # A traceback shows this frame, and invoices have buyers' data in them.
        del found, by_id
        raise error
    return [by_id[uuid] for uuid in uuids]


def unknown(uuids: Sequence[str], found: Iterable[models.Invoice]) -> NotFoundError | None:
    """The error for those of `uuids` that were not found, if there are any."""
    by_id = _by_id(found)
    missing = [uuid for uuid in dict.fromkeys(uuids) if uuid not in by_id]
    if not missing:
        return None
    names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return NotFoundError(
        f"getInvoices: the service knows no invoice {names}.",
        operation="getInvoices",
        outcome=Outcome.REFUSED,
        status_code=200,
        errors=dict.fromkeys(missing, "unknown to the service"),
        found=[by_id[uuid] for uuid in uuids if uuid in by_id],
    )


def _by_id(found: Iterable[models.Invoice]) -> dict[str, models.Invoice]:
    return {with_prefix(invoice.uuid): invoice for invoice in found}


def page(wanted: Page) -> Call[Records]:
    body = generated.ListInvoicesRequest(
        start=_day(wanted.start), end=_day(wanted.end), offset=wanted.offset, limit=wanted.limit
    )

    def read(envelope: Mapping[str, Any]) -> Records:
        count = envelope.get("all_count")
        return Records(
            [models.invoice_from(invoice) for invoice in envelope["result"]],
            count if isinstance(count, int) else None,
        )

    return Call("listInvoices", list_invoices._get_kwargs(body=body), read)


def statistics(start: datetime.date, end: datetime.date) -> Call[models.Statistics]:
    start, end = checked_period(start, end)
    body = generated.GetStatisticsRequest(start=_day(start), end=_day(end))
    return Call(
        "getStatistics",
        get_statistics._get_kwargs(body=body),
        lambda envelope: models.statistics_from(envelope["result"]),
    )


def balances() -> Call[list[models.Balance]]:
    return Call(
        "listBalances",
        list_balances._get_kwargs(),
        lambda envelope: [models.balance_from(balance) for balance in envelope["result"]],
    )


def static_wallet(shop_id: str | None, currency: str, identify: str) -> Call[models.StaticWallet]:
    body = generated.CreateStaticWalletRequest(
        shop_id=_shop(shop_id),
        currency=checked_coin(currency, "currency"),
        identify=checked_line(identify, "identify"),
    )
    return Call(
        "createStaticWallet",
        create_static_wallet._get_kwargs(body=body),
        lambda envelope: models.static_wallet_from(envelope["result"]),
    )


def withdrawal(currency: str, to_address: str, amount: Decimal | int | str) -> Call[models.Withdrawal]:
    body = generated.CreateWithdrawalRequest(
        currency_code=checked_coin(currency, "currency"),
        to_address=checked_address(to_address),
        amount=_exact(amount),
    )

    def read(envelope: Mapping[str, Any]) -> models.Withdrawal:
        for payload in (envelope.get("result"), envelope.get("data")):
            if isinstance(payload, dict):
                with contextlib.suppress(models.NotUnderstoodError):
                    return models.withdrawal_from(payload)
        raise models.NotUnderstoodError("a withdrawal without an id")

    return Call("createWithdrawal", create_withdrawal._get_kwargs(body=body), read)


def _given(value: T | None, checked: Callable[[T], ResultT]) -> ResultT | Unset:
    return UNSET if value is None else checked(value)


def _shop(shop_id: str | None) -> str:
    if shop_id is None:
        raise ValueError("no shop id: pass shop_id to the client, or set CRYPTOCLOUD_SHOP_ID")
    return shop_id


def _exact(amount: Decimal | int | str) -> float:
    # The generated models say float for a JSON number; the session writes a Decimal with all its digits.
    return cast("float", checked_amount(amount))


def _day(day: datetime.date) -> str:
    return f"{day:%d.%m.}{day.year:04}"

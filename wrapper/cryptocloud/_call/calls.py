"""Each operation as a call: its checked arguments, and how its success is read. No I/O.

The clients carry calls out, synchronously or not, so that nothing here is written twice.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar, cast

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
    checked_period,
    checked_word,
    with_prefix,
)
from cryptocloud._call.paging import PAGE, Page, Records
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
from cryptocloud_client.types import UNSET, Response, Unset

ResultT = TypeVar("ResultT")
T = TypeVar("T")


class GeneratedOperation(Protocol):
    """What the modules of the generated operations have in common."""

    @property
    def sync_detailed(self) -> Callable[..., Response[Any]]: ...

    @property
    def asyncio_detailed(self) -> Callable[..., Any]: ...


class Call(Generic[ResultT]):
    """One call of an operation.

    Attributes:
        operation: The module of the generated operation.
        arguments: What its functions are called with, besides the client.
    """

    def __init__(
        self, name: str, operation: object, read: Callable[[Any], ResultT], **arguments: object
    ) -> None:
        self.operation = cast("GeneratedOperation", operation)
        self.arguments = arguments
        self._name = name
        self._read = read

    def result(self, answer: Response[Any]) -> ResultT:
        """What the caller gets.

        Raises:
            InvalidResponseError: It is a success, and lacks what is needed to say of what.
        """
        fault = ""
        try:
            return self._read(answer.parsed)
        except models.NotUnderstoodError as error:
            fault = str(error)
        raise InvalidResponseError(
            f"{self._name}: the service reports success with {fault}.",
            operation=self._name,
            outcome=Outcome.UNKNOWN,
            status_code=answer.status_code,
        )


def cancel(uuid: str) -> Call[None]:
    body = generated.CancelInvoiceRequest(uuid=checked_invoice_id(uuid))
    return Call("cancelInvoice", cancel_invoice, lambda _: None, body=body)


def create(
    shop_id: str | None,
    amount: Decimal | int | str,
    *,
    currency: str,
    order_id: str | None,
    email: str | None,
    time_to_pay: datetime.timedelta | None,
    available_currencies: Iterable[str] | None,
    cryptocurrency: str | None,
    email_to_send: str | None,
    period: str | None,
    locale: str | None,
) -> Call[models.Invoice]:
    options = generated.CreateInvoiceOptions(
        time_to_pay=_given(time_to_pay, lambda value: generated.TimeToPay(*checked_lifetime(value))),
        available_currencies=_given(
            available_currencies, lambda value: checked_coins(value, "available_currencies")
        ),
        cryptocurrency=_given(cryptocurrency, lambda value: checked_coin(value, "cryptocurrency")),
        email_to_send=_given(email_to_send, lambda value: checked_email(value, "email_to_send")),
        period=_given(period, lambda value: checked_word(value, "period")),
    )
    if period is not None and email_to_send is None:
        raise ValueError("period says how often to mail the invoice again: it needs email_to_send")
    body = generated.CreateInvoiceRequest(
        shop_id=_shop(shop_id),
        amount=_exact(amount),
        currency=checked_fiat(currency),
        order_id=_given(order_id, lambda value: checked_line(value, "order_id")),
        email=_given(email, lambda value: checked_email(value, "email")),
        add_fields=options if options.to_dict() else UNSET,
    )

    def read(answer: generated.CreateInvoiceResponse) -> models.Invoice:
        return models.invoice(answer.result)

    return Call(
        "createInvoice",
        create_invoice,
        read,
        body=body,
        locale=_given(locale, lambda value: checked_word(value, "locale")),
    )


def get(uuids: Sequence[str]) -> Call[list[models.Invoice]]:
    def read(answer: generated.GetInvoicesResponse) -> list[models.Invoice]:
        return [models.invoice(invoice) for invoice in answer.result]

    return Call("getInvoices", get_invoices, read, body=generated.GetInvoicesRequest(uuids=list(uuids)))


def batches(uuids: Iterable[str]) -> Iterator[list[str]]:
    """The ids, each once, in lists of as many as the service takes at once."""
    unique = list(dict.fromkeys(uuids))
    for first in range(0, len(unique), PAGE):
        yield unique[first : first + PAGE]


def in_order(uuids: Sequence[str], found: Iterable[models.Invoice]) -> list[models.Invoice]:
    """The invoices in the order of `uuids`.

    Raises:
        NotFoundError: Some were not among them; `errors` has their ids.
    """
    by_id = {with_prefix(invoice.uuid): invoice for invoice in found}
    missing = [uuid for uuid in dict.fromkeys(uuids) if uuid not in by_id]
    if missing:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise NotFoundError(
            f"getInvoices: the service knows no invoice {shown}.",
            operation="getInvoices",
            outcome=Outcome.REFUSED,
            status_code=200,
            errors=dict.fromkeys(missing, "unknown to the service"),
            found=[by_id[uuid] for uuid in uuids if uuid in by_id],
        )
    return [by_id[uuid] for uuid in uuids]


def page(wanted: Page) -> Call[Records]:
    body = generated.ListInvoicesRequest(
        start=_day(wanted.start), end=_day(wanted.end), offset=wanted.offset, limit=wanted.limit
    )

    def read(answer: generated.ListInvoicesResponse) -> Records:
        count = answer.all_count
        return Records(
            [models.invoice(invoice) for invoice in answer.result],
            count if isinstance(count, int) else None,
        )

    return Call("listInvoices", list_invoices, read, body=body)


def statistics(start: datetime.date, end: datetime.date) -> Call[models.Statistics]:
    start, end = checked_period(start, end)

    def read(answer: generated.GetStatisticsResponse) -> models.Statistics:
        return models.statistics(answer.result)

    body = generated.GetStatisticsRequest(start=_day(start), end=_day(end))
    return Call("getStatistics", get_statistics, read, body=body)


def balances() -> Call[list[models.Balance]]:
    def read(answer: generated.ListBalancesResponse) -> list[models.Balance]:
        return [models.balance(balance) for balance in answer.result]

    return Call("listBalances", list_balances, read)


def static_wallet(shop_id: str | None, currency: str, identify: str) -> Call[models.StaticWallet]:
    def read(answer: generated.CreateStaticWalletResponse) -> models.StaticWallet:
        return models.static_wallet(answer.result)

    body = generated.CreateStaticWalletRequest(
        shop_id=_shop(shop_id),
        currency=checked_coin(currency, "currency"),
        identify=checked_line(identify, "identify"),
    )
    return Call("createStaticWallet", create_static_wallet, read, body=body)


def withdrawal(currency: str, to_address: str, amount: Decimal | int | str) -> Call[models.Withdrawal]:
    def read(answer: generated.CreateWithdrawalResponse) -> models.Withdrawal:
        for came in (answer.result, answer.data):
            if isinstance(came, generated.Withdrawal):
                with contextlib.suppress(models.NotUnderstoodError):
                    return models.withdrawal(came)
        raise models.NotUnderstoodError("a withdrawal without an id")

    body = generated.CreateWithdrawalRequest(
        currency_code=checked_coin(currency, "currency"),
        to_address=checked_address(to_address),
        amount=_exact(amount),
    )
    return Call("createWithdrawal", create_withdrawal, read, body=body)


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

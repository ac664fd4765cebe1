# pyright: strict
"""A user's program. It is type-checked against the installed wheel, never run."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import assert_type

from cryptocloud import (
    APIConnectionError,
    AsyncCryptoCloud,
    AuthenticationError,
    CryptoCloud,
    InvoiceNotCancelableError,
    Outcome,
    PostbackError,
)
from cryptocloud.models import Balance, Invoice, StaticWallet, Statistics, Withdrawal
from cryptocloud.postback import Postback
from cryptocloud_client import AuthenticatedClient
from cryptocloud_client.api.invoices import cancel_invoice
from cryptocloud_client.models import CancelInvoiceRequest


def cancel(client: CryptoCloud, uuid: str) -> str:
    try:
        client.invoices.cancel(uuid)
    except InvoiceNotCancelableError as error:
        assert_type(error.errors, dict[str, str])
        assert_type(error.request_id, str | None)
        assert_type(error.retry_after, float | None)
        return f"{error.operation}: {error.errors.get('validate_error', 'no reason given')}"
    except AuthenticationError as error:
        assert_type(error.status_code, int)
        return "check the key"
    except APIConnectionError as error:
        assert_type(error.outcome, Outcome)
        assert_type(error.is_retryable, bool)
        return "ask again" if error.outcome is Outcome.UNKNOWN else "not sent"
    return "canceled"


def sell(client: CryptoCloud, price: Decimal) -> str:
    invoice = client.invoices.create(price, currency="EUR", time_to_pay=timedelta(hours=1))
    assert_type(invoice, Invoice)
    assert_type(invoice.uuid, str)
    assert_type(invoice.amount_usd, Decimal | None)
    assert_type(invoice.created, datetime | None)
    assert_type(invoice.is_paid, bool)
    client.invoices.create(0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return invoice.link or invoice.uuid


def look_around(client: CryptoCloud, start: date, end: date) -> None:
    assert_type(client.invoices.get("INV-89UX09KA"), Invoice)
    assert_type(client.invoices.get_many(["INV-89UX09KA"]), list[Invoice])
    assert_type(client.invoices.list(start, end), Iterator[Invoice])
    assert_type(client.invoices.statistics(start, end), Statistics)
    assert_type(client.balances.list(), list[Balance])
    assert_type(client.static_wallets.create("ETH", identify="user-7"), StaticWallet)
    assert_type(client.withdrawals.create("BTC", to_address="...", amount="0.05"), Withdrawal)
    assert_type(client.with_options(timeout=5), CryptoCloud)


def handle(client: CryptoCloud, body: bytes, content_type: str) -> Postback | None:
    try:
        return client.postbacks.verify(body, content_type)
    except PostbackError:
        return None


async def look_around_async(client: AsyncCryptoCloud, start: date, end: date) -> None:
    assert_type(await client.invoices.create("1"), Invoice)
    assert_type(await client.invoices.get_many(["INV-89UX09KA"]), list[Invoice])
    assert_type([invoice async for invoice in client.invoices.list(start, end)], list[Invoice])
    assert_type(await client.balances.list(), list[Balance])


async def cancel_all(uuids: list[str]) -> None:
    async with AsyncCryptoCloud(api_key="a-key", timeout=5) as client:
        assert_type(client, AsyncCryptoCloud)
        for uuid in uuids:
            await client.invoices.cancel(uuid)


def cancel_with_the_generated_function(client: CryptoCloud, uuid: str) -> HTTPStatus:
    assert_type(client.generated, AuthenticatedClient)
    answer = cancel_invoice.sync_detailed(client=client.generated, body=CancelInvoiceRequest(uuid=uuid))
    return assert_type(answer.status_code, HTTPStatus)


def main() -> None:
    with CryptoCloud(api_key="a-key", base_url="http://127.0.0.1:8787/v2", max_retries=1) as client:
        assert_type(client, CryptoCloud)
        print(cancel(client, "INV-89UX09KA"))
        print(cancel_with_the_generated_function(client, "INV-89UX09KA"))

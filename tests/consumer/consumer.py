# pyright: strict
"""A user's program. It is type-checked against the installed wheel, never run."""

from http import HTTPStatus
from typing import assert_type

from cryptocloud import (
    APIConnectionError,
    AsyncCryptoCloud,
    AuthenticationError,
    CryptoCloud,
    InvoiceNotCancelableError,
    Outcome,
)
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

"""Cancelling an invoice, as a merchant does it, against the sandbox."""

from typing import Any

import httpx
import pytest

from conftest import Cancel
from cryptocloud import (
    AsyncCryptoCloud,
    AuthenticationError,
    CryptoCloud,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
)
from cryptocloud_client.api.invoices import cancel_invoice
from cryptocloud_client.models import CancelInvoiceRequest, CancelInvoiceResponse
from cryptocloud_sandbox import Sandbox


def test_a_created_invoice_is_cancelled(cancel: Cancel, sandbox: Sandbox, at_sandbox: dict[str, Any]) -> None:
    uuid = sandbox.add_invoice()
    cancel(uuid, **at_sandbox)
    assert sandbox.status(uuid) == "canceled"


def test_an_id_without_prefix_names_the_same_invoice(
    cancel: Cancel, sandbox: Sandbox, at_sandbox: dict[str, Any]
) -> None:
    uuid = sandbox.add_invoice()
    cancel(uuid.removeprefix("INV-"), **at_sandbox)
    assert sandbox.status(uuid) == "canceled"


@pytest.mark.parametrize("status", ["paid", "overpaid", "partial", "canceled"])
def test_another_status_is_refused_with_its_reason(
    cancel: Cancel, sandbox: Sandbox, at_sandbox: dict[str, Any], status: str
) -> None:
    uuid = sandbox.add_invoice(status=status)
    with pytest.raises(InvoiceNotCancelableError, match="Invoice is not created") as caught:
        cancel(uuid, **at_sandbox)
    assert caught.value.operation == "cancelInvoice"
    assert caught.value.status_code == 400
    assert caught.value.errors == {"validate_error": "Invoice is not created"}
    assert caught.value.outcome is Outcome.REFUSED
    assert not caught.value.is_retryable
    assert sandbox.status(uuid) == status


def test_an_unknown_invoice_is_refused(cancel: Cancel, at_sandbox: dict[str, Any]) -> None:
    with pytest.raises(InvoiceNotCancelableError, match="unknown id"):
        cancel("INV-00000000", **at_sandbox)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("not-a-key", "Invalid header padding"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl", "Signature verification failed"),
    ],
)
def test_a_wrong_key_is_refused(
    cancel: Cancel, sandbox: Sandbox, at_sandbox: dict[str, Any], key: str, reason: str
) -> None:
    uuid = sandbox.add_invoice()
    with pytest.raises(AuthenticationError, match=reason) as caught:
        cancel(uuid, **at_sandbox | {"api_key": key})
    assert caught.value.errors == {"detail": reason}
    assert key not in str(caught.value)
    assert sandbox.status(uuid) == "created"


def test_a_wrong_base_url_is_told(cancel: Cancel, sandbox: Sandbox) -> None:
    with pytest.raises(NotFoundError, match="base_url"):
        cancel(
            sandbox.add_invoice(),
            api_key=sandbox.api_key,
            base_url=sandbox.base_url.removesuffix("/v2"),
        )


def test_the_generated_functions_take_the_same_road(
    sandbox: Sandbox, sync_at_sandbox: dict[str, Any]
) -> None:
    body = CancelInvoiceRequest(uuid=sandbox.add_invoice())
    with CryptoCloud(**sync_at_sandbox) as client:
        done = cancel_invoice.sync_detailed(client=client.generated, body=body)
        assert done.status_code == 200
        assert done.parsed == CancelInvoiceResponse("success", ["ok"])
        assert done.content == b'{"status":"success","result":["ok"]}'
        assert done.headers["content-type"].startswith("application/json")
        with pytest.raises(InvoiceNotCancelableError):
            cancel_invoice.sync(client=client.generated, body=body)


async def test_the_generated_functions_take_the_same_road_asynchronously(
    sandbox: Sandbox, async_at_sandbox: dict[str, Any]
) -> None:
    body = CancelInvoiceRequest(uuid=sandbox.add_invoice())
    async with AsyncCryptoCloud(**async_at_sandbox) as client:
        assert isinstance(
            await cancel_invoice.asyncio(client=client.generated, body=body), CancelInvoiceResponse
        )
        with pytest.raises(InvoiceNotCancelableError):
            await cancel_invoice.asyncio(client=client.generated, body=body)


def test_the_generated_client_leads_to_no_other_road(
    sandbox: Sandbox, sync_at_sandbox: dict[str, Any], async_at_sandbox: dict[str, Any]
) -> None:
    body = CancelInvoiceRequest(uuid=sandbox.add_invoice())
    client = AsyncCryptoCloud(**async_at_sandbox)
    with pytest.raises(TypeError, match="asynchronous"):
        cancel_invoice.sync(client=client.generated, body=body)
    with CryptoCloud(**sync_at_sandbox) as sync_client:
        with pytest.raises(TypeError, match="synchronous"):
            sync_client.generated.get_async_httpx_client()
        with pytest.raises(TypeError, match="headers"):
            sync_client.generated.with_headers({"a": "b"})
        with pytest.raises(TypeError, match="cookies"):
            sync_client.generated.with_cookies({"a": "b"})
        with pytest.raises(TypeError, match="timeout"):
            sync_client.generated.with_timeout(httpx.Timeout(1))
        with sync_client.generated as generated:
            cancel_invoice.sync(client=generated, body=body)

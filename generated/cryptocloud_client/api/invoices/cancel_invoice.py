from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.cancel_invoice_request import CancelInvoiceRequest
from ...models.cancel_invoice_response import CancelInvoiceResponse
from ...models.credential_error_response import CredentialErrorResponse
from ...models.error_response import ErrorResponse
from ...models.unexpected_response import UnexpectedResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CancelInvoiceRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/invoice/merchant/canceled",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
):
    if response.status_code == 200:
        response_200 = CancelInvoiceResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorResponse.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = CredentialErrorResponse.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = CredentialErrorResponse.from_dict(response.json())

        return response_403

    response_default = UnexpectedResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CancelInvoiceRequest,
) -> Response[
    CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
]:
    """Cancel an invoice

     Moves an invoice from status `created` to `canceled`. In any other status the service
    refuses, and a second cancel is refused like that too: the operation is not idempotent. [inferred]
    So after a lost answer, ask for the invoice's status before concluding anything from a refusal.

    Args:
        body (CancelInvoiceRequest): The invoice to cancel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CancelInvoiceRequest,
) -> (
    CancelInvoiceResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Cancel an invoice

     Moves an invoice from status `created` to `canceled`. In any other status the service
    refuses, and a second cancel is refused like that too: the operation is not idempotent. [inferred]
    So after a lost answer, ask for the invoice's status before concluding anything from a refusal.

    Args:
        body (CancelInvoiceRequest): The invoice to cancel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CancelInvoiceRequest,
) -> Response[
    CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
]:
    """Cancel an invoice

     Moves an invoice from status `created` to `canceled`. In any other status the service
    refuses, and a second cancel is refused like that too: the operation is not idempotent. [inferred]
    So after a lost answer, ask for the invoice's status before concluding anything from a refusal.

    Args:
        body (CancelInvoiceRequest): The invoice to cancel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CancelInvoiceRequest,
) -> (
    CancelInvoiceResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Cancel an invoice

     Moves an invoice from status `created` to `canceled`. In any other status the service
    refuses, and a second cancel is refused like that too: the operation is not idempotent. [inferred]
    So after a lost answer, ask for the invoice's status before concluding anything from a refusal.

    Args:
        body (CancelInvoiceRequest): The invoice to cancel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

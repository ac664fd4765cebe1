from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.credential_error_response import CredentialErrorResponse
from ...models.error_response import ErrorResponse
from ...models.list_invoices_request import ListInvoicesRequest
from ...models.list_invoices_response import ListInvoicesResponse
from ...models.unexpected_response import UnexpectedResponse
from ...types import Response


def _get_kwargs(
    *,
    body: ListInvoicesRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/invoice/merchant/list",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
):
    if response.status_code == 200:
        response_200 = ListInvoicesResponse.from_dict(response.json())

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
    CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
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
    body: ListInvoicesRequest,
) -> Response[
    CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
]:
    """List invoices

     The invoices of a period, page by page.

    **`limit` has two readings.** The documentation explains it as the number of the last record,
    counted
    like `offset`; its name, its default of 10 and its maximum of 100 records suggest the size of a
    page.
    With `offset` 0 both agree. To be safe under both: advance `offset` by what came, and where a page
    comes
    back empty make sure that it does under the other reading, too.

    Args:
        body (ListInvoicesRequest): A period, and a part of what it has.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse]
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
    body: ListInvoicesRequest,
) -> (
    CredentialErrorResponse
    | ErrorResponse
    | ListInvoicesResponse
    | UnexpectedResponse
    | None
):
    """List invoices

     The invoices of a period, page by page.

    **`limit` has two readings.** The documentation explains it as the number of the last record,
    counted
    like `offset`; its name, its default of 10 and its maximum of 100 records suggest the size of a
    page.
    With `offset` 0 both agree. To be safe under both: advance `offset` by what came, and where a page
    comes
    back empty make sure that it does under the other reading, too.

    Args:
        body (ListInvoicesRequest): A period, and a part of what it has.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ListInvoicesRequest,
) -> Response[
    CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
]:
    """List invoices

     The invoices of a period, page by page.

    **`limit` has two readings.** The documentation explains it as the number of the last record,
    counted
    like `offset`; its name, its default of 10 and its maximum of 100 records suggest the size of a
    page.
    With `offset` 0 both agree. To be safe under both: advance `offset` by what came, and where a page
    comes
    back empty make sure that it does under the other reading, too.

    Args:
        body (ListInvoicesRequest): A period, and a part of what it has.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ListInvoicesRequest,
) -> (
    CredentialErrorResponse
    | ErrorResponse
    | ListInvoicesResponse
    | UnexpectedResponse
    | None
):
    """List invoices

     The invoices of a period, page by page.

    **`limit` has two readings.** The documentation explains it as the number of the last record,
    counted
    like `offset`; its name, its default of 10 and its maximum of 100 records suggest the size of a
    page.
    With `offset` 0 both agree. To be safe under both: advance `offset` by what came, and where a page
    comes
    back empty make sure that it does under the other reading, too.

    Args:
        body (ListInvoicesRequest): A period, and a part of what it has.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialErrorResponse | ErrorResponse | ListInvoicesResponse | UnexpectedResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

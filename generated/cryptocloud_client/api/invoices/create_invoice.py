from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.create_invoice_request import CreateInvoiceRequest
from ...models.create_invoice_response import CreateInvoiceResponse
from ...models.credential_error_response import CredentialErrorResponse
from ...models.error_response import ErrorResponse
from ...models.unexpected_response import UnexpectedResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateInvoiceRequest,
    locale: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["locale"] = locale

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/invoice/create",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
):
    if response.status_code == 200:
        response_200 = CreateInvoiceResponse.from_dict(response.json())

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
    CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
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
    body: CreateInvoiceRequest,
    locale: str | Unset = UNSET,
) -> Response[
    CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
]:
    """Create an invoice

     Asks a buyer for an amount. The answer's `link` is the page where it is paid. The invoice is in
    status `created` until it is paid, cancelled, or expires.

    Callback, success and fail URLs are settings of the project, and cannot be given here. [doc]

    To take the payment on a page of your own, give `add_fields.cryptocurrency`: the answer then carries
    an
    `address` of this invoice alone, and the exact amount to pay. [doc] There is no operation of its own
    for it.

    Args:
        locale (str | Unset):
        body (CreateInvoiceRequest): What is asked of the buyer. Members that are not listed seem
            to be ignored. [inferred] So nothing comes of a
            callback, success or fail URL, nor of metadata, though merchants send them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        locale=locale,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CreateInvoiceRequest,
    locale: str | Unset = UNSET,
) -> (
    CreateInvoiceResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Create an invoice

     Asks a buyer for an amount. The answer's `link` is the page where it is paid. The invoice is in
    status `created` until it is paid, cancelled, or expires.

    Callback, success and fail URLs are settings of the project, and cannot be given here. [doc]

    To take the payment on a page of your own, give `add_fields.cryptocurrency`: the answer then carries
    an
    `address` of this invoice alone, and the exact amount to pay. [doc] There is no operation of its own
    for it.

    Args:
        locale (str | Unset):
        body (CreateInvoiceRequest): What is asked of the buyer. Members that are not listed seem
            to be ignored. [inferred] So nothing comes of a
            callback, success or fail URL, nor of metadata, though merchants send them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return sync_detailed(
        client=client,
        body=body,
        locale=locale,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateInvoiceRequest,
    locale: str | Unset = UNSET,
) -> Response[
    CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
]:
    """Create an invoice

     Asks a buyer for an amount. The answer's `link` is the page where it is paid. The invoice is in
    status `created` until it is paid, cancelled, or expires.

    Callback, success and fail URLs are settings of the project, and cannot be given here. [doc]

    To take the payment on a page of your own, give `add_fields.cryptocurrency`: the answer then carries
    an
    `address` of this invoice alone, and the exact amount to pay. [doc] There is no operation of its own
    for it.

    Args:
        locale (str | Unset):
        body (CreateInvoiceRequest): What is asked of the buyer. Members that are not listed seem
            to be ignored. [inferred] So nothing comes of a
            callback, success or fail URL, nor of metadata, though merchants send them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        locale=locale,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateInvoiceRequest,
    locale: str | Unset = UNSET,
) -> (
    CreateInvoiceResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Create an invoice

     Asks a buyer for an amount. The answer's `link` is the page where it is paid. The invoice is in
    status `created` until it is paid, cancelled, or expires.

    Callback, success and fail URLs are settings of the project, and cannot be given here. [doc]

    To take the payment on a page of your own, give `add_fields.cryptocurrency`: the answer then carries
    an
    `address` of this invoice alone, and the exact amount to pay. [doc] There is no operation of its own
    for it.

    Args:
        locale (str | Unset):
        body (CreateInvoiceRequest): What is asked of the buyer. Members that are not listed seem
            to be ignored. [inferred] So nothing comes of a
            callback, success or fail URL, nor of metadata, though merchants send them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateInvoiceResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            locale=locale,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.create_static_wallet_request import CreateStaticWalletRequest
from ...models.create_static_wallet_response import CreateStaticWalletResponse
from ...models.credential_error_response import CredentialErrorResponse
from ...models.error_response import ErrorResponse
from ...models.unexpected_response import UnexpectedResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CreateStaticWalletRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/invoice/static/create",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
):
    if response.status_code == 200:
        response_200 = CreateStaticWalletResponse.from_dict(response.json())

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
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
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
    body: CreateStaticWalletRequest,
) -> Response[
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
]:
    """Create a static wallet

     An address for one coin and one customer. Each deposit is credited after fees and sends a postback
    whose
    `order_id` is `identify`. [doc] Static wallets are said not to work in test mode. [client]

    Args:
        body (CreateStaticWalletRequest): Which coin, and from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateStaticWalletResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
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
    body: CreateStaticWalletRequest,
) -> (
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Create a static wallet

     An address for one coin and one customer. Each deposit is credited after fees and sends a postback
    whose
    `order_id` is `identify`. [doc] Static wallets are said not to work in test mode. [client]

    Args:
        body (CreateStaticWalletRequest): Which coin, and from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateStaticWalletResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateStaticWalletRequest,
) -> Response[
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
]:
    """Create a static wallet

     An address for one coin and one customer. Each deposit is credited after fees and sends a postback
    whose
    `order_id` is `identify`. [doc] Static wallets are said not to work in test mode. [client]

    Args:
        body (CreateStaticWalletRequest): Which coin, and from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateStaticWalletResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateStaticWalletRequest,
) -> (
    CreateStaticWalletResponse
    | CredentialErrorResponse
    | ErrorResponse
    | UnexpectedResponse
    | None
):
    """Create a static wallet

     An address for one coin and one customer. Each deposit is credited after fees and sends a postback
    whose
    `order_id` is `identify`. [doc] Static wallets are said not to work in test mode. [client]

    Args:
        body (CreateStaticWalletRequest): Which coin, and from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateStaticWalletResponse | CredentialErrorResponse | ErrorResponse | UnexpectedResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.credential_error_response import CredentialErrorResponse
from ...models.error_response import ErrorResponse
from ...models.list_static_wallets_request import ListStaticWalletsRequest
from ...models.list_static_wallets_response import ListStaticWalletsResponse
from ...models.unexpected_response import UnexpectedResponse
from ...types import Response


def _get_kwargs(
    *,
    body: ListStaticWalletsRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/invoice/static/list",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
    | UnexpectedResponse
):
    if response.status_code == 200:
        response_200 = ListStaticWalletsResponse.from_dict(response.json())

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
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
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
    body: ListStaticWalletsRequest,
) -> Response[
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
    | UnexpectedResponse
]:
    """List static wallets (experimental)

     **Unverified.** The documentation has a heading for this and its text is unknown; what stands here
    comes
    from an emulator and one client. [client]

    Args:
        body (ListStaticWalletsRequest): Whose wallets, and a part of them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialErrorResponse | ErrorResponse | ListStaticWalletsResponse | UnexpectedResponse]
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
    body: ListStaticWalletsRequest,
) -> (
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
    | UnexpectedResponse
    | None
):
    """List static wallets (experimental)

     **Unverified.** The documentation has a heading for this and its text is unknown; what stands here
    comes
    from an emulator and one client. [client]

    Args:
        body (ListStaticWalletsRequest): Whose wallets, and a part of them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialErrorResponse | ErrorResponse | ListStaticWalletsResponse | UnexpectedResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ListStaticWalletsRequest,
) -> Response[
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
    | UnexpectedResponse
]:
    """List static wallets (experimental)

     **Unverified.** The documentation has a heading for this and its text is unknown; what stands here
    comes
    from an emulator and one client. [client]

    Args:
        body (ListStaticWalletsRequest): Whose wallets, and a part of them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialErrorResponse | ErrorResponse | ListStaticWalletsResponse | UnexpectedResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ListStaticWalletsRequest,
) -> (
    CredentialErrorResponse
    | ErrorResponse
    | ListStaticWalletsResponse
    | UnexpectedResponse
    | None
):
    """List static wallets (experimental)

     **Unverified.** The documentation has a heading for this and its text is unknown; what stands here
    comes
    from an emulator and one client. [client]

    Args:
        body (ListStaticWalletsRequest): Whose wallets, and a part of them. [client]

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialErrorResponse | ErrorResponse | ListStaticWalletsResponse | UnexpectedResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

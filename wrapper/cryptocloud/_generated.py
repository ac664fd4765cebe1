"""The seam where the generated client meets a session. All casts and all pretence stand here.

The generated functions call `request` of an httpx client and read an `httpx.Response`. What stands in for
both here has just what they use, so that they get the same deadline, errors and key hygiene as the methods
of the clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, Self, cast

import httpx

from cryptocloud._call import Success
from cryptocloud._session import AsyncSession, Session
from cryptocloud_client import AuthenticatedClient


class _Response:
    """A success in place of an `httpx.Response`."""

    # The spec files every success under 200; an undocumented 201 with a success envelope is one, too.
    status_code: ClassVar = 200

    def __init__(self, success: Success) -> None:
        self._success = success

    @property
    def headers(self) -> Mapping[str, str]:
        return self._success.answer.headers

    @property
    def content(self) -> bytes:
        return self._success.answer.body

    def json(self) -> object:
        return self._success.document


class _Client:
    """A session in place of an `httpx.Client`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def request(self, **request: Any) -> _Response:
        return _Response(self._session.request(**request))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()


class _AsyncClient:
    """A session in place of an `httpx.AsyncClient`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def request(self, **request: Any) -> _Response:
        return _Response(await self._session.request(**request))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.aclose()


class GeneratedClient(AuthenticatedClient):
    """The generated client over a session. The key stays in the session."""

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            raise TypeError(
                "this client is asynchronous: call asyncio() or asyncio_detailed() of the operation"
            )
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        if self._async_client is None:
            raise TypeError("this client is synchronous: call sync() or sync_detailed() of the operation")
        return self._async_client

    # The stock methods change the client that they copy, and the copy goes another road.

    def with_headers(self, headers: dict[str, str]) -> NoReturn:
        raise TypeError("the session sends fixed headers")

    def with_cookies(self, cookies: dict[str, str]) -> NoReturn:
        raise TypeError("the session sends no cookies")

    def with_timeout(self, timeout: httpx.Timeout) -> NoReturn:
        raise TypeError("make a client with the timeout that you want: CryptoCloud(timeout=...)")


def generated_over(session: Session | AsyncSession) -> GeneratedClient:
    """A generated client that calls through `session`."""
    client = GeneratedClient(base_url=str(session.engine.target), token="", prefix="Token")
    if isinstance(session, Session):
        return client.set_httpx_client(cast("httpx.Client", _Client(session)))
    return client.set_async_httpx_client(cast("httpx.AsyncClient", _AsyncClient(session)))

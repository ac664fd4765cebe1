"""Transports of httpx's successor carry calls as those of httpx do."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest

from conftest import Serve
from cryptocloud import APIConnectionError, APITimeoutError, AsyncCryptoCloud, CryptoCloud, Outcome
from support.service import KEY
from support.stub import DONE, Connection, nobody_listens, sends

UUID = "INV-89UX09KA"


def cancel_sync(transport: Any, **settings: Any) -> None:
    with CryptoCloud(api_key=KEY, transport=transport, max_retries=0, **settings) as client:
        client.invoices.cancel(UUID)


def cancel_async(transport: Any, **settings: Any) -> None:
    async def main() -> None:
        async with AsyncCryptoCloud(api_key=KEY, transport=transport, max_retries=0, **settings) as client:
            await client.invoices.cancel(UUID)

    asyncio.run(main())


WAYS = pytest.mark.parametrize(
    ("cancel", "make"),
    [(cancel_sync, httpx2.HTTPTransport), (cancel_async, httpx2.AsyncHTTPTransport)],
    ids=["sync", "async"],
)


@WAYS
def test_a_call_is_carried(cancel: Callable[..., None], make: Callable[[], Any], serve: Serve) -> None:
    stub = serve(sends(DONE))
    cancel(make(), base_url=stub.base_url)
    assert stub.requests[0].headers["authorization"] == f"Token {KEY}"


@WAYS
def test_what_it_did_not_send_is_not_sent(cancel: Callable[..., None], make: Callable[[], Any]) -> None:
    with nobody_listens() as port, pytest.raises(APIConnectionError) as caught:
        cancel(make(), base_url=f"http://127.0.0.1:{port}/v2")
    assert caught.value.outcome is Outcome.NOT_SENT
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)


@WAYS
def test_its_timeouts_are_timeouts(
    cancel: Callable[..., None], make: Callable[[], Any], serve: Serve
) -> None:
    stub = serve(Connection.keep_silent)
    with pytest.raises(APITimeoutError) as caught:
        cancel(make(), base_url=stub.base_url, timeout=0.3)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("cls", [CryptoCloud, AsyncCryptoCloud])
def test_what_is_no_transport_names_both_libraries(cls: Callable[..., Any]) -> None:
    for wrong in (object(), httpx.Client, httpx2.Client):
        with pytest.raises(TypeError, match=r"httpx\..*BaseTransport or httpx2\..*BaseTransport"):
            cls(api_key=KEY, transport=wrong)

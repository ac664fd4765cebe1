"""The key is nowhere to be seen."""

import asyncio
import logging
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conftest import Cancel, Serve
from cryptocloud import AsyncCryptoCloud, CryptoCloud, CryptoCloudError
from support.faults import shown
from support.service import KEY
from support.stub import Connection, http, sends, sends_and_hangs_up, type_ctrl_c

ECHO = f'{{"status":"error","result":{{"{KEY}":"You sent {KEY}"}},"headers":"Token {KEY}"}}'.encode()


@pytest.mark.parametrize(
    "answer",
    [
        http(400, ECHO, f"X-Request-Id: {KEY}"),
        http(200, ECHO),
        http(400, f"<p>{KEY}</p>".encode()),
        http(400, b" " * 9_990 + KEY.encode()),
        http(200, f"<p>{KEY}</p>".encode()),
        http(502, f"<p>{KEY}</p>".encode()),
        http(302, b"", f"Location: http://127.0.0.1/?key={KEY}"),
        http(401, f'{{"detail":"{KEY}"}}'.encode()),
        f"HTTP/1.1 {KEY}\r\n\r\n".encode(),
        b"HTTP/1.1 200 OK\r\n\r\n",
        http(200, KEY.encode())[:-1],
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_error_does_not_show_the_key(
    cancel: Cancel,
    serve: Serve,
    answer: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    stub = serve(sends_and_hangs_up(answer))
    with pytest.raises(CryptoCloudError) as caught:
        cancel(base_url=stub.base_url)
    assert stub.requests[0].headers["authorization"] == f"Token {KEY}"
    for text in shown(caught.value):
        assert KEY not in text
    assert KEY.encode() not in pickle.dumps(caught.value)
    assert f"Token {KEY}" not in caplog.text


@pytest.mark.parametrize("written", [r"pay\/+abc\"x", r"pay/+abc\"x", "pay%2F%2Babc%22x", 'pay/+abc"x'])
def test_a_key_is_masked_however_it_is_written(cancel: Cancel, serve: Serve, written: str) -> None:
    stub = serve(sends(http(200, f"<p>You sent {written}</p>".encode())))
    with pytest.raises(CryptoCloudError, match=r"You sent \*\*\*") as caught:
        cancel(base_url=stub.base_url, api_key='pay/+abc"x')
    assert "abc" not in str(caught.value)


def test_an_interrupted_call_does_not_show_the_key(serve: Serve) -> None:
    def interrupt(connection: Connection) -> None:
        type_ctrl_c()
        connection.keep_silent()

    stub = serve(interrupt)
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.invoices.cancel("INV-89UX09KA")
    assert len(stub.requests) == 1
    for text in shown(caught.value):
        assert KEY not in text


async def test_a_cancelled_call_does_not_show_the_key(serve: Serve) -> None:
    loop = asyncio.get_running_loop()

    def time_out(connection: Connection) -> None:
        loop.call_soon_threadsafe(limit.reschedule, loop.time())
        connection.keep_silent()

    stub = serve(time_out)
    async with AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(None) as limit:
                await client.invoices.cancel("INV-89UX09KA")
    assert len(stub.requests) == 1
    for text in shown(caught.value):
        assert KEY not in text


def test_a_failed_connect_does_not_show_the_key(cancel: Cancel) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"could not send {request.headers['authorization']}", request=request)

    with pytest.raises(CryptoCloudError, match=r"Token \*\*\*") as caught:
        cancel(transport=httpx.MockTransport(handle), max_retries=0)
    for text in shown(caught.value):
        assert KEY not in text


@pytest.mark.parametrize(
    "settings",
    [{"api_key": f"{KEY}\n"}, {"api_key": f"Token {KEY}"}, {"base_url": "http://a"}, {"timeout": 0}],
    ids=str,
)
@pytest.mark.parametrize("make", [CryptoCloud, AsyncCryptoCloud])
def test_a_refused_setting_does_not_show_the_key(make: Callable[..., Any], settings: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        make(**({"api_key": KEY} | settings))
    for text in shown(caught.value):
        assert KEY not in text


def test_an_object_does_not_show_the_key() -> None:
    sync_client = CryptoCloud(api_key=KEY)
    async_client = AsyncCryptoCloud(api_key=KEY)
    for client in (sync_client, async_client):
        for thing in (client, client.invoices, client.generated, client.generated.token):
            assert KEY not in repr(thing)
            assert KEY not in str(thing)
            assert KEY not in repr(getattr(thing, "__dict__", ""))
        assert KEY not in repr(vars(vars(client)["_session"]))


def test_a_misused_id_does_not_show_the_key(cancel: Cancel) -> None:
    with pytest.raises(ValueError, match="uuid") as caught:
        cancel(KEY)
    assert KEY not in str(caught.value)


def test_the_key_is_sent_as_the_service_wants_it(cancel: Cancel, serve: Serve) -> None:
    stub = serve(sends(http(200, b'{"status":"success","result":["ok"]}')))
    cancel(base_url=stub.base_url)
    (request,) = stub.requests
    assert request.line == "POST /v2/invoice/merchant/canceled HTTP/1.1"
    assert request.headers["authorization"] == f"Token {KEY}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == stub.base_url.removeprefix("http://").removesuffix("/v2")
    assert request.body == b'{"uuid":"INV-89UX09KA"}'

"""The key is nowhere to be seen."""

import asyncio
import datetime
import gc
import json
import logging
import pickle
import re
import traceback
import types
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import cryptocloud
from conftest import Cancel, Serve
from cryptocloud import (
    AsyncCryptoCloud,
    CryptoCloud,
    CryptoCloudError,
    InvalidResponseError,
    NotFoundError,
    PostbackNotPaidError,
)
from cryptocloud.postback import message
from support.faults import own_frames, texts
from support.service import KEY, Service, Use, success
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
    for text in texts(caught.value):
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
    for text in texts(caught.value):
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
    for text in texts(caught.value):
        assert KEY not in text


def test_a_failed_connect_does_not_show_the_key(cancel: Cancel) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"could not send {request.headers['authorization']}", request=request)

    with pytest.raises(CryptoCloudError, match=r"Token \*\*\*") as caught:
        cancel(transport=httpx.MockTransport(handle), max_retries=0)
    for text in texts(caught.value):
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
    for text in texts(caught.value):
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


# --- Personal data ---

EMAILS = [f"buyer{number}@example.com" for number in range(50)]
BUYERS = [{"uuid": f"INV-{number:08}", "user_email": email} for number, email in enumerate(EMAILS)]
PADDING = "x" * 500
"""Longer than what is quoted of a body."""


def body(status: str, result: object) -> bytes:
    return json.dumps(
        {"padding": PADDING, "status": status, "result": result, "key": KEY, "buyers": BUYERS}
    ).encode()


ENDS: dict[str, bytes] = {
    "BadRequestError": http(400, body("error", {"amount": PADDING})),
    "InvoiceNotCancelableError": http(400, body("error", {"validate_error": "Invoice is not created"})),
    "AuthenticationError": http(403, body("error", {"authorization": "no"})),
    "NotFoundError": http(404, body("error", {})),
    "RateLimitError": http(429, body("error", {})),
    "ServerError": http(502, body("error", {})),
    "APIStatusError": http(418, body("error", {})),
    "InvalidResponseError": http(200, body("odd", ["ok"])),
    "APIConnectionError": http(200, body("success", ["ok"]))[:-1],
    "APITimeoutError": http(200, body("success", ["ok"]))[:-2],
}
"""What a server says, by the class of the error that comes of it."""


def test_every_class_of_a_call_is_among_them() -> None:
    classes = {name for name in cryptocloud.__all__ if name.endswith("Error") and "Postback" not in name}
    assert classes - {"CryptoCloudError", "JournalError"} == ENDS.keys()


@pytest.mark.parametrize("name", ENDS)
def test_no_frame_holds_what_the_service_said(cancel: Cancel, serve: Serve, name: str) -> None:
    def answer(connection: Connection) -> None:
        connection.send(ENDS[name])
        if name == "APITimeoutError":
            connection.keep_silent()
        connection.hang_up()

    stub = serve(answer)
    with pytest.raises(CryptoCloudError) as caught:
        cancel(base_url=stub.base_url, max_retries=0, timeout=0.5 if name == "APITimeoutError" else 5)
    assert type(caught.value).__name__ == name
    printed = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert not re.search(r"buyer\d+@", "".join(printed))
    see_that_no_frame_holds_a_buyer(caught.value)


def see_that_no_frame_holds_a_buyer(error: BaseException) -> None:
    for frame in own_frames(error.__traceback__):
        for variable, value in frame.f_locals.items():
            # An error can have invoices for the caller.
            assert isinstance(value, Exception) or not holds_a_buyer(value), (
                f"{frame.f_code.co_qualname} holds a body in {variable}"
            )


@pytest.mark.parametrize("call", ["create", "get_many", "list"])
def test_no_frame_holds_a_success_that_cannot_be_read(use: Use, call: str) -> None:
    calls: dict[str, Callable[[Any], Any]] = {
        "create": lambda client: client.invoices.create("1"),
        "get_many": lambda client: client.invoices.get_many(["INV-00000001"]),
        "list": lambda client: client.invoices.list(datetime.date(2023, 1, 1), datetime.date(2023, 1, 2)),
    }
    nameless: object = {"user_email": EMAILS[0]}
    document = success(nameless if call == "create" else [*BUYERS, nameless])
    with pytest.raises(InvalidResponseError) as caught:
        use(Service(document, only_requests=True), calls[call])
    see_that_no_frame_holds_a_buyer(caught.value)


UUIDS = [f"INV-{number:08}" for number in range(150)]
PAGE = [{"uuid": uuid, "user_email": "buyer1@example.com"} for uuid in UUIDS[:100]]
PERIOD = datetime.date(2023, 1, 1), datetime.date(2023, 1, 2)
NO = {"status": "error", "result": {"date": "no"}}


def raise_it(error: CryptoCloudError) -> None:
    raise error


@pytest.mark.parametrize(
    ("answers", "call"),
    [
        ([success(PAGE), NO], lambda client: client.invoices.get_many(UUIDS)),
        ([success(PAGE), success([])], lambda client: client.invoices.get_many(UUIDS)),
        ([success(PAGE), success(PAGE[:1]), NO], lambda client: client.invoices.list(*PERIOD)),
        ([success(PAGE), *[success(PAGE)] * 12], lambda client: client.invoices.list(*PERIOD)),
        (
            [success(PAGE, all_count=200), success([]), success([])],
            lambda client: client.invoices.list(PERIOD[0], PERIOD[0]),
        ),
        (
            [success(PAGE[:1])],
            lambda client: client.invoices.wait_until_final(UUIDS[0], timeout=1e-9),
        ),
        ([success(PAGE), NO], lambda client: client.invoices.watch(UUIDS, on_error=raise_it)),
    ],
    ids=["get_many", "get_many, unknown", "list", "list, stale", "list, a day", "wait_until_final", "watch"],
)
def test_no_frame_holds_what_came_before(use: Use, answers: list[object], call: Callable[[Any], Any]) -> None:
    with pytest.raises((CryptoCloudError, TimeoutError)) as caught:
        use(Service(*answers, only_requests=True), call, max_retries=0)
    see_that_no_frame_holds_a_buyer(caught.value)


@pytest.mark.parametrize(
    "found", [{"status": "created"}, {"status": "paid", "test_mode": True}, {"uuid": UUIDS[1]}]
)
def test_no_frame_holds_an_invoice_that_is_announced(use: Use, found: dict[str, object]) -> None:
    info = {"user_email": "buyer1@example.com"}
    sent = message(UUIDS[0], "s" * 32, invoice_info={"uuid": UUIDS[0], **info})
    service = Service(success([PAGE[0] | info | found]), only_requests=True)
    with pytest.raises((NotFoundError, PostbackNotPaidError)) as caught:
        use(
            service,
            lambda client: client.postbacks.receive(sent.body, sent.content_type, accept_test=False),
            secret_key="s" * 32,
        )
    see_that_no_frame_holds_a_buyer(caught.value)


CODE = (type, types.ModuleType, types.FunctionType, types.FrameType)


def holds_a_buyer(value: object) -> bool:
    """Whether something of a body can be reached from a local variable."""
    seen: set[int] = set()
    left = [value]
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, CODE):
            continue
        seen.add(id(each))
        if isinstance(each, (str, bytes, bytearray)):
            if b"buyer1@" in (each.encode() if isinstance(each, str) else each):
                return True
        else:
            left += gc.get_referents(each)
    return False

"""What the sandbox tells of payments: deliveries, history, calls, and the word that something has changed."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cryptocloud.postback import verify
from cryptocloud_sandbox import Delivery, Sandbox
from cryptocloud_sandbox.changes import Changes, Listener
from cryptocloud_sandbox.server import Server
from cryptocloud_sandbox.state import State
from support.stub import Connection, Stub, http

Script = Callable[[Connection], None]
Serve = Callable[[Script], Stub]


@pytest.fixture
def merchant() -> Iterator[Serve]:
    """Starts merchants that answer postbacks by a script."""
    stubs: list[Stub] = []

    def start(script: Script) -> Stub:
        stubs.append(Stub(script).__enter__())
        return stubs[-1]

    yield start
    for stub in stubs:
        stub.__exit__()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> float:
    """The merchant's time is short."""
    monkeypatch.setattr("cryptocloud_sandbox.targets.TIMEOUT", 0.3)
    return 0.3


def delivered(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    return delivery


def pay(sandbox: Sandbox) -> Delivery:
    return delivered(sandbox.pay(sandbox.add_invoice()))


# A delivery


def test_a_delivery_tells_everything(sandbox: Sandbox, merchant: Serve) -> None:
    stub = merchant(lambda connection: connection.send(http(200, b'{"message":"Postback received"}')))
    sandbox.send_postbacks_to(stub.base_url + "/paid")
    uuid = sandbox.add_invoice(order_id="A-17")
    before = datetime.now(UTC)
    delivery = delivered(sandbox.pay(uuid))
    assert before <= delivery.at <= datetime.now(UTC)
    assert delivery.seconds > 0
    assert (delivery.number, delivery.uuid, delivery.attempt) == (1, uuid, 1)
    assert (delivery.status, delivery.error, delivery.accepted) == (200, None, True)
    assert (delivery.url, delivery.invoice_status) == (stub.base_url + "/paid", "paid")
    assert (delivery.content_type, delivery.body) == ("application/json", stub.requests[0].body)
    assert delivery.response_body == b'{"message":"Postback received"}'
    assert repr(delivery) == "Delivery(status=200, invoice_status='paid')"
    again = delivered(sandbox.resend_postback(uuid))
    assert (again.number, again.attempt) == (2, 2)
    assert sandbox.deliveries == [delivery, again]


def test_nothing_is_sent_without_a_target(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    assert sandbox.pay(uuid) is None
    assert sandbox.resend_postback(uuid) is None
    sandbox.send_postbacks_to(lambda _body, _content_type: 200)
    assert sandbox.resend_postback(uuid) is not None
    sandbox.send_postbacks_to(None)
    assert sandbox.resend_postback(uuid) is None
    assert len(sandbox.deliveries) == 1


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (http(500, b"oh"), 500, None),
        (http(302, b"", "Location: /"), 302, None),
        (http(204), 204, None),
        (b"nonsense\r\n\r\n", None, "the answer is not HTTP: {}"),
        (b"", None, "the connection was closed without an answer: {}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 200, "the answer ends in the middle: {}"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
            200,
            "the answer ends in the middle: {}",
        ),
    ],
)
def test_what_is_not_accepted(
    sandbox: Sandbox, merchant: Serve, answer: bytes, status: int | None, error: str | None
) -> None:
    def script(connection: Connection) -> None:
        connection.send(answer)
        connection.hang_up()

    stub = merchant(script)
    sandbox.send_postbacks_to(stub.base_url)
    delivery = pay(sandbox)
    assert (delivery.status, delivery.accepted, delivery.invoice_status) == (status, False, "created")
    assert delivery.error == (None if error is None else error.format(stub.base_url))
    assert len(stub.requests) == 1  # Nothing is repeated, and no redirect is followed.


def test_a_merchant_that_is_not_there(sandbox: Sandbox) -> None:
    sandbox.send_postbacks_to("http://127.0.0.1:1/x")
    assert repr(pay(sandbox)) == (
        "Delivery(error='connection refused: http://127.0.0.1:1/x', invoice_status='created')"
    )


def test_a_large_answer_is_read_and_its_beginning_kept(sandbox: Sandbox, merchant: Serve) -> None:
    stub = merchant(lambda connection: connection.send(http(200, b"x" * 2 * 1024 * 1024)))
    sandbox.send_postbacks_to(stub.base_url)
    delivery = pay(sandbox)
    assert delivery.accepted
    assert delivery.response_body == b"x" * 65536


def test_the_time_is_for_the_whole_answer(sandbox: Sandbox, merchant: Serve, quick: float) -> None:
    def drip(connection: Connection) -> None:
        # Each piece is in time; all of them would take minutes.
        for byte in http(200, b"x" * 10_000):
            connection.send(bytes([byte]))
            time.sleep(quick / 20)

    sandbox.send_postbacks_to(merchant(drip).base_url)
    dripped = pay(sandbox)
    assert (dripped.error or "").startswith("no whole answer within 0.3 s: http://")
    sandbox.send_postbacks_to(merchant(lambda connection: connection.keep_silent()).base_url)
    silent = pay(sandbox)
    assert (silent.status, silent.error is None, silent.accepted) == (None, False, False)


def test_a_test_payment_that_is_not_accepted_can_be_repeated(sandbox: Sandbox) -> None:
    statuses = iter([500, 503, 200])
    sandbox.send_postbacks_to(lambda _body, _content_type: next(statuses))
    uuid = sandbox.add_invoice()
    seen = [delivered(sandbox.pay(uuid)) for _ in range(3)]
    assert [(each.attempt, each.status, each.invoice_status) for each in seen] == [
        (1, 500, "created"),
        (2, 503, "created"),
        (3, 200, "paid"),
    ]
    assert [(event.status, event.cause) for event in sandbox.history(uuid)] == [
        ("created", "add_invoice"),
        ("paid", "pay"),
        ("created", "postback not accepted"),
        ("paid", "pay"),
        ("created", "postback not accepted"),
        ("paid", "pay"),
    ]


def test_a_live_payment_stays(merchant: Serve) -> None:
    with Sandbox(seed=1, test_mode=False) as sandbox:
        sandbox.send_postbacks_to(lambda _body, _content_type: 500)
        assert pay(sandbox).invoice_status == "paid"


def test_a_repetition_that_is_not_accepted_takes_nothing_back(sandbox: Sandbox) -> None:
    statuses = iter([200, 500])
    sandbox.send_postbacks_to(lambda _body, _content_type: next(statuses))
    uuid = sandbox.add_invoice()
    sandbox.pay(uuid)
    assert delivered(sandbox.resend_postback(uuid)).invoice_status == "paid"


# A function as the target


def test_a_function_gets_what_a_handler_would(sandbox: Sandbox) -> None:
    got: list[tuple[bytes, str]] = []

    def shop(body: bytes, content_type: str) -> int:
        got.append((body, content_type))
        # The invoice is paid meanwhile, as the merchant can ask.
        assert sandbox.status(uuid) == "paid"
        return 200

    sandbox.send_postbacks_to(shop)
    uuid = sandbox.add_invoice()
    delivery = delivered(sandbox.pay(uuid))
    assert delivery.accepted
    assert delivery.url.endswith("test_a_function_gets_what_a_handler_would.<locals>.shop")
    assert verify(*got[0], sandbox.secret_key).invoice_id == uuid
    sandbox.send_postbacks_to(shop, "form")
    sandbox.resend_postback(uuid)
    assert got[1][1] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(got[1][0].decode()))["invoice_id"] == uuid[4:]
    assert verify(*got[1], sandbox.secret_key).invoice_id == uuid


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"got it"),  # Starlette's test client has them, too.
        SimpleNamespace(status_code=200, content=b"got it"),  # Django's.
        SimpleNamespace(status_code=200, data=b"got it"),  # Flask's.
    ],
    ids=["httpx", "django", "flask"],
)
def test_the_answers_of_test_clients_are_understood(sandbox: Sandbox, answer: object) -> None:
    sandbox.send_postbacks_to(lambda _body, _content_type: answer)
    delivery = pay(sandbox)
    assert (delivery.accepted, delivery.response_body) == (True, b"got it")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(None, "NoneType"), ("200", "str"), (True, "bool"), (SimpleNamespace(), "SimpleNamespace")],
)
def test_an_answer_that_says_nothing_is_told(sandbox: Sandbox, answer: object, kind: str) -> None:
    sandbox.send_postbacks_to(lambda _body, _content_type: answer)
    delivery = pay(sandbox)
    assert f"gave a {kind}, neither a status nor an answer with one" in (delivery.error or "")
    assert delivery.invoice_status == "created"


def test_a_function_that_raises_has_not_accepted(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    def shop(_body: bytes, _content_type: str) -> int:
        raise ZeroDivisionError("no\nstock")

    sandbox.send_postbacks_to(shop)
    delivery = pay(sandbox)
    assert (delivery.status, delivery.invoice_status) == (None, "created")
    assert (delivery.error or "").startswith("ZeroDivisionError: no stock (")
    assert __file__ in (delivery.error or "")
    assert verify(delivery.body, delivery.content_type, sandbox.secret_key).invoice_id == delivery.uuid
    assert "Traceback" in caplog.text


def test_a_test_that_ends_in_a_function_ends(sandbox: Sandbox) -> None:
    def shop(_body: bytes, _content_type: str) -> int:
        pytest.fail("the handler must not be called")

    sandbox.send_postbacks_to(shop)
    uuid = sandbox.add_invoice()
    with pytest.raises(pytest.fail.Exception, match="must not be called"):
        sandbox.pay(uuid)
    assert sandbox.status(uuid) == "created"
    assert [each.error for each in sandbox.deliveries] == ["interrupted"]


def test_a_function_that_takes_too_long(sandbox: Sandbox, quick: float) -> None:
    def shop(_body: bytes, _content_type: str) -> int:
        time.sleep(quick * 1.5)
        return 200

    sandbox.send_postbacks_to(shop)
    delivery = pay(sandbox)
    assert (delivery.status, delivery.accepted) == (200, False)
    assert (delivery.error or "").startswith("no whole answer within 0.3 s: ")


def test_targets_are_checked(sandbox: Sandbox) -> None:
    async def shop(_body: bytes, _content_type: str) -> int:
        return 200

    class Shop:
        async def __call__(self, _body: bytes, _content_type: str) -> int:
            return 200

    for target in (shop, Shop()):
        with pytest.raises(TypeError, match="an async one would not be awaited"):
            sandbox.send_postbacks_to(target)
    with pytest.raises(TypeError, match="not int"):
        sandbox.send_postbacks_to(8000)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neither 'json' nor 'form'"):
        sandbox.send_postbacks_to("http://127.0.0.1/", "xml")  # type: ignore[arg-type]
    for url in (
        "http://127.0.0.1/оплата",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://me:secret@127.0.0.1/",
        "http://example.com/",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "",
    ):
        with pytest.raises(ValueError, match=r"the target (is not an http:// URL|has a port)"):
            sandbox.send_postbacks_to(url)

    def disguised(body: bytes, content_type: str) -> object:
        return shop(body, content_type)

    sandbox.send_postbacks_to(disguised)
    assert "gave a coroutine" in (pay(sandbox).error or "")


def test_two_sandboxes_in_one_process_pay_each_other_nothing() -> None:
    with Sandbox(seed=1) as one, Sandbox(seed=2) as other:
        one.send_postbacks_to(lambda _body, _content_type: 200)
        other.send_postbacks_to(lambda _body, _content_type: 500)
        assert pay(one).accepted
        assert not pay(other).accepted
        assert (len(one.deliveries), len(other.deliveries)) == (1, 1)


# Deposits to static wallets


def make_wallet(sandbox: Sandbox, coin: str = "USDT_TRC20") -> str:
    response = httpx.post(
        sandbox.base_url + "/invoice/static/create",
        json={"shop_id": sandbox.shop_id, "currency": coin, "identify": "user-7"},
        headers={"Authorization": f"Token {sandbox.api_key}"},
    )
    uuid = response.json()["result"]["uuid"]
    assert isinstance(uuid, str)
    return uuid


@pytest.mark.parametrize("coin", ["USDT_TRC20", "BTC", "SHIB_BSC"])
def test_a_deposit_is_announced(coin: str) -> None:
    with Sandbox(seed=1, test_mode=False) as sandbox:
        got: list[tuple[bytes, str]] = []

        def shop(body: bytes, content_type: str) -> int:
            got.append((body, content_type))
            return 200

        sandbox.send_postbacks_to(shop)
        wallet = make_wallet(sandbox, coin)
        delivery = delivered(sandbox.deposit_to(wallet, "0.5"))
        postback = verify(*got[0], sandbox.secret_key)
        assert (postback.order_id, postback.currency, str(postback.amount_crypto)) == ("user-7", coin, "0.5")
        assert postback.invoice_id == delivery.uuid
        assert (
            jwt.decode(json.loads(got[0][0])["token"], sandbox.secret_key, ["HS256"])["id"]
            == delivery.uuid[4:]
        )
        info = json.loads(got[0][0])["invoice_info"]
        assert (info["amount"], info["amount_paid"], info["to_surcharge"]) == (0.5, 0.5, 0)
        # The same deposit, announced once more, and another one.
        assert delivered(sandbox.resend_postback(delivery.uuid)).uuid == delivery.uuid
        assert delivered(sandbox.deposit_to(wallet, "0.5")).uuid != delivery.uuid
        assert sandbox.status(delivery.uuid) == "paid"
        assert [event.cause for event in sandbox.history(delivery.uuid)] == ["deposit_to"]
        headers = {"Authorization": f"Token {sandbox.api_key}"}
        found = httpx.post(
            sandbox.base_url + "/invoice/merchant/info", json={"uuids": [delivery.uuid]}, headers=headers
        )
        assert found.json()["result"] == []  # The API is not known to know it.
        balances = httpx.post(sandbox.base_url + "/merchant/wallet/balance/all", headers=headers).json()[
            "result"
        ]
        [amount] = [each["balance_crypto"] for each in balances if each["currency"]["code"] == coin]
        assert amount == pytest.approx(0.981)  # Twice, less the service's 1.9 %.


def test_a_deposit_that_cannot_be(sandbox: Sandbox) -> None:
    with pytest.raises(KeyError, match="no static wallet"):
        sandbox.deposit_to("1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX", 1)
    wallet = make_wallet(sandbox)
    with pytest.raises(ValueError, match="is not"):
        sandbox.deposit_to(wallet, 0)
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    httpx.post(sandbox.base_url + "/invoice/static/unsubscribe", json={"uuid": wallet}, headers=headers)
    with pytest.raises(ValueError, match="is switched off"):
        sandbox.deposit_to(wallet, 1)


# After the end


def test_a_payment_after_the_end_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.send_postbacks_to(lambda _body, _content_type: 200)
    expired, cancelled, part = sandbox.add_invoice(), sandbox.add_invoice("canceled"), sandbox.add_invoice()
    sandbox.expire(expired)
    sandbox.pay_part(part)
    sandbox.advance(24 * 3600)
    for uuid in (expired, cancelled, part):
        status = sandbox.status(uuid)
        assert sandbox.pay(uuid) is None
        assert sandbox.overpay(uuid) is None
        sandbox.pay_part(uuid)
        assert sandbox.status(uuid) == status
        assert [event.cause for event in sandbox.history(uuid)][-3:] == [
            "pay, too late",
            "overpay, too late",
            "pay_part, too late",
        ]
    assert sandbox.deliveries == []


def test_a_partial_payment_can_run_out_of_time(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    sandbox.pay_part(uuid)
    sandbox.expire(uuid)
    sandbox.pay(uuid)
    assert sandbox.status(uuid) == "partial"
    with pytest.raises(ValueError, match="only a created or a partial invoice expires"):
        sandbox.expire(uuid)


# What was seen


def test_the_history_of_an_invoice(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    httpx.post(sandbox.base_url + "/invoice/merchant/canceled", json={"uuid": uuid}, headers=headers)
    events = sandbox.history(uuid[4:])
    assert [(event.uuid, event.status, event.cause) for event in events] == [
        (uuid, "created", "add_invoice"),
        (uuid, "canceled", "cancelInvoice"),
    ]
    assert events[0].at <= events[1].at <= datetime.now(UTC)
    left = sandbox.add_invoice(lifetime=timedelta(hours=1))
    sandbox.advance(7200)
    assert [event.cause for event in sandbox.history(left)] == ["add_invoice", "its time is over"]
    assert sandbox.history(left)[1].at - sandbox.history(left)[0].at == timedelta(hours=1)
    with pytest.raises(KeyError, match="there is no invoice INV-00000000"):
        sandbox.history("INV-00000000")


def test_deliveries_and_history_survive_in_a_file(tmp_path: Path) -> None:
    def answer(_body: bytes, _content_type: str) -> object:
        return httpx.Response(200, content=bytes(range(256)))

    with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
        sandbox.send_postbacks_to(answer)
        uuid = sandbox.add_invoice()
        sandbox.pay(uuid)
        before = (sandbox.deliveries, sandbox.history(uuid))
    with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
        assert (sandbox.deliveries, sandbox.history(uuid)) == before
        assert sandbox.deliveries[0].response_body == bytes(range(256))
        sandbox.send_postbacks_to(answer)
        again = delivered(sandbox.resend_postback(uuid))
        assert (again.number, again.attempt) == (2, 2)


def test_the_oldest_deliveries_are_forgotten_and_numbers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptocloud_sandbox.logs.MOST_ENTRIES", 3)
    for last in (5, 10):
        with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
            sandbox.send_postbacks_to(lambda _body, _content_type: 200)
            for _ in range(5):
                pay(sandbox)
            assert [each.number for each in sandbox.deliveries] == [last - 2, last - 1, last]
    monkeypatch.setattr("cryptocloud_sandbox.logs.MOST_ENTRIES", 100)
    with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
        assert [each.number for each in sandbox.deliveries] == [8, 9, 10]
    monkeypatch.setattr("cryptocloud_sandbox.logs.MOST_BYTES", 10_000)
    with Sandbox(seed=1) as sandbox:
        sandbox.send_postbacks_to(lambda _body, _content_type: 200)
        for _ in range(20):
            pay(sandbox)
        assert 1 <= len(sandbox.deliveries) < 10
        assert sandbox.deliveries[-1].number == 20


# The word of a change


async def soon(listener: Listener) -> int:
    return await asyncio.wait_for(anext(listener), 10)


async def is_silent(listener: Listener) -> bool:
    try:
        await asyncio.wait_for(anext(listener), 0.05)
    except TimeoutError:
        return True
    return False


async def test_those_who_wait_hear_of_changes() -> None:
    changes = Changes()
    state = State(1, test_mode=True, limit_is_end=False, data=None, changes=changes)

    def make() -> str:
        return state.create_invoice(Decimal(1), "USD", cause="add_invoice").uuid

    uuid, other = make(), make()
    before = changes.version
    async with changes.listen() as every, changes.listen(uuid) as one:
        assert await is_silent(every)
        await asyncio.to_thread(state.expire, other)
        assert await soon(every) == before + 1
        assert await is_silent(one)
        # What comes while one is busy counts as one.
        await asyncio.to_thread(state.pay, uuid, "partial")
        state.pay(uuid, "paid")
        assert await soon(one) == await soon(every) == before + 3
        assert await is_silent(one)
        state.reset()
        assert await soon(one) == await soon(every) == before + 4
    assert not changes.has_listeners


async def test_what_expires_by_itself_is_told() -> None:
    with Sandbox(seed=1) as sandbox:
        changes = sandbox._service.changes
        uuid = sandbox.add_invoice(lifetime=timedelta(milliseconds=1))
        async with changes.listen(uuid) as listener:
            await soon(listener)  # Nobody has looked at the invoice.
        assert sandbox.status(uuid) == "canceled"


async def test_the_end_ends_all_who_wait() -> None:
    changes = Changes()

    async def wait(uuid: str | None) -> list[int]:
        async with changes.listen(uuid) as listener:
            waiting.release()
            return [version async for version in listener]

    waiting = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(wait(uuid)) for uuid in ("INV-00000000", None)]
    for _ in tasks:
        await waiting.acquire()
    threading.Thread(target=changes.close).start()
    assert await asyncio.wait_for(asyncio.gather(*tasks), 10) == [[], []]
    assert await asyncio.wait_for(wait(None), 10) == []


def received(client: socket.socket) -> bytes:
    piece = client.recv(65536)
    assert piece, "the server hung up"
    return piece


def test_the_end_does_not_wait_for_open_streams() -> None:
    changes = Changes()

    async def stream(_request: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            async with changes.listen() as listener:
                yield "data: begun\n\n"
                async for version in listener:
                    yield f"data: {version}\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")

    before = set(threading.enumerate())
    server = Server(Starlette(routes=[Route("/", stream)]), lambda: None)
    listener = socket.create_server(("127.0.0.1", 0))
    server.launch(listener)
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(listener.getsockname(), timeout=10))
            for _ in range(20)
        ]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answers = [b""] * len(clients)
        for number, client in enumerate(clients):
            while b"data: begun" not in answers[number]:
                answers[number] += received(client)
        changes.tell(None)
        for number, client in enumerate(clients):
            while b"data: 1" not in answers[number]:
                answers[number] += received(client)
        changes.close()
        server.close()
    assert not set(threading.enumerate()) - before

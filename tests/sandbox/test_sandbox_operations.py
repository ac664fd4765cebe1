"""What the sandbox remembers from one operation to the next, over real sockets."""

import contextlib
import json
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jwt
import pytest

from cryptocloud_sandbox import Delivery, Sandbox, records, storage
from support.command import started
from support.contract import SPEC, HeldToSpec
from support.raw import asked_to_cancel
from support.stub import PATIENCE, Connection, Stub, http

ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
ALWAYS = {"start": "01.01.2000", "end": "31.12.2999"}
PLAIN = ssl.create_default_context()  # Not used, and slow if each client makes its own.
ACCEPTED = http(200, b'{"message":"Postback received"}')

Serve = Callable[[Callable[[Connection], None]], Stub]


class Caller:
    """Calls a sandbox, and reads its numbers as they are written."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # A violation raises at once. Many requests are wrong on purpose; the answers have to be right.
        contract = HeldToSpec(httpx.HTTPTransport(verify=PLAIN), only_responses=True)
        self._client = httpx.Client(base_url=sandbox.base_url, transport=contract)

    def post(self, path: str, body: object = None, *, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Token {key or self.sandbox.api_key}"}
        content = body if isinstance(body, str) else json.dumps({} if body is None else body)
        return self._client.post(path, content=content, headers=headers)

    def ask(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """The ``result`` of a success."""
        response = self.post(path, body, key=key)
        assert response.status_code == 200, response.text
        return json.loads(response.text, parse_float=Decimal)["result"]

    def refused(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """The error map of a refusal."""
        response = self.post(path, body, key=key)
        assert (response.status_code, response.json()["status"]) == (400, "error")
        return response.json()["result"]

    def create(self, amount: object = 100.5, **more: object) -> Any:
        return self.ask("/invoice/create", {"shop_id": self.sandbox.shop_id, "amount": amount, **more})

    def info(self, *uuids: str) -> Any:
        return self.ask("/invoice/merchant/info", {"uuids": uuids})

    def list(self, **more: object) -> Any:
        return self.ask("/invoice/merchant/list", {**ALWAYS, **more})

    def statistics(self) -> Any:
        return self.ask("/invoice/merchant/statistics", ALWAYS)

    def balance(self, coin: str) -> Decimal:
        balances = self.ask("/merchant/wallet/balance/all")
        [found] = [each for each in balances if each["currency"]["code"] == coin]
        assert found["available_balance"] == found["balance_crypto"]
        amount = found["balance_crypto"]
        assert isinstance(amount, Decimal)
        return amount

    def withdrawal(self, amount: object, coin: str = "BTC", address: str = ADDRESS) -> dict[str, object]:
        return {"currency_code": coin, "to_address": address, "amount": amount}

    def close(self) -> None:
        self._client.close()


def calling(sandbox: Sandbox) -> Iterator[Caller]:
    with sandbox:
        caller = Caller(sandbox)
        yield caller
        caller.close()


@pytest.fixture
def caller() -> Iterator[Caller]:
    yield from calling(Sandbox(seed=1))


@pytest.fixture
def live() -> Iterator[Caller]:
    yield from calling(Sandbox(seed=1, test_mode=False))


# From operation to operation


def test_an_invoice_is_the_same_everywhere(caller: Caller) -> None:
    created = caller.create(100.5, currency="EUR", order_id="A-17", email="buyer@example.com")
    uuid = created["uuid"]
    [looked_up], [listed] = caller.info(uuid), caller.list()
    assert re.fullmatch(r"INV-[A-Z0-9]{8}", uuid)
    assert "order_id" not in created
    assert looked_up["order_id"] == listed["order_id"] == "A-17"
    assert listed["user_email"] == "buyer@example.com"
    for name in set(created) & set(looked_up) - {"project"}:
        assert created[name] == looked_up[name], name
    for name in set(created) & set(listed) - {"project"}:
        assert created[name] == listed[name], name
    assert looked_up["project"]["success"] == f"https://example.com?order_id=A-17&invoice_uuid={uuid}"
    assert caller.statistics()["count"] == {
        "all": 1,
        "created": 1,
        "paid": 0,
        "overpaid": 0,
        "partial": 0,
        "canceled": 0,
    }
    assert caller.ask("/invoice/merchant/canceled", {"uuid": uuid}) == ["ok"]
    assert caller.info(uuid)[0]["status"] == caller.list()[0]["status"] == "canceled"
    assert caller.statistics()["amount"] == {
        "all": created["amount_usd"],
        "created": 0,
        "paid": 0,
        "overpaid": 0,
        "partial": 0,
        "canceled": created["amount_usd"],
    }
    assert caller.sandbox.status(uuid) == "canceled"


def test_what_is_unset_leaks_as_in_the_samples(caller: Caller) -> None:
    created = caller.create()
    [looked_up], [listed] = caller.info(created["uuid"]), caller.list()
    assert created["project"]["logo"] == looked_up["order_id"] == listed["order_id"] == "None"
    assert listed["pay_url"] == "None"
    assert (created["address"], created["invoice_id"], looked_up["project"]["logo"]) == ("", None, None)
    assert looked_up["tx_list"] == listed["tx_list"] == [""]
    assert listed["date_finished"] is listed["amount_in_crypto"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", created["created"])


@pytest.mark.parametrize(
    "digits",
    ["100", "100.0", "100.50", "0.000000000000000001", "123456.123456789012345678", "1e2", "1E-7", "1e12"],
)
def test_amounts_keep_their_digits(caller: Caller, digits: str) -> None:
    body = f'{{"shop_id": "{caller.sandbox.shop_id}", "amount": {digits}}}'
    answers = [caller.post("/invoice/create", body).text]
    uuid = json.loads(answers[0])["result"]["uuid"]
    answers.append(caller.post("/invoice/merchant/info", {"uuids": [uuid]}).text)
    answers.append(caller.post("/invoice/merchant/list", ALWAYS).text)
    for text in answers:
        for name in ("amount", "amount_usd", "amount_in_fiat"):
            [written] = re.findall(rf'"{name}":([^,]+),', text)
            assert Decimal(written).as_tuple() == Decimal(digits).as_tuple()
            assert json.loads(written) == float(digits)
    assert caller.info(caller.create(digits)["uuid"])[0]["amount"] == Decimal(digits)


def test_a_coin_can_be_chosen_beforehand(caller: Caller) -> None:
    created = caller.create(86, add_fields={"cryptocurrency": "BTC"})
    assert created["currency"]["fullcode"] == "BTC"
    assert created["address"].startswith("1")
    assert (created["amount"], created["amount_in_fiat"]) == (Decimal("0.001"), 86)
    assert caller.list()[0]["amount_in_crypto"] == Decimal("0.001")
    # A buyer without a wish takes the first of what is offered.
    offered = caller.create(add_fields={"available_currencies": ["TON", "BTC"]})
    assert (offered["address"], offered["currency"]["fullcode"]) == ("", "USDT_TRC20")
    caller.sandbox.pay(offered["uuid"])
    assert caller.info(offered["uuid"])[0]["currency"]["fullcode"] == "TON"


def test_every_coin_of_the_spec_has_an_address_of_its_network(live: Caller) -> None:
    codes = SPEC["components"]["schemas"]["CoinCode"]["x-extensible-enum"]
    addresses = {}
    for code in codes:
        addresses[code] = live.create(add_fields={"cryptocurrency": code})["address"]
        live.sandbox.deposit(code, "1e11")
        body = live.withdrawal("1e11", code, addresses[code])
        assert (
            live.ask("/invoice/api/out/create", body, key=live.sandbox.withdrawal_key)["status"] == "created"
        )
        live.sandbox.advance(12)
    assert len(set(addresses.values())) == len(codes) == len(live.ask("/merchant/wallet/balance/all"))


def test_the_currencies_are_those_of_the_spec(caller: Caller) -> None:
    codes = SPEC["components"]["schemas"]["FiatCode"]["x-extensible-enum"]
    for code in codes:
        assert caller.create(1000, currency=code)["fiat_currency"] == code
    known = ", ".join(f"'{code}'" for code in codes)
    text = f"Invalid account currency specified. Available currencies {known}."
    body = {"shop_id": caller.sandbox.shop_id, "amount": 1, "currency": "BTC"}
    assert caller.refused("/invoice/create", body) == {"currency": text}


def test_lifetimes(caller: Caller) -> None:
    def seconds(**more: object) -> float:
        created = caller.create(**more)
        times = (datetime.fromisoformat(created[name]) for name in ("created", "expiry_date"))
        return -(next(times) - next(times)).total_seconds()

    assert seconds() == 24 * 3600
    assert seconds(add_fields={"time_to_pay": {"hours": 1, "minutes": 30}}) == 5400


# What is refused


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"amount": "amount not passed.", "shop_id": "shop_id not passed."}),
        ({"shop_id": "{}"}, {"amount": "amount not passed."}),
        ({"amount": 1, "shop_id": ""}, {"shop_id": "shop_id not passed."}),
        ({"amount": 1, "shop_id": "x"}, {"shop_id": "Invalid value shop_id."}),
        ({"amount": 1, "shop_id": "{}", "order_id": True}, {"order_id": "Invalid value order_id."}),
        ({"amount": 1, "shop_id": "{}", "email": "\ud800"}, {"email": "Invalid value email."}),
        ({"amount": 1, "shop_id": "{}", "add_fields": [1]}, {"add_fields": "Invalid value add_fields."}),
        (
            {"amount": "x", "shop_id": "{}", "add_fields": {"cryptocurrency": "DOGE", "period": 1}},
            {
                "amount": "Invalid value amount.",
                "cryptocurrency": "Invalid value cryptocurrency.",
                "period": "Invalid value period.",
            },
        ),
    ],
)
def test_create_refuses(caller: Caller, body: dict[str, Any], errors: dict[str, str]) -> None:
    if body.get("shop_id") == "{}":
        body = body | {"shop_id": caller.sandbox.shop_id}
    assert caller.refused("/invoice/create", body) == errors
    assert caller.list() == []


@pytest.mark.parametrize(
    "amount",
    [
        '"x"',
        '"1_0"',
        '" 1"',
        '"NaN"',
        '"1e9999"',
        "true",
        "[]",
        "{}",
        "0",
        "-1",
        "0.0",
        "1e-19",
        "1e13",
        "1e400",
    ],
)
def test_what_is_no_amount(caller: Caller, amount: str) -> None:
    body = f'{{"shop_id": "{caller.sandbox.shop_id}", "amount": {amount}}}'
    assert caller.refused("/invoice/create", body) == {"amount": "Invalid value amount."}


@pytest.mark.parametrize(
    "value",
    [
        1,
        {},
        [],
        {"hours": "", "minutes": None},
        {"hours": 0, "minutes": 0},
        {"minutes": "many"},
        {"hours": -1, "minutes": 90},
        {"hours": True, "minutes": 1},
        {"hours": 1.5, "minutes": 0},
        {"hours": 10**30, "minutes": 0},
    ],
)
def test_what_is_no_lifetime(caller: Caller, value: object) -> None:
    body = {"shop_id": caller.sandbox.shop_id, "amount": 1, "add_fields": {"time_to_pay": value}}
    assert caller.refused("/invoice/create", body) == {"time_to_pay": "Invalid value time_to_pay."}


@pytest.mark.parametrize("value", ["BTC", ["DOGE"], [1], [["BTC"]], {"BTC": 1}])
def test_what_are_no_coins(caller: Caller, value: object) -> None:
    body = {"shop_id": caller.sandbox.shop_id, "amount": 1, "add_fields": {"available_currencies": value}}
    errors = {"available_currencies": "Invalid value available_currencies."}
    assert caller.refused("/invoice/create", body) == errors


@pytest.mark.parametrize(
    ("uuids", "text"),
    [
        (None, "uuids is required"),
        ("INV-00000000", "uuids is not a list of strings"),
        ([1], "uuids is not a list of strings"),
        (["inv-00000000"], "uuids has what is no id"),
        (["INV-00000000"] * 101, "Max 100 uuids"),
    ],
)
def test_info_refuses(caller: Caller, uuids: object, text: str) -> None:
    assert caller.refused("/invoice/merchant/info", {"uuids": uuids}) == {"validate_error": text}


def test_info_leaves_out_what_it_does_not_know(caller: Caller) -> None:
    first, second = caller.sandbox.add_invoice(), caller.sandbox.add_invoice()
    found = caller.info(second, "INV-00000000", first[4:], "00000000", second[4:])
    assert [each["uuid"] for each in found] == [second, first]
    assert caller.info() == []


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"start": "start not passed.", "end": "end not passed."}),
        ({"start": "01.01.2026"}, {"end": "end not passed."}),
        (
            {"start": "2026-01-01", "end": "1.5.2026"},
            {"start": "Invalid value start.", "end": "Invalid value end."},
        ),
        ({"start": "31.02.2026", "end": "01.03.2026"}, {"start": "Invalid value start."}),
        ({"start": "02.01.2026", "end": "01.01.2026"}, {"validate_error": "end is before start"}),
    ],
)
def test_list_refuses_periods(caller: Caller, body: object, errors: dict[str, str]) -> None:
    assert caller.refused("/invoice/merchant/list", body) == errors


@pytest.mark.parametrize(
    "page",
    [
        {"limit": 101},
        {"limit": 0},
        {"limit": -1},
        {"offset": -1},
        {"offset": "-1"},
        {"offset": "one"},
        {"limit": 1.5},
        {"offset": True},
    ],
)
def test_list_refuses_pages(caller: Caller, page: dict[str, object]) -> None:
    errors = {"validate_error": "offset or limit is wrong; max 100 records"}
    assert caller.refused("/invoice/merchant/list", ALWAYS | page) == errors


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "start and end are required"),
        ({"start": "01.01.2026"}, "start and end are required"),
        ({"start": "x", "end": "01.01.2026"}, "start or end is no date"),
        ({"start": "02.01.2026", "end": "01.01.2026"}, "end is before start"),
    ],
)
def test_statistics_refuse(caller: Caller, body: object, text: str) -> None:
    assert caller.refused("/invoice/merchant/statistics", body) == {"validate_error": text}


# Pages and periods


def test_pages(caller: Caller) -> None:
    uuids = [caller.sandbox.add_invoice() for _ in range(130)][::-1]

    def page(**more: int) -> list[str]:
        return [each["uuid"] for each in caller.list(**more)]

    assert page() == uuids[:10]
    assert page(limit=100) == uuids[:100]
    assert page(offset=100, limit=100) == uuids[100:]
    assert page(offset=10, limit=5) == uuids[10:15]
    assert page(offset=10) == uuids[10:20]
    assert page(offset=130) == page(offset=10**30) == []
    assert caller.post("/invoice/merchant/list", ALWAYS).json()["all_count"] == 130


def test_pages_when_limit_is_the_last_record() -> None:
    for caller in calling(Sandbox(limit_is_end=True)):
        uuids = [caller.sandbox.add_invoice() for _ in range(130)][::-1]

        def page(caller: Caller = caller, **more: int) -> list[str]:
            return [each["uuid"] for each in caller.list(**more)]

        assert page() == uuids[:10]
        assert page(offset=100, limit=200) == uuids[100:]
        assert page(offset=10, limit=15) == uuids[10:15]
        assert page(offset=10) == page(offset=100, limit=100) == page(offset=20, limit=5) == []
        caller.refused("/invoice/merchant/list", ALWAYS | {"offset": 10, "limit": 111})


def test_days_are_whole_and_in_utc(caller: Caller) -> None:
    first = datetime.fromisoformat(caller.create()["created"])
    caller.sandbox.advance(24 * 3600)
    second = datetime.fromisoformat(caller.create()["created"])
    assert timedelta(days=1) <= second - first < timedelta(days=1, minutes=5)

    def count(start: datetime, end: datetime) -> int:
        days = {"start": f"{start:%d.%m.%Y}", "end": f"{end:%d.%m.%Y}"}
        all_ = caller.ask("/invoice/merchant/statistics", days)["count"]["all"]
        assert all_ == len(caller.ask("/invoice/merchant/list", days))
        assert isinstance(all_, int)
        return all_

    assert [count(first, first), count(second, second), count(first, second)] == [1, 1, 2]


# Payments


@pytest.mark.parametrize(
    ("moves", "status"),
    [
        (["pay"], "paid"),
        (["overpay"], "overpaid"),
        (["pay_part"], "partial"),
        (["pay_part", "pay"], "paid"),
        (["pay_part", "overpay"], "overpaid"),
        (["expire"], "canceled"),
    ],
)
def test_moves(live: Caller, moves: list[str], status: str) -> None:
    uuid = live.create()["uuid"]
    for move in moves:
        assert getattr(live.sandbox, move)(uuid[4:]) is None
    [looked_up], [listed] = live.info(uuid), live.list()
    assert looked_up["status"] == listed["status"] == live.sandbox.status(uuid) == status
    assert live.statistics()["count"][status] == 1
    is_paid = status in {"paid", "overpaid"}
    assert looked_up["invoice_status"] == ("success" if is_paid else "start")
    assert (listed["date_finished"] is not None) == (status not in {"created", "partial"})
    paid, due = listed["amount_paid"], listed["amount_to_pay"]
    assert (paid > due, paid == due, 0 < paid < due) == (
        status == "overpaid",
        status == "paid",
        status == "partial",
    )
    assert listed["to_surcharge"] == max(due - paid, 0)
    assert len([tx for tx in listed["tx_list"] if re.fullmatch("[0-9a-f]{64}", tx)]) == len(moves) - (
        status == "canceled"
    )
    received = listed["received"]
    assert received == looked_up["received"] == live.balance("USDT_TRC20")
    assert received == (paid - listed["fee"] - listed["service_fee"] if is_paid else 0)


@pytest.mark.parametrize(
    ("status", "moves"),
    [
        ("paid", ["pay", "overpay", "pay_part", "expire"]),
        ("overpaid", ["pay", "overpay", "pay_part", "expire"]),
        ("canceled", ["expire", "resend_postback"]),
        ("partial", ["pay_part", "resend_postback"]),
        ("created", ["resend_postback"]),
    ],
)
def test_moves_that_there_are_not(sandbox: Sandbox, status: str, moves: list[str]) -> None:
    uuid = sandbox.add_invoice(status)
    for move in moves:
        with pytest.raises(ValueError, match=f"{uuid} is {status}"):
            getattr(sandbox, move)(uuid)
        with pytest.raises(KeyError):
            getattr(sandbox, move)("INV-00000000")
    assert sandbox.status(uuid) == status


def test_invoices_expire_by_themselves(caller: Caller) -> None:
    short, long = (
        caller.create(add_fields={"time_to_pay": {"hours": hours, "minutes": 0}}) for hours in (1, 2)
    )
    part, paid = caller.sandbox.add_invoice(), caller.sandbox.add_invoice()
    caller.sandbox.pay_part(part)
    caller.sandbox.pay(paid)
    caller.sandbox.advance(3600)
    assert caller.sandbox.status(long["uuid"]) == "created"
    [expired] = [each for each in caller.list() if each["status"] == "canceled"]
    assert expired["uuid"] == short["uuid"]
    assert expired["date_finished"] == expired["expiry_date"]
    caller.sandbox.advance(48 * 3600)
    assert caller.statistics()["count"]["canceled"] == 2
    assert (caller.sandbox.status(part), caller.sandbox.status(paid)) == ("partial", "paid")
    with pytest.raises(ValueError, match="does not pass"):
        caller.sandbox.advance(-1)


def test_test_mode_changes_no_balance(caller: Caller) -> None:
    caller.sandbox.pay(caller.create()["uuid"])
    assert caller.list()[0]["test_mode"] is True
    assert caller.list()[0]["received"] > 0
    assert caller.balance("USDT_TRC20") == 0


def test_added_invoices(live: Caller) -> None:
    uuid = live.sandbox.add_invoice("paid", amount=Decimal("12.50"), currency="EUR", order_id="A-1")
    [found] = live.info(uuid)
    assert (str(found["amount_in_fiat"]), found["fiat_currency"], found["order_id"]) == (
        "12.50",
        "EUR",
        "A-1",
    )
    assert live.balance("USDT_TRC20") == 0
    for wrong in (-1, "x", Decimal("NaN"), 1.5, True):
        with pytest.raises(ValueError, match="is not"):
            live.sandbox.add_invoice(amount=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown currency 'BTC'"):
        live.sandbox.add_invoice(currency="BTC")


# Postbacks


def received(stub: Stub) -> dict[str, Any]:
    """The members of the last postback that a merchant got."""
    last = stub.requests[-1]
    if last.headers["content-type"] == "application/json":
        document = json.loads(last.body, parse_float=Decimal)
        assert isinstance(document, dict)
        return document
    assert last.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(last.body.decode(), strict_parsing=True))


def accepted(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    assert delivery.accepted, delivery
    return delivery


def refused(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    assert not delivery.accepted
    return delivery


@pytest.mark.parametrize("move", ["pay", "overpay"])
def test_postbacks_in_json(serve_merchant: Serve, move: str) -> None:
    stub = serve_merchant(lambda connection: connection.send(ACCEPTED))
    for caller in calling(Sandbox(postback_url=stub.base_url + "/paid?shop=1")):
        uuid = caller.create(order_id="A-17")["uuid"]
        assert caller.sandbox.pay_part(uuid) is None  # type: ignore[func-returns-value]
        assert stub.requests == []
        before = int(time.time())
        assert getattr(caller.sandbox, move)(uuid).status == 200
        document = received(stub)
        assert stub.requests[0].line == "POST /v2/paid?shop=1 HTTP/1.1"
        claims = jwt.decode(document["token"], caller.sandbox.secret_key, ["HS256"])
        assert claims["id"] == document["invoice_id"] == uuid[4:]
        assert before + 300 <= claims["exp"] <= time.time() + 300
        assert (document["status"], document["order_id"], document["currency"]) == (
            "success",
            "A-17",
            "USDT_TRC20",
        )
        assert document["amount_crypto"] == caller.list()[0]["amount_paid"]
        assert document["invoice_info"]["status"] == caller.sandbox.status(uuid)
        sample = SPEC["x-webhooks"]["payment"]["post"]["requestBody"]["content"]["application/json"][
            "examples"
        ]
        assert list(document) == list(sample["overpaid"]["value"])
        assert set(document["invoice_info"]) == set(sample["overpaid"]["value"]["invoice_info"])
        assert list(document["invoice_info"])[-1] == "links_invoice"


def test_postbacks_as_forms(serve_merchant: Serve) -> None:
    stub = serve_merchant(lambda connection: connection.send(ACCEPTED))
    for caller in calling(Sandbox(postback_url=stub.base_url, postback_format="form")):
        accepted(caller.sandbox.pay(caller.create(order_id="a b&c")["uuid"]))
        pairs = parse_qsl(stub.requests[0].body.decode(), strict_parsing=True)
        names = [value for name, value in pairs if name == "invoice_info"]
        assert (names[0], names[-1]) == ("uuid", "links_invoice")
        assert received(stub)["order_id"] == "a b&c"
        assert received(stub)["amount_crypto"] == "101.9"
        jwt.decode(received(stub)["token"], caller.sandbox.secret_key, ["HS256"])
        caller.sandbox.pay(caller.create()["uuid"])
        assert "order_id" not in received(stub)
        assert received(stub)["invoice_info"] == "links_invoice"


@pytest.mark.parametrize("answer", [http(500), http(302, b"", "Location: /"), b"nonsense\r\n\r\n", b""])
def test_a_handler_that_fails(serve_merchant: Serve, answer: bytes) -> None:
    def script(connection: Connection) -> None:
        connection.send(answer)
        connection.hang_up()

    stub = serve_merchant(script)
    status = int(answer[9:12]) if answer.startswith(b"HTTP") else None
    for caller in calling(Sandbox(postback_url=stub.base_url)):
        uuid = caller.create()["uuid"]
        before = caller.list()[0]
        caller.sandbox.pay_part(uuid)
        assert refused(caller.sandbox.pay(uuid)).status == status
        # It is as it was, but for the coin that was chosen.
        after = caller.list()[0]
        assert {name for name in before if before[name] != after[name]} == {"address", "amount_in_crypto"}
        assert (after["status"], after["tx_list"]) == ("created", [""])
    for caller in calling(Sandbox(postback_url=stub.base_url, test_mode=False)):
        uuid = caller.create()["uuid"]
        assert refused(caller.sandbox.pay(uuid)).status == status
        assert caller.sandbox.status(uuid) == "paid"


def test_nobody_listens() -> None:
    for caller in calling(Sandbox(postback_url="http://localhost:1/")):
        uuid = caller.create()["uuid"]
        delivery = refused(caller.sandbox.pay(uuid))
        assert repr(delivery) == (
            "Delivery(error='connection refused: http://localhost:1/', invoice_status='created')"
        )
        assert caller.sandbox.status(uuid) == "created"


def test_a_postback_can_be_sent_again(serve_merchant: Serve) -> None:
    stub = serve_merchant(lambda connection: connection.send(ACCEPTED))
    for caller in calling(Sandbox(postback_url=stub.base_url)):
        uuid = caller.create()["uuid"]
        caller.sandbox.pay(uuid)
        first = received(stub)
        time.sleep(1)  # The token's times are whole seconds.
        assert accepted(caller.sandbox.resend_postback(uuid)).attempt == 2
        second = received(stub)
        assert first.pop("token") != second.pop("token")
        assert first == second


def test_the_merchant_can_ask_back(serve_merchant: Serve) -> None:
    """While its handler runs, the invoice is paid, and the sandbox answers."""
    seen = []

    def script(connection: Connection) -> None:
        seen.append(running[0].info(uuid)[0]["status"])
        connection.send(ACCEPTED)

    stub = serve_merchant(script)
    running: list[Caller] = []
    for caller in calling(Sandbox(postback_url=stub.base_url)):
        running.append(caller)
        uuid = caller.create()["uuid"]
        caller.sandbox.pay(uuid)
    assert seen == ["paid"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://localhost@example.com/",
        "ftp://127.0.0.1/",
        "127.0.0.1:80",
        "",
    ],
)
def test_postbacks_stay_here(url: str) -> None:
    with pytest.raises(ValueError, match="postback_url is not an http:// URL of this machine"):
        Sandbox(postback_url=url)


def test_postback_settings_are_checked() -> None:
    for url in ("http://127.0.0.1/", "http://127.8.8.8:80/x", "http://[::1]:8000", "http://localhost:1"):
        Sandbox(postback_url=url)
    with pytest.raises(ValueError, match="neither 'json' nor 'form'"):
        Sandbox(postback_url="http://127.0.0.1/", postback_format="xml")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        Sandbox(postback_url="http://127.0.0.1:99999/")


@pytest.fixture
def serve_merchant() -> Iterator[Serve]:
    """Starts merchants that answer postbacks by a script."""
    stubs: list[Stub] = []

    def start(script: Callable[[Connection], None]) -> Stub:
        stubs.append(Stub(script).__enter__())
        return stubs[-1]

    yield start
    for stub in stubs:
        stub.__exit__()


# Static wallets


def test_static_wallets(caller: Caller) -> None:
    shop = {"shop_id": caller.sandbox.shop_id}
    first = caller.ask("/invoice/static/create", shop | {"currency": "ETH", "identify": "user-7"})
    second = caller.ask("/invoice/static/create", shop | {"currency": "BTC", "identify": "user-7"})
    assert caller.ask("/invoice/static/create", shop | {"currency": "ETH", "identify": "user-7"}) == first
    assert re.fullmatch("[A-Z0-9]{32}", first["uuid"])
    assert (first["address"][:2], second["address"][:1]) == ("0x", "1")
    assert first["currency"]["icon_network"] == "None"
    page = caller.ask("/invoice/static/list", shop)
    assert ([each["uuid"] for each in page["staticWallets"]], page["all_count"]) == (
        [second["uuid"], first["uuid"]],
        2,
    )
    off = caller.ask("/invoice/static/unsubscribe", {"uuid": first["uuid"]})
    assert (off["active"], off["identify"], off["address"]) == (False, "user-7", first["address"])
    page = caller.ask("/invoice/static/list", shop | {"offset": 1, "limit": 5} | ALWAYS)
    assert [each["active"] for each in page["staticWallets"]] == [False]
    assert caller.ask("/invoice/static/subscribe", {"uuid": first["uuid"]})["active"] is True
    assert caller.ask("/invoice/static/list", shop | {"start": "01.01.2999"})["all_count"] == 0


@pytest.mark.parametrize(
    ("operation", "body", "text"),
    [
        ("create", {}, "shop_id not passed"),
        ("create", {"shop_id": "{}", "identify": "x"}, "currency not passed"),
        ("create", {"shop_id": "{}", "currency": "BTC"}, "identify not passed"),
        ("create", {"shop_id": "{}", "currency": "DOGE", "identify": "x"}, "Invalid value currency."),
        ("create", {"shop_id": "x", "currency": "BTC", "identify": "x"}, "Invalid value shop_id."),
        ("list", {}, "shop_id not passed"),
        ("list", {"shop_id": "{}", "limit": -1}, "Invalid value limit."),
        ("subscribe", {}, "uuid is required"),
        ("subscribe", {"uuid": 1}, "Invalid value uuid."),
        ("unsubscribe", {"uuid": "1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX"}, "Wallet not found"),
    ],
)
def test_static_wallets_refuse(caller: Caller, operation: str, body: dict[str, object], text: str) -> None:
    if body.get("shop_id") == "{}":
        body = body | {"shop_id": caller.sandbox.shop_id}
    assert caller.refused(f"/invoice/static/{operation}", body) == {"validation_error": text}


# Withdrawals


def test_a_withdrawal_takes_from_the_balance(caller: Caller) -> None:
    caller.sandbox.deposit("BTC", "1.5")
    caller.sandbox.deposit("BTC", Decimal("0.000000000000000001"))
    done = caller.ask("/invoice/api/out/create", caller.withdrawal(0.003), key=caller.sandbox.withdrawal_key)
    assert (str(done["amount"]), str(done["fee"]), done["address"]) == ("0.0029", "0.0001", ADDRESS)
    assert done["currency_list"][0]["network"] == [done["currency"]["network"]]
    assert caller.balance("BTC") == Decimal("1.497000000000000001")
    assert caller.info(done["uuid"]) == caller.list() == []


def test_each_key_opens_its_own_door(caller: Caller) -> None:
    rejected = (403, {"detail": "Signature verification failed"})
    response = caller.post("/invoice/api/out/create", caller.withdrawal(1))
    assert (response.status_code, response.json()) == rejected
    for path in SPEC["paths"]:
        response = caller.post(path, {}, key=caller.sandbox.withdrawal_key)
        if path != "/invoice/api/out/create":
            assert (response.status_code, response.json()) == rejected


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"amount": None}, "required_parameter"),
        ({"currency_code": "DOGE"}, "currency_code"),
        ({"to_address": "0x9F2aC0c2d4cD44a1a0a2E1bC6D7dFfAfAe0aC0c2"}, "network"),
        ({"to_address": 1}, "network"),
        ({"amount": "0.0001"}, "uncorrected_amount"),
        ({"amount": -1}, "uncorrected_amount"),
        ({"amount": "much"}, "uncorrected_amount"),
        ({"amount": 2}, "validate_error"),
    ],
)
def test_a_withdrawal_is_refused(caller: Caller, change: dict[str, object], key: str) -> None:
    caller.sandbox.deposit("BTC", 1)
    body = caller.withdrawal(0.5) | change
    for _ in range(2):  # A refused one does not count for the pause.
        errors = caller.refused("/invoice/api/out/create", body, key=caller.sandbox.withdrawal_key)
        assert list(errors) == [key]
    assert caller.balance("BTC") == 1


def test_the_pause_between_withdrawals(caller: Caller) -> None:
    caller.sandbox.deposit("BTC", 1)
    key, body = caller.sandbox.withdrawal_key, caller.withdrawal(0.1)
    caller.ask("/invoice/api/out/create", body, key=key)
    caller.sandbox.advance(6)
    assert list(caller.refused("/invoice/api/out/create", body, key=key)) == ["rate_limit"]
    caller.sandbox.advance(6)
    caller.ask("/invoice/api/out/create", body, key=key)
    assert caller.balance("BTC") == Decimal("0.8")


def test_deposits_are_checked(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown coin 'DOGE'"):
        sandbox.deposit("DOGE", 1)
    with pytest.raises(ValueError, match="is not between"):
        sandbox.deposit("BTC", -1)


# Faults


def cancel(caller: Caller) -> tuple[str, httpx.Response]:
    uuid = caller.sandbox.add_invoice()
    return uuid, caller.post("/invoice/merchant/canceled", {"uuid": uuid})


@pytest.mark.parametrize("after", [False, True])
def test_a_status_in_place_of_the_answer(caller: Caller, after: bool) -> None:
    caller.sandbox.fail_next("cancelInvoice", status=502, after=after)
    caller.sandbox.fail_next("cancelInvoice", status=503)
    uuid, response = cancel(caller)
    assert (response.status_code, response.text) == (502, "<html><body><h1>502</h1></body></html>")
    assert response.headers["content-type"].startswith("text/html")
    assert caller.sandbox.status(uuid) == ("canceled" if after else "created")
    assert caller.balance("BTC") == 0  # Other operations are not concerned.
    assert cancel(caller)[1].status_code == 503
    assert cancel(caller)[1].status_code == 200


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("fault", "error"), [({"cut": True}, httpx.RemoteProtocolError), ({"reset": True}, httpx.ReadError)]
)
def test_no_whole_answer(caller: Caller, fault: dict[str, Any], error: type[Exception], after: bool) -> None:
    uuid = caller.sandbox.add_invoice()
    caller.sandbox.fail_next("cancelInvoice", after=after, **fault)
    with pytest.raises(error):
        caller.post("/invoice/merchant/canceled", {"uuid": uuid})
    assert caller.sandbox.status(uuid) == ("canceled" if after else "created")
    assert cancel(caller)[1].status_code == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_late_answer(caller: Caller, after: bool) -> None:
    caller.sandbox.fail_next("cancelInvoice", delay=0.2, after=after)
    start = time.monotonic()
    uuid, response = cancel(caller)
    assert time.monotonic() - start >= 0.2
    assert response.json() == {"status": "success", "result": ["ok"]}
    assert caller.sandbox.status(uuid) == "canceled"


@pytest.mark.parametrize("after", [False, True])
def test_a_client_that_does_not_wait(caller: Caller, after: bool) -> None:
    uuid = caller.sandbox.add_invoice()
    caller.sandbox.fail_next("cancelInvoice", delay=60, after=after)
    with asked_to_cancel(caller.sandbox, uuid):
        until = time.monotonic() + PATIENCE
        while after and caller.sandbox.status(uuid) == "created" and time.monotonic() < until:
            time.sleep(0.01)
    caller.sandbox.stop()
    assert caller.sandbox.status(uuid) == ("canceled" if after else "created")


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_drips(caller: Caller, after: bool) -> None:
    caller.sandbox.fail_next("cancelInvoice", drip=0.002, after=after)
    uuid, response = cancel(caller)
    assert response.status_code == (200 if after else 502)
    assert len(response.content) == int(response.headers["content-length"])
    assert caller.sandbox.status(uuid) == ("canceled" if after else "created")


@pytest.mark.parametrize("fault", [{"delay": 600}, {"drip": 600, "after": True}])
def test_stopping_does_not_wait_for_late_answers(caller: Caller, fault: dict[str, Any]) -> None:
    caller.sandbox.fail_next("cancelInvoice", **fault)
    with asked_to_cancel(caller.sandbox, caller.sandbox.add_invoice()) as sock:
        caller.sandbox.stop()
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := sock.recv(65536):
                answer += piece
    assert not answer.endswith(b"}")


def test_stopping_does_not_wait_for_the_merchant(serve_merchant: Serve) -> None:
    asked = threading.Event()

    def script(connection: Connection) -> None:
        asked.set()
        connection.keep_silent()

    stub = serve_merchant(script)
    sandbox = Sandbox(postback_url=stub.base_url)
    sandbox.start()
    uuid = sandbox.add_invoice()
    page = sandbox.base_url.replace("/v2", "/pay/") + uuid[4:]

    def press() -> None:
        with contextlib.suppress(httpx.TransportError):
            httpx.post(page, data={"action": "pay"})

    thread = threading.Thread(target=press)
    thread.start()
    assert asked.wait(10)
    start = time.monotonic()
    sandbox.stop()
    thread.join(10)
    assert time.monotonic() - start < 5  # The merchant may think for 10 seconds.
    assert not thread.is_alive()


def test_faults_are_checked(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"unknown operation 'cancel'.*cancelInvoice"):
        sandbox.fail_next("cancel", status=502)
    with pytest.raises(ValueError, match="what is to go wrong"):
        sandbox.fail_next("cancelInvoice", after=True)
    with pytest.raises(ValueError, match="status 99"):
        sandbox.fail_next("cancelInvoice", status=99)
    for seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="are seconds"):
            sandbox.fail_next("cancelInvoice", delay=seconds)
    for operation in SPEC["paths"].values():
        sandbox.fail_next(operation["post"]["operationId"], status=502)


# In a file


def test_a_file_remembers_everything(tmp_path: Path) -> None:
    data = tmp_path / "state.sqlite"
    before: dict[str, Any] = {}
    uuids: list[str] = []
    wallet: dict[str, str] = {}
    for caller in calling(Sandbox(seed=4, data=data, test_mode=False)):
        uuids = [caller.create("0.000000000000000001", order_id=f"Ж-{i}")["uuid"] for i in range(5)]
        caller.sandbox.pay(uuids[0])
        caller.sandbox.pay_part(uuids[1])
        caller.ask("/invoice/merchant/canceled", {"uuid": uuids[2]})
        wallet = {"shop_id": caller.sandbox.shop_id, "currency": "ETH", "identify": "x"}
        before["wallet"] = caller.ask("/invoice/static/create", wallet)
        caller.sandbox.deposit("BTC", "1.123456789012345678")
        before |= {"list": caller.list(limit=100), "balance": caller.balance("BTC")}
    assert caller.sandbox.status(uuids[0]) == "paid"  # After the end.
    for caller in calling(Sandbox(seed=4, data=data, test_mode=False)):
        port = str(httpx.URL(before["list"][0]["link"]).port)
        links_moved = json.loads(
            json.dumps(before["list"], default=str).replace(
                f":{port}/", f":{httpx.URL(caller.sandbox.base_url).port}/"
            )
        )
        assert json.loads(json.dumps(caller.list(limit=100), default=str)) == links_moved
        assert caller.balance("BTC") == before["balance"] == Decimal("1.123456789012345678")
        assert caller.ask("/invoice/static/create", wallet) == before["wallet"]
        assert caller.create()["uuid"] not in uuids
        caller.sandbox.advance(48 * 3600)
        assert caller.statistics()["count"] == {
            "all": 6,
            "created": 0,
            "paid": 1,
            "overpaid": 0,
            "partial": 1,
            "canceled": 4,
        }


def test_a_file_has_one_sandbox(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path / "data"):
        with pytest.raises(OSError, match=r"cannot use .*data: another sandbox has it"):
            Sandbox(data=tmp_path / "data")
    with Sandbox(data=tmp_path / "data"):
        pass
    (tmp_path / "text").write_text("not a database " * 100)
    with pytest.raises(OSError, match="file is not a database"):
        Sandbox(data=tmp_path / "text")
    with pytest.raises(OSError, match="No such file"):
        Sandbox(data=tmp_path / "nowhere" / "data")


def test_a_payment_is_written_as_a_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(record: object) -> str:
        if isinstance(record, records.Balance):
            raise ZeroDivisionError
        return real(record)  # type: ignore[arg-type]

    real = storage._body
    with Sandbox(data=tmp_path / "data", test_mode=False) as sandbox:
        uuid = sandbox.add_invoice()
        with monkeypatch.context() as patched:
            patched.setattr(storage, "_body", write)
            with pytest.raises(ZeroDivisionError):
                sandbox.pay(uuid)
        assert sandbox.status(uuid) == "created"
    for caller in calling(Sandbox(data=tmp_path / "data", test_mode=False)):
        assert caller.sandbox.status(uuid) == "created"
        caller.sandbox.pay(uuid)
        assert caller.balance("USDT_TRC20") == Decimal("98.1")


STORM = """
import os, sys, threading
from cryptocloud_sandbox import Sandbox
sandbox = Sandbox(data=sys.argv[1], test_mode=False)
def write():
    while True:
        uuid = sandbox.add_invoice()
        os.write(1, f"added {uuid}\\n".encode())
        sandbox.pay(uuid)
        os.write(1, f"paid {uuid}\\n".encode())
for _ in range(3):
    threading.Thread(target=write).start()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_file_survives_a_kill(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    added, paid = set[str](), set[str]()
    for length in (5, 10, 20, 40, 80):
        words = [sys.executable, "-c", STORM, data]
        with started(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            # In the middle of something: it goes on while these are read.
            lines = [process.stdout.readline() for _ in range(length)]
            process.kill()
            lines += process.stdout.readlines()
        for line in lines:
            if line.endswith("\n"):  # The last one may be cut short.
                what, uuid = line.split()
                (added if what == "added" else paid).add(uuid)
        assert added
        for caller in calling(Sandbox(data=data, test_mode=False)):
            assert {caller.sandbox.status(uuid) for uuid in added} <= {"created", "paid"}
            assert {caller.sandbox.status(uuid) for uuid in paid} == {"paid"}
            # Each payment came with its credit, or not at all: 101.4 - 1.4 - 1.9.
            count = caller.statistics()["count"]["paid"]
            assert caller.balance("USDT_TRC20") == count * Decimal("98.1")
    assert len(paid) > 30


def test_the_command_keeps_a_file(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "cryptocloud_sandbox",
        "--port",
        "0",
        "--data",
        str(tmp_path / "data"),
        "--seed",
        "5",
        "--live",
    ]
    uuid = ""
    for _ in range(2):
        with started(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            base_url = process.stdout.readline().split()[-1]
            sandbox = Sandbox(seed=5)
            headers = {"Authorization": f"Token {sandbox.api_key}"}
            if not uuid:
                body = {"shop_id": sandbox.shop_id, "amount": 5}
                answer = httpx.post(base_url + "/invoice/create", json=body, headers=headers).json()["result"]
                uuid, test_mode = answer["uuid"], answer["test_mode"]
                assert test_mode is False
            body = {"uuids": [uuid]}
            found = httpx.post(base_url + "/invoice/merchant/info", json=body, headers=headers).json()[
                "result"
            ]
            assert [each["uuid"] for each in found] == [uuid]
            process.kill()


def test_the_command_checks_its_postback_url() -> None:
    words = [sys.executable, "-m", "cryptocloud_sandbox", "--postback-url", "http://example.com/"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: postback_url is not an http:// URL of this machine" in done.stderr

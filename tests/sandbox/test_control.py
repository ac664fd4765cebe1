"""The sandbox is driven by other processes: over HTTP, by this machine's programs, and by nobody else."""

import json
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from cryptocloud.postback import verify
from cryptocloud_sandbox import Sandbox
from support.contract import BY_ID, SPEC
from support.stub import Stub, http

PLAIN = ssl.create_default_context()  # Not used, and slow if each client makes its own.


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.url}/_sandbox", verify=PLAIN) as client:
        yield client


@pytest.fixture
def merchant() -> Iterator[Stub]:
    """A merchant that accepts every postback."""
    with Stub(lambda connection: connection.send(http(200, b"thanks"))) as stub:
        yield stub


def done(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def refused(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    [(name, text)] = response.json().items()
    assert name == "error"
    assert isinstance(text, str)
    return text


def call(sandbox: Sandbox, path: str, body: object) -> httpx.Response:
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    return httpx.post(sandbox.base_url + path, json=body, headers=headers, verify=PLAIN)


# What it does


def test_it_says_who_it_is(sandbox: Sandbox, control: httpx.Client) -> None:
    who = done(control.get(""))
    assert who["name"] == "cryptocloud-sandbox"
    assert {
        name: who[name] for name in ("base_url", "api_key", "shop_id", "secret_key", "withdrawal_key")
    } == {
        "base_url": sandbox.base_url,
        "api_key": sandbox.api_key,
        "shop_id": sandbox.shop_id,
        "secret_key": sandbox.secret_key,
        "withdrawal_key": sandbox.withdrawal_key,
    }
    assert who["postbacks"] == {"url": None, "kind": "json"}


def test_a_payment_from_another_process(sandbox: Sandbox, control: httpx.Client, merchant: Stub) -> None:
    url = merchant.base_url + "/paid"
    assert done(control.put("/postbacks", json={"url": url, "kind": "form"})) == {"url": url, "kind": "form"}
    assert done(control.get(""))["postbacks"] == {"url": url, "kind": "form"}
    made = done(
        control.post("/invoices", json={"order_id": "A-17", "amount": "12.50", "currency": "EUR"}), 201
    )
    uuid = made["uuid"]
    assert (made["status"], made["order_id"]) == ("created", "A-17")
    assert made["link"] == f"{sandbox.url}/pay/{uuid[4:]}"
    delivery = done(control.post(f"/invoices/{uuid}/pay"))
    assert (delivery["accepted"], delivery["status"], delivery["invoice_status"]) == (True, 200, "paid")
    assert (delivery["url"], delivery["error"], delivery["response_body"]) == (url, None, "thanks")
    assert verify(delivery["body"].encode(), delivery["content_type"], sandbox.secret_key).order_id == "A-17"
    again = done(control.post(f"/invoices/{uuid[4:]}/resend", json={}))
    assert (again["number"], again["attempt"]) == (2, 2)
    assert [each["number"] for each in done(control.get("/deliveries"))] == [1, 2]
    assert done(control.get("/deliveries", params={"after": 1})) == [again]
    assert done(control.get("/deliveries", params={"after": 2})) == []
    history = done(control.get(f"/invoices/{uuid}"))["history"]
    assert [(event["status"], event["cause"]) for event in history] == [
        ("created", "add_invoice"),
        ("paid", "pay"),
    ]
    assert datetime.fromisoformat(history[0]["at"]).tzinfo is not None
    assert done(control.put("/postbacks", json={"url": None})) == {"url": None, "kind": "json"}
    assert done(control.post(f"/invoices/{uuid}/resend")) is None


def test_the_kind_of_postbacks_is_as_at_the_start_unless_told_otherwise() -> None:
    with Sandbox(postback_format="form") as sandbox:
        for wish, kind in (({}, "form"), ({"kind": "json"}, "json"), ({}, "form")):
            response = httpx.put(f"{sandbox.url}/_sandbox/postbacks", json={"url": None} | wish, verify=PLAIN)
            assert done(response) == {"url": None, "kind": kind}


@pytest.mark.parametrize(
    ("moves", "status"),
    [
        (["pay"], "paid"),
        (["overpay"], "overpaid"),
        (["pay-part"], "partial"),
        (["pay-part", "pay"], "paid"),
        (["expire"], "canceled"),
        (["expire", "pay"], "canceled"),
    ],
)
def test_moves(sandbox: Sandbox, control: httpx.Client, moves: list[str], status: str) -> None:
    uuid = sandbox.add_invoice()
    for move in moves:
        assert done(control.post(f"/invoices/{uuid}/{move}")) is None
    assert sandbox.status(uuid) == done(control.get(f"/invoices/{uuid}"))["status"] == status


def test_a_merchant_that_is_down_is_told(sandbox: Sandbox, control: httpx.Client) -> None:
    sandbox.send_postbacks_to("http://127.0.0.1:1/")
    delivery = done(control.post(f"/invoices/{sandbox.add_invoice()}/pay"))
    assert delivery["error"] == "connection refused: http://127.0.0.1:1/"
    assert (delivery["status"], delivery["accepted"], delivery["invoice_status"]) == (None, False, "created")


def test_faults_rates_and_calls(sandbox: Sandbox, control: httpx.Client) -> None:
    fault = {
        "operation": "cancelInvoice",
        "status": 429,
        "headers": {"Retry-After": "7"},
        "body": "{}",
        "times": 2,
    }
    assert done(control.post("/faults", json=fault), 204) is None
    path, uuid = "/invoice/merchant/canceled", sandbox.add_invoice()
    for _ in range(2):
        response = call(sandbox, path, {"uuid": uuid})
        assert (response.status_code, response.headers["retry-after"], response.text) == (429, "7", "{}")
    limit = {"operation": "cancelInvoice", "per_second": 0.001, "retry_after": 60}
    done(control.post("/rate", json=limit), 204)
    assert [call(sandbox, path, {"uuid": uuid}).status_code for _ in range(2)] == [200, 429]
    done(control.post("/rate", json=limit | {"per_second": None}), 204)
    call(sandbox, path, {"uuid": uuid})
    calls = done(control.get("/calls"))
    assert [each["status"] for each in calls] == [429, 429, 200, 429, 400]
    assert calls[2] == calls[2] | {
        "operation": "cancelInvoice",
        "path": "/v2/invoice/merchant/canceled",
        "body": json.dumps({"uuid": uuid}, separators=(",", ":")),
        "content_type": "application/json",
        "answered": True,
    }
    assert sandbox.api_key not in json.dumps(calls)
    assert done(control.get("/calls?after=4")) == calls[4:]


def test_time_passes_and_everything_is_forgotten(sandbox: Sandbox, control: httpx.Client) -> None:
    before = datetime.fromisoformat(done(control.get(""))["now"])
    after = datetime.fromisoformat(done(control.post("/clock", json={"seconds": 7200}))["now"])
    assert (after - before).total_seconds() >= 7200
    old = {"status": "created", "age": 86400 * 30, "lifetime": 86400 * 60}
    uuid = done(control.post("/invoices", json=old), 201)["uuid"]
    assert sandbox.status(uuid) == "created"
    assert done(control.post("/reset"), 204) is None
    assert "there is no invoice" in refused(control.get(f"/invoices/{uuid}"), 404)
    assert (done(control.get("/calls")), done(control.get("/deliveries"))) == ([], [])


def test_wallets_and_balances(sandbox: Sandbox, control: httpx.Client, merchant: Stub) -> None:
    sandbox.send_postbacks_to(merchant.base_url)
    body = {"shop_id": sandbox.shop_id, "currency": "ETH", "identify": "user-7"}
    wallet = call(sandbox, "/invoice/static/create", body).json()["result"]["uuid"]
    delivery = done(control.post(f"/wallets/{wallet}/deposit", json={"amount": "0.25"}))
    assert (
        verify(delivery["body"].encode(), delivery["content_type"], sandbox.secret_key).order_id == "user-7"
    )
    assert "there is no static wallet" in refused(control.post("/wallets/x/deposit", json={"amount": 1}), 404)
    done(control.post("/balances", json={"coin": "BTC", "amount": 0.5}), 204)
    balances = call(sandbox, "/merchant/wallet/balance/all", {}).json()["result"]
    assert sum(each["balance_crypto"] for each in balances) == 0.5


# What is refused


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("POST", "/invoices", {"state": "paid"}, "unknown member 'state': one of status, amount, currency"),
        ("POST", "/invoices", {"status": "done"}, "unknown status 'done': one of created"),
        ("POST", "/invoices", {"amount": "1e3"}, "amount: a text with a number is expected"),
        ("POST", "/invoices", {"amount": True}, "amount: an amount is expected"),
        ("POST", "/invoices", {"amount": -1}, "is not between"),
        ("POST", "/invoices", {"currency": 1}, "currency: a text is expected"),
        ("POST", "/invoices", {"age": 1e300}, "age: "),
        ("POST", "/invoices", {"age": 86401}, "no invoice is created at the age of 1 day, 0:00:01"),
        ("POST", "/invoices", {"age": 1e12, "lifetime": 1e13}, "leaves the calendar"),
        ("PUT", "/postbacks", {}, "url is missing"),
        ("PUT", "/postbacks", {"url": "http://example.com/"}, "is not an http:// URL of this machine"),
        ("PUT", "/postbacks", {"url": None, "kind": "xml"}, "neither 'json' nor 'form'"),
        ("POST", "/faults", {"status": 502}, "operation is missing"),
        ("POST", "/faults", {"operation": "cancel", "status": 502}, "unknown operation 'cancel'"),
        ("POST", "/faults", {"operation": "cancelInvoice"}, "what is to go wrong?"),
        ("POST", "/faults", {"operation": "cancelInvoice", "cut": 1}, "cut: true or false is expected"),
        ("POST", "/faults", {"operation": "cancelInvoice", "status": 502.0}, "status: a whole number"),
        ("POST", "/faults", {"operation": "cancelInvoice", "cut": True, "headers": []}, "headers: an object"),
        (
            "POST",
            "/faults",
            {"operation": "cancelInvoice", "cut": True, "headers": {"A": "\r\nB: c"}},
            "is no value of a header",
        ),
        ("POST", "/rate", {"operation": "cancelInvoice", "per_second": 0}, "per_second is 0"),
        ("POST", "/clock", {"seconds": -1}, "time does not pass by -1.0 seconds"),
        ("POST", "/clock", {"seconds": 1e300}, "where the calendar ends"),
        ("POST", "/clock", {"seconds": "1"}, "seconds: a number is expected"),
        ("POST", "/balances", {"coin": "DOGE", "amount": 1}, "unknown coin 'DOGE'"),
        ("POST", "/reset", {"all": True}, "unknown member 'all': none is expected"),
        ("GET", "/calls?after=x", None, "after is a number"),
        ("GET", "/calls?since=1", None, "unknown parameter 'since'"),
    ],
)
def test_what_it_does_not_understand_it_says(
    control: httpx.Client, method: str, path: str, body: object, text: str
) -> None:
    given = {} if body is None else {"json": body}
    assert text in refused(control.request(method, path, **given), 400)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", ["no JSON", "[]", "null", '{"age": NaN}', "[" * 100_000, "\udcff"])
def test_a_body_that_is_no_object(control: httpx.Client, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    content = body.encode(errors="surrogateescape")
    assert "the body is not" in refused(control.post("/reset", content=content, headers=headers), 400)


def test_other_refusals(sandbox: Sandbox, control: httpx.Client) -> None:
    paid = sandbox.add_invoice("paid")
    assert f"{paid} is paid: it cannot become overpaid" in refused(
        control.post(f"/invoices/{paid}/overpay"), 409
    )
    assert "there is no invoice INV-00000000" in refused(control.post("/invoices/INV-00000000/pay"), 404)
    refused(control.post("/invoices/INV-00000000/cancel"), 404)
    refused(control.get("/nothing"), 404)
    response = control.delete("/invoices")
    assert "DELETE is not for this" in refused(response, 405)
    assert response.headers["allow"] == "POST"
    json_type = {"Content-Type": "application/json"}
    refused(control.post("/invoices", content=b" " * (1024 * 1024 + 1), headers=json_type), 413)


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_taken(sandbox: Sandbox, control: httpx.Client, content_type: str) -> None:
    uuid = sandbox.add_invoice()
    headers = {"Content-Type": content_type}
    for path in ("/reset", f"/invoices/{uuid}/pay"):
        refused(control.post(path, content=b"{}", headers=headers), 415)
    assert sandbox.status(uuid) == "created"


# Who may


GUARDED: list[Callable[[Sandbox], tuple[str, str]]] = [
    lambda sandbox: ("GET", "/_sandbox"),
    lambda sandbox: ("GET", "/_sandbox/nothing"),
    lambda sandbox: ("POST", f"/_sandbox/invoices/{sandbox.add_invoice()}/pay"),
    lambda sandbox: ("POST", f"/pay/{sandbox.add_invoice()[4:]}"),
]


@pytest.mark.parametrize("order", GUARDED)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "example.com"}, 421),
        ({"Host": "example.com:8833"}, 421),
        ({"Host": "127.0.0.1.example.com"}, 421),
        ({"Host": "192.168.0.1"}, 421),
        ({"Host": "[::ffff:192.168.0.1]"}, 421),
        ({"Host": "[nonsense"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "http://example.com"}, 403),
        ({"Origin": "https://127.0.0.1.example.com"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, 403),
    ],
)
def test_other_hosts_and_other_sites_are_refused(
    sandbox: Sandbox, order: Callable[[Sandbox], tuple[str, str]], headers: dict[str, str], status: int
) -> None:
    method, path = order(sandbox)
    form = {"data": {"action": "pay"}} if path.startswith("/pay") else {}
    response = httpx.request(method, sandbox.url + path, headers=headers, verify=PLAIN, **form)  # type: ignore[arg-type]
    assert response.status_code == status
    assert sandbox.deliveries == []
    made = path.rpartition("/pay")[0].rpartition("/")[2] if "/invoices/" in path else path[-8:]
    if method == "POST":
        assert sandbox.status(made) == "created"


@pytest.mark.parametrize("order", [GUARDED[0], *GUARDED[2:]])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "LOCALHOST:80"},
        {"Host": "127.8.8.8"},
        {"Host": "[::1]:8833"},
        {"Host": "localhost:8833", "Origin": "http://localhost:8833", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_this_machine_is_let_in(
    sandbox: Sandbox, order: Callable[[Sandbox], tuple[str, str]], headers: dict[str, str]
) -> None:
    method, path = order(sandbox)
    form = {"data": {"action": "pay"}} if path.startswith("/pay") else {}
    response = httpx.request(method, sandbox.url + path, headers=headers, verify=PLAIN, **form)  # type: ignore[arg-type]
    assert response.status_code in {200, 303}


def test_a_shop_may_send_its_customer_to_the_page(sandbox: Sandbox) -> None:
    link = f"{sandbox.url}/pay/{sandbox.add_invoice()[4:]}"
    assert httpx.get(link, headers={"Sec-Fetch-Site": "cross-site"}, verify=PLAIN).status_code == 200
    assert httpx.get(link, headers={"Host": "example.com"}, verify=PLAIN).status_code == 421


def test_the_address_that_it_listens_on_is_let_in() -> None:
    with Sandbox(host="0.0.0.0") as sandbox:  # noqa: S104
        assert sandbox.url.startswith("http://127.0.0.1:")
        for host, status in (("0.0.0.0:80", 200), ("127.0.0.1", 200), ("example.com", 421)):
            response = httpx.get(sandbox.url + "/_sandbox", headers={"Host": host}, verify=PLAIN)
            assert response.status_code == status


# Its description


def test_its_description_is_served_and_sound(control: httpx.Client) -> None:
    description = done(control.get("/openapi.json"))
    validate(description, cls=OpenAPIV30SpecValidator)
    schemas = description["components"]["schemas"]
    assert schemas["OperationId"]["enum"] == list(BY_ID)
    assert schemas["Status"]["enum"] == SPEC["components"]["schemas"]["InvoiceStatus"]["x-extensible-enum"]

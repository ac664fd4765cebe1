"""The recipes for payment notifications, as they stand in `examples/`."""

import asyncio
import importlib
import json
import logging
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import django.test
import httpx
import pytest
from django.conf import empty, settings
from fastapi.testclient import TestClient

from cryptocloud import AsyncCryptoCloud, CryptoCloud
from cryptocloud.models import Invoice
from cryptocloud.postback import MAX_BODY, sign
from cryptocloud_sandbox import Sandbox

Book = Callable[[Invoice], None]

SECRET = "Zk3vQ8wLr1XcT6nYb9HsD2mJf5GpA7eU"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Shop:
    """A shop with one invoice, that books what it is told of in one of three frameworks."""

    def __init__(self) -> None:
        self.status = "paid"
        self.is_service_down = False
        self.is_shop_broken = False
        self.asked: list[str] = []
        self.booked: list[Invoice] = []
        self.sends: Callable[[bytes, str], tuple[int, bytes]]
        self.gets: Callable[[], int]

    def service(self, request: httpx.Request) -> httpx.Response:
        self.asked += json.loads(request.content)["uuids"]
        if self.is_service_down:
            return httpx.Response(502)
        invoice = {"uuid": "INV-89UX09KA", "status": self.status, "amount_usd": 100.0}
        return httpx.Response(200, json={"status": "success", "result": [invoice]})

    def book(self, invoice: Invoice) -> None:
        if self.is_shop_broken:
            raise RuntimeError("the database is gone")
        # A unique key does this in a database.
        if invoice.uuid not in {booked.uuid for booked in self.booked}:
            self.booked.append(invoice)

    async def book_async(self, invoice: Invoice) -> None:
        self.book(invoice)

    def client(self, cls: type[Any]) -> Any:
        transport = httpx.MockTransport(self.service)
        return cls(api_key="an-api-key", secret_key=SECRET, max_retries=0, transport=transport)


def in_fastapi(shop: Shop) -> None:
    create_app = importlib.import_module("fastapi_shop").create_app
    app = create_app(shop.client(AsyncCryptoCloud), shop.book_async)
    # Starlette's own test client asks for a library that nothing else here needs.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def ask(method: str, **request: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as web:
                return await web.request(method, "/postback", **request)

        return asyncio.run(call())

    def send(body: bytes, content_type: str) -> tuple[int, bytes]:
        response = ask("POST", content=body, headers={"Content-Type": content_type} if content_type else {})
        return response.status_code, response.content

    shop.sends = send
    shop.gets = lambda: ask("GET").status_code


def in_flask(shop: Shop) -> None:
    create_app = importlib.import_module("flask_shop").create_app
    web = create_app(shop.client(CryptoCloud), shop.book).test_client()

    def send(body: bytes, content_type: str) -> tuple[int, bytes]:
        response = web.post("/postback", data=body, content_type=content_type)
        return response.status_code, response.data

    shop.sends = send
    shop.gets = lambda: web.get("/postback").status_code


def in_django(shop: Shop) -> None:
    create_app = importlib.import_module("django_checkout").create_app
    create_app(shop.client(CryptoCloud), shop.book)
    web = django.test.Client(raise_request_exception=False, enforce_csrf_checks=True)

    def send(body: bytes, content_type: str) -> tuple[int, bytes]:
        response = web.post("/postback", data=body, content_type=content_type)
        return response.status_code, response.content

    shop.sends = send
    shop.gets = lambda: web.get("/postback").status_code


@pytest.fixture(params=[in_fastapi, in_flask, in_django])
def shop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")
    # Django can be configured once in a process, and is configured anew for each test.
    settings._wrapped = empty
    shop = Shop()
    request.param(shop)
    return shop


def postback(**changed: str) -> dict[str, str]:
    document = {"status": "success", "invoice_id": "89UX09KA", "amount_crypto": "1", "currency": "BTC"}
    return document | {"token": sign("89UX09KA", SECRET)} | changed


def as_json(**changed: str) -> tuple[bytes, str]:
    return json.dumps(postback(**changed)).encode(), JSON


def as_form(**changed: str) -> tuple[bytes, str]:
    return urlencode(postback(**changed)).encode(), FORM


@pytest.mark.parametrize("written", [as_json, as_form])
def test_a_payment_is_booked_as_the_service_confirms_it(
    shop: Shop, written: Callable[..., tuple[bytes, str]]
) -> None:
    assert shop.sends(*written(amount_crypto="1000000"))[0] == 200
    (invoice,) = shop.booked
    assert (invoice.uuid, invoice.status, invoice.amount_usd) == ("INV-89UX09KA", "paid", Decimal(100))
    assert shop.asked == ["INV-89UX09KA"]


def test_a_payment_that_is_announced_again_is_booked_once(shop: Shop) -> None:
    for _ in range(3):
        assert shop.sends(*as_json())[0] == 200
    assert len(shop.booked) == 1


@pytest.mark.parametrize("status", ["created", "partial", "canceled", "new-status"])
def test_a_payment_that_the_service_does_not_confirm_is_not_booked(shop: Shop, status: str) -> None:
    shop.status = status
    assert shop.sends(*as_json())[0] == 409
    assert shop.booked == []
    shop.status = "overpaid"
    assert shop.sends(*as_json())[0] == 200
    assert len(shop.booked) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (as_json(token=sign("89UX09KA", "another-secret-key")), "not signed with this secret key"),
        (as_json(token=sign("89UX09KA", SECRET, expires_in=-90)), "expired"),
        # Their turn may come late.
        (as_json(token=sign("89UX09KB", SECRET, expires_in=86_400)), "another invoice"),
        (as_form(token=""), "empty"),
        ((as_json()[0], FORM), "not a form"),
        ((as_json()[0], ""), "content type"),
        ((b"", JSON), "is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_forged_notification_is_refused_without_a_reason(
    shop: Shop, body: tuple[bytes, str], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert shop.sends(*body) == (400, b"")
    assert (shop.asked, shop.booked) == ([], [])
    assert reason in caplog.text
    assert SECRET not in caplog.text


def test_a_payment_that_cannot_be_booked_is_not_acknowledged(shop: Shop) -> None:
    shop.is_shop_broken = True
    assert shop.sends(*as_json())[0] == 500
    shop.is_shop_broken = False
    assert shop.sends(*as_json())[0] == 200
    assert len(shop.booked) == 1


def test_a_payment_that_cannot_be_confirmed_is_not_acknowledged(shop: Shop) -> None:
    shop.is_service_down = True
    assert shop.sends(*as_json())[0] == 500
    assert shop.booked == []
    shop.is_service_down = False
    assert shop.sends(*as_json())[0] == 200


def test_a_body_without_end_is_not_read(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    status, _ = shop.sends(as_json()[0].ljust(MAX_BODY + 1), JSON)
    assert status in (400, 413)
    assert (shop.asked, shop.booked) == ([], [])
    # It did not get as far as to be verified.
    assert "paymentPostback" not in caplog.text


def test_nothing_is_booked_for_a_look(shop: Shop) -> None:
    assert shop.gets() == 405
    assert (shop.asked, shop.booked) == ([], [])


# With the sandbox


def fastapi_client(keys: dict[str, Any], book: Book) -> object:
    async def book_async(invoice: Invoice) -> None:
        book(invoice)

    create_app = importlib.import_module("fastapi_shop").create_app
    return TestClient(create_app(AsyncCryptoCloud(**keys), book_async))


def flask_client(keys: dict[str, Any], book: Book) -> object:
    return importlib.import_module("flask_shop").create_app(CryptoCloud(**keys), book).test_client()


def django_client(keys: dict[str, Any], book: Book) -> object:
    settings._wrapped = empty
    importlib.import_module("django_checkout").create_app(CryptoCloud(**keys), book)
    return django.test.Client()


GUIDE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
TARGETS = dict(re.findall(r"^\| ([^|]+) \| `(lambda body, kind: .+)` \|$", GUIDE, re.MULTILINE))


@pytest.mark.parametrize(
    ("framework", "make"),
    [("FastAPI, Starlette", fastapi_client), ("Flask", flask_client), ("Django", django_client)],
)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_the_guides_targets_take_postbacks_of_the_sandbox(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    framework: str,
    make: Callable[[dict[str, Any], Book], object],
    kind: Literal["json", "form"],
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")
    booked: list[str | None] = []
    keys = {name: getattr(sandbox, name) for name in ("api_key", "shop_id", "secret_key", "base_url")}
    client = make(keys, lambda invoice: booked.append(invoice.uuid))
    target = eval(TARGETS[framework], {"client": client})  # noqa: S307 - the page is ours
    sandbox.send_postbacks_to(target, kind)
    uuid = sandbox.add_invoice(order_id="A-17")
    delivery = sandbox.pay(uuid)
    assert delivery is not None
    assert delivery.accepted
    assert booked == [uuid]

"""The views for payment notifications: what is delivered, and what each notification is answered with."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp.web
import django.urls
import flask
import pytest
from django.conf import empty, settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.routing import Mount, Route

import cryptocloud.web.aiohttp
import cryptocloud.web.django
import cryptocloud.web.flask
import cryptocloud.web.starlette
from cryptocloud import AsyncCryptoCloud, CryptoCloud, Invoice
from cryptocloud.postback import MAX_BODY, message
from cryptocloud_sandbox import Sandbox
from support.web import Reply, send, serving_aiohttp, serving_asgi, serving_wsgi

FORM = "application/x-www-form-urlencoded"


class Shop:
    """Delivers what is paid for, in one of the frameworks."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.port = 0
        self.has_trouble = False
        self.delivered: list[Invoice] = []
        self.threads: set[int] = set()
        self.comes_meanwhile = ""

    def deliver(self, invoice: Invoice) -> None:
        self.threads.add(threading.get_ident())
        if self.comes_meanwhile:
            another, self.comes_meanwhile = self.comes_meanwhile, ""
            assert announce(self, another).status == 200
        if self.has_trouble:
            raise RuntimeError("the database is gone")
        self.delivered.append(invoice)

    def never_deliver(self, invoice: Invoice) -> Iterator[None]:
        self.deliver(invoice)
        yield

    async def deliver_async(self, invoice: Invoice) -> None:
        await asyncio.sleep(0)
        self.deliver(invoice)

    def client(self, kind: type[Any]) -> Any:
        return kind(
            api_key=self.sandbox.api_key,
            base_url=self.sandbox.base_url,
            secret_key=self.sandbox.secret_key,
            max_retries=0,
        )

    def views(self, kind: type[Any], postback: Callable[..., Any]) -> dict[str, Any]:
        """By its path, each view that the tests ask."""
        client = self.client(kind)
        views = {
            "/postback": postback(client, self.deliver),
            "/strict": postback(client, self.deliver, accept_test=False),
            "/impatient": postback(client.with_options(timeout=0.3), self.deliver),
            "/later": postback(client, lambda invoice: self.deliver_async(invoice)),  # noqa: PLW0108
            "/never": postback(client, self.never_deliver),
        }
        if kind is AsyncCryptoCloud:
            views["/awaited"] = postback(client, self.deliver_async)
        return views


async def reads_everything(request: Request, call_next: Any) -> Any:
    if request.url.path == "/read":
        async for _ in request.stream():
            pass
    else:
        await request.body()
    return await call_next(request)


@contextlib.contextmanager
def in_starlette(shop: Shop) -> Iterator[int]:
    views = shop.views(AsyncCryptoCloud, cryptocloud.web.starlette.postback)
    app = Starlette(routes=[Route(path, view) for path, view in views.items()])
    app.router.routes.append(Mount("/mounted", views["/postback"]))
    with serving_asgi(app) as port:
        yield port


@contextlib.contextmanager
def in_fastapi(shop: Shop) -> Iterator[int]:
    app = FastAPI()
    views = shop.views(AsyncCryptoCloud, cryptocloud.web.starlette.postback)
    for path, view in {**views, "/read": views["/postback"]}.items():
        app.add_route(path, view)
    app.add_middleware(BaseHTTPMiddleware, dispatch=reads_everything)
    with serving_asgi(app) as port:
        yield port


@contextlib.contextmanager
def in_aiohttp(shop: Shop) -> Iterator[int]:
    @aiohttp.web.middleware
    async def reads_everything(request: aiohttp.web.Request, handler: Any) -> Any:
        if request.path == "/read":
            await request.content.read()
        elif request.path == "/strict":
            await request.post()
        return await handler(request)

    def make_app() -> aiohttp.web.Application:
        app = aiohttp.web.Application(middlewares=[reads_everything], client_max_size=0)
        views = shop.views(AsyncCryptoCloud, cryptocloud.web.aiohttp.postback)
        for path, view in {**views, "/read": views["/postback"]}.items():
            app.router.add_route("*", path, view)
        return app

    with serving_aiohttp(make_app) as port:
        yield port


@contextlib.contextmanager
def in_flask(shop: Shop) -> Iterator[int]:
    app = flask.Flask(__name__)
    methods = ["GET", "HEAD", "POST", "PUT"]
    views = shop.views(CryptoCloud, cryptocloud.web.flask.postback)
    for path, view in {**views, "/form": views["/postback"], "/read": views["/postback"]}.items():
        app.add_url_rule(path, path.strip("/"), view, methods=methods)

    @app.before_request
    def reads_everything() -> None:
        if flask.request.path == "/form":
            assert flask.request.form
        elif flask.request.path == "/read":
            flask.request.stream.read()
        elif flask.request.path == "/strict":
            flask.request.get_data()

    with serving_wsgi(app) as port:
        yield port


def set_up_django(views: dict[str, Any]) -> None:
    # Django can be configured once in a process, and is configured anew for each place.
    settings._wrapped = empty
    more = {"/form": views["/postback"], "/read": views["/postback"]}
    settings.configure(
        ROOT_URLCONF=tuple(
            django.urls.path(name.strip("/"), view) for name, view in {**views, **more}.items()
        ),
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware", f"{__name__}.reads_with_django"],
        ALLOWED_HOSTS=["shop"],
    )


def reads_with_django(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def middleware(request: Any) -> Any:
        if request.path == "/form":
            assert request.POST
        elif request.path == "/read":
            request.read()
        elif request.path == "/strict":
            assert request.body is not None
        return get_response(request)

    return middleware


@contextlib.contextmanager
def in_django(shop: Shop) -> Iterator[int]:
    set_up_django(shop.views(CryptoCloud, cryptocloud.web.django.postback))
    with serving_wsgi(get_wsgi_application()) as port:
        yield port


@contextlib.contextmanager
def in_async_django(shop: Shop) -> Iterator[int]:
    set_up_django(shop.views(AsyncCryptoCloud, cryptocloud.web.django.postback))
    with serving_asgi(get_asgi_application()) as port:
        yield port


PLACES = [in_starlette, in_fastapi, in_aiohttp, in_flask, in_django, in_async_django]
AWAITING = {in_starlette, in_fastapi, in_aiohttp, in_async_django}
TELL_FORMS = {in_flask, in_django, in_async_django}


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: place.__name__.removeprefix("in_"))
def open_shop(request: pytest.FixtureRequest) -> Iterator[tuple[Shop, Any]]:
    with Sandbox(seed=1) as sandbox:
        shop = Shop(sandbox)
        with request.param(shop) as shop.port:
            yield shop, request.param


@pytest.fixture
def shop(open_shop: tuple[Shop, Any]) -> Shop:
    shop, _ = open_shop
    shop.has_trouble = False
    shop.delivered.clear()
    shop.threads.clear()
    return shop


@pytest.fixture
def place(open_shop: tuple[Shop, Any]) -> Any:
    return open_shop[1]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.WARNING, "cryptocloud")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "cryptocloud"]


Log = Callable[[], list[str]]


def announce(shop: Shop, uuid: str, path: str = "/postback", **how: Any) -> Reply:
    body, content_type, _ = shop.sandbox.postback(uuid, **how)
    return send(shop.port, body, content_type, path=path)


@pytest.mark.parametrize("kind", ["json", "form"])
@pytest.mark.parametrize("status", ["paid", "overpaid"])
def test_what_is_paid_is_delivered(shop: Shop, kind: str, status: str, log: Log) -> None:
    uuid = shop.sandbox.add_invoice(status, order_id="A-17")
    reply = announce(shop, uuid, kind=kind)
    assert (reply.status, reply.body) == (200, b"")
    assert [(each.uuid, each.status, each.order_id) for each in shop.delivered] == [(uuid, status, "A-17")]
    # New projects are in test mode, and this is one.
    assert log() == [f"{uuid} is paid in test mode, without money: accept_test=False refuses such"]


def test_a_notification_can_come_in_pieces(shop: Shop) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    body, content_type, _ = shop.sandbox.postback(uuid)
    reply = send(shop.port, [body[:10], body[10:]], content_type)
    assert (reply.status, reply.body) == (200, b"")
    assert [each.uuid for each in shop.delivered] == [uuid]


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"forged": True}, "not signed with this secret key"),
        ({"expired": True}, "expired"),
        ({"token": ""}, "its token is empty"),
        ({"invoice_id": "89UX09KA"}, "belongs to another invoice"),
    ],
)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_what_is_not_genuine_is_refused(
    shop: Shop, how: dict[str, Any], text: str, kind: str, log: Log
) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    reply = announce(shop, uuid, kind=kind, **how)
    assert (reply.status, reply.body) == (400, b"")
    (line,) = log()
    assert text in line
    assert not shop.delivered


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"a=b"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", None])
def test_nonsense_is_refused(shop: Shop, body: bytes, content_type: str | None) -> None:
    reply = send(shop.port, body, content_type)
    assert (reply.status, reply.body) == (400, b"")


@pytest.mark.parametrize("status", ["created", "partial", "canceled"])
def test_what_is_not_paid_is_refused(shop: Shop, status: str, log: Log) -> None:
    uuid = shop.sandbox.add_invoice(status)
    reply = announce(shop, uuid)
    assert (reply.status, reply.body) == (409, b"")
    assert log() == [
        f"postback: refused with 409: paymentPostback: {uuid} is announced, and its status is {status!r}"
    ]
    assert not shop.delivered


def test_what_is_not_known_is_refused(shop: Shop, log: Log) -> None:
    body, content_type, _ = message("INV-00000000", shop.sandbox.secret_key)
    reply = send(shop.port, body, content_type)
    assert (reply.status, reply.body) == (409, b"")
    assert "INV-00000000" in log()[0]


def test_a_payment_in_test_mode_can_be_refused(shop: Shop, log: Log) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    reply = announce(shop, uuid, "/strict")
    assert (reply.status, reply.body) == (409, b"")
    assert "test mode" in log()[0]
    assert not shop.delivered


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_another_method_is_refused(shop: Shop, method: str, log: Log) -> None:
    reply = send(shop.port, method=method)
    assert (reply.status, reply.body, reply.headers["allow"]) == (405, b"", "POST")
    assert log() == [f"postback: refused with 405, since its method is {method}"]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_two_megabytes_are_refused(shop: Shop, is_chunked: bool, log: Log) -> None:
    body = b"x" * 2 * MAX_BODY
    pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    reply = send(shop.port, pieces if is_chunked else body, "application/json")
    assert (reply.status, reply.body) == (413, b"")
    assert log() == [f"postback: refused with 413, since it has more than {MAX_BODY} bytes"]


def test_the_largest_is_looked_at(shop: Shop) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    body, content_type, _ = shop.sandbox.postback(uuid)
    reply = send(shop.port, body + b" " * (MAX_BODY - len(body)), content_type)
    assert reply.status == 200


def test_a_delivery_that_fails_is_not_acknowledged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    shop.has_trouble = True
    reply = announce(shop, uuid)
    assert (reply.status, reply.body) == (500, b"")
    record = [record for record in caplog.records if record.name == "cryptocloud"][-1]
    assert record.getMessage() == f"postback: answered with 500, since deliver failed for {uuid}"
    assert record.exc_info
    assert "the database is gone" in str(record.exc_info[1])
    shop.has_trouble = False
    assert announce(shop, uuid).status == 200
    assert [each.uuid for each in shop.delivered] == [uuid]


@pytest.mark.parametrize(
    ("fault", "path", "text"),
    [
        ({"status": 502}, "/postback", "ServerError, UNKNOWN"),
        ({"delay": 20}, "/impatient", "APITimeoutError, UNKNOWN"),
    ],
)
def test_a_service_in_trouble_is_not_the_sender_s_fault(
    shop: Shop, fault: dict[str, Any], path: str, text: str, log: Log
) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    shop.sandbox.fail_next("getInvoices", **fault)
    reply = announce(shop, uuid, path)
    assert (reply.status, reply.body) == (503, b"")
    assert log() == [f"postback: answered with 503, since the look-up failed: {text}"]
    assert not shop.delivered


def test_nothing_secret_is_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    uuid = shop.sandbox.add_invoice("paid", order_id="private-17")
    body, _, _ = shop.sandbox.postback(uuid)
    shop.has_trouble = True
    announce(shop, uuid)
    shop.sandbox.fail_next("getInvoices", status=500)
    announce(shop, uuid)
    announce(shop, uuid, forged=True)
    for secret in (shop.sandbox.secret_key, shop.sandbox.api_key, "private-17", "eyJ"):
        assert secret not in caplog.text
    assert body


def test_many_at_once_are_all_delivered(shop: Shop) -> None:
    uuids = [shop.sandbox.add_invoice("paid") for _ in range(60)]
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda uuid: announce(shop, uuid).status, uuids))
    assert replies == [200] * 60
    assert sorted(each.uuid for each in shop.delivered) == sorted(uuids)


def test_another_one_is_delivered_while_a_slow_delivery_goes_on(shop: Shop) -> None:
    slow, other = (shop.sandbox.add_invoice("paid") for _ in range(2))
    shop.comes_meanwhile = other
    assert announce(shop, slow).status == 200
    assert [each.uuid for each in shop.delivered] == [other, slow]


def test_the_same_one_again_from_within_its_delivery_is_delivered_too(shop: Shop) -> None:
    """That it is handed over once is for `deliver` to see to, which knows what is handed over."""
    uuid = shop.sandbox.add_invoice("paid")
    shop.comes_meanwhile = uuid
    assert announce(shop, uuid).status == 200
    assert [each.uuid for each in shop.delivered] == [uuid, uuid]


# What stands in front of the view.


def test_who_awaits_can_be_given_either_kind_of_function(shop: Shop, place: Any) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    for path in ("/awaited", "/later") if place in AWAITING else ():
        assert announce(shop, uuid, path).status == 200
    awaited = set(shop.threads)
    shop.threads.clear()
    assert announce(shop, uuid).status == 200
    assert len(shop.delivered) == (3 if place in AWAITING else 1)
    # A plain function blocks no event loop.
    assert not awaited & shop.threads


@pytest.mark.parametrize("how", ["/later", "/never"])
def test_a_delivery_that_is_not_done_is_not_acknowledged(shop: Shop, place: Any, how: str) -> None:
    if place in AWAITING and how == "/later":
        return  # it is done there
    uuid = shop.sandbox.add_invoice("paid")
    assert announce(shop, uuid, how).status == 500
    assert not shop.delivered


def test_a_form_that_was_parsed_before_is_read_again(shop: Shop, place: Any) -> None:
    uuid = shop.sandbox.add_invoice("paid")
    if place in TELL_FORMS:
        assert announce(shop, uuid, "/form", kind="form").status == 200
    # Here something reads the whole body first, and keeps it.
    assert announce(shop, uuid, "/strict", kind="form").status == 409


def test_a_body_that_was_taken_away_is_told_of(shop: Shop, place: Any, log: Log) -> None:
    if place is in_starlette:
        return  # nothing stands in front of the view there
    uuid = shop.sandbox.add_invoice("paid")
    assert announce(shop, uuid, "/read", kind="form").status == 500
    assert log() == ["postback: answered with 500, since something in front of this view has read its body"]


def test_a_view_of_starlette_that_is_mounted_answers_below(shop: Shop, place: Any) -> None:
    if place is not in_starlette:
        return
    uuid = shop.sandbox.add_invoice("paid")
    assert announce(shop, uuid, "/mounted").status == 307
    assert announce(shop, uuid, "/mounted/").status == 200


# What is wrong from the beginning.


VIEWS = [
    (cryptocloud.web.starlette.postback, AsyncCryptoCloud, CryptoCloud),
    (cryptocloud.web.aiohttp.postback, AsyncCryptoCloud, CryptoCloud),
    (cryptocloud.web.flask.postback, CryptoCloud, AsyncCryptoCloud),
    (cryptocloud.web.django.postback, CryptoCloud, None),
    (cryptocloud.web.django.postback, AsyncCryptoCloud, None),
]


@pytest.mark.parametrize(("postback", "kind", "other"), VIEWS)
def test_what_is_missing_is_told_when_the_view_is_made(postback: Any, kind: Any, other: Any) -> None:
    client = kind(api_key="k" * 20, secret_key="s" * 20)
    postback(client, print)
    with pytest.raises(ValueError, match="no secret key: pass one, or set CRYPTOCLOUD_SECRET_KEY"):
        postback(kind(api_key="k" * 20), print)
    with pytest.raises(TypeError, match="client must be a"):
        postback(other and other(api_key="k" * 20, secret_key="s" * 20), print)
    with pytest.raises(TypeError, match="deliver must be a function"):
        postback(client, None)

    async def deliver(invoice: Invoice) -> None:
        pass

    if kind is CryptoCloud:
        with pytest.raises(TypeError, match="must not be a coroutine function"):
            postback(client, deliver)


def test_a_closed_client_is_not_the_sender_s_fault(caplog: pytest.LogCaptureFixture) -> None:
    client = CryptoCloud(api_key="k" * 20, secret_key="s" * 20)
    app = flask.Flask(__name__)
    app.add_url_rule("/postback", view_func=cryptocloud.web.flask.postback(client, print), methods=["POST"])
    client.close()
    body, content_type, _ = message("INV-89UX09KA", "s" * 20)
    assert app.test_client().post("/postback", data=body, content_type=content_type).status_code == 500
    assert "RuntimeError: this client is closed" in caplog.text

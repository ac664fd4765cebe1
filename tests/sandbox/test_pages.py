"""The sandbox's pages without a browser: what they say and do. `make test-pages` clicks through them."""

import contextlib
import html
import re
import resource
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import segno

from cryptocloud import CryptoCloud
from cryptocloud_sandbox import Sandbox
from support.stub import Stub, http

HOSTILE = {
    "markup": "<script>alert('x')</script>\"&",
    "300 letters": "x" * 300,
    "emoji": "🛒 два кофе",
    "controls": "a\x00b\x1bc\x7fd",
    "right to left": "a\u202eb\u2066c",
    "half a character": "a\ud800b",
    "nothing": "",
}

PLAIN = ssl.create_default_context()  # Not used, and slow if each client makes its own.


class Browser:
    """Opens pages of a sandbox, as a browser without scripts does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = httpx.Client(base_url=sandbox.url, follow_redirects=True, timeout=30, verify=PLAIN)

    def open(self, path: str = "/", status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status
        return response.text

    def press(self, uuid: str, action: str, status: int = 200) -> str:
        response = self.client.post(pay_page(uuid), data={"action": action})
        assert response.status_code == status
        return response.text


def pay_page(uuid: str) -> str:
    return f"/pay/{uuid.removeprefix('INV-')}"


def seen(page: str) -> str:
    """The words of a page. What is in its head, such as the title, is not among them."""
    body = re.sub(r"<svg.*?</svg>", "", page.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def buttons(page: str) -> list[str]:
    return re.findall(r'<button [^>]*name="action" value="([\w-]+)"', page)


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[Browser]:
    opened = Browser(sandbox)
    yield opened
    opened.client.close()


# The list


def test_an_empty_list_says_how_to_begin(browser: Browser) -> None:
    page = seen(browser.open())
    assert "No invoice yet" in page
    assert "Postbacks go nowhere" in page


def test_the_list_has_the_newest_first(browser: Browser, sandbox: Sandbox) -> None:
    first = sandbox.add_invoice(amount="20.00", currency="EUR", order_id="A-17")
    second = sandbox.add_invoice()
    sandbox.send_postbacks_to(lambda _body, _type: 500)
    sandbox.pay(second)
    page = browser.open()
    assert re.findall(r'href="/pay/(\w+)"', page) == [second[4:], first[4:]]
    assert f"{first} created 20.00 EUR A-17 none sent" in seen(page)
    assert f"{second} created 100.0 USD none not accepted postback of {second}" in seen(page)
    assert "Postbacks go to test_pages." in seen(page)


def test_the_list_has_pages(browser: Browser, sandbox: Sandbox) -> None:
    uuids = [sandbox.add_invoice() for _ in range(101)][::-1]
    listed = []
    for number in (1, 2, 3):
        page = browser.open(f"/?page={number}")
        assert f"Page {number} of 3" in seen(page)
        listed += re.findall(r'href="/pay/(\w+)"', page)
        assert ('rel="prev"' in page, 'rel="next"' in page) == (number > 1, number < 3)
    assert listed == [uuid[4:] for uuid in uuids]
    assert "51 to 100 of 101, newest first" in seen(browser.open("/?page=2"))
    assert "There is no page 4" in seen(browser.open("/?page=4"))
    for nonsense in ("0", "-1", "two", "9" * 30, ""):
        assert "Page 1 of 3" in seen(browser.open(f"/?page={nonsense}"))


def test_a_deposit_to_a_wallet_is_listed(browser: Browser, sandbox: Sandbox) -> None:
    with CryptoCloud(api_key=sandbox.api_key, shop_id=sandbox.shop_id, base_url=sandbox.base_url) as client:
        wallet = client.static_wallets.create("BTC", identify="user-7")
    assert wallet.uuid is not None
    sandbox.send_postbacks_to(lambda _body, _type: 200)
    delivery = sandbox.deposit_to(wallet.uuid, "0.001")
    assert delivery is not None
    assert f"{delivery.uuid} paid 86.0 USD user-7 accepted" in seen(browser.open())
    page = browser.open(pay_page(delivery.uuid))
    assert "A deposit to a static wallet" in seen(page)
    assert buttons(page) == ["resend", "resend-twice"]


# An invoice


def test_what_an_invoice_says(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice(amount="20.00", order_id="A-17")
    page = browser.open(pay_page(uuid))
    assert f"{uuid} created" in html.unescape(page.partition("</title>")[0])
    words = seen(page)
    for text in (
        "20.00 USD created It waits for the buyer.",
        "Time left: 23:59:",
        "Order A-17",
        "Send exactly 21.40 USDT_TRC20",
        "None until the buyer chooses a coin.",
        "Nobody can lose money here.",
        "Postbacks go nowhere",
    ):
        assert text in words
    assert "Nothing yet" not in words
    sandbox.send_postbacks_to(lambda _body, _type: 200)
    assert "Nothing yet. The postback comes with the payment." in seen(browser.open(pay_page(uuid)))
    assert buttons(page) == ["pay", "overpay", "pay-part", "expire"]


def test_the_qr_code_is_the_link_of_the_page(browser: Browser, sandbox: Sandbox) -> None:
    with CryptoCloud(api_key=sandbox.api_key, shop_id=sandbox.shop_id, base_url=sandbox.base_url) as client:
        invoice = client.invoices.create("20.00", cryptocurrency="BTC")
    page = browser.open(pay_page(invoice.uuid))
    assert invoice.address is not None
    assert invoice.address in page
    [drawing] = re.findall(r'<path [^>]*d="([^"]+)"', page)
    assert invoice.link is not None
    assert f'd="{drawing}"' in segno.make(invoice.link, error="m", micro=False).svg_inline(border=2)
    # Nor is there anything else that would open a wallet.
    schemes = set(re.findall(r'(?:href|src|action)="([a-z]+):', page))
    assert schemes == set()


@pytest.mark.parametrize(
    ("action", "status", "left"),
    [
        ("pay", "paid", ["resend", "resend-twice"]),
        ("overpay", "overpaid", ["resend", "resend-twice"]),
        ("pay-part", "partial", ["pay", "overpay", "expire"]),
        ("expire", "canceled", ["pay"]),
    ],
)
def test_a_button_does_what_it_says(
    browser: Browser, sandbox: Sandbox, action: str, status: str, left: list[str]
) -> None:
    sandbox.send_postbacks_to(lambda _body, _type: 200)
    uuid = sandbox.add_invoice()
    page = browser.press(uuid, action)
    assert sandbox.status(uuid) == status
    assert buttons(page) == left
    assert ("accepted Your shop answered 200" in seen(page)) == (status in ("paid", "overpaid"))
    assert re.search(rf"History .* created add_invoice .* {status} ", seen(page))


def test_a_payment_that_comes_too_late(browser: Browser, sandbox: Sandbox) -> None:
    partial, canceled = sandbox.add_invoice(), sandbox.add_invoice("canceled")
    browser.press(partial, "pay-part")
    page = browser.press(partial, "expire")
    assert buttons(page) == ["pay"]
    assert "Pay too late changes nothing" in seen(page)
    for uuid, status in ((partial, "partial"), (canceled, "canceled")):
        assert f"{status} pay, too late" in seen(browser.press(uuid, "pay"))
        assert sandbox.status(uuid) == status


def test_a_button_from_a_window_that_is_out_of_date(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice("paid")
    page = browser.press(uuid, "pay-part", status=409)
    assert f"Nothing was done: {uuid} is paid: it cannot become partial." in seen(page)
    assert "Nothing was done" in seen(browser.press(uuid, "expire", status=409))
    assert "Nothing was done" in seen(browser.press(sandbox.add_invoice(), "resend-twice", status=409))
    assert sandbox.status(uuid) == "paid"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.sqlite"
    with Sandbox(data=data) as sandbox:
        opened = Browser(sandbox)
        uuids = [sandbox.add_invoice() for _ in range(20)]
        short = sandbox.add_invoice(lifetime=timedelta(hours=1))
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        # No file of this process may grow beyond what the sandbox's log of changes has now.
        size = data.with_name(f"{data.name}-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        try:
            page = opened.press(uuids[0], "pay", status=500)
            with pytest.raises(OSError, match="cannot use"):
                sandbox.advance(7200)
            assert opened.open("/", status=500).startswith(f"cannot use {data}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert f"cannot use {data}" in seen(page)
        assert sandbox.status(uuids[0]) == "created"
        assert "paid" in seen(opened.press(uuids[0], "pay"))
        assert sandbox.status(short) == "canceled"
        opened.client.close()


def test_what_no_button_sends(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    for form in (b"", b"action=", b"action=free", b"status=paid", b"action=\xff", b"x" * 2_000_000):
        assert browser.client.post(pay_page(uuid), content=form).status_code == 400
    assert browser.client.delete(pay_page(uuid)).status_code == 405
    assert browser.press("INV-00000000", "pay", status=404)
    assert sandbox.status(uuid) == "created"


def test_what_is_not_there(browser: Browser) -> None:
    assert "Invoice &lt;b&gt;0 is not here" in browser.open("/pay/<b>0", status=404)
    assert "Postback 1 is not here" in seen(browser.open("/deliveries/1", status=404))
    for path in ("/deliveries/x", "/deliveries/-1", "/static/pages.py", "/static/..%2fpages.py", "/events/"):
        assert browser.client.get(path).status_code == 404


def test_after_a_reset_an_invoice_is_gone(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    sandbox.reset()
    assert "forgets everything when it stops" in seen(browser.open(pay_page(uuid), status=404))


@pytest.mark.parametrize("order_id", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_hostile_order_id_is_text_on_every_page(
    browser: Browser, sandbox: Sandbox, order_id: str, kind: str
) -> None:
    answer = b"HTTP/1.1 500 No\r\nContent-Length: 31\r\n\r\n<script>alert(1)</script>\x00\x1b\xff\xfe&#"
    with Stub(lambda connection: connection.send(answer)) as shop:
        sandbox.send_postbacks_to(shop.base_url, "json" if kind == "json" else "form")
        uuid = sandbox.add_invoice(order_id=order_id)
        pages = [browser.press(uuid, "pay"), browser.open("/"), browser.open("/deliveries/1")]
    for page in pages:
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/live.js" defer>']
        assert "alert(1)" not in page or "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert "<script>alert(1)</script>\\u0000\\u001b\ufffd\ufffd&#" in seen(pages[2])


@pytest.mark.parametrize(
    ("amount", "due"), [("0.000000000000000001", "1.4"), ("1000000000000", "1000000000001.4")]
)
def test_extreme_amounts_are_written_out(browser: Browser, sandbox: Sandbox, amount: str, due: str) -> None:
    uuid = sandbox.add_invoice(amount=amount)
    assert f" {amount} USD " in seen(browser.open())
    page = seen(browser.press(uuid, "pay-part"))
    assert f"{amount} USD partial" in page
    assert not re.search(r"\de[+-]?\d", page, re.IGNORECASE)
    assert due[:3] in seen(browser.press(uuid, "pay"))


# What the shop answers


def test_a_shop_that_fails_is_told_each_time(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    with Stub(lambda connection: connection.send(http(500, b"KeyError: 'order'"))) as shop:
        url = f"{shop.base_url}/postback"
        sandbox.send_postbacks_to(url)
        page = seen(browser.press(uuid, "pay"))
        assert "not accepted Your shop answered 500 after" in page
        assert "the invoice was created again" in page
        assert f"Postbacks go to {url} as JSON." in page
        assert "KeyError: 'order'" in seen(browser.open("/deliveries/1"))
    page = seen(browser.press(uuid, "pay"))
    assert f"not accepted connection refused: {url}." in page
    assert "attempt 2" in page
    assert "Status none" in seen(browser.open("/deliveries/2"))
    sandbox.send_postbacks_to(lambda _body, _type: 200)
    page = seen(browser.press(uuid, "pay"))
    assert "accepted Your shop answered 200 after" in page
    assert "attempt 3" in page
    others = seen(browser.open("/deliveries/3"))
    assert "Postback 2 not accepted connection refused" in others
    assert "Postback 1 not accepted Your shop answered 500" in others


def test_a_postback_on_its_way_is_told(browser: Browser, sandbox: Sandbox) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def shop(_body: bytes, _type: str) -> int:
        asked.set()
        assert go_on.wait(30)
        return 200

    sandbox.send_postbacks_to(shop)
    uuid = sandbox.add_invoice()
    payer = threading.Thread(target=sandbox.pay, args=[uuid])
    payer.start()
    try:
        assert asked.wait(30)
        page = seen(browser.open(pay_page(uuid)))
        assert "A postback is on its way. The answer may take up to 10 s." in page
    finally:
        go_on.set()
        payer.join(30)
    assert "on its way" not in seen(browser.open(pay_page(uuid)))


def test_send_again_and_twice_at_once(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice("paid")
    # Only two that are there together pass.
    both = threading.Barrier(2, timeout=30)

    def shop(_body: bytes, _type: str) -> int:
        both.wait()
        return 200

    sandbox.send_postbacks_to(shop)
    assert "accepted Your shop answered 200" in seen(browser.press(uuid, "resend-twice"))
    assert {(delivery.attempt, delivery.accepted) for delivery in sandbox.deliveries} == {
        (1, True),
        (2, True),
    }
    sandbox.send_postbacks_to(lambda _body, _type: 503)
    assert "not accepted Your shop answered 503" in seen(browser.press(uuid, "resend"))
    # What is paid stays paid: only a payment is taken back.
    assert sandbox.status(uuid) == "paid"


@pytest.mark.parametrize("kind", ["json", "form"])
def test_the_curl_command_sends_the_same_postback(
    browser: Browser, sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    curl.chmod(0o755)
    with Stub(lambda connection: connection.send(http(200, b""))) as shop:
        sandbox.send_postbacks_to(shop.base_url, "json" if kind == "json" else "form")
        uuid = sandbox.add_invoice(order_id='it\'s $(touch x) `y` \\ "z"')
        pages = browser.press(uuid, "pay"), browser.open("/deliveries/1")
        [sent] = shop.requests
    for page in pages:
        [command] = re.findall(r'<pre id="curl-command"[^>]*><code>(.*?)</code>', page, re.DOTALL)
        done = subprocess.run(
            ["/bin/sh", "-c", html.unescape(command)],
            cwd=tmp_path,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        words = done.stdout.split("\0")
        assert words[:2] == ["-i", shop.base_url]
        assert words[2:4] == ["-H", f"Content-Type: {sent.headers['content-type']}"]
        assert words[4:] == ["--data-raw", sent.body.decode(), ""]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_delivery_shows_what_was_sent(browser: Browser, sandbox: Sandbox, kind: str) -> None:
    sandbox.send_postbacks_to(lambda _body, _type: 200, "json" if kind == "json" else "form")
    delivery = sandbox.pay(sandbox.add_invoice(amount="0.000000000000000001", order_id="A 17"))
    assert delivery is not None
    page = browser.open(f"/deliveries/{delivery.number}")
    [text] = re.findall(r'aria-label="Body of the request"><code>(.*?)</code>', page, re.DOTALL)
    if kind == "json":
        assert re.sub(r"\n *", "", html.unescape(text)).replace('": ', '":') == delivery.body.decode()
    else:
        assert "order_id = A 17\n" in html.unescape(text)
    assert "Status 200 Took" in seen(page)
    assert "It has no body." in seen(page)


# Who may use them


CROSS_SITE = {"Sec-Fetch-Site": "cross-site", "Origin": "http://shop.example"}


@pytest.mark.parametrize("headers", [CROSS_SITE, {"Origin": "http://shop.example"}, {"Origin": "null"}])
def test_pages_of_other_sites_cannot_pay(browser: Browser, sandbox: Sandbox, headers: dict[str, str]) -> None:
    uuid = sandbox.add_invoice()
    answer = browser.client.post(pay_page(uuid), data={"action": "pay"}, headers=headers)
    assert (answer.status_code, sandbox.status(uuid)) == (403, "created")
    # But they may have a link here.
    assert browser.client.get(pay_page(uuid), headers=headers).status_code == 200


def test_the_pages_are_not_known_by_another_name(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    paths = ["/", pay_page(uuid), "/deliveries/1", "/events", "/static/style.css"]
    for path in paths:
        assert browser.client.get(path, headers={"Host": "shop.example"}).status_code == 421
    answer = browser.client.post(pay_page(uuid), data={"action": "pay"}, headers={"Host": "shop.example"})
    assert (answer.status_code, sandbox.status(uuid)) == (421, "created")


def test_the_pages_load_nothing_from_elsewhere(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice("paid")
    paths = ["/", pay_page(uuid), "/deliveries/1", "/static/style.css", "/static/live.js"]
    for path in paths:
        response = browser.client.get(path)
        assert response.headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert " style=" not in response.text
        assert not re.search(r"\son\w+=", response.text)
    assert browser.client.get("/static/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert browser.client.get("/static/live.js").headers["content-type"].startswith("text/javascript")
    assert len(browser.client.get("/static/live.js").text.splitlines()) <= 40


# Live


@contextlib.contextmanager
def listening(sandbox: Sandbox, path: str = "/events") -> Iterator[Iterator[str]]:
    """What a stream tells, one after the other."""
    with httpx.stream("GET", sandbox.url + path, timeout=30, verify=PLAIN) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield (line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: "))


def version(page: str) -> str:
    [found] = re.findall(r'data-version="([^"]+)"', page)
    return str(found)


def test_a_change_is_told_at_once(browser: Browser, sandbox: Sandbox) -> None:
    uuid, other = sandbox.add_invoice(), sandbox.add_invoice()
    page = browser.open(pay_page(uuid))
    with listening(sandbox, f"/events?invoice={uuid[4:]}") as events, listening(sandbox) as all_events:
        assert next(events) == next(all_events) == version(page)
        sandbox.expire(other)
        assert next(all_events) != version(page)
        sandbox.pay(uuid)
        # Nothing was told of the other one, or it would be told here.
        assert next(events) == version(browser.open(pay_page(uuid)))
        assert version(browser.open()) == next(all_events)


def test_what_changed_before_the_stream_is_told_first(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    page = browser.open(pay_page(uuid))
    sandbox.pay(uuid)
    with listening(sandbox, f"/events?invoice={uuid[4:]}") as events:
        assert next(events) != version(page)


def test_an_invoice_that_expires_is_told(browser: Browser, sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    with listening(sandbox, f"/events?invoice={uuid[4:]}") as events:
        next(events)
        sandbox.advance(2 * 24 * 3600)
        next(events)
        assert "canceled" in seen(browser.open(pay_page(uuid)))


def test_another_sandbox_has_other_versions(browser: Browser) -> None:
    with Sandbox(seed=1) as other:
        opened = Browser(other)
        assert version(opened.open()) != version(browser.open())
        opened.client.close()


def test_stopping_ends_open_pages() -> None:
    sandbox = Sandbox()
    sandbox.start()
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(listening(sandbox)) for _ in range(20)]
        for events in streams:
            next(events)
        sandbox.stop()
        for events in streams:
            with contextlib.suppress(httpx.TransportError):
                assert list(events) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cryptocloud-sandbox")]


def test_many_open_pages(sandbox: Sandbox, browser: Browser) -> None:
    uuid = sandbox.add_invoice()
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(listening(sandbox)) for _ in range(100)]
        for events in streams:
            next(events)
        sandbox.pay(uuid)
        assert {next(events) for events in streams} == {version(browser.open())}

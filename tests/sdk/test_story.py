"""What a merchant does, from the first invoice to the books, with both clients against the sandbox."""

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from cryptocloud import (
    APIConnectionError,
    BadRequestError,
    CryptoCloud,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
)
from cryptocloud._transport.httpx import AsyncDefaultTransport, DefaultTransport
from cryptocloud_sandbox import Sandbox
from support.contract import HeldToSpec
from support.service import use_async, use_sync

TODAY = datetime.datetime.now(datetime.UTC).date()
DAY = datetime.timedelta(days=1)
Run = Callable[[Callable[[Any], Any]], Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, test_mode=False) as running:
        yield running


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Run]:
    """Calls a client of the sandbox. Every exchange is held to the spec."""
    exchanges = []

    def call(use: Callable[[Any], Any], **settings: Any) -> Any:
        contract = HeldToSpec(DefaultTransport() if request.param is use_sync else AsyncDefaultTransport())
        exchanges.append(contract)
        return request.param(
            contract,
            use,
            **{
                "api_key": sandbox.api_key,
                "shop_id": sandbox.shop_id,
                "withdrawal_key": sandbox.withdrawal_key,
                "base_url": sandbox.base_url,
            }
            | settings,
        )

    yield call
    for contract in exchanges:
        contract.check()


def test_an_invoice_from_its_creation_to_its_end(run: Run, sandbox: Sandbox) -> None:
    amount = Decimal("100.000000000000000001")
    invoice = run(
        lambda client: client.invoices.create(
            amount, currency="EUR", order_id="A-17", time_to_pay=datetime.timedelta(hours=2)
        )
    )
    assert invoice.status == "created"
    assert invoice.link.startswith("http")
    assert invoice.expiry_date - invoice.created == datetime.timedelta(hours=2)

    found = run(lambda client: client.invoices.get(invoice.uuid))
    assert (found.uuid, found.order_id, found.fiat_currency) == (invoice.uuid, "A-17", "EUR")
    assert found.amount_in_fiat == amount

    listed = run(lambda client: client.invoices.list(TODAY - DAY, TODAY + DAY))
    assert [one.uuid for one in listed] == [invoice.uuid]
    assert listed[0].amount_in_fiat == amount

    run(lambda client: client.invoices.cancel(invoice.uuid))
    assert run(lambda client: client.invoices.get(invoice.uuid)).is_final
    with pytest.raises(InvoiceNotCancelableError):
        run(lambda client: client.invoices.cancel(invoice.uuid))

    statistics = run(lambda client: client.invoices.statistics(TODAY - DAY, TODAY + DAY))
    assert (statistics.count.all, statistics.count.canceled, statistics.count.paid) == (1, 1, 0)


def test_many_invoices(run: Run, sandbox: Sandbox) -> None:
    uuids = [sandbox.add_invoice() for _ in range(250)]
    found = run(lambda client: client.invoices.get_many(uuids))
    assert [invoice.uuid for invoice in found] == uuids
    listed = run(lambda client: client.invoices.list(TODAY - DAY, TODAY + DAY))
    assert sorted(invoice.uuid for invoice in listed) == sorted(uuids)
    with pytest.raises(NotFoundError, match="INV-00000000") as caught:
        run(lambda client: client.invoices.get_many([*uuids, "INV-00000000"]))
    assert len(caught.value.found) == 250


def test_money_comes_and_goes(run: Run, sandbox: Sandbox) -> None:
    sandbox.deposit("BTC", "1.5")
    balance = next(b for b in run(lambda client: client.balances.list()) if b.currency.code == "BTC")
    assert balance.available_balance == Decimal("1.5")
    address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"

    def withdraw(client: Any) -> Any:
        return client.withdrawals.create("BTC", to_address=address, amount="0.5")

    withdrawal = run(withdraw)
    assert withdrawal.uuid.startswith("INV-")
    assert withdrawal.currency == "BTC"
    with pytest.raises(RateLimitError) as caught:
        run(withdraw)
    assert caught.value.outcome is Outcome.REFUSED
    sandbox.advance(12)
    assert run(withdraw).uuid != withdrawal.uuid
    sandbox.advance(12)
    with pytest.raises(BadRequestError) as refused:
        run(lambda client: client.withdrawals.create("BTC", to_address=address, amount="100"))
    assert refused.value.errors


def test_a_static_wallet(run: Run) -> None:
    wallet = run(lambda client: client.static_wallets.create("ETH", identify="user-7"))
    assert wallet.address
    assert wallet.currency.code == "ETH"


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("fault", [{"status": 502}, {"reset": True}, {"cut": True}])
def test_a_cancel_whose_answer_is_lost_ends_in_the_truth(
    run: Run, sandbox: Sandbox, fault: dict[str, Any], after: bool
) -> None:
    """Whether it was carried out before the fault, or has to be repeated."""
    uuid = sandbox.add_invoice()
    sandbox.fail_next("cancelInvoice", after=after, **fault)
    run(lambda client: client.invoices.cancel(uuid))
    assert sandbox.status(uuid) == "canceled"


def test_a_create_whose_answer_is_lost_is_left_to_the_caller(run: Run, sandbox: Sandbox) -> None:
    sandbox.fail_next("createInvoice", status=502, after=True)
    with pytest.raises(ServerError) as caught:
        run(lambda client: client.invoices.create(100, order_id="A-17"))
    assert caught.value.outcome is Outcome.UNKNOWN
    sandbox.fail_next("createInvoice", reset=True, after=True)
    with pytest.raises(APIConnectionError):
        run(lambda client: client.invoices.create(100, order_id="A-18"))
    listed = run(lambda client: client.invoices.list(TODAY - DAY, TODAY + DAY))
    assert sorted(invoice.order_id for invoice in listed) == ["A-17", "A-18"]


@pytest.mark.parametrize("form", ["json", "form"])
def test_a_payment_reaches_the_books(form: Any) -> None:
    """The sandbox pays, the shop is told, verifies, asks, and books."""
    booked: list[tuple[str, str | None]] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            postback = client.postbacks.verify(body, self.headers["Content-Type"])
            invoice = client.invoices.get(postback.invoice_id)
            if invoice.is_paid:
                booked.append((invoice.uuid, postback.order_id))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is its own."""

    shop = HTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=shop.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{shop.server_port}/postback"
    try:
        with (
            Sandbox(postback_url=url, postback_format=form) as sandbox,
            CryptoCloud(
                api_key=sandbox.api_key,
                shop_id=sandbox.shop_id,
                secret_key=sandbox.secret_key,
                base_url=sandbox.base_url,
            ) as client,
        ):
            invoice = client.invoices.create("100.00", order_id="A-17")
            sandbox.pay(invoice.uuid)
            other = client.invoices.create("100.00")
            sandbox.overpay(other.uuid)
            assert [delivery.accepted for delivery in sandbox.deliveries] == [True, True]
            assert booked == [(invoice.uuid, "A-17"), (other.uuid, None)]
    finally:
        shop.shutdown()
        shop.server_close()
        thread.join()


def test_who_pays_and_who_cancels_at_the_same_moment_hear_the_same() -> None:
    outcomes: set[str] = set()
    with (
        Sandbox(seed=1) as sandbox,
        CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        both = threading.Barrier(2)

        def cancel(uuid: str) -> str:
            both.wait()
            try:
                client.invoices.cancel(uuid)
            except InvoiceNotCancelableError:
                return "paid"
            return "canceled"

        def pay(uuid: str, late: float) -> None:
            both.wait()
            time.sleep(late)
            sandbox.pay(uuid)

        for number in range(200):
            if number >= 40 and len(outcomes) == 2:
                break
            uuid = sandbox.add_invoice()
            answer = pool.submit(cancel, uuid)
            # A cancel is on its way for some milliseconds, and longer where the machine is busy.
            pool.submit(pay, uuid, number**2 / 50_000).result()
            assert answer.result() == sandbox.status(uuid) == client.invoices.get(uuid).status
            outcomes.add(answer.result())
    assert outcomes == {"paid", "canceled"}

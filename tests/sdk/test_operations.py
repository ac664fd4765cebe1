"""Every operation but cancel: what is sent, and what is made of the answers of the documentation."""

import copy
import datetime
import json
import pickle
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from cryptocloud import (
    AuthenticationError,
    BadRequestError,
    CryptoCloud,
    InvalidResponseError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
    models,
)
from cryptocloud.models import Invoice
from cryptocloud_client import models as generated
from support.contract import SPEC
from support.service import KEY, SETTINGS, SHOP, WITHDRAWAL_KEY, Service, Use, success

DAY = datetime.date(2023, 1, 31)
NOON = datetime.datetime(2023, 2, 1, 12, tzinfo=datetime.UTC)


def example(path: str, name: str) -> Any:
    """A success that the spec prints."""
    content = SPEC["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
    return copy.deepcopy(content["examples"][name]["value"])


def successes() -> Iterator[tuple[str, str]]:
    for path, item in SPEC["paths"].items():
        answer = item["post"]["responses"]["200"]
        if "$ref" not in answer:
            for name in answer["content"]["application/json"]["examples"]:
                yield path, name


@pytest.mark.parametrize(("path", "name"), list(successes()))
def test_the_generated_models_lose_nothing_of_a_documented_answer(path: str, name: str) -> None:
    content = SPEC["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
    model = getattr(generated, content["schema"]["$ref"].rpartition("/")[2])
    assert model.from_dict(example(path, name)).to_dict() == example(path, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/invoice/create", "created"),
        ("/invoice/merchant/info", "overpaid"),
        ("/invoice/merchant/list", "page"),
        ("/invoice/api/out/create", "invoice"),
    ],
)
def test_an_invoice_loses_nothing_of_a_documented_answer(path: str, name: str) -> None:
    result = example(path, name)["result"]
    document = json.loads(json.dumps(result[0] if isinstance(result, list) else result), parse_float=Decimal)
    invoice = models.invoice_from(document)
    for key, value in document.items():
        if value in (None, "", "None", [], [""]):
            assert getattr(invoice, key, None) in (None, ())
        elif key in ("created", "expiry_date", "date_finished"):
            assert getattr(invoice, key).strftime("%Y-%m-%d %H:%M:%S") == value[:19]
        elif isinstance(value, dict):
            assert getattr(invoice, key).id == value["id"]
            assert getattr(invoice, key).extra == {}
        elif hasattr(invoice, key):
            assert getattr(invoice, key) == value
        else:
            assert invoice.extra[key] == value


def test_create_sends_just_what_is_given(use: Use) -> None:
    service = Service(example("/invoice/create", "created"))
    invoice = use(service, lambda client: client.invoices.create("100.50"))
    service.check()
    assert service.requests[0].url.query == b""
    assert service.requests[0].content == (b'{"shop_id":"xBAivfPIbskwuEWj","amount":100.50,"currency":"USD"}')
    assert isinstance(invoice, Invoice)
    assert invoice.uuid == "INV-89UX09KA"
    assert invoice.status == "created"
    assert invoice.link == "https://pay.cryptocloud.plus/89UX09KA"
    assert invoice.address is None
    assert invoice.amount == 100
    assert str(invoice.fee) == "1.4"
    assert invoice.created == datetime.datetime(2023, 1, 1, 12, tzinfo=datetime.UTC)
    assert invoice.currency is not None
    assert (invoice.currency.code, invoice.currency.short_code) == ("USDT_TRC20", "USDT")
    assert invoice.currency.network is not None
    assert invoice.currency.network.name == "Tron"
    assert invoice.project is not None
    assert invoice.project.logo is None
    assert not invoice.is_paid
    assert not invoice.is_final


def test_create_sends_every_option(use: Use) -> None:
    service = Service(example("/invoice/create", "created"))
    use(
        service,
        lambda client: client.invoices.create(
            Decimal("0.000000000000000001"),
            currency="EUR",
            order_id="A-17",
            email="buyer@example.com",
            time_to_pay=datetime.timedelta(days=1, minutes=30),
            available_currencies=("USDT_TRC20", "ETH"),
            cryptocurrency="ETH",
            email_to_send="buyer@example.com",
            period="month",
            locale="en",
        ),
    )
    service.check()
    assert service.requests[0].url.query == b"locale=en"
    assert b'"amount":0.000000000000000001,' in service.requests[0].content
    assert service.bodies[0] == {
        "shop_id": SHOP,
        "amount": 1e-18,
        "currency": "EUR",
        "order_id": "A-17",
        "email": "buyer@example.com",
        "add_fields": {
            "time_to_pay": {"hours": 24, "minutes": 30},
            "available_currencies": ["USDT_TRC20", "ETH"],
            "cryptocurrency": "ETH",
            "email_to_send": "buyer@example.com",
            "period": "month",
        },
    }


@pytest.mark.parametrize(
    ("amount", "sent"),
    [
        (100, b"100"),
        ("100", b"100"),
        ("100.00", b"100.00"),
        ("1e2", b"100"),
        ("1E-8", b"0.00000001"),
        (Decimal("1E+3"), b"1000"),
        (".5", b"0.5"),
        (
            "123456789012345678901234567890.123456789012345678",
            b"123456789012345678901234567890.123456789012345678",
        ),
    ],
)
def test_an_amount_is_sent_with_its_digits(use: Use, amount: Any, sent: bytes) -> None:
    service = Service(example("/invoice/create", "created"))
    use(service, lambda client: client.invoices.create(amount))
    assert b'"amount":' + sent + b"," in service.requests[0].content


@pytest.mark.parametrize(
    "text", ["0", "0.0", "1e-18", "1.000000000000000001", "123456789.123456789012345678", "1E2"]
)
def test_an_amount_arrives_with_its_digits(use: Use, text: str) -> None:
    service = Service(
        b'{"status":"success","result":{"uuid":"INV-XXXXXXXX","amount":' + text.encode() + b"}}"
    )
    invoice = use(service, lambda client: client.invoices.create(1))
    assert str(invoice.amount) == str(Decimal(text))
    assert invoice.to_dict()["amount"] == str(Decimal(text))


NOT_QUITE_AN_INVOICE = {
    "uuid": "INV-XXXXXXXX",
    "link": "pay.cryptocloud.plus/XXXXXXXX",
    "created": "yesterday",
    "amount": "a lot",
    "amount_usd": True,
    "fee": "1.25",
    "currency": "BTC",
    "project": [1],
    "tx_list": "none",
    "test_mode": "yes",
    "status": "on hold",
    "step": 3,
    "new": {"nested": [1.5]},
    "order_id": "None",
    "user_email": "b***r@example.com",
    "expiry_date": "2023-01-01T12:00:00+02:00",
}


def test_create_returns_what_it_understands(use: Use) -> None:
    """Money has moved: the caller gets the id and the link, whatever the rest is like."""
    service = Service(success(NOT_QUITE_AN_INVOICE), only_requests=True)
    invoice = use(service, lambda client: client.invoices.create(1))
    assert invoice.uuid == "INV-XXXXXXXX"
    assert invoice.link == "https://pay.cryptocloud.plus/XXXXXXXX"
    assert invoice.status == "on hold"
    assert invoice.fee == Decimal("1.25")
    assert invoice.expiry_date == datetime.datetime(2023, 1, 1, 10, tzinfo=datetime.UTC)
    for name in ("created", "amount", "amount_usd", "currency", "project", "test_mode", "order_id"):
        assert getattr(invoice, name) is None
    assert invoice.tx_list == ()
    assert invoice.extra["amount"] == "a lot"
    assert invoice.extra["currency"] == "BTC"
    assert invoice.extra["created"] == "yesterday"
    assert invoice.extra["step"] == 3
    assert invoice.extra["new"] == {"nested": [Decimal("1.5")]}
    assert "order_id" not in invoice.extra
    assert "example.com" not in repr(invoice)


@pytest.mark.parametrize(
    "result",
    [{"link": "https://pay.cryptocloud.plus/XXXXXXXX"}, {"invoice_id": "XXXXXXXX"}, {"uuid": "XXXXXXXX"}],
)
def test_an_id_is_found_where_it_is(use: Use, result: object) -> None:
    invoice = use(Service(success(result)), lambda client: client.invoices.create(1))
    assert invoice.uuid == "INV-XXXXXXXX"


@pytest.mark.parametrize(
    ("link", "uuid"),
    [
        ("https://pay.cryptocloud.plus/ABCD1234?lang=en", "INV-ABCD1234"),
        ("pay.cryptocloud.plus/ABCD1234/#x", "INV-ABCD1234"),
        ("https://pay.cryptocloud.plus/INV-ABCD1234", "INV-ABCD1234"),
        ("https://pay.cryptocloud.plus/", None),
        ("https://pay.cryptocloud.plus/terms", None),
    ],
)
def test_an_id_is_read_from_a_link_and_not_made_up(link: str, uuid: str | None) -> None:
    if uuid is None:
        with pytest.raises(models.NotUnderstoodError):
            models.invoice_from({"link": link})
    else:
        assert models.invoice_from({"link": link}).uuid == uuid


def test_an_amount_that_python_cannot_hold_costs_nobody_the_invoice(use: Use) -> None:
    answer = b'{"status":"success","result":{"uuid":"INV-XXXXXXXX","amount":%b,"fee":%b}}'
    answer %= (b"1e99999999999999999999", b"1" * 5000)
    invoice = use(Service(answer, only_requests=True), lambda client: client.invoices.create(1))
    assert invoice.uuid == "INV-XXXXXXXX"
    assert invoice.amount is None
    assert invoice.extra["amount"] == "1e99999999999999999999"
    assert str(invoice.fee) == "1" * 5000


def test_values_are_read_strictly() -> None:
    invoice = models.invoice_from(
        {"uuid": " ABCD1234", "fee": "1_0", "amount": "１０", "amount_usd": "-1.50"}
    )
    assert invoice.uuid == "INV-ABCD1234"
    assert (invoice.fee, invoice.amount, invoice.amount_usd) == (None, None, Decimal("-1.50"))
    time = models.invoice_from({"uuid": "ABCD1234", "created": "2024-01-01T00:00:00+03:00"}).created
    assert time is not None
    assert time.tzinfo is datetime.UTC


@pytest.mark.parametrize("result", [{}, {"uuid": None}, {"uuid": 5, "link": ""}])
def test_a_created_invoice_without_an_id_leaves_it_open(use: Use, result: object) -> None:
    service = Service(success(result), only_requests=True)
    with pytest.raises(InvalidResponseError, match="without an id") as caught:
        use(service, lambda client: client.invoices.create(1))
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.is_retryable


def test_models_compare_hash_pickle_and_survive_json() -> None:
    document = example("/invoice/api/out/create", "invoice")["result"]
    one, other = models.invoice_from(document), models.invoice_from(copy.deepcopy(document))
    assert one == other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    assert models.invoice_from(document | {"status": "paid"}) != one
    plain = json.loads(json.dumps(one.to_dict()))
    assert plain == one.to_dict()
    assert plain["created"] == "2023-01-01T13:00:00.222439+00:00"
    assert plain["currency"]["network"]["code"] == "TRC20"
    with pytest.raises(AttributeError):
        one.status = "paid"  # type: ignore[misc]


def test_a_row_is_flat_and_exact() -> None:
    document = json.loads(
        json.dumps(example("/invoice/merchant/list", "page")["result"][0]), parse_float=Decimal
    )
    invoice = models.invoice_from(document | {"tx_list": ["a1", "b2"], "unheard_of": {"a": 1}})
    row = invoice.to_row()
    assert all(
        value is None or type(value) in (str, int, bool, Decimal, datetime.datetime) for value in row.values()
    )
    assert (row["uuid"], row["amount_usd"], row["created"]) == (
        invoice.uuid,
        invoice.amount_usd,
        invoice.created,
    )
    assert (row["currency_code"], row["network_code"], row["tx_list"]) == ("USDT_TRC20", "TRC20", "a1 b2")
    assert row["project_name"] == document["project"]["name"]
    assert not {"extra", "currency", "project", "unheard_of"} & row.keys()
    # The same columns for each, whatever came.
    empty = models.Invoice(uuid="INV-89UX09KA").to_row()
    assert list(empty) == list(row)
    assert [name for name, value in empty.items() if value is not None] == ["uuid"]
    bare = models.Invoice(uuid="INV-89UX09KA", currency=models.Currency(code="BTC")).to_row()
    assert (bare["currency_code"], bare["network_code"]) == ("BTC", None)


def test_get_finds_one(use: Use) -> None:
    service = Service(example("/invoice/merchant/info", "overpaid"))
    invoice = use(service, lambda client: client.invoices.get("89UX09KA"))
    service.check()
    assert service.bodies == [{"uuids": ["INV-89UX09KA"]}]
    assert invoice.order_id == "A-17"
    assert invoice.is_paid
    assert invoice.is_final
    assert invoice.service_fee == Decimal("0.8048")


def test_get_of_an_unknown_invoice(use: Use) -> None:
    service = Service(example("/invoice/merchant/info", "none"))
    with pytest.raises(NotFoundError, match="INV-XXXXXXXX") as caught:
        use(service, lambda client: client.invoices.get("INV-XXXXXXXX"))
    assert caught.value.outcome is Outcome.REFUSED
    assert pickle.loads(pickle.dumps(caught.value)).errors == caught.value.errors


def infos(body: Any) -> Any:
    """Answers in another order than it was asked, which nothing forbids."""
    return success([{"uuid": uuid} for uuid in sorted(body["uuids"], reverse=True)])


def test_get_many_keeps_the_order(use: Use) -> None:
    uuids = [f"INV-{number:08}" for number in range(250)]
    asked = [*uuids, uuids[7].removeprefix("INV-"), uuids[7]]
    service = Service(infos, infos, infos)
    invoices = use(service, lambda client: client.invoices.get_many(iter(asked)))
    service.check()
    assert [len(body["uuids"]) for body in service.bodies] == [100, 100, 50]
    assert [invoice.uuid for invoice in invoices] == [*uuids, uuids[7], uuids[7]]


def test_get_many_of_none_asks_nothing(use: Use) -> None:
    service = Service()
    assert use(service, lambda client: client.invoices.get_many([])) == []
    assert not service.requests


def test_get_many_reports_the_unknown(use: Use) -> None:
    uuids = [f"INV-{number:08}" for number in range(10)]
    service = Service(success([{"uuid": "INV-00000003"}]))
    with pytest.raises(NotFoundError, match="and 4 more") as caught:
        use(service, lambda client: client.invoices.get_many(uuids))
    assert list(caught.value.errors) == [uuid for uuid in uuids if uuid != "INV-00000003"]
    assert [invoice.uuid for invoice in caught.value.found] == ["INV-00000003"]


def test_statistics(use: Use) -> None:
    service = Service(example("/invoice/merchant/statistics", "month"))
    statistics = use(service, lambda client: client.invoices.statistics(datetime.date(2023, 1, 1), DAY))
    service.check()
    assert service.bodies == [{"start": "01.01.2023", "end": "31.01.2023"}]
    assert statistics.count.all == 59
    assert str(statistics.amount.all) == "4683.83"
    assert statistics.amount.canceled == 0
    json.dumps(statistics.to_dict())


def test_statistics_may_lack_everything(use: Use) -> None:
    statistics = use(Service(success({})), lambda client: client.invoices.statistics(DAY, DAY))
    assert statistics.count is None
    service = Service(success({"count": 5}), only_requests=True)
    statistics = use(service, lambda client: client.invoices.statistics(DAY, DAY))
    assert statistics.extra == {"count": 5}


def test_balances(use: Use) -> None:
    service = Service(example("/merchant/wallet/balance/all", "two"))
    balance, other = use(service, lambda client: client.balances.list())
    service.check()
    assert service.requests[0].content == b""
    assert balance.currency.code == "USDT_TRC20"
    assert balance.currency.short_code == "USDT"
    assert balance.currency.network.code == "TRC20"
    assert balance.currency.is_enabled
    assert balance.available_balance == Decimal("99.7952")
    assert other.available_balance == 0
    assert other.currency.icon_network is None


def test_a_static_wallet(use: Use) -> None:
    service = Service(example("/invoice/static/create", "tether"))
    wallet = use(service, lambda client: client.static_wallets.create("ETH", identify="user-7"))
    service.check()
    assert service.bodies == [{"shop_id": SHOP, "currency": "ETH", "identify": "user-7"}]
    assert wallet.address.startswith("T")
    assert wallet.currency.code == "USDT_TRC20"


def test_a_static_wallet_without_an_address_leaves_it_open(use: Use) -> None:
    with pytest.raises(InvalidResponseError, match="without an address") as caught:
        use(Service(success({})), lambda client: client.static_wallets.create("ETH", identify="user-7"))
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("shape", ["data", "result", "invoice"])
def test_a_withdrawal_in_each_shape(use: Use, shape: str) -> None:
    service = Service(example("/invoice/api/out/create", shape))
    withdrawal = use(
        service, lambda client: client.withdrawals.create("BTC", to_address="bc1q0", amount="0.0030")
    )
    service.check()
    (request,) = service.requests
    assert request.content == b'{"currency_code":"BTC","to_address":"bc1q0","amount":0.0030}'
    assert request.headers["authorization"] == f"Token {WITHDRAWAL_KEY}"
    assert withdrawal.uuid.startswith("INV-")
    assert withdrawal.status == "created"
    assert withdrawal.currency == "USDT_TRC20"
    assert withdrawal.amount == Decimal("48.6")


@pytest.mark.parametrize("result", [None, {}, {"ok": 1}, ["ok"], ""])
def test_the_id_of_a_withdrawal_is_found_beside_a_useless_result(use: Use, result: object) -> None:
    answer = {"status": "success", "result": result, "data": {"invoice_id": "ABCD1234"}}
    withdrawal = use(
        Service(answer, only_requests=True),
        lambda client: client.withdrawals.create("BTC", to_address="a", amount=1),
    )
    assert withdrawal.uuid == "INV-ABCD1234"


@pytest.mark.parametrize("answer", [success({}), {"status": "success", "data": {}}])
def test_a_withdrawal_without_an_id_leaves_it_open(use: Use, answer: object) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        use(Service(answer), lambda client: client.withdrawals.create("BTC", to_address="a", amount=1))
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.is_retryable


def test_a_withdrawal_needs_its_own_key(use: Use) -> None:
    service = Service()
    with pytest.raises(ValueError, match="CRYPTOCLOUD_WITHDRAWAL_KEY"):
        use(
            service,
            lambda client: client.withdrawals.create("BTC", to_address="a", amount=1),
            withdrawal_key=None,
        )
    assert not service.requests


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("required_parameter", BadRequestError),
        ("currency_code", BadRequestError),
        ("network", BadRequestError),
        ("uncorrected_amount", BadRequestError),
        ("rate_limit", RateLimitError),
        ("validate_error", BadRequestError),
        ("authorization", AuthenticationError),
    ],
)
def test_a_withdrawal_is_refused_with_its_reason(use: Use, key: str, error: type[Exception]) -> None:
    service = Service(httpx.Response(400, json={"status": "error", "result": {key: "the reason"}}))
    with pytest.raises(error, match="the reason") as caught:
        use(service, lambda client: client.withdrawals.create("BTC", to_address="a", amount=1))
    assert len(service.requests) == 1
    assert WITHDRAWAL_KEY not in str(caught.value)


CALLS: list[Callable[[Any], Any]] = [
    lambda client: client.invoices.create(1),
    lambda client: client.invoices.get("INV-XXXXXXXX"),
    lambda client: client.invoices.list(DAY, DAY),
    lambda client: client.invoices.statistics(DAY, DAY),
    lambda client: client.balances.list(),
    lambda client: client.static_wallets.create("ETH", identify="user-7"),
    lambda client: client.withdrawals.create("BTC", to_address="a", amount=1),
]


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_a_failed_server_leaves_it_open(use: Use, call: Callable[[Any], Any]) -> None:
    service = Service(httpx.Response(502, html="<h1>Bad gateway</h1>"))
    with pytest.raises(ServerError) as caught:
        use(service, call, max_retries=0)
    assert caught.value.outcome is Outcome.UNKNOWN
    changes = caught.value.operation.startswith("create")
    assert caught.value.is_retryable is not changes
    assert ("look before you repeat it" in str(caught.value)) is changes


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
@pytest.mark.parametrize("result", [None, 5, "ok", ["ok"], [["ok"]], True])
def test_a_result_of_another_type_is_no_success(use: Use, call: Callable[[Any], Any], result: object) -> None:
    with pytest.raises(InvalidResponseError):
        use(Service(success(result), only_requests=True), call, max_retries=0)


def test_a_list_without_end_is_no_answer(use: Use) -> None:
    service = Service(success([{}] * 20_000), only_requests=True)
    with pytest.raises(InvalidResponseError):
        use(service, lambda client: client.balances.list(), max_retries=0)


def test_a_shop_id_is_needed(use: Use) -> None:
    for call in (CALLS[0], CALLS[5]):
        service = Service()
        with pytest.raises(ValueError, match="CRYPTOCLOUD_SHOP_ID"):
            use(service, call, shop_id=None)
        assert not service.requests


def test_a_hundred_and_one_ids_straight_to_the_generated_function() -> None:
    from cryptocloud_client.api.invoices import get_invoices
    from cryptocloud_client.models import GetInvoicesRequest

    answer = httpx.Response(400, json={"status": "error", "result": {"validate_error": "Max 100 uuids"}})
    service = Service(answer, only_requests=True)  # of which the spec says that it is refused
    body = GetInvoicesRequest(uuids=["INV-XXXXXXXX"] * 101)
    with CryptoCloud(api_key=KEY, transport=service.transport) as client:
        with pytest.raises(BadRequestError, match="Max 100 uuids"):
            get_invoices.sync(client=client.generated, body=body)


AMOUNTS: list[tuple[Any, type[Exception]]] = [
    (1.5, TypeError),
    (float("nan"), TypeError),
    (True, TypeError),
    (None, TypeError),
    (b"1", TypeError),
    ([1], TypeError),
    (0, ValueError),
    (-1, ValueError),
    ("0.00", ValueError),
    ("-1", ValueError),
    ("", ValueError),
    (" 1", ValueError),
    ("1_000", ValueError),
    ("1,5", ValueError),
    ("١", ValueError),
    ("NaN", ValueError),
    ("Infinity", ValueError),
    (Decimal("NaN"), ValueError),
    (Decimal("sNaN"), ValueError),
    (Decimal("-Infinity"), ValueError),
    ("1e999", ValueError),
    (Decimal("1e-999999"), ValueError),
    ("1" * 10_000, ValueError),
    ("1" * 100_000 + "x", ValueError),
    ("0x10", ValueError),
]

OPTIONS: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"currency": "usd"}, ValueError),
    ({"currency": ""}, ValueError),
    ({"currency": "USDT_TRC20"}, ValueError),
    ({"currency": None}, TypeError),
    ({"order_id": ""}, ValueError),
    ({"order_id": "a\nb"}, ValueError),
    ({"order_id": "\ud800"}, ValueError),
    ({"order_id": 17}, TypeError),
    ({"email": "nobody"}, ValueError),
    ({"email": "a b@example.com"}, ValueError),
    ({"email": 5}, TypeError),
    ({"time_to_pay": datetime.timedelta(0)}, ValueError),
    ({"time_to_pay": datetime.timedelta(seconds=90)}, ValueError),
    ({"time_to_pay": datetime.timedelta(hours=-1)}, ValueError),
    ({"time_to_pay": 24}, TypeError),
    ({"available_currencies": []}, ValueError),
    ({"available_currencies": "BTC"}, TypeError),
    ({"available_currencies": 5}, TypeError),
    ({"available_currencies": ["BTC", "US DT"]}, ValueError),
    ({"available_currencies": ["BTC", None]}, TypeError),
    ({"cryptocurrency": "USDT TRC20"}, ValueError),
    ({"cryptocurrency": "btc"}, ValueError),
    ({"cryptocurrency": "USDT_TRC20_X"}, ValueError),
    ({"email_to_send": "nobody"}, ValueError),
    ({"period": "month"}, ValueError),
    ({"period": "", "email_to_send": "a@example.com"}, ValueError),
    ({"locale": ""}, ValueError),
    ({"locale": "en&x=y"}, ValueError),
    ({"locale": 5}, TypeError),
]


def creates(amount: Any = 1, **options: Any) -> Callable[[Any], Any]:
    return lambda client: client.invoices.create(amount, **options)


BAD: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    *((creates(amount), error, "amount") for amount, error in AMOUNTS),
    *((creates(**options), error, next(iter(options))) for options, error in OPTIONS),
    (lambda client: client.invoices.get("nonsense"), ValueError, "uuid"),
    (lambda client: client.invoices.get(None), TypeError, "uuid"),
    (lambda client: client.invoices.get_many("INV-XXXXXXXX"), TypeError, "uuids"),
    (lambda client: client.invoices.get_many(5), TypeError, "uuids"),
    (lambda client: client.invoices.get_many(["INV-XXXXXXXX", "nonsense"]), ValueError, "uuid"),
    (lambda client: client.invoices.list(DAY, datetime.date(2023, 1, 30)), ValueError, "end"),
    (lambda client: client.invoices.list("31.01.2023", DAY), TypeError, "start"),
    (
        lambda client: client.invoices.list(DAY, datetime.datetime(2023, 2, 1, tzinfo=datetime.UTC)),
        TypeError,
        "end",
    ),
    (lambda client: client.invoices.statistics(DAY, None), TypeError, "end"),
    (lambda client: client.invoices.statistics(DAY, datetime.date(2022, 1, 1)), ValueError, "end"),
    (lambda client: client.static_wallets.create("ETH ", identify="a"), ValueError, "currency"),
    (lambda client: client.static_wallets.create("ETH", identify=""), ValueError, "identify"),
    (lambda client: client.static_wallets.create("ETH", identify=7), TypeError, "identify"),
    (lambda client: client.withdrawals.create("BTC", to_address="", amount=1), ValueError, "to_address"),
    (lambda client: client.withdrawals.create("BTC", to_address="a b", amount=1), ValueError, "to_address"),
    (lambda client: client.withdrawals.create("BTC", to_address="a", amount=0.5), TypeError, "amount"),
    (lambda client: client.withdrawals.create("b", to_address="a", amount=1), ValueError, "currency"),
]


@pytest.mark.parametrize(("call", "error", "name"), BAD, ids=range(len(BAD)))
def test_nothing_is_sent_when_an_argument_is_wrong(
    use: Use, call: Callable[[Any], Any], error: type[Exception], name: str
) -> None:
    service = Service()
    with pytest.raises(error, match=name) as caught:
        use(service, call)
    assert len(str(caught.value)) < 300
    assert not service.requests


def test_a_period_is_checked_by_the_call_and_not_by_the_first_step() -> None:
    with CryptoCloud(**SETTINGS) as client, pytest.raises(ValueError, match="end"):
        client.invoices.list(DAY, datetime.date(2023, 1, 30))

"""The sandbox takes what merchants and their tools really send."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from cryptocloud_sandbox import Sandbox
from support.contract import SPEC, resolved

FORM = "application/x-www-form-urlencoded"
JANUARY = {"start": "01.01.2023", "end": "31.01.2023"}
ALWAYS = {"start": "01.01.2000", "end": "31.12.2999"}


def post(sandbox: Sandbox, path: str, body: object, content_type: str = "application/json") -> httpx.Response:
    key = sandbox.withdrawal_key if path.endswith("/out/create") else sandbox.api_key
    if content_type.lower().startswith(FORM) and not isinstance(body, str):
        content = urlencode(body, doseq=True)  # type: ignore[arg-type]
    else:
        content = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": f"Token {key}", "Content-Type": content_type}
    return httpx.post(sandbox.base_url + path, content=content, headers=headers)


def result(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return json.loads(response.text, parse_float=Decimal)["result"]


def listed(sandbox: Sandbox, uuid: str) -> Any:
    found = result(post(sandbox, "/invoice/merchant/list", ALWAYS))
    return next(each for each in found if each["uuid"] == uuid)


# The spec's own examples


def request_examples() -> Iterator[Any]:
    for path, item in SPEC["paths"].items():
        if "requestBody" not in item["post"]:
            yield pytest.param(path, "application/json", "", id=item["post"]["operationId"])
            continue
        for content_type, content in resolved(item["post"]["requestBody"])["content"].items():
            examples = content.get("examples", {})
            assert examples, path
            for name, example in examples.items():
                value = resolved(example)["value"]
                yield pytest.param(path, content_type, value, id=f"{item['post']['operationId']} {name}")


@pytest.mark.parametrize(("path", "content_type", "body"), list(request_examples()))
@pytest.mark.parametrize("seed", [0, None])
def test_every_example_of_a_request_is_answered(
    seed: int | None, path: str, content_type: str, body: object
) -> None:
    with Sandbox(seed=seed) as sandbox:
        result(post(sandbox, path, body, content_type))


def test_the_examples_are_in_no_bodys_way() -> None:
    with Sandbox() as sandbox:
        assert result(post(sandbox, "/invoice/merchant/list", JANUARY)) == []
        assert result(post(sandbox, "/invoice/merchant/statistics", ALWAYS))["count"]["all"] == 0
        balances = result(post(sandbox, "/merchant/wallet/balance/all", ""))
        assert {each["balance_crypto"] for each in balances} == {0}
        withdrawal = {
            "currency_code": "BTC",
            "to_address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "amount": 0.004,
        }
        assert post(sandbox, "/invoice/api/out/create", withdrawal).status_code == 400
        # With a balance, the example's withdrawal is taken from it.
        sandbox.deposit("BTC", 1)
        result(post(sandbox, "/invoice/api/out/create", withdrawal | {"amount": 0.003}))
        balances = result(post(sandbox, "/merchant/wallet/balance/all", ""))
        assert max(each["balance_crypto"] for each in balances) == Decimal("0.997")
    with Sandbox(seed=1) as other:
        assert other.shop_id != "xBAivfPIbskwuEWj"
        assert result(post(other, "/invoice/merchant/info", {"uuids": ["89UX09KA", "XXXXXXXX"]})) == []


def test_what_is_done_with_an_example_stays_done() -> None:
    wallet = "1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX"
    with Sandbox() as sandbox:
        result(post(sandbox, "/invoice/merchant/canceled", {"uuid": "INV-89UX09KA"}))
        result(post(sandbox, "/invoice/static/unsubscribe", {"uuid": wallet}))
        sandbox.add_invoice("paid")
        assert sandbox.status("INV-89UX09KA") == "canceled"
        shop = {"shop_id": sandbox.shop_id}
        [listed_wallet] = result(post(sandbox, "/invoice/static/list", shop))["staticWallets"]
        assert not listed_wallet["active"]


def test_what_is_done_with_an_example_is_kept_in_the_file_and_undone_by_a_reset(tmp_path: Any) -> None:
    cancel = "/invoice/merchant/canceled"
    for status in (200, 400):
        with Sandbox(data=tmp_path / "data") as sandbox:
            assert post(sandbox, cancel, {"uuid": "INV-89UX09KA"}).status_code == status
    with Sandbox(data=tmp_path / "data") as sandbox:
        sandbox.reset()
        assert post(sandbox, cancel, {"uuid": "INV-89UX09KA"}).status_code == 200


# Forms


def test_every_operation_takes_a_form() -> None:
    with Sandbox(seed=1) as sandbox:
        shop = {"shop_id": sandbox.shop_id}
        created = result(
            post(
                sandbox,
                "/invoice/create",
                shop | {"amount": "100.50", "order_id": "A 1&Ж", "email": "a@example.com"},
                f"{FORM}; charset=UTF-8",
            )
        )
        uuid = created["uuid"]
        assert str(created["amount_in_fiat"]) == "100.50"
        found = result(post(sandbox, "/invoice/merchant/info", {"uuids": [uuid, "00000000"]}, FORM))
        assert [each["order_id"] for each in found] == ["A 1&Ж"]
        assert len(result(post(sandbox, "/invoice/merchant/info", {"uuids": uuid}, FORM))) == 1
        page = ALWAYS | {"offset": "0", "limit": "5"}
        assert len(result(post(sandbox, "/invoice/merchant/list", page, FORM))) == 1
        assert result(post(sandbox, "/invoice/merchant/statistics", ALWAYS, FORM))["count"]["all"] == 1
        assert result(post(sandbox, "/merchant/wallet/balance/all", {"x": "y"}, FORM))
        assert result(post(sandbox, "/invoice/merchant/canceled", {"uuid": uuid}, FORM.upper())) == ["ok"]
        wallet = result(
            post(sandbox, "/invoice/static/create", shop | {"currency": "ETH", "identify": "7"}, FORM)
        )
        assert result(post(sandbox, "/invoice/static/list", shop | {"limit": "1"}, FORM))["all_count"] == 1
        for action in ("unsubscribe", "subscribe"):
            result(post(sandbox, f"/invoice/static/{action}", {"uuid": wallet["uuid"]}, FORM))
        sandbox.deposit("BTC", 1)
        withdrawal = {
            "currency_code": "BTC",
            "amount": "0.1",
            "to_address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        }
        result(post(sandbox, "/invoice/api/out/create", withdrawal, FORM))


@pytest.mark.parametrize("add_fields", ["time_to_pay", "[object Object]", '{"cryptocurrency": "BTC"}', ""])
def test_a_form_has_no_objects(add_fields: str) -> None:
    with Sandbox(seed=1) as sandbox:
        form = {"shop_id": sandbox.shop_id, "amount": "1", "add_fields": add_fields}
        assert result(post(sandbox, "/invoice/create", form, FORM))["address"] == ""


def test_json_in_the_guise_of_a_form_is_a_form() -> None:
    with Sandbox(seed=1) as sandbox:
        body = json.dumps({"shop_id": sandbox.shop_id, "amount": 1})
        response = post(sandbox, "/invoice/create", body, FORM)
        assert response.json()["result"] == {
            "amount": "amount not passed.",
            "shop_id": "shop_id not passed.",
        }
        # The other way round, and where nothing is said, JSON is read.
        form = urlencode({"shop_id": sandbox.shop_id, "amount": 1})
        for content_type in ("application/json", "text/plain"):
            assert post(sandbox, "/invoice/create", form, content_type).json()["result"] == {
                "validate_error": "Body is not a JSON object"
            }


@pytest.mark.parametrize("body", ["amount=%FF", "&".join(["a=1"] * 1001)])
def test_a_form_that_cannot_be_read(body: str) -> None:
    with Sandbox(seed=1) as sandbox:
        response = post(sandbox, "/invoice/create", body, FORM)
        assert (response.status_code, response.json()["result"]) == (
            400,
            {"validate_error": "Body is not a form"},
        )


# Other liberties


def test_numbers_are_taken_for_texts() -> None:
    with Sandbox(seed=1) as sandbox:
        shop = {"shop_id": sandbox.shop_id}
        for order_id, text in ((123456789, "123456789"), (-5, "-5"), (0, "0"), (Decimal("1.50"), "1.50")):
            body = f'{{"shop_id": "{sandbox.shop_id}", "amount": 1, "order_id": {order_id}}}'
            uuid = result(post(sandbox, "/invoice/create", body))["uuid"]
            assert result(post(sandbox, "/invoice/merchant/info", {"uuids": [uuid]}))[0]["order_id"] == text
        result(post(sandbox, "/invoice/static/create", shop | {"currency": "ETH", "identify": 77}))
        [wallet] = result(post(sandbox, "/invoice/static/list", shop))["staticWallets"]
        assert wallet["identify"] == "77"


@pytest.mark.parametrize("order_id", ["<script>alert(1)</script>", "🧾", "x" * 300, "Ж", " ", "None"])
def test_an_order_id_is_any_text(order_id: str) -> None:
    with Sandbox(seed=1) as sandbox:
        body = {"shop_id": sandbox.shop_id, "amount": 1, "order_id": order_id}
        uuid = result(post(sandbox, "/invoice/create", body))["uuid"]
        assert listed(sandbox, uuid)["order_id"] == order_id


@pytest.mark.parametrize(
    ("time_to_pay", "minutes"),
    [
        ({"hours": 1}, 60),
        ({"minutes": 15}, 15),
        ({"hours": "1", "minutes": "30"}, 90),
        ({"hours": None, "minutes": "5"}, 5),
        ({"hours": "", "minutes": 5}, 5),
    ],
)
def test_lifetimes_in_part_and_as_texts(time_to_pay: object, minutes: int) -> None:
    with Sandbox(seed=1) as sandbox:
        body = {"shop_id": sandbox.shop_id, "amount": 1, "add_fields": {"time_to_pay": time_to_pay}}
        uuid = result(post(sandbox, "/invoice/create", body))["uuid"]
        sandbox.advance(minutes * 30)
        assert sandbox.status(uuid) == "created"
        sandbox.advance(minutes * 30)
        assert sandbox.status(uuid) == "canceled"


@pytest.mark.parametrize("body", ["[]", "null", "", "{}", "no JSON", '{"shop_id": 1}'])
def test_the_body_of_balances_is_not_read(body: str) -> None:
    with Sandbox(seed=1) as sandbox:
        assert result(post(sandbox, "/merchant/wallet/balance/all", body))


def test_an_empty_list_stands_for_no_fields() -> None:
    with Sandbox(seed=1) as sandbox:
        result(post(sandbox, "/invoice/create", {"shop_id": sandbox.shop_id, "amount": 1, "add_fields": []}))


# A payment page of the merchant's own


@pytest.mark.parametrize("coin", ["USDT_TRC20", "BTC", "SHIB_BSC"])
def test_the_answer_says_what_is_to_be_paid(coin: str) -> None:
    with Sandbox(seed=1) as sandbox:
        body = {"shop_id": sandbox.shop_id, "amount": 100, "add_fields": {"cryptocurrency": coin}}
        created = result(post(sandbox, "/invoice/create", body))
        assert created["address"]
        assert created["amount_to_pay"] == created["amount_in_crypto"] + created["fee"]
        sandbox.pay(created["uuid"])
        paid = listed(sandbox, created["uuid"])
        assert (paid["status"], paid["amount_paid"], paid["to_surcharge"]) == (
            "paid",
            created["amount_to_pay"],
            0,
        )


# A page in a browser


def ask(sandbox: Sandbox, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return httpx.options(sandbox.base_url + "/invoice/create", headers=headers)


def test_pages_of_this_machine_are_let_in_if_that_is_wanted() -> None:
    with Sandbox(cors=True) as sandbox:
        for origin in ("http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443"):
            response = ask(sandbox, origin)
            assert response.status_code == 200
            assert response.headers["access-control-allow-origin"] == origin
            headers = {"Origin": origin, "Authorization": f"Token {sandbox.api_key}"}
            answer = httpx.post(sandbox.base_url + "/invoice/create", json={}, headers=headers)
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (400, origin)
        for origin in (
            "http://example.com",
            "http://localhost.example.com",
            "null",
            "http://localhost:3000.example",
        ):
            assert "access-control-allow-origin" not in ask(sandbox, origin).headers
        page = httpx.get(sandbox.url + "/pay/00000000", headers={"Origin": "http://localhost:3000"})
        assert "access-control-allow-origin" not in page.headers
    with Sandbox() as sandbox:
        response = ask(sandbox, "http://localhost:3000")
        assert response.status_code == 405
        assert "access-control-allow-origin" not in response.headers

"""Whatever schemathesis can think of, sent to the sandbox and to its control API."""

import json
import re
import ssl
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
)

from cryptocloud import CryptoCloud
from cryptocloud_sandbox import Sandbox
from support.contract import SPEC_PATH, is_valid, resolved

PLAIN = ssl.create_default_context()  # Not used, and half of the time if each client makes its own.
Case = schemathesis.Case[Any]
API = schemathesis.openapi.from_path(SPEC_PATH)
CONTROL = schemathesis.openapi.from_dict(
    json.loads(files("cryptocloud_sandbox").joinpath("openapi.json").read_bytes())
)
UNAUTHORIZED = {"status": "error", "result": {"authorization": "Unauthorized request."}}

# The machine's speed decides nothing here.
HEALTH: list[hypothesis.HealthCheck] = list(hypothesis.HealthCheck)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Sandbox]:
    with Sandbox(seed=3) as running:
        yield running


# Some checks know a narrower world than this service. What they would call a fault is let through by its
# exact body, and by nothing else.

REFUSED_THOUGH_WELL_FORMED = {
    "Invoice is not created",
    "Wallet not found",
    "uuid is required",
    "start or end is no date",
    "end is before start",
    "offset or limit is wrong; max 100 records",
    "Unknown currency",
    "The address does not fit the network",
    "The amount is malformed, or does not exceed the fee",
    "Insufficient balance",
    "Too many requests",
}
REFUSED_BY_NAME = (
    "(shop_id|currency|identify|currency_code|to_address|currency_code, to_address) not passed"
    "|shop_id not passed."
    "|Invalid value (shop_id|amount|currency|time_to_pay|available_currencies|cryptocurrency)."
    "|Invalid value (start|end|offset|limit)."
    "|Invalid account currency specified. Available currencies .*"
)


def well_formed_data_is_understood(ctx: CheckContext, response: schemathesis.Response, case: Case) -> None:
    # Well formed is not right: there is no such invoice, coin, shop, day.
    texts = response.json()["result"].values() if response.status_code == 400 else [""]
    if not all(text in REFUSED_THOUGH_WELL_FORMED or re.fullmatch(REFUSED_BY_NAME, text) for text in texts):
        positive_data_acceptance(ctx, response, case)


def malformed_data_is_refused(ctx: CheckContext, response: schemathesis.Response, case: Case) -> None:
    # What is null or empty counts as missing, and an amount can be a text.
    schema = case.operation.definition.raw.get("requestBody")
    if response.status_code != 200 or schema is None:
        negative_data_rejection(ctx, response, case)
        return
    schema = resolved(schema)["content"]["application/json"]["schema"]
    body = without_nothing(case.body)
    if isinstance(body, dict) and isinstance(body.get("amount"), str):
        body["amount"] = float(body["amount"])
    if not is_valid(schema["$ref"].removeprefix("#"), body):
        negative_data_rejection(ctx, response, case)


def without_nothing(value: object) -> object:
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item is not None and item != ""}
    return value


def missing_header_is_refused(ctx: CheckContext, response: schemathesis.Response, case: Case) -> None:
    # The check insists on 401 for a missing Authorization; the documentation has a 400.
    if response.status_code != 400 or response.json() != UNAUTHORIZED:
        missing_required_header(ctx, response, case)


def key_is_needed(_ctx: CheckContext, response: schemathesis.Response, _case: Case) -> None:
    # `ignored_auth` insists on 401 or 403 for a request without a key; the same attempt, with the 400.
    if response.status_code == 200:
        url, body = str(response.request.url), response.request.body
        assert body is None or isinstance(body, bytes)
        with httpx.Client(verify=PLAIN) as client:
            without = client.post(url, content=body)
            assert (without.status_code, without.json()) == (400, UNAUTHORIZED)
            assert client.post(url, content=body, headers={"Authorization": "Token x"}).status_code == 403


CHECKS: dict[str, Any] = {
    "excluded_checks": [
        positive_data_acceptance,
        negative_data_rejection,
        missing_required_header,
        ignored_auth,
    ],
    "additional_checks": [
        well_formed_data_is_understood,
        malformed_data_is_refused,
        missing_header_is_refused,
        key_is_needed,
    ],
}


def wallet(sandbox: Sandbox) -> dict[str, object]:
    with CryptoCloud(api_key=sandbox.api_key, shop_id=sandbox.shop_id, base_url=sandbox.base_url) as client:
        return {"uuid": client.static_wallets.create("ETH", identify="user-7").uuid}


MEANT: dict[str, Callable[[Sandbox], dict[str, object]]] = {
    "createInvoice": lambda sandbox: {"shop_id": sandbox.shop_id},
    "cancelInvoice": lambda sandbox: {"uuid": sandbox.add_invoice()},
    "getInvoices": lambda sandbox: {"uuids": [sandbox.add_invoice("overpaid")]},
    "createStaticWallet": lambda sandbox: {"shop_id": sandbox.shop_id, "currency": "BTC"},
    "listStaticWallets": lambda sandbox: {"shop_id": sandbox.shop_id},
    "subscribeStaticWallet": wallet,
    "unsubscribeStaticWallet": wallet,
}


@API.parametrize()
@hypothesis.settings(max_examples=15, suppress_health_check=HEALTH)
def test_it_finds_nothing(case: Case, fuzzed: Sandbox) -> None:
    operation = case.operation.definition.raw["operationId"]
    key = fuzzed.withdrawal_key if operation == "createWithdrawal" else fuzzed.api_key
    to: dict[str, Any] = {"base_url": fuzzed.base_url, "headers": {"Authorization": f"Token {key}"}}
    case.call_and_validate(**to, **CHECKS)
    if case.meta is not None and case.meta.generation.mode.is_positive and operation in MEANT:
        # The same again, meant for what exists.
        assert isinstance(case.body, dict)
        case.body.update(MEANT[operation](fuzzed))  # type: ignore[arg-type]
        response = case.call_and_validate(**to, **CHECKS)
        # Every other member is as it was made up, and may be refused.
        assert response.status_code == 200 or operation in {
            "createInvoice",
            "createStaticWallet",
            "listStaticWallets",
        }


# The control API


@pytest.fixture(scope="module")
def driven() -> Iterator[Sandbox]:
    """A sandbox where every example of the description can be carried out."""
    with Sandbox(seed=0) as sandbox:
        yield sandbox


@CONTROL.parametrize()
@hypothesis.settings(max_examples=8, suppress_health_check=HEALTH)
def test_it_finds_nothing_in_the_control_api(case: Case, driven: Sandbox) -> None:
    # What is well formed can still be impossible: an unknown coin, an invoice that is paid already.
    response = case.call_and_validate(base_url=driven.url, excluded_checks=[positive_data_acceptance])
    assert response.status_code < 500
    if case.meta is not None and case.meta.generation.mode.is_positive and case.path_parameters:
        # The same again, for an invoice that there is.
        case.path_parameters["id"] = driven.add_invoice()
        case.call_and_validate(base_url=driven.url, excluded_checks=[positive_data_acceptance])

"""The spec and what follows it: what it gains is offered, or left out on purpose, and seen by every table."""

import datetime
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cryptocloud import CryptoCloud, InvoiceOptions
from cryptocloud._call import OPERATIONS
from cryptocloud._settings import KEYS
from support import faults
from support.contract import BY_ID, resolved
from support.fuzzing import OFFERED
from support.service import Service, success, use_sync

DOCS = Path(__file__).parents[2] / "docs"

LEFT_OUT = {
    "listStaticWallets": "what its answer is like is not known",
    "subscribeStaticWallet": "what it does to a wallet is not known",
    "unsubscribeStaticWallet": "what it does to a wallet is not known",
}
"""Operations that `client.generated` has and the wrapper has not, and why."""

IN_THE_MATRIX = {
    "cancel": "cancelInvoice",
    "get": "getInvoices",
    "create": "createInvoice",
    "withdraw": "createWithdrawal",
}
"""The operations that the fault matrix plays: one of each kind."""


def every_option() -> dict[str, Any]:
    """What the invoice of the spec's example that has every option is created with."""
    operation = BY_ID["createInvoice"]
    options = dict(operation["requestBody"]["content"]["application/json"]["examples"]["full"]["value"])
    options |= options.pop("add_fields")
    options["time_to_pay"] = datetime.timedelta(**options["time_to_pay"])
    del options["shop_id"]
    for parameter in map(resolved, operation["parameters"]):
        if "example" in parameter:
            options[parameter["name"]] = parameter["example"]
    return options


WITH_EVERYTHING: dict[str, Callable[[CryptoCloud], object]] = OFFERED | {
    "createInvoice": lambda client: client.invoices.create(**every_option())
}


def properties(schema: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, member in resolved(schema).get("properties", {}).items():
        yield before + name
        yield from properties(member, f"{before}{name}.")


def sent(body: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in body.items():
        yield before + name
        if isinstance(value, dict):
            yield from sent(value, f"{before}{name}.")


def kind(name: str) -> tuple[str, ...]:
    """What decides how a failure of an operation is handled."""
    operation = BY_ID[name]
    return (*operation["x-retry"].values(), *operation["security"][0])


def test_every_operation_is_offered_or_left_out_for_a_reason() -> None:
    assert BY_ID.keys() == OFFERED.keys() | LEFT_OUT.keys()
    assert not OFFERED.keys() & LEFT_OUT.keys()


@pytest.mark.parametrize("name", OFFERED)
def test_every_property_of_a_request_can_be_sent(name: str) -> None:
    operation = BY_ID[name]
    expected = {parameter["name"] for parameter in map(resolved, operation.get("parameters", ()))}
    if "requestBody" in operation:
        content = resolved(operation["requestBody"])["content"]
        expected |= set(properties(content["application/json"]["schema"]))
    example = next(iter(operation["responses"]["200"]["content"]["application/json"]["examples"].values()))
    service = Service(resolved(example)["value"], success([]), only_requests=True)
    use_sync(service, WITH_EVERYTHING[name], max_retries=0)
    request = service.requests[0]
    assert set(sent(json.loads(request.content or b"{}"))) | set(request.url.params) == expected


def test_every_option_of_an_invoice_is_one_of_the_spec() -> None:
    assert InvoiceOptions.__annotations__.keys() == every_option().keys() - {"amount"}


def test_the_wrapper_does_what_the_spec_can_say() -> None:
    for operation in BY_ID.values():
        retry = operation["x-retry"]
        assert retry["notSent"] == "repeat"
        assert retry["unknown"] in ("repeat", "ask", "raise")
        assert retry["rateLimited"] in ("repeat", "raise")
        assert [list(scheme) for scheme in operation["security"]] in [[[key]] for key in KEYS]
        # What a cancel in doubt asks for is known of no other operation.
        assert (retry["unknown"] == "ask") == (operation["operationId"] == "cancelInvoice")
    assert [operation.name for operation in OPERATIONS.values()] == list(BY_ID)


def test_every_kind_of_operation_is_in_the_fault_matrix() -> None:
    assert faults.OPERATIONS.keys() == IN_THE_MATRIX.keys()
    assert {kind(name) for name in BY_ID} == {kind(name) for name in IN_THE_MATRIX.values()}


@pytest.mark.parametrize("name", OFFERED)
def test_the_guide_tells_what_is_repeated(name: str) -> None:
    text = (DOCS / "errors.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row[:1] == "|"
    ]
    client = Mock()
    OFFERED[name](client)
    [(method, _, _)] = client.method_calls
    [(_, *cells)] = [row for row in rows if f"`{method}`" in row[0] and len(row) == 4]
    words = {"repeat": "again", "ask": "looks", "raise": "raises"}
    assert [re.findall(r"\w+", cell)[0] for cell in cells] == [words[word] for word in kind(name)[:3]]


def test_every_operation_names_its_source_and_its_doubts() -> None:
    for operation in BY_ID.values():
        assert operation["x-source"]
        assert operation["x-unverified"]
        assert operation["security"]

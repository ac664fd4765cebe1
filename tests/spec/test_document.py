"""What readers and tools make of the spec: its examples are one story, and what viewers compose is right."""

import datetime
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import yaml

from cryptocloud import PostbackExpiredError, postback
from cryptocloud_sandbox import Sandbox
from support.contract import resolved
from support.edits import SPEC, edited

Document = dict[str, Any]

DOCUMENT: Document = yaml.safe_load(SPEC)
IDS = {"INV-89UX09KA", "89UX09KA", "INV-2Q2SICZN", "1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX"}
INFO = "                  invoice_info:\n                    uuid: INV-89UX09KA\n                    "
NEVER_CHANGES = {
    "created": "2023-01-01 12:00:00",
    "expiry_date": "2023-01-02 12:00:00",
    "order_id": "A-17",
    "amount_usd": 100.0,
    "fee": 1.4,
    "side_commission": "client",
    "side_commission_cc": "merchant",
    "fiat_currency": "USD",
    "test_mode": False,
}
"""What every operation says of the one invoice."""


def contents(document: Document) -> Iterator[Document]:
    """The media types of all requests and answers."""
    for item in (document["paths"] | document["x-webhooks"]).values():
        operation = item["post"]
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            yield from resolved(part, document).get("content", {}).values()


def objects(value: object) -> Iterator[Document]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from objects(item)


def composed(document: Document, schema: Document) -> Any:
    """What a viewer makes of the examples of properties. Without times, of which there is one example."""
    schema = resolved(schema, document)
    if "example" in schema:
        return schema["example"]
    if schema["type"] == "array":
        return [composed(document, schema["items"])]
    return {
        name: composed(document, each)
        for name, each in schema["properties"].items()
        if each != {"$ref": "#/components/schemas/Timestamp"}
    }


def text(document: Document) -> list[Any]:
    """Every example of a request or an answer, and what viewers compose."""
    examples = [
        resolved(example, document)["value"]
        for content in contents(document)
        for example in content["examples"].values()
    ]
    of_objects = [
        content["schema"] for content in contents(document) if content["schema"].get("type") != "string"
    ]
    return examples + [composed(document, schema) for schema in of_objects]


def contradictions(document: Document) -> list[str]:
    """Where the examples tell of another invoice, or otherwise of the same."""
    found = []
    for each in (item for example in text(document) for item in objects(example)):
        named = [each.get("uuid"), each.get("invoice_id"), *each.get("uuids", [])]
        found += [f"an id is {name}" for name in named if name not in {None, *IDS}]
        if each.get("uuid") == "INV-89UX09KA":
            found += [
                f"{name} is {each[name]}, not {value}"
                for name, value in NEVER_CHANGES.items()
                if name in each and (each[name] if not isinstance(value, str) else each[name][:19]) != value
            ]
    return found


def unlike_the_sandbox(document: Document) -> list[str]:
    """Requests composed from the examples of properties that the sandbox refuses, or answers otherwise."""
    found = []
    for path in ("/invoice/create", "/invoice/static/create", "/invoice/api/out/create"):
        operation = document["paths"][path]["post"]
        with Sandbox() as sandbox:
            sandbox.deposit("USDT_TRC20", 100)
            body = composed(document, operation["requestBody"]["content"]["application/json"]["schema"])
            if "shop_id" in body:
                body["shop_id"] = sandbox.shop_id
            key = sandbox.withdrawal_key if path.endswith("out/create") else sandbox.api_key
            headers = {"Authorization": f"Token {key}"}
            answer = httpx.post(sandbox.base_url + path, json=body, headers=headers)
        if answer.status_code != 200:
            found.append(f"{path} refuses {body}: {answer.text}")
            continue
        examples = operation["responses"]["200"]["content"]["application/json"]["examples"]
        first = next(iter(examples.values()))["value"]
        if not _keys(first) <= _keys(answer.json()):
            found.append(f"the first example of {path} is another shape than the sandbox's answer")
    return found


def _keys(envelope: Document) -> set[str]:
    return {*envelope, *(f"result.{name}" for name in envelope.get("result", {}))}


def test_the_examples_tell_one_story() -> None:
    assert contradictions(DOCUMENT) == []


def test_what_viewers_compose_is_right() -> None:
    assert unlike_the_sandbox(DOCUMENT) == []


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        pytest.param(
            contradictions,
            "                value: {uuids: [89UX09KA]}\n",
            "                value: {uuids: [XXXXXXXX]}\n",
            id="another-id-in-a-list",
        ),
        pytest.param(
            contradictions,
            INFO + 'created: "2023-01-01 12:00:00.000000"\n',
            INFO + 'created: "2023-01-02 12:00:00.000000"\n',
            id="another-time",
        ),
        pytest.param(
            contradictions,
            "                  uuid: 89UX09KA\n",
            "                  uuid: XXXXXXXX\n",
            id="another-id",
        ),
        pytest.param(
            unlike_the_sandbox,
            "          example: TExampLeTargetThatNobodyHas1111111\n        amount:\n",
            "          example: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq\n        amount:\n",
            id="address-of-another-coin",
        ),
        pytest.param(
            unlike_the_sandbox,
            "                invoice:\n                  summary: The sample of the newest page\n",
            "                old: {value: {status: success, data: {invoice_id: INV-2Q2SICZN}}}\n"
            "                invoice:\n                  summary: The sample of the newest page\n",
            id="oldest-shape-first",
        ),
    ],
)
def test_a_slip_in_the_examples_is_seen(check: Callable[[Document], list[str]], old: str, new: str) -> None:
    assert check(yaml.safe_load(edited(SPEC, old, new))) != []


def test_the_token_of_the_examples_holds() -> None:
    (secret_key,) = re.findall(r"signed with the secret key `(\w+)`", SPEC)
    contents = DOCUMENT["x-webhooks"]["payment"]["post"]["requestBody"]["content"]
    body = json.dumps(contents["application/json"]["examples"]["overpaid"]["value"])

    # Whoever signed it otherwise would hear of the signature.
    with pytest.raises(PostbackExpiredError):
        postback.verify(body.encode(), "application/json", secret_key)


def test_every_day_is_a_date_for_requests() -> None:
    pattern = DOCUMENT["components"]["schemas"]["RequestDate"]["pattern"]
    days = (datetime.date(2023, 1, 1) + datetime.timedelta(days=number) for number in range(4 * 366))

    assert all(re.fullmatch(pattern, day.strftime("%d.%m.%Y")) for day in days)


def test_a_reader_may_try_a_server_of_this_machine() -> None:
    *_, last = DOCUMENT["servers"]

    assert httpx.URL(last["url"]).host == "127.0.0.1"
    assert "local" in last["description"]

"""The live check, against the sandbox with a liar in between."""

import contextlib
import copy
import itertools
import json
import os
import pty
import ssl
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from conftest import Serve
from cryptocloud import _transport as transport
from cryptocloud_cli.compare import KEYWORDS, Comparison, Mask
from cryptocloud_cli.doctor import QUESTIONS
from cryptocloud_cli.main import main
from cryptocloud_sandbox import Sandbox
from support.command import started
from support.connect_proxy import tunnels_to, url_of
from support.contract import SPEC, held_to_spec
from support.stub import Connection, Stub, http, type_ctrl_c

EMAIL = "jane.doe@example.com"
ADDRESS = "TXhMZT3BwxMUk8FEeBDJM1tdbmJYPZhbmS"

Answer = tuple[int, str, bytes]
"""Status, content type and body."""
Change = Callable[[Answer], Answer | bytes | None]
"""Makes another answer of an honest one; bytes for a whole one, None for hanging up."""


class Liar:
    """Passes what the command asks on to the sandbox, and changes some answers.

    They are named by the last word of the path: `info`, then `info_2`, and all later ones `info_again`.
    """

    def __init__(self, sandbox: Sandbox, **changes: Change) -> None:
        self._sandbox = sandbox
        self._changes = changes
        self._asked: list[str] = []

    def __call__(self, connection: Connection) -> None:
        path = connection.asked.line.split(" ")[1]
        name = path.rpartition("/")[2]
        self._asked.append(name)
        count = self._asked.count(name)
        step = f"{name}_{count}" if f"{name}_{count}" in self._changes else name + "_again" * (count > 1)
        headers = {name: connection.asked.headers[name] for name in ("authorization", "content-type")}
        honest = httpx.post(
            self._sandbox.base_url.removesuffix("/v2") + path, content=connection.asked.body, headers=headers
        )
        answer = (honest.status_code, honest.headers["content-type"], honest.content)
        reply = self._changes[step](answer) if step in self._changes else answer
        if reply is None:
            connection.hang_up()
        elif isinstance(reply, bytes):
            connection.send(reply)
            connection.hang_up()
        else:
            status, content_type, body = reply
            honest_head = http(status, body).replace(b"application/json", content_type.encode())
            connection.send(honest_head)


def body(change: Callable[[dict[str, Any]], object]) -> Change:
    """A change of the JSON object in the body."""

    def changed(answer: Answer) -> Answer:
        document = json.loads(answer[2])
        change(document)
        return answer[0], answer[1], json.dumps(document).encode()

    return changed


def result(change: Callable[[dict[str, Any]], object]) -> Change:
    """A change of the invoice in the body."""
    return body(
        lambda document: change(
            document["result"][0] if isinstance(document["result"], list) else document["result"]
        )
    )


def instead(status: int, text: str, content_type: str = "application/json") -> Change:
    return lambda _: (status, content_type, text.encode())


class Run:
    """One run of the command in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["doctor", *arguments])
        self.status = ended.value.code
        self.output, self.error = capsys.readouterr()
        report = Path("cryptocloud-doctor.json")
        self.report = json.loads(report.read_text("utf-8")) if report.exists() else {}

    def differences(self) -> list[tuple[str, str, str, str]]:
        """Step, place, what came, and what the spec says."""
        return [
            (step["step"], found["where"], found["actual"], found["expected"])
            for step in self.report["steps"]
            for part in (step, *step["exchanges"])
            for found in part.get("differences", ())
        ]


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", sandbox.api_key)
    monkeypatch.setenv("CRYPTOCLOUD_SHOP_ID", sandbox.shop_id)
    monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", sandbox.base_url)


@pytest.fixture
def check(
    sandbox: Sandbox, settings: None, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    """Runs the command against the sandbox, through somebody who changes some answers."""

    def run(**changes: Change) -> Run:
        return Run(capsys, "--yes", "--base-url", serve(Liar(sandbox, **changes)).base_url)

    return run


def invoices(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What the sandbox has, without the service's word for it."""
    document = httpx.post(
        f"{sandbox.base_url}/invoice/merchant/list",
        json={"start": "01.01.2020", "end": "01.01.2100", "limit": 100},
        headers={"Authorization": f"Token {sandbox.api_key}"},
    ).json()
    found: list[dict[str, Any]] = document["result"]
    return found


def statuses(sandbox: Sandbox) -> list[str]:
    return [invoice["status"] for invoice in invoices(sandbox)]


# What is right


def test_a_service_that_keeps_to_the_spec(
    sandbox: Sandbox, settings: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(capsys, "--yes")
    assert (run.status, run.error) == (0, "")
    assert run.differences() == []
    assert run.report["verdict"] == "all as the spec says"
    assert run.report["test_mode"] is True
    assert [step["step"] for step in run.report["steps"]] == [
        "create",
        "info",
        "list",
        "cancel",
        "cancel again",
    ]
    assert [exchange["status"] for step in run.report["steps"] for exchange in step["exchanges"]] == [
        200, 200, 200, 200, 400
    ]  # fmt: skip
    assert run.report["steps"][-1]["exchanges"][0]["refusal"] == {"validate_error": "Invoice is not created"}
    assert run.output.endswith(
        "Nothing is left open.\n"
        "Report: cryptocloud-doctor.json. It has no keys, ids or amounts in it.\n"
        "All as the spec says.\n"
    )
    assert statuses(sandbox) == ["canceled"]


def test_it_says_what_it_is_about_to_do(
    sandbox: Sandbox, settings: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(capsys, "--yes")
    assert f"host    {sandbox.base_url}\n" in run.output
    assert f"shop    {sandbox.shop_id[:2]}**************\n" in run.output
    assert "creates one invoice of 100 USD" in run.output


def test_open_questions_get_evidence(check: Callable[..., Run], sandbox: Sandbox) -> None:
    sandbox.add_invoice()
    evidence = {one["question"]: one["evidence"] for one in check().report["observations"]}
    assert list(evidence.values()) == [
        "without it, an invoice expires after 24.00 hours",
        "it came as an array of 1: string",
        "newest first, in a page of 2",
        "it came as integer",
    ]


def test_evidence_is_of_the_answer_that_was_a_success(
    sandbox: Sandbox, settings: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for operation in ("cancelInvoice", "listInvoices"):
        sandbox.fail_next(operation, status=502)
    evidence = [one["evidence"] for one in Run(capsys, "--yes").report["observations"]]
    assert "it came as an array of 1: string" in evidence
    assert "it came as integer" in evidence

    # Whether it was cancelled is known from a look-up, and what the answer was like is not.
    for fault in ({"reset": True}, {"status": 200, "body": '{"status": "error", "result": {"a": "b"}}'}):
        sandbox.fail_next("cancelInvoice", after=True, **fault)
        evidence = [one["evidence"] for one in Run(capsys, "--yes").report["observations"]]
        assert not [each for each in evidence if "array" in each or "object" in each or "null" in each]


def test_every_question_is_one_of_the_spec() -> None:
    doubts = {item["post"]["operationId"]: item["post"]["x-unverified"] for item in SPEC["paths"].values()}
    for operation, words in QUESTIONS.values():
        assert len([doubt for doubt in doubts[operation] if words in doubt]) == 1


def test_optional_fields_that_do_not_come_are_listed(check: Callable[..., Run]) -> None:
    run = check(create=result(lambda invoice: invoice.pop("fee_usd")))
    assert run.status == 0
    assert "/result/fee_usd" in run.report["steps"][0]["exchanges"][0]["not_seen"]
    assert "/result/fee" not in run.report["steps"][0]["exchanges"][0]["not_seen"]


def test_headers_that_matter_are_noted_by_name(check: Callable[..., Run]) -> None:
    reply = b'{"status":"success","result":["ok"]}'
    run = check(
        canceled=lambda _: http(
            200, reply, "X-Request-Id: 7f3a", "X-RateLimit-Remaining: 12", "Set-Cookie: session=hidden"
        )
    )
    assert run.report["steps"][3]["exchanges"][0]["headers"] == {
        "content-type": "application/json",
        "x-request-id": "9X9X",
        "x-ratelimit-remaining": "99",
    }


# What differs


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"info": result(lambda invoice: invoice.update(total=invoice.pop("amount_usd")))},
            [("info", "/result/0/total", "integer", "nothing of this name")],
            id="renamed",
        ),
        pytest.param(
            {"info": result(lambda invoice: invoice.update(amount="100.00"))},
            [("info", "/result/0/amount", "a text like '999.99'", "number or null")],
            id="type",
        ),
        pytest.param(
            {"create": result(lambda invoice: invoice["currency"].update(id="4"))},
            [("create", "/result/currency/id", "a text like '9'", "integer or null")],
            id="nested",
        ),
        pytest.param(
            {"create": result(lambda invoice: invoice.update(test_mode=1, project=[]))},
            [
                ("create", "/result/project", "an array of 0", "object or null"),
                ("create", "/result/test_mode", "integer", "boolean or null"),
            ],
            id="two",
        ),
        pytest.param(
            {"list": body(lambda document: document.update(pages={"next": 2, "jane@example.com": None}))},
            [("list", "/pages", "an object with next, XXXX@XXXXXXX.XXX", "nothing of this name")],
            id="unknown",
        ),
        pytest.param(
            {"create": result(lambda invoice: invoice.update({"a/b~c": ""}))},
            [("create", "/result/X~1X~0X", "the text ''", "nothing of this name")],
            id="unknown-with-an-odd-name",
        ),
        pytest.param(
            {"list": lambda answer: (201, *answer[1:])},
            [
                ("list", "HTTP status", "201", "one of 200, 400, 401, 403"),
                ("list", "/result", "an array of 1: object", "object"),
            ],
            id="status",
        ),
        pytest.param(
            {"info": lambda answer: (answer[0], "text/plain", answer[2])},
            [("info", "header Content-Type", "text/plain", "application/json")],
            id="content-type",
        ),
        pytest.param(
            {"canceled": body(lambda document: document.update(result="ok"))},
            [("cancel", "/result", "a text like 'XX'", "array")],
            id="string-for-array",
        ),
        pytest.param(
            {"canceled_again": instead(200, '{"status":"success","result":["ok"]}')},
            [("cancel again", "the call", "success", "a refusal, InvoiceNotCancelableError")],
            id="cancelled-twice",
        ),
        pytest.param(
            {"canceled_again": instead(409, '{"status":"error","result":{"state":"not created"}}')},
            [
                (
                    "cancel again",
                    "the call",
                    "APIStatusError, HTTP 409",
                    "a refusal, InvoiceNotCancelableError",
                ),
                ("cancel again", "HTTP status", "409", "one of 200, 400, 401, 403"),
            ],
            id="refused-otherwise",
        ),
        pytest.param(
            {"create": result(lambda invoice: invoice.update(status="waiting"))},
            [("create", "the call", "an invoice that is not in status created", "success")],
            id="value",
        ),
        pytest.param(
            {"list": body(lambda document: document.update(result=[], all_count=0))},
            [("list", "the call", "a list without the new invoice", "success")],
            id="not-listed",
        ),
    ],
)
def test_a_difference_is_told_by_field(
    check: Callable[..., Run],
    sandbox: Sandbox,
    changes: dict[str, Change],
    expected: list[tuple[str, str, str, str]],
) -> None:
    run = check(**changes)
    assert run.differences() == expected
    assert (run.status, run.error) == (1, "")
    for step, where, actual, wanted in expected:
        assert f"  {step}: {where}: {actual}; the spec says {wanted}\n" in run.output
    assert statuses(sandbox) == ["canceled"]
    assert "Nothing is left open.\n" in run.output


@pytest.mark.parametrize(
    ("text", "content_type", "actual"),
    [
        ("<html>jane.doe@example.com</html>", "text/html", "one that is not JSON"),
        ("{", "application/json", "one that is not JSON"),
        ("", "application/json", "one that is empty"),
        ('{"status":"success","status":"success","result":[]}', "application/json", "the same key twice"),
    ],
    ids=["html", "cut", "empty", "ambiguous"],
)
def test_what_is_not_json_is_told(
    check: Callable[..., Run], sandbox: Sandbox, text: str, content_type: str, actual: str
) -> None:
    run = check(info=instead(200, text, content_type), info_again=instead(200, text, content_type))
    reply = {(step, where): what for step, where, what, _ in run.differences()}
    assert actual in reply["info", "body"]
    assert reply["info", "the call"] == "InvalidResponseError, HTTP 200"
    assert (("info", "header Content-Type") in reply) == (content_type != "application/json")
    assert run.status == 1
    assert statuses(sandbox) == ["canceled"]


def test_the_same_difference_is_told_once(check: Callable[..., Run], sandbox: Sandbox) -> None:
    for _ in range(6):
        sandbox.add_invoice()

    def spoil(document: dict[str, Any]) -> None:
        for invoice in document["result"]:
            invoice["fee"] = "1.4"

    run = check(list=body(spoil))
    (found,) = run.report["steps"][2]["exchanges"][0]["differences"]
    assert found == {
        "where": "/result/0/fee",
        "expected": "number or null",
        "actual": "a text like '9.9'",
        "times": 7,
    }
    assert "/result/0/fee: a text like '9.9', 7 times; the spec says number or null\n" in run.output


def test_a_flood_of_differences_is_bounded(check: Callable[..., Run]) -> None:
    names = [f"{first}_{second}" for first in "abcdefghijklmnopqrstuvwxyz" for second in "abcdefghij"]
    run = check(create=result(lambda invoice: invoice.update(dict.fromkeys(names, 1))))
    assert len(run.report["steps"][0]["exchanges"][0]["differences"]) == 100
    assert "  and 70 more in the report\n" in run.output


def test_new_values_of_open_lists_are_notes(check: Callable[..., Run]) -> None:
    run = check(info=result(lambda invoice: invoice.update(side_commission="platform")))
    assert (run.status, run.differences()) == (0, [])
    notes = run.report["steps"][1]["exchanges"][0]["notes"]
    assert notes["/result/*/side_commission"] == "has a value that the spec does not list: platform"


def answers_of_the_spec() -> Iterator[tuple[str, str, Any]]:
    """Path, status and body of each example of an answer."""
    for path, item in SPEC["paths"].items():
        for status, response in item["post"]["responses"].items():
            examples = resolved(response)["content"]["application/json"]["examples"]
            for example in examples.values():
                yield path, "418" if status == "default" else status, resolved(example)["value"]


def resolved(item: dict[str, Any]) -> dict[str, Any]:
    for name in item.get("$ref", "#").split("/")[1:]:
        item = (SPEC if name == "components" else item)[name]
    return item


def schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all that it is made of."""
    yield schema
    for part in (resolved(schema), *resolved(schema).get("properties", {}).values(), schema.get("items")):
        if part and part is not schema:
            yield from schemas(part)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in a JSON value, and each key or index in it."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


def test_the_schemas_say_nothing_that_is_not_understood() -> None:
    for item in SPEC["paths"].values():
        for response in item["post"]["responses"].values():
            for schema in schemas(resolved(response)["content"]["application/json"]["schema"]):
                assert schema.keys() <= KEYWORDS


@pytest.mark.no_cover  # The counter would double its time.
def test_it_agrees_with_a_validator_on_every_example_and_on_spoiled_ones() -> None:
    """Apart from unknown fields, which a validator lets pass."""
    verdicts: Counter[bool] = Counter()
    for path, status, example in answers_of_the_spec():
        values: Iterator[object] = itertools.cycle([None, True, 7, 1.5, "text", [], {}])
        document = copy.deepcopy(example)
        for container, key in [({}, ""), *places(document)]:
            honest = container.get(key) if isinstance(container, dict) else container[key]
            container[key] = next(values)
            verdicts[conforms(path, int(status), document)] += 1
            container[key] = honest
    assert verdicts[True] > 100
    assert verdicts[False] > 100


def conforms(path: str, status: int, document: object) -> bool:
    """The verdict of the command and of the validator, which must be the same."""
    text = json.dumps(document).encode()
    comparison = Comparison(SPEC, Mask())
    comparison.hold(
        transport.Answer(status, {"content-type": "application/json"}, text), SPEC["paths"][path]["post"]
    )
    found = [
        one
        for one in comparison.differences
        if one.where != "HTTP status" and "this name" not in one.expected
    ]
    request = httpx.Request("POST", f"http://127.0.0.1/v2{path}")
    response = httpx.Response(status, content=text, headers={"content-type": "application/json"})
    is_valid = False
    with contextlib.suppress(AssertionError):
        held_to_spec(request, response, only_response=True)
        is_valid = True
    assert is_valid == (not found), f"{path} {status} {text.decode()}: {found}"
    return is_valid


# What cannot be done


@pytest.mark.parametrize(
    ("setting", "reply"),
    [
        ("API_KEY=", "set CRYPTOCLOUD_API_KEY in the environment; it is never an argument"),
        ("SHOP_ID=", "set CRYPTOCLOUD_SHOP_ID in the environment; it is never an argument"),
        ("API_KEY=Token abcdef", "the API key must not begin with 'Token '"),
        ("API_KEY=abc def", "the API key must be printable ASCII"),
        ("SHOP_ID=abc def", "shop_id must be printable ASCII"),
        ("BASE_URL=http://example.com/v2", "base_url must be https"),
        ("BASE_URL=nonsense", "base_url must begin with https:// and a host"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_setting_that_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, setting: str, reply: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(f"CRYPTOCLOUD_{name}", value)
    run = Run(capsys, "--yes")
    assert (run.status, run.output, run.report) == (2, "", {})
    assert run.error.startswith(f"cryptocloud doctor: {reply}")
    assert run.error.count("\n") == 1
    assert "abc" not in run.error


def test_a_refused_key(check: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    with Sandbox(seed=2) as other:
        monkeypatch.setenv("CRYPTOCLOUD_API_KEY", other.api_key)
    run = check()
    assert run.status == 2
    assert run.error == (
        "cryptocloud doctor: the service refused the key (HTTP 403):"
        " is CRYPTOCLOUD_API_KEY whole, and of this host?\n"
    )
    assert "Nothing is left open.\n" in run.output
    (observation,) = run.report["observations"]
    assert observation["evidence"] == "HTTP 403, detail: Signature verification failed"
    assert len(run.report["steps"]) == 1
    assert statuses(sandbox) == []


def test_a_refused_shop(check: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_SHOP_ID", "xBAivfPIbskwuEWj")
    run = check()
    assert run.status == 2
    assert run.error == (
        "cryptocloud doctor: no invoice was created (HTTP 400, shop_id: Invalid value shop_id.):"
        " does CRYPTOCLOUD_SHOP_ID belong to the key?\n"
    )
    assert (
        run.report["observations"][0]["question"]
        == "The error for a wrong `shop_id`, and for an unknown coin."
    )


def test_no_service_there(check: Callable[..., Run]) -> None:
    run = check(create=instead(404, "<html></html>", "text/html"))
    assert run.status == 2
    assert "--base-url names the host and ends in /v2" in run.error


def test_no_connection(settings: None, capsys: pytest.CaptureFixture[str], deaf_port: int) -> None:
    run = Run(capsys, "--yes", "--base-url", f"http://127.0.0.1:{deaf_port}/v2")
    assert run.status == 2
    assert "Connection refused). Nothing was sent.\n" in run.error
    assert run.error.count("\n") == 1
    assert "Nothing is left open.\n" in run.output


def test_it_goes_through_a_proxy(
    sandbox: Sandbox,
    settings: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authority.issue_cert("api.example.com").configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with Stub(Liar(sandbox), context) as service:
        with Stub(tunnels_to(int(service.base_url.split(":")[2].split("/")[0]))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", url_of(proxy))
            run = Run(capsys, "--yes", "--base-url", "https://api.example.com/v2")
    assert run.status == 0, run.error
    assert len(proxy.requests) == 1
    assert statuses(sandbox) == ["canceled"]


def test_a_proxy_that_it_does_not_speak_is_one_line(
    settings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://somebody:s3cret@proxy.example:1080")
    run = Run(capsys, "--yes", "--base-url", "https://api.example.com/v2")
    assert run.status == 2
    assert run.error.startswith("cryptocloud doctor: ALL_PROXY names a proxy of the kind socks5")
    assert run.error.count("\n") == 1
    assert "s3cret" not in run.error


# The invoice must not be left behind


def test_a_lost_creation_is_found_and_cancelled(check: Callable[..., Run], sandbox: Sandbox) -> None:
    run = check(create=lambda _: None)
    assert run.status == 2
    assert "createInvoice: no whole answer came" in run.error
    assert statuses(sandbox) == ["canceled"]
    assert "Looking after the invoice" in run.output
    assert "Nothing is left open.\n" in run.output
    assert run.report["invoice_may_be_open"] is False


def test_a_creation_without_an_id_is_found_and_cancelled(check: Callable[..., Run], sandbox: Sandbox) -> None:
    def hide(invoice: dict[str, Any]) -> None:
        invoice["number"] = invoice.pop("uuid")
        del invoice["link"]

    run = check(create=result(hide))
    assert run.differences() == [
        ("create", "the call", "InvalidResponseError, HTTP 200", "success"),
        ("create", "/result/number", "a text like 'INV-XXXXXXXX'", "nothing of this name"),
    ]
    assert run.status == 1
    assert statuses(sandbox) == ["canceled"]


def test_a_cancel_in_doubt_is_looked_after(check: Callable[..., Run], sandbox: Sandbox) -> None:
    run = check(canceled=lambda _: None, info_2=lambda _: None)
    assert run.status == 2
    assert "cancelInvoice: no whole answer came" in run.error
    assert statuses(sandbox) == ["canceled"]
    assert "Nothing is left open.\n" in run.output


def test_an_invoice_that_may_be_open_is_named(check: Callable[..., Run], sandbox: Sandbox) -> None:
    run = check(
        canceled=lambda _: None,
        canceled_again=lambda _: None,
        info_again=lambda _: None,
    )
    (invoice,) = invoices(sandbox)
    assert run.status == 2
    reply = f"NOT CLEANED UP: the invoice {invoice['uuid']} may be open still: {invoice['link']}."
    assert reply in run.output
    assert run.report["invoice_may_be_open"] is True
    assert invoice["uuid"] not in json.dumps(run.report)


@pytest.mark.parametrize("name", ["api_key", "secret_key", "withdrawal_key"])
def test_a_key_in_a_link_is_not_printed(
    check: Callable[..., Run], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    key = getattr(sandbox, name)
    monkeypatch.setenv(f"CRYPTOCLOUD_{name.upper()}", key)
    link = f"https://pay.example/{'x' * 60}?key={key}"
    run = check(
        create=result(lambda invoice: invoice.update(link=link)),
        canceled=lambda _: None,
        canceled_again=lambda _: None,
        info_again=lambda _: None,
    )
    assert f"may be open still: https://pay.example/{'x' * 60}?key=***." in run.output
    assert key[:8] not in run.output + run.error


def test_a_key_in_the_wrong_option_is_not_printed(
    sandbox: Sandbox, settings: None, capsys: pytest.CaptureFixture[str]
) -> None:
    address = sandbox.base_url.removesuffix("/v2")
    run = Run(capsys, "--yes", "--base-url", f"{address}/{sandbox.api_key}", "--report", sandbox.api_key)
    assert run.status == 2
    assert "  report  ***\n" in run.output
    report = Path(sandbox.api_key).read_text("utf-8")
    assert sandbox.api_key[:8] not in run.output + run.error + report


def test_a_service_that_never_cancels_is_not_believed(check: Callable[..., Run], sandbox: Sandbox) -> None:
    refuse = instead(400, '{"status":"error","result":{"validate_error":"Invoice is not created"}}')
    run = check(canceled=refuse, canceled_again=refuse)
    # The sandbox did cancel, so what is looked up in the end is the truth.
    assert run.status == 1
    assert "Nothing is left open.\n" in run.output
    still = result(lambda invoice: invoice.update(status="created"))
    run = check(canceled=refuse, canceled_again=refuse, info_again=still)
    assert "NOT CLEANED UP: the invoice INV-" in run.output


def test_a_lost_creation_that_cannot_be_found_is_told(check: Callable[..., Run], sandbox: Sandbox) -> None:
    run = check(create=lambda _: None, list=instead(502, ""), list_again=instead(502, ""))
    (invoice,) = invoices(sandbox)
    assert invoice["status"] == "created"
    assert run.status == 2
    assert (
        f"NOT CLEANED UP: there may be an invoice with the order id {invoice['order_id']}, open."
        in run.output
    )


def test_an_id_of_another_form(check: Callable[..., Run]) -> None:
    run = check(create=result(lambda invoice: invoice.update(uuid="inv_\x1b[31m" + "7" * 40)))
    assert run.status == 1
    assert ("info", "the call", "ValueError", "success") in run.differences()
    assert "NOT CLEANED UP: the invoice INV-inv_ [31m777" in run.output
    assert "\x1b" not in run.output


def interrupt(_: Answer) -> None:
    type_ctrl_c()


@pytest.mark.parametrize("step", ["create", "info", "list", "canceled", "canceled_again"])
def test_an_interrupted_run_cancels_first(check: Callable[..., Run], sandbox: Sandbox, step: str) -> None:
    run = check(**{step: interrupt})
    assert run.status == 2
    assert run.error == "cryptocloud doctor: interrupted\n"
    assert statuses(sandbox) == ["canceled"]
    assert "Nothing is left open.\n" in run.output


def test_who_interrupts_twice_is_let_go_and_told(check: Callable[..., Run], sandbox: Sandbox) -> None:
    run = check(create=interrupt, list=interrupt)
    (invoice,) = invoices(sandbox)
    assert (run.status, run.error) == (2, "cryptocloud doctor: interrupted\n")
    assert invoice["status"] == "created"
    assert f"NOT CLEANED UP: there may be an invoice with the order id {invoice['order_id']}" in run.output
    assert run.report["verdict"] == "not done to its end: interrupted; till then all as the spec says"


def test_a_step_without_an_answer_is_not_called_right(check: Callable[..., Run]) -> None:
    run = check(info=lambda _: None, info_again=lambda _: None)
    assert "\n  info          no answer  (3 requests)\n" in run.output


def test_an_answer_that_is_cut_short_is_no_answer(check: Callable[..., Run], sandbox: Sandbox) -> None:
    def cut(_: Answer) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"

    run = check(create=cut, info=cut, info_again=cut)
    assert run.status == 2
    assert run.report["steps"][0]["exchanges"][0]["result"] == "no whole answer"
    assert statuses(sandbox) == ["canceled"]


# Nothing secret


@pytest.mark.parametrize("place", ["names", "values", "refusal", "html", "headers", "protocol"])
def test_nothing_secret_gets_out(check: Callable[..., Run], sandbox: Sandbox, place: str) -> None:
    secrets = {sandbox.api_key, sandbox.shop_id, sandbox.secret_key, EMAIL, ADDRESS, "INV-89UX09KA"}
    if place == "names":
        change = result(lambda invoice: invoice.update({secret: {secret: secret} for secret in secrets}))
    elif place == "values":
        change = result(
            lambda invoice: invoice.update(
                address={"a": ADDRESS}, phone=list(secrets), fee=EMAIL, status=sandbox.shop_id, order_id=7
            )
        )
    elif place == "refusal":
        text = " ".join(secrets)
        change = instead(400, json.dumps({"status": "error", "result": {text: text, "validate_error": text}}))
    elif place == "html":
        change = instead(502, f"<html>{' '.join(secrets)}</html>", "text/html")
    elif place == "protocol":

        def change(_: Answer) -> bytes:
            return f"HTTP/1.1 {EMAIL} {sandbox.shop_id} {ADDRESS}\r\n\r\n".encode()
    else:

        def change(answer: Answer) -> bytes:
            lines = [f"X-Request-Id: {secret}" for secret in secrets]
            return http(200, answer[2], *lines, f"Retry-After: {EMAIL}")

    run = check(info=change, info_again=change, list=change, canceled_again=change)
    report = Path("cryptocloud-doctor.json").read_text("utf-8")
    for secret in secrets:
        for text in (report, run.output, run.error):
            assert secret not in text
            assert secret[:12] not in text
    for invoice in invoices(sandbox):
        assert invoice["uuid"] not in report
        assert invoice["order_id"] not in report


# The report


def test_the_report_is_for_its_owner_and_replaced_with_a_word(
    settings: None, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Path("cryptocloud-doctor.json")
    assert "overwritten" not in Run(capsys, "--yes").output
    report.write_text("old")
    report.chmod(0o644)
    run = Run(capsys, "--yes")
    assert "report  cryptocloud-doctor.json, which exists and will be overwritten\n" in run.output
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert run.report["verdict"] == "all as the spec says"
    assert [path.name for path in Path().iterdir()] == ["cryptocloud-doctor.json"]


@pytest.mark.parametrize("path", [".", "pipe", "missing/report.json", "x" * 300])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_sent(
    sandbox: Sandbox, settings: None, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    os.mkfifo("pipe")
    run = Run(capsys, "--yes", "--report", path)
    assert (run.status, run.output) == (2, "")
    assert run.error.startswith("cryptocloud doctor: --report")
    assert path == "." or path not in run.error
    assert run.error.count("\n") == 1
    assert statuses(sandbox) == []


# In a process of its own


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "cryptocloud_cli", "doctor", *arguments]


def test_nobody_to_ask(sandbox: Sandbox, settings: None) -> None:
    done = subprocess.run(command(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "cryptocloud doctor: nobody is there to be asked: add --yes to go on. Nothing was sent\n"
    )
    assert statuses(sandbox) == []


@pytest.fixture
def terminal() -> Callable[[str], tuple[int, str]]:
    """Runs the command in a terminal and types an answer to its question."""

    def run(reply: str) -> tuple[int, str]:
        mine, its = pty.openpty()
        with started(command(), stdin=its, stdout=its, stderr=its, start_new_session=True) as process:
            os.close(its)
            output = b""
            while b"[y/N] " not in output:
                output += os.read(mine, 4096)
            os.write(mine, reply.encode())
            with contextlib.suppress(OSError):  # Linux says so that the other end is closed.
                while piece := os.read(mine, 4096):
                    output += piece
            os.close(mine)
        return process.returncode, output.decode()

    return run


@pytest.mark.parametrize("reply", ["y\n", "Yes\n"])
def test_somebody_agrees(sandbox: Sandbox, settings: None, terminal: Any, reply: str) -> None:
    status, output = terminal(reply)
    assert status == 0
    assert "All as the spec says." in output
    assert statuses(sandbox) == ["canceled"]


@pytest.mark.parametrize("reply", ["\n", "n\n", "yeah\n", "\x04"])
def test_somebody_does_not(sandbox: Sandbox, settings: None, terminal: Any, reply: str) -> None:
    status, output = terminal(reply)
    assert status == 2
    assert output.endswith("cryptocloud doctor: nothing was sent\r\n")
    assert statuses(sandbox) == []


def test_a_reader_who_leaves_leaves_no_invoice(sandbox: Sandbox, settings: None) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command("--yes"), stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
    assert statuses(sandbox) == ["canceled"]

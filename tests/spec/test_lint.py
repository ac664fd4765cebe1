"""`make lint-spec` has nothing to say of the spec, and points at what is wrong with a worse one."""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.edits import ROOT, SPEC, edited, line_of


class Defect(NamedTuple):
    """One thing that is wrong with a spec.

    Attributes:
        old: What stands in the spec.
        new: What a slip makes of it.
        place: A text in the wrong spec that ends on the line to be named.
        rule: A rule to be named.
    """

    old: str
    new: str
    place: str
    rule: str


CANCEL = "  /invoice/merchant/canceled:\n    post:"
CANCEL_RETRY = "      x-retry: {notSent: repeat, unknown: ask, rateLimited: repeat}\n"
CANCELED_EXAMPLES = """\
              examples:
                canceled:
                  summary: Cancelled
                  value:
                    status: success
                    result: [ok]
"""
INVALID_TOKEN_EXAMPLES = """\
          examples:
            invalidToken:
              summary: The likely shape
              value:
                detail: Invalid token
"""
COMMISSION_SIDE = "      description: Who pays a fee.\n      type: string\n"
LIMIT = (
    "      description: See the operation. 10 if it is missing, 100 at most. [doc]\n          type: integer\n"
)
WITHDRAWAL_KEY = "    WithdrawalKey:\n      type: apiKey\n      in: header\n      name: Authorization\n"

DEFECTS = {
    "dangling-ref": Defect(
        '$ref: "#/components/schemas/CancelInvoiceRequest"',
        '$ref: "#/components/schemas/CancelInvoice"',
        '$ref: "#/components/schemas/CancelInvoice"',
        "redocly, no-unresolved-refs",
    ),
    "request-example-contradicts-schema": Defect(
        "                  uuid: 89UX09KA\n",
        "                  uuid: 89\n",
        "payment links carry it\n                value:\n                  uuid: 89",
        "redocly, no-invalid-media-type-examples",
    ),
    "answer-example-contradicts-schema": Defect(
        "result: [ok]\n", "result: ok\n", "result: ok", "spectral, oas3-valid-media-example"
    ),
    "property-example-contradicts-schema": Defect(
        "example: 31.01.2023", "example: 31.01.23", "example: 31.01.23", "redocly, no-invalid-schema-examples"
    ),
    "no-example-of-success": Defect(
        CANCELED_EXAMPLES,
        "",
        "The invoice is cancelled. [doc]\n          content:\n            application/json:",
        "redocly, rule/media-types-have-examples",
    ),
    "no-example-of-refusal": Defect(
        INVALID_TOKEN_EXAMPLES,
        "",
        "One client reads a top-level `detail`. [client]\n      content:\n        application/json:",
        "redocly, rule/media-types-have-examples",
    ),
    "examples-without-one": Defect(
        CANCELED_EXAMPLES,
        "              examples: {}\n",
        "              examples: {}",
        "redocly, rule/examples-are-there",
    ),
    "no-example-of-property": Defect(
        "          description: Free text; do not match on it.\n"
        "          type: string\n"
        "          example: Signature verification failed\n",
        "          description: Free text; do not match on it.\n          type: string\n",
        "`result` instead [client]; accept both.\n      type: object\n      properties:\n        detail:",
        "redocly, scalar-property-missing-example",
    ),
    "no-operation-id": Defect(
        "      operationId: cancelInvoice\n", "", CANCEL, "redocly, operation-operationId"
    ),
    "operation-id-twice": Defect(
        "operationId: cancelInvoice\n",
        "operationId: createInvoice\n",
        CANCEL + "\n",
        "spectral, operation-operationId-unique",
    ),
    "no-summary": Defect("      summary: Cancel an invoice\n", "", CANCEL, "redocly, operation-summary"),
    "no-description": Defect(
        "      description: One entry per coin, empty ones included. There is no request body. "
        "The path has no `/invoice`.\n",
        "",
        "  /merchant/wallet/balance/all:\n    post:",
        "redocly, operation-description",
    ),
    "no-tag": Defect(
        "      tags: [balances]\n",
        "",
        "  /merchant/wallet/balance/all:\n    post:",
        "spectral, operation-tags",
    ),
    "undeclared-tag": Defect(
        "tags: [balances]", "tags: [balance]", "tags: [balance]", "redocly, operation-tag-defined"
    ),
    "tag-without-description": Defect(
        "    description: What the merchant has.\n", "", "  - name: balances", "redocly, tag-description"
    ),
    "no-security": Defect(
        CANCEL_RETRY + "      security:\n        - ProjectKey: []\n",
        CANCEL_RETRY,
        CANCEL,
        "redocly, security-defined",
    ),
    "empty-security": Defect(
        CANCEL_RETRY + "      security:\n        - ProjectKey: []\n",
        CANCEL_RETRY + "      security: []\n",
        CANCEL_RETRY + "      security: []",
        "redocly, rule/operations-name-a-key",
    ),
    "http-scheme": Defect(
        WITHDRAWAL_KEY,
        "    WithdrawalKey:\n      type: http\n      scheme: Token\n",
        "    WithdrawalKey:\n      type: http",
        "redocly, rule/keys-are-api-keys",
    ),
    "no-retry-rule": Defect(CANCEL_RETRY, "", CANCEL, "redocly, rule/operation-retries"),
    "undeclared-path-parameter": Defect(
        "  /invoice/merchant/canceled:",
        "  /invoice/{uuid}/canceled:",
        "  /invoice/{uuid}/canceled:\n    post:",
        "redocly, path-parameters-defined",
    ),
    "answer-without-description": Defect(
        "          description: The invoice is cancelled. [doc]\n",
        "",
        '                  uuid: 89UX09KA\n      responses:\n        "200":',
        "redocly, struct",
    ),
    "no-success": Defect(
        'uuid: 89UX09KA\n      responses:\n        "200":',
        'uuid: 89UX09KA\n      responses:\n        "404":',
        "uuid: 89UX09KA\n      responses:",
        "spectral, operation-success-response",
    ),
    "unknown-type": Defect(
        "    CancelInvoiceRequest:\n      type: object\n",
        "    CancelInvoiceRequest:\n      type: objekt\n",
        "type: objekt",
        "redocly, struct",
    ),
    "enum-of-another-type": Defect(
        "        aml_enabled:\n          type: boolean\n",
        '        aml_enabled:\n          type: boolean\n          enum: ["no"]\n',
        '          enum: ["no"]',
        "redocly, no-enum-type-mismatch",
    ),
    "required-but-not-there": Defect(
        "required: [shop_id, amount]",
        "required: [shop_id, sum]",
        "required: [shop_id, sum]",
        "redocly, no-required-schema-properties-undefined",
    ),
    "unused-component": Defect(
        "    CancelInvoiceRequest:\n",
        "    Forgotten:\n      type: string\n      example: x\n\n    CancelInvoiceRequest:\n",
        "    Forgotten:",
        "redocly, no-unused-components",
    ),
    "one-of": Defect(
        COMMISSION_SIDE,
        "      description: Who pays a fee.\n      oneOf: [{type: string}, {type: integer}]\n",
        "      oneOf: [{type: string}, {type: integer}]",
        "redocly, rule/one-shape",
    ),
    "default": Defect(
        LIMIT, LIMIT + "          default: 10\n", LIMIT + "          default: 10", "redocly, rule/one-shape"
    ),
}


def lint(*specs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "lint_spec.py"), *map(str, specs)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, str]]]:
    """Lines and rules that the linters name for each defect. One run for all, since a start takes seconds."""
    folder = tmp_path_factory.mktemp("specs")
    specs = [folder / f"{name}.yaml" for name in DEFECTS]
    for spec in specs:
        defect = DEFECTS[spec.stem]
        spec.write_text(edited(SPEC, defect.old, defect.new), encoding="utf-8")
    run = lint(*specs)
    assert (run.returncode, run.stderr) == (1, "")
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in DEFECTS}
    for problem in run.stdout.splitlines():
        parts = re.fullmatch(r".*/(.+)\.yaml:(\d+):\d+: .+ \((.+)\)", problem)
        assert parts, problem
        found[parts[1]].append((int(parts[2]), parts[3]))
    return found


def test_the_spec_is_clean() -> None:
    run = lint()

    assert (run.returncode, run.stdout, run.stderr) == (0, "spec/openapi.yaml is clean.\n", "")


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_is_named_at_its_place(problems: dict[str, list[tuple[int, str]]], name: str) -> None:
    defect = DEFECTS[name]

    line = line_of(edited(SPEC, defect.old, defect.new), defect.place)

    assert (line, defect.rule) in problems[name]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(edited(SPEC, "\npaths:\n", "\npaths: [\n"), "missed comma", id="not-yaml"),
        pytest.param(
            edited(SPEC, "\npaths:\n", "\npaths:\npaths:\n"), "duplicated mapping key", id="key-twice"
        ),
        pytest.param("title: Not an API\n", "Unsupported specification", id="not-openapi"),
    ],
)
def test_what_is_no_spec_is_said_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(text, encoding="utf-8")

    run = lint(spec)

    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1
    assert "openapi.yaml" in run.stderr
    assert reason in run.stderr


def test_missing_spec_is_said_in_one_line(tmp_path: Path) -> None:
    run = lint(tmp_path / "nowhere.yaml")

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"there is no file {tmp_path / 'nowhere.yaml'}\n"

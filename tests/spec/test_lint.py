"""`make lint-spec` has nothing to say of the spec, and points at what is wrong with a worse one."""

import functools
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
ICON = '      description: "URL of a picture. The text `None` was seen. [doc]"\n      type: string\n'
TEST_MODE = "          description: Whether it can be confirmed without a payment.\n          type: boolean\n"
LIMIT = (
    "      description: See the operation. 10 if it is missing, 100 at most. [doc]\n          type: integer\n"
)
RESULT = """\
          description: The invoices; the order is not known.
          type: array
          items:
            $ref: "#/components/schemas/Invoice"
"""
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
        "          description: Where to send coins.\n"
        "          type: string\n"
        "          nullable: true\n"
        "          example: TExampLeWaLLetThatNobodyHas1111111\n",
        "          description: Where to send coins.\n          type: string\n          nullable: true\n",
        "          example: 1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX\n        address:",
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
        "      description: The invoice to cancel.\n      type: object\n",
        "      description: The invoice to cancel.\n      type: objekt\n",
        "type: objekt",
        "redocly, struct",
    ),
    "enum-of-another-type": Defect(
        TEST_MODE,
        TEST_MODE + '          enum: ["no"]\n',
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
        ICON,
        ICON.replace("type: string", "oneOf: [{type: string}, {type: integer}]"),
        "      oneOf: [{type: string}, {type: integer}]",
        "redocly, rule/one-shape",
    ),
    "default": Defect(
        LIMIT, LIMIT + "          default: 10\n", LIMIT + "          default: 10", "redocly, rule/one-shape"
    ),
}

# What stopped foreign tools and their users. They do not disturb each other, and are put into one spec.
STUMBLING_BLOCKS = {
    "component-called-as-another": Defect(
        "    AnyOther:\n", "    Unexpected:\n", "    Unexpected:", "own, component-names"
    ),
    "errors-of-several-shapes": Defect(
        "        detail:\n          description: Free text, in the answers to bad keys.",
        "        details:\n          description: Free text, in the answers to bad keys.",
        "    ErrorResponse:",
        "own, errors-alike",
    ),
    "repetition-misspelt": Defect(
        "      x-retry: {notSent: repeat, unknown: ask, rateLimited: repeat}\n",
        "      x-retry: {notSent: repeat, unknwn: ask, rateLimited: repeat}\n",
        "      x-retry: {notSent: repeat, unknwn: ask",
        "own, repetitions",
    ),
    "url-without-quotes": Defect(
        'icon: "https://cdn.cryptocloud.plus/currency/icons/main/trx.svg", fullname',
        "icon: https://cdn.cryptocloud.plus/currency/icons/main/trx.svg, fullname",
        "          example: {code: TRC20, id: 4, icon: https://cdn",
        "own, quoted-colons",
    ),
    "example-of-nothing": Defect(
        RESULT, RESULT + "          example: []\n", RESULT + "          example: []", "own, empty-examples"
    ),
    "schema-without-description": Defect(
        "      description: The invoice to cancel.\n", "", "    CancelInvoiceRequest:", "own, descriptions"
    ),
    "property-without-description": Defect(
        "          description: Whether it can be confirmed without a payment.\n",
        "",
        '          $ref: "#/components/schemas/Project"\n        test_mode:',
        "own, descriptions",
    ),
    "date-that-is-none": Defect(
        r"pattern: ^(0[1-9]|[12][0-9]|3[01])\.(0[1-9]|1[0-2])\.[0-9]{4}$",
        r"pattern: ^\d{2}\.\d{2}\.\d{4}$",
        "x-counterexamples: [99.99.9999",
        "own, counterexamples",
    ),
    "pattern-that-refuses-nothing": Defect(
        "      x-counterexamples: [inv-89ux09ka, INV-89UX09KA0]\n",
        "",
        "    InvoiceId:",
        "own, counterexamples",
    ),
    "ids-without-end": Defect(
        "          maxItems: 100\n", "", "        uuids:", "redocly, rule/ids-are-bounded"
    ),
    "long-introduction": Defect(
        "    ids, times, **money**, repetitions.",
        "    ids, times, **money**, repetitions." + " And more." * 40,
        "\n  description: |",
        "redocly, rule/introduction-is-short",
    ),
    "server-that-is-no-environment": Defect(
        "    description: Sandbox (local)\n",
        "    description: A sandbox on your own machine, which you start\n",
        "    description: A sandbox on your own machine, which you start",
        "redocly, rule/servers-are-environments",
    ),
    "no-link-to-the-documentation": Defect(
        "externalDocs:\n", "x-externalDocs:\n", "openapi: 3.0.3", "redocly, rule/documentation-is-linked"
    ),
}

ALL_STUMBLING_BLOCKS = functools.reduce(
    lambda text, block: edited(text, block.old, block.new), STUMBLING_BLOCKS.values(), SPEC
)


def lint(*specs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "lint_spec.py"), *map(str, specs)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, str]]]:
    """Lines and rules that the linters name for each spec. One run for all, since a start takes seconds."""
    folder = tmp_path_factory.mktemp("specs")
    for name, defect in DEFECTS.items():
        wrong = edited(SPEC, defect.old, defect.new)
        (folder / f"{name}.yaml").write_text(wrong, encoding="utf-8")
    (folder / "all-stumbling-blocks.yaml").write_text(ALL_STUMBLING_BLOCKS, encoding="utf-8")
    run = lint(*folder.iterdir())
    assert (run.returncode, run.stderr) == (1, "")
    found: dict[str, list[tuple[int, str]]] = {spec.stem: [] for spec in folder.iterdir()}
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


@pytest.mark.parametrize("name", STUMBLING_BLOCKS)
def test_what_foreign_tools_stumble_over_is_named_at_its_place(
    problems: dict[str, list[tuple[int, str]]], name: str
) -> None:
    block = STUMBLING_BLOCKS[name]

    line = line_of(ALL_STUMBLING_BLOCKS, block.place)

    assert (line, block.rule) in problems["all-stumbling-blocks"]


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

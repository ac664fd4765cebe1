"""`make diff-spec` says what a change of the spec breaks, for whom, and which version it owes."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.edits import GIT, ROOT, SPEC, edited

VERSION = "  version: 0.3.0\n"


class Project(NamedTuple):
    """A repository with a spec and a changelog."""

    folder: Path

    @property
    def spec(self) -> Path:
        return self.folder / "spec" / "openapi.yaml"

    def git(self, *arguments: str) -> None:
        command = ["git", "-C", str(self.folder), *arguments]
        subprocess.run(command, env=GIT, check=True, capture_output=True)

    def commit(self, spec: str) -> None:
        self.spec.write_text(spec, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--allow-empty", "--message", "Change the spec")

    def diff(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "tools" / "diff_spec.py"), "--spec", str(self.spec), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=GIT, capture_output=True, encoding="utf-8", check=False
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose one commit has the spec as it is."""
    it = Project(tmp_path / "project")
    it.spec.parent.mkdir(parents=True)
    (it.folder / "CHANGELOG.md").write_text("# Changelog\n", encoding="utf-8")
    it.git("init")
    it.commit(SPEC)
    return it


class Breaking(NamedTuple):
    """A change that breaks something: what becomes what, what is said of it, and for whom it breaks."""

    old: str
    new: str
    message: str
    breaks: list[str]


BALANCES = SPEC[SPEC.index("  /merchant/wallet/balance/all:\n") : SPEC.index("  /invoice/static/create:\n")]
EMAIL = """\
        email:
          description: The buyer's address.
          type: string
          example: buyer@example.com
"""
CANCEL_KEY = "unknown: ask, rateLimited: repeat}\n      security:\n        - "
AMOUNT_CRYPTO = '        amount_crypto:\n          $ref: "#/components/schemas/Amount"\n'
ORDER_ID = "        order_id:\n          description: \"The merchant's own name for it. The text"
EVERY_INVOICE = [
    "who read answers: createInvoice, getInvoices, listInvoices",
    "who take postbacks: paymentPostback",
]

BREAKING = {
    "operation-removed": Breaking(
        BALANCES,
        "",
        "Path `/merchant/wallet/balance/all` was removed.",
        ["who send requests: listBalances", "who read answers: listBalances"],
    ),
    "operation-renamed": Breaking(
        "operationId: cancelInvoice\n",
        "operationId: revokeInvoice\n",
        "changed from 'cancelInvoice' to 'revokeInvoice'.",
        ["who send requests: revokeInvoice"],
    ),
    "key-changed": Breaking(
        CANCEL_KEY + "ProjectKey",
        CANCEL_KEY + "WithdrawalKey",
        "Security requirement `ProjectKey` now requires `WithdrawalKey`.",
        ["who send requests: cancelInvoice"],
    ),
    "parameter-became-required": Breaking(
        "          in: query\n",
        "          in: query\n          required: true\n",
        "`locale` query parameter became required.",
        ["who send requests: createInvoice"],
    ),
    "request-property-became-required": Breaking(
        "required: [shop_id, amount]",
        "required: [shop_id, amount, currency]",
        "Properties of `CreateInvoiceRequest` became required: `currency`.",
        ["who send requests: createInvoice"],
    ),
    "request-type-narrowed": Breaking(
        "is accepted, too. [old doc]\n          type: number\n",
        "is accepted, too. [old doc]\n          type: integer\n",
        "Type of `amount` narrowed from 'number' to 'integer'.",
        ["who send requests: createInvoice"],
    ),
    "request-values-restricted": Breaking(
        "pattern: ^(INV-)?[A-Z0-9]{8}$",
        "pattern: ^INV-[A-Z0-9]{8}$",
        "`pattern` of `uuid` changed",
        ["who send requests: cancelInvoice, getInvoices"],
    ),
    "request-property-removed": Breaking(
        EMAIL,
        "",
        "Generated code has no `email` any more.",
        ["who wrote code for a generated client: createInvoice"],
    ),
    "operation-filed-elsewhere": Breaking(
        "tags: [balances]",
        "tags: [invoices]",
        "In generated code ['balances'] became ['invoices'].",
        ["who wrote code for a generated client: listBalances"],
    ),
    "answer-property-renamed": Breaking(
        ORDER_ID,
        ORDER_ID.replace("order_id", "order_ref"),
        "Property `order_id` of `result` was renamed to `order_ref`.",
        EVERY_INVOICE,
    ),
    "answer-type-changed": Breaking(
        "Credited to the balance.\n          type: number",
        "Credited to the balance.\n          type: string",
        "Type of `received` widened from 'number | null' to 'string | null'.",
        EVERY_INVOICE,
    ),
    "answer-property-no-longer-required": Breaking(
        "    CancelInvoiceResponse:\n      type: object\n      required: [status, result]\n",
        "    CancelInvoiceResponse:\n      type: object\n      required: [status]\n",
        "Properties of `CancelInvoiceResponse` are no longer required: `result`.",
        ["who read answers: cancelInvoice"],
    ),
    "postback-property-removed": Breaking(
        AMOUNT_CRYPTO,
        "",
        "Property `amount_crypto` of `Postback` was removed.",
        ["who take postbacks: paymentPostback"],
    ),
}

# Old, new, and the step that is owed.
HARMLESS = {
    "operation-added": (
        "  /merchant/wallet/balance/all:\n",
        BALANCES.replace("/balance/all:", "/balance/one:")
        .replace("listBalances", "getBalance")
        .replace("&walletCurrency", "")
        + "  /merchant/wallet/balance/all:\n",
        "minor",
    ),
    "request-property-added": (
        EMAIL,
        EMAIL + "        note:\n          type: string\n          example: Thanks\n",
        "minor",
    ),
    "answer-property-added": (
        "        links_invoice:\n",
        "        note:\n          type: string\n          example: Thanks\n        links_invoice:\n",
        "minor",
    ),
    "request-property-no-longer-required": (
        "required: [shop_id, amount]",
        "required: [shop_id]",
        "patch",
    ),
    "description-changed": ("summary: Cancel an invoice\n", "summary: Cancel one invoice\n", "patch"),
    "known-value-added": (
        "x-extensible-enum: [created, paid, overpaid, partial, canceled]",
        "x-extensible-enum: [created, paid, overpaid, partial, canceled, refunded]",
        "patch",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_change_is_told_to_those_it_breaks(project: Project, name: str) -> None:
    change = BREAKING[name]
    project.spec.write_text(edited(SPEC, change.old, change.new), encoding="utf-8")

    report = project.diff("--check", "HEAD")

    assert report.returncode == 1
    told = [line for line in report.stdout.splitlines() if "BREAKING" in line]
    assert len(told) == 1
    assert change.message in told[0]
    breaks = [
        line.partition("breaks those ")[2] for line in report.stdout.splitlines() if "breaks those" in line
    ]
    assert breaks == change.breaks
    assert "below 1.0 that is a minor one: 0.4.0 or later." in report.stdout
    assert report.stderr.endswith(": info.version has to be 0.4.0 or later, not 0.3.0.\n")


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_change_passes(project: Project, name: str) -> None:
    old, new, step = HARMLESS[name]
    project.spec.write_text(edited(SPEC, old, new), encoding="utf-8")

    report = project.diff("HEAD")
    check = project.diff("--check")

    assert "BREAKING" not in report.stdout
    assert f"A {step} step is owed: " in report.stdout
    assert (report.returncode, check.returncode, check.stderr) == (0, 0, "")


def test_no_change_owes_nothing(project: Project) -> None:
    run = project.diff("HEAD")

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("Nothing changed: no step of the version is owed.\n")


@pytest.mark.parametrize(
    ("before", "after", "enough"),
    [
        pytest.param("0.3.0", "0.3.1", False, id="patch-below-1"),
        pytest.param("0.3.0", "0.4.0", True, id="minor-below-1"),
        pytest.param("1.2.0", "1.3.0", False, id="minor"),
        pytest.param("1.2.0", "2.0.0", True, id="major"),
    ],
)
def test_breaking_change_needs_its_step_and_an_entry(
    project: Project, before: str, after: str, enough: bool
) -> None:
    change = BREAKING["answer-type-changed"]
    project.commit(edited(SPEC, VERSION, f"  version: {before}\n"))
    project.commit(edited(edited(SPEC, VERSION, f"  version: {after}\n"), change.old, change.new))

    silent = project.diff("--check")
    (project.folder / "CHANGELOG.md").write_text(
        f"- **Breaking**, spec {after}: a text now.\n", encoding="utf-8"
    )
    told = project.diff("--check")

    assert silent.returncode == 1
    assert told.returncode == (0 if enough else 1)
    assert f'CHANGELOG.md has to tell how, and name it "spec {after}".' in silent.stderr or not enough
    assert "info.version has to be" in told.stderr or enough


def test_committed_version_stays_whole(project: Project) -> None:
    changes = BREAKING["answer-type-changed"], BREAKING["answer-property-renamed"]
    first = edited(edited(SPEC, VERSION, "  version: 0.4.0\n"), changes[0].old, changes[0].new)
    project.commit(first)
    (project.folder / "CHANGELOG.md").write_text(
        "- **Breaking**, spec 0.4.0: a text now.\n", encoding="utf-8"
    )
    assert project.diff("--check").returncode == 0

    project.commit(edited(first, changes[1].old, changes[1].new))
    run = project.diff("--check")

    assert run.returncode == 1
    assert run.stderr.endswith("info.version has to be 0.5.0 or later, not 0.4.0.\n")


@pytest.mark.parametrize(
    ("revision", "complaint"),
    [
        pytest.param("nowhere", "there is no revision nowhere here", id="no-revision"),
        pytest.param("--output=x", "there is no revision --output=x here", id="option"),
        pytest.param("empty", "revision empty has no openapi.yaml", id="no-spec"),
        pytest.param("broken", "openapi.yaml of broken is not YAML: ", id="broken-spec"),
    ],
)
def test_revision_without_a_spec_is_said_in_one_line(project: Project, revision: str, complaint: str) -> None:
    project.commit(edited(SPEC, "\npaths:\n", "\npaths: [\n"))
    project.git("tag", "broken")
    project.git("rm", "--quiet", "--cached", "spec/openapi.yaml")
    project.git("commit", "--message", "Lose the spec")
    project.git("tag", "empty")
    project.spec.write_text(SPEC, encoding="utf-8")

    run = project.diff("--", revision)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(complaint)
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("\npaths:\n", "\npaths: [\n", "is not YAML: ", id="not-yaml"),
        pytest.param("\npaths:\n", "\nways:\n", "is not an OpenAPI document", id="not-openapi"),
        pytest.param(VERSION, "", "has no info.version of three numbers", id="no-version"),
        pytest.param(
            "schemas/CancelInvoiceRequest",
            "schemas/Nothing",
            "redocly cannot compare",
            id="dangling-reference",
        ),
    ],
)
def test_broken_spec_is_said_in_one_line(project: Project, old: str, new: str, complaint: str) -> None:
    project.spec.write_text(edited(SPEC, old, new), encoding="utf-8")

    run = project.diff("HEAD")

    assert (run.returncode, run.stdout) == (2, "")
    assert complaint in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_missing_history_is_said(project: Project) -> None:
    shutil.rmtree(project.folder / ".git")

    run = project.diff("--check")

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("The spec is compared with nothing: ")
    assert len(run.stdout.splitlines()) == 1

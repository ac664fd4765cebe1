"""`make diff-spec` says what a change of the spec breaks, for whom, and which version it owes."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from support.edits import GIT, ROOT, SPEC, edited

NUMBER: str = yaml.safe_load(SPEC)["info"]["version"]
VERSION = f"  version: {NUMBER}\n"


def after(version: str, step: str) -> str:
    """The version that a step leads to, by the rule."""
    major, minor, patch = map(int, version.split("."))
    if step == "major" and major:
        return f"{major + 1}.0.0"
    return f"{major}.{minor}.{patch + 1}" if step == "patch" else f"{major}.{minor + 1}.0"


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

    def tell(self, version: str) -> None:
        """Tell in the changelog of a breaking version."""
        line = f"- **Breaking**, spec {version}: something.\n"
        (self.folder / "CHANGELOG.md").write_text(line, encoding="utf-8")

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
    it.git("init", "--initial-branch=main")
    it.commit(SPEC)
    return it


class Breaking(NamedTuple):
    """A change that breaks something: what becomes what, what is said of it, and for whom it breaks."""

    old: str
    new: str
    message: str
    breaks: list[str]


BALANCES = SPEC[SPEC.index("  /merchant/wallet/balance/all:\n") : SPEC.index("  /invoice/static/create:\n")]
STATISTICS = SPEC[SPEC.index("  /invoice/merchant/statistics:\n") : SPEC.index("  /merchant/wallet/")]
EMAIL = """\
        email:
          description: The buyer's address.
          type: string
          example: buyer@example.com
"""
CANCEL_KEY = "unknown: ask, rateLimited: repeat}\n      security:\n        - "
AMOUNT_CRYPTO = """\
        amount_crypto:
          description: What was paid, in coins.
          type: number
          nullable: true
          example: 102.0
"""
ORDER_ID = "        order_id:\n          description: \"The merchant's own name for it. The text"
IDENTIFY = SPEC[
    SPEC.index("      required: [shop_id, currency, identify]") : SPEC.index(
        "    CreateStaticWalletResponse:"
    )
]
TIME_TO_PAY = SPEC[SPEC.index('/TimeToPay"\n') : SPEC.index("    CreateInvoiceResponse:\n")]
STATIC_WALLETS = SPEC[SPEC.index("  /invoice/static/create:\n") : SPEC.index("  /invoice/api/out/create:\n")]
RECEIVED = "            automatically, the coin may be another one. [inferred]\n          type: number"
EVERY_INVOICE = [
    "who read answers: createInvoice, getInvoices, listInvoices",
    "who take postbacks: paymentPostback",
]

BREAKING = {
    "operation-removed": Breaking(
        STATISTICS,
        "",
        "Path `/invoice/merchant/statistics` was removed.",
        ["who send requests: getStatistics", "who read answers: getStatistics"],
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
    "request-property-renamed": Breaking(
        "        email:\n",
        "        mail:\n",
        "Property `email` of `CreateInvoiceRequest` was renamed to `mail`.",
        ["who send requests: createInvoice"],
    ),
    "required-property-renamed": Breaking(
        IDENTIFY,
        IDENTIFY.replace("identify", "customer"),
        "Property `identify` of `CreateStaticWalletRequest` was renamed to `customer`.",
        ["who send requests: createStaticWallet"],
    ),
    "schema-renamed": Breaking(
        TIME_TO_PAY,
        TIME_TO_PAY.replace("TimeToPay", "Lifetime"),
        "Schema `TimeToPay` was renamed to `Lifetime`.",
        ["who wrote code for a generated client: createInvoice"],
    ),
    "repetition-changed": Breaking(
        "x-retry: {notSent: repeat, unknown: ask, rateLimited: repeat}",
        "x-retry: {notSent: repeat, unknown: repeat, rateLimited: repeat}",
        "`x-retry` of `cancelInvoice` changed: `unknown` was ask and is repeat.",
        ["who send requests: cancelInvoice"],
    ),
    "tag-renamed": Breaking(
        STATIC_WALLETS,
        STATIC_WALLETS.replace("[static wallets]", "[balances]"),
        "In generated code ['static wallets'] became ['balances'].",
        [
            "who wrote code for a generated client: createStaticWallet, listStaticWallets,"
            " subscribeStaticWallet, unsubscribeStaticWallet"
        ],
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
        "Property `order_id` of `Invoice` was renamed to `order_ref`.",
        EVERY_INVOICE,
    ),
    "answer-type-changed": Breaking(
        RECEIVED,
        RECEIVED.replace("number", "string"),
        "Type of `received` widened from 'number | null' to 'string | null'.",
        EVERY_INVOICE,
    ),
    "answer-property-no-longer-required": Breaking(
        "That the invoice is cancelled.\n      type: object\n      required: [status, result]\n",
        "That the invoice is cancelled.\n      type: object\n      required: [status]\n",
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

# Old, new, the step that is owed, and what is said.
STATUSES = "x-extensible-enum: [created, paid, overpaid, partial, "
HARMLESS = {
    "operation-added": (
        "  /merchant/wallet/balance/all:\n",
        BALANCES.replace("/balance/all:", "/balance/one:")
        .replace("listBalances", "getBalance")
        .replace("&walletCurrency", "")
        + "  /merchant/wallet/balance/all:\n",
        "minor",
        "added: paths /merchant/wallet/balance/one",
    ),
    "request-property-added": (
        EMAIL,
        EMAIL + "        note:\n          type: string\n          example: Thanks\n",
        "minor",
        "added: components schemas CreateInvoiceRequest properties note",
    ),
    "answer-property-added": (
        "        links_invoice:\n",
        "        note:\n          type: string\n          example: Thanks\n        links_invoice:\n",
        "minor",
        "added: components schemas Invoice properties note",
    ),
    "request-property-no-longer-required": (
        "required: [shop_id, amount]",
        "required: [shop_id]",
        "patch",
        "",
    ),
    "description-changed": (
        "summary: Cancel an invoice\n",
        "summary: Cancel one invoice\n",
        "patch",
        "modified: paths /invoice/merchant/canceled post summary",
    ),
    "known-value-added": (
        STATUSES + "canceled]",
        STATUSES + "canceled, refunded]",
        "patch",
        "`refunded` joined the known values of InvoiceStatus.",
    ),
    "known-value-removed": (
        STATUSES + "canceled]",
        STATUSES.removesuffix(", ") + "]",
        "minor",
        "`canceled` left the known values of InvoiceStatus.",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_change_is_told_to_those_it_breaks(project: Project, name: str) -> None:
    change = BREAKING[name]
    project.spec.write_text(edited(SPEC, change.old, change.new), encoding="utf-8")

    report = project.diff()

    lines_ = [line for line in report.stdout.splitlines() if "BREAKING" in line]
    assert len(lines_) == 1, report.stdout
    assert change.message in lines_[0]
    breaks = [
        line.partition("breaks those ")[2] for line in report.stdout.splitlines() if "breaks those" in line
    ]
    assert breaks == change.breaks
    least = after(NUMBER, "major")
    assert f"{least} or later." in report.stdout
    assert report.returncode == 1
    assert report.stderr.endswith(f": info.version has to be {least} or later, not {NUMBER}.\n")


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_change_owes_a_step_and_no_more(project: Project, name: str) -> None:
    old, new, step, message = HARMLESS[name]
    changed = edited(SPEC, old, new)
    project.spec.write_text(changed, encoding="utf-8")

    report = project.diff()

    assert "BREAKING" not in report.stdout
    assert message in report.stdout
    assert f"A {step} step is owed: {after(NUMBER, step)} or later." in report.stdout
    assert report.returncode == 1
    assert report.stderr.endswith(f"has to be {after(NUMBER, step)} or later, not {NUMBER}.\n")

    project.spec.write_text(edited(changed, VERSION, f"  version: {after(NUMBER, step)}\n"), "utf-8")
    paid = project.diff()

    assert (paid.returncode, paid.stderr) == (0, "")


def test_no_change_owes_nothing(project: Project) -> None:
    run = project.diff()

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("Nothing changed: no step of the version is owed.\n")


def test_many_changes_of_words_are_one_line(project: Project) -> None:
    words = SPEC.replace("The same in US dollars.", "The same in dollars of the US.")
    project.spec.write_text(words, encoding="utf-8")

    report = project.diff()

    assert report.stdout.count("\n  patch  ") == 1
    assert "changes of words, examples and known values\n" in report.stdout


@pytest.mark.parametrize(
    ("before", "now", "enough"),
    [
        pytest.param("0.3.0", "0.3.1", False, id="patch-below-1"),
        pytest.param("0.3.0", "0.4.0", True, id="minor-below-1"),
        pytest.param("1.2.0", "1.3.0", False, id="minor"),
        pytest.param("1.2.0", "2.0.0", True, id="major"),
    ],
)
def test_breaking_change_needs_its_step_and_an_entry(
    project: Project, before: str, now: str, enough: bool
) -> None:
    change = BREAKING["answer-type-changed"]
    project.commit(edited(SPEC, VERSION, f"  version: {before}\n"))
    changed = edited(edited(SPEC, VERSION, f"  version: {now}\n"), change.old, change.new)
    project.spec.write_text(changed, encoding="utf-8")

    silent = project.diff()
    project.tell(now)
    lines_ = project.diff()

    assert silent.returncode == 1
    assert lines_.returncode == (0 if enough else 1)
    assert f'CHANGELOG.md has to tell how, and name it "spec {now}".' in silent.stderr or not enough
    assert "info.version has to be" in lines_.stderr or enough


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      x-retry: {notSent: repeat, unknown: ask, rateLimited: repeat}\n", "      x-retry: repeat\n"),
        ("  /invoice/create:\n", "  /invoice/create:\n    summary: Create\n"),
        ("      operationId: cancelInvoice\n", "      operationId:\n"),
    ],
    ids=["x-retry", "words of a path", "operationId"],
)
def test_what_other_tools_refuse_or_allow_is_no_traceback(project: Project, old: str, new: str) -> None:
    project.spec.write_text(edited(SPEC, old, new), encoding="utf-8")
    run = project.diff()
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr


def test_a_place_is_the_line_of_its_name(project: Project) -> None:
    changed = edited(SPEC, EMAIL, EMAIL.replace("email:", "note:") + EMAIL)
    project.spec.write_text(changed, encoding="utf-8")
    line = changed.splitlines().index("        note:") + 1
    assert f"openapi.yaml:{line}, generated class CreateInvoiceRequest)" in project.diff().stdout


def test_a_name_that_is_gone_is_not_spoken_of(project: Project) -> None:
    raised = after(NUMBER, "major")
    renamed = edited(SPEC, VERSION, f"  version: {raised}\n").replace("fiat_currency:", "price_currency:")
    project.spec.write_text(renamed, encoding="utf-8")
    project.tell(raised)
    half = project.diff()
    project.spec.write_text(renamed.replace("`fiat_currency`", "`price_currency`"), encoding="utf-8")
    whole = project.diff()

    lines = [str(number) for number, line in enumerate(SPEC.splitlines(), 1) if "`fiat_currency`" in line]
    assert lines
    assert half.returncode == 1
    places = ", ".join(lines)
    assert half.stderr.endswith(f"still speaks of `fiat_currency`, which is gone, in line {places}.\n")
    assert (whole.returncode, whole.stderr) == (0, "")


# What it is compared with


TYPE, NAME = BREAKING["answer-type-changed"], BREAKING["answer-property-renamed"]


def test_a_branch_answers_for_where_it_left_main_and_owes_once(project: Project) -> None:
    project.git("switch", "--create", "branch")
    raised = after(NUMBER, "major")
    first = edited(edited(SPEC, VERSION, f"  version: {raised}\n"), TYPE.old, TYPE.new)
    project.commit(first)
    project.tell(raised)
    project.commit(edited(first, NAME.old, NAME.new))

    run = project.diff()

    assert (run.returncode, run.stderr) == (0, "")
    assert f", where the branch left main ({NUMBER}):\n" in run.stdout
    assert run.stdout.count("BREAKING") == 2


def test_main_answers_for_its_last_commit(project: Project) -> None:
    project.commit(edited(SPEC, TYPE.old, TYPE.new))

    run = project.diff()

    assert (run.returncode, run.stderr) == (0, "")
    assert f"compared with openapi.yaml of the last commit ({NUMBER}):\n" in run.stdout


def test_whoever_has_no_main_answers_for_the_last_commit(project: Project) -> None:
    project.git("branch", "--move", "trunk")

    run = project.diff()

    assert f"compared with openapi.yaml of the last commit ({NUMBER}):\n" in run.stdout


def test_a_release_is_answered_for_until_the_next_one(project: Project) -> None:
    project.git("tag", "v0.9.0")
    project.git("tag", "other")
    raised = after(NUMBER, "major")
    first = edited(edited(SPEC, VERSION, f"  version: {raised}\n"), TYPE.old, TYPE.new)
    project.commit(first)
    project.tell(raised)
    second = edited(first, NAME.old, NAME.new)
    project.commit(second)

    unreleased = project.diff()
    project.git("tag", "v0.10.0")
    released = project.diff()
    project.spec.write_text(edited(second, EMAIL, ""), encoding="utf-8")
    changed = project.diff()

    assert (unreleased.returncode, unreleased.stderr) == (0, "")
    assert f"of the last release, v0.9.0 ({NUMBER}):\n" in unreleased.stdout
    assert unreleased.stdout.count("BREAKING") == 2
    assert released.returncode == 0
    assert f"of the last release, v0.10.0 ({raised}):\n" in released.stdout
    assert changed.stderr.endswith(f"has to be {after(raised, 'major')} or later, not {raised}.\n")


def test_a_given_revision_is_told_of_and_nothing_is_owed(project: Project) -> None:
    project.commit(edited(SPEC, TYPE.old, TYPE.new))

    run = project.diff("HEAD~1")

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count("BREAKING") == 1


def test_a_release_from_before_the_spec_is_nothing_to_compare_with(project: Project) -> None:
    project.git("rm", "--quiet", "--cached", "spec/openapi.yaml")
    project.git("commit", "--message", "Lose the spec")
    project.git("tag", "v0.1.0")

    run = project.diff()

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "The spec is compared with nothing: revision v0.1.0 has no openapi.yaml.\n"


def test_everybody_tells_the_same_rule(project: Project) -> None:
    usage = project.diff("--help").stdout
    text = " ".join(usage[usage.index("The spec answers for") :].split())
    for name in ("CONTRIBUTING.md", "docs/regenerate.md"):
        assert text in " ".join((ROOT / name).read_text("utf-8").split()), name
    assert "(CONTRIBUTING.md#versions-of-the-spec)" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("revision", "complaint"),
    [
        pytest.param("nowhere", "there is no revision nowhere here", id="no-revision"),
        pytest.param("v9.9.9", "there is no revision v9.9.9 here", id="no-tag"),
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

    run = project.diff()

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("The spec is compared with nothing: ")
    assert len(run.stdout.splitlines()) == 1

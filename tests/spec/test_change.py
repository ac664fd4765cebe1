"""Somebody changes the API: each place that has to follow is pointed out, and when they follow all is well.

Carried out on a copy of the tree: an operation is added, a request gains an optional property, and a property
of answers is renamed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.edits import ROOT, SPEC, edited

TREE = ["cli", "docs", "generated", "sandbox", "spec", "tests", "tools", "wrapper"]

BALANCES = SPEC[SPEC.index("  /merchant/wallet/balance/all:\n") : SPEC.index("  /invoice/static/create:\n")]
BALANCE = (
    BALANCES.replace("/balance/all:", "/balance/one:")
    .replace("listBalances", "getBalance")
    .replace("&walletCurrency", "")
)
EMAIL = "        email:\n          description: The buyer's address.\n          type: string\n"
CHANGED = re.sub(r"(?m)^( +)received: ?", r"\1credited: ", edited(SPEC, BALANCES, BALANCES + BALANCE))
CHANGED = edited(CHANGED, EMAIL, EMAIL.replace("email", "note").replace("address", "wish") + EMAIL)
IN_FULL = "                  order_id: A-18\n"
CHANGED = edited(CHANGED, IN_FULL, IN_FULL + "                  note: Ring twice\n")

MODELS = "wrapper/cryptocloud/models.py"
CALLS = "wrapper/cryptocloud/_call/calls.py"
RESOURCES = "wrapper/cryptocloud/resources.py"
OFFER = "tests/sdk/test_spec.py"
SHAPES = "sandbox/cryptocloud_sandbox/shapes.py"
HANDLERS = "sandbox/cryptocloud_sandbox/operations.py"
ANSWERS = "tests/sandbox/test_contract.py"


class Tree:
    """A copy of the tree, and the commands of the Makefile in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in TREE:
            ignored = shutil.ignore_patterns("node_modules", "__pycache__", "_build")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The environment has the packages of the tree that this one is a copy of.
        sources = os.pathsep.join(str(self.folder / name) for name in ("wrapper", "generated", "sandbox"))
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": sources},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def insert(self, file: str, line: str, new: str) -> None:
        """Add a line to a file, before another one."""
        path = self.folder / file
        path.write_text(edited(path.read_text(encoding="utf-8"), line, new + line), encoding="utf-8")

    def insert_twin(self, file: str, line: str) -> None:
        """Add to a file what a line of it says of the one operation, for the other."""
        self.insert(
            file, line, line.replace("/balance/all", "/balance/one").replace("listBalances", "getBalance")
        )

    def rename(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def drift(self) -> list[str]:
        """What `make check-generated` names."""
        return self.run("tools/generate.py", "--check").stderr.splitlines()

    def type_errors(self) -> list[tuple[str, str]]:
        """What `make check-types` names in the wrapper: files, and the texts of lines."""
        run = self.run("-m", "mypy", "--no-error-summary", "wrapper")
        places = [error.split(":")[:2] for error in run.stdout.splitlines()]
        return [
            (file, (self.folder / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip())
            for file, line in places
        ]

    def failures(self) -> set[str]:
        """The tests on what wrapper and sandbox have from the spec that fail."""
        which = "test_spec or halves or each_property or sandbox_answers"
        options = ["-q", "-p", "no:cacheprovider", "-k", which]
        files = [OFFER, "tests/sdk/test_models.py", "tests/sdk/test_halves.py", ANSWERS]
        run = self.run("-m", "pytest", *options, *files)
        assert " passed" in run.stdout, run.stdout + run.stderr
        return set(re.findall(r"^FAILED ([\w/]+\.py::\w+)", run.stdout, re.MULTILINE))

    def next_file(self, failed: str) -> str:
        """What `make api` says is to be edited after a test that failed."""
        program = "import sys; sys.path.insert(0, 'tools'); import api; print(api.named(sys.argv[1]) or '')"
        return self.run("-c", program, f"FAILED {failed}").stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_a_change_points_at_every_place_that_follows(tree: Tree) -> None:
    (tree.folder / "spec" / "openapi.yaml").write_text(CHANGED, encoding="utf-8")

    # The generated client is not what the spec says.
    assert tree.drift() == [
        "stale: cryptocloud_client/__init__.py",
        "missing: cryptocloud_client/api/balances/get_balance.py",
        "stale: cryptocloud_client/models/create_invoice_request.py",
        "stale: cryptocloud_client/models/invoice.py",
        "stale: cryptocloud_client/openapi.json",
        "stale: cryptocloud_client/operations.py",
        "cryptocloud_client is not what openapi.yaml gives: run `make generate`.",
    ]
    assert tree.run("tools/generate.py").returncode == 0

    # No argument that is sent has changed.
    assert tree.type_errors() == []
    # A model reads the property under its old name, and the sandbox still writes it so; nobody can send the
    # new one; and wrapper, sandbox and tests do not know the operation.
    failures = tree.failures()
    assert failures == {
        "tests/sdk/test_models.py::test_a_model_reads_each_property_of_its_schema",
        "tests/sdk/test_spec.py::test_every_operation_is_offered_or_left_out_for_a_reason",
        "tests/sdk/test_spec.py::test_every_property_of_a_request_can_be_sent",
        "tests/sdk/test_spec.py::test_every_option_of_an_invoice_is_one_of_the_spec",
        "tests/sandbox/test_contract.py::test_the_sandbox_answers_the_example",
        "tests/sandbox/test_contract.py::test_the_sandbox_answers_bad_credentials",
    }
    places = " ".join(map(tree.next_file, failures))
    assert all(each in places for each in (MODELS, CALLS, OFFER, SHAPES, ANSWERS)), places

    tree.rename(MODELS, "    received: ", "    credited: ")
    tree.rename(SHAPES, '"received":', '"credited":')
    tree.insert(CALLS, "    locale: str | None\n", "    note: str | None\n")
    tree.insert(
        CALLS,
        '        email=_given(options.get("email"), lambda value: checked_email(value, "email")),\n',
        '        note=_given(options.get("note"), lambda value: checked_line(value, "note")),\n',
    )
    tree.insert(
        OFFER,
        '    "listStaticWallets": "what its answer is like is not known",\n',
        '    "getBalance": "the list has it, too",\n',
    )
    tree.insert_twin(
        HANDLERS,
        '    "/v2/merchant/wallet/balance/all": Operation("listBalances", list_balances, has_body=False),\n',
    )

    # The new argument is not described.
    assert tree.failures() == {
        "tests/sdk/test_halves.py::test_a_docstring_has_every_argument_or_no_list_of_them"
    }
    tree.rename(
        RESOURCES, "            locale: Lang", "            note: The buyer's wish.\n            locale: Lang"
    )

    assert (tree.drift(), tree.type_errors(), tree.failures()) == ([], [], set())


def test_each_file_to_edit_is_named_after_a_test_that_exists() -> None:
    program = "import sys; sys.path.insert(0, 'tools'); import api; print(*api.TESTS); print(*api.FILES)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files, names = (line.split() for line in done.stdout.splitlines())
    tests = "".join((ROOT / file.partition("::")[0]).read_text("utf-8") for file in files)
    for name in names:
        assert f"def {name}" in tests or (ROOT / name).is_dir()

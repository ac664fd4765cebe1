"""The committed client is what the spec gives, and every way of drifting from it is seen."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent


class Copy(NamedTuple):
    """A spec and a client of it, to be spoiled."""

    spec: Path
    client: Path

    def run(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "tools" / "generate.py"), *options]
        command += ["--spec", str(self.spec), "--target", str(self.client)]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", env={**os.environ, **environment}, check=False
        )

    def files(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.client)): path.read_bytes() for path in self.client.rglob("*.*")}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    it = Copy(tmp_path / "spec" / "openapi.yaml", tmp_path / "generated" / "cryptocloud_client")
    it.spec.parent.mkdir()
    shutil.copy(ROOT / "spec" / "openapi.yaml", it.spec)
    shutil.copytree(
        ROOT / "generated" / "cryptocloud_client", it.client, ignore=shutil.ignore_patterns("__pycache__")
    )
    return it


def edit(copy: Copy) -> None:
    with (copy.client / "models" / "error_map.py").open("a", encoding="utf-8") as file:
        file.write("# edited by hand\n")


def lose(copy: Copy) -> None:
    (copy.client / "py.typed").unlink()


def add(copy: Copy) -> None:
    (copy.client / "extra.py").touch()


def change_the_spec(copy: Copy) -> None:
    text = copy.spec.read_text("utf-8")
    assert text.count("operationId: cancelInvoice\n") == 1
    copy.spec.write_text(
        text.replace("operationId: cancelInvoice\n", "operationId: revokeInvoice\n"), "utf-8"
    )


def test_committed_client_is_current(copy: Copy) -> None:
    (copy.client / "__pycache__").mkdir()
    (copy.client / "__pycache__" / "client.cpython-311.pyc").touch()

    check = copy.run("--check")

    assert (check.returncode, check.stderr) == (0, "")


@pytest.mark.parametrize(
    ("drift", "reports"),
    [
        pytest.param(edit, ["edited: cryptocloud_client/models/error_map.py"], id="edited"),
        pytest.param(lose, ["missing: cryptocloud_client/py.typed"], id="missing"),
        pytest.param(add, ["new: cryptocloud_client/extra.py"], id="new"),
        pytest.param(
            change_the_spec,
            [
                "stale: cryptocloud_client/__init__.py",
                "new: cryptocloud_client/api/invoices/cancel_invoice.py",
                "missing: cryptocloud_client/api/invoices/revoke_invoice.py",
            ],
            id="stale",
        ),
    ],
)
def test_drift_is_named(copy: Copy, drift: Callable[[Copy], None], reports: list[str]) -> None:
    drift(copy)
    before = copy.files()

    check = copy.run("--check")

    *named, advice = check.stderr.splitlines()
    assert check.returncode == 1
    assert set(reports) <= set(named)
    assert drift is change_the_spec or named == reports
    assert advice == "cryptocloud_client is not what openapi.yaml gives: run `make generate`."
    assert copy.files() == before


def test_generation_heals_every_drift_with_the_same_bytes(copy: Copy) -> None:
    committed = copy.files()
    edit(copy)
    lose(copy)
    add(copy)

    run = copy.run(LC_ALL="C", PYTHONUTF8="0", PYTHONHASHSEED="1")

    assert (run.returncode, run.stderr) == (0, "")
    assert copy.files() == committed
    assert [path.name for path in copy.client.parent.iterdir()] == ["cryptocloud_client"]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        pytest.param("paths:\n", "paths: [\n", "Invalid YAML", id="not-yaml"),
        pytest.param("type: object", "type: objekt", "Failed to parse OpenAPI document", id="not-openapi"),
        pytest.param("application/json:", "application/foo:", "Unsupported content type", id="warning"),
    ],
)
def test_broken_spec_leaves_the_old_client(copy: Copy, right: str, wrong: str, complaint: str) -> None:
    text = copy.spec.read_text("utf-8")
    assert right in text
    copy.spec.write_text(text.replace(right, wrong), "utf-8")
    before = copy.files()

    run = copy.run()

    assert run.returncode == 2
    assert run.stderr.startswith(f"openapi-python-client refused {copy.spec}:\n")
    assert complaint in run.stderr
    assert run.stderr.endswith(f"{copy.client} is as it was.\n")
    assert copy.files() == before


def test_missing_spec_is_said(copy: Copy) -> None:
    copy.spec.unlink()

    run = copy.run()

    assert run.returncode == 2
    assert run.stderr.startswith("cannot read the spec: ")

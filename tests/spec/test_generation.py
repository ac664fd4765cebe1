"""The committed client is what the spec gives, and every way of drifting from it is seen."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from support.edits import ROOT


class Copy(NamedTuple):
    """A spec and a client of it, to be spoiled."""

    spec: Path
    client: Path

    def run(
        self, *options: str, python: tuple[str, ...] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *python, str(ROOT / "tools" / "generate.py"), *options]
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


def test_generation_names_the_files_that_change(copy: Copy) -> None:
    unchanged = copy.run()
    change_the_spec(copy)
    changed = copy.run()

    output = "cryptocloud_client is what openapi.yaml gives now."
    assert unchanged.stdout.splitlines() == [output]
    assert changed.stdout.splitlines() == [
        "changed: cryptocloud_client/__init__.py",
        "gone: cryptocloud_client/api/invoices/cancel_invoice.py",
        "new: cryptocloud_client/api/invoices/revoke_invoice.py",
        "changed: cryptocloud_client/openapi.json",
        "changed: cryptocloud_client/operations.py",
        output,
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        pytest.param("type: object", "type: objekt", "Failed to parse OpenAPI document", id="not-openapi"),
        pytest.param("application/json:", "application/foo:", "Unsupported content type", id="warning"),
    ],
)
def test_refused_spec_leaves_the_old_client(copy: Copy, right: str, wrong: str, complaint: str) -> None:
    text = copy.spec.read_text("utf-8")
    assert right in text
    copy.spec.write_text(text.replace(right, wrong), "utf-8")
    before = copy.files()

    run = copy.run()

    assert run.returncode == 2
    assert run.stderr.startswith(f"{copy.client} is as it was: openapi-python-client refused {copy.spec}:\n")
    assert complaint in run.stderr
    assert copy.files() == before
    assert [path.name for path in copy.client.parent.iterdir()] == ["cryptocloud_client"]


@pytest.mark.parametrize(
    "rules", ["repeat", "{notSent: repeat, unknwn: ask, rateLimited: repeat}", "{notSent: [repeat]}"]
)
def test_rules_of_repetition_that_nobody_can_follow_are_refused(copy: Copy, rules: str) -> None:
    spec = copy.spec.read_text("utf-8")
    copy.spec.write_text(spec.replace("{notSent: repeat, unknown: ask, rateLimited: repeat}", rules), "utf-8")
    before = copy.files()

    run = copy.run()

    assert (run.returncode, copy.files()) == (2, before)
    assert "/invoice/merchant/canceled: `" in run.stderr


def test_the_ends_of_lines_make_no_difference(copy: Copy) -> None:
    copy.spec.write_bytes(copy.spec.read_bytes().replace(b"\n", b"\r\n"))
    assert copy.run("--check").returncode == 0


def break_the_yaml(copy: Copy) -> None:
    copy.spec.write_text(copy.spec.read_text("utf-8").replace("\npaths:\n", "\npaths: [\n"), "utf-8")


def empty_the_spec(copy: Copy) -> None:
    copy.spec.write_text("", "utf-8")


def lose_the_spec(copy: Copy) -> None:
    copy.spec.unlink()


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        pytest.param(break_the_yaml, "openapi.yaml: is not YAML: ", id="not-yaml"),
        pytest.param(empty_the_spec, "is no OpenAPI document", id="empty"),
        pytest.param(lose_the_spec, "cannot read the spec: ", id="missing"),
    ],
)
@pytest.mark.parametrize("option", [(), ("--check",)], ids=["generate", "check"])
def test_what_is_no_spec_is_said_in_one_line(
    copy: Copy, spoil: Callable[[Copy], None], complaint: str, option: tuple[str, ...]
) -> None:
    spoil(copy)
    before = copy.files()

    run = copy.run(*option)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"{copy.client} is as it was: ")
    assert complaint in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert copy.files() == before


def test_place_that_cannot_be_written_is_said_in_one_line(copy: Copy) -> None:
    shutil.rmtree(copy.client)
    copy.client.parent.rmdir()
    copy.client.parent.touch()

    run = copy.run()

    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1


# Ends the generator, the hard way or the soft, when it does a thing to the client's folder for the nth time.
STOP = """
import os, runpy, signal, sys

how, what, times, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
sys.argv = sys.argv[5:]

def stop(event, arguments):
    global times
    if event == what and any(str(argument).startswith(folder) for argument in arguments):
        times -= 1
        if times == 0:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt

sys.addaudithook(stop)
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(
    ("how", "what", "times", "stands_in"),
    [
        pytest.param("killed", "os.mkdir", 3, "cryptocloud_client", id="killed-copying"),
        pytest.param("killed", "os.rename", 1, "cryptocloud_client", id="killed-moving-away"),
        pytest.param("killed", "os.rename", 2, ".cryptocloud_client.old", id="killed-moving-in"),
        pytest.param("interrupted", "os.rename", 2, "cryptocloud_client", id="interrupted-moving-in"),
    ],
)
def test_stopped_generation_leaves_the_old_client(
    copy: Copy, how: str, what: str, times: int, stands_in: str
) -> None:
    before = copy.files()
    change_the_spec(copy)

    run = copy.run(python=("-c", STOP, how, what, str(times), f"{copy.client.parent}{os.sep}"))

    ended = (-signal.SIGKILL, "") if how == "killed" else (1, "Interrupted.\n")
    assert (run.returncode, run.stderr) == ended
    assert copy._replace(client=copy.client.with_name(stands_in)).files() == before
    # Nor does what it left behind stand in the way of the next run.
    assert copy.run().returncode == 0
    assert copy.run("--check").returncode == 0
    assert [path.name for path in copy.client.parent.iterdir()] == ["cryptocloud_client"]

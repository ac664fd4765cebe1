"""A long cancel that is stopped in the middle, and what is known afterwards."""

import json
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from conftest import Serve
from cryptocloud_sandbox import Sandbox
from support.command import COMMAND, run, started
from support.stub import Connection

MANY = 1000

STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


@pytest.fixture
def uuids(at_home: Sandbox) -> list[str]:
    return [at_home.add_invoice() for _ in range(MANY)]


@pytest.fixture
def file(tmp_path: Path, uuids: list[str]) -> Path:
    path = tmp_path / "ids"
    path.write_text("\n".join(uuids))
    return path


def cancel(file: Path, journal: Path) -> list[str]:
    return [*COMMAND, "invoice", "cancel", "--from-file", str(file), "--journal", str(journal), "--yes"]


def last_states(journal: Path) -> dict[str, str]:
    """What the journal says of each id in the end. A line that is cut off counts for nothing."""
    _head, *lines = journal.read_text().split("\n")[:-1]
    return {row["uuid"]: row["state"] for row in map(json.loads, lines)}


@pytest.mark.parametrize("number", STATUSES, ids=lambda number: number.name)
def test_nothing_is_lost(
    at_home: Sandbox, uuids: list[str], file: Path, tmp_path: Path, number: signal.Signals
) -> None:
    journal = tmp_path / "journal"
    with started(cancel(file, journal), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(100)]
        process.send_signal(number)
        lines += process.stdout.read().splitlines(keepends=True)
        error = process.stderr.read()
        assert process.wait(timeout=60) == STATUSES[number]
    rows = [json.loads(line) for line in lines if line.endswith("\n")]
    states = last_states(journal)
    canceled = {uuid for uuid in uuids if at_home.status(uuid) == "canceled"}
    assert 100 <= len(canceled) < MANY
    # What was done was noted before, and what stdout says is true.
    assert canceled <= states.keys()
    assert {row["uuid"] for row in rows if row["state"] == "canceled"} <= canceled
    if number is not signal.SIGKILL:
        # An id is noted before it is sent: the signal can come in between, and the next run looks it up.
        assert list(states.values()).count("begun") <= 1
        # Every id that was begun has a row, even if it is that its end is not known.
        assert {row["uuid"] for row in rows} >= states.keys()
        assert "Traceback" not in error
        assert "interrupted: " in error

    done = run(*cancel(file, journal)[len(COMMAND) :])
    assert done.status == 0, done.error
    assert all(at_home.status(uuid) == "canceled" for uuid in uuids)
    assert set(last_states(journal).values()) <= {"canceled", "already_canceled"}
    again = Counter(json.loads(call.body)["uuid"] for call in at_home.calls("cancelInvoice"))
    # Only what was under way is asked for once more.
    assert sum(count - 1 for count in again.values()) <= 16


def test_a_reader_who_leaves_stops_it(at_home: Sandbox, uuids: list[str], file: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with started(cancel(file, journal), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 141
    states = last_states(journal)
    assert len(states) < MANY
    assert "begun" not in states.values()
    assert states.keys() == {uuid for uuid in uuids if at_home.status(uuid) == "canceled"}


def test_one_journal_is_for_one_run(at_home: Sandbox, file: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with started(cancel(file, journal), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        done = run(*cancel(file, journal)[len(COMMAND) :], "--json")
        assert (done.status, done.output) == (4, "")
        assert json.loads(done.error)["error"] == "JournalError"
        process.stdout.read()
        assert process.wait(timeout=120) == 0


@pytest.mark.parametrize(("place", "reason"), [("none/journal", "No such file"), (".", "Is a directory")])
def test_a_journal_that_cannot_be_written(at_home: Sandbox, tmp_path: Path, place: str, reason: str) -> None:
    done = run("invoice", "cancel", at_home.add_invoice(), "--journal", str(tmp_path / place))
    assert (done.status, done.output) == (4, "")
    assert reason in done.error
    assert at_home.calls() == []


def test_what_an_earlier_run_began_is_finished_without_ids(at_home: Sandbox, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    uuid = at_home.add_invoice()
    assert run("invoice", "cancel", uuid, "--journal", str(journal)).status == 0
    head = journal.read_text().splitlines()[0]
    open_one = at_home.add_invoice()
    begun = json.dumps({"uuid": open_one, "state": "begun", "at": "2026-11-25T00:00:00.000+00:00"})
    journal.write_text(f"{head}\n{begun}\n")
    done = run("invoice", "cancel", "--older-than", "24h", "--yes", "--journal", str(journal))
    assert done.status == 0
    assert [json.loads(line)["uuid"] for line in done.output.splitlines()] == [open_one]
    assert at_home.status(open_one) == "canceled"


def test_whoever_interrupts_a_single_call_is_told_that_it_may_be_done(
    at_home: Sandbox, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_arrived, is_over = threading.Event(), threading.Event()

    def think(_connection: Connection) -> None:
        has_arrived.set()
        is_over.wait(60)

    monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", serve(think).base_url)
    with started(
        [*COMMAND, "invoice", "create", "5"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert has_arrived.wait(60)
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=60)
    is_over.set()
    assert (process.returncode, output) == (130, "")
    assert error == "cryptocloud: interrupted: what was under way may have been done\n"

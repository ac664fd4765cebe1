"""The judge believes nobody: what a program says and what the sandbox saw have to agree."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cryptocloud_cli.judge import STEPS
from support.command import Cli, run, started

PROGRAM = str(Path(__file__).parents[1] / "support" / "judged.py")


def verdicts(cli: Cli, fault: str, *options: str) -> tuple[int, dict[str, str | None]]:
    """The exit status, and what is wrong with each step."""
    done = cli("sandbox", "judge", "--json", *options, "--", sys.executable, PROGRAM, fault)
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert all((row["result"] == "failed") == bool(row["problem"]) for row in rows)
    return done.status, {row["step"]: row["problem"] for row in rows}


@pytest.mark.parametrize("fault", ["none", "a second look"])
def test_every_step_of_a_right_program_passes(cli: Cli, fault: str) -> None:
    assert verdicts(cli, fault) == (0, dict.fromkeys(STEPS))


LOST = "of a cancel whose answer was lost: 'unknown', or what a look-up showed"


@pytest.mark.parametrize(
    ("fault", "step", "problem"),
    [
        ("no refused", "refused", "it does not say what came of it: no line 'refused: ...' on stdout"),
        ("no id", "create", "it does not say the id: 'create: INV-...'"),
        (
            "no call",
            "look-up",
            "it says so, but it made no call of getInvoices that was answered with 200",
        ),
        ("a success", "lost-answer", "it says 'canceled', and has not looked the invoice up"),
        ("a refusal", "lost-answer", f"it says 'refused' {LOST}"),
        (
            "an amount as a text",
            "create",
            "createInvoice /amount: a text like '999.99'; the spec has number",
        ),
        (
            "a field that there is not",
            "create",
            "createInvoice /callback_url: a text like 'XXXXX://XXXX.XXXXXXX';"
            " the spec has nothing of this name",
        ),
        (
            "no JSON",
            "create",
            "createInvoice header Content-Type: text/plain; the spec has application/json",
        ),
        ("a wrong path", "create", "POST /v2/invoice/cancel: the spec has no such path"),
        (
            "anybody",
            "forged",
            "a forged one as JSON was answered with 200, and not 400 to 499;"
            " a forged one as a form was answered with 200, and not 400 to 499;"
            " an expired one as JSON was answered with 200, and not 400 to 499;"
            " an expired one as a form was answered with 200, and not 400 to 499",
        ),
        (
            "any time",
            "forged",
            "an expired one as JSON was answered with 200, and not 400 to 499;"
            " an expired one as a form was answered with 200, and not 400 to 499",
        ),
        ("no forms", "postback", "a genuine one as a form was not answered: RemoteProtocolError"),
    ],
)
def test_what_is_wrong_is_told_of_its_step(cli: Cli, fault: str, step: str, problem: str) -> None:
    status, problems = verdicts(cli, fault)
    assert status == 1
    assert problems[step] == problem
    others = {name for name, other in problems.items() if other and name != step}
    # What is forged as a form is not answered, either.
    assert others == ({"forged"} if fault == "no forms" else set())


def test_an_error_of_a_handler_is_no_refusal(cli: Cli) -> None:
    _, problems = verdicts(cli, "an error", "--steps", "forged")
    assert str(problems["forged"]).startswith(
        "a forged one as JSON was answered with 500, and not 400 to 499"
    )


def test_a_program_that_fails_is_told_of_with_the_steps_it_did_not_reach(cli: Cli) -> None:
    status, problems = verdicts(cli, "it fails")
    assert (status, problems.pop("end")) == (1, "it ended with status 3")
    assert [step for step, problem in problems.items() if problem is None] == [
        "create",
        "look-up",
        "lost-answer",
        "refused",
    ]
    assert "nothing listened at 127.0.0.1" in str(problems["postback"])


def test_only_what_is_asked_for_counts(cli: Cli) -> None:
    steps = "create, cancel,list"
    # No answer gets lost, so the second cancel is the refused one.
    assert verdicts(cli, "it ends", "--steps", steps) == (
        0,
        {"create": None, "cancel": None, "list": None},
    )


@pytest.mark.parametrize("steps", ["", ",", "create,pay"])
def test_unknown_steps_are_misuse(cli: Cli, steps: str) -> None:
    done = cli("sandbox", "judge", "--steps", steps, "--", "true")
    assert done.status == 2
    assert "--steps: it must be some of create, look-up, lost-answer" in done.error


def test_the_steps_are_listed_where_they_are_asked_for(cli: Cli) -> None:
    done = cli("sandbox", "judge", "--steps", "x", "--", "true")
    assert f"some of {', '.join(STEPS)}" in done.error


def test_a_program_that_there_is_not(cli: Cli) -> None:
    done = cli("sandbox", "judge", "--", "there-is-no-such-program")
    assert (done.status, done.output) == (127, "")
    assert done.error == "cryptocloud: CMD: there is no such program\n"


def test_its_lines_are_seen_and_are_no_verdicts() -> None:
    done = run("sandbox", "judge", "--csv", "--steps", "create", "--", sys.executable, PROGRAM, "it ends")
    assert done.output == "step,result,problem\ncreate,passed,\n"
    assert "create: INV-" in done.error


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups of processes")
def test_ctrl_c_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    path = tmp_path / "started"
    program = (
        "import subprocess, sys, time; from pathlib import Path;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"Path({str(path)!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    command = [
        sys.executable,
        "-m",
        "cryptocloud_cli",
        "sandbox",
        "judge",
        "--",
        sys.executable,
        "-c",
        program,
    ]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not path.exists() or not path.read_text():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130
    status = Path("/proc", path.read_text(), "stat")
    # Nobody may be there to reap it.
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"

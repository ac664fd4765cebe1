"""Rows on stdout, and everything else on stderr."""

import csv
import io
import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from cryptocloud.models import Invoice
from cryptocloud_sandbox import Sandbox
from support.command import COMMAND, Cli, run

FORMULAS = ["=1+1", "+7 999", "-2", "@SUM(A1)", "\tx", "\rx"]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_pipe_gets_json_lines_with_exact_amounts(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice(amount="0.000000000000000001", currency="USD", order_id="A-17")
    done = cli("invoice", "list")
    assert (done.status, done.error) == (0, "")
    (line,) = done.output.splitlines()
    row = json.loads(line)
    assert (row["uuid"], row["order_id"], row["amount_usd"]) == (uuid, "A-17", "0.000000000000000001")
    assert row["created"].endswith("+00:00")
    assert row["test_mode"] is True
    assert list(row) == list(Invoice(uuid=uuid).to_row())


def test_csv_has_the_same_fields(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice(amount="0.000000000000000001", order_id='a "b", c\nd; ё 漢')
    done = cli("invoice", "list", "--csv")
    assert done.status == 0
    (row,) = rows(done.output)
    as_json = json.loads(cli("invoice", "list", "--json").output)
    assert list(row) == list(as_json)
    texts = {True: "true", False: "false", None: ""}
    assert row == {name: texts.get(value, value) for name, value in as_json.items()}
    assert (row["uuid"], row["order_id"]) == (uuid, 'a "b", c\nd; ё 漢')


def test_a_list_without_invoices_has_a_header(cli: Cli, at_home: Sandbox) -> None:
    assert cli("invoice", "list", "--csv").output == ",".join(Invoice(uuid="").to_row()) + "\n"
    assert cli("invoice", "list", "--json").output == ""


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_carries_nothing_out(
    cli: Cli, at_home: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    at_home.add_invoice(order_id=text)
    (row,) = rows(cli("invoice", "list", "--csv").output)
    assert row["order_id"] == f"'{text}"
    (row,) = rows(cli("invoice", "list", "--csv", "--raw").output)
    assert row["order_id"] == text
    assert json.loads(cli("invoice", "list").output)["order_id"] == text


def test_a_table_shows_what_a_terminal_would_obey(cli: Cli, at_home: Sandbox) -> None:
    at_home.add_invoice(order_id="[red]\x1b[31m\x9b31m:smile:\u202e")
    output = cli("invoice", "list", "--table").output
    assert "\x1b" not in output
    assert "\x9b" not in output
    assert "\u202e" not in output
    assert "[red]" in output
    as_json = cli("invoice", "list", "--json").output
    assert "\x9b" not in as_json
    assert json.loads(as_json)["order_id"] == "[red]\x1b[31m\x9b31m:smile:\u202e"


@pytest.mark.parametrize("width", [20, 59, 60, 80, 200])
def test_no_id_is_broken_and_nothing_is_lost_at_any_width(
    cli: Cli, at_home: Sandbox, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    uuid = at_home.add_invoice(order_id="order-" + "x" * 60)
    output = cli("invoice", "list", "--table").output
    assert uuid in output
    assert output.count("x") == 60
    assert output.startswith("uuid: " if width < 60 else "uuid:  " if width == 60 else "uuid   ")


def test_the_terminal_of_another_language(at_home: Sandbox) -> None:
    at_home.add_invoice(order_id="Заказ")
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    output = run("invoice", "list", "--table", env=ascii_only)
    assert output.status == 0
    assert r"\u0417\u0430" in output.output
    done = subprocess.run([*COMMAND, "invoice", "list"], env=ascii_only, capture_output=True, check=True)
    assert json.loads(done.stdout)["order_id"] == "Заказ"


def test_half_a_letter_is_escaped(cli: Cli, at_home: Sandbox) -> None:
    at_home.add_invoice(order_id="x\ud83d")
    assert json.loads(cli("invoice", "list").output)["order_id"] == "x\ud83d"
    assert cli("invoice", "list", "--csv").status == 0
    assert cli("invoice", "list", "--table").status == 0


@pytest.mark.parametrize("form", ["--json", "--csv", "--table"])
def test_a_reader_who_leaves_ends_it(at_home: Sandbox, form: str) -> None:
    at_home.add_invoice()
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "invoice", "list", form], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_reader_of_one_line_gets_it(at_home: Sandbox) -> None:
    uuids = [at_home.add_invoice() for _ in range(300)]
    pipeline = f"{shlex.join(COMMAND)} invoice list --csv | head -2 | tail -1"
    done = subprocess.run(["/bin/sh", "-c", pipeline], capture_output=True, text=True, check=False)
    assert done.stdout[:12] in uuids
    assert done.stderr == ""


def test_a_disk_that_is_full(at_home: Sandbox) -> None:
    at_home.add_invoice()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "invoice", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert done.stderr.startswith("cryptocloud: No space left on device: ")
    assert done.stderr.count("\n") == 1


def test_nowhere_to_write(at_home: Sandbox) -> None:
    line = f"{shlex.join(COMMAND)} invoice create 5 >&-"
    done = subprocess.run(["/bin/sh", "-c", line], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "there is no stdout to write to" in done.stderr
    assert at_home.calls() == []


def test_with_json_errors_are_json(cli: Cli, at_home: Sandbox) -> None:
    at_home.fail_next("createInvoice", status=502, after=True)
    done = cli("invoice", "create", "5", "--json")
    assert (done.status, done.output) == (3, "")
    error = json.loads(done.error)
    assert list(error) == ["error", "outcome", "operation", "message"]
    assert (error["error"], error["outcome"], error["operation"]) == (
        "ServerError",
        "unknown",
        "createInvoice",
    )
    error = json.loads(cli("invoice", "get", "--json").error)
    assert (error["error"], error["outcome"], error["operation"]) == ("UsageError", "not sent", None)


def test_a_json_flag_of_another_program_is_not_ours(cli: Cli) -> None:
    done = cli("sandbox", "run", "--quiet", "--nonsense", "--", "echo", "--json")
    assert done.error.startswith("cryptocloud sandbox run: ")


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 502}, 3), ({"reset": True}, 3), ({"status": 403}, 1), ({"status": 429}, 1)],
    ids=str,
)
def test_the_exit_status_tells_the_outcome(
    cli: Cli, at_home: Sandbox, fault: dict[str, int], status: int
) -> None:
    at_home.fail_next("createInvoice", times=9, headers={"Retry-After": "600"}, **fault)  # type: ignore[arg-type]
    assert cli("invoice", "create", "5").status == status


def test_nothing_reached_the_service(cli: Cli, at_home: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.stop()
    done = cli("invoice", "get", "INV-89UX09KA")
    assert done.status == 4
    assert "Nothing was sent" in done.error


@pytest.mark.parametrize("key", ["", "Token x", "ключ", "a b"])
def test_a_key_that_cannot_be_one_is_misuse(
    cli: Cli, at_home: Sandbox, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", key)
    done = cli("balance")
    assert (done.status, done.output) == (2, "")
    assert "CRYPTOCLOUD_API_KEY" in done.error or "API key must" in done.error
    assert not key or key not in done.error.replace("begin with 'Token '", "")

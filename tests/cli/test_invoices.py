"""The commands on invoices, wallets and balances, against the sandbox."""

import datetime
import json
import os
from pathlib import Path

import pytest

from cryptocloud_sandbox import Sandbox
from support.command import Cli, Done, bare, run
from support.terminal import Terminal


def rows(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.output.splitlines()]


def old(sandbox: Sandbox, hours: int, status: str = "created") -> str:
    """An invoice of some age, which has not expired."""
    return sandbox.add_invoice(
        status, age=datetime.timedelta(hours=hours), lifetime=datetime.timedelta(days=365)
    )


def test_create(cli: Cli, at_home: Sandbox) -> None:
    options = ("--currency", "EUR", "--order-id", "A-17", "--coin", "BTC", "--lifetime", "2h")
    done = cli("invoice", "create", "100.50", *options)
    assert (done.status, done.error) == (0, "")
    (row,) = rows(done)
    assert row["link"] == f"{at_home.url}/pay/{str(row['uuid'])[4:]}"
    (call,) = at_home.calls("createInvoice")
    assert json.loads(call.body) == {
        "shop_id": at_home.shop_id,
        "amount": 100.5,
        "currency": "EUR",
        "order_id": "A-17",
        "add_fields": {"cryptocurrency": "BTC", "time_to_pay": {"hours": 2, "minutes": 0}},
    }
    output = cli("invoice", "create", "5", "--table").output
    assert [line.split(":")[0] for line in output.splitlines()][:2] == ["uuid", "link"]


def test_create_and_open(cli: Cli, at_home: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >{tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    done = run("invoice", "create", "5", "--open")
    assert (done.status, done.error) == (0, "")
    assert (tmp_path / "opened").read_text() == rows(done)[0]["link"]
    monkeypatch.setenv("BROWSER", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("invoice", "create", "5", "--open")
    assert (done.status, done.error) == (0, "cryptocloud: no browser opened the link\n")


def test_get(cli: Cli, at_home: Sandbox) -> None:
    one, two = at_home.add_invoice("paid"), at_home.add_invoice()
    done = cli("invoice", "get", two, one.removeprefix("INV-"))
    assert [(row["uuid"], row["status"]) for row in rows(done)] == [(two, "created"), (one, "paid")]
    done = cli("invoice", "get", one, "INV-AAAAAAAA", two)
    assert done.status == 1
    assert [row["uuid"] for row in rows(done)] == [one, two]
    assert "INV-AAAAAAAA" in done.error
    output = cli("invoice", "get", one, "--table").output
    assert f"uuid:               {one}\n" in output
    assert "status:             paid\n" in output


def test_list_by_status_and_age(cli: Cli, at_home: Sandbox) -> None:
    new, older, paid = old(at_home, 1), old(at_home, 30), old(at_home, 50, "paid")

    def uuids(*arguments: str) -> list[object]:
        done = cli("invoice", "list", *arguments)
        assert done.status == 0, done.error
        return [row["uuid"] for row in rows(done)]

    assert uuids() == [new, older, paid]
    assert uuids("--status", "created") == [new, older]
    assert uuids("--status", "created", "--status", "paid") == [new, older, paid]
    assert uuids("--older-than", "24h") == [older, paid]
    assert uuids("--older-than", "24h", "--status", "paid") == [paid]
    assert uuids("--older-than", "60d") == []
    day = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=50)).date().isoformat()
    assert uuids("--from", day, "--to", day)[-1] == paid
    assert uuids("--to", "2020-01-01") == []


@pytest.mark.parametrize("command", [["invoice", "list"], ["stats"]], ids=" ".join)
def test_a_period_that_ends_before_it_begins(cli: Cli, at_home: Sandbox, command: list[str]) -> None:
    done = cli(*command, "--from", "2026-02-01", "--to", "2026-01-31")
    assert (done.status, done.output) == (2, "")
    assert "--to must not be before --from" in done.error
    assert cli(*command, "--to", "0001-01-01").status in (0, 1)
    assert cli("invoice", "list", "--older-than", "99999d").status in (0, 1)


def test_statistics(cli: Cli, at_home: Sandbox) -> None:
    at_home.add_invoice("paid", amount="20")
    at_home.add_invoice(amount="0.5")
    assert rows(cli("stats")) == [
        {"status": "all", "count": 2, "amount_usd": "20.5"},
        {"status": "created", "count": 1, "amount_usd": "0.5"},
        {"status": "paid", "count": 1, "amount_usd": "20"},
        {"status": "overpaid", "count": 0, "amount_usd": "0"},
        {"status": "partial", "count": 0, "amount_usd": "0"},
        {"status": "canceled", "count": 0, "amount_usd": "0"},
    ]


def test_balances(cli: Cli, at_home: Sandbox) -> None:
    at_home.deposit("BTC", "0.5")
    (row,) = (row for row in rows(cli("balance")) if row["currency_code"] == "BTC")
    assert (row["balance_crypto"], row["available_balance"]) == ("0.5", "0.5")


def test_a_wallet(cli: Cli, at_home: Sandbox) -> None:
    (row,) = rows(cli("wallet", "create", "USDT_TRC20", "user-7"))
    assert (row["currency_code"], len(str(row["uuid"]))) == ("USDT_TRC20", 32)
    assert json.loads(at_home.calls("createStaticWallet")[0].body)["identify"] == "user-7"


# Cancelling


def test_one_that_is_named_is_cancelled_at_once(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    done = cli("invoice", "cancel", uuid.removeprefix("INV-"))
    assert (done.status, done.error) == (0, "")
    assert [(row["uuid"], row["state"]) for row in rows(done)] == [(uuid, "canceled")]
    assert at_home.status(uuid) == "canceled"
    done = cli("invoice", "cancel", uuid)
    assert (done.status, rows(done)[0]["state"]) == (0, "already_canceled")


@pytest.mark.parametrize(
    ("fault", "state", "status"),
    [
        ({"status": 502, "after": True, "times": 9}, "canceled", 0),
        ({"status": 403, "times": 9}, "refused", 1),
        ({"reset": True, "times": 9}, "unknown", 3),
    ],
    ids=["done after all", "refused", "unknown"],
)
def test_what_became_of_it_is_the_exit_status(
    cli: Cli, at_home: Sandbox, fault: dict[str, int], state: str, status: int
) -> None:
    uuid = at_home.add_invoice()
    at_home.fail_next("cancelInvoice", **fault)  # type: ignore[arg-type]
    if state == "unknown":
        at_home.fail_next("getInvoices", status=502, times=99)
    done = cli("invoice", "cancel", uuid)
    assert (done.status, rows(done)[0]["state"]) == (status, state)


def test_the_worst_of_many_counts(cli: Cli, at_home: Sandbox) -> None:
    good, paid = at_home.add_invoice(), at_home.add_invoice("paid")
    done = cli("invoice", "cancel", good, paid, "--yes")
    assert done.status == 1
    assert {row["uuid"]: row["state"] for row in rows(done)} == {good: "canceled", paid: "refused"}
    assert done.error == "1 canceled, 1 refused, of 2\n"
    assert cli("invoice", "cancel", good, paid, "--yes", "--json").error == ""


def test_nothing_reaches_the_service(cli: Cli, at_home: Sandbox) -> None:
    uuids = [at_home.add_invoice(), at_home.add_invoice()]
    at_home.stop()
    done = cli("invoice", "cancel", *uuids, "--yes")
    assert done.status == 4
    assert {row["state"] for row in rows(done)} == {"not_sent"}


def test_a_refused_key_ends_it(
    cli: Cli, at_home: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", "not-the-key")
    file = tmp_path / "ids"
    file.write_text("".join(f"INV-{number:08}\n" for number in range(1000)))
    done = cli("invoice", "cancel", "--from-file", str(file), "--yes")
    assert done.status == 1
    assert "No more were begun: the service refuses the key.\n" in done.error
    assert len(rows(done)) < 30


def test_a_selection_by_age(cli: Cli, at_home: Sandbox) -> None:
    new, stale, ancient = old(at_home, 1), old(at_home, 30), old(at_home, 24 * 40)
    old(at_home, 30, "paid")
    at_home.add_invoice("partial", age=datetime.timedelta(hours=30), lifetime=datetime.timedelta(days=9))
    done = cli("invoice", "cancel", "--older-than", "24h", "--dry-run")
    assert [row["uuid"] for row in rows(done)] == [stale]
    assert at_home.calls("cancelInvoice") == []
    done = cli("invoice", "cancel", "--older-than", "24h", "--within", "60d", "--dry-run")
    assert [row["uuid"] for row in rows(done)] == [stale, ancient]
    done = cli("invoice", "cancel", "--older-than", "24h", "--yes")
    assert (done.status, done.error) == (0, "")
    assert [at_home.status(uuid) for uuid in (new, stale, ancient)] == ["created", "canceled", "created"]
    done = cli("invoice", "cancel", "--older-than", "24h", "--yes")
    assert (done.status, done.output, done.error) == (0, "", "There is nothing to cancel.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which"),
        (["INV-89UX09KA", "--older-than", "24h", "--yes"], "say which"),
        (["INV-89UX09KA", "--within", "30d"], "--within belongs to --older-than"),
        (["--older-than", "24h", "--within", "1h"], "--older-than must be less than --within"),
        (["--older-than", "30d"], "--older-than must be less than --within, which is 30d if it is left out"),
        (["--older-than", "24h"], "nobody is there to be asked: add --yes. Nothing was sent"),
        (["INV-89UX09KA", "INV-89UX09KB"], "nobody is there to be asked"),
        (["--from-file", "-"], "nobody is there to be asked"),
        (["INV-89UX09KA", "--concurrency", "101"], "--concurrency: it must be a whole number from 1 to 100"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_meant(cli: Cli, at_home: Sandbox, arguments: list[str], message: str) -> None:
    done = cli("invoice", "cancel", *arguments)
    assert (done.status, done.output) == (2, "")
    assert message in done.error
    assert at_home.calls() == []


@pytest.mark.parametrize(("reply", "status", "after"), [("y\n", 0, "canceled"), ("\n", 2, "created")])
def test_somebody_is_asked(at_home: Sandbox, reply: str, status: int, after: str) -> None:
    uuids = [at_home.add_invoice(), at_home.add_invoice()]
    with Terminal("invoice", "cancel", *uuids) as terminal:
        terminal.answer(reply, after="Cancel 2 invoices? [y/N]: ")
        assert terminal.end() == status
    assert {at_home.status(uuid) for uuid in uuids} == {after}


def test_a_key_is_asked_for_and_not_shown(at_home: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRYPTOCLOUD_API_KEY")
    monkeypatch.delenv("CRYPTOCLOUD_SHOP_ID")
    with Terminal("invoice", "create", "5") as terminal:
        terminal.answer(f"{at_home.api_key}\n", after="CRYPTOCLOUD_API_KEY: ")
        terminal.answer(f"{at_home.shop_id}\n", after="CRYPTOCLOUD_SHOP_ID: ")
        assert terminal.end() == 0
        assert at_home.api_key[:8] not in terminal.screen
    assert len(at_home.calls("createInvoice")) == 1


def test_a_question_that_is_left(at_home: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRYPTOCLOUD_API_KEY")
    with Terminal("balance") as terminal:
        terminal.answer("\x03", after="CRYPTOCLOUD_API_KEY: ")
        assert terminal.end() == 130
    assert at_home.calls() == []


def test_without_a_terminal_nobody_is_asked_for_a_key() -> None:
    done = run("balance")
    assert done.status == 2
    assert "set CRYPTOCLOUD_API_KEY in the environment; it is never an argument" in done.error


def test_progress_is_for_a_terminal_alone(at_home: Sandbox, tmp_path: Path) -> None:
    uuids = [at_home.add_invoice() for _ in range(30)]
    with (tmp_path / "out").open("w") as output:
        with Terminal("invoice", "cancel", *uuids, "--yes", output=output.fileno()) as terminal:
            assert terminal.end() == 0
            assert "/30" in terminal.screen
    assert len((tmp_path / "out").read_text().splitlines()) == 30
    done = run("invoice", "cancel", *uuids, "--yes")
    assert done.error == "30 already canceled, of 30\n"


def test_a_line_of_cron(at_home: Sandbox, tmp_path: Path) -> None:
    """No HOME, no PATH, no language, nothing on stdin, in a folder where nothing may be written."""
    stale = old(at_home, 30)
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    journal = tmp_path / "journal"
    environment = bare({name: value for name, value in os.environ.items() if name.startswith("CRYPTOCLOUD_")})
    done = run(
        "invoice", "cancel", "--older-than", "24h", "--yes", "--journal", str(journal),
        env=environment, cwd=folder,
    )  # fmt: skip
    assert (done.status, done.error) == (0, "")
    assert at_home.status(stale) == "canceled"
    assert stale in journal.read_text()

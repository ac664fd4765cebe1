"""`sandbox` and what is below it: only a sandbox gets orders."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cryptocloud_sandbox import Sandbox
from support.command import COMMAND, Cli, bare, run, started
from support.stub import Stub, http


@pytest.mark.parametrize(
    ("move", "status"),
    [("pay", "paid"), ("overpay", "overpaid"), ("pay-part", "partial"), ("expire", "canceled")],
)
def test_an_invoice_is_moved(cli: Cli, at_home: Sandbox, move: str, status: str) -> None:
    uuid = at_home.add_invoice()
    done = cli("sandbox", move, uuid)
    assert done.status == 0
    assert at_home.status(uuid) == status
    row = json.loads(done.output)
    assert (row["uuid"], row["invoice_status"], row["url"]) == (uuid, status, None)
    done = cli("sandbox", move, uuid)
    assert (done.status, done.output) == (1, "")
    assert done.error.startswith("cryptocloud: the sandbox: ")


def test_a_postback_is_told_of(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    with Stub(lambda connection: connection.send(http(500, b"no"))) as stub:
        at_home.send_postbacks_to(stub.base_url)
        done = cli("sandbox", "pay", uuid)
        row = json.loads(done.output)
        assert (done.status, row["status"], row["accepted"], row["response_body"]) == (1, 500, False, "no")
        assert at_home.status(uuid) == "created"
    with Stub(lambda connection: connection.send(http(200))) as stub:
        at_home.send_postbacks_to(stub.base_url)
        assert cli("sandbox", "pay", uuid).status == 0
        done = cli("sandbox", "resend", uuid)
        assert (done.status, json.loads(done.output)["attempt"]) == (0, 3)


def test_a_fault(cli: Cli, at_home: Sandbox) -> None:
    done = cli("sandbox", "fail", "createInvoice", "--status", "503", "--times", "2")
    assert (done.status, done.output, done.error) == (0, "", "")
    assert [cli("invoice", "create", "5").status for _ in range(3)] == [3, 3, 0]
    assert cli("sandbox", "fail", "createInvoice").status == 2


def test_the_clock(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    done = cli("sandbox", "advance", "25h")
    assert (done.status, done.output) == (0, "")
    assert done.error.startswith("It is ")
    assert at_home.status(uuid) == "canceled"


def test_everything_is_forgotten(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    assert cli("sandbox", "reset").status == 0
    with pytest.raises(KeyError):
        at_home.status(uuid)


def test_tail(at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    with Stub(lambda connection: connection.send(http(200))) as stub:
        at_home.send_postbacks_to(stub.base_url)
        at_home.pay(uuid)
        with started([*COMMAND, "sandbox", "tail"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            assert run("balance").status == 0
            second = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130
    assert (first["kind"], first["uuid"], first["accepted"]) == ("deliveries", uuid, True)
    assert (second["kind"], second["operation"], second["status"]) == ("calls", "listBalances", 200)


ORDERS = (
    ["pay", "INV-89UX09KA"],
    ["fail", "createInvoice", "--cut"],
    ["advance", "2h"],
    ["reset"],
    ["tail"],
)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize(
    "answer",
    [
        http(200, b'{"status":"success"}'),
        http(200, b"<html>"),
        http(404, b'{"detail":"Not found."}'),
        http(200, b'["cryptocloud-sandbox"]'),
        http(302, b"", "Location: http://127.0.0.1:8833/_sandbox"),
    ],
    ids=["envelope", "html", "404", "array", "redirect"],
)
def test_whoever_is_no_sandbox_gets_no_orders(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, order: list[str], answer: bytes
) -> None:
    with Stub(lambda connection: connection.send(answer)) as stub:
        monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", stub.base_url)
        monkeypatch.setenv("CRYPTOCLOUD_API_KEY", "eyJhbGciOi")
        done = cli("sandbox", *order)
        assert (done.status, done.output) == (2, "")
        assert "is no sandbox: it gets no orders" in done.error
        (asked,) = stub.requests
    assert asked.line == "GET /_sandbox HTTP/1.1"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("url", ["https://api.cryptocloud.plus/v2", "nonsense", "http://[::1", "http:///v2"])
def test_a_live_host_is_not_even_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", url)
    done = cli("sandbox", "reset")
    assert (done.status, "is no sandbox" in done.error) == (2, True)
    assert "CRYPTOCLOUD_BASE_URL" in done.error


def test_no_sandbox_there(cli: Cli, monkeypatch: pytest.MonkeyPatch, deaf_port: int) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", f"http://127.0.0.1:{deaf_port}/v2")
    done = cli("sandbox", "reset")
    assert (done.status, done.output) == (4, "")
    assert "start one with `cryptocloud sandbox`" in done.error


# Serving


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    with started([*COMMAND, "sandbox", "--port", "0", "--quiet"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:")
        assert run("sandbox", "reset", env=os.environ | {"CRYPTOCLOUD_BASE_URL": address}).status == 0
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert "export CRYPTOCLOUD_API_KEY=" in rest


def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    done = run("sandbox", "--port", port)
    assert (done.status, done.output) == (1, "")
    assert "a sandbox runs there already" in done.error
    assert done.error.count("\n") == 1


def test_what_it_decides(cli: Cli) -> None:
    done = cli("sandbox", "--decisions")
    assert done.status == 0
    assert len(done.output.splitlines()) > 10


def test_options_of_serving_are_for_nothing_else(cli: Cli, at_home: Sandbox) -> None:
    done = cli("sandbox", "--port", "0", "reset")
    assert done.status == 2
    assert "these options are for serving" in done.error
    assert cli("sandbox", "--postback-url", "http://192.0.2.1/", "--port", "0").status == 2


@pytest.mark.parametrize("arguments", [[], ["run", "--", "true"]], ids=" ".join)
def test_without_the_extra_it_says_what_to_install(arguments: list[str]) -> None:
    program = f"""
import sys
sys.modules["starlette"] = None
from cryptocloud_cli.main import main
main(["sandbox", *{arguments!r}])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "cryptocloud[sandbox]"' in done.stderr


PROGRAM = "import cryptocloud, sys; print(cryptocloud.CryptoCloud().invoices.create(5).link); sys.exit(7)"


def test_a_program_runs_with_a_sandbox_of_its_own() -> None:
    done = run("sandbox", "run", "--quiet", "--", sys.executable, "-c", PROGRAM, env=bare({}))
    assert (done.status, done.error) == (7, "")
    assert done.output.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("words", "status"), [(["no-such-program"], 127), (["/"], 126), (["/dev/null/x"], 127)], ids=str
)
def test_a_program_that_cannot_be_run(words: list[str], status: int) -> None:
    done = run("sandbox", "run", "--quiet", "--", *words)
    assert (done.status, done.output) == (status, "")
    assert done.error.startswith("cryptocloud: CMD: ")


@pytest.mark.parametrize(
    ("to_all", "number"), [(True, signal.SIGINT), (False, signal.SIGTERM)], ids=["Ctrl-C", "SIGTERM"]
)
def test_the_program_decides_what_a_signal_does(to_all: bool, number: signal.Signals) -> None:
    program = f"""
import signal, sys, time
def leave(number, frame):
    sys.exit(9)
signal.signal({int(number)}, leave)
print("ready", flush=True)
time.sleep(60)
"""
    with started(
        [*COMMAND, "sandbox", "run", "--quiet", "--", sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if to_all:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        assert process.wait(timeout=60) == 9


def test_a_program_that_a_signal_ends() -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run("sandbox", "run", "--quiet", "--", sys.executable, "-c", program).status == 137

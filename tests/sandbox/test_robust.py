"""Bad days of the sandbox itself, with files, clocks and wrong arguments; and those that it plays."""

import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import cryptocloud_sandbox.state
from cryptocloud_sandbox import Call, Sandbox
from support.raw import asked_to_cancel

CANCEL = "/invoice/merchant/canceled"
PREVIOUS_VERSION = [
    (
        "Invoice",
        "AAAAAAAA",
        {
            "key": "AAAAAAAA", "created": "2026-01-01 12:00:00+00:00", "expires": "2026-01-02 12:00:00+00:00",
            "price": "100.0", "currency": "USD", "order_id": "A-1", "email": None, "choices": ["BTC"],
            "test_mode": True, "coin_code": "BTC", "address": "bc1q0", "status": "partial", "paid": "0.0006",
            "transactions": ["ab"], "finished": None,
        },
    ),
    (
        "Wallet",
        "W" * 32,
        {
            "key": "W" * 32, "coin_code": "ETH", "identify": "user-7", "address": "0x0",
            "created": "2026-01-01 12:00:00+00:00", "active": True,
        },
    ),
    ("Balance", "BTC", {"key": "BTC", "amount": "0.5"}),
]  # fmt: skip
"""What the sandbox wrote before it knew of deliveries and history."""


def call(sandbox: Sandbox, path: str = CANCEL, **body: object) -> httpx.Response:
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    return httpx.post(sandbox.base_url + path, json=body, headers=headers)


def write_previous(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        "CREATE TABLE cryptocloud_sandbox"
        " (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))"
    )
    connection.executemany(
        "INSERT INTO cryptocloud_sandbox (kind, key, body) VALUES (?, ?, ?)",
        [(kind, key, json.dumps(body)) for kind, key, body in PREVIOUS_VERSION],
    )
    connection.commit()
    connection.close()


# Files


def test_a_file_of_the_previous_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "data"
    write_previous(path)
    for events in (0, 1):
        with Sandbox(seed=1, data=path) as sandbox:
            assert sandbox.status("INV-AAAAAAAA") == "partial"
            assert len(sandbox.history("INV-AAAAAAAA")) == events
            sandbox.pay("INV-AAAAAAAA")  # Too late.
            assert sandbox.deposit_to("W" * 32, 1) is None
            assert call(sandbox, "/merchant/wallet/balance/all").json()["result"][0]["balance_crypto"] == 0.5


def test_a_file_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "data"
    with Sandbox(data=path) as sandbox:
        sandbox.add_invoice()
        modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
        assert len(list(tmp_path.iterdir())) > 1  # What SQLite keeps beside it, too.
    path.chmod(0o644)
    with Sandbox(data=path):
        modes.add(stat.S_IMODE(path.stat().st_mode))
    assert modes == {0o600}


def everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_mode) for each in folder.iterdir()}


@pytest.mark.parametrize(
    "statement", ["PRAGMA application_id=7", "CREATE TABLE shop (id)", "PRAGMA journal_mode=WAL"]
)
def test_the_file_of_another_program_is_not_touched(tmp_path: Path, statement: str) -> None:
    connection = sqlite3.connect(tmp_path / "shop.sqlite")
    connection.execute(statement)
    connection.execute("CREATE TABLE IF NOT EXISTS orders (id)")
    connection.commit()
    connection.close()
    before = everything_in(tmp_path)
    with pytest.raises(OSError, match=r"^cannot use .*shop\.sqlite: it is not a file of a sandbox$"):
        Sandbox(data=tmp_path / "shop.sqlite")
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("content", [b"text " * 100, b"SQLite format 3\0", b"\0" * 200])
def test_what_is_no_database_is_not_touched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    before = everything_in(tmp_path)
    with pytest.raises(OSError, match=r"^cannot use .*file: file is not a database$"):
        Sandbox(data=tmp_path / "file")
    assert everything_in(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_or_a_device_is_not_touched(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o644)
    for path in (tmp_path / "pipe", Path("/dev/full"), Path("/dev/null")):
        before = path.stat().st_mode
        with pytest.raises(OSError, match=rf"^cannot use {path}: it is not an ordinary file$"):
            Sandbox(data=path)
        assert path.stat().st_mode == before
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


def corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def change(statement: str) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()

    return apply


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (corrupt, "malformed|damaged|not a database"),
        (change("UPDATE cryptocloud_sandbox SET body = 'x'"), "it is damaged"),
        (change("UPDATE cryptocloud_sandbox SET body = '[]'"), "it is damaged"),
        (change("UPDATE cryptocloud_sandbox SET body = '{}'"), "it is damaged"),
        (change("UPDATE cryptocloud_sandbox SET kind = 'Other'"), "it is damaged"),
        (change("UPDATE cryptocloud_sandbox SET body = replace(body, '100.0', 'much')"), "it is damaged"),
        (change("UPDATE cryptocloud_sandbox SET body = replace(body, '+00:00', '')"), "it is damaged"),
        (change("ALTER TABLE cryptocloud_sandbox DROP COLUMN body"), "no such column"),
        (change("PRAGMA user_version=99"), "a newer version of the sandbox made it"),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path: Path, damage: Callable[[Path], None], reason: str) -> None:
    path = tmp_path / "data"
    with Sandbox(data=path) as sandbox:
        for _ in range(20):
            sandbox.add_invoice()
    damage(path)
    with pytest.raises(OSError, match=rf"^cannot use .*data: .*({reason})") as message:
        Sandbox(data=path)
    # In another process, which a lock that is left would keep out.
    words = [sys.executable, "-m", "cryptocloud_sandbox", "--port", "0", "--data", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"cryptocloud-sandbox: {message.value}\n"
    assert done.stderr.count("\n") == 1


def test_a_start_that_fails_leaves_no_lock(tmp_path: Path) -> None:
    with Sandbox(seed=1) as running:
        taken = Sandbox(port=httpx.URL(running.base_url).port or 0, data=tmp_path / "data")
        with pytest.raises(OSError, match="cannot listen"), taken:
            pass
        with Sandbox(data=tmp_path / "data"):
            pass
        with pytest.raises(RuntimeError, match="is stopped: make a new one"):
            taken.start()


@pytest.mark.parametrize("name", ["", "nowhere/data", ".", "a\0b"])
def test_names_that_are_no_file(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OSError, ValueError), match=r"empty|No such file|directory|null"):
        Sandbox(data=name)


def test_a_name_that_means_something_to_sqlite_is_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:data?mode=memory"):
        with Sandbox(data=name) as sandbox:
            uuid = sandbox.add_invoice()
        with Sandbox(data=name) as sandbox:
            assert sandbox.status(uuid) == "created"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no users to become")
def test_a_file_without_permission_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "data"
    with Sandbox(data=path):
        pass
    code = """
import os, sys
from cryptocloud_sandbox import Sandbox
if os.getuid() == 0:
    os.setuid(65534)  # Root may everything.
try:
    Sandbox(data=sys.argv[1])
except OSError as exc:
    print(exc)
"""
    path.chmod(0o000)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"cannot use {path}: Permission denied\n", done.stderr


FULL_DISK = """
import resource, sys
import httpx
from cryptocloud_sandbox import Sandbox

with Sandbox(seed=1, data=sys.argv[1]) as sandbox:
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    uuid = sandbox.add_invoice()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        while True:
            sandbox.add_invoice(order_id="x" * 1000)
    except OSError as exc:
        print(exc)
    answer = httpx.post(sandbox.base_url + "/invoice/merchant/canceled", json={"uuid": uuid}, headers=headers)
    print(answer.status_code, answer.text, sandbox.status(uuid))
    answer = httpx.post(f"{sandbox.url}/_sandbox/invoices/{uuid}/pay")
    print(answer.status_code, answer.text, sandbox.status(uuid))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on a file's size is a Unix one")
def test_a_full_disk_is_told_and_nothing_happens(tmp_path: Path) -> None:
    path = tmp_path / "data"
    # The soft limit alone, or it could not be lifted again.
    code = FULL_DISK.replace("(4096, 4096)", "(4096, resource.RLIM_INFINITY)")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert lines[0].startswith(f"cannot use {path}: ")
    assert lines[1] == "500 <html><body><h1>500</h1></body></html> created"
    assert lines[2].startswith(f'500 {{"error": "cannot use {path}: ')
    assert lines[2].endswith("created")
    with Sandbox(seed=1, data=path) as sandbox:
        assert len(
            call(sandbox, "/invoice/merchant/list", start="01.01.2000", end="01.01.2999").json()["result"]
        )


# The clock


class Clock(datetime):
    """A clock that somebody puts back."""

    behind = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> "Clock":
        return super().now(tz) - cls.behind


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(Clock, "behind", timedelta(0))
    monkeypatch.setattr(cryptocloud_sandbox.state, "datetime", Clock)
    return Clock


def test_a_clock_that_is_put_back_does_no_harm(clock: type[Clock], tmp_path: Path) -> None:
    with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
        uuid = sandbox.add_invoice(lifetime=timedelta(hours=2))
        clock.behind = timedelta(days=1)
        sandbox.expire(sandbox.add_invoice())
        later = sandbox.add_invoice()
        created = [sandbox.history(each)[0].at for each in (uuid, later)]
        assert timedelta(0) <= created[1] - created[0] < timedelta(hours=1)
        sandbox.advance(7200)
        assert sandbox.status(uuid) == "canceled"
    clock.behind = timedelta(days=2)
    with Sandbox(seed=1, data=tmp_path / "data") as sandbox:
        assert sandbox.history(sandbox.add_invoice())[0].at >= created[1] + timedelta(hours=2)


@pytest.mark.parametrize("seconds", [1e11 * 3, 1e300, float("inf"), 10**400])
def test_the_clock_stays_in_the_calendar(sandbox: Sandbox, seconds: float) -> None:
    with pytest.raises(ValueError, match="lead beyond 9000, where the calendar ends"):
        sandbox.advance(seconds)
    sandbox.advance(200_000_000_000)  # The year is about 8360 now.
    body = {"shop_id": sandbox.shop_id, "amount": 1, "add_fields": {"time_to_pay": {"hours": 8760}}}
    assert call(sandbox, "/invoice/create", **body).status_code == 200


def test_the_clock_takes_seconds(sandbox: Sandbox) -> None:
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match="time does not pass by"):
            sandbox.advance(wrong)
    with pytest.raises(TypeError, match="a number of seconds, not timedelta"):
        sandbox.advance(timedelta(1))  # type: ignore[arg-type]


# Invoices with a past


def test_invoices_can_be_old(sandbox: Sandbox) -> None:
    stale = sandbox.add_invoice(age=timedelta(days=30), lifetime=timedelta(days=60))
    paid = sandbox.add_invoice("paid", age=timedelta(days=20))
    new = sandbox.add_invoice()
    missing = sandbox.add_invoice("canceled", age=timedelta(days=10))
    part = sandbox.add_invoice("partial", age=timedelta(days=5))
    assert [sandbox.status(each) for each in (stale, paid, new, missing, part)] == [
        "created",
        "paid",
        "created",
        "canceled",
        "partial",
    ]
    found = call(sandbox, "/invoice/merchant/list", start="01.01.2000", end="01.01.2999").json()["result"]
    assert [each["uuid"] for each in found] == [new, part, missing, paid, stale]
    ages = [datetime.now(UTC) - datetime.fromisoformat(each["created"] + "+00:00") for each in found]
    assert [age.days for age in ages] == [0, 5, 10, 20, 30]
    for each in found:
        if each["date_finished"] is not None:
            assert each["created"] <= each["date_finished"] <= each["expiry_date"]
    sandbox.pay(part)
    assert sandbox.status(part) == "partial"
    assert call(sandbox, uuid=stale).status_code == 200


def test_invoices_cannot_be_anything(sandbox: Sandbox) -> None:
    with pytest.raises(
        ValueError, match=r"no invoice is created at the age of 2 days.*: its lifetime is 1 day"
    ):
        sandbox.add_invoice(age=timedelta(days=2))
    for name in ("age", "lifetime"):
        with pytest.raises(ValueError, match=f"{name} is negative"):
            sandbox.add_invoice(**{name: timedelta(days=-1)})  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=f"{name} is a timedelta, not int"):
            sandbox.add_invoice(**{name: 60})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="leaves the calendar"):
            sandbox.add_invoice("paid", **{name: timedelta.max})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="order_id is a str, not int"):
        sandbox.add_invoice(order_id=5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "method", ["pay", "overpay", "pay_part", "expire", "resend_postback", "status", "history"]
)
def test_wrong_ids_say_what_is_expected(sandbox: Sandbox, method: str) -> None:
    invoice = type("Invoice", (), {"uuid": "INV-00000000"})()
    with pytest.raises(
        TypeError, match=r"the invoice's id is expected, a str as in invoice\.uuid, not Invoice"
    ):
        getattr(sandbox, method)(invoice)
    with pytest.raises(KeyError, match="there is no invoice INV-00000000"):
        getattr(sandbox, method)("INV-00000000")


def test_a_stopped_sandbox_takes_no_orders() -> None:
    with Sandbox() as sandbox:
        uuid = sandbox.add_invoice()
    orders: list[Callable[[], object]] = [
        lambda: sandbox.pay(uuid),
        lambda: sandbox.resend_postback(uuid),
        lambda: sandbox.deposit_to("x", 1),
        lambda: sandbox.send_postbacks_to(None),
        lambda: sandbox.fail_next("cancelInvoice", status=502),
        lambda: sandbox.limit_rate("cancelInvoice", 1),
        lambda: sandbox.advance(1),
        sandbox.reset,
    ]
    for order in orders:
        with pytest.raises(RuntimeError, match="is stopped: make a new one"):
            order()
    assert sandbox.status(uuid) == "created"
    assert (len(sandbox.history(uuid)), sandbox.calls(), sandbox.deliveries) == (1, [], [])


# As it was


@pytest.mark.parametrize("in_file", [False, True])
def test_a_reset_forgets_everything_but_the_keys(tmp_path: Path, in_file: bool) -> None:
    data = tmp_path / "data" if in_file else None
    first: list[str] = []
    with Sandbox(seed=1, postback_url="http://127.0.0.1:1/", data=data) as sandbox:
        keys = sandbox.environment
        for _ in range(2):
            assert (sandbox.deliveries, sandbox.calls()) == ([], [])
            assert call(sandbox, "/merchant/wallet/balance/all").json()["result"][0]["balance_crypto"] == 0
            uuid = sandbox.add_invoice()
            first.append(uuid)
            assert sandbox.pay(uuid) is not None  # Postbacks go where they went first.
            sandbox.send_postbacks_to(lambda _body, _content_type: 200)
            again = sandbox.pay(uuid)
            assert again is not None
            assert (again.attempt, again.accepted) == (2, True)
            sandbox.deposit("BTC", 1)
            sandbox.fail_next("cancelInvoice", status=502, times=100)
            sandbox.limit_rate("getStatistics", 0.001)
            sandbox.advance(3600 * 24 * 365)
            sandbox.reset()
            assert sandbox.environment == keys
            with pytest.raises(KeyError):
                sandbox.status(uuid)
        assert call(sandbox, uuid=first[0]).status_code == 400
        assert sandbox.history(sandbox.add_invoice())[0].at <= datetime.now(UTC)
    assert first[0] == first[1]
    if data is not None:
        with Sandbox(seed=1, data=data) as sandbox:
            assert sandbox.deliveries == []


def test_a_reset_in_the_middle_of_a_payment_leaves_nothing(sandbox: Sandbox) -> None:
    def shop(_body: bytes, _content_type: str) -> int:
        sandbox.reset()
        return 500

    sandbox.send_postbacks_to(shop)
    uuid = sandbox.add_invoice()
    assert sandbox.pay(uuid) is not None
    assert sandbox.deliveries == []
    with pytest.raises(KeyError):
        sandbox.status(uuid)


# Faults


def test_a_fault_can_hold_for_several_answers(sandbox: Sandbox) -> None:
    sandbox.fail_next("cancelInvoice", status=502, times=2)
    sandbox.fail_next("cancelInvoice", status=503)
    uuid = sandbox.add_invoice()
    assert [call(sandbox, uuid=uuid).status_code for _ in range(4)] == [502, 502, 503, 200]


def test_a_fault_can_say_anything(sandbox: Sandbox) -> None:
    text = '{"status":"error","result":{"rate_limit":"Too many requests"}}'
    headers = {"Retry-After": "5", "Content-Type": "application/json", "X-Request-Id": "7"}
    sandbox.fail_next("cancelInvoice", status=429, headers=headers, body=text)
    uuid = sandbox.add_invoice()
    response = call(sandbox, uuid=uuid)
    assert (response.status_code, response.text) == (429, text)
    assert headers.items() <= {name.title(): value for name, value in response.headers.items()}.items()
    sandbox.fail_next("cancelInvoice", body=b"\xff" * 10, after=True)
    response = call(sandbox, uuid=uuid)
    assert (response.status_code, response.content) == (200, b"\xff" * 10)
    assert sandbox.status(uuid) == "canceled"
    sandbox.fail_next("cancelInvoice", delay=0.001, headers={"Server": "nginx"})
    assert call(sandbox, uuid=uuid).headers["server"] == "nginx"


@pytest.mark.parametrize("status", [200, 204, 304, 404, 520, 599])
def test_every_status_can_be_ordered(sandbox: Sandbox, status: int) -> None:
    sandbox.fail_next("cancelInvoice", status=status)
    with httpx.Client() as client:
        for expected in (status, 400):
            headers = {"Authorization": f"Token {sandbox.api_key}"}
            assert client.post(sandbox.base_url + CANCEL, headers=headers).status_code == expected


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"times": 0}, "times is 0"),
        ({"times": True}, "times is True"),
        ({"headers": {"Content-Length": "5"}}, "'Content-Length' is no header that can be set"),
        ({"headers": {"a b": "c"}}, "'a b' is no header that can be set"),
        ({"headers": {"A": "b\r\nC: d"}}, "is no value of a header"),
        ({"headers": {"A": "é"}}, "is no value of a header"),
        ({"headers": {"A": ""}}, "is no value of a header"),
        ({"body": "\ud800"}, "surrogates not allowed"),
    ],
)
def test_faults_that_cannot_be(sandbox: Sandbox, wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        sandbox.fail_next("cancelInvoice", status=502, **wrong)


def test_a_rate_has_a_memory(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("cryptocloud_sandbox.faults.time.monotonic", lambda: now[0])
    sandbox.limit_rate("cancelInvoice", 2, retry_after=5)

    def seen() -> tuple[int, str | None]:
        response = call(sandbox, uuid=sandbox.add_invoice())
        return response.status_code, response.headers.get("retry-after")

    assert [seen() for _ in range(4)] == [(200, None), (200, None), (429, "5"), (429, "5")]
    now[0] += 2.5  # Within the rate again, and still closed.
    assert seen() == (429, "3")
    now[0] += 2.5
    assert [seen(), seen(), seen()] == [(200, None), (200, None), (429, "5")]
    assert call(sandbox, "/merchant/wallet/balance/all").status_code == 200
    sandbox.limit_rate("cancelInvoice", 0.5, retry_after=0)
    assert [seen(), seen()] == [(200, None), (429, "0")]
    now[0] += 1.9
    assert seen() == (429, "0")
    now[0] += 0.1
    assert seen() == (200, None)
    sandbox.limit_rate("cancelInvoice", None)
    assert {seen() for _ in range(5)} == {(200, None)}


def test_what_a_rate_refuses_is_not_carried_out(sandbox: Sandbox) -> None:
    sandbox.limit_rate("cancelInvoice", 0.001)
    sandbox.fail_next("cancelInvoice", status=502)
    uuid = sandbox.add_invoice()
    assert [call(sandbox, uuid=uuid).status_code for _ in range(2)] == [502, 429]
    assert sandbox.status(uuid) == "created"
    for wrong in ({"per_second": 0}, {"per_second": float("nan")}, {"per_second": 1, "retry_after": -1}):
        with pytest.raises(ValueError, match="are expected"):
            sandbox.limit_rate("cancelInvoice", **wrong)
    with pytest.raises(ValueError, match="unknown operation"):
        sandbox.limit_rate("cancel", 1)


# Calls


def test_calls_are_taken_down(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    call(sandbox, uuid=uuid)
    form = {"Authorization": f"Token {sandbox.api_key}", "Content-Type": "application/x-www-form-urlencoded"}
    httpx.post(sandbox.base_url + CANCEL, content="uuid=x", headers=form)
    httpx.post(sandbox.base_url + CANCEL, json={"uuid": uuid})
    httpx.post(sandbox.url + "/invoice/create", json={})
    httpx.get(sandbox.base_url + CANCEL)
    httpx.get(sandbox.url + "/favicon.ico")
    calls = sandbox.calls()
    assert [(each.operation, each.path, each.document, each.status, each.answered) for each in calls] == [
        ("cancelInvoice", "/v2" + CANCEL, {"uuid": uuid}, 200, True),
        ("cancelInvoice", "/v2" + CANCEL, {"uuid": "x"}, 400, True),
        ("cancelInvoice", "/v2" + CANCEL, {}, 400, True),  # Without a key nothing is read.
        (None, "POST /invoice/create", {}, 404, True),
        (None, f"GET /v2{CANCEL}", {}, 405, True),
    ]
    assert [each.number for each in calls] == [1, 2, 3, 4, 5]
    assert sandbox.calls("cancelInvoice") == calls[:3]
    assert sandbox.calls("createInvoice") == []
    with pytest.raises(ValueError, match="unknown operation 'cancel'"):
        sandbox.calls("cancel")
    text = f"{calls!r}"
    for key in (sandbox.api_key, sandbox.secret_key, sandbox.withdrawal_key):
        assert key not in text


@pytest.mark.parametrize(
    ("fault", "status", "answered"),
    [
        ({"status": 502}, 502, True),
        ({"status": 502, "after": True}, 502, True),
        ({"delay": 0.001}, 200, True),
        ({"cut": True}, 502, False),
        ({"cut": True, "after": True}, 200, False),
        ({"reset": True, "after": True}, None, False),
        ({"drip": 0.0001, "after": True}, 200, True),
    ],
)
def test_calls_tell_what_went_wrong(
    sandbox: Sandbox, fault: dict[str, Any], status: int | None, answered: bool
) -> None:
    sandbox.fail_next("cancelInvoice", **fault)
    try:
        call(sandbox, uuid=sandbox.add_invoice())
    except httpx.TransportError:
        assert not answered
    [seen] = sandbox.calls()
    assert (seen.status, seen.answered) == (status, answered)


def test_a_call_that_nobody_waits_for_is_told(sandbox: Sandbox) -> None:
    sandbox.fail_next("cancelInvoice", drip=60, after=True)
    sandbox.fail_next("cancelInvoice", delay=60)
    with asked_to_cancel(sandbox, "x") as sock:
        assert sock.recv(1)
    with asked_to_cancel(sandbox, "x"):
        pass
    sandbox.stop()
    assert {(each.status, each.answered) for each in sandbox.calls("cancelInvoice")} == {
        (400, False),
        (None, False),
    }


def test_a_large_body_is_kept_in_part(sandbox: Sandbox) -> None:
    call(sandbox, uuid="x" * 100_000)
    [seen] = sandbox.calls()
    assert isinstance(seen, Call)
    assert (len(seen.body), seen.document) == (65536, None)


NO_MORE_FILES = """
import resource, socket, sys, time
import httpx
from cryptocloud_sandbox import Sandbox

with Sandbox(seed=1) as sandbox:
    address = ("127.0.0.1", httpx.URL(sandbox.url).port)
    with socket.socket() as probe:
        limit = probe.fileno() + 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    clients = []
    try:
        while True:
            clients.append(socket.socket())
    except OSError as exc:
        print(exc.strerror, flush=True)
    for client in clients:  # None is left for the other end.
        client.connect(address)
    time.sleep(1.2)  # Within which asyncio tries again.
    for client in clients:
        client.close()
    time.sleep(0.1)
    print(httpx.get(sandbox.url + "/_sandbox", timeout=30).status_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on open files is a Unix one")
def test_more_connections_than_files_are_told_once_a_second() -> None:
    done = subprocess.run([sys.executable, "-c", NO_MORE_FILES], capture_output=True, text=True, check=False)
    assert done.stdout == "Too many open files\n200\n", done.stderr
    lines = done.stderr.splitlines()
    assert set(lines) == {"A connection has to wait: Too many open files"}
    assert len(lines) < 10


# In other people's programs


def test_the_log_has_a_line_for_each_call_and_is_silent_otherwise(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        with Sandbox(seed=1) as sandbox:
            sandbox.send_postbacks_to(lambda _body, _content_type: 200)
            uuid = sandbox.add_invoice()
            httpx.post(
                sandbox.base_url + CANCEL,
                json={"uuid": uuid},
                headers={"Authorization": f"Token {sandbox.api_key}"},
            )
            paid = sandbox.add_invoice()
            sandbox.pay(paid)
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    names = {record.name for record in ours} - {"asyncio"}  # asyncio tells of its loop.
    assert names == {"cryptocloud_sandbox"}
    assert [
        (record.levelname, record.getMessage().partition(": ")[0])
        for record in ours
        if record.name != "asyncio"
    ] == [
        ("INFO", "cancelInvoice 200"),
        ("INFO", f"postback of {paid} accepted"),
    ]


def test_a_target_that_never_answers_does_not_hold_up_the_end() -> None:
    called, over = threading.Event(), threading.Event()

    def shop(_body: bytes, _content_type: str) -> int:
        called.set()
        over.wait(60)
        return 200

    with Sandbox(seed=1) as sandbox:
        sandbox.send_postbacks_to(shop)
        url = f"{sandbox.url}/_sandbox/invoices/{sandbox.add_invoice()}/pay"
        failures: list[Exception] = []

        def order() -> None:
            try:
                httpx.post(url, timeout=60)
            except httpx.TransportError as exc:
                failures.append(exc)

        thread = threading.Thread(target=order)
        thread.start()
        assert called.wait(60)
    thread.join(60)
    assert len(failures) == 1  # The sandbox has ended while the shop still thinks.
    assert not over.is_set()
    over.set()


def test_environment_points_a_client_at_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptocloud import CryptoCloud

    for name, value in sandbox.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    with CryptoCloud() as client:
        invoice = client.invoices.create("10.00")
        sandbox.pay(invoice.uuid)
        assert client.invoices.get(invoice.uuid).is_paid

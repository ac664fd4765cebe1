"""Waiting without a public URL: everybody who pays is seen, and nobody twice in a list."""

import contextlib
import datetime
import itertools
import logging
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from cryptocloud import (
    AsyncCryptoCloud,
    AuthenticationError,
    CryptoCloud,
    CryptoCloudError,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from cryptocloud_sandbox import Sandbox
from support.service import KEY, Service, Use, success

WAITS: list[float] = []


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits end at once, and are written down."""
    WAITS.clear()

    async def sleep(seconds: float) -> None:
        WAITS.append(seconds)

    monkeypatch.setattr("time.sleep", WAITS.append)
    monkeypatch.setattr("anyio.sleep", sleep)


def uuid(number: int) -> str:
    return f"INV-{number:08d}"


def statuses(**known: str) -> dict[str, Any]:
    """An answer: by the last digit of an id, its status."""
    return success([{"uuid": uuid(int(name[1:])), "status": status} for name, status in known.items()])


def first(count: int, watched: Any) -> Any:
    """So many invoices of a watch, as `(uuid, status)`."""
    if not isinstance(watched, AsyncIterator):
        return [(each.uuid, each.status) for each in itertools.islice(watched, count)]

    async def go() -> list[tuple[str, str | None]]:
        seen = []
        async for each in watched:
            seen.append((each.uuid, each.status))
            if len(seen) == count:
                break
        return seen

    return go()


def test_a_list_ends_when_all_are_final(use: Use) -> None:
    service = Service(
        statuses(_1="created", _2="paid", _3="partial"),
        statuses(_1="created", _3="overpaid"),
        statuses(_1="canceled"),
    )
    ids = [uuid(1)[4:], uuid(2), uuid(3), uuid(1)]
    seen = use(service, lambda client: first(9, client.invoices.watch(ids, every=5)))
    service.check()
    assert seen == [(uuid(2), "paid"), (uuid(3), "overpaid"), (uuid(1), "canceled")]
    assert [body["uuids"] for body in service.bodies] == [
        [uuid(1), uuid(2), uuid(3)],
        [uuid(1), uuid(3)],
        [uuid(1)],
    ]
    assert WAITS == [5.0, 5.0]


def test_an_empty_list_is_over(use: Use) -> None:
    assert use(Service(), lambda client: first(1, client.invoices.watch([]))) == []


def test_a_function_is_asked_in_each_round(use: Use) -> None:
    service = Service(
        statuses(_1="created", _2="paid"),
        statuses(_1="created", _2="paid"),
        statuses(_1="paid", _3="created"),
    )
    rounds = iter([[], [uuid(1), uuid(2)], [uuid(1), uuid(2)], (uuid(n) for n in (1, 3))])
    seen = use(service, lambda client: first(3, client.invoices.watch(lambda: next(rounds))))
    service.check()
    # Again in each round, until it is left out.
    assert seen == [(uuid(2), "paid"), (uuid(2), "paid"), (uuid(1), "paid")]
    assert WAITS == [10.0, 10.0, 10.0]


async def test_an_asynchronous_function_is_awaited() -> None:
    service = Service(statuses(_1="paid"))
    reports: list[CryptoCloudError] = []

    async def pending() -> list[str]:
        return [uuid(1)]

    async def on_error(error: CryptoCloudError) -> None:
        reports.append(error)

    service = Service(httpx.Response(502), statuses(_1="paid"), only_requests=True)
    async with AsyncCryptoCloud(api_key=KEY, transport=service.transport, max_retries=0) as client:
        async for invoice in client.invoices.watch(pending, on_error=on_error):
            assert invoice.is_paid
            break
    assert [type(error) for error in reports] == [ServerError]


def test_one_request_asks_for_a_hundred(use: Use) -> None:
    def answer(body: Any) -> Any:
        return success([{"uuid": each, "status": "paid"} for each in body["uuids"]])

    service = Service(answer, answer, answer)
    seen = use(service, lambda client: first(999, client.invoices.watch(map(uuid, range(250)))))
    service.check()
    assert [name for name, _ in seen] == [uuid(number) for number in range(250)]
    assert [len(body["uuids"]) for body in service.bodies] == [100, 100, 50]


def test_what_fails_is_told_and_tried_again_later(use: Use) -> None:
    service = Service(
        *[httpx.Response(502)] * 5,
        httpx.Response(401),
        httpx.Response(429, headers={"retry-after": "90"}),
        statuses(_1="created"),
        statuses(_1="paid"),
        only_requests=True,
    )
    reports: list[CryptoCloudError] = []
    seen = use(
        service,
        lambda client: first(1, client.invoices.watch([uuid(1)], on_error=reports.append)),
        max_retries=0,
    )
    service.check()
    assert seen == [(uuid(1), "paid")]
    assert [type(error) for error in reports] == [*[ServerError] * 5, AuthenticationError, RateLimitError]
    assert WAITS == [20.0, 40.0, 60.0, 60.0, 60.0, 60.0, 90.0, 10.0]


def test_one_batch_that_fails_does_not_hide_the_others(use: Use) -> None:
    def answer(body: Any) -> Any:
        if uuid(0) in body["uuids"]:
            return httpx.Response(500)
        return success([{"uuid": each, "status": "paid"} for each in body["uuids"]])

    service = Service(answer, answer, only_requests=True)
    seen = use(service, lambda client: first(20, client.invoices.watch(map(uuid, range(120)))), max_retries=0)
    service.check()
    assert [name for name, _ in seen] == [uuid(number) for number in range(100, 120)]


def test_ids_that_are_not_known_are_told_in_each_round(use: Use) -> None:
    service = Service(statuses(_1="created"), statuses(_1="paid"), statuses(_2="paid"))
    reports: list[Any] = []
    seen = use(
        service, lambda client: first(2, client.invoices.watch([uuid(1), uuid(2)], on_error=reports.append))
    )
    service.check()
    assert seen == [(uuid(1), "paid"), (uuid(2), "paid")]
    assert [(type(error), list(error.errors)) for error in reports] == 2 * [(NotFoundError, [uuid(2)])]
    assert [len(error.found) for error in reports] == [1, 1]
    assert WAITS == [10.0, 10.0]


def test_without_a_function_errors_are_logged(use: Use, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "cryptocloud")
    service = Service(httpx.Response(502), statuses(_1="paid"), only_requests=True)
    use(service, lambda client: first(1, client.invoices.watch([uuid(1)])), max_retries=0)
    assert [record.getMessage() for record in caplog.records] == ["watch: ServerError, UNKNOWN"]


def raises(error: Exception) -> Callable[..., Any]:
    def function(*_: object) -> Any:
        raise error

    return function


def test_what_the_user_s_functions_raise_ends_it(use: Use) -> None:
    removed = LookupError("the database is gone")
    with pytest.raises(LookupError, match="gone"):
        use(Service(), lambda client: first(1, client.invoices.watch(raises(removed))))
    with pytest.raises(LookupError, match="gone"):
        use(
            Service(httpx.Response(401), only_requests=True),
            lambda client: first(1, client.invoices.watch([uuid(1)], on_error=raises(removed))),
        )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"pending": "INV-89UX09KA"}, TypeError),
        ({"pending": 5}, TypeError),
        ({"pending": ["INV-1"]}, ValueError),
        ({"every": 0}, ValueError),
        ({"every": "5"}, TypeError),
    ],
)
def test_misuse_is_told_by_the_call_itself(
    use: Use, arguments: dict[str, Any], error: type[Exception]
) -> None:
    def call(client: Any) -> Any:
        client.invoices.watch(**{"pending": []} | arguments)
        pytest.fail("nothing was raised")

    with pytest.raises(error):
        use(Service(), call)


WATCHING = """
import os, signal, sqlite3, sys
from cryptocloud import AsyncCryptoCloud, CryptoCloud

half, key, base_url, path, last = sys.argv[1:]
settings = {"api_key": key, "base_url": base_url}
db = sqlite3.connect(path)

def pending():
    return [uuid for (uuid,) in db.execute("SELECT uuid FROM orders WHERE status = 'created'")]

def serve(number, invoice):
    if number == int(last):
        os.kill(os.getpid(), signal.SIGKILL)  # It came out, and nobody wrote it down.
    with db:
        row = (invoice.status, invoice.uuid)
        db.execute("UPDATE orders SET status = ?, served = served + 1 WHERE uuid = ?", row)
    return bool(pending())

def watch():
    with CryptoCloud(**settings) as client:
        for number, invoice in enumerate(client.invoices.watch(pending, every=0.05)):
            if not serve(number, invoice):
                break

async def watch_async():
    number = 0
    async with AsyncCryptoCloud(**settings) as client:
        async for invoice in client.invoices.watch(pending, every=0.05):
            if not serve(number, invoice):
                break
            number += 1

if half == "sync":
    watch()
else:
    import asyncio
    asyncio.run(watch_async())
"""


@pytest.mark.parametrize("half", ["sync", "async"])
def test_a_watch_that_is_killed_and_started_again_misses_nobody(
    half: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The user's own table knows who is waited for, and one transaction marks who is served."""
    waiting = [sandbox.add_invoice() for _ in range(150)]
    path = tmp_path / "shop.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE orders (uuid TEXT, status TEXT DEFAULT 'created', served INT DEFAULT 0)")
        db.executemany("INSERT INTO orders (uuid) VALUES (?)", [(uuid,) for uuid in waiting])
        db.commit()
        pay = iter(waiting)
        for last, paid in [(0, 40), (7, 40), (60, 40), (999, 30)]:
            for uuid in itertools.islice(pay, paid):
                sandbox.pay(uuid)
            arguments = [half, sandbox.api_key, sandbox.base_url, str(path), str(last)]
            done = subprocess.run([sys.executable, "-c", WATCHING, *arguments], check=False, timeout=60)
            assert done.returncode == (0 if last == 999 else -signal.SIGKILL)
        assert db.execute("SELECT status, served, count(*) FROM orders GROUP BY 1, 2").fetchall() == [
            ("paid", 1, 150)
        ]


# One invoice.


def test_waiting_ends_with_the_invoice(use: Use) -> None:
    service = Service(
        statuses(_1="created"),
        httpx.Response(502),
        statuses(_1="partial"),
        statuses(_1="created"),
        statuses(_1="created"),
        statuses(_1="paid"),
        only_requests=True,
    )
    invoice = use(
        service, lambda client: client.invoices.wait_until_final("00000001", timeout=600), max_retries=0
    )
    service.check()
    assert (invoice.uuid, invoice.status) == (uuid(1), "paid")
    assert WAITS == [1.0, 2.0, 4.0, 8.0, 10.0]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([statuses(_1="created"), statuses(_1="partial")], "its status is 'partial'$"),
        ([httpx.Response(502)], "its status is not known; the last look-up failed: ServerError$"),
        ([statuses(_1="created"), httpx.Response(502)], "'created'; the last look-up failed: ServerError$"),
    ],
)
def test_waiting_ends_in_time(
    use: Use, answers: list[object], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, *[0.0] * 2 * (len(answers) - 1)])

    class Clock:
        """Time passes at the last look."""

        @staticmethod
        def monotonic() -> float:
            return next(times, 700.0)

        @staticmethod
        def sleep(seconds: float) -> None:
            WAITS.append(seconds)

    monkeypatch.setattr("cryptocloud._watch.time", Clock)
    service = Service(*answers, only_requests=True)
    with pytest.raises(TimeoutError, match=rf"INV-00000001 is not final after 600 s: .*{text}"):
        use(service, lambda client: client.invoices.wait_until_final(uuid(1)), max_retries=0)
    service.check()


def test_what_will_not_change_is_raised_at_once(use: Use) -> None:
    for answer, error in [(httpx.Response(401), AuthenticationError), (success([]), NotFoundError)]:
        service = Service(answer, only_requests=True)
        with pytest.raises(error):
            use(service, lambda client: client.invoices.wait_until_final(uuid(1)))
    assert WAITS == []


def test_a_wait_for_the_service_is_kept(use: Use) -> None:
    service = Service(
        httpx.Response(429, headers={"retry-after": "30"}), statuses(_1="paid"), only_requests=True
    )
    use(service, lambda client: client.invoices.wait_until_final(uuid(1)), max_retries=0)
    assert WAITS == [30.0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"uuid": "INV-1"}, ValueError),
        ({"timeout": 0}, ValueError),
        ({"timeout": datetime.timedelta(1)}, TypeError),
    ],
)
def test_misuse_of_a_wait_is_told(use: Use, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        use(
            Service(),
            lambda client: client.invoices.wait_until_final(**{"uuid": uuid(1), "timeout": 5} | arguments),
        )


def test_a_client_waits_for_a_payment_of_the_sandbox(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptocloud._watch._FIRST_LOOK", 0.01)
    with CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
        paid = sandbox.add_invoice()
        monkeypatch.setattr("time.sleep", lambda _: sandbox.pay(paid))
        assert client.invoices.wait_until_final(paid, timeout=20).is_paid

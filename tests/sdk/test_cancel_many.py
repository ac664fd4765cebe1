"""Many invoices at once: each gets one truthful result, whatever fails, and whoever stops it."""

import asyncio
import contextlib
import itertools
import json
import pickle
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from conftest import Serve
from cryptocloud import (
    AsyncCryptoCloud,
    CancelResult,
    CryptoCloud,
    CryptoCloudError,
    InvoiceNotCancelableError,
    JournalError,
    Outcome,
    RateLimitError,
)
from cryptocloud_sandbox import Sandbox
from support.service import KEY, SHOP, Use, success, use_async, use_sync
from support.stub import DONE, Connection, http

REFUSED = {"status": "error", "result": {"validate_error": "Invoice is not created"}}
FAULTS = ["lost", "late", "bad gateway", "html", "rate", "not looked up"]
BOTH = [use_sync, use_async]
PAIR = pytest.mark.parametrize("use", BOTH, ids=["sync", "async"])


def uuid(number: int) -> str:
    return f"INV-{number:08d}"


class Ledger:
    """A service with invoices in its books, whose answers can go wrong.

    Faults are taken in the order in which requests arrive.
    """

    def __init__(self, statuses: Iterable[str] = (), faults: Sequence[str | None] = ()) -> None:
        self.status = {uuid(number): status for number, status in enumerate(statuses)}
        self.faults = list(faults)
        self.cancelled: list[str] = []
        self.asked: Counter[str] = Counter()
        self.before: Callable[[httpx.Request], None] = lambda _: None
        self._lock = threading.Lock()
        self.transport: Any = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.before(request)
        with self._lock:
            fault = self.faults.pop(0) if self.faults else None
            path = request.url.path.rpartition("/")[2]
            self.asked[path] += 1
            body = json.loads(request.content)
            if fault == "rate":
                return httpx.Response(429, headers={"retry-after": "0.001"})
            if fault == "late" or (fault == "not looked up" and path == "info"):
                raise httpx.ConnectError("it did not arrive")
            answer = self._cancel(body["uuid"]) if path == "canceled" else self._look_up(body["uuids"])
        match fault:
            case "lost":
                raise httpx.ReadError("reset")
            case "bad gateway":
                return httpx.Response(502, html="<h1>Bad gateway</h1>")
            case "html":
                return httpx.Response(200, html="<h1>Sorry</h1>")
        return answer

    def _cancel(self, uuid: str) -> httpx.Response:
        if self.status.get(uuid) != "created":
            return httpx.Response(400, json=REFUSED)
        self.status[uuid] = "canceled"
        self.cancelled.append(uuid)
        return httpx.Response(200, json=success(["ok"]))

    def _look_up(self, uuids: list[str]) -> httpx.Response:
        known = [{"uuid": uuid, "status": self.status[uuid]} for uuid in uuids if uuid in self.status]
        return httpx.Response(200, json=success(known))


async def from_async(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


def cancel_many(
    ledger: Ledger, ids: Iterable[Any], use: Use = use_sync, *, max_retries: int = 0, **options: Any
) -> list[CancelResult]:
    results: list[CancelResult] = use(
        ledger.transport, lambda client: client.invoices.cancel_many(ids, **options), max_retries=max_retries
    )
    return results


def by_id(results: Iterable[CancelResult]) -> dict[str, CancelResult]:
    return {result.uuid: result for result in results}


def states(path: Path) -> dict[str, str]:
    """The last state of each id in a journal."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return {line["uuid"]: line["state"] for line in lines}


def begun(path: Path) -> int:
    """How many ids a journal has, once there is one."""
    return path.read_text(encoding="utf-8").count("begun") if path.exists() else 0


# What each id gets.


@PAIR
def test_each_id_gets_its_result(use: Use) -> None:
    ledger = Ledger(["created", "canceled", "paid", "partial"])
    ids = [uuid(0), uuid(1)[4:], uuid(2), uuid(3), uuid(4), "INV-1", None, "<script>"]
    results = cancel_many(ledger, ids, use)
    found = by_id(results)
    assert {each.uuid: (each.state, each.status) for each in results} == {
        uuid(0): ("canceled", "canceled"),
        uuid(1): ("already_canceled", "canceled"),
        uuid(2): ("refused", "paid"),
        uuid(3): ("refused", "partial"),
        uuid(4): ("refused", None),
        "INV-1": ("invalid", None),
        "'None'": ("invalid", None),
        "<script>": ("invalid", None),
    }
    assert [each.uuid for each in results if each.is_done] == sorted(
        [uuid(0), uuid(1)], key=list(found).index
    )
    assert found[uuid(0)].error is None
    assert isinstance(found[uuid(2)].error, InvoiceNotCancelableError)
    assert isinstance(found["INV-1"].error, ValueError)
    assert isinstance(found["'None'"].error, TypeError)
    # One that the service does not refuse is not looked up.
    assert ledger.asked == {"canceled": 5, "info": 4}


def test_a_result_can_be_sent_on() -> None:
    for result in cancel_many(Ledger(["created", "paid"]), [uuid(0), uuid(1), "nonsense"]):
        again = pickle.loads(pickle.dumps(result))
        assert (again.uuid, again.state, again.status) == (result.uuid, result.state, result.status)
        assert json.loads(json.dumps(result.to_dict())) == result.to_dict()
        assert hash(result)


def test_an_error_says_its_outcome_in_json() -> None:
    (result,) = cancel_many(Ledger(["created"], ["lost", "late", "late"]), [uuid(0)])
    assert isinstance(result.error, CryptoCloudError)
    assert result.to_dict() == {
        "uuid": uuid(0),
        "state": "unknown",
        "status": None,
        "error": "APIConnectionError",
        "outcome": "unknown",
        "message": str(result.error),
    }
    assert result.error.__traceback__ is None


def test_nothing_is_sent_where_nobody_listens(use: Use) -> None:
    with Sandbox() as sandbox:
        nowhere = sandbox.base_url
    results: list[CancelResult] = use(
        None,
        lambda client: client.invoices.cancel_many([uuid(0), uuid(1)]),
        base_url=nowhere,
        max_retries=0,
    )
    assert [result.state for result in results] == ["not_sent", "not_sent"]


def test_a_key_that_is_refused_ends_nothing() -> None:
    with Sandbox(seed=1) as sandbox, CryptoCloud(api_key=KEY, base_url=sandbox.base_url) as client:
        results = list(client.invoices.cancel_many([sandbox.add_invoice(), sandbox.add_invoice()]))
    assert [(each.state, type(each.error).__name__) for each in results] == 2 * [
        ("refused", "AuthenticationError")
    ]


def stops_at(count: int, results: Any) -> Any:
    """The first results, however many there are. Goes through them as the client does."""
    if not isinstance(results, AsyncIterator):
        return list(itertools.islice(results, count))

    async def go() -> list[CancelResult]:
        taken = []
        if count:
            async for result in results:
                taken.append(result)
                if len(taken) == count:
                    break
        return taken

    return go()


SOURCES: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "generator": iter,
    "endless": itertools.cycle,
    "async generator": from_async,
}


@PAIR
@given(
    statuses=st.lists(st.sampled_from(["created", "created", "canceled", "paid", "partial"]), max_size=20),
    faults=st.lists(st.sampled_from([None, None, *FAULTS]), max_size=40),
    source=st.sampled_from(list(SOURCES)),
    concurrency=st.integers(1, 8),
    max_retries=st.integers(0, 1),
)
def test_every_result_is_true(
    use: Use, statuses: list[str], faults: list[str], source: str, *, concurrency: int, max_retries: int
) -> None:
    ids = [uuid(number) for number in range(len(statuses))]
    ledger = Ledger(statuses, faults)
    of = SOURCES["generator" if use is use_sync and source == "async generator" else source]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cryptocloud._call.engine._FIRST_PAUSE", 0.001)
        results: list[CancelResult] = use(
            ledger.transport,
            lambda client: stops_at(
                2 * len(ids), client.invoices.cancel_many(of(ids), concurrency=concurrency)
            ),
            max_retries=max_retries,
        )
    if source == "endless":
        assert len(results) == 2 * len(ids)
    else:
        assert sorted(each.uuid for each in results) == ids
    for result in results:
        status = ledger.status[result.uuid]
        if result.is_done:
            assert (status, result.status, result.error) == ("canceled", "canceled", None)
        elif isinstance(result.error, RateLimitError):
            assert result.state == "refused"
        elif result.state == "refused":
            assert status == result.status in ("paid", "partial")
        elif result.state == "not_sent":
            assert source == "endless" or status == statuses[ids.index(result.uuid)]
        else:
            assert result.state == "unknown"
        assert (result.error is None) is result.is_done
    assert sorted(ledger.cancelled) == sorted(set(ledger.cancelled))


# How it goes on.


@PAIR
def test_ids_are_pulled_as_places_are_free(use: Use) -> None:
    pulled = 0

    def endless() -> Iterator[str]:
        nonlocal pulled
        for number in itertools.count():
            pulled += 1
            yield uuid(number)

    ledger = Ledger(["created"] * 100)
    use(
        ledger.transport,
        lambda client: stops_at(30, client.invoices.cancel_many(endless(), concurrency=4)),
    )
    assert 30 <= pulled <= 30 + 4
    assert len(ledger.cancelled) == pulled


@PAIR
@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_than_asked_for_are_in_flight(use: Use, concurrency: int, serve: Serve) -> None:
    lock = threading.Lock()
    in_flight, most = 0, 0

    def slow(connection: Connection) -> None:
        nonlocal in_flight, most
        with lock:
            in_flight += 1
            most = max(most, in_flight)
        time.sleep(0.02)
        with lock:
            in_flight -= 1
        connection.send(DONE)

    results = use(
        None,
        lambda client: client.invoices.cancel_many(map(uuid, range(12)), concurrency=concurrency),
        base_url=serve(slow).base_url,
    )
    assert [each.state for each in results] == ["canceled"] * 12
    assert most == concurrency


async def test_results_do_not_wait_for_a_slow_source() -> None:
    """The next id comes only when the result before it is known."""
    is_told = asyncio.Event()

    async def slow() -> AsyncIterator[str]:
        for number in range(5):
            yield uuid(number)
            await is_told.wait()
            is_told.clear()

    async with AsyncCryptoCloud(api_key=KEY, transport=Ledger(["created"] * 5).transport) as client:
        results = []
        async for result in client.invoices.cancel_many(slow()):
            results.append(result)
            is_told.set()
    assert [result.state for result in results] == ["canceled"] * 5


async def test_an_endless_source_of_nonsense_leaves_room_for_other_tasks() -> None:
    async with AsyncCryptoCloud(api_key=KEY) as client:

        async def go() -> None:
            async for result in client.invoices.cancel_many(itertools.repeat("nonsense")):
                assert result.state == "invalid"

        with anyio.move_on_after(0.05) as scope:
            await go()
        assert scope.cancelled_caught


@PAIR
@pytest.mark.parametrize("when", ["at once", "later"])
def test_an_error_of_the_source_arrives_as_it_is(use: Use, when: str) -> None:
    def broken() -> Iterator[str]:
        if when == "later":
            yield from map(uuid, range(10))
        raise LookupError("the database is gone")

    ledger = Ledger(["created"] * 10)
    with pytest.raises(LookupError, match="gone"):
        cancel_many(ledger, broken(), use)
    assert len(ledger.cancelled) == (10 if when == "later" else 0)


def test_an_error_of_an_asynchronous_source_arrives_as_it_is() -> None:
    async def broken() -> AsyncIterator[str]:
        yield uuid(0)
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="gone"):
        cancel_many(Ledger(["created"]), broken(), use_async)  # type: ignore[arg-type]


class Stopped(BaseException):
    """What a signal handler can raise, and no fault of the network."""


@PAIR
def test_what_is_no_failure_of_a_call_arrives_as_it_is(use: Use) -> None:
    ledger = Ledger(["created"] * 3)

    def stop(_: httpx.Request) -> None:
        raise Stopped

    ledger.before = stop
    with pytest.raises(Stopped):
        cancel_many(ledger, map(uuid, range(3)), use)


def test_a_client_that_is_closed_meanwhile_says_so() -> None:
    ledger = Ledger(["created"] * 100)
    with CryptoCloud(api_key=KEY, transport=ledger.transport) as client:
        results = client.invoices.cancel_many(map(uuid, range(100)), concurrency=2)
        next(results)
        client.close()
        with pytest.raises(RuntimeError, match="closed"):
            list(results)
    assert len(ledger.cancelled) < 100


@PAIR
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"uuids": "INV-89UX09KA"}, TypeError, "ids to go through, not str"),
        ({"uuids": 5}, TypeError, "ids to go through, not int"),
        ({"concurrency": 0}, ValueError, "from 1 to 100, not 0"),
        ({"concurrency": 101}, ValueError, "from 1 to 100, not 101"),
        ({"concurrency": True}, TypeError, "int, not bool"),
        ({"concurrency": 2.0}, TypeError, "int, not float"),
        ({"journal": 5}, TypeError, "PathLike"),
        ({"journal": b"journal"}, TypeError, "str"),
    ],
)
def test_misuse_is_told_by_the_call_itself(
    use: Use, arguments: dict[str, Any], error: type[Exception], text: str
) -> None:
    def call(client: Any) -> Any:
        client.invoices.cancel_many(**{"uuids": []} | arguments)
        pytest.fail("nothing was raised")

    with pytest.raises(error, match=text):
        use(Ledger().transport, call)


# The rate.


class Gate:
    """Lets some calls through, then refuses for a while; counts what it sees in each such period."""

    def __init__(self, limit: int, retry_after: float | None) -> None:
        self.seen: list[int] = [0]
        self.limit = limit
        self.retry_after = retry_after
        self.closed_until: float | None = None
        self._lock = threading.Lock()
        self.transport: Any = httpx.MockTransport(self._answer)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        with self._lock:
            now = time.monotonic()
            if self.closed_until and now >= self.closed_until:
                self.closed_until = None
                self.seen.append(0)
            self.seen[-1] += 1
            if self.seen[-1] <= self.limit:
                return httpx.Response(200, json=success(["ok"]))
            if self.closed_until is None:
                self.closed_until = now + (self.retry_after or 0.1)
            headers = {"retry-after": str(self.retry_after)} if self.retry_after else {}
            return httpx.Response(429, headers=headers)


@PAIR
def test_a_limit_is_kept_from_the_first_refusal_on(use: Use) -> None:
    gate = Gate(limit=10, retry_after=0.1)
    results = use(gate.transport, lambda client: client.invoices.cancel_many(map(uuid, range(60))))
    assert [result.state for result in results] == ["canceled"] * 60
    # What was in flight at the first refusal cannot be called back.
    assert gate.limit < gate.seen[0] <= gate.limit + 8
    assert max(gate.seen[1:]) <= gate.limit + 1


@PAIR
def test_without_a_time_to_wait_it_waits_longer_each_time(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptocloud._call.batch._FIRST_STOP", 0.01)
    gate = Gate(limit=3, retry_after=None)
    results = use(gate.transport, lambda client: client.invoices.cancel_many(map(uuid, range(9))))
    assert [result.state for result in results] == ["canceled"] * 9


@PAIR
def test_who_is_refused_without_end_counts_as_refused(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptocloud._call.batch._FIRST_STOP", 0.001)
    monkeypatch.setattr("cryptocloud._call.batch._LONGEST_STOP", 0.002)
    ledger = Ledger(["created", "created"], [])
    ledger.transport = httpx.MockTransport(lambda _: httpx.Response(429))
    results = cancel_many(ledger, map(uuid, range(2)), use)
    assert [(each.state, type(each.error)) for each in results] == 2 * [("refused", RateLimitError)]


@PAIR
def test_more_are_in_flight_again_when_it_works(use: Use, serve: Serve) -> None:
    lock = threading.Lock()
    in_flight, seen = 0, []

    def slow(connection: Connection) -> None:
        nonlocal in_flight
        with lock:
            in_flight += 1
            seen.append(in_flight)
            is_refused = len(seen) <= 4
        time.sleep(0.005)
        with lock:
            in_flight -= 1
        connection.send(http(429, b"{}", "Retry-After: 0.05") if is_refused else DONE)

    results = use(
        None,
        lambda client: client.invoices.cancel_many(map(uuid, range(200)), concurrency=4),
        base_url=serve(slow).base_url,
    )
    assert [each.state for each in results] == ["canceled"] * 200
    # Four refusals leave one place, and each 50 calls that work give one back.
    assert set(seen[5:54]) == {1}
    assert 1 < max(seen[54:]) <= 4


# The journal.


def test_the_journal_has_each_id_before_and_after(use: Use, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created", "paid"])
    at_request: list[str] = []
    ledger.before = lambda request: at_request.append(path.read_text(encoding="utf-8"))
    cancel_many(ledger, [uuid(0), uuid(1), "nonsense"], use, journal=path, concurrency=1)
    for number, text in zip((0, 1), (at_request[0], at_request[1]), strict=True):
        assert json.loads(text.splitlines()[-1]) | {"at": ""} == {
            "uuid": uuid(number),
            "state": "begun",
            "at": "",
        }
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"format": 1, "host": "https://api.cryptocloud.plus/v2", "shop": "xB***Wj"}
    assert SHOP not in path.read_text(encoding="utf-8")
    assert KEY not in path.read_text(encoding="utf-8")
    assert [(line["uuid"], line["state"]) for line in lines[1:]] == [
        (uuid(0), "begun"),
        (uuid(0), "canceled"),
        (uuid(1), "begun"),
        (uuid(1), "refused"),
    ]
    assert lines[-1]["status"] == "paid"


@PAIR
def test_a_journal_goes_on_where_it_was_left(use: Use, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created"] * 6)
    assert len(cancel_many(ledger, map(uuid, range(3)), use, journal=path)) == 3
    with path.open("a", encoding="utf-8") as journal:
        # A run that was killed: one was carried out, the other was not even sent, and a line was cut.
        ledger.status[uuid(3)] = "canceled"
        for number in (3, 4):
            journal.write(json.dumps({"uuid": uuid(number), "state": "begun"}) + "\n")
        journal.write('{"uuid": "INV-000000')
    ledger.cancelled.clear()
    results = cancel_many(ledger, map(uuid, [0, 5, 4, 5, 1]), use, journal=str(path), concurrency=1)
    assert [(each.uuid, each.state) for each in results] == [
        (uuid(3), "already_canceled"),
        (uuid(4), "canceled"),
        # Told of again, in case nobody heard of it, and not sent again.
        (uuid(0), "already_canceled"),
        (uuid(5), "canceled"),
        (uuid(1), "already_canceled"),
    ]
    assert ledger.cancelled == [uuid(4), uuid(5)]
    assert set(states(path).values()) == {"canceled", "already_canceled"}
    assert len(states(path)) == 6


@PAIR
def test_what_is_not_settled_is_tried_again(use: Use, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created"] * 3, ["lost", "late", "late", "late"])
    ids = [uuid(0), uuid(1)]
    results = cancel_many(ledger, ids, use, journal=path, concurrency=1)
    assert [each.state for each in results] == ["unknown", "not_sent"]
    # The first may be cancelled, so it is looked into. The second is not, and nobody asks for it any more.
    results = cancel_many(ledger, [uuid(2)], use, journal=path, concurrency=1)
    assert [(each.uuid, each.state) for each in results] == [
        (uuid(0), "already_canceled"),
        (uuid(2), "canceled"),
    ]
    results = cancel_many(ledger, ids, use, journal=path, concurrency=1)
    assert [each.state for each in results] == ["already_canceled", "canceled"]


def lines_of(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


HEAD = {"format": 1, "host": "https://api.cryptocloud.plus/v2", "shop": "xB***Wj"}


@PAIR
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (lines_of(HEAD | {"host": "https://api.trybit.com/v2"}), "belongs to the host"),
        (lines_of(HEAD | {"shop": "zz***zz"}), "belongs to the shop"),
        (lines_of(HEAD | {"format": 2}), "has format 2"),
        (lines_of(HEAD, {"uuid": "INV-1", "state": "begun"}), "line 2 is not one of a journal"),
        (lines_of(HEAD, {"uuid": uuid(0)}, HEAD), "line 2 is not one of a journal"),
        (lines_of(HEAD) + b"\0\0\0\n", "line 2 is not one of a journal"),
        (lines_of(HEAD) + b"[" * 100_000 + b"\n", "line 2 is not one of a journal"),
        (b"INV-00000000\nINV-00000001\n", "is another file"),
        (b"INV-00000000", "is another file"),
        (b'{"uuid": "INV-00000000"}\n', "is another file"),
        (b"\n", "is another file"),
        (b"\xff\xfe\n", "is another file"),
    ],
)
def test_another_file_is_refused_and_not_touched(use: Use, content: bytes, text: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    ledger = Ledger(["created"])
    with pytest.raises(JournalError, match=text) as caught:
        cancel_many(ledger, [uuid(0)], use, journal=path)
    assert str(path) in str(caught.value)
    assert (caught.value.outcome, caught.value.operation) == (Outcome.NOT_SENT, "cancelInvoice")
    assert path.read_bytes() == content
    assert ledger.asked == {}


@pytest.mark.parametrize("content", [b"", b"{", json.dumps(HEAD).encode()])
def test_a_first_line_that_was_cut_is_written_again(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    assert cancel_many(Ledger(["created"]), [uuid(0)], journal=path)[0].is_done
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0]) == HEAD


def test_a_client_without_a_shop_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created", "created"])
    with CryptoCloud(api_key=KEY, transport=ledger.transport) as client:
        assert next(client.invoices.cancel_many([uuid(0)], journal=path)).is_done
    assert cancel_many(ledger, [uuid(1)], journal=path)[0].is_done


@PAIR
@pytest.mark.parametrize("place", ["folder", "nowhere", "device"])
def test_a_place_that_cannot_be_used_is_told_before_anything_is_sent(
    use: Use, place: str, tmp_path: Path
) -> None:
    path = {"folder": tmp_path, "nowhere": tmp_path / "no" / "such", "device": Path("/dev/full")}[place]
    ledger = Ledger(["created"])
    with pytest.raises(JournalError, match=str(path)):
        cancel_many(ledger, [uuid(0)], use, journal=path)
    assert ledger.asked == {}


@PAIR
def test_a_journal_that_is_in_use_is_told_before_anything_is_sent(use: Use, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created"] * 3)
    with CryptoCloud(api_key=KEY, transport=ledger.transport) as client:
        first = client.invoices.cancel_many([uuid(0), uuid(1)], journal=path, concurrency=1)
        assert next(first).is_done
        with pytest.raises(JournalError, match="in use"):
            cancel_many(ledger, [uuid(2)], use, journal=path)
        assert [each.uuid for each in first] == [uuid(1)]
    assert ledger.cancelled == [uuid(0), uuid(1)]
    assert cancel_many(ledger, [uuid(2)], use, journal=path)[0].is_done


FULL = """
import resource, signal, sys
from cryptocloud import CryptoCloud, JournalError, Outcome
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
with CryptoCloud(api_key=sys.argv[1], base_url=sys.argv[2]) as client:
    try:
        for result in client.invoices.cancel_many(sys.argv[4:], journal=sys.argv[3], concurrency=2):
            assert result.is_done
    except JournalError as error:
        assert error.outcome is Outcome.UNKNOWN
        print(error)
"""


def test_a_disk_that_is_full_stops_what_is_not_sent_yet(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "journal.jsonl"
    ids = [sandbox.add_invoice() for _ in range(30)]
    command = [sys.executable, "-c", FULL, sandbox.api_key, sandbox.base_url, str(path), *ids]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "cannot be written: File too large" in done.stdout
    cancelled = {each for each in ids if sandbox.status(each) == "canceled"}
    assert 0 < len(cancelled) < 30
    with CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
        assert len(list(client.invoices.cancel_many(ids, journal=path))) == 30
    assert set(states(path).values()) <= {"canceled", "already_canceled"}
    assert set(states(path)) == set(ids)


# Whoever stops it.


NIGHTLY = """
import sys
from cryptocloud import CryptoCloud
with CryptoCloud(api_key=sys.argv[1], base_url=sys.argv[2], timeout=20) as client:
    for result in client.invoices.cancel_many(sys.argv[4:], journal=sys.argv[3]):
        pass
"""


KILLED = """
import os, random, signal, sys, time
from cryptocloud import CryptoCloud
key, url, path, kills = sys.argv[1:]
ids = sys.stdin.read().split()
chance = random.Random(1)
client = CryptoCloud(api_key=key, base_url=url)
for number in range(int(kills) + 1):
    todo = [each.uuid for each in client.invoices.get_many(ids) if each.status == "created"]
    results, result = os.pipe()
    child = os.fork()
    if not child:
        for each in client.invoices.cancel_many(todo, journal=path):
            os.write(result, b".")
        # On a busy machine it can be through before it is killed.
        if number < int(kills):
            signal.pause()
        os._exit(0)
    if number < int(kills):
        for _ in range(min(chance.randrange(20), len(todo))):
            os.read(results, 1)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
    ended = os.waitpid(child, 0)[1]
    assert ended == (signal.SIGKILL if number < int(kills) else 0), ended
"""


@pytest.mark.no_cover
def test_a_run_that_is_killed_twenty_times_loses_nothing(tmp_path: Path) -> None:
    """With the invoices that are still open as its input, as a job in the night has it."""
    path = tmp_path / "journal.jsonl"
    with Sandbox(seed=1) as sandbox:
        ids = [sandbox.add_invoice() for _ in range(500)]
        command = [sys.executable, "-c", KILLED, sandbox.api_key, sandbox.base_url, str(path), "20"]
        subprocess.run(command, input=" ".join(ids), text=True, check=True, timeout=180)
        assert {sandbox.status(each) for each in ids} == {"canceled"}
    assert states(path).keys() == set(ids)
    assert set(states(path).values()) <= {"canceled", "already_canceled"}


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_waits_for_what_is_in_flight_and_twice_does_not(
    times: int, tmp_path: Path, serve: Serve
) -> None:
    path = tmp_path / "journal.jsonl"

    def slow(connection: Connection) -> None:
        if times == 2:
            connection.keep_silent()
        time.sleep(0.5)
        connection.send(DONE)

    service = serve(slow)
    command = [sys.executable, "-c", NIGHTLY, KEY, service.base_url, str(path), *map(uuid, range(20))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while len(service.requests) < 8:
            time.sleep(0.01)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        # The service is silent for longer than this, and so is the client's timeout.
        _, errors = process.communicate(timeout=9)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT
    assert Counter(states(path).values()) == {"canceled" if times == 1 else "begun": 8}


def test_break_waits_for_what_is_in_flight(use: Use, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Sandbox(seed=1) as sandbox:
        ids = [sandbox.add_invoice() for _ in range(20)]
        for number in range(8):
            sandbox.fail_next("cancelInvoice", delay=0.1 if number else 0.001, after=True)
        results = use(
            None,
            lambda client: stops_at(1, client.invoices.cancel_many(ids, journal=path)),
            api_key=sandbox.api_key,
            base_url=sandbox.base_url,
        )
        assert len(results) == 1
        assert len(states(path)) < 20
        assert states(path) == {each: "canceled" for each in ids if sandbox.status(each) == "canceled"}


async def test_a_task_that_is_cancelled_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Sandbox(seed=1) as sandbox:
        ids = [sandbox.add_invoice() for _ in range(20)]
        for _ in range(8):
            sandbox.fail_next("cancelInvoice", delay=0.3, after=True)

        async def go() -> None:
            async for _ in client.invoices.cancel_many(ids, journal=path):
                pytest.fail("the task was cancelled too late")

        async with AsyncCryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
            task = asyncio.create_task(go())
            await until_begun(path, 8)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert states(path) == dict.fromkeys(states(path), "canceled")
            assert len(states(path)) == 8
            # The journal is free again.
            assert len([each async for each in client.invoices.cancel_many(ids, journal=path)]) == 20


async def test_a_task_that_is_cancelled_twice_ends_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Sandbox(seed=1) as sandbox:
        ids = [sandbox.add_invoice() for _ in range(8)]
        for _ in range(8):
            sandbox.fail_next("cancelInvoice", delay=60)
        client = AsyncCryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url)
        results = client.invoices.cancel_many(ids, journal=path)
        task = asyncio.create_task(first_of(results))
        await until_begun(path, 8)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert set(states(path).values()) == {"begun"}
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for other in others:
            other.cancel()
        await asyncio.wait(others)
        await client.aclose()


async def first_of(results: AsyncIterator[CancelResult]) -> CancelResult:
    return await anext(results)


async def until_begun(path: Path, count: int) -> None:
    with anyio.fail_after(20):
        while begun(path) < count:  # noqa: ASYNC110 - the file cannot tell
            await anyio.sleep(0.01)


def test_a_scope_of_trio_that_is_cancelled_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    async def main(sandbox: Sandbox, ids: list[str]) -> None:
        async with AsyncCryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:

                    async def cancel() -> None:
                        await until_begun(path, 8)
                        scope.cancel()

                    nursery.start_soon(cancel)
                    async for _ in client.invoices.cancel_many(ids, journal=path):
                        pytest.fail("the scope was cancelled too late")
            assert scope.cancelled_caught
            assert Counter(states(path).values()) == {"canceled": 8}
            async for result in client.invoices.cancel_many(from_trio(ids), journal=path):
                assert result.is_done
            async for _ in client.invoices.cancel_many(ids):
                break

    async def from_trio(ids: list[str]) -> AsyncIterator[str]:
        for each in ids:
            await trio.lowlevel.checkpoint()
            yield each

    with Sandbox(seed=1) as sandbox:
        ids = [sandbox.add_invoice() for _ in range(20)]
        for _ in range(8):
            sandbox.fail_next("cancelInvoice", delay=0.3, after=True)
        trio.run(main, sandbox, ids)
        assert {sandbox.status(each) for each in ids} == {"canceled"}


async def test_results_can_be_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    ledger = Ledger(["created"] * 20)
    async with AsyncCryptoCloud(api_key=KEY, transport=ledger.transport) as client:
        going: Any = client.invoices.cancel_many(map(uuid, range(20)), journal=path)
        async with contextlib.aclosing(going) as results:
            async for _ in results:
                break
        assert set(states(path).values()) == {"canceled"}
        with pytest.raises(StopAsyncIteration):
            await anext(results)
        never_begun: Any = client.invoices.cancel_many([uuid(0)], journal=path)
        await never_begun.aclose()


LEFT = """
import sys, time
from cryptocloud import CryptoCloud
client = CryptoCloud(api_key=sys.argv[1], base_url=sys.argv[2], timeout=60)
results = client.invoices.cancel_many(sys.argv[3:])
next(results)
"""


def test_a_program_can_end_with_a_batch_half_way(sandbox: Sandbox) -> None:
    ids = [sandbox.add_invoice() for _ in range(8)]
    for number in range(8):
        sandbox.fail_next("cancelInvoice", delay=30 if number else 0.001, after=True)
    command = [sys.executable, "-c", LEFT, sandbox.api_key, sandbox.base_url, *ids]
    subprocess.run(command, check=True, timeout=20)


# What it needs.


@PAIR
@pytest.mark.no_cover
def test_memory_is_flat(use: Use) -> None:
    taken: list[int] = []

    def ids() -> Iterator[str]:
        for number in range(1500):
            if number in (500, 1499):
                taken.append(tracemalloc.get_traced_memory()[0])
            yield uuid(number)

    def count(client: Any) -> Any:
        results = client.invoices.cancel_many(ids())
        if not isinstance(results, AsyncIterator):
            return sum(1 for _ in results)

        async def go() -> int:
            return len([None async for _ in results])

        return go()

    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=success(["ok"])))
    tracemalloc.start()
    try:
        assert use(transport, count) == 1500
    finally:
        tracemalloc.stop()
    assert taken[1] - taken[0] < 100_000


@pytest.mark.no_cover
def test_a_journal_needs_less_than_100_bytes_an_id(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    count = 100_000
    with path.open("wb") as file:
        file.write(lines_of(HEAD))
        for number in range(count):
            file.write(lines_of({"uuid": uuid(number), "state": "canceled"}))
    with CryptoCloud(api_key=KEY, transport=Ledger(["created"]).transport) as client:
        tracemalloc.start()
        try:
            results = client.invoices.cancel_many(map(uuid, range(count)), journal=path)
            next(results)
            used = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert used < 100 * count

"""Calls that are abandoned half-way, and clients that many share: nobody gets another one's answer."""

import asyncio
import gc
import itertools
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import h11
import pytest
import trio

import cryptocloud
from cryptocloud import APITimeoutError, AsyncCryptoCloud, CryptoCloud, InvalidResponseError
from cryptocloud._transport import Headers, Request, Target
from cryptocloud._transport.aio import MAX_IN_FLIGHT as IN_FLIGHT
from cryptocloud._transport.httptools import HttptoolsExchange
from support.command import started
from support.service import KEY, SHOP
from support.stub import DONE, PATIENCE, Connection, Script, Stub, http

# What runs under the coverage counter takes twice as long, and the other tests reach every line.
pytestmark = pytest.mark.no_cover

AT_ONCE = 2 * IN_FLIGHT
"""Calls of an asynchronous client that are made together: half of them wait for their turn."""


def wallet(connection: Connection) -> bytes:
    """The answer to one request and no other: its address says for whom it was asked."""
    customer = json.loads(connection.asked.body)["identify"]
    return http(200, json.dumps({"status": "success", "result": {"address": f"for {customer}"}}).encode())


def gives_wallets(connection: Connection) -> None:
    connection.send(wallet(connection))


class TwoDays:
    """A script: on the first day the answers are bad, and a connection may be left with one owed.

    On the second day nobody is answered before `together` requests are there at the same time.
    """

    def __init__(self, bad: Script, together: int = IN_FLIGHT) -> None:
        self.is_second = False
        self.is_reused = False
        """Whether a connection of the first day was used on the second."""
        self._bad = bad
        self._seen: set[Connection] = set()
        self._together = threading.Barrier(together, timeout=PATIENCE)

    def __call__(self, connection: Connection) -> None:
        if self.is_second:
            self.is_reused = self.is_reused or connection in self._seen
            self._together.wait()
            gives_wallets(connection)
        else:
            self._seen.add(connection)
            self._bad(connection)


def silent(connection: Connection) -> None:
    """The connection stays open, and ends when the client closes it."""


def stops_in_the_head(connection: Connection) -> None:
    connection.send(wallet(connection)[:20])


def stops_in_the_body(connection: Connection) -> None:
    connection.send(wallet(connection)[:-5])


def call(client: Any, customer: str) -> Any:
    return client.static_wallets.create("BTC", identify=customer)


def of(stub: Stub, **settings: Any) -> dict[str, Any]:
    return {"api_key": KEY, "shop_id": SHOP, "base_url": stub.base_url, **settings}


# Tasks. asyncio and trio have each their own way to cancel.

Start = Callable[[], Awaitable[Any]]
Abandon = Callable[[Sequence[Start], Start], Awaitable[None]]


async def _abandon_asyncio(calls: Sequence[Start], ready: Start) -> None:
    """Make calls, each in a task; cancel them all when it is time, and see that all of them end by that."""
    tasks = [asyncio.ensure_future(start()) for start in calls]
    await ready()
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(result, asyncio.CancelledError)
        for result in await asyncio.gather(*tasks, return_exceptions=True)
    )


async def _abandon_trio(calls: Sequence[Start], ready: Start) -> None:
    ended: list[object] = []

    async def ends(start: Start) -> None:
        ended.append(await start())

    async with trio.open_nursery() as nursery:
        for start in calls:
            nursery.start_soon(ends, start)
        await ready()
        nursery.cancel_scope.cancel()
    assert not ended


ABANDON: dict[str, Abandon] = {"asyncio": _abandon_asyncio, "trio": _abandon_trio}


@pytest.fixture(params=ABANDON)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test of tasks runs in both kinds of event loop."""
    name: str = request.param
    return name


async def _together(calls: Sequence[Start]) -> list[Any]:
    """The results of calls that are made at the same time, in their order."""
    results: list[Any] = [None] * len(calls)

    async def keep(number: int, start: Start) -> None:
        results[number] = await start()

    async with anyio.create_task_group() as group:
        for number, start in enumerate(calls):
            group.start_soon(keep, number, start)
    return results


async def _check_usable(client: AsyncCryptoCloud) -> None:
    """See that as many calls as before are in flight, no turn being lost, and each gets its own answer."""
    customers = [f"customer {number}" for number in range(AT_ONCE)]
    with anyio.fail_after(PATIENCE):
        wallets = await _together([partial(call, client, customer) for customer in customers])
    assert [wallet.address for wallet in wallets] == [f"for {customer}" for customer in customers]


def _until(condition: Callable[[], bool]) -> Start:
    """Waits until something has happened, and a moment more, in which tasks can begin to read what came."""

    def wait() -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.01)
        time.sleep(0.1)

    return partial(anyio.to_thread.run_sync, wait)


@pytest.mark.parametrize("bad", [silent, stops_in_the_head, stops_in_the_body])
def test_cancelled_calls_leave_the_client_usable(backend: str, bad: Script) -> None:
    days = TwoDays(bad)

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            calls = [partial(call, client, "nobody") for _ in range(AT_ONCE)]
            await ABANDON[backend](calls, _until(lambda: len(stub.requests) == IN_FLIGHT))
            # Each connection in the middle of an exchange was closed, while the client lives on.
            await anyio.to_thread.run_sync(stub.wait_until_all_closed)
            days.is_second = True
            await _check_usable(client)

    with Stub(days) as stub:
        anyio.run(main, backend=backend)
        stub.wait_until_all_closed()
    assert not days.is_reused


def test_calls_cancelled_while_they_connect_leave_the_client_usable(backend: str) -> None:
    """The server takes connections and says nothing, not even what a TLS handshake begins with."""

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub, base_url=stub.base_url.replace("http:", "https:"))) as client:

            async def abandon(connections: int) -> None:
                calls = [partial(call, client, "nobody") for _ in range(AT_ONCE)]
                await ABANDON[backend](calls, _until(lambda: stub.connections == connections))
                await anyio.to_thread.run_sync(stub.wait_until_all_closed)

            await abandon(IN_FLIGHT)
            # As many come that far again: no turn was lost.
            await abandon(2 * IN_FLIGHT)

    with Stub(silent) as stub:
        anyio.run(main, backend=backend)
    assert not stub.requests


def test_calls_cancelled_between_tries_leave_the_client_usable(
    backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    # A line for each try that is over.
    caplog.set_level(logging.INFO, "cryptocloud")
    days = TwoDays(lambda connection: connection.send(http(429, b"", "Retry-After: 20")))

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            calls = [partial(call, client, "nobody") for _ in range(AT_ONCE)]
            await ABANDON[backend](calls, _until(lambda: len(caplog.records) == AT_ONCE))
            days.is_second = True
            await _check_usable(client)

    with Stub(days) as stub:
        anyio.run(main, backend=backend)
        stub.wait_until_all_closed()
    # Nobody was in the middle of an exchange, so the connections were kept, and nothing was tried again.
    assert days.is_reused
    assert len(stub.requests) == 2 * AT_ONCE


def test_calls_cancelled_while_they_look_up_leave_the_client_usable(backend: str) -> None:
    def bad(connection: Connection) -> None:
        if connection.asked.line.split()[1].endswith("canceled"):
            connection.send(http(502))

    days = TwoDays(bad)

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            calls = [partial(client.invoices.cancel, "INV-89UX09KA") for _ in range(AT_ONCE)]
            await ABANDON[backend](calls, _until(lambda: stub.asked.count("info") == IN_FLIGHT))
            await anyio.to_thread.run_sync(stub.wait_until_all_closed)
            days.is_second = True
            await _check_usable(client)

    with Stub(days) as stub:
        anyio.run(main, backend=backend)
    assert not days.is_reused


def test_a_call_can_be_cancelled_at_any_step(backend: str) -> None:
    """A task is cancelled after each number of steps of the event loop that it can take."""

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            for steps in range(60):
                with anyio.fail_after(PATIENCE):
                    async with anyio.create_task_group() as group:
                        group.start_soon(call, client, "nobody")
                        for _ in range(steps):
                            await anyio.lowlevel.checkpoint()
                        group.cancel_scope.cancel()
                    assert (await call(client, f"{steps}")).address == f"for {steps}"

    with Stub(gives_wallets) as stub:
        anyio.run(main, backend=backend)
        stub.wait_until_all_closed()


def test_a_deadline_leaves_the_client_usable(backend: str) -> None:
    days = TwoDays(stops_in_the_body)

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            with pytest.raises(APITimeoutError, match=r"within 0\.2 s"):
                await call(client.with_options(timeout=0.2), "nobody")
            await anyio.to_thread.run_sync(stub.wait_until_all_closed)
            days.is_second = True
            await _check_usable(client)

    with Stub(days) as stub:
        anyio.run(main, backend=backend)
    assert not days.is_reused


def test_a_body_that_is_too_long_leaves_the_client_usable(backend: str) -> None:
    days = TwoDays(lambda connection: connection.send(http(200, b" " * 9_000_000)))

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:
            with pytest.raises(InvalidResponseError, match="longer than"):
                await call(client, "nobody")
            days.is_second = True
            await _check_usable(client)

    with Stub(days) as stub:
        anyio.run(main, backend=backend)
    assert not days.is_reused


def test_tasks_get_their_own_answers(backend: str) -> None:
    """200 tasks, 2,000 calls."""

    async def main() -> None:
        async with AsyncCryptoCloud(**of(stub)) as client:

            async def work(number: int) -> None:
                for turn in range(10):
                    wallet = await call(client, f"{number}, {turn}")
                    assert wallet.address == f"for {number}, {turn}"

            await _together([partial(work, number) for number in range(200)])

    with Stub(gives_wallets) as stub:
        anyio.run(main, backend=backend)
    assert len(stub.requests) == 2000


# Threads.


def test_threads_get_their_own_answers() -> None:
    """50 threads, 2,000 calls."""
    with Stub(gives_wallets) as stub, CryptoCloud(**of(stub)) as client:

        def work(number: int) -> None:
            for turn in range(40):
                assert call(client, f"{number}, {turn}").address == f"for {number}, {turn}"

        with ThreadPoolExecutor(50) as pool:
            assert len(list(pool.map(work, range(50)))) == 50
    assert len(stub.requests) == 2000


FORKS = """
import cryptocloud, os, sys, threading
client = cryptocloud.CryptoCloud(api_key="k", shop_id="s", base_url=sys.argv[1])
def all_get_their_own(who):
    together, wrong = threading.Barrier(8), []
    def ask(customer):
        together.wait()
        if client.static_wallets.create("BTC", identify=customer).address != f"for {customer}":
            wrong.append(customer)
    threads = [threading.Thread(target=ask, args=(f"{who} {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not wrong
assert all_get_their_own("parent")
for _ in range(20):
    child = os.fork()
    good = all_get_their_own("parent" if child else "child")
    if not child:
        os._exit(0 if good else 1)
    assert good, "the parent got an answer of the child"
    assert os.waitpid(child, 0)[1] == 0, "the child got an answer of the parent"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_threads_of_a_forked_process_get_their_own_answers() -> None:
    owners: dict[Connection, str] = {}

    def script(connection: Connection) -> None:
        process = json.loads(connection.asked.body)["identify"].split()[0]
        assert owners.setdefault(connection, process) == process, "two processes use one connection"
        # Long enough for all threads to need a connection at the same time.
        time.sleep(0.01)
        gives_wallets(connection)

    with Stub(script) as stub:
        command = [sys.executable, "-c", FORKS, stub.base_url]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


# Ctrl-C.

USES = {
    "sync": """
import cryptocloud, sys
client = cryptocloud.CryptoCloud(api_key="k", shop_id="s", base_url=sys.argv[1])
def ask(customer):
    print(client.static_wallets.create("BTC", identify=customer).address)
""",
    "async": """
import asyncio, cryptocloud, sys
client = cryptocloud.AsyncCryptoCloud(api_key="k", shop_id="s", base_url=sys.argv[1])
def ask(customer):
    async def main():
        print((await client.static_wallets.create("BTC", identify=customer)).address)
        await client.aclose() if customer == "me" else None
    asyncio.run(main())
""",
}
INTERRUPTED = """
import logging
class Tells(logging.Handler):
    def emit(self, record):
        print("tried", flush=True)
logging.getLogger("cryptocloud").addHandler(Tells())
logging.getLogger("cryptocloud").setLevel(logging.INFO)
try:
    ask("nobody")
except KeyboardInterrupt:
    print("interrupted", flush=True)
ask("me")
"""


@pytest.mark.parametrize(
    ("bad", "is_kept"),
    [
        (silent, False),
        (stops_in_the_body, False),
        (lambda connection: connection.send(http(429, b"", "Retry-After: 20")), True),
    ],
    ids=["no answer", "half an answer", "between tries"],
)
@pytest.mark.parametrize("use", USES)
def test_ctrl_c_leaves_the_client_usable(use: str, bad: Script, is_kept: bool) -> None:
    # A socket that is left to the garbage is warned of; so is one that outlives its loop, as it may here.
    flags = ["-X", "dev"] if use == "sync" else []
    days = TwoDays(bad, together=1)
    with Stub(days) as stub:
        with started(
            [sys.executable, *flags, "-c", USES[use] + INTERRUPTED, stub.base_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            try:
                # The child has what was sent and waits for more, or has begun to wait for its next try.
                stub.wait_until_sent()
                assert child.stdout is not None
                assert not is_kept or child.stdout.readline() == "tried\n"
                days.is_second = True
                child.send_signal(signal.SIGINT)
                out, errors = child.communicate(timeout=60)
            finally:
                child.kill()
    assert (out, errors, child.returncode) == ("interrupted\nfor me\n", "", 0)
    assert days.is_reused is is_kept
    assert len(stub.requests) == 2


def _is_interrupted(work: Callable[[], object], line: int) -> bool:
    """Do some work, and interrupt it where the n-th line of ours or of h11's begins, as Ctrl-C does.

    Returns:
        Whether there were as many lines.
    """
    packages = tuple(str(Path(package.__file__ or "").parent) for package in (cryptocloud, h11))

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal line
        if not frame.f_code.co_filename.startswith(packages):
            return None
        line -= event == "line"
        if line == 0:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def in_a_thread(function: Callable[..., bool], *arguments: object) -> bool:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


@pytest.mark.parametrize("parser", ["h11", "httptools"])
def test_a_call_can_be_interrupted_at_any_line(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if parser == "h11":
        monkeypatch.setitem(sys.modules, "cryptocloud._transport.httptools", None)
    # A client that an earlier test left to the garbage collector would be interrupted while it is closed.
    gc.collect()
    with Stub(gives_wallets) as stub:
        with warnings.catch_warnings(), CryptoCloud(**of(stub)) as client:
            # Between two lines a connection can be nobody's: then it is closed with the garbage.
            warnings.simplefilter("ignore", ResourceWarning)
            lines = itertools.count(1)
            # In threads of their own: Python goes on with handling an error if a trace function ends that.
            while in_a_thread(_is_interrupted, lambda: call(client, "nobody"), line := next(lines)):
                assert call(client, f"{line}").address == f"for {line}"
            gc.collect()
        stub.wait_until_all_closed()
    assert line > 100


def test_a_parser_in_c_can_be_interrupted() -> None:
    class Interrupted(HttptoolsExchange):
        def on_body(self, data: bytes) -> None:
            raise KeyboardInterrupt

    request = Request("POST", Target("http", "127.0.0.1", None, "/v2"), "/v2", Headers([]), b"{}")
    with pytest.raises(KeyboardInterrupt):
        Interrupted(request).receive(memoryview(DONE))

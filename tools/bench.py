"""Measure the SDK against the same work written by hand, in the same run: `make bench` prints ratios.

Method: a server in another process answers each cancel with the same bytes, as fast as asyncio can; reads
are answered by the sandbox, in another process, too. Rounds of the two sides alternate, so that whatever
else the machine does hits both, and the medians of their rounds are compared. CPU is that of this process
alone. Below 1 the SDK is the cheaper one. By hand means plain dicts with floats in them: what the SDK adds
in reads are models with exact amounts.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import multiprocessing
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import httpx
import jwt

from cryptocloud import CryptoCloud, postback
from cryptocloud_sandbox import Sandbox

KEY = "eyJ0eXAiOiJKV1QifQ.eyJpZCI6MX0.c2lnbmF0dXJl"
UUID = "INV-89UX09KA"
BODY = b'{"status":"success","result":["ok"]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)

ROUNDS = 15
CALLS = 400
IMPORTS = 15
INVOICES = 10_000
LOOKED_UP = 1_000
READ_ROUNDS = 3


class Server(asyncio.Protocol):
    """Answers every request, which is known to arrive in one piece or to end with its body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if self._seen.endswith(b"}"):
            self._seen = b""
            self._transport.write(HEAD + BODY)


def serve(ready: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall time of one call, in microseconds, averaged over a round."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - cpu) / CALLS * 1e6, (time.perf_counter() - wall) / CALLS * 1e6


def compare_cancel(base_url: str) -> None:
    handwritten = httpx.Client(headers={"Authorization": f"Token {KEY}"}, timeout=30.0)
    url = f"{base_url}/invoice/merchant/canceled"
    with handwritten, CryptoCloud(api_key=KEY, base_url=base_url) as client:
        sides: dict[str, Callable[[], object]] = {
            "httpx.Client.post(...).json()": lambda: handwritten.post(url, json={"uuid": UUID}).json(),
            "client.invoices.cancel(...)": lambda: client.invoices.cancel(UUID),
        }
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for call in sides.values():
            measure(call)
        for _ in range(ROUNDS):
            for name, call in sides.items():
                rounds[name].append(measure(call))
    report("one warm cancel: CPU, us", {name: [cpu for cpu, _ in times] for name, times in rounds.items()})
    report("one warm cancel: wall, us", {name: [wall for _, wall in times] for name, times in rounds.items()})


def serve_sandbox(ready: Connection) -> None:
    with Sandbox() as sandbox:
        uuids = [sandbox.add_invoice() for _ in range(INVOICES)]
        ready.send((sandbox.base_url, sandbox.api_key, uuids[:LOOKED_UP]))
        ready.recv()


def compare_reads(base_url: str, key: str, uuids: list[str]) -> None:
    day = datetime.datetime.now(datetime.UTC).date()
    period = {
        "start": f"{day - datetime.timedelta(days=1):%d.%m.%Y}",
        "end": f"{day + datetime.timedelta(days=1):%d.%m.%Y}",
    }
    handwritten = httpx.Client(headers={"Authorization": f"Token {key}"}, timeout=30.0)

    def look_up() -> int:
        found = 0
        for first in range(0, len(uuids), 100):
            body = {"uuids": uuids[first : first + 100]}
            found += len(handwritten.post(f"{base_url}/invoice/merchant/info", json=body).json()["result"])
        return found

    def go_through() -> int:
        seen = 0
        while True:
            body = {**period, "offset": seen, "limit": 100}
            page = handwritten.post(f"{base_url}/invoice/merchant/list", json=body).json()["result"]
            if not page:
                return seen
            seen += len(page)

    with handwritten, CryptoCloud(api_key=key, base_url=base_url) as client:

        def listed() -> int:
            start, end = day - datetime.timedelta(days=1), day + datetime.timedelta(days=1)
            return sum(1 for _ in client.invoices.list(start, end))

        compare_work(
            f"get_many of {LOOKED_UP}", look_up, lambda: len(client.invoices.get_many(uuids)), LOOKED_UP
        )
        compare_work(f"list of {INVOICES}", go_through, listed, INVOICES)


def compare_work(what: str, by_hand: Callable[[], int], ours: Callable[[], int], expected: int) -> None:
    """Wall time and peak memory of work that is too long for many rounds."""
    sides = {"by hand": by_hand, "with the SDK": ours}
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(READ_ROUNDS):
        for name, work in sides.items():
            begun = time.perf_counter()
            assert work() == expected, name
            rounds[name].append((time.perf_counter() - begun) * 1e3)
    report(f"{what}: wall, ms", rounds)
    peaks = {}
    for name, work in sides.items():
        tracemalloc.start()
        work()
        peaks[name] = tracemalloc.get_traced_memory()[1] / 1e3
        tracemalloc.stop()
    report(f"{what}: peak memory, kB", {name: [peak] for name, peak in peaks.items()})


def compare_verify() -> None:
    secret = "s" * 32
    token = postback.sign("INV-89UX09KA", secret)
    body = json.dumps(
        {
            "status": "success",
            "invoice_id": "89UX09KA",
            "amount_crypto": 1.5,
            "currency": "BTC",
            "token": token,
        }
    ).encode()

    def by_hand() -> object:
        return jwt.decode(json.loads(body)["token"], secret, algorithms=["HS256"])

    sides: dict[str, Callable[[], object]] = {
        "json.loads, jwt.decode": by_hand,
        "postback.verify": lambda: postback.verify(body, "application/json", secret),
    }
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, call in sides.items():
            rounds[name].append(measure(call)[1])
    report("one postback: wall, us", rounds)


def compare_import() -> None:
    sides = ["import httpx, attrs", "import cryptocloud"]
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(IMPORTS + 1):
        for name in sides:
            program = f"import time; t = time.perf_counter(); {name}; print(time.perf_counter() - t)"
            run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            if number:  # the first run fills the caches of the disk
                rounds[name].append(float(run.stdout) * 1e3)
    report("import: wall, ms", rounds)


def report(what: str, rounds: dict[str, list[float]]) -> None:
    print(what)
    medians = {name: statistics.median(times) for name, times in rounds.items()}
    for name, median in medians.items():
        print(f"  {name:32} {median:9.1f}   ({min(rounds[name]):.1f} to {max(rounds[name]):.1f})")
    base, ours = medians.values()
    print(f"  {'ratio':32} {ours / base:9.2f}\n")


@contextlib.contextmanager
def served_by(target: Callable[[Connection], None]) -> Iterator[Any]:
    """A server in another process, until the end of the block; gives what it sent when it was ready."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=target, args=(there,), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        server.terminate()
        server.join()


def main() -> None:
    with served_by(serve) as port:
        compare_cancel(f"http://127.0.0.1:{port}/v2")
    with served_by(serve_sandbox) as (base_url, key, uuids):
        compare_reads(base_url, key, uuids)
    compare_verify()
    compare_import()


if __name__ == "__main__":
    main()

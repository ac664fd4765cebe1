"""Measure the SDK against the same work written by hand, in the same run: `make bench` prints ratios.

Method: a server in another process answers each cancel with the same bytes, as fast as asyncio can; reads
are answered by the sandbox, in another process, too. Rounds of the sides alternate, so that whatever else
the machine does hits all of them, and medians are compared with that of the first side. CPU is that of this
process alone. "cryptocloud" is the default install, "cryptocloud[fast]" has the extra. By hand means plain
dicts with floats in them: what the SDK adds in reads are models with exact amounts.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import gc
import json
import multiprocessing
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import aiohttp
import certifi
import httpx
import jwt
import requests
import trustme

import cryptocloud._transport.httptools
from cryptocloud import AsyncCryptoCloud, CryptoCloud, postback
from cryptocloud_sandbox import Sandbox

KEY = "eyJ0eXAiOiJKV1QifQ.eyJpZCI6MX0.c2lnbmF0dXJl"
UUID = "INV-89UX09KA"
BODY = b'{"status":"success","result":["ok"]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
AUTHORIZATION = {"Authorization": f"Token {KEY}"}
JSON = {"uuid": UUID}

ROUNDS = 15
CALLS = 400
IN_FLIGHT = (1, 10, 50, 200)
IN_FLIGHT_ROUNDS = 9
IN_FLIGHT_CALLS = 600
THREADS = 50
IMPORTS = 15
INVOICES = 10_000
LOOKED_UP = 1_000
READ_ROUNDS = 3

ClientT = TypeVar("ClientT", CryptoCloud, AsyncCryptoCloud)


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


def serve(ready: Connection, certificate: str | None = None) -> None:
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, ssl=tls)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def without_fast(make: type[ClientT], base_url: str) -> ClientT:
    """A client as the default install makes it: one without httptools."""
    modules: dict[str, Any] = sys.modules
    name = cryptocloud._transport.httptools.__name__
    module, modules[name] = modules[name], None
    try:
        return make(api_key=KEY, base_url=base_url)
    finally:
        modules[name] = module


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall time of one call, in microseconds, averaged over a round."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - cpu) / CALLS * 1e6, (time.perf_counter() - wall) / CALLS * 1e6


def compare_cancel(base_url: str) -> None:
    url = f"{base_url}/invoice/merchant/canceled"
    with (
        httpx.Client(headers=AUTHORIZATION, timeout=30.0) as handwritten,
        without_fast(CryptoCloud, base_url) as plain,
        CryptoCloud(api_key=KEY, base_url=base_url) as fast,
    ):
        sides: dict[str, Callable[[], object]] = {
            "httpx.Client.post(...).json()": lambda: handwritten.post(url, json=JSON).json(),
            "cryptocloud": lambda: plain.invoices.cancel(UUID),
            "cryptocloud[fast]": lambda: fast.invoices.cancel(UUID),
        }
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for call in sides.values():
            measure(call)
        for _ in range(ROUNDS):
            for name, call in sides.items():
                rounds[name].append(measure(call))
    scheme = base_url.partition(":")[0]
    report(
        f"one warm cancel, {scheme}: CPU, us", {name: [t[0] for t in times] for name, times in rounds.items()}
    )
    report(
        f"one warm cancel, {scheme}: wall, us",
        {name: [t[1] for t in times] for name, times in rounds.items()},
    )


async def compare_in_flight(base_url: str) -> None:
    url = f"{base_url}/invoice/merchant/canceled"
    async with (
        httpx.AsyncClient(headers=AUTHORIZATION, timeout=30.0) as stock,
        aiohttp.ClientSession(headers=AUTHORIZATION) as session,
        without_fast(AsyncCryptoCloud, base_url) as plain,
        AsyncCryptoCloud(api_key=KEY, base_url=base_url) as fast,
    ):

        async def by_httpx() -> None:
            (await stock.post(url, json=JSON)).json()

        async def by_aiohttp() -> None:
            async with session.post(url, json=JSON) as response:
                await response.json()

        sides: dict[str, Callable[[], Awaitable[object]]] = {
            "httpx.AsyncClient": by_httpx,
            "aiohttp.ClientSession": by_aiohttp,
            "cryptocloud": lambda: plain.invoices.cancel(UUID),
            "cryptocloud[fast]": lambda: fast.invoices.cancel(UUID),
        }
        rounds: dict[int, dict[str, list[float]]] = {
            in_flight: {name: [] for name in sides} for in_flight in IN_FLIGHT
        }
        for number in range(IN_FLIGHT_ROUNDS + 1):
            for in_flight in IN_FLIGHT:
                for name, call in sides.items():
                    begun = time.perf_counter()
                    await _together(call, in_flight)
                    if number:  # the first round connects
                        rounds[in_flight][name].append(IN_FLIGHT_CALLS / (time.perf_counter() - begun))
    for in_flight, sides_rounds in rounds.items():
        report(f"{in_flight} in flight: calls per second", sides_rounds)


async def _together(call: Callable[[], Awaitable[object]], in_flight: int) -> None:
    left = iter(range(IN_FLIGHT_CALLS))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(in_flight)))


def compare_threads(base_url: str) -> None:
    url = f"{base_url}/invoice/merchant/canceled"
    with (
        requests.Session() as session,
        without_fast(CryptoCloud, base_url) as plain,
        CryptoCloud(api_key=KEY, base_url=base_url) as fast,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        session.headers.update(AUTHORIZATION)
        sides: dict[str, Callable[[], object]] = {
            "requests.Session": lambda: session.post(url, json=JSON, timeout=30.0).json(),
            "cryptocloud": lambda: plain.invoices.cancel(UUID),
            "cryptocloud[fast]": lambda: fast.invoices.cancel(UUID),
        }
        rounds: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(IN_FLIGHT_ROUNDS + 1):
            for name, call in sides.items():
                begun = time.perf_counter()
                for done in [pool.submit(call) for _ in range(IN_FLIGHT_CALLS)]:
                    done.result()
                if number:
                    rounds[name].append(IN_FLIGHT_CALLS / (time.perf_counter() - begun))
    report(f"{THREADS} threads on one client: calls per second", rounds)


def compare_first_call(base_url: str) -> None:
    url = f"{base_url}/invoice/merchant/canceled"

    def by_hand() -> None:
        with httpx.Client(headers=AUTHORIZATION, timeout=30.0) as client:
            client.post(url, json=JSON).json()

    def plain() -> None:
        with without_fast(CryptoCloud, base_url) as client:
            client.invoices.cancel(UUID)

    def fast() -> None:
        with CryptoCloud(api_key=KEY, base_url=base_url) as client:
            client.invoices.cancel(UUID)

    sides = {"httpx.Client": by_hand, "cryptocloud": plain, "cryptocloud[fast]": fast}
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS + 1):
        for name, call in sides.items():
            # What the other sides left behind is not collected within this one's time.
            gc.collect()
            begun = time.perf_counter()
            call()
            if number:  # these are second clients of the process
                rounds[name].append((time.perf_counter() - begun) * 1e3)
    report("a new client and its first call, https: wall, ms", rounds)


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
    base = next(iter(medians.values()))
    for name, median in medians.items():
        spread = f"({min(rounds[name]):.1f} to {max(rounds[name]):.1f})"
        print(f"  {name:32} {median:9.1f}   {spread:24} {median / base:6.2f}")
    print(flush=True)


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


@contextlib.contextmanager
def certificate() -> Iterator[str]:
    """A file with a certificate that this process trusts for now, beside all that it trusts, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        trusted, file = Path(folder, "trusted.pem"), Path(folder, "server.pem")
        trusted.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))
        with mock.patch.dict(os.environ, SSL_CERT_FILE=str(trusted)):
            yield str(file)


def main() -> None:
    with served_by(serve) as port:
        base_url = f"http://127.0.0.1:{port}/v2"
        compare_cancel(base_url)
        asyncio.run(compare_in_flight(base_url))
        compare_threads(base_url)
    with certificate() as file, served_by(functools.partial(serve, certificate=file)) as port:
        compare_cancel(f"https://127.0.0.1:{port}/v2")
        compare_first_call(f"https://127.0.0.1:{port}/v2")
    with served_by(serve_sandbox) as (base_url, key, uuids):
        compare_reads(base_url, key, uuids)
    compare_verify()
    compare_import()


if __name__ == "__main__":
    main()

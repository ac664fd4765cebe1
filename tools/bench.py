"""Measure the SDK against handwritten httpx, in the same run: `make bench` prints ratios.

Method: a server in another process answers each request with the same bytes, as fast as asyncio can.
Rounds of the two sides alternate, so that whatever else the machine does hits both, and the medians
of their rounds are compared. CPU is that of this process alone. Below 1 the SDK is the cheaper one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import httpx

from cryptocloud import CryptoCloud

KEY = "eyJ0eXAiOiJKV1QifQ.eyJpZCI6MX0.c2lnbmF0dXJl"
UUID = "INV-89UX09KA"
BODY = b'{"status":"success","result":["ok"]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)

ROUNDS = 15
CALLS = 400
IMPORTS = 15


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
        low, *_, high = sorted(rounds[name])
        print(f"  {name:32} {median:9.1f}   ({low:.1f} to {high:.1f})")
    base, ours = medians.values()
    print(f"  {'ratio':32} {ours / base:9.2f}\n")


def main() -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        compare_cancel(f"http://127.0.0.1:{here.recv()}/v2")
    finally:
        server.terminate()
        server.join()
    compare_import()


if __name__ == "__main__":
    main()

"""Make a hundred thousand calls and see that nothing is left behind: `make soak` prints what is held.

A server in another process answers most calls as it should, refuses some, and hangs up on others without a
word. Half of the calls are made by a sync client, half by an async one with many in flight. What the process
holds is counted after each quarter: when the first is over everything is warm, and nothing may grow. The last
line is that of closed clients. Memory and descriptors are read from `/proc`, so this needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import os
import sys
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from bench import KEY, UUID, served_by
from cryptocloud import AsyncCryptoCloud, CryptoCloud, CryptoCloudError

IN_FLIGHT = 50
REFUSED_EVERY = 7
DROPPED_EVERY = 50
LOOKUPS_DROPPED_EVERY = 3

MOST_KIB = 2048
MOST_BLOCKS = 0.01
"""How much more may be held at the end than after the first quarter: resident memory, and blocks that Python
allocated, per call. One object lost in a hundred calls is found; what allocators and caches do is not."""


def answer(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


DONE = answer(200, b'{"status":"success","result":["ok"]}')
REFUSED = answer(400, b'{"status":"error","result":{"validate_error":"Invoice is not created"}}')
CANCELED = answer(200, b'{"status":"success","result":[{"uuid":"%b","status":"canceled"}]}' % UUID.encode())


class Server(asyncio.Protocol):
    """Answers every request, which is known to arrive in one piece or to end with its body."""

    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not self._seen.endswith(b"}"):
            return
        is_lookup = b"/info " in self._seen
        self._seen = b""
        number = next(self.numbers)
        if number % (LOOKUPS_DROPPED_EVERY if is_lookup else DROPPED_EVERY) == 0:
            self._transport.abort()
        elif is_lookup:
            self._transport.write(CANCELED)
        else:
            self._transport.write(REFUSED if number % REFUSED_EVERY == 0 else DONE)


def serve(ready: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Usage(NamedTuple):
    """What the process holds."""

    kib: int
    descriptors: int
    threads: int
    tasks: int
    objects: int
    blocks: int

    @classmethod
    def now(cls) -> Usage:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return cls(
            kib=pages * os.sysconf("SC_PAGE_SIZE") // 1024,
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            threads=threading.active_count(),
            tasks=len(asyncio.all_tasks()),
            objects=len(gc.get_objects()),
            blocks=sys.getallocatedblocks(),
        )


def call_in_turn(client: CryptoCloud, calls: int, endings: Counter[str]) -> None:
    for _ in range(calls):
        try:
            client.invoices.cancel(UUID)
            endings["success"] += 1
        except CryptoCloudError as error:
            endings[type(error).__name__] += 1


async def call_at_once(client: AsyncCryptoCloud, calls: int, endings: Counter[str]) -> None:
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            try:
                await client.invoices.cancel(UUID)
                endings["success"] += 1
            except CryptoCloudError as error:
                endings[type(error).__name__] += 1

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def soak(base_url: str, calls: int) -> bool:
    """Whether nothing is left behind."""
    begun = time.monotonic()
    print(f"{'calls':>8} {'s':>6}" + "".join(f" {name:>11}" for name in Usage._fields))

    def report(made: int) -> Usage:
        usage = Usage.now()
        print(
            f"{made:>8} {time.monotonic() - begun:>6.1f}" + "".join(f" {figure:>11}" for figure in usage),
            flush=True,
        )
        return usage

    endings: Counter[str] = Counter()
    settings: dict[str, Any] = {"api_key": KEY, "base_url": base_url, "max_retries": 0}
    start = report(0)
    with CryptoCloud(**settings) as client:
        async with AsyncCryptoCloud(**settings) as async_client:
            quarters = []
            for quarter in range(1, 5):
                await asyncio.to_thread(call_in_turn, client, calls // 8, endings)
                await call_at_once(async_client, calls // 8, endings)
                quarters.append(report(calls // 4 * quarter))
    end = report(calls)
    print(", ".join(f"{count} {ending}" for ending, count in endings.most_common()))

    first, last = quarters[0], quarters[-1]
    kib, blocks = last.kib - first.kib, (last.blocks - first.blocks) / (calls * 3 / 4)
    print(f"more than after the first quarter: {kib} KiB, {blocks:.4f} blocks per call")
    return (
        kib <= MOST_KIB
        and blocks <= MOST_BLOCKS
        and (last.threads, last.tasks) == (first.threads, first.tasks)
        and end.descriptors == start.descriptors
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Make many calls and see that nothing is left behind.")
    parser.add_argument("--calls", type=int, default=100_000, help="how many (default: %(default)s)")
    calls = parser.parse_args().calls
    with served_by(serve) as port:
        is_clean = asyncio.run(soak(f"http://127.0.0.1:{port}/v2", calls))
    print(
        "Nothing is left behind."
        if is_clean
        else f"Something is left behind: over {MOST_KIB} KiB, {MOST_BLOCKS} blocks per call,"
        " another thread or task, or a descriptor after all is closed."
    )
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())

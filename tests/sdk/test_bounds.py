"""CPU and memory obey a bound, as waiting does: no answer within the size limits may cost much.

CPU is counted, not time, and the factor is generous: what is looked for costs ten times as much.
"""

import contextlib
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable

import httpx
import pytest

from conftest import Cancel, Serve
from cryptocloud import CryptoCloud, CryptoCloudError, InvalidResponseError, postback
from support.service import SETTINGS, success
from support.stub import DONE, http, sends_and_hangs_up

# The counter would be measured, too.
pytestmark = pytest.mark.no_cover

CPU = 2.0
"""Seconds: four times the bound."""

MEMORY = 96 * 2**20
"""Bytes that Python's own objects may take: the bound of 64 MiB and half of it, since freed ones linger."""

UUID = "INV-89UX09KA"
CREATED = b'{"status":"success","result":{"uuid":"INV-89UX09KA",'
SLASHES = "/AAAAAAAA?" * 10_000
LARGE = 2 * 1024 * 1024 - 200


def rows(count: int) -> list[dict[str, object]]:
    return [{"uuid": f"INV-{number:08}", "amount": "1.5"} for number in range(count)]


def cpu_of(work: Callable[[], object]) -> float:
    # Other tests' threads and objects are not the answer's.
    gc.freeze()
    begun = time.thread_time()
    with contextlib.suppress(CryptoCloudError):
        work()
    seconds = time.thread_time() - begun
    gc.unfreeze()
    return seconds


BODIES: dict[str, bytes] = {
    "link without an id": json.dumps(success({"link": SLASHES})).encode(),
    "a long detail": json.dumps({"detail": [0] * 600_000}).encode(),
    "a long detail of texts": json.dumps({"detail": "x" * LARGE}).encode(),
    "many reasons": json.dumps(
        {"status": "error", "result": dict.fromkeys(map(str, range(100_000)), "x")}
    ).encode(),
    "deep reasons": b'{"status":"error","result":' + b"[" * 900 + b"]" * 900 + b"}",
    "many numbers": CREATED + b'"more":[' + b",".join([b"1.5"] * 500_000) + b"]}}",
    "lists in lists": CREATED + b'"more":[' + b",".join([b"[[[]]]"] * 290_000) + b"]}}",
    "small objects": CREATED + b'"more":[' + b",".join([b'{"":0}'] * 290_000) + b"]}}",
    "one long number": b'{"status":"success","result":{"uuid":"INV-89UX09KA","amount":'
    + b"1" * LARGE
    + b"}}",
    "one long fraction": b'{"status":"success","result":{"uuid":"INV-89UX09KA","amount":0.'
    + b"1" * LARGE
    + b"}}",
    "an HTML page": b"<p>" * (LARGE // 3),
    "control characters": b"\x01" * LARGE,
    "backslashes": b'{"status":"error","result":"' + b"\\\\" * (LARGE // 2 - 30) + b'"}',
    "many members": json.dumps(success({"uuid": UUID} | {f"m{n}": n for n in range(100_000)})).encode(),
}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("name", BODIES)
def test_an_answer_costs_bounded_cpu(name: str, status: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=BODIES[name]))
    with CryptoCloud(**SETTINGS | {"transport": transport}, max_retries=0) as client:
        assert cpu_of(lambda: client.invoices.create("1")) < CPU


@pytest.mark.parametrize(
    "name", ["many numbers", "lists in lists", "small objects", "many members", "a long detail"]
)
def test_an_answer_takes_bounded_memory(name: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=BODIES[name]))
    with CryptoCloud(**SETTINGS | {"transport": transport}, max_retries=0) as client:
        tracemalloc.start()
        try:
            cpu_of(lambda: client.invoices.create("1"))
            assert tracemalloc.get_traced_memory()[1] < MEMORY
        finally:
            tracemalloc.stop()


def test_a_long_list_is_no_success() -> None:
    def listed(count: int) -> CryptoCloud:
        content = json.dumps(success(rows(count))).encode()
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
        return CryptoCloud(**SETTINGS | {"transport": transport}, max_retries=0)

    with listed(1_001) as client, pytest.raises(InvalidResponseError):
        client.invoices.get(UUID)
    with listed(1_000) as client:
        assert client.invoices.get("INV-00000007").uuid == "INV-00000007"


def test_a_notification_costs_bounded_cpu() -> None:
    fields = {
        "invoice_id": UUID,
        "token": postback.sign(UUID, "s" * 32),
        "invoice_info": {"link": SLASHES, "tx_list": [""] * 100_000},
    }
    body = json.dumps(fields).encode()
    assert cpu_of(lambda: postback.verify(body, "application/json", "s" * 32)) < CPU


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

FRAMES = {
    "one byte per chunk": CHUNKED + b"1\r\n \r\n" * 100_000,
    "chunks with extensions": CHUNKED + b"1;a=b;c=d\r\n \r\n" * 50_000,
    "short headers": b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 15_000 + b"Content-Length: 2\r\n\r\n{}",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 100_000,
    "trailers without end": CHUNKED + b"0\r\n" + b"a:\r\n" * 100_000,
    "100 Continue without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000 + DONE,
    "a large body": http(200, b" " * LARGE),
}
"""Answers that are work for a parser of HTTP."""


@pytest.mark.parametrize("parser", ["h11", "httptools"])
@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_of_an_answer_costs_bounded_cpu(
    cancel: Cancel, serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str, parser: str
) -> None:
    if parser == "h11":
        monkeypatch.setitem(sys.modules, "cryptocloud._transport.httptools", None)
    stub = serve(sends_and_hangs_up(FRAMES[name]))
    # Of this thread alone: the server has another one.
    begun = time.thread_time()
    with pytest.raises(CryptoCloudError):
        cancel(base_url=stub.base_url, max_retries=0)
    # The cancel is looked up, too.
    assert (time.thread_time() - begun) / len(stub.requests) < CPU

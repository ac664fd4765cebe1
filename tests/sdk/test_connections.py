"""How clients use connections: kept, closed, shared, abandoned."""

import asyncio
import gc
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conftest import Cancel, Serve
from cryptocloud import APITimeoutError, AsyncCryptoCloud, CryptoCloud, InvoiceNotCancelableError
from cryptocloud_sandbox import Sandbox
from support.service import KEY
from support.stub import DONE, Connection, Script, http, sends

UUID = "INV-89UX09KA"
NOT_CREATED = b'{"status":"error","result":{"validate_error":"Invoice is not created"}}'


def test_a_connection_is_kept_and_closed(serve: Serve) -> None:
    stub = serve(sends(DONE))
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        for _ in range(3):
            client.invoices.cancel(UUID)
        assert stub.connections == 1
    stub.wait_until_all_closed()


async def test_a_connection_is_kept_and_closed_asynchronously(serve: Serve) -> None:
    stub = serve(sends(DONE))
    async with AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        for _ in range(3):
            await client.invoices.cancel(UUID)
        assert stub.connections == 1
    await asyncio.to_thread(stub.wait_until_all_closed)


def _done_and_closed(connection: Connection) -> None:
    connection.send(DONE)
    connection.hang_up()


def _done_and_more(connection: Connection) -> None:
    connection.send(DONE + DONE.replace(b"ok", b"??"))


@pytest.mark.parametrize("script", [_done_and_closed, _done_and_more])
def test_a_connection_that_went_bad_is_not_used_again(serve: Serve, script: Script) -> None:
    stub = serve(script)
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        client.invoices.cancel(UUID)
        stub.wait_until_sent()
        client.invoices.cancel(UUID)
    assert stub.connections == 2
    assert len(stub.requests) == 2


@pytest.mark.parametrize("script", [_done_and_closed, _done_and_more])
async def test_a_connection_that_went_bad_is_not_used_again_asynchronously(
    serve: Serve, script: Script
) -> None:
    stub = serve(script)
    async with AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        await client.invoices.cancel(UUID)
        await asyncio.to_thread(stub.wait_until_sent)
        await client.invoices.cancel(UUID)
    assert stub.connections == 2
    assert len(stub.requests) == 2


def test_a_closed_client_says_so(serve: Serve) -> None:
    stub = serve(sends(DONE))
    client = CryptoCloud(api_key=KEY, base_url=stub.base_url)
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.invoices.cancel(UUID)
    assert not stub.requests


async def test_a_closed_client_says_so_asynchronously(serve: Serve) -> None:
    stub = serve(sends(DONE))
    client = AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url)
    await client.aclose()
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.invoices.cancel(UUID)
    assert not stub.requests


def test_threads_share_a_client(sandbox: Sandbox, sync_at_sandbox: dict[str, Any]) -> None:
    """Half of the invoices can be cancelled; each thread is told the truth about its own."""
    uuids = [sandbox.add_invoice(status="paid" if number % 2 else "created") for number in range(200)]
    with CryptoCloud(**sync_at_sandbox) as client:

        def cancel(uuid: str) -> bool:
            try:
                client.invoices.cancel(uuid)
            except InvoiceNotCancelableError:
                return False
            return True

        with ThreadPoolExecutor(20) as pool:
            assert list(pool.map(cancel, uuids)) == [True, False] * 100


async def test_tasks_share_a_client(sandbox: Sandbox, async_at_sandbox: dict[str, Any]) -> None:
    uuids = [sandbox.add_invoice(status="paid" if number % 2 else "created") for number in range(200)]
    async with AsyncCryptoCloud(**async_at_sandbox) as client:
        results = await asyncio.gather(
            *(client.invoices.cancel(uuid) for uuid in uuids), return_exceptions=True
        )
    assert [type(result) for result in results] == [type(None), InvoiceNotCancelableError] * 100


def test_a_client_serves_one_event_loop_after_another(serve: Serve) -> None:
    stub = serve(sends(DONE))
    client = AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url)

    async def call() -> None:
        await client.invoices.cancel(UUID)

    asyncio.run(call())
    asyncio.run(call())
    asyncio.run(client.aclose())
    assert len(stub.requests) == 2
    # A connection belongs to no event loop.
    assert stub.connections == 1


def test_an_address_that_this_machine_cannot_use_is_passed_over(
    cancel: Cancel, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = serve(sends(DONE))
    resolve = socket.getaddrinfo
    unusable = (12345, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [unusable, *resolve(*a, **k)])
    cancel(base_url=stub.base_url)
    assert len(stub.requests) == 1


FORKS = """
import cryptocloud, os, sys
client = cryptocloud.CryptoCloud(api_key="k", base_url=sys.argv[1])
client.invoices.cancel("INV-AAAAAAAA")
for _ in range(10):
    child = os.fork()
    good = True
    for _ in range(5):
        try:
            client.invoices.cancel("INV-AAAAAAAA" if child else "INV-BBBBBBBB")
        except cryptocloud.InvoiceNotCancelableError:
            good = good and not child
        else:
            good = good and bool(child)
    if not child:
        os._exit(0 if good else 1)
    assert good, "the parent got an answer of the child"
    assert os.waitpid(child, 0)[1] == 0, "the child got an answer of the parent"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_fork_does_not_cross_answers(serve: Serve) -> None:
    """Half of the invoices can be cancelled; both processes are told the truth about their own."""

    def script(connection: Connection) -> None:
        connection.send(DONE if b"AAAAAAAA" in connection.asked.body else http(400, NOT_CREATED))

    run = subprocess.run(
        [sys.executable, "-c", FORKS, serve(script).base_url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")


SYNC = """
import cryptocloud, sys
client = cryptocloud.CryptoCloud(api_key="k", base_url=sys.argv[1])
client.invoices.cancel("INV-89UX09KA")
"""
ASYNC = """
import asyncio, cryptocloud, sys
async def main():
    client = cryptocloud.AsyncCryptoCloud(api_key="k", base_url=sys.argv[1])
    await client.invoices.cancel("INV-89UX09KA")
asyncio.run(main())
"""


@pytest.mark.parametrize("program", [SYNC, ASYNC], ids=["sync", "async"])
def test_an_abandoned_client_closes_its_connections_quietly(serve: Serve, program: str) -> None:
    stub = serve(sends(DONE))
    run = subprocess.run(
        [sys.executable, "-W", "default", "-c", program, stub.base_url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    stub.wait_until_all_closed()


def test_an_abandoned_client_closes_its_connections_at_once(serve: Serve) -> None:
    stub = serve(sends(DONE))

    def use() -> None:
        CryptoCloud(api_key=KEY, base_url=stub.base_url).invoices.cancel(UUID)

    use()
    gc.collect()
    stub.wait_until_all_closed()


def test_importing_does_not_load_what_is_not_needed() -> None:
    program = (
        "import httpx, attrs, sys; a = set(sys.modules); import cryptocloud; print(*set(sys.modules) - a)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "cryptocloud.client" in loaded
    assert (
        loaded & {"asyncio", "anyio", "h11", "httptools", "starlette", "uvicorn", "click", "rich", "jwt"}
        == set()
    )


def test_other_options_use_the_same_connections(serve: Serve) -> None:
    stub = serve(sends(DONE))
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        client.invoices.cancel(UUID)
        other = client.with_options(timeout=5, max_retries=0)
        other.invoices.cancel(UUID)
        assert stub.connections == 1
        with pytest.raises(ValueError, match="timeout"):
            client.with_options(timeout=0)
    with pytest.raises(RuntimeError, match="closed"):
        other.invoices.cancel(UUID)


def test_options_hold_for_the_client_that_has_them(serve: Serve) -> None:
    stub = serve(lambda connection: connection.keep_silent())
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        with pytest.raises(APITimeoutError, match=r"within 0\.2 s"):
            client.with_options(timeout=0.2).invoices.cancel(UUID)


async def test_other_options_asynchronously(serve: Serve) -> None:
    stub = serve(lambda connection: connection.keep_silent())
    async with AsyncCryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        with pytest.raises(APITimeoutError, match=r"within 0\.2 s"):
            await client.with_options(timeout=0.2).invoices.cancel(UUID)


def test_a_derived_client_outlives_the_first(serve: Serve) -> None:
    stub = serve(sends(DONE))
    derived = CryptoCloud(api_key=KEY, base_url=stub.base_url).with_options(timeout=5)
    gc.collect()
    derived.invoices.cancel(UUID)
    derived.invoices.cancel(UUID)
    assert stub.connections == 1

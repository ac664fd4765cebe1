"""How clients use connections: kept, closed, shared, abandoned."""

import asyncio
import contextlib
import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from conftest import Cancel, Serve
from cryptocloud import (
    APIConnectionError,
    APITimeoutError,
    AsyncCryptoCloud,
    CryptoCloud,
    InvoiceNotCancelableError,
    Outcome,
)
from cryptocloud_client.api.invoices import get_invoices
from cryptocloud_client.models import GetInvoicesRequest
from cryptocloud_sandbox import Sandbox
from support.service import KEY
from support.stub import (
    DONE,
    PATIENCE,
    Connection,
    Script,
    Stub,
    http,
    nobody_accepts,
    nobody_listens,
    sends,
    sends_and_hangs_up,
)

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


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not say what has arrived")
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_answer_before_the_request_has_arrived_is_another_ones(kind: str) -> None:
    """Such as the second copy of an earlier answer, which overtakes the request on a long way."""
    with socket.socket() as listener:
        # Most of the request stays with the client.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer_at_once() -> None:
            sock, _ = listener.accept()
            with sock, contextlib.suppress(ConnectionError):
                sock.recv(100)
                sock.sendall(http(200, b'{"status":"success","result":[]}'))
                # Nothing more is read before the client has judged the answer.
                judged.wait(PATIENCE)

        judged = threading.Event()
        settings: dict[str, Any] = {
            "api_key": KEY,
            "base_url": f"http://127.0.0.1:{listener.getsockname()[1]}/v2",
            "max_retries": 0,
        }
        body = GetInvoicesRequest(uuids=["x" * 200_000])

        def call() -> None:
            with CryptoCloud(**settings) as client:
                get_invoices.sync(client=client.generated, body=body)

        async def call_asynchronously() -> None:
            async with AsyncCryptoCloud(**settings) as client:
                await get_invoices.asyncio(client=client.generated, body=body)

        server = threading.Thread(target=answer_at_once)
        server.start()
        with pytest.raises(APIConnectionError, match="before it has the request") as caught:
            call() if kind == "sync" else asyncio.run(call_asynchronously())
        judged.set()
        server.join()
    assert caught.value.outcome is Outcome.UNKNOWN


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


# Names and addresses.

NAME = "localhost"
"""A name that the platform is asked for, since it is none of an address."""


def named(base_url: str) -> str:
    return base_url.replace("127.0.0.1", NAME)


def ipv4(base_url: str) -> tuple[Any, ...]:
    """The address of a server, as `getaddrinfo` gives it."""
    url = urlsplit(base_url)
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", (url.hostname, url.port)


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets every name have these addresses."""

    def resolve(*addresses: tuple[Any, ...]) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: list(addresses))

    return resolve


@pytest.fixture
def hangs(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets the platform hang when it is asked for a name, till this event."""
    event = threading.Event()

    def resolve(*_: object, **__: object) -> NoReturn:
        event.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield event
    event.set()
    for thread in lookups():
        thread.join()


def lookups() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == f"lookup of {NAME}"]


def test_a_name_is_looked_up(cancel: Cancel, serve: Serve) -> None:
    stub = serve(sends(DONE))
    cancel(base_url=named(stub.base_url))
    assert len(stub.requests) == 1


def test_a_name_that_does_not_exist_sends_nothing(cancel: Cancel, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(APIConnectionError, match="Name or service not known") as caught:
        cancel(base_url="https://api.example.com/v2", max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_resolver_that_hangs_is_left_at_the_deadline(cancel: Cancel, hangs: threading.Event) -> None:
    with pytest.raises(APITimeoutError, match=r"within 0\.2 s") as caught:
        cancel(base_url=f"http://{NAME}:1/v2", timeout=0.2)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_resolver_that_hangs_holds_few_threads(hangs: threading.Event) -> None:
    def call(_: int) -> None:
        with CryptoCloud(api_key=KEY, base_url=f"http://{NAME}:1/v2", timeout=3) as client:
            with pytest.raises(APIConnectionError):
                client.invoices.cancel(UUID)

    with ThreadPoolExecutor(20) as pool:
        assert len(list(pool.map(call, range(20)))) == 20
        assert 1 <= len(lookups()) <= 4
        hangs.set()


async def test_tasks_share_a_lookup(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = serve(sends(DONE))
    asked: list[object] = []
    release = threading.Event()

    def resolve(*arguments: object, **_: object) -> list[tuple[Any, ...]]:
        asked.append(arguments)
        assert release.wait(PATIENCE)
        return [ipv4(stub.base_url)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with AsyncCryptoCloud(api_key=KEY, base_url=named(stub.base_url)) as client:
        calls = [asyncio.create_task(client.invoices.cancel(UUID)) for _ in range(50)]
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(*calls)
    assert len(stub.requests) == 50
    assert len(asked) == 1


HANGS = """
import cryptocloud, socket, time
def hang(*_, **__):
    time.sleep(600)
socket.getaddrinfo = hang
settings = {"api_key": "k", "base_url": "http://localhost:1/v2", "timeout": 0.2}
"""
SYNC_HANGS = """
try:
    cryptocloud.CryptoCloud(**settings).invoices.cancel("INV-89UX09KA")
except cryptocloud.APITimeoutError as error:
    print(error.outcome)
"""
ASYNC_HANGS = """
import asyncio
async def main():
    async with cryptocloud.AsyncCryptoCloud(**settings) as client:
        await client.invoices.cancel("INV-89UX09KA")
try:
    asyncio.run(main())
except cryptocloud.APITimeoutError as error:
    print(error.outcome)
"""


@pytest.mark.parametrize("program", [SYNC_HANGS, ASYNC_HANGS], ids=["sync", "async"])
def test_nothing_waits_for_a_resolver_at_its_end(program: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", HANGS + program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "Outcome.NOT_SENT\n", "")


AT_THE_END = """
import atexit, cryptocloud, sys
client = cryptocloud.CryptoCloud(api_key="k", base_url=sys.argv[1])
atexit.register(lambda: client.invoices.cancel("INV-89UX09KA"))
"""


def test_a_call_can_be_the_last_that_a_program_does(serve: Serve) -> None:
    """The interpreter begins no thread any more by then."""
    stub = serve(sends(DONE))
    run = subprocess.run(
        [sys.executable, "-c", AT_THE_END, named(stub.base_url)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert len(stub.requests) == 1


def test_an_address_that_this_machine_cannot_use_is_passed_over(
    cancel: Cancel, serve: Serve, resolve_to: Callable[..., None]
) -> None:
    stub = serve(sends(DONE))
    resolve_to((12345, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1)), ipv4(stub.base_url))
    cancel(base_url=named(stub.base_url))
    assert len(stub.requests) == 1


def test_addresses_that_refuse_are_passed_over(
    cancel: Cancel, serve: Serve, resolve_to: Callable[..., None]
) -> None:
    stub = serve(sends(DONE))
    with nobody_listens() as port:
        dead = ipv4(f"http://127.0.0.1:{port}")
        resolve_to(dead, dead, dead, ipv4(stub.base_url))
        cancel(base_url=named(stub.base_url))
        assert len(stub.requests) == 1
        resolve_to(dead, dead)
        with pytest.raises(APIConnectionError, match="refused") as caught:
            cancel(base_url=named(stub.base_url), max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_addresses_that_swallow_packets_do_not_use_the_deadline_up(
    cancel: Cancel, serve: Serve, resolve_to: Callable[..., None]
) -> None:
    stub = serve(sends(DONE))
    with nobody_accepts() as port:
        dead = ipv4(f"http://127.0.0.1:{port}")
        resolve_to(dead, dead, dead, ipv4(stub.base_url), dead)
        cancel(base_url=named(stub.base_url), timeout=20)
        assert len(stub.requests) == 1
        resolve_to(dead, dead)
        with pytest.raises(APITimeoutError) as caught:
            cancel(base_url=named(stub.base_url), timeout=0.7)
    assert caught.value.outcome is Outcome.NOT_SENT


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.fixture
def other(serve: Serve, resolve_to: Callable[..., None]) -> Iterator[tuple[Stub, socket.socket]]:
    """A server, and before it among the addresses of its name a socket of IPv6 that does not listen yet."""
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    stub = serve(sends_and_hangs_up(DONE))
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(("::1", 0))
        resolve_to((socket.AF_INET6, socket.SOCK_STREAM, 0, "", listener.getsockname()), ipv4(stub.base_url))
        yield stub, listener


def test_the_family_that_worked_is_tried_first(other: tuple[Stub, socket.socket]) -> None:
    stub, listener = other
    with CryptoCloud(api_key=KEY, base_url=named(stub.base_url)) as client:
        client.invoices.cancel(UUID)
        stub.wait_until_sent()
        listener.listen()
        client.invoices.cancel(UUID)
    assert stub.connections == 2


async def test_the_family_that_worked_is_tried_first_asynchronously(
    other: tuple[Stub, socket.socket],
) -> None:
    stub, listener = other
    async with AsyncCryptoCloud(api_key=KEY, base_url=named(stub.base_url)) as client:
        await client.invoices.cancel(UUID)
        await asyncio.to_thread(stub.wait_until_sent)
        listener.listen()
        await client.invoices.cancel(UUID)
    assert stub.connections == 2


ELSEWHERE = """
import asyncio, cryptocloud, socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    try:
        probe.connect(("192.0.2.1", 9))  # sends nothing
    except OSError:
        sys.exit(77)
    own = probe.getsockname()[0]
if own.startswith("127."):
    sys.exit(77)
server = socket.create_server((own, 0))
found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", server.getsockname())]
socket.getaddrinfo = lambda *_, **__: found
settings = {"api_key": "k", "base_url": "http://localhost:1/v2", "max_retries": 0}
async def main():
    async with cryptocloud.AsyncCryptoCloud(**settings) as client:
        await client.invoices.cancel("INV-89UX09KA")
for call in (
    lambda: cryptocloud.CryptoCloud(**settings).invoices.cancel("INV-89UX09KA"),
    lambda: asyncio.run(main()),
):
    try:
        call()
    except cryptocloud.APIConnectionError as error:
        print(error.outcome, "not on this machine" in str(error), server.accept()[0].recv(100))
"""


def test_a_plain_name_that_leads_off_this_machine_gets_nothing() -> None:
    """Here it leads to this machine's address in the network."""
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=False, timeout=60
    )
    if run.returncode == 77:
        pytest.skip("this machine has no address in a network")
    assert (run.stdout, run.stderr) == ("Outcome.NOT_SENT True b''\n" * 2, "")


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


FIRST_CALLS = """
import asyncio, sys
import cryptocloud
def make():
    return cryptocloud.AsyncCryptoCloud(api_key="k", base_url=sys.argv[1])
early = make()
async def main():
    for client in (early, make()):
        before = set(sys.modules)
        try:
            await client.invoices.cancel("INV-89UX09KA")
        except cryptocloud.BadRequestError:
            print(*set(sys.modules) - before)
asyncio.run(main())
"""


@pytest.mark.parametrize("parser", ["h11", "httptools"])
def test_the_first_call_in_an_event_loop_loads_nothing(serve: Serve, parser: str) -> None:
    """A client loads what it needs when it is made."""
    without = (
        "import sys; sys.modules['cryptocloud._transport.httptools'] = None\n" if parser == "h11" else ""
    )
    stub = serve(sends(http(400, b'{"status":"error","result":{"amount":"no"}}')))
    run = subprocess.run(
        [sys.executable, "-c", without + FIRST_CALLS, named(stub.base_url)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.stdout, run.stderr) == ("\n\n", "")


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

"""What is not the network's doing reaches the caller as it is, at once, and leaves the client usable.

Signal handlers raise, such as a job queue's time limit; guards of tests do, and slips in transports.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import httpx
import pytest
import trustme
from pytest_socket import (
    SocketBlockedError,
    SocketConnectBlockedError,
    disable_socket,
    enable_socket,
)

from conftest import Cancel
from cryptocloud import AsyncCryptoCloud, CryptoCloud
from cryptocloud_client.api.invoices import get_invoices
from cryptocloud_client.models import GetInvoicesRequest
from support.faults import TRANSPORTS
from support.service import KEY
from support.stub import DONE, PATIENCE, Connection, Stub, http, nobody_accepts, sends

# The counter would take part: these look at every instruction.
pytestmark = pytest.mark.no_cover

UUID = "INV-89UX09KA"
HOST = "localhost"

PHASES = ["name resolution", "connect", "handshake", "write", "read", "pause"]
"""The parts of a call in which it waits."""

resolve = socket.getaddrinfo


class TimeLimitError(Exception):
    """What a job queue raises in whatever runs for too long."""


class Names:
    """What the platform answers when it is asked for the service: a port of this machine, or nothing."""

    def __init__(self) -> None:
        self.port: int | None = None
        self.is_over = threading.Event()

    def lead_to(self, stub: Stub) -> None:
        self.port = port_of(stub)
        self.is_over.set()

    def __call__(self, host: object, port: object, *arguments: Any, **settings: Any) -> Any:
        if host not in (HOST, HOST.encode()):
            return resolve(host, port, *arguments, **settings)  # type: ignore[arg-type]
        if self.port is None:
            self.is_over.wait(PATIENCE)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", self.port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    found = Names()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    yield found
    found.is_over.set()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """That of the service, which everybody trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


def port_of(stub: Stub) -> int:
    return int(stub.base_url.removesuffix("/v2").rpartition(":")[2])


@contextlib.contextmanager
def place(phase: str, *, closes: bool = True) -> Iterator[int | None]:
    """A port where a call waits in this phase, and none for a name that is not found.

    `closes` says whether the client closes the connection of a call that is broken off.
    """
    if phase == "name resolution":
        yield None
    elif phase == "connect":
        with nobody_accepts() as port:
            yield port
    elif phase == "write":
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            yield listener.getsockname()[1]
    else:
        with Stub(LaterBetter() if phase == "pause" else Connection.keep_silent) as stub:
            yield port_of(stub)
            if phase == "read" and closes:
                stub.wait_until_all_closed()
            assert len(stub.requests) in {"handshake": {0}, "read": {1}, "pause": {1, 2}}[phase]


class LaterBetter:
    """A script: the first call has to wait, and those after it are done."""

    def __init__(self) -> None:
        self._answers = [http(429, b"", "Retry-After: 20")]

    def __call__(self, connection: Connection) -> None:
        connection.send(self._answers.pop() if self._answers else DONE)


@contextlib.contextmanager
def alarm(error: Exception, also: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Raises `error` in a signal handler as soon as the block waits, and does what `also` does.

    A handler runs between two instructions, or within one that waits: who is met at the same one three times
    in a row waits there. A busy machine does not look like that, however slow it is.
    """
    meetings = 0
    last: tuple[int, int] | None = None

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal meetings, last
        assert frame
        here = id(frame), frame.f_lasti
        meetings, last = (meetings + 1 if here == last else 1), here
        if meetings == 3:
            signal.setitimer(signal.ITIMER_REAL, 0)
            also()
            raise error

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


LARGE = GetInvoicesRequest(uuids=["x" * 8_000_000])
"""More than the buffers of a connection take."""


def settings_of(
    way: str, kind: str, phase: str, monkeypatch: pytest.MonkeyPatch, port: int | None = None
) -> dict[str, Any]:
    """The settings of a client. An asynchronous one of httpx connects to `port`, whatever `Names` say."""
    ways = TRANSPORTS[way]
    if ways.without:
        monkeypatch.setitem(sys.modules, ways.without, None)
    verify = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    transport = ways.sync(verify) if kind == "sync" else ways.asynchronous(verify)
    scheme = "https" if phase == "handshake" else "http"
    return {"api_key": KEY, "base_url": f"{scheme}://{HOST}:{port or 1}/v2", "transport": transport}


def cancel_one(client: CryptoCloud) -> None:
    client.invoices.cancel(UUID)


def get_many(client: CryptoCloud) -> None:
    get_invoices.sync(client=client.generated, body=LARGE)


CASES = [
    *((way, phase, TimeLimitError("too long")) for way in TRANSPORTS for phase in PHASES),
    # What an alarm raises often looks like an error of the network. httpx takes it for one.
    *(("default", phase, TimeoutError("too long")) for phase in PHASES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{type(case[2]).__name__}")
def test_a_time_limit_ends_a_call(
    names: Names,
    certificate: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, str, Exception],
) -> None:
    way, phase, error = case
    with CryptoCloud(**settings_of(way, "sync", phase, monkeypatch)) as client:
        with place(phase) as names.port:
            with pytest.raises(type(error)) as caught, alarm(error):
                (get_many if phase == "write" else cancel_one)(client)
            assert caught.value is error
            if phase == "pause":
                client.invoices.cancel(UUID)
        with Stub(sends(DONE), certificate if phase == "handshake" else None) as stub:
            names.lead_to(stub)
            client.invoices.cancel(UUID)
            client.close()
            assert stub.asked == ["canceled"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("way", TRANSPORTS)
def test_a_time_limit_ends_an_asynchronous_call(
    names: Names, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, way: str, phase: str
) -> None:
    error = TimeLimitError("too long")

    async def call(client: AsyncCryptoCloud) -> None:
        if phase == "write":
            await get_invoices.asyncio(client=client.generated, body=LARGE)
        else:
            await client.invoices.cancel(UUID)

    # httpx leaves a thread behind that looks for the name, and asyncio waits for it at its end.
    also = names.is_over.set if way == "httpx" else lambda: None
    # Its connections are of the event loop that ends, and nobody else can close them.
    with place(phase, closes=way != "httpx") as names.port:
        client = AsyncCryptoCloud(**settings_of(way, "async", phase, monkeypatch, names.port))
        # It hits the event loop, which ends, and all tasks with it.
        with pytest.raises(TimeLimitError) as caught, alarm(error, also):
            asyncio.run(call(client))
        assert caught.value is error
        if phase == "pause" and way != "httpx":
            asyncio.run(client.invoices.cancel(UUID))
    if way == "httpx":
        # Nor does it: the garbage collector does, and warns.
        error.__traceback__ = None
        del caught, client
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        return
    with Stub(sends(DONE), certificate if phase == "handshake" else None) as stub:
        names.lead_to(stub)
        asyncio.run(client.invoices.cancel(UUID))
        asyncio.run(client.aclose())
        assert stub.asked == ["canceled"]


# Guards and slips, which raise in the call itself.

blocks = pytest.mark.filterwarnings("ignore:A test tried to use")


@blocks
def test_a_guard_against_hosts_is_heard(cancel: Cancel) -> None:
    """That of these tests."""
    with pytest.raises(SocketConnectBlockedError):
        cancel(base_url="https://192.0.2.1/v2")


@blocks
def test_a_guard_against_hosts_is_heard_between_addresses(
    cancel: Cancel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nobody_accepts() as port:
        places = [("127.0.0.1", port), ("192.0.2.1", 443), ("127.0.0.1", port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(SocketConnectBlockedError):
            cancel(base_url="https://api.example.com/v2")


@blocks
@pytest.mark.parametrize("host", ["127.0.0.1", HOST])
def test_a_guard_against_sockets_is_heard(host: str) -> None:
    with blocked_sockets(), pytest.raises(SocketBlockedError):
        CryptoCloud(api_key=KEY, base_url=f"https://{host}/v2").invoices.cancel(UUID)


@blocks
async def test_a_guard_against_sockets_is_heard_asynchronously() -> None:
    with blocked_sockets(), pytest.raises(SocketBlockedError):
        await AsyncCryptoCloud(api_key=KEY, base_url="https://127.0.0.1/v2").invoices.cancel(UUID)


@contextlib.contextmanager
def blocked_sockets() -> Iterator[None]:
    """No sockets from now on, as by `pytest --disable-socket`."""
    disable_socket()
    try:
        yield
    finally:
        enable_socket()


def test_what_the_platform_raises_for_a_name_is_heard(
    cancel: Cancel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> NoReturn:
        raise MemoryError("in a thread of its own")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(MemoryError, match="in a thread"):
        cancel(base_url="https://api.example.com/v2")


@pytest.mark.parametrize("error", [KeyError("x"), httpx.InvalidURL("x"), httpx.StreamClosed()], ids=repr)
def test_a_slip_in_a_transport_is_heard(cancel: Cancel, error: Exception) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise error

    with pytest.raises(type(error)) as caught:
        cancel(transport=httpx.MockTransport(handle))
    assert caught.value is error
    assert len(asked) == 1

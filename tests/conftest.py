"""Fixtures for every test."""

import asyncio
import contextlib
import os
import re
import signal
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import coverage
import hypothesis
import pytest
import trustme

from cryptocloud import APITimeoutError, AsyncCryptoCloud, CryptoCloud
from cryptocloud._transport.httpx import AsyncDefaultTransport, DefaultTransport
from cryptocloud_sandbox import Sandbox
from support.command import Cli, run_here
from support.contract import HeldToSpec, request_held_to_spec
from support.recipes import EXAMPLES
from support.service import KEY, Use, use_async, use_sync
from support.stub import Script, Stub, nobody_listens

# The same cases on every machine, however slow it is: `make fuzz` tries others.
hypothesis.settings.register_profile(
    "the same",
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("the same")


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        # pytest-cov starts a counter in each worker, and then the worker's own on top of it. The first is of
        # no use, costs as much, and goes on where `no_cover` stops the second.
        while counter := coverage.Coverage.current():
            counter.stop()
    # Who starts the tests in the background of a shell has Ctrl-C ignored, by all that they start, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The settings of a developer, and of this machine, do not reach the tests: keys, proxies, certificates.
    for name in list(os.environ):
        if name.startswith("CRYPTOCLOUD_") or name.upper().endswith("_PROXY") or name == "SSL_CERT_DIR":
            del os.environ[name]
    # One authority that certifies nobody: to load all that a system trusts takes 20 ms and more, per client.
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    os.environ["SSL_CERT_FILE"] = str(Path(folder.name, "authority.pem"))
    trustme.CA().cert_pem.write_to_path(os.environ["SSL_CERT_FILE"])


class Serve(Protocol):
    """Starts a server that answers by a script."""

    def __call__(self, script: Script, tls: ssl.SSLContext | None = None) -> Stub: ...


class Cancel(Protocol):
    """Cancels one invoice with a client of its own: synchronously, or the other way."""

    def __call__(self, uuid: str = ..., **settings: Any) -> None: ...


def _cancel(uuid: str = "INV-89UX09KA", **settings: Any) -> None:
    with CryptoCloud(**({"api_key": KEY} | settings)) as client:
        client.invoices.cancel(uuid)


def _cancel_async(uuid: str = "INV-89UX09KA", **settings: Any) -> None:
    async def call() -> None:
        async with AsyncCryptoCloud(**({"api_key": KEY} | settings)) as client:
            await client.invoices.cancel(uuid)

    asyncio.run(call())


@pytest.fixture(params=[_cancel, _cancel_async], ids=["sync", "async"])
def cancel(request: pytest.FixtureRequest) -> Cancel:
    """Each test that cancels, cancels both ways."""
    way: Cancel = request.param
    return way


@pytest.fixture
def run_out_of_time(cancel: Cancel) -> Callable[[Stub], APITimeoutError]:
    """Cancels at a server that is slow, by a deadline that passes after the request was sent."""

    def run(stub: Stub) -> APITimeoutError:
        for timeout in (0.3, 1.2, 4.8):
            with pytest.raises(APITimeoutError, match=re.escape(f"within {timeout} s")) as caught:
                cancel(base_url=stub.base_url, timeout=timeout)
            # A machine that stalls can use the time up before. So there is more of it.
            if stub.requests:
                return caught.value
        raise AssertionError("the server was not asked")

    return run


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Use:
    """Each test that uses a client, uses both."""
    way: Use = request.param
    return way


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1) as running:
        yield running


def _settings_held(
    sandbox: Sandbox, transport: type[DefaultTransport | AsyncDefaultTransport]
) -> Iterator[dict[str, Any]]:
    contract = HeldToSpec(transport())
    yield {"api_key": sandbox.api_key, "base_url": sandbox.base_url, "transport": contract}
    contract.check()


@pytest.fixture
def at_sandbox(cancel: Cancel, sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """The settings of a client of the sandbox, whose every exchange is held to the spec."""
    yield from _settings_held(sandbox, DefaultTransport if cancel is _cancel else AsyncDefaultTransport)


@pytest.fixture
def sync_at_sandbox(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """The same for tests of the synchronous client alone."""
    yield from _settings_held(sandbox, DefaultTransport)


@pytest.fixture
def async_at_sandbox(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """The same for tests of the asynchronous client alone."""
    yield from _settings_held(sandbox, AsyncDefaultTransport)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that answer by a script. What they are asked is held to the spec."""
    with contextlib.ExitStack() as stack:
        stubs: list[Stub] = []

        def start(script: Script, tls: ssl.SSLContext | None = None) -> Stub:
            stubs.append(stack.enter_context(Stub(script, tls)))
            return stubs[-1]

        yield start
    for stub in stubs:
        for asked in stub.requests:
            method, path, _ = asked.line.split(" ")
            request_held_to_spec(method, urlsplit(path).path, asked.headers, asked.body)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port of this machine where nobody listens, but for a server that the test starts there."""
    with nobody_listens() as port:
        yield port


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_home: Sandbox) -> Path:
    """Where recipes keep what they keep. The environment has the keys of the sandbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLES)
    return tmp_path


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command `cryptocloud` in this process."""
    return lambda *arguments: run_here(capsys, *arguments)


@pytest.fixture
def at_home(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox that the environment names."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return sandbox

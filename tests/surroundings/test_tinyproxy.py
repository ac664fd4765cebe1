"""Calls through a proxy that others wrote."""

from __future__ import annotations

import ipaddress
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from conftest import Cancel
from cryptocloud import APIConnectionError, AsyncCryptoCloud, CryptoCloud, Outcome
from support.faults import texts
from support.service import KEY
from support.stub import DONE, Stub, nobody_listens, sends

UUID = "INV-89UX09KA"
PASSWORD = "s3cret"
WRONG = "wr0ng"

HOST = str(ipaddress.IPv4Address(0))
"""Linux takes this address to this machine, and yet it is none of those that no proxy stands before.

The guard of these tests lets nobody connect to it, but for one: all others reach it by the proxy alone.
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    with Stub(sends(DONE), context) as stub:
        stub.base_url = stub.base_url.replace("127.0.0.1", HOST)
        yield stub


@pytest.fixture
def proxy() -> Iterator[str]:
    """Where a running tinyproxy is, which wants a user and a password."""
    with nobody_listens() as port, tempfile.NamedTemporaryFile("w") as settings:
        settings.write(f"Listen 127.0.0.1\nPort {port}\nBasicAuth somebody {PASSWORD}\n")
        settings.flush()
        command = ["tinyproxy", "-d", "-c", settings.name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                assert any("Accepting connections" in line for line in process.stdout)
                yield f"127.0.0.1:{port}"
            finally:
                process.terminate()


Through = Callable[[str], dict[str, Any]]


@pytest.fixture(params=["argument", "environment"])
def through(request: pytest.FixtureRequest, proxy: str, monkeypatch: pytest.MonkeyPatch) -> Through:
    """The settings of a client that goes through the proxy with a password."""

    def settings(password: str) -> dict[str, Any]:
        url = f"http://somebody:{password}@{proxy}"
        if request.param == "argument":
            return {"proxy": url}
        monkeypatch.setenv("HTTPS_PROXY", url)
        return {}

    return settings


def test_calls_share_a_tunnel(service: Stub, through: Through) -> None:
    with CryptoCloud(api_key=KEY, base_url=service.base_url, **through(PASSWORD)) as client:
        for _ in range(3):
            client.invoices.cancel(UUID)
    assert (len(service.requests), service.connections) == (3, 1)


async def test_asynchronous_calls_share_a_tunnel(service: Stub, through: Through) -> None:
    async with AsyncCryptoCloud(api_key=KEY, base_url=service.base_url, **through(PASSWORD)) as client:
        for _ in range(3):
            await client.invoices.cancel(UUID)
    assert (len(service.requests), service.connections) == (3, 1)


def test_a_wrong_password_is_told(service: Stub, through: Through, cancel: Cancel) -> None:
    with pytest.raises(APIConnectionError, match="HTTP 401: it wants a user and a password") as caught:
        cancel(base_url=service.base_url, max_retries=0, **through(WRONG))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not service.connections
    assert not any(WRONG in text for text in texts(caught.value))


def test_a_service_that_the_proxy_does_not_reach_is_told(
    service: Stub, through: Through, cancel: Cancel, deaf_port: int
) -> None:
    with pytest.raises(APIConnectionError, match=r"gives no tunnel: HTTP 50\d") as caught:
        cancel(base_url=f"https://{HOST}:{deaf_port}/v2", max_retries=0, **through(PASSWORD))
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.allow_hosts([HOST, "127.0.0.1"])
def test_a_host_that_is_excepted_is_reached_without_it(
    service: Stub, proxy: str, cancel: Cancel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{WRONG}@{proxy}")
    monkeypatch.setenv("NO_PROXY", HOST)
    cancel(base_url=service.base_url)
    assert len(service.requests) == 1

"""The road that production takes: TLS, with certificates made for the test."""

import asyncio
import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from conftest import Cancel, Serve
from cryptocloud import APIConnectionError, APITimeoutError, AsyncCryptoCloud, CryptoCloud, Outcome
from support.faults import HELLO_REQUEST
from support.service import KEY
from support.stub import DONE, PATIENCE, Connection, Stub, http, sends, wait_until_delivered


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is trusted as a company's own would be: through `SSL_CERT_FILE`."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def certified(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_trusted_server_is_talked_to(cancel: Cancel, serve: Serve, authority: trustme.CA) -> None:
    stub = serve(sends(DONE), certified(authority))
    cancel(base_url=stub.base_url)
    assert stub.requests[0].headers["authorization"] == f"Token {KEY}"


def stumbles(listener: socket.socket, context: ssl.SSLContext, half_there: threading.Event) -> None:
    """Answers one request of one connection, and sends half of another answer; the rest comes later."""
    with listener:
        listener.settimeout(10)
        sock, _ = listener.accept()
    with sock:
        sock.settimeout(10)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        for operate in (tls.do_handshake, tls.read):
            is_done = False
            while not is_done:
                with contextlib.suppress(ssl.SSLWantReadError):
                    operate()
                    is_done = True
                sock.sendall(outgoing.read())
                if not is_done:
                    piece = sock.recv(65536)
                    assert piece, "the client left"
                    incoming.write(piece)
        tls.write(DONE)
        sock.sendall(outgoing.read())
        tls.write(DONE)
        stale = outgoing.read()
        sock.sendall(stale[:20])
        wait_until_delivered(sock.getsockname()[1], sock.getpeername()[1])
        half_there.set()
        with contextlib.suppress(ConnectionResetError):
            sock.recv(65536)
            sock.sendall(stale[20:])


def test_half_a_stale_record_is_noticed(authority: trustme.CA) -> None:
    listener, half_there = socket.create_server(("127.0.0.1", 0)), threading.Event()
    base_url = f"https://127.0.0.1:{listener.getsockname()[1]}/v2"
    server = threading.Thread(target=stumbles, args=(listener, certified(authority), half_there))
    server.start()
    with CryptoCloud(api_key=KEY, base_url=base_url, max_retries=0) as client:
        client.invoices.cancel("INV-89UX09KA")
        assert half_there.wait(10)
        # It wants another connection, and nobody listens any more.
        with pytest.raises(APIConnectionError) as caught:
            client.invoices.cancel("INV-89UX09KB")
    server.join()
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_connection_is_kept(serve: Serve, authority: trustme.CA) -> None:
    stub = serve(sends(DONE), certified(authority))
    with CryptoCloud(api_key=KEY, base_url=stub.base_url) as client:
        client.invoices.cancel("INV-89UX09KA")
        client.invoices.cancel("INV-89UX09KA")
    assert stub.connections == 1


@pytest.mark.parametrize("bad", ["another name", "another authority"])
def test_another_server_gets_nothing(cancel: Cancel, serve: Serve, authority: trustme.CA, bad: str) -> None:
    context = certified(authority, "example.com") if bad == "another name" else certified(trustme.CA())
    stub = serve(sends(DONE), context)
    with pytest.raises(APIConnectionError, match="certificate") as caught:
        cancel(base_url=stub.base_url, max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not stub.requests


def test_plain_text_where_tls_belongs(cancel: Cancel, serve: Serve) -> None:
    stub = serve(sends(DONE))
    with pytest.raises(APIConnectionError) as caught:
        cancel(base_url=stub.base_url.replace("http:", "https:"), max_retries=0, timeout=1)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not stub.requests


@pytest.mark.parametrize("part", ["head", "body"])
def test_the_deadline_holds_inside_tls(
    run_out_of_time: Callable[[Stub], APITimeoutError], serve: Serve, authority: trustme.CA, part: str
) -> None:
    answer = http(200, DONE.partition(b"\r\n\r\n")[2] + b" " * 200)

    def script(connection: Connection) -> None:
        begin = len(answer) - 200 if part == "body" else 0
        connection.send(answer[:begin])
        connection.drip(answer[begin:])

    assert run_out_of_time(serve(script, certified(authority))).outcome is Outcome.UNKNOWN


def test_a_handshake_that_does_not_end_sends_nothing(cancel: Cancel, serve: Serve) -> None:
    # A server that speaks no TLS and waits for a request's end, as this one does, never answers a hello.
    stub = serve(lambda connection: connection.keep_silent())
    with pytest.raises(APITimeoutError) as caught:
        cancel(base_url=stub.base_url.replace("http:", "https:"), timeout=0.3, max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT


# What is trusted.


@pytest.mark.parametrize(
    ("variable", "name", "reason"),
    [
        ("SSL_CERT_FILE", "missing", "No such file or directory"),
        ("SSL_CERT_FILE", "nothing.pem", "no certificates in it"),
        ("SSL_CERT_FILE", ".", ""),
        ("SSL_CERT_DIR", "missing", "No such file or directory"),
        ("SSL_CERT_DIR", "nothing.pem", "Not a directory"),
    ],
)
def test_certificates_that_are_missing_are_named_when_the_client_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, name: str, reason: str
) -> None:
    (tmp_path / "nothing.pem").write_text("nothing\n")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv(variable, str(tmp_path / name))
    for make in (CryptoCloud, AsyncCryptoCloud):
        with pytest.raises(ValueError, match=f"^{variable}: {re.escape(str(tmp_path / name))}: {reason}"):
            make(api_key=KEY)
        make(api_key=KEY, trust_env=False)


def test_a_rotated_authority_is_trusted_by_the_next_client(
    cancel: Cancel, serve: Serve, authority: trustme.CA, tmp_path: Path
) -> None:
    stub = serve(sends(DONE), certified(authority))
    cancel(base_url=stub.base_url)
    new = trustme.CA()
    new.cert_pem.write_to_path(tmp_path / "authority.pem")
    with pytest.raises(APIConnectionError, match="certificate"):
        cancel(base_url=stub.base_url, max_retries=0)
    cancel(base_url=serve(sends(DONE), certified(new)).base_url)


def test_each_client_has_the_certificates_of_its_time(
    serve: Serve, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    stubs = [serve(sends(DONE), certified(one)) for one in (authority, other)]
    with CryptoCloud(api_key=KEY, base_url=stubs[0].base_url) as first:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
        with CryptoCloud(api_key=KEY, base_url=stubs[1].base_url) as second:
            first.invoices.cancel("INV-89UX09KA")
            second.invoices.cancel("INV-89UX09KA")


def test_certificates_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[object] = []
    load = ssl.create_default_context

    def counts(*arguments: Any, **settings: Any) -> ssl.SSLContext:
        loaded.append(settings)
        return load(*arguments, **settings)

    monkeypatch.setattr(ssl, "create_default_context", counts)
    for make in (CryptoCloud, AsyncCryptoCloud, CryptoCloud):
        make(api_key=KEY)
    assert len(loaded) == 1


@pytest.mark.skipif(not shutil.which("openssl"), reason="only the program openssl makes such a folder")
def test_a_folder_of_certificates(
    cancel: Cancel, serve: Serve, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    authority.cert_pem.write_to_path(folder / f"{subject_hash(authority)}.0")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    cancel(base_url=serve(sends(DONE), certified(authority)).base_url)


def subject_hash(authority: trustme.CA) -> str:
    """The name by which OpenSSL looks for an authority in a folder."""
    run = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash"],  # noqa: S607
        input=authority.cert_pem.bytes(),
        capture_output=True,
        check=True,
    )
    return run.stdout.decode().strip()


# Settings of the user's own.


def test_settings_of_ones_own(cancel: Cancel, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service wants a certificate, too."""
    monkeypatch.delenv("SSL_CERT_FILE")
    authority = trustme.CA()
    server = certified(authority)
    server.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(server)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    stub = serve(sends(DONE), server)
    with pytest.raises(APIConnectionError):
        cancel(base_url=stub.base_url, ssl_context=context, max_retries=0)
    authority.issue_cert("shop.example").configure_cert(context)
    cancel(base_url=stub.base_url, ssl_context=context)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("make", [CryptoCloud, AsyncCryptoCloud])
def test_settings_of_ones_own_are_checked(make: Any) -> None:
    with pytest.raises(TypeError, match="ssl_context must be an"):
        make(api_key=KEY, ssl_context=True)
    with pytest.raises(ValueError, match="ssl_context is one for servers"):
        make(api_key=KEY, ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    transport = httpx.HTTPTransport() if make is CryptoCloud else httpx.AsyncHTTPTransport()
    with pytest.raises(ValueError, match="ssl_context is for the default transport"):
        make(api_key=KEY, ssl_context=ssl.create_default_context(), transport=transport)


# Peers that mean no good.


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks to one client as it is told, and then hangs up; its base URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError), listener:
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(PATIENCE)
                talk(sock)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/v2"
    finally:
        thread.join()


def test_a_server_that_speaks_before_it_is_asked_gets_nothing(cancel: Cancel, authority: trustme.CA) -> None:
    """The last words of its handshake come together with an answer."""
    context = certified(authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    received: list[bytes] = []

    def talk(sock: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        tls.write(DONE)
        sock.sendall(outgoing.read())
        received.append(sock.recv(65536))

    with (
        raw_server(talk) as base_url,
        pytest.raises(APIConnectionError, match="before it is asked") as caught,
    ):
        cancel(base_url=base_url, max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert received == [b""]


def test_session_tickets_without_end(cancel: Cancel, authority: trustme.CA) -> None:
    context = certified(authority)
    context.num_tickets = 100_000
    ends: list[Exception] = []

    def talk(sock: socket.socket) -> None:
        try:
            context.wrap_socket(sock, server_side=True)
        except OSError as error:
            ends.append(error)

    with raw_server(talk) as base_url, pytest.raises(APIConnectionError, match="no data in them") as caught:
        cancel(base_url=base_url, max_retries=0)
    assert caught.value.outcome is Outcome.UNKNOWN
    # The client left, when it had enough of them.
    assert ends


async def test_other_tasks_go_on_during_a_flood() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    def talk(sock: socket.socket) -> None:
        while True:
            sock.sendall(HELLO_REQUEST * 4000)

    with raw_server(talk) as base_url:
        others = asyncio.create_task(count())
        async with AsyncCryptoCloud(api_key=KEY, base_url=base_url, max_retries=0) as client:
            with pytest.raises(APIConnectionError, match="no data in them") as caught:
                await client.invoices.cancel("INV-89UX09KA")
        others.cancel()
    assert caught.value.outcome is Outcome.NOT_SENT
    # 256 KiB of it, in pieces of at most 32 KiB.
    assert turns >= 8

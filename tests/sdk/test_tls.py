"""The road that production takes: TLS, with certificates made for the test."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from conftest import Cancel, Serve
from cryptocloud import APIConnectionError, APITimeoutError, CryptoCloud, Outcome
from support.service import KEY
from support.stub import DONE, Connection, Stub, http, sends, wait_until_delivered


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

"""The sandbox, over real sockets."""

import contextlib
import errno
import gc
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from cryptocloud_sandbox import Sandbox
from cryptocloud_sandbox.command import main
from cryptocloud_sandbox.decisions import DECISIONS
from support.command import started
from support.contract import HeldToSpec

PLAIN = ssl.create_default_context()  # Not used, and slow if each client makes its own.
PATH = "/invoice/merchant/canceled"
OK = (200, {"status": "success", "result": ["ok"]})
NOT_CREATED = (400, {"status": "error", "result": {"validate_error": "Invoice is not created"}})
UUID_REQUIRED = (400, {"status": "error", "result": {"validate_error": "uuid is required"}})
UUID_NOT_TEXT = (400, {"status": "error", "result": {"validate_error": "uuid is not a string"}})
NO_OBJECT = (400, {"status": "error", "result": {"validate_error": "Body is not a JSON object"}})
UNAUTHORIZED = (400, {"status": "error", "result": {"authorization": "Unauthorized request."}})
NOT_A_KEY = (403, {"detail": "Invalid header padding"})
WRONG_SIGNATURE = (403, {"detail": "Signature verification failed"})
TOO_LARGE = (413, {"detail": "Request body is larger than 1048576 bytes."})


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {sandbox.api_key}"}
    # Many requests are wrong on purpose; the answers have to be right.
    contract = HeldToSpec(httpx.HTTPTransport(verify=PLAIN), only_responses=True)
    with httpx.Client(base_url=sandbox.base_url, headers=headers, transport=contract) as running:
        yield running
    contract.check()


def answer(response: httpx.Response) -> tuple[int, Any]:
    assert response.headers["content-type"] == "application/json"
    assert int(response.headers["content-length"]) == len(response.content)
    return response.status_code, response.json()


def send_raw(sandbox: Sandbox, data: bytes) -> bytes:
    """Everything that comes back for some bytes, until the sandbox closes or resets the connection."""
    with socket.create_connection(("127.0.0.1", httpx.URL(sandbox.base_url).port or 0), timeout=10) as sock:
        sock.sendall(data)
        return read_all(sock)


def read_all(sock: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(65536):
            data += piece
    return data


# Cancelling


def test_a_created_invoice_is_cancelled_once(sandbox: Sandbox, client: httpx.Client) -> None:
    uuid, other = sandbox.add_invoice(), sandbox.add_invoice()
    assert answer(client.post(PATH, json={"uuid": uuid})) == OK
    assert sandbox.status(uuid) == "canceled"
    assert answer(client.post(PATH, json={"uuid": uuid})) == NOT_CREATED
    assert sandbox.status(other) == "created"


def test_the_answer_is_byte_for_byte_compact_json(sandbox: Sandbox, client: httpx.Client) -> None:
    response = client.post(PATH, json={"uuid": sandbox.add_invoice()})
    assert response.content == b'{"status":"success","result":["ok"]}'


def test_ids_work_without_prefix(sandbox: Sandbox, client: httpx.Client) -> None:
    uuid = sandbox.add_invoice()
    short = uuid.removeprefix("INV-")
    assert sandbox.status(short) == "created"
    assert answer(client.post(PATH, json={"uuid": short})) == OK
    assert sandbox.status(uuid) == sandbox.status(short) == "canceled"


@pytest.mark.parametrize("status", ["paid", "overpaid", "partial", "canceled"])
def test_other_statuses_are_refused_and_stay(sandbox: Sandbox, client: httpx.Client, status: str) -> None:
    uuid = sandbox.add_invoice(status=status)
    assert answer(client.post(PATH, json={"uuid": uuid})) == NOT_CREATED
    assert sandbox.status(uuid) == status


@pytest.mark.parametrize(
    "uuid", ["INV-00000000", "00000000", "INV-", "x", " ", "\x00", "\ud800", "INV-INV-{}", "inv-{}", "{} "]
)
def test_unknown_ids_are_refused(sandbox: Sandbox, client: httpx.Client, uuid: str) -> None:
    created = sandbox.add_invoice()
    body = json.dumps({"uuid": uuid.format(created.removeprefix("INV-"))})
    assert answer(client.post(PATH, content=body)) == NOT_CREATED
    assert sandbox.status(created) == "created"


@pytest.mark.parametrize("body", ["", "{}", '{"uuid": null}', '{"uuid": ""}', '{"id": "INV-00000000"}'])
def test_uuid_is_required(client: httpx.Client, body: str) -> None:
    assert answer(client.post(PATH, content=body)) == UUID_REQUIRED


@pytest.mark.parametrize("value", [0, 1, 1.5, True, False, [], ["INV-00000000"], {}, {"uuid": "x"}])
def test_uuid_is_text(client: httpx.Client, value: object) -> None:
    assert answer(client.post(PATH, json={"uuid": value})) == UUID_NOT_TEXT


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b'{"uuid": "INV-00000000"',
        b"uuid=INV-00000000",
        b" ",
        b"[]",
        b'"INV-00000000"',
        b"null",
        b"1",
        b'{"uuid": NaN}',
        b"\x00\xff\xfe",
        b'{"uuid": "\xff"}',
        b'\xef\xbb\xbf{"uuid": "INV-00000000"}',
        b"[" * 100_000,
        b'{"uuid":' * 100_000,
        b"1" * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_no_json_object(client: httpx.Client, body: bytes) -> None:
    assert answer(client.post(PATH, content=body)) == NO_OBJECT


def test_content_type_query_and_unknown_members_do_not_matter(sandbox: Sandbox, client: httpx.Client) -> None:
    body = json.dumps({"uuid": sandbox.add_invoice(), "reason": "none"})
    response = client.post(PATH, params={"uuid": "x"}, content=body, headers={"Content-Type": "text/csv"})
    assert answer(response) == OK


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies(sandbox: Sandbox, client: httpx.Client, chunked: bool) -> None:
    def send(size: int) -> tuple[int, Any]:
        body = json.dumps({"uuid": sandbox.add_invoice()}).encode().ljust(size)
        pieces = (body[start : start + 65536] for start in range(0, size, 65536))
        return answer(client.post(PATH, content=pieces if chunked else body))

    assert send(1024 * 1024) == OK
    assert send(1024 * 1024 + 1) == TOO_LARGE
    assert send(5_000_000) == TOO_LARGE
    assert send(100) == OK


# Credentials


@pytest.mark.parametrize(
    "header",
    [None, "", "Token", "{}", "Bearer {}", "token {}", "Token\t{}", "Token{}", "Token: {}"],
)
def test_no_usable_authorization(sandbox: Sandbox, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(sandbox.api_key)}
    uuid = sandbox.add_invoice()
    response = httpx.post(sandbox.base_url + PATH, json={"uuid": uuid}, headers=headers)
    assert answer(response) == UNAUTHORIZED
    assert sandbox.status(uuid) == "created"


def test_a_repeated_authorization_is_not_usable(sandbox: Sandbox) -> None:
    header = ("Authorization", f"Token {sandbox.api_key}")
    response = httpx.post(sandbox.base_url + PATH, json={}, headers=[header, header])
    assert answer(response) == UNAUTHORIZED


@pytest.mark.parametrize(
    "key",
    [
        b"x",
        b"...",
        b"a.b.c",
        b"e30.e30",
        b"e30.e30.e30.e30",
        b"W10.e30.e30",  # The header is [] ...
        b"e30.W10.e30",  # ... or the claims are.
        b"e30.e30.a",
        b"e30.e30.\xff",
        b"e30.e3*0.e30",
        b" e30.e30.e30",
        b"Token e30.e30.e30",
        b"5" * 10_000,
    ],
)
def test_a_broken_key(sandbox: Sandbox, key: bytes) -> None:
    uuid = sandbox.add_invoice()
    headers = [(b"Authorization", b"Token " + key)]
    assert answer(httpx.post(sandbox.base_url + PATH, json={"uuid": uuid}, headers=headers)) == NOT_A_KEY
    assert sandbox.status(uuid) == "created"


def test_a_key_with_a_wrong_signature(sandbox: Sandbox) -> None:
    header, claims, signature = sandbox.api_key.split(".")
    others = Sandbox(seed=2).api_key
    forged = ".".join([header, others.split(".")[1], signature])
    changed = ".".join([header, claims, others.split(".")[2]])
    unsigned = f"eyJhbGciOiJub25lIn0.{claims}."
    for key in (others, forged, changed, unsigned, "e30.e30.e30"):
        uuid = sandbox.add_invoice()
        headers = {"Authorization": f"Token {key}"}
        response = httpx.post(sandbox.base_url + PATH, json={"uuid": uuid}, headers=headers)
        assert answer(response) == WRONG_SIGNATURE
        assert sandbox.status(uuid) == "created"


def test_key_and_shop_id_look_like_real_ones(sandbox: Sandbox) -> None:
    assert sandbox.api_key.startswith("eyJ0eXAiOiJK")
    assert re.fullmatch(r"[A-Za-z]{16}", sandbox.shop_id)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v2", sandbox.base_url)
    assert all(re.fullmatch(r"INV-[A-Z0-9]{8}", sandbox.add_invoice()) for _ in range(100))


def test_credentials_come_before_the_body(sandbox: Sandbox) -> None:
    for body in (b"", b"not json", b"x" * 2_000_000):
        assert answer(httpx.post(sandbox.base_url + PATH, content=body)) == UNAUTHORIZED


# Paths, methods, and what is not HTTP


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods(sandbox: Sandbox, method: str) -> None:
    response = httpx.request(method, sandbox.base_url + PATH)
    assert answer(response) == (405, {"detail": f'Method "{method}" not allowed.'})
    assert response.headers["allow"] == "POST"
    assert httpx.head(sandbox.base_url + PATH).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/v2",
        "/v2/invoice/merchant/canceled/",
        "/v2/invoice/merchant/canceled%0A",
        "/v2/invoice/merchant/canceled%00",
        "/v2/invoice/merchant/cancelled",
        "/v2/INVOICE/merchant/canceled",
        "//v2/invoice/merchant/canceled",
        "/v2//invoice/merchant/canceled",
        "/v2/x/../invoice/merchant/canceled",
        "/invoice/merchant/canceled",
        "/v1/invoice/info",
        "/%FF%FE",
        "/v2/../../../../etc/passwd",
        "/" + "x" * 20_000,
    ],
)
def test_unknown_paths(sandbox: Sandbox, path: str) -> None:
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    head, _, body = send_raw(sandbox, request.encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert b"content-type: text/html" in head
    assert body == b"<html><body><h1>404 Not Found</h1></body></html>"


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # A TLS client says hello.
        b"\x00" * 100,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 200_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_not_http(sandbox: Sandbox, client: httpx.Client, data: bytes) -> None:
    # A reset may overtake the answer when not everything was read.
    assert send_raw(sandbox, data)[:13] in {b"HTTP/1.1 400 ", b""}
    assert answer(client.post(PATH, json={"uuid": sandbox.add_invoice()})) == OK


def test_a_client_that_leaves_in_the_middle_is_no_event(
    sandbox: Sandbox, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST /v2{PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {sandbox.api_key}\r\n"
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as sock:
        sock.sendall(head.encode() + b"Content-Length: 100\r\n\r\n{")
    for _ in range(20):
        assert answer(client.post(PATH, json={"uuid": sandbox.add_invoice()})) == OK
    sandbox.stop()
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]


# Many at once


def test_of_many_cancels_one_succeeds(sandbox: Sandbox, client: httpx.Client) -> None:
    start = threading.Barrier(2)

    def cancel(uuid: str) -> int:
        start.wait(10)
        return client.post(PATH, json={"uuid": uuid}).status_code

    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            uuid = sandbox.add_invoice()
            assert sorted(pool.map(cancel, [uuid, uuid])) == [200, 400]


def test_invoices_from_many_threads_are_distinct(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: sandbox.add_invoice(), range(2000)))
    assert len(set(ids)) == 2000


def test_two_at_once_know_nothing_of_each_other() -> None:
    with Sandbox(seed=1) as one, Sandbox(seed=2) as other:
        uuid = one.add_invoice()
        headers = {"Authorization": f"Token {one.api_key}"}
        assert one.base_url != other.base_url
        with pytest.raises(KeyError):
            other.status(uuid)
        assert (
            answer(httpx.post(other.base_url + PATH, json={"uuid": uuid}, headers=headers)) == WRONG_SIGNATURE
        )
        assert answer(httpx.post(one.base_url + PATH, json={"uuid": uuid}, headers=headers)) == OK


# Seeds


def test_the_seed_decides_keys_and_ids() -> None:
    def made(seed: int) -> tuple[str, str, list[str]]:
        sandbox = Sandbox(seed=seed)
        return sandbox.api_key, sandbox.shop_id, [sandbox.add_invoice() for _ in range(5)]

    assert made(1) == made(1)
    for mine, others in zip(made(1), made(2), strict=True):
        assert mine != others


# Starting and stopping


def port_of(sandbox: Sandbox) -> int:
    return httpx.URL(sandbox.base_url).port or 0


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except ConnectionRefusedError:
        return True
    return False


def test_stop_leaves_no_thread_and_no_port(deaf_port: int) -> None:
    before = set(threading.enumerate())
    with Sandbox(port=deaf_port):
        assert not is_refused(deaf_port)
        assert set(threading.enumerate()) - before
    assert not set(threading.enumerate()) - before
    assert is_refused(deaf_port)
    with Sandbox(port=deaf_port) as again:
        assert port_of(again) == deaf_port


def test_stop_ends_open_connections(deaf_port: int) -> None:
    sandbox = Sandbox(port=deaf_port)
    before = set(threading.enumerate())
    sandbox.start()
    head = f"POST /v2{PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {sandbox.api_key}\r\n".encode()
    silent, half, kept = (socket.create_connection(("127.0.0.1", deaf_port), timeout=10) for _ in range(3))
    with silent, half, kept:
        half.sendall(head + b"Content-Length: 100\r\n\r\n{")
        kept.sendall(head + b"Content-Length: 0\r\n\r\n")
        answered = b""
        while b'uuid is required"}}' not in answered:
            piece = kept.recv(65536)
            assert piece, answered
            answered += piece
        sandbox.stop()
        assert not set(threading.enumerate()) - before
        assert read_all(silent) == b""
        assert read_all(half) == b""
        assert read_all(kept) == b""
    assert is_refused(deaf_port)


def test_stop_while_connections_arrive(deaf_port: int) -> None:
    # Where nobody else can begin to listen: these clients would not leave that server in peace.
    def connect() -> None:
        with contextlib.suppress(OSError):
            while True:
                socket.create_connection(("127.0.0.1", deaf_port), timeout=0.2).close()

    for _ in range(20):
        sandbox = Sandbox(port=deaf_port)
        sandbox.start()
        with ThreadPoolExecutor(2) as pool:
            clients = [pool.submit(connect) for _ in range(2)]
            sandbox.stop()
            for client in clients:
                client.result(30)
    gc.collect()  # A forgotten connection warns here, and a warning is an error.


def test_it_ends_when_the_block_fails(deaf_port: int) -> None:
    def fail() -> None:
        with Sandbox(port=deaf_port):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert is_refused(deaf_port)


def test_start_and_stop_by_hand(deaf_port: int) -> None:
    sandbox = Sandbox(port=deaf_port)
    uuid = sandbox.add_invoice()
    with pytest.raises(RuntimeError, match="not started"):
        _ = sandbox.base_url
    sandbox.stop()
    sandbox.start()
    with pytest.raises(RuntimeError, match="is running"):
        sandbox.start()
    with pytest.raises(RuntimeError, match="is running"), sandbox:
        pass
    assert answer(httpx.post(sandbox.base_url + PATH)) == UNAUTHORIZED
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(RuntimeError, match="is stopped: make a new one"):
        sandbox.start()
    with pytest.raises(RuntimeError, match="is stopped"), sandbox:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.post(sandbox.base_url + PATH)
    with pytest.raises(RuntimeError, match="is stopped"):
        sandbox.add_invoice()
    assert sandbox.status(uuid) == "created"


def test_stop_from_many_threads() -> None:
    sandbox = Sandbox()
    sandbox.start()
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sandbox.stop) for _ in range(4)]:
            done.result(10)


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    try:
        elsewhere = socket.create_server(("127.0.0.2", port_of(sandbox)))
    except OSError as exc:
        if exc.errno != errno.EADDRNOTAVAIL:
            raise  # A sandbox on 0.0.0.0 would have the port on every address.
        pytest.skip("this machine has no second loopback address")
    elsewhere.close()


def test_misuse_is_told(deaf_port: int) -> None:
    with pytest.raises(ValueError, match=r"unknown status 'cancelled'.*canceled"):
        Sandbox().add_invoice("cancelled")
    for port in (-1, 65536):
        with pytest.raises(ValueError, match="between 0 and 65535"):
            Sandbox(port=port)
    with pytest.raises(KeyError):
        Sandbox().status("INV-00000000")
    with Sandbox(port=deaf_port):
        taken = Sandbox(port=deaf_port)
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{deaf_port}: .*in use"):
            taken.start()
    with taken:
        assert taken.base_url


def test_repr_shows_no_key(sandbox: Sandbox) -> None:
    assert repr(sandbox) == "<Sandbox running>"


# In processes of their own


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_importing_is_cheap() -> None:
    code = """
import sys, cryptocloud_sandbox
assert not {"starlette", "uvicorn", "cryptocloud", "cryptocloud_client"} & set(sys.modules)
from cryptocloud_sandbox import Sandbox
assert not {"cryptocloud", "cryptocloud_client"} & set(sys.modules)
assert not hasattr(cryptocloud_sandbox, "Other")
"""
    done = python("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_extra_it_says_what_to_install() -> None:
    hide = "import sys; sys.modules[{!r}] = None; sys.argv = ['x']; "
    for missing in ("starlette", "uvicorn"):
        done = python("-c", hide.format(missing) + "from cryptocloud_sandbox.command import main; main()")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert 'pip install "cryptocloud[sandbox]"' in done.stderr
        done = python("-c", hide.format(missing) + "from cryptocloud_sandbox import Sandbox")
        assert done.returncode == 1
        assert 'pip install "cryptocloud[sandbox]"' in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on open files is a Unix one")
def test_a_server_that_cannot_start_is_an_error_and_no_hang() -> None:
    code = """
import resource, socket, threading
from cryptocloud_sandbox import Sandbox
sandbox = Sandbox()
with socket.socket() as probe:  # Its number is free again for the listener; then there are no more.
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno() + 1,) * 2)
try:
    sandbox.start()
except RuntimeError as exc:
    assert "does not start" in str(exc) and isinstance(exc.__cause__, OSError)
    assert threading.active_count() == 1
    print("told")
"""
    done = python("-W", "ignore", "-c", code)  # asyncio itself forgets a half-made loop.
    assert (done.stdout, done.returncode) == ("told\n", 0)


@contextlib.contextmanager
def command(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command, and what it printed when it was ready."""
    words = [sys.executable, "-W", "error", "-m", "cryptocloud_sandbox", *arguments]
    with started(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            text = ""
            while "Ctrl-C" not in text:
                line = process.stdout.readline()
                assert line, "it ended instead of getting ready"
                text += line
            yield process, text
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_command_runs_until_it_is_told_to_stop(stop: signal.Signals) -> None:
    with command("--port", "0") as (process, text):
        base_url = re.findall(r"ready at (http://127\.0\.0\.1:\d+/v2)\n", text)[0]
        key = re.findall(r"API key +(\S+)\n", text)[0]
        headers = {"Authorization": f"Token {key}"}
        assert re.search(r"export CRYPTOCLOUD_SHOP_ID=[A-Za-z]{16}\n", text)
        invoices = {status: uuid for uuid, status in re.findall(r"(INV-[A-Z0-9]{8}) (\w+)", text)}
        assert list(invoices) == ["created", "paid", "overpaid", "partial", "canceled"]
        for status, uuid in invoices.items():
            response = httpx.post(base_url + PATH, json={"uuid": uuid}, headers=headers)
            assert answer(response) == (OK if status == "created" else NOT_CREATED)
        with socket.create_connection(("127.0.0.1", httpx.URL(base_url).port or 0)):
            process.send_signal(stop)
            rest, errors = process.communicate(timeout=30)
        assert (process.returncode, rest) == (0, "")
        assert [line[9:] for line in errors.splitlines()] == ["cancelInvoice 200"] + 4 * [
            'cancelInvoice 400 {"status":"error","result":{"validate_error":"Invoice is not created"}}'
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="it is written for a Unix shell")
def test_the_printed_curl_command_works(tmp_path: Path) -> None:
    """Its words, as a shell reads them, are a request that creates an invoice."""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    curl.chmod(0o755)
    with command("--port", "0") as (_, text):
        script = text.split("Or try:\n")[1].split("\nand ")[0]
        words = subprocess.run(
            ["/bin/sh", "-c", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        method, url, *rest = words[1:]
        options = list(zip(rest[::2], rest[1::2], strict=True))
        assert words[0] == "-X"
        headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
        body = dict(options)["-d"]
        status, created = answer(httpx.request(method, url, headers=headers, content=body))
        assert status == 200
        assert "INV-" in httpx.get(created["result"]["link"]).raise_for_status().text


def test_a_port_in_use_is_one_line(sandbox: Sandbox) -> None:
    done = python("-m", "cryptocloud_sandbox", "--port", str(port_of(sandbox)))
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"cryptocloud-sandbox: cannot listen on 127\.0\.0\.1:\d+: a sandbox runs there already, "
        r"and --port 0 takes any port that is not in use\n",
        done.stderr,
    )
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = python("-m", "cryptocloud_sandbox", "--port", str(other.getsockname()[1]))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "another program has it" in done.stderr


@pytest.mark.parametrize("port", ["65536", "-1", "http", "", "1.5"])
def test_a_nonsense_port_is_told(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            main(["--port", port])
    finally:
        signal.signal(signal.SIGINT, handlers[0])
        signal.signal(signal.SIGTERM, handlers[1])
    assert ended.value.code == 2
    assert "cryptocloud-sandbox: error:" in capsys.readouterr().err


def test_decisions_are_listed() -> None:
    done = python("-m", "cryptocloud_sandbox", "--decisions")
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, list(DECISIONS), "")


def ids_of(*arguments: str) -> tuple[str, set[str]]:
    """The keys that a run of the command prints, and the ids."""
    with command("--port", "0", *arguments) as (_, text):
        keys = "".join(re.findall(r"export CRYPTOCLOUD_(?!BASE)\S+", text))
        return keys, set(re.findall(r"INV-[A-Z0-9]{8}", text))


def test_keys_are_the_same_in_every_run_and_ids_are_not() -> None:
    (keys, first), (same_keys, second) = ids_of(), ids_of()
    assert keys == same_keys
    assert len(first) == len(second) == 5
    assert not first & second
    assert "CRYPTOCLOUD_SHOP_ID=xBAivfPIbskwuEWj" in keys
    seeded = ids_of("--seed", "3")
    assert seeded == ids_of("--seed", "3")
    assert seeded[0] != keys


def test_the_command_says_what_happens_on_stderr() -> None:
    with command("--port", "0", "--postback-url", "http://127.0.0.1:1/x") as (process, text):
        base_url = re.findall(r"ready at (\S+)\n", text)[0]
        uuid, refused = re.findall(r"(INV-\S+) (?:created|paid)", text)[0], httpx.post(base_url + PATH)
        assert answer(refused) == UNAUTHORIZED
        httpx.post(base_url.replace("/v2", "/wrong\u2028%0Apath"))
        httpx.post(base_url.replace("/v2", f"/_sandbox/invoices/{uuid}/pay"))
        process.terminate()
        errors = process.communicate(timeout=30)[1]
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in errors.splitlines())
    assert [line[9:] for line in errors.splitlines()] == [
        'cancelInvoice 400 {"status":"error","result":{"authorization":"Unauthorized request."}}',
        r"POST /wrong\u2028\npath 404",
        f"postback of {uuid} not accepted: connection refused: http://127.0.0.1:1/x; the invoice is created",
    ]
    with command("--port", "0", "--quiet") as (process, text):
        httpx.post(re.findall(r"ready at (\S+)\n", text)[0] + PATH)
        process.terminate()
        assert process.communicate(timeout=30) == ("", "")


def test_the_command_warns_where_others_are_let_in() -> None:
    with command("--port", "0", "--host", "0.0.0.0", "--quiet") as (process, text):  # noqa: S104
        assert re.search(r"ready at http://127\.0\.0\.1:\d+/v2\n", text)
        process.terminate()
        assert process.communicate(timeout=30)[1] == (
            "Everybody who reaches 0.0.0.0 of this machine can use the sandbox.\n"
        )
    done = python("-m", "cryptocloud_sandbox", "--port", "0", "--host", "192.0.2.1")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot listen on 192.0.2.1:0: " in done.stderr


def test_the_command_has_a_port_of_its_own() -> None:
    assert "(default: 8833)" in " ".join(python("-m", "cryptocloud_sandbox", "--help").stdout.split())


def test_a_sandbox_on_another_address() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Sandbox(host="::1") as sandbox:
        assert sandbox.base_url.startswith("http://[::1]:")
        assert answer(httpx.post(sandbox.base_url + PATH)) == UNAUTHORIZED

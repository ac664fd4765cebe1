"""`postback verify` and `postback send`."""

import json
from pathlib import Path

import pytest

from cryptocloud import PostbackError
from cryptocloud.postback import MAX_BODY, message, verify
from support.command import Cli, run
from support.stub import Connection, Stub, http

SECRET = "k3F9dPq2Lx7VbN4tRw8YzA1sGh5JmC0e6UuQ"
UUID = "INV-89UX09KA"

DAY = 86_400.0
"""Seconds for which a token is valid that is signed before its test: that may come minutes later."""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_SECRET_KEY", SECRET)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "body"


@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_genuine_one(cli: Cli, file: Path, kind: str) -> None:
    file.write_bytes(message(UUID, SECRET, kind=kind, order_id="A-17").body)  # type: ignore[arg-type]
    done = cli("postback", "verify", str(file))
    assert done.status == 0
    row = json.loads(done.output)
    assert (row["invoice_id"], row["order_id"], row["amount_crypto"]) == (UUID, "A-17", "100")
    assert "look the invoice up before you book it" in done.error
    assert SECRET not in done.output + done.error


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (
            message(UUID, "another" * 6, expires_in=DAY).body,
            "PostbackSignatureError",
            "is not signed with this secret key",
        ),
        (message(UUID, SECRET, expires_in=-999).body, "PostbackExpiredError", "has expired"),
        (
            message(UUID, SECRET, expires_in=DAY).body.replace(b"89UX09KA", b"AAAAAAAA"),
            "PostbackSignatureError",
            "another invoice",
        ),
        (b'{"status": "success"}', "PostbackSignatureError", "no token"),
        (b"", "PostbackFormatError", "is empty"),
        (b"{", "PostbackFormatError", "is not JSON"),
        (b"\xff=1", "PostbackFormatError", "is not UTF-8"),
        (b"{" + b" " * MAX_BODY, "PostbackFormatError", "is longer than"),
    ],
    ids=["forged", "expired", "of another invoice", "no token", "empty", "cut", "bytes", "long"],
)
def test_it_says_which_check_failed(cli: Cli, file: Path, body: bytes, error: str, message: str) -> None:
    file.write_bytes(body)
    done = cli("postback", "verify", str(file))
    assert (done.status, done.output) == (1, "")
    assert message in done.error
    assert json.loads(cli("postback", "verify", str(file), "--json").error)["error"] == error


def test_a_header_of_another_type(cli: Cli, file: Path) -> None:
    file.write_bytes(message(UUID, SECRET).body)
    assert cli("postback", "verify", str(file), "--content-type", "application/json; charset=x").status == 0
    done = cli("postback", "verify", str(file), "--content-type", "text/plain")
    assert (done.status, "content type" in done.error) == (1, True)


def test_a_body_from_stdin() -> None:
    body = message(UUID, SECRET).body.decode()
    assert json.loads(run("postback", "verify", "-", stdin=body).output)["invoice_id"] == UUID


@pytest.mark.parametrize("arguments", [["verify", "-"], ["send", "http://127.0.0.1:9/", UUID]], ids=" ".join)
def test_without_a_key(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRYPTOCLOUD_SECRET_KEY")
    done = run("postback", *arguments)
    assert (done.status, done.output) == (2, "")
    assert "set CRYPTOCLOUD_SECRET_KEY in the environment" in done.error


class Handler:
    """A merchant's handler, which verifies as it should, or does not."""

    def __init__(self, *, trusts_all: bool = False) -> None:
        self.trusts_all = trusts_all
        self.asked: list[tuple[str, bytes]] = []

    def __call__(self, connection: Connection) -> None:
        asked = connection.asked
        self.asked.append((asked.headers["content-type"], asked.body))
        status = 200
        if not self.trusts_all:
            try:
                verify(asked.body, asked.headers["content-type"], SECRET)
            except PostbackError:
                status = 400
        connection.send(http(status, b"seen"))


@pytest.mark.parametrize(
    ("options", "kind", "answer"),
    [((), "genuine", 200), (("--form",), "genuine", 200), (("--forged",), "forged", 400),
     (("--expired",), "expired", 400), (("--expired", "--form"), "expired", 400)],
)  # fmt: skip
def test_a_handler_that_does_as_it_should(cli: Cli, options: tuple[str, ...], kind: str, answer: int) -> None:
    shop = Handler()
    with Stub(shop) as stub:
        done = cli("postback", "send", stub.base_url, UUID, *options)
    assert done.status == 0, done.error
    row = json.loads(done.output)
    assert (row["invoice_id"], row["kind"], row["status"], row["answer"]) == (UUID, kind, answer, "seen")
    assert done.error == "The handler did as it should.\n"
    ((content_type, _),) = shop.asked
    assert content_type == (
        "application/x-www-form-urlencoded" if "--form" in options else "application/json"
    )
    assert SECRET not in done.output


@pytest.mark.parametrize("option", ["--forged", "--expired"])
def test_a_handler_that_trusts_everybody(cli: Cli, option: str) -> None:
    with Stub(Handler(trusts_all=True)) as stub:
        done = cli("postback", "send", stub.base_url, UUID, option)
    assert (done.status, json.loads(done.output)["status"]) == (1, 200)
    assert done.error == "The handler should have answered otherwise.\n"


def test_a_handler_that_finds_nobody_paid(cli: Cli) -> None:
    with Stub(lambda connection: connection.send(http(409, b"not paid"))) as stub:
        done = cli("postback", "send", stub.base_url, UUID)
        forged = cli("postback", "send", stub.base_url, UUID, "--forged")
    assert (done.status, forged.status) == (1, 0)
    assert done.error == (
        "The handler refused it with 409: right if the invoice is not paid, and wrong if it is.\n"
    )


def test_what_is_missing_is_named_as_the_help_names_it(cli: Cli) -> None:
    assert cli("postback", "verify").error.startswith("cryptocloud postback verify: FILE|- is missing")


def test_a_handler_that_fails(cli: Cli) -> None:
    def fail(connection: Connection) -> None:
        connection.send(http(500, b"x" * 100_000))

    with Stub(fail) as stub:
        genuine = cli("postback", "send", stub.base_url, UUID)
        forged = cli("postback", "send", stub.base_url, UUID, "--forged")
    assert (genuine.status, forged.status) == (1, 1)
    assert json.loads(genuine.output)["answer"] == "x" * 2000


def test_a_forged_one_needs_no_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stub(Handler()) as stub:
        monkeypatch.delenv("CRYPTOCLOUD_SECRET_KEY")
        assert cli("postback", "send", stub.base_url, UUID, "--forged").status == 0


def test_no_handler_there(cli: Cli, deaf_port: int) -> None:
    url = f"http://user:{SECRET}@127.0.0.1:{deaf_port}/"
    done = cli("postback", "send", url, UUID)
    assert (done.status, done.output) == (4, "")
    assert SECRET not in done.error
    assert json.loads(cli("postback", "send", url, UUID, "--json").error)["outcome"] == "not sent"


def test_a_handler_that_hangs_up(cli: Cli) -> None:
    with Stub(Connection.hang_up) as stub:
        done = cli("postback", "send", stub.base_url, UUID)
    assert (done.status, done.output) == (3, "")


def test_a_proxy_is_not_asked_for_this_machine(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Stub(Handler()) as stub:
        assert cli("postback", "send", stub.base_url, UUID).status == 0


def test_forged_and_expired_are_two(cli: Cli) -> None:
    assert cli("postback", "send", "http://127.0.0.1:9/", UUID, "--forged", "--expired").status == 2

"""What an error claims: no more than is known, in words that help, and with a cause that shows no key."""

import re
import socket
import ssl
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from conftest import Cancel, Serve
from cryptocloud import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    InvalidResponseError,
    Outcome,
    RateLimitError,
)
from cryptocloud._call.verdict import BEFORE_ACTING, NOT_AWAITED
from support.service import KEY, SETTINGS, WITHDRAWAL_KEY, Service, Use, success
from support.stub import DONE, nobody_listens, sends

UUID = "INV-89UX09KA"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def test_the_docs_have_the_statuses_that_prove_a_refusal() -> None:
    (row,) = re.findall(r"^.*given before a request is acted on.*$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert {int(code) for code in re.findall(r"\b4\d\d\b", row)} == BEFORE_ACTING
    (row,) = re.findall(r"^.*did not wait.*$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert {int(code) for code in re.findall(r"\b4\d\d\b", row)} == NOT_AWAITED


@pytest.mark.parametrize("status", [402, 408, 409, 410, 418, 422, 451, 460, 499])
@pytest.mark.parametrize("body", [b"", b"<html>Sorry</html>", b'{"message":"timeout"}'], ids=str)
def test_a_withdrawal_is_not_called_refused_by_who_does_not_know(use: Use, status: int, body: bytes) -> None:
    service = Service(httpx.Response(status, content=body), only_requests=True)
    with pytest.raises(APIStatusError) as caught:
        use(service, lambda client: client.withdrawals.create("BTC", to_address="1A1zP1", amount="1"))
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.is_retryable
    assert "look before you repeat it" in str(caught.value)
    service.check()


@pytest.mark.parametrize("result", [["Invoice is not created"], [], ["ok", "not ok"], "no", [{"ok": True}]])
@pytest.mark.parametrize(
    ("looked_up", "is_cancelled"),
    [
        ([{"uuid": UUID, "status": "canceled"}], True),
        ([{"uuid": "89UX09KA", "status": "canceled"}] * 2, True),
        ([{"uuid": UUID, "status": "paid"}], False),
        ([{"uuid": UUID, "status": "canceled"}, {"uuid": UUID, "status": "paid"}], False),
        ([{"uuid": UUID, "status": "canceled"}, {"uuid": UUID}], False),
        ([{"uuid": "INV-00000000", "status": "canceled"}], False),
        ([], False),
    ],
)
def test_a_cancel_whose_success_says_something_else_is_looked_up(
    use: Use, result: object, looked_up: object, is_cancelled: bool
) -> None:
    service = Service(success(result), success(looked_up), only_requests=True)
    if is_cancelled:
        assert use(service, lambda client: client.invoices.cancel(UUID)) is None
    else:
        with pytest.raises(InvalidResponseError) as caught:
            use(service, lambda client: client.invoices.cancel(UUID))
        assert caught.value.outcome is Outcome.UNKNOWN
    service.check()


def removed(_: object) -> httpx.Response:
    raise httpx.ConnectError("nobody listens")


def test_a_call_that_was_refused_and_then_not_sent_was_refused(use: Use) -> None:
    service = Service(httpx.Response(429, headers={"Retry-After": "0"}), removed, removed, only_requests=True)
    with pytest.raises(APIConnectionError, match="An earlier try was answered, and refused") as caught:
        use(service, lambda client: client.invoices.create("10"))
    assert caught.value.outcome is Outcome.REFUSED
    service.check()


def test_a_read_that_failed_and_then_was_not_sent_is_not_called_not_sent(use: Use) -> None:
    service = Service(httpx.Response(502, headers={"Retry-After": "0"}), removed, removed, only_requests=True)
    with pytest.raises(APIConnectionError, match="What became of an earlier try is not known") as caught:
        use(service, lambda client: client.balances.list())
    assert caught.value.outcome is Outcome.UNKNOWN
    service.check()


# --- Words ---


def refusal(use: Use, call: str, response: httpx.Response, **settings: Any) -> APIStatusError:
    calls = {
        "create": lambda client: client.invoices.create("10"),
        "withdraw": lambda client: client.withdrawals.create("BTC", to_address="1A1zP1", amount="1"),
        "cancel": lambda client: client.invoices.cancel(UUID),
    }
    with pytest.raises(APIStatusError) as caught:
        use(Service(response, only_requests=True), calls[call], max_retries=0, **settings)
    return caught.value


def test_the_pause_between_withdrawals_is_told_of_withdrawals_alone(use: Use) -> None:
    assert "12 seconds" in str(refusal(use, "withdraw", httpx.Response(429)))
    error = refusal(use, "create", httpx.Response(429))
    assert type(error) is RateLimitError
    assert "withdrawal" not in str(error)


def test_a_bot_wall_is_not_taken_for_a_wrong_key(use: Use) -> None:
    wall = refusal(use, "cancel", httpx.Response(403, content=b"<html>Checking your browser</html>"))
    assert type(wall) is AuthenticationError
    assert "in front of it" in str(wall)
    assert "Check that the API key" not in str(wall)
    key = refusal(use, "cancel", httpx.Response(403, json={"detail": "Signature verification failed"}))
    assert "Check that the API key" in str(key)


def test_errors_without_an_envelope_are_read(use: Use) -> None:
    response = httpx.Response(400, json={"amount": ["A valid number is required."], "currency": ["a", "b"]})
    error = refusal(use, "create", response)
    assert type(error) is BadRequestError
    assert error.errors == {"amount": "A valid number is required.", "currency": '["a", "b"]'}


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=windows-1251", 'text/html; charset="cp1251"', "text/html"]
)
def test_a_page_in_another_encoding_is_quoted(use: Use, content_type: str) -> None:
    body = "<h1>Сервис недоступен</h1>".encode("windows-1251")
    response = httpx.Response(502, content=body, headers={"content-type": content_type})
    assert "Сервис недоступен" in str(refusal(use, "create", response))


@pytest.mark.parametrize("content_type", ["text/html; charset=nonsense", "text/html; charset=rot13", "", "x"])
def test_a_page_in_an_unknown_encoding_is_quoted_as_far_as_it_goes(use: Use, content_type: str) -> None:
    response = httpx.Response(502, content=b"<h1>Sorry \xd1</h1>", headers={"content-type": content_type})
    assert "Sorry" in str(refusal(use, "create", response))


def test_no_key_of_the_client_is_shown_whichever_was_sent(use: Use) -> None:
    for key in (KEY, WITHDRAWAL_KEY):
        response = httpx.Response(400, json={"status": "error", "result": {"key": f"not {key}"}})
        error = refusal(use, "withdraw", response)
        assert error.errors == {"key": "not ***"}
    assert SETTINGS["withdrawal_key"] == WITHDRAWAL_KEY


# --- Causes ---


def cause_of(cancel: Cancel, base_url: str) -> tuple[APIConnectionError, BaseException]:
    with pytest.raises(APIConnectionError) as caught:
        cancel(base_url=base_url, max_retries=0)
    cause = caught.value.__cause__
    assert cause is not None
    assert (cause.__traceback__, cause.__context__, cause.__cause__) == (None, None, None)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value, cause


def test_a_refused_connection_is_the_cause(cancel: Cancel) -> None:
    with nobody_listens() as port:
        _, cause = cause_of(cancel, f"http://127.0.0.1:{port}/v2")
    assert isinstance(cause, ConnectionRefusedError)
    assert cause.errno


def test_a_certificate_is_the_cause(cancel: Cancel, serve: Serve) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    stub = serve(sends(DONE), context)
    _, cause = cause_of(cancel, stub.base_url.replace("http:", "https:"))
    assert isinstance(cause, ssl.SSLCertVerificationError)


def test_a_name_is_the_cause(cancel: Cancel, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    _, cause = cause_of(cancel, "https://api.example.com/v2")
    assert isinstance(cause, socket.gaierror)


def test_an_answer_that_is_no_http_is_the_cause(cancel: Cancel, serve: Serve) -> None:
    _, cause = cause_of(cancel, serve(sends(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")).base_url)
    assert type(cause).__name__ == "ProtocolError"

"""What is repeated, what is asked about first, and what is not: the table that the spec's `x-retry` fills."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cryptocloud import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    CryptoCloudError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
)
from cryptocloud._call import engine
from support.service import Service, Use, success

UUID = "INV-89UX09KA"
DONE = success(["ok"])
REFUSED = httpx.Response(
    400, json={"status": "error", "result": {"validate_error": "Invoice is not created"}}
)
BAD_GATEWAY = httpx.Response(502, html="<h1>Bad gateway</h1>")
HTML = httpx.Response(200, html="<h1>Sorry</h1>")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests do not wait for half a second and more between tries."""
    monkeypatch.setattr(engine, "_FIRST_PAUSE", 0.001)


def raises(error: Exception) -> Callable[[Any], Any]:
    def answer(_: Any) -> Any:
        raise error

    return answer


UNSENT = raises(httpx.ConnectError("refused"))
RESET = raises(httpx.ReadError("reset"))
TIMEOUT = raises(httpx.ReadTimeout("slow"))


def later(seconds: str) -> httpx.Response:
    return httpx.Response(429, headers={"retry-after": seconds})


def status(status: str | None, uuid: str = UUID) -> dict[str, Any]:
    return success([{"uuid": uuid, "status": status}])


def cancel(client: Any) -> Any:
    return client.invoices.cancel(UUID)


def asked(service: Service) -> list[str]:
    return [request.url.path.rpartition("/")[2] for request in service.requests]


def tried(use: Use, call: Callable[[Any], Any], *answers: object, **settings: Any) -> tuple[Any, list[str]]:
    """What a call gives or raises, and what it asked for until then."""
    service = Service(*answers, only_requests=True)
    try:
        result = use(service, call, **settings)
    except CryptoCloudError as error:
        result = error
    service.check()
    return result, asked(service)


DOUBTS = [BAD_GATEWAY, RESET, TIMEOUT, HTML]


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_cancel_that_worked_unseen_is_a_success(use: Use, doubt: object) -> None:
    assert tried(use, cancel, doubt, status("canceled")) == (None, ["canceled", "info"])


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_cancel_that_did_not_work_is_repeated(use: Use, doubt: object) -> None:
    assert tried(use, cancel, doubt, status("created"), DONE) == (None, ["canceled", "info", "canceled"])


def test_a_cancel_that_worked_late_is_a_success(use: Use) -> None:
    """The first try arrives after it was asked about, and makes the second one fail."""
    result, paths = tried(use, cancel, RESET, status("created"), REFUSED, status("canceled", "89UX09KA"))
    assert result is None
    assert paths == ["canceled", "info", "canceled", "info"]


def test_a_refusal_after_a_doubt_can_be_a_refusal(use: Use) -> None:
    error, _ = tried(use, cancel, RESET, status("created"), REFUSED, status("paid"))
    assert isinstance(error, InvoiceNotCancelableError)
    assert error.outcome is Outcome.REFUSED
    assert "status is 'paid'" in str(error)


@pytest.mark.parametrize("text", ["created", "on hold", "cancelled"])
def test_a_refusal_that_proves_nothing_leaves_the_doubt(use: Use, text: str) -> None:
    """The first try may have worked, and what is looked up may lag behind."""
    error, _ = tried(use, cancel, BAD_GATEWAY, status("created"), REFUSED, status(text))
    assert isinstance(error, ServerError)
    assert error.outcome is Outcome.UNKNOWN
    assert f"status is {text!r}" in str(error)


@pytest.mark.parametrize("text", ["paid", "overpaid", "partial", "on hold"])
def test_another_status_after_a_doubt_is_told(use: Use, text: str) -> None:
    error, paths = tried(use, cancel, BAD_GATEWAY, status(text))
    assert isinstance(error, ServerError)
    assert error.outcome is Outcome.UNKNOWN
    assert f"status is {text!r}" in str(error)
    assert paths == ["canceled", "info"]


@pytest.mark.parametrize(
    "silence",
    [
        BAD_GATEWAY,
        RESET,
        UNSENT,
        HTML,
        success([]),
        status(None),
        status("canceled", "INV-AAAAAAAA"),
        later("0"),
    ],
)
def test_without_an_answer_the_doubt_stays(use: Use, silence: object) -> None:
    error, paths = tried(use, cancel, RESET, silence)
    assert isinstance(error, APIConnectionError)
    assert error.outcome is Outcome.UNKNOWN
    assert paths == ["canceled", "info"]


@pytest.mark.parametrize("second", [UNSENT, httpx.Response(401), later("100")])
def test_a_later_try_that_fails_otherwise_leaves_the_doubt(use: Use, second: object) -> None:
    answers = [second] * (3 if second is UNSENT else 1)
    error, _ = tried(use, cancel, RESET, status("created"), *answers[:2])
    assert isinstance(error, CryptoCloudError)
    assert error.outcome is Outcome.UNKNOWN


def test_a_cancel_is_asked_about_even_without_retries(use: Use) -> None:
    assert tried(use, cancel, RESET, status("canceled"), max_retries=0)[0] is None
    error, paths = tried(use, cancel, RESET, status("created"), max_retries=0)
    assert error.outcome is Outcome.UNKNOWN
    assert paths == ["canceled", "info"]


def test_a_cancel_is_repeated_so_often_and_not_more(use: Use) -> None:
    error, paths = tried(use, cancel, *[RESET, status("created")] * 3)
    assert error.outcome is Outcome.UNKNOWN
    assert paths.count("canceled") == 3


def test_a_plain_refusal_is_not_asked_about(use: Use) -> None:
    error, paths = tried(use, cancel, REFUSED)
    assert isinstance(error, InvoiceNotCancelableError)
    assert paths == ["canceled"]


def read(client: Any) -> Any:
    return client.balances.list()


CHANGES: list[Callable[[Any], Any]] = [
    lambda client: client.invoices.create(1),
    lambda client: client.static_wallets.create("ETH", identify="user-7"),
    lambda client: client.withdrawals.create("BTC", to_address="a", amount=1),
]
READS: list[Callable[[Any], Any]] = [
    read,
    lambda client: client.invoices.get_many([UUID]),
]


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("call", READS, ids=range(len(READS)))
def test_a_read_is_repeated(use: Use, call: Callable[[Any], Any], doubt: object) -> None:
    _, paths = tried(use, call, doubt, doubt, success([{"uuid": UUID}]))
    assert len(paths) == 3
    error, paths = tried(use, call, doubt, doubt, doubt)
    assert error.outcome is Outcome.UNKNOWN
    assert len(paths) == 3


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("call", CHANGES, ids=range(len(CHANGES)))
def test_what_could_happen_twice_is_not_repeated(use: Use, call: Callable[[Any], Any], doubt: object) -> None:
    error, paths = tried(use, call, doubt)
    assert error.outcome is Outcome.UNKNOWN
    assert not error.is_retryable
    assert len(paths) == 1


@pytest.mark.parametrize("call", [cancel, *READS, *CHANGES], ids=range(3 + len(CHANGES)))
def test_what_was_not_sent_is_repeated(use: Use, call: Callable[[Any], Any]) -> None:
    error, paths = tried(use, call, UNSENT, UNSENT, UNSENT)
    assert error.outcome is Outcome.NOT_SENT
    assert "in 3 tries" in str(error)
    assert len(paths) == 3


@pytest.mark.parametrize("call", [cancel, *READS, *CHANGES[:2]], ids=range(5))
def test_what_is_refused_for_now_is_repeated(use: Use, call: Callable[[Any], Any]) -> None:
    error, paths = tried(use, call, later("0"), later("0"), later("0"))
    assert isinstance(error, RateLimitError)
    assert len(paths) == 3


def test_a_withdrawal_that_is_refused_for_now_is_not(use: Use) -> None:
    error, paths = tried(use, CHANGES[2], later("0"))
    assert isinstance(error, RateLimitError)
    assert len(paths) == 1


@pytest.mark.parametrize(("seconds", "settings"), [("61", {}), ("5", {"timeout": 2.0}), ("99999999", {})])
def test_a_wait_that_is_too_long_is_told_at_once(use: Use, seconds: str, settings: dict[str, Any]) -> None:
    error, paths = tried(use, read, later(seconds), **settings)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == float(seconds)
    assert len(paths) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(400, json={"status": "error", "result": {"amount": "no"}}), APIStatusError),
        (httpx.Response(401), AuthenticationError),
        (httpx.Response(404), NotFoundError),
        (httpx.Response(302, headers={"location": "/"}), CryptoCloudError),
    ],
)
def test_a_plain_no_is_not_repeated(use: Use, answer: httpx.Response, expected: type[Exception]) -> None:
    error, paths = tried(use, read, answer)
    assert isinstance(error, expected)
    assert len(paths) == 1


def test_a_large_number_of_tries_is_no_problem(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LONGEST_PAUSE", 0.0)
    error, paths = tried(use, read, *[UNSENT] * 1101, max_retries=1100)
    assert error.outcome is Outcome.NOT_SENT
    assert len(paths) == 1101

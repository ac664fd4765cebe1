"""What a caller is told when the answer is not a good one, or none: over real sockets, both ways."""

import copy
import datetime
import email.utils
import gzip
import json
import pickle
from collections.abc import Callable

import httpx
import pytest

from conftest import Cancel, Serve
from cryptocloud import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CryptoCloud,
    CryptoCloudError,
    InvalidResponseError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
)
from support.service import KEY
from support.stub import DONE, Connection, Script, Stub, http, sends, sends_and_hangs_up


def error(result: object) -> bytes:
    return json.dumps({"status": "error", "result": result}).encode()


def detail(text: str) -> bytes:
    return json.dumps({"detail": text}).encode()


NOT_CREATED = error({"validate_error": "Invoice is not created"})
HTML = b"<html><h1>Something</h1></html>"
SUCCESS = b'{"status":"success","result":["ok"]}'

REFUSED = [
    (400, NOT_CREATED, InvoiceNotCancelableError),
    (200, NOT_CREATED, InvoiceNotCancelableError),
    (400, error({"validation_error": "Invoice is not created"}), InvoiceNotCancelableError),
    (400, error({"validate_error": "uuid is required"}), BadRequestError),
    (400, error(["uuid", "is", "required"]), BadRequestError),
    (400, error("no"), BadRequestError),
    (400, error({"validate_error": {"nested": [1]}, "amount": None}), BadRequestError),
    (400, detail("JSON parse error"), BadRequestError),
    (400, b'{"amount": ["A valid number is required."]}', BadRequestError),
    (405, b"", APIStatusError),
    (413, HTML, APIStatusError),
    (422, detail("Unprocessable"), APIStatusError),
    (400, error({"authorization": "Unauthorized request."}), AuthenticationError),
    (200, error({"authorization": "Unauthorized request."}), AuthenticationError),
    (400, detail("Invalid header padding"), AuthenticationError),
    (200, detail("Signature verification failed"), AuthenticationError),
    (400, error({"detail": "Not enough segments"}), AuthenticationError),
    (401, b"", AuthenticationError),
    (401, detail("Invalid token"), AuthenticationError),
    (403, detail("Signature verification failed"), AuthenticationError),
    (403, HTML, AuthenticationError),
    (404, HTML, NotFoundError),
    (404, detail("Not found."), NotFoundError),
    (429, b"", RateLimitError),
    (400, error({"rate_limit": "Too many requests"}), RateLimitError),
]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSED)
def test_a_refusal(
    cancel: Cancel, serve: Serve, status: int, body: bytes, expected: type[APIStatusError]
) -> None:
    stub = serve(sends(http(status, body)))
    with pytest.raises(APIStatusError) as caught:
        cancel(base_url=stub.base_url, max_retries=0)
    assert type(caught.value) is expected
    assert caught.value.outcome is Outcome.REFUSED
    assert caught.value.status_code == status
    assert caught.value.is_retryable is (expected is RateLimitError)
    assert stub.asked == ["canceled"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
@pytest.mark.parametrize("body", [HTML, b"", NOT_CREATED, SUCCESS, detail("Invalid token")])
def test_a_failed_server_leaves_it_open(cancel: Cancel, serve: Serve, status: int, body: bytes) -> None:
    stub = serve(sends(http(status, body)))
    with pytest.raises(ServerError, match=f"HTTP {status}") as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert caught.value.is_retryable
    # Asked what became of it, and not repeated, since that was not told.
    assert stub.asked == ["canceled", "info"]


NOT_A_SUCCESS = [
    (200, b""),
    (204, b""),
    (200, HTML),
    (200, SUCCESS[:-1]),
    (200, SUCCESS + SUCCESS),
    (200, SUCCESS.replace(b"ok", b"\xff")),
    (200, b"null"),
    (200, b"[]"),
    (200, b'"ok"'),
    (200, b"1"),
    (200, b"NaN"),
    (200, b"[" * 100_000),
    (200, b'{"status":"success"}'),
    (200, b'{"status":"success","result":null}'),
    (200, b'{"status":"success","result":{"validate_error":"Invoice is not created"}}'),
    (200, b'{"status":"Success","result":["ok"]}'),
    (200, b'{"status":true,"result":["ok"]}'),
    (200, b'{"status":"error","status":"success","result":["ok"]}'),
    (200, b'{"status":"success","result":["ok"],"more":NaN}'),
    (200, b'{"detail":"Your crypto withdrawal is queued"}'),
    (202, b'{"result":{"uuid":"89UX09KA","detail":"token payment"}}'),
    (200, b'{"detail":"Invalid token","result":["ok"]}'),
    (200, detail("Not found.")),
    (400, SUCCESS),
    (600, SUCCESS),
]


@pytest.mark.parametrize(("status", "body"), NOT_A_SUCCESS, ids=lambda value: str(value)[:60])
def test_what_is_not_an_answer_is_not_a_success(
    cancel: Cancel, serve: Serve, status: int, body: bytes
) -> None:
    stub = serve(sends(http(status, body)))
    with pytest.raises(InvalidResponseError, match=f"HTTP {status}") as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert caught.value.status_code == status
    # Asked what became of it, and not repeated, since that was not told.
    assert stub.asked == ["canceled", "info"]


@pytest.mark.parametrize(
    "answer",
    [
        DONE,
        http(201, SUCCESS),
        http(200, b'{"status":"success","result":"ok"}'),
        http(200, b"\xef\xbb\xbf" + SUCCESS),
        http(200, SUCCESS, "X-Request-Id: 1", "Server: whatever"),
        # JSON whose numbers Python cannot hold is still JSON.
        http(200, b'{"status":"success","result":["ok"],"more":1e99999999999999999999}'),
        http(200, b'{"status":"success","result":["ok"],"more":' + b"1" * 5000 + b"}"),
        http(200, gzip.compress(SUCCESS), "Content-Encoding: gzip"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + DONE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n" + SUCCESS + b"\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 36\r\n\r\n" + SUCCESS,
    ],
    ids=lambda value: str(value)[:40],
)
def test_every_form_of_success_is_one(cancel: Cancel, serve: Serve, answer: bytes) -> None:
    cancel(base_url=serve(sends(answer)).base_url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(cancel: Cancel, serve: Serve, status: int) -> None:
    other = serve(sends(DONE))
    stub = serve(sends(http(status, b"", f"Location: {other.base_url}/invoice/merchant/canceled")))
    with pytest.raises(InvalidResponseError, match="redirect") as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.is_retryable
    assert not other.requests


BOMB = gzip.compress(b" " * 20_000_000, compresslevel=1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http(200, BOMB, "Content-Encoding: gzip"), "longer than"),
        (http(200, SUCCESS, "Content-Encoding: gzip"), "not the gzip"),
        (http(200, gzip.compress(SUCCESS)[:-1], "Content-Encoding: gzip"), "not the gzip"),
        (http(200, SUCCESS, "Content-Encoding: br"), "not asked for"),
        (http(200, b" " * 9_000_000), "longer than"),
    ],
    ids=["bomb", "no gzip", "cut gzip", "other coding", "long"],
)
def test_a_body_is_read_within_bounds(cancel: Cancel, serve: Serve, answer: bytes, reason: str) -> None:
    with pytest.raises(InvalidResponseError, match=reason) as caught:
        cancel(base_url=serve(sends(answer)).base_url)
    assert caught.value.outcome is Outcome.UNKNOWN


def _reset(connection: Connection) -> None:
    connection.reset()


def _cut_head(connection: Connection) -> None:
    connection.send(DONE[:20])
    connection.hang_up()


def _cut_body(connection: Connection) -> None:
    connection.send(DONE[:-1])
    connection.hang_up()


def _reset_in_body(connection: Connection) -> None:
    connection.send(DONE[:-1])
    connection.reset()


def _no_http(connection: Connection) -> None:
    connection.send(b"\x15\x03\x01\x00\x02\x02\x16 this is not HTTP\r\n\r\n")


def _cut_chunk(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + SUCCESS)
    connection.hang_up()


def _endless_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000)


@pytest.mark.parametrize(
    "script", [_reset, _cut_head, _cut_body, _reset_in_body, _no_http, _cut_chunk, _endless_head]
)
def test_a_lost_answer_leaves_it_open(cancel: Cancel, serve: Serve, script: Script) -> None:
    stub = serve(script)
    with pytest.raises(APIConnectionError, match="may have been carried out") as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert caught.value.is_retryable
    # Asked what became of it, and not repeated, since that was not told.
    assert stub.asked == ["canceled", "info"]


LONG = http(200, SUCCESS + b" " * 200, "X-Long: " + "x" * 200)


@pytest.mark.parametrize(
    "script",
    [
        lambda connection: connection.keep_silent(),
        lambda connection: connection.drip(LONG),
        lambda connection: (connection.send(LONG[:-200]), connection.drip(LONG[-200:])),
        lambda connection: (connection.send(http(502, b"")[:-30]), connection.drip(b"X-Slow: " + b"x" * 200)),
    ],
    ids=["silent", "slow head", "slow body", "slow error"],
)
def test_the_deadline_holds_for_the_whole_call(
    run_out_of_time: Callable[[Stub], APITimeoutError], serve: Serve, script: Script
) -> None:
    stub = serve(script)
    error = run_out_of_time(stub)
    assert isinstance(error, TimeoutError)
    assert error.outcome is Outcome.UNKNOWN
    assert stub.asked == ["canceled"]


def test_nobody_listens(cancel: Cancel, deaf_port: int) -> None:
    with pytest.raises(APIConnectionError, match=r"in 3 tries.*Nothing was sent") as caught:
        cancel(base_url=f"http://127.0.0.1:{deaf_port}/v2")
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.is_retryable


def test_a_host_is_reached_at_any_of_its_addresses(cancel: Cancel, serve: Serve) -> None:
    """The server listens at one of them, and `localhost` may have another before it."""
    stub = serve(sends(DONE))
    cancel(base_url=stub.base_url.replace("127.0.0.1", "localhost"), max_retries=0)
    assert stub.asked == ["canceled"]


def test_a_host_that_cannot_have_an_address_gets_nothing(cancel: Cancel) -> None:
    with pytest.raises(APIConnectionError) as caught:
        # An empty label is refused before anybody is asked for it.
        cancel(base_url="https://a..b/v2", max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_without_retries_one_try_is_made(cancel: Cancel, deaf_port: int) -> None:
    with pytest.raises(APIConnectionError) as caught:
        cancel(base_url=f"http://127.0.0.1:{deaf_port}/v2", max_retries=0)
    assert "tries" not in str(caught.value)


def test_a_failed_connect_is_repeated(cancel: Cancel) -> None:
    tries = []

    def handle(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        if len(tries) < 3:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=SUCCESS)

    cancel(transport=httpx.MockTransport(handle))
    assert len(tries) == 3


def test_retries_stay_within_the_deadline(cancel: Cancel) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(APIConnectionError) as caught:
        cancel(transport=httpx.MockTransport(handle), timeout=0.5, max_retries=1_000_000)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (httpx.ConnectError("x"), Outcome.NOT_SENT),
        (httpx.ConnectTimeout("x"), Outcome.NOT_SENT),
        (httpx.PoolTimeout("x"), Outcome.NOT_SENT),
        (httpx.ProxyError("x"), Outcome.NOT_SENT),
        (httpx.ReadTimeout("x"), Outcome.UNKNOWN),
        (httpx.WriteError("x"), Outcome.UNKNOWN),
        (httpx.RemoteProtocolError(""), Outcome.UNKNOWN),
        (ConnectionResetError("x"), Outcome.UNKNOWN),
        (httpx.RequestError("x"), Outcome.UNKNOWN),
    ],
    ids=repr,
)
def test_what_a_network_does_to_another_transport_becomes_one_error(
    cancel: Cancel, raised: Exception, outcome: Outcome
) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise raised

    with pytest.raises(APIConnectionError, match=type(raised).__name__) as caught:
        cancel(transport=httpx.MockTransport(handle), max_retries=0)
    assert caught.value.outcome is outcome
    assert isinstance(caught.value, APITimeoutError) is isinstance(raised, httpx.TimeoutException)


def test_another_transport_is_not_believed_that_nothing_was_sent(cancel: Cancel) -> None:
    """Adapters of other libraries give these errors for a connection that was lost later, too."""

    class Other(httpx.MockTransport):
        """What an adapter looks like from here: not one of httpx's own."""

    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("the server hung up")

    with pytest.raises(APITimeoutError) as caught:
        cancel(transport=Other(handle), max_retries=0)
    assert caught.value.outcome is Outcome.UNKNOWN


def test_httpx_own_transport_can_be_used(serve: Serve) -> None:
    stub = serve(sends(DONE))
    with CryptoCloud(api_key=KEY, base_url=stub.base_url, transport=httpx.HTTPTransport()) as client:
        client.invoices.cancel("INV-89UX09KA")
        client.invoices.cancel("INV-89UX09KA")
    assert len(stub.requests) == 2
    assert stub.connections == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-1", None),
        ("soon", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read(cancel: Cancel, serve: Serve, value: str, seconds: float | None) -> None:
    stub = serve(sends(http(429, b"", f"Retry-After: {value}")))
    with pytest.raises(RateLimitError) as caught:
        cancel(base_url=stub.base_url, max_retries=0)
    assert caught.value.retry_after == seconds


def test_retry_after_can_be_a_date_to_come(cancel: Cancel, serve: Serve) -> None:
    date = email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1))
    stub = serve(sends(http(503, b"", f"Retry-After: {date}")))
    with pytest.raises(ServerError) as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.retry_after == pytest.approx(3600, abs=60)


def test_the_request_id_is_kept(cancel: Cancel, serve: Serve) -> None:
    stub = serve(sends(http(400, NOT_CREATED, "X-Request-Id: abc-1")))
    with pytest.raises(APIStatusError) as caught:
        cancel(base_url=stub.base_url)
    assert caught.value.request_id == "abc-1"
    stub = serve(sends(http(200, HTML, "X-Request-Id: abc-2")))
    with pytest.raises(InvalidResponseError) as caught_too:
        cancel(base_url=stub.base_url)
    assert caught_too.value.request_id == "abc-2"


def test_what_the_service_says_is_quoted_short_and_clean(cancel: Cancel, serve: Serve) -> None:
    text = "line\nbreak \x1b[31mred\u202e" + "x" * 10_000
    stub = serve(sends(http(400, error({f"key {number}": text for number in range(100)}))))
    with pytest.raises(BadRequestError) as caught:
        cancel(base_url=stub.base_url)
    assert "line break" in caught.value.errors["key 0"]
    assert str(caught.value).isprintable()
    assert all(text.isprintable() and len(text) < 400 for text in caught.value.errors.values())
    assert len(caught.value.errors) <= 20


def test_deep_nesting_in_an_error_is_survived(cancel: Cancel, serve: Serve) -> None:
    for depth in (500, 900, 960, 980, 990, 1000):
        body = b'{"status":"error","result":{"validate_error":' + b"[" * depth + b"]" * depth + b"}}"
        with pytest.raises(BadRequestError):
            cancel(base_url=serve(sends(http(400, body))).base_url)


@pytest.mark.parametrize(
    "answer",
    [http(400, NOT_CREATED), http(403, detail("x")), http(502, HTML), http(401), http(200, HTML), DONE[:-1]],
    ids=lambda value: str(value)[:30],
)
def test_errors_pickle(cancel: Cancel, serve: Serve, answer: bytes) -> None:
    stub = serve(sends_and_hangs_up(answer))
    with pytest.raises(CryptoCloudError) as caught:
        cancel(base_url=stub.base_url)
    for error in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(error) is type(caught.value)
        assert str(error) == str(caught.value)
        assert vars(error) == vars(caught.value)


def test_a_timeout_pickles(cancel: Cancel, serve: Serve) -> None:
    stub = serve(lambda connection: connection.keep_silent())
    with pytest.raises(APITimeoutError) as caught:
        cancel(base_url=stub.base_url, timeout=0.1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert vars(again) == vars(caught.value)

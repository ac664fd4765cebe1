"""What `test_fuzz.py` and `make fuzz` share: answers and postbacks at random, and what must hold of each.

The oracles are written by hand and apart from the wrapper: they say when a success, or a postback, may be
believed. A check returns how a case ended, `success` or the name of an error, and raises if that was wrong.
"""

import base64
import copy
import datetime
import gzip
import hmac
import http.client
import io
import json
import pickle
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import httpx
from hypothesis import strategies as st

from cryptocloud import CryptoCloudError, Outcome, PostbackError, models, postback
from support.contract import BY_ID, resolved
from support.service import KEY, Service, Use, use_async, use_sync
from support.stub import Connection, Stub

UUID = "INV-89UX09KA"
"""The invoice of the spec's examples."""

DEEP = "(deep)"
"""Stands in a JSON value for what is nested too deeply to be made as one."""

UNDECIDED = range(300, 1000)
"""Brackets with which Python may or may not read a JSON text, depending on how much of its stack is used."""


class Answer(NamedTuple):
    """What a service answers."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Property(NamedTuple):
    """Something that must hold of every case; `check` returns how the case ended."""

    cases: st.SearchStrategy[Any]
    check: Callable[[Any], str]


class Operation(NamedTuple):
    """One method of the clients: its call, and what a success of it must be made of."""

    operation_id: str
    call: Callable[[Any], Any]
    is_result: Callable[[Any], bool]
    is_payload: Callable[[Any], bool]
    """Whether the JSON value of an answer has all that the result is made of, however odd the rest is."""


# When a success may be believed.


def is_success(operation: Operation, answer: Answer) -> bool | None:
    """Whether an answer is one whole success; None if Python alone decides how deep it reads."""
    try:
        document = _json(_inflated(answer))
    except (ValueError, EOFError, OSError, zlib.error):
        return False
    except RecursionError:
        document = None
    if sum(map(answer.body.count, (b"[", b"{"))) in UNDECIDED:
        return None
    return (
        200 <= answer.status <= 299
        and isinstance(document, dict)
        and document.get("status") == "success"
        and operation.is_payload(document)
    )


def _inflated(answer: Answer) -> bytes:
    codings = [value for name, value in answer.headers if name.lower() == b"content-encoding"]
    coding = b", ".join(codings).strip().lower()
    if coding in (b"", b"identity"):
        return answer.body
    if coding == b"gzip":
        return gzip.decompress(answer.body)
    raise ValueError("nobody asked for this")


def _json(text: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("the same name twice")
        return dict(pairs)

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(
        text.decode("utf-8-sig"),
        object_pairs_hook=unique,
        parse_constant=refuse,
        # Nothing depends on numbers, and some are more than Python can hold.
        parse_int=lambda _: 0,
        parse_float=lambda _: 0,
    )


def _ids(record: Any) -> list[str]:
    """Every id that an invoice or withdrawal goes by."""
    texts = [record.get(name) for name in ("uuid", "invoice_id")]
    found = [text.strip() for text in texts if isinstance(text, str) and text != "None" and text.strip()]
    link = record.get("link")
    if isinstance(link, str):
        found += re.findall(r"/((?:INV-)?[A-Z0-9]{8})\b", link)
    return [f"INV-{text.removeprefix('INV-')}" for text in found]


def _are_records(payload: Any) -> bool:
    return isinstance(payload, list) and all(isinstance(record, dict) for record in payload)


def _are_invoices(document: Any) -> bool:
    payload = document.get("result")
    return _are_records(payload) and all(_ids(record) for record in payload)


def _has_invoice(document: Any) -> bool:
    return _are_invoices(document) and any(UUID in _ids(record)[:1] for record in document["result"])


def _has_id(document: Any) -> bool:
    payload = document.get("result")
    return isinstance(payload, dict) and bool(_ids(payload))


def _has_address(document: Any) -> bool:
    payload = document.get("result")
    address = payload.get("address") if isinstance(payload, dict) else None
    return isinstance(address, str) and address not in ("", "None")


def _is_withdrawal(document: Any) -> bool:
    payloads = [document.get(name) for name in ("result", "data")]
    return any(isinstance(payload, dict) and _ids({**payload, "link": None}) for payload in payloads)


def _all_are(cls: type) -> Callable[[Any], bool]:
    return lambda result: isinstance(result, list) and all(type(item) is cls for item in result)


_DAY = datetime.date(2026, 1, 1)

CANCEL = Operation(
    "cancelInvoice",
    lambda client: client.invoices.cancel(UUID),
    lambda result: result is None,
    lambda document: document.get("result") in (["ok"], "ok"),
)
OPERATIONS = [
    CANCEL,
    Operation(
        "createInvoice",
        lambda client: client.invoices.create("100.50", order_id="A-17"),
        lambda result: type(result) is models.Invoice,
        _has_id,
    ),
    Operation(
        "getInvoices",
        lambda client: client.invoices.get(UUID),
        lambda result: type(result) is models.Invoice and result.uuid == UUID,
        _has_invoice,
    ),
    Operation(
        "listInvoices",
        lambda client: client.invoices.list(_DAY, _DAY),
        _all_are(models.Invoice),
        _are_invoices,
    ),
    Operation(
        "getStatistics",
        lambda client: client.invoices.statistics(_DAY, _DAY),
        lambda result: type(result) is models.Statistics,
        lambda document: isinstance(document.get("result"), dict),
    ),
    Operation(
        "listBalances",
        lambda client: client.balances.list(),
        _all_are(models.Balance),
        lambda document: _are_records(document.get("result")),
    ),
    Operation(
        "createStaticWallet",
        lambda client: client.static_wallets.create("BTC", identify="user-7"),
        lambda result: type(result) is models.StaticWallet,
        _has_address,
    ),
    Operation(
        "createWithdrawal",
        lambda client: client.withdrawals.create("BTC", to_address="bc1q", amount="0.05"),
        lambda result: type(result) is models.Withdrawal,
        _is_withdrawal,
    ),
]

OFFERED = {operation.operation_id: operation.call for operation in OPERATIONS}
"""The method that the clients have for each operation."""


# Answers: those of the spec's examples, changed here and there, and noise.


def _examples(operation_id: str) -> list[tuple[int, Any]]:
    """Status and body of each example of the spec's answers."""
    return [
        (200 if status == "default" else int(status), resolved(example)["value"])
        for status, response in BY_ID[operation_id]["responses"].items()
        for example in resolved(response)["content"]["application/json"].get("examples", {}).values()
    ]


_TEXTS = ["", "None", "success", "error", "canceled", "created", UUID, KEY, f"Token {KEY}", DEEP, "\ud800"]
_LEAVES = st.one_of(
    st.sampled_from(_TEXTS),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just(int("9" * 4000)),
)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
# Not at an end, where Hypothesis looks more often.
_RARELY = st.sampled_from([False, True, False, False, False, False])
_STATUSES = st.sampled_from([200, 201, 204, 299, 302, 400, 401, 403, 404, 429, 500, 502, 520, 600, 999])
_RETRY_AFTER = st.one_of(
    st.sampled_from(
        ["7", "-1", "nan", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT", "Sat, 01 Jan 0001 00:00:00 +2359"]
    ),
    st.text("0123456789 -+:,.eJanWedGMT", max_size=40),
)
_HEADERS = st.one_of(
    st.tuples(
        st.just(b"Content-Encoding"), st.sampled_from([b"identity", b"gzip", b"br", b"gzip, gzip", b"\xff"])
    ),
    st.tuples(st.just(b"Retry-After"), _RETRY_AFTER.map(str.encode)),
    st.tuples(
        st.sampled_from([b"X-Request-Id", b"Location"]),
        st.sampled_from([KEY.encode(), b"\x1b[31m\xe2\x80\xae"]),
    ),
    st.tuples(st.binary(min_size=1, max_size=10), st.binary(max_size=10)),
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every member of every object and array in a JSON value, as container and name."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, (dict, list)):
        for name in value if isinstance(value, dict) else range(len(value)):
            found += [(value, name), *_places(value[name])]
    return found


@st.composite
def changed_texts(draw: st.DrawFn, document: Any) -> str:
    """The JSON text of a value, whose members may be gone, of another type, nested deeply, or there twice."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(0, 3))):
        places = _places(document)
        if not places:
            break
        # Half of the changes are made near the top, where they matter most.
        near = [place for place in places if place[0] is document]
        container, name = draw(st.sampled_from(near) | st.sampled_from(places))
        if draw(st.booleans()):
            container[name] = draw(VALUES)
        else:
            del container[name]
    text = json.dumps(document, ensure_ascii=draw(st.booleans()))
    names = [name for container, name in _places(document) if isinstance(container, dict)]
    if draw(st.booleans()) and names:
        name = json.dumps(draw(st.sampled_from(names)))
        text = text.replace(f"{name}:", f"{name}: {json.dumps(draw(VALUES))}, {name}:", 1)
    deep = draw(st.sampled_from([20, 200, 900, 980, 2000, 100_000])) if DEEP in text else 0
    left, right = draw(st.sampled_from([("[", "]"), ('{"a":', "}")]))
    return text.replace(json.dumps(DEEP), f"{left * deep}0{right * deep}")


@st.composite
def changed_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Some bytes, of which a part may be cut away, and another put in its place."""
    begin, end = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
    return data[:begin] + draw(st.binary(max_size=8)) + data[end:]


@st.composite
def answers(draw: st.DrawFn, operation_id: str) -> Answer:
    """A true answer of an operation, or one that departs from it in one way or two."""
    examples = _examples(operation_id)
    successes = [example for example in examples if example[1].get("status") == "success"]
    status, document = draw(st.sampled_from(successes) | st.sampled_from(examples))
    ways = st.sampled_from(["status", "members", "encoding", "bytes", "gzip", "status", "members"])
    departs = draw(st.lists(ways, max_size=2))
    if "status" in departs:
        status = draw(_STATUSES | st.integers(100, 999))
    text = draw(changed_texts(document)) if "members" in departs else json.dumps(document)
    encoding = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-7"])) if "encoding" in departs else "utf-8"
    body = text.encode(encoding, "surrogatepass")
    headers = draw(st.lists(_HEADERS, max_size=2))
    if "gzip" in departs:
        headers.append((b"Content-Encoding", b"gzip"))
        body = gzip.compress(body, mtime=0)
    if "bytes" in departs:
        body = draw(changed_bytes(body) | st.binary(max_size=50))
    return Answer(status, headers, body)


# What must hold of a call.


def _ended(call: Callable[[], Any]) -> tuple[Any, CryptoCloudError | None]:
    """What a call gave, or the error that it raised; what is raised besides is wrong, and passes."""
    try:
        return call(), None
    except CryptoCloudError as error:
        return None, error


def _ending(error: CryptoCloudError | None) -> str:
    return type(error).__name__ if error else "success"


def _check_call(
    operation: Operation, is_expected: bool | None, result: Any, error: CryptoCloudError | None
) -> None:
    """See that a call ended as it should; whether with a success is open if `is_expected` is None."""
    if error is None:
        assert is_expected is not False, "a failure became a success"
        assert operation.is_result(result)
        return
    assert is_expected is not True, f"a success became an error: {error}"
    # Invoices that were found are what the service says of them, like those of a success.
    _check_error(error, KEY, {name: value for name, value in vars(error).items() if name != "found"})


def _check_error(error: CryptoCloudError, secret: str, state: dict[str, Any]) -> None:
    assert isinstance(error.outcome, Outcome)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    for text in (str(error), repr(error), repr(state)):
        assert text.isprintable(), "control characters are shown"
        assert secret not in text, "the key is shown"
    assert len(str(error)) < 10_000, "the whole answer is shown"


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as a transport gives it: unlike that of a whole `httpx.Response`, not inflated."""

    def __init__(self, body: bytes) -> None:
        half = len(body) // 2
        self._pieces = [body[:half], body[half:]]

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


_NO_MORE = Answer(200, [], b'{"status":"success","result":[]}')


@st.composite
def _lookups(draw: st.DrawFn) -> Answer:
    """What a service says when it is asked what became of a cancel."""
    if draw(_RARELY):
        return draw(answers("getInvoices"))
    record = {
        "uuid": draw(st.sampled_from([UUID, UUID.removeprefix("INV-")]) | VALUES),
        "status": draw(st.sampled_from(["created", "canceled", "paid", KEY]) | VALUES),
    }
    return _NO_MORE._replace(body=json.dumps({"status": "success", "result": [record]}).encode())


def _pairs(operation: Operation) -> st.SearchStrategy[tuple[Answer, Answer]]:
    """The answers to the one or two requests of a call: a cancel in doubt is looked up, a listing goes on."""
    second = _lookups() if operation is CANCEL else st.just(_NO_MORE)
    return st.tuples(answers(operation.operation_id), second)


def _is_expected(operation: Operation, first: Answer, second: Answer) -> bool | None:
    """Whether two answers make a success; None if that is open."""
    verdict = is_success(operation, first)
    if verdict is False and operation is CANCEL and is_success(_CANCELED, second) is not False:
        return None
    return verdict


def _is_canceled(document: Any) -> bool:
    payload = document.get("result")
    return _are_records(payload) and any(
        record.get("status") == "canceled" and UUID in _ids({"uuid": record.get("uuid")})
        for record in payload
    )


_CANCELED = Operation("getInvoices", CANCEL.call, CANCEL.is_result, _is_canceled)


def _over_a_mock(operation: Operation, use: Use) -> Property:
    def check(pair: tuple[Answer, Answer]) -> str:
        responses = [
            httpx.Response(answer.status, headers=answer.headers, stream=_Pieces(answer.body))
            for answer in pair
        ]
        service = Service(*responses, only_requests=True)
        result, error = _ended(lambda: use(service, operation.call, withdrawal_key=KEY, max_retries=0))
        _check_call(operation, _is_expected(operation, *pair), result, error)
        if operation is CANCEL and error:
            # Where it is not known what became of it, the service is asked; and only there.
            is_looked_up = [request.url.path.rpartition("/")[2] for request in service.requests[1:]] == [
                "info"
            ]
            assert is_looked_up is (error.outcome is Outcome.UNKNOWN)
        return _ending(error)

    return Property(_pairs(operation), check)


# The same over a socket, with HTTP that is not always whole.


@st.composite
def streams(draw: st.DrawFn, answer: Answer) -> bytes:
    """The bytes of an answer, of which some may be lost or changed on the way."""
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(answer.body), answer.body) if answer.body else b"0\r\n\r\n"
    framing, body = draw(
        st.sampled_from(
            [
                (b"Content-Length: %d" % len(answer.body), answer.body),
                (b"Transfer-Encoding: chunked", chunked),
                (b"Connection: close", answer.body),
                (b"Content-Length: %d" % (len(answer.body) + 1), answer.body),
            ]
        )
    )
    lines = [b"HTTP/1.1 %d Whatever" % answer.status, framing, *map(b": ".join, answer.headers)]
    stream = b"\r\n".join(lines) + b"\r\n\r\n" + body
    return draw(changed_bytes(stream) | st.binary(max_size=50)) if draw(_RARELY) else stream


def _received(stream: bytes) -> Answer:
    """What the standard library reads from the bytes of an answer, as a second opinion."""

    class Socket:
        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(stream)

    response = http.client.HTTPResponse(Socket(), method="POST")  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, ValueError, OSError):
        return Answer(0, [], b"")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders()]
    return Answer(response.status, headers, body)


def _over_a_socket(operation: Operation, use: Use) -> Property:
    def check(pair: tuple[bytes, bytes]) -> str:
        def script(connection: Connection) -> None:
            connection.send(pair[len(stub.requests) - 1])
            connection.hang_up()

        settings = {"transport": None, "withdrawal_key": KEY, "max_retries": 0}
        with Stub(script) as stub:
            result, error = _ended(lambda: use(Service(), operation.call, base_url=stub.base_url, **settings))
        # What the standard library reads may still be too odd for h11, so a success is allowed, not expected.
        is_allowed = _is_expected(operation, *map(_received, pair)) is not False
        _check_call(operation, None if is_allowed else False, result, error)
        return _ending(error)

    pairs = _pairs(operation).flatmap(lambda pair: st.tuples(*map(streams, pair)))
    return Property(pairs, check)


# Postbacks, and tokens with which somebody may try his luck.

SECRET = "c2VjcmV0"
_ID = "89UX09KA"
_VALID_UNTIL = 4_102_444_800
_EXPIRED = 1_000_000_000
_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


class Notification(NamedTuple):
    """A body as it arrives; `is_genuine` if it is one that the service would send."""

    body: bytes
    content_type: str
    leeway: float
    is_genuine: bool


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _token(header: dict[str, Any], claims: Any, secret: str) -> str:
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    algorithm = header.get("alg")
    if algorithm == "none":
        return f"{signed}."
    digest = _HASHES.get(algorithm, "sha256") if isinstance(algorithm, str) else "sha256"
    return f"{signed}.{_base64(hmac.digest(secret.encode(), signed.encode(), digest))}"


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """A token that is signed, but perhaps not by the service, or not for this, or was changed since."""
    header: dict[str, Any] = {"typ": "JWT", "alg": "HS256"}
    claims: dict[str, Any] = {"id": _ID, "exp": _VALID_UNTIL}
    secret = SECRET
    for _ in range(draw(st.integers(0, 2))):
        match draw(st.sampled_from(["algorithm", "header", "invoice", "claim", "secret"])):
            case "algorithm":
                header["alg"] = draw(st.sampled_from(["HS512", "none", "HS384", "hs256", "RS256", ["HS256"]]))
            case "header":
                header[draw(st.sampled_from(["alg", "typ", "crit", "b64", "kid", "jwk"]))] = draw(VALUES)
            case "invoice":
                claims["id"] = "AAAAAAAA"
            case "claim":
                name = draw(st.sampled_from(["id", "exp", "exp", "nbf", "iat", "aud", "sub", "jti", "iss"]))
                claims[name] = draw(
                    st.sampled_from(
                        [_EXPIRED, _VALID_UNTIL, str(_VALID_UNTIL), 1e300, f"INV-{_ID}", "AAAAAAAA", 13]
                    )
                    | VALUES
                )
            case "secret":
                secret = draw(st.sampled_from(["", "c2VjcmV1", SECRET[:-1], f"{SECRET}\0"]))
    token = _token(header, claims, secret)
    return draw(changed_bytes(token.encode())).decode("latin-1") if draw(_RARELY) else token


@st.composite
def notifications(draw: st.DrawFn) -> Notification:
    """A notification, from a genuine one to noise."""
    is_form = draw(st.booleans())
    content_type = "application/x-www-form-urlencoded" if is_form else "application/json; charset=utf-8"
    fields = {
        "status": "success",
        "invoice_id": draw(st.sampled_from([_ID, f"INV-{_ID}"])),
        "amount_crypto": "1.5",
        "currency": "USDT_TRC20",
        "token": _token({"alg": "HS256"}, {"id": _ID, "exp": _VALID_UNTIL}, SECRET),
    }
    wrapped = draw(st.sampled_from(["{}", "{}", "b'{}'", 'b"{}"']))
    is_genuine = draw(_RARELY)
    if is_genuine:
        fields["token"] = wrapped.format(fields["token"])
        body = urlencode(fields).encode() if is_form else json.dumps(fields).encode()
        return Notification(body, content_type, 60.0, is_genuine)
    fields["token"] = wrapped.format(draw(tokens()))
    body = (
        urlencode(fields).encode()
        if is_form
        else draw(changed_texts(fields)).encode("utf-8", "surrogatepass")
    )
    if draw(_RARELY):
        # Python's own way to write bytes, where JSON has a string.
        body = re.sub(rb'"(b\'[^\']*\')"', rb"\1", body)
    if draw(_RARELY):
        body = draw(changed_bytes(body) | st.binary(max_size=50))
    if draw(_RARELY):
        content_type = draw(st.text(max_size=20))
    return Notification(body, content_type, draw(st.sampled_from([0, 60, 86_400])), is_genuine)


def _with_token(token: str) -> Notification:
    """A notification in which nothing is odd but its token."""
    body = json.dumps({"status": "success", "invoice_id": _ID, "token": token}).encode()
    return Notification(body, "application/json", 60.0, is_genuine=False)


def check_postback(notification: Notification) -> str:
    """Verify a notification, and see that it is believed only if a token in it vouches for it."""
    body, content_type, leeway, is_genuine = notification
    result, error = _ended(lambda: postback.verify(body, content_type, SECRET, leeway=leeway))
    if error:
        assert not is_genuine, "a genuine notification was refused"
        assert isinstance(error, PostbackError)
        _check_error(error, SECRET, vars(error))
    else:
        document = _notified(body, "json" in content_type.lower())
        assert _is_vouched_for(document["token"], result.invoice_id)
        assert result.invoice_id.removeprefix("INV-") == document["invoice_id"].removeprefix("INV-")
    return _ending(error)


def _notified(body: bytes, is_json: bool) -> dict[str, Any]:
    if not is_json:
        return dict(parse_qsl(body.decode("utf-8-sig"), keep_blank_values=True, strict_parsing=True))
    try:
        document: dict[str, Any] = _json(body)
    except ValueError:
        document = _json(re.sub(rb'"token"(\s*):(\s*)b([\'"])(.*?)\3', rb'"token":"\4"', body))
    return document


def _is_vouched_for(token: str, invoice_id: str) -> bool:
    """Whether a token is signed with the secret, not expired, and of this invoice or of none."""
    token = re.sub(r"""^b(["'])(.*)\1$""", r"\2", token)
    signed, _, signature = token.rpartition(".")
    header, claims = (json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in signed.split("."))
    about = claims.get("id")
    return (
        header["alg"] == "HS256"
        and base64.urlsafe_b64decode(f"{signature}==")
        == hmac.digest(SECRET.encode(), signed.encode(), "sha256")
        and isinstance(claims["exp"], (int, float))
        and claims["exp"] > _EXPIRED + 86_400
        and (not isinstance(about, str) or about.removeprefix("INV-") == invoice_id.removeprefix("INV-"))
    )


_WAYS: list[tuple[str, Use]] = [("sync", use_sync), ("async", use_async)]

PROPERTIES = {
    **{
        f"{operation.operation_id}, {way}": _over_a_mock(operation, use)
        for operation in OPERATIONS
        for way, use in _WAYS
    },
    **{
        f"{operation.operation_id} over a socket, {way}": _over_a_socket(operation, use)
        for operation in OPERATIONS[:2]
        for way, use in _WAYS
    },
    "postback.verify": Property(notifications(), check_postback),
    "postback.verify, tokens": Property(tokens().map(_with_token), check_postback),
}
"""Everything that is tried, by a name to print."""

"""Payment notifications: every genuine one is accepted, and no other."""

import copy
import datetime
import hmac
import json
import pickle
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocloud import CryptoCloudError, Outcome
from cryptocloud.errors import (
    PostbackError,
    PostbackExpiredError,
    PostbackFormatError,
    PostbackSignatureError,
)
from cryptocloud.postback import MAX_BODY, Postback, sign, verify
from support.contract import SPEC
from support.faults import texts

SECRET = "Zk3vQ8wLr1XcT6nYb9HsD2mJf5GpA7eU"
OTHER_SECRET = "another-secret-key-of-another-shop"
LIFETIME = 86_400
"""Seconds: many tokens are made when this file is loaded, and used when their test's turn comes."""
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_CONTENT = SPEC["x-webhooks"]["payment"]["post"]["requestBody"]["content"]
SAMPLE = _CONTENT[JSON]["examples"]["overpaid"]["value"]


def token(secret: str = SECRET, header: Mapping[str, object] | None = None, **claims: object) -> str:
    """A token made by hand, so that what verifies is not checked against itself."""
    head = {"typ": "JWT", "alg": "HS256", **(header or {})}
    claims = {"id": "89UX09KA", "exp": int(time.time()) + LIFETIME} | claims
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{_base64(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def fields(**changed: object) -> dict[str, object]:
    """A short notification. A field that is changed to `...` is left out."""
    document = {
        "status": "success",
        "invoice_id": "89UX09KA",
        "amount_crypto": 102.5,
        "currency": "USDT_TRC20",
        "order_id": "A-17",
        "token": token(),
    } | changed
    return {name: value for name, value in document.items() if value is not ...}


def as_json(**changed: object) -> tuple[bytes, str]:
    return json.dumps(fields(**changed)).encode(), JSON


def as_form(**changed: object) -> tuple[bytes, str]:
    return urlencode(fields(**changed), doseq=True).encode(), FORM


def read(sent: tuple[bytes, str], leeway: float = 60.0) -> Postback:
    return verify(*sent, SECRET, leeway=leeway)


Written = Callable[..., tuple[bytes, str]]
BOTH = pytest.mark.parametrize("written", [as_json, as_form])


# What is accepted.


@BOTH
def test_a_notification_is_read(written: Written) -> None:
    before = int(time.time())
    postback = read(written())
    assert postback.status == "success"
    assert postback.invoice_id == "INV-89UX09KA"
    assert postback.amount_crypto == Decimal("102.5")
    assert postback.currency == "USDT_TRC20"
    assert postback.order_id == "A-17"
    assert postback.invoice_info is None
    assert postback.extra == {}
    assert postback.expires_at.tzinfo is datetime.UTC
    assert before + LIFETIME <= postback.expires_at.timestamp() <= time.time() + LIFETIME


def test_the_documented_sample_is_read() -> None:
    postback = verify(json.dumps(SAMPLE | {"token": token()}).encode(), JSON, SECRET)
    assert postback.status == "success"
    info = postback.invoice_info
    assert info is not None
    assert (info.uuid, info.status, info.is_paid) == ("INV-89UX09KA", "overpaid", True)
    assert info.received == Decimal("99.7952")
    assert info.created == datetime.datetime(2023, 1, 1, 12, tzinfo=datetime.UTC)
    assert info.tx_list == ()
    assert info.extra["links_invoice"] is None


def test_the_documented_sample_is_read_as_a_form() -> None:
    # What Python's `requests` makes of it: of a dict, a field per key, without the values.
    pairs = [
        (name, part)
        for name, value in (SAMPLE | {"token": token()}).items()
        for part in (value if isinstance(value, dict) else [value])
    ]
    postback = verify(urlencode(pairs).encode(), FORM, SECRET)
    assert postback.invoice_id == "INV-89UX09KA"
    assert postback.amount_crypto == Decimal("102.0")
    assert postback.invoice_info is None


@BOTH
@pytest.mark.parametrize("wrapped", ["b'{}'", 'b"{}"'])
def test_a_token_in_a_bytes_literal_is_accepted(written: Written, wrapped: str) -> None:
    assert read(written(token=wrapped.format(token()))).order_id == "A-17"


@pytest.mark.parametrize("mark", ["'", '"'])
def test_a_bytes_literal_in_place_of_a_string_is_accepted(mark: str) -> None:
    body = f'{{"token": b{mark}{token()}{mark}, "invoice_id": "89UX09KA"}}'.encode()
    assert verify(body, JSON, SECRET).invoice_id == "INV-89UX09KA"


def test_a_bytes_literal_within_a_text_stays_as_it_is() -> None:
    order_id = '"token": b"A-17"'
    assert read(as_json(order_id=order_id)).order_id == order_id


@BOTH
def test_an_order_id_can_be_missing(written: Written) -> None:
    assert read(written(order_id=...)).order_id is None


def test_an_order_id_can_be_null() -> None:
    assert read(as_json(order_id=None)).order_id is None


@BOTH
def test_an_order_id_that_reads_none_is_the_merchants(written: Written) -> None:
    assert read(written(order_id="None")).order_id == "None"


@BOTH
def test_an_order_id_keeps_its_characters(written: Written) -> None:
    text = "Заказ №17 & +=%20 \N{SNOWMAN}"
    assert read(written(order_id=text)).order_id == text


@BOTH
@pytest.mark.parametrize("info", [..., "links_invoice", "", "{", "{'uuid': 1}", '{"a": NaN}', "{}", "[1]"])
def test_useless_invoice_info_is_ignored(written: Written, info: object) -> None:
    assert read(written(invoice_info=info)).invoice_info is None


@pytest.mark.parametrize("info", [None, 1, [], {}, ["uuid"], {"uuid": None}, {"uuid": {"uuid": 1}}])
def test_invoice_info_of_another_type_is_ignored(info: object) -> None:
    assert read(as_json(invoice_info=info)).invoice_info is None


@pytest.mark.parametrize("name", ["currency", "project", "tx_list", "amount", "created", "status", "link"])
@pytest.mark.parametrize("value", [None, 1, "x", [], [1], {}, {"network": 1}, {"network": []}, True])
def test_strange_invoice_info_is_read_as_far_as_it_goes(name: str, value: object) -> None:
    info = read(as_json(invoice_info={"uuid": "INV-89UX09KA", name: value})).invoice_info
    assert info is not None
    assert info.uuid == "INV-89UX09KA"


def test_invoice_info_as_json_in_a_form_is_read() -> None:
    body = as_form(invoice_info='{"uuid": "INV-89UX09KA", "received": 0.123456789012345678}')
    info = read(body).invoice_info
    assert info is not None
    assert info.received == Decimal("0.123456789012345678")


@BOTH
@pytest.mark.parametrize("written_id", ["89UX09KA", "INV-89UX09KA"])
@pytest.mark.parametrize("signed_id", ["89UX09KA", "INV-89UX09KA", 13, 13.5, None, True, ["89UX09KA"], {}])
def test_ids_are_compared_without_their_prefix_and_only_texts(
    written: Written, written_id: str, signed_id: object
) -> None:
    body = written(invoice_id=written_id, token=token(id=signed_id))
    assert read(body).invoice_id == "INV-89UX09KA"


@BOTH
@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ("102.5", Decimal("102.5")),
        ("0.000000000000000001", Decimal("0.000000000000000001")),
        ("1e-7", Decimal("0.0000001")),
        (3, Decimal(3)),
        ("None", None),
        ("", None),
        (..., None),
    ],
    ids=str,
)
def test_an_amount_is_exact(written: Written, amount: object, exact: Decimal | None) -> None:
    assert read(written(amount_crypto=amount)).amount_crypto == exact


def test_an_amount_has_the_digits_of_the_json_text() -> None:
    body, content_type = as_json(amount_crypto=1.5)
    postback = verify(body.replace(b"1.5", b"1.500000000000000001"), content_type, SECRET)
    assert str(postback.amount_crypto) == "1.500000000000000001"


@pytest.mark.parametrize("amount", ["NaN", "-Infinity", "many", [1], {"a": 1}, True], ids=str)
def test_an_amount_that_is_none_is_kept_as_it_came(amount: object) -> None:
    postback = read(as_json(amount_crypto=amount))
    assert postback.amount_crypto is None
    assert postback.extra == {"amount_crypto": amount}


@pytest.mark.parametrize("suffix", ["", "; charset=utf-8", ";charset=UTF-8", " ; boundary=x; charset=utf-8"])
@BOTH
def test_a_content_type_can_have_parameters_and_any_case(written: Written, suffix: str) -> None:
    body, content_type = written()
    for spelled in (content_type, content_type.upper(), content_type.title(), f" {content_type} "):
        assert verify(body, spelled + suffix, SECRET).order_id == "A-17"


def test_unknown_fields_are_kept() -> None:
    assert read(as_json(amount_usdt=1, new=[None])).extra == {"amount_usdt": 1, "new": [None]}
    assert read(as_form(amount_usdt=1, new=["x", "y"])).extra == {"amount_usdt": "1", "new": "y"}


def test_only_the_id_of_the_invoice_and_the_token_are_needed() -> None:
    postback = read(as_json(status=..., amount_crypto=..., currency=..., order_id=...))
    assert (postback.status, postback.amount_crypto, postback.currency) == (None, None, None)


@pytest.mark.parametrize("claim", ["id", "uuid", "invoice_id"])
def test_a_token_that_names_another_invoice_is_rejected(claim: str) -> None:
    claims: dict[str, Any] = {"id": 13, claim: "INV-00000000"}
    rejected(PostbackSignatureError, "another invoice", as_json(token=token(**claims)))
    claims[claim] = "INV-89UX09KA"
    assert read(as_json(token=token(**claims))).invoice_id == "INV-89UX09KA"


@pytest.mark.parametrize("text", ["&", "&&", "&&&"])
def test_empty_fields_of_a_form_are_nothing(text: str) -> None:
    body, content_type = as_form()
    assert read((body.replace(b"&", text.encode()) + b"&", content_type)).order_id == "A-17"


def test_an_order_id_that_is_a_number_is_text() -> None:
    assert read(as_json(order_id=123456789)).order_id == "123456789"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "x"},
        {"sub": 1},
        {"jti": 1},
        {"iss": "x"},
        {"nbf": 1},
        {"iat": 1.5},
        {"uuid": 13},
        {"id": None},
    ],
)
def test_other_claims_do_not_matter(claims: dict[str, Any]) -> None:
    assert read(as_json(token=token(**claims))).order_id == "A-17"


@pytest.mark.parametrize("claims", [{"exp": -30}, {"nbf": 30}, {"iat": 30}], ids=str)
def test_clocks_may_differ_by_the_leeway(claims: dict[str, Any]) -> None:
    now = int(time.time())
    later: dict[str, Any] = {name: now + seconds for name, seconds in claims.items()}
    body = as_json(token=token(**later))
    assert read(body).order_id == "A-17"
    with pytest.raises(PostbackExpiredError):
        read(body, leeway=0)


@pytest.mark.parametrize("length", [1, 31, 32, 63, 64, 65, 1000])
def test_a_secret_key_can_have_any_length(length: int) -> None:
    # Without a warning, which the settings of these tests would make an error.
    secret = "k" * length
    assert verify(*as_json(token=token(secret)), secret).order_id == "A-17"
    with pytest.raises(PostbackSignatureError):
        verify(*as_json(token=token(secret)), secret + "k")
    assert verify(*as_json(token=sign("89UX09KA", secret)), secret).order_id == "A-17"


# What is rejected.


def rejected(error: type[PostbackError], reason: str, sent: tuple[bytes, str]) -> None:
    with pytest.raises(PostbackError, match=reason) as caught:
        read(sent)
    assert type(caught.value) is error


SIGNED = token()
HEAD, CLAIMS, SIGNATURE = SIGNED.split(".")


@BOTH
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (..., "it has no token"),
        ("", "its token is empty"),
        ("b''", "its token is empty"),
        ('b""', "its token is empty"),
        ("x", "its token is not a token"),
        ("links_invoice", "its token is not a token"),
        (f"{HEAD}.{CLAIMS}", "its token is not a token"),
        (f"{HEAD}.{CLAIMS}.", "its token is not signed with this secret key"),
        (f"{SIGNED}.{SIGNATURE}", "its token is not a token"),
        (f"{SIGNED}=", "its token is not a token"),
        (f" {SIGNED}", "its token is not a token"),
        (f"{SIGNED}\n", "its token is not a token"),
        (f"b'{SIGNED}", "its token is not a token"),
        (f"b'{SIGNED}\"", "its token is not a token"),
        (f"b'b'{SIGNED}''", "its token is not a token"),
        (f"{HEAD}.{CLAIMS}.{SIGNATURE}é", "its token is not a token"),
        (f"Ā{SIGNED}", "its token is not a token"),
        (f"{HEAD}.{'A' * 2004}.{SIGNATURE}", "its token is not a token"),
        (f"e30.{CLAIMS}.{SIGNATURE}", "its token is not signed"),
        (f"{_base64(b'[' * 1000)}.{CLAIMS}.{SIGNATURE}", "its token is not a token"),
        (f"{_base64(b'1')}.{CLAIMS}.{SIGNATURE}", "its token is not a token"),
        (token(header={"alg": "none"}), "its token is not signed"),
        (token(header={"alg": "none"}).rpartition(".")[0] + ".", "its token is not signed"),
        (token(header={"alg": "NoNe"}), "its token is not signed"),
        (token(header={"alg": None}), "its token is not signed"),
        (token(header={"alg": ""}), "another algorithm"),
        (token(header={"alg": "HS512"}), "another algorithm"),
        (token(header={"alg": "hs256"}), "another algorithm"),
        (token(header={"alg": "RS256"}), "another algorithm"),
        (token(header={"alg": ["HS256"]}), "another algorithm"),
        (token(header={"alg": {"HS256": 1}}), "another algorithm"),
        (jwt.encode({"id": "89UX09KA", "exp": 2**33}, SECRET * 2, algorithm="HS512"), "another algorithm"),
        (token(OTHER_SECRET), "not signed with this secret key"),
        (token(SECRET + "0"), "not signed with this secret key"),
        (token(header={"crit": ["x"], "x": 1}), "its token is not a token"),
        (token(header={"b64": False, "crit": ["b64"]}), "its token is not a token"),
        (token(exp=None), "does not say when it expires"),
        (token(exp="soon"), "its token is not a token"),
        (token(exp=str(2**33)), "does not say when it expires"),
        (token(exp=10**40), "does not say when it expires"),
        (token(exp=float("inf")), "its token is not a token"),
        (token(exp=float("nan")), "its token is not a token"),
        (token(exp={}), "its token is not a token"),
        (token(nbf="soon"), "its token is not a token"),
        (token(iat=None), "its token is not a token"),
        (token(id="89UX09KB"), "its token belongs to another invoice"),
        (token(id="INV-89UX09KB"), "its token belongs to another invoice"),
        (token(id="89ux09ka"), "its token belongs to another invoice"),
        (token(id="INV-INV-89UX09KA"), "its token belongs to another invoice"),
        (token(id=""), "its token belongs to another invoice"),
        (token(id="13"), "its token belongs to another invoice"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_token_that_proves_nothing_is_rejected(written: Written, sent: object, reason: str) -> None:
    rejected(PostbackSignatureError, reason, written(token=sent))


@pytest.mark.parametrize("sent", [None, 0, 1, True, [], [SIGNED], {"token": SIGNED}])
def test_a_token_that_is_no_text_is_rejected(sent: object) -> None:
    rejected(PostbackSignatureError, "no token" if sent is None else "not a token", as_json(token=sent))


def test_a_token_without_exp_is_rejected() -> None:
    sent = jwt.encode({"id": "89UX09KA"}, SECRET)
    rejected(PostbackSignatureError, "does not say when it expires", as_json(token=sent))


@BOTH
@pytest.mark.parametrize("exp", [-90, -300, -(10**9)])
def test_an_expired_token_is_rejected(written: Written, exp: int) -> None:
    body = written(token=token(exp=int(time.time()) + exp))
    rejected(PostbackExpiredError, "has expired.*clock", body)


@BOTH
@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_from_the_future_is_rejected(written: Written, claim: str) -> None:
    claims: dict[str, Any] = {claim: int(time.time()) + 90}
    body = written(token=token(**claims))
    rejected(PostbackExpiredError, "not yet valid.*clock", body)
    assert read(body, leeway=120).order_id == "A-17"


def test_a_wrong_key_is_told_before_the_time() -> None:
    # Or anybody could ask which tokens the key has signed.
    rejected(PostbackSignatureError, "not signed with", as_json(token=token(OTHER_SECRET, exp=1)))


@BOTH
@pytest.mark.parametrize(
    "sent", [..., "", "None", "89UX09K", "89UX09KAA", "89ux09ka", "INV-INV-89UX09KA", " 89UX09KA", "13"]
)
def test_an_invoice_id_of_another_form_is_rejected(written: Written, sent: object) -> None:
    rejected(PostbackFormatError, "invoice_id", written(invoice_id=sent, token=token(id=13)))


@pytest.mark.parametrize("sent", [None, 89, ["89UX09KA"], {}], ids=str)
def test_an_invoice_id_of_another_type_is_rejected(sent: object) -> None:
    rejected(PostbackFormatError, "invoice_id", as_json(invoice_id=sent, token=token(id=13)))


BODY = as_json()[0]
FORM_BODY = as_form()[0]


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", JSON, "is empty"),
        (b" \r\n", JSON, "is empty"),
        (b"", FORM, "is empty"),
        (FORM_BODY, JSON, "not JSON, as its content type says"),
        (BODY, FORM, "not a form, as its content type says"),
        (b"<p>hello</p>", JSON, "not JSON"),
        (BODY[:-1], JSON, "not JSON"),
        (BODY + b"}", JSON, "not JSON"),
        (BODY + BODY, JSON, "not JSON"),
        (b"[" + BODY + b"]", JSON, "not a JSON object"),
        (b"null", JSON, "not a JSON object"),
        (b'"x"', JSON, "not a JSON object"),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", JSON, "not JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, JSON, "not JSON"),
        (BODY.replace(b"102.5", b"NaN"), JSON, "not JSON"),
        (BODY.replace(b"102.5", b"-Infinity"), JSON, "not JSON"),
        (BODY.replace(b"{", b'{"token": "x", '), JSON, "same key twice"),
        (BODY.replace(b"102.5", b'102.5, "amount_crypto": 102.5'), JSON, "same key twice"),
        (BODY.replace(b"102.5", b'{"a": 1, "a": 2}'), JSON, "same key twice"),
        (BODY.replace(b"A-17", b"\xff"), JSON, "not UTF-8"),
        (BODY.replace(b"A-17", "№".encode("cp1251")), JSON, "not UTF-8"),
        (BODY.decode().encode("utf-16"), JSON, "not UTF-8"),
        (BODY.decode().encode("utf-16-le"), JSON, "not JSON"),
        (FORM_BODY.replace(b"A-17", b"%FF"), FORM, "not UTF-8"),
        (FORM_BODY.replace(b"A-17", b"\xff"), FORM, "not UTF-8"),
        (FORM_BODY + b"&x=1" * 1000, FORM, "not a form"),
        (FORM_BODY + b"&token=" + SIGNED.encode(), FORM, "field 'token' twice"),
        (FORM_BODY + b"&token=", FORM, "field 'token' twice"),
        (FORM_BODY + b"&%74oken=x", FORM, "field 'token' twice"),
        (FORM_BODY + b"&invoice_id=89UX09KB", FORM, "field 'invoice_id' twice"),
        (FORM_BODY + b"&status=success", FORM, "field 'status' twice"),
        (FORM_BODY + b"&amount_crypto=1", FORM, "field 'amount_crypto' twice"),
        (FORM_BODY + b"&currency=BTC", FORM, "field 'currency' twice"),
        (FORM_BODY + b"&order_id=A-18", FORM, "field 'order_id' twice"),
        (BODY + b" " * MAX_BODY, JSON, "longer than 1048576 bytes"),
        (FORM_BODY + b"&x=" + b"x" * MAX_BODY, FORM, "longer than 1048576 bytes"),
        (BODY, "", "content type"),
        (BODY, "text/plain", "content type"),
        (BODY, "multipart/form-data; boundary=x", "content type"),
        (BODY, "application/jsonp", "content type"),
        (BODY, "application/json, text/plain", "content type"),
        (BODY, "application", "content type"),
        (BODY, "; application/json", "content type"),
        (BODY, "application/json\0", "content type"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_not_what_it_says_is_rejected(body: bytes, content_type: str, reason: str) -> None:
    rejected(PostbackFormatError, reason, (body, content_type))


def test_a_body_of_the_longest_length_is_read() -> None:
    assert verify(BODY.ljust(MAX_BODY), JSON, SECRET).order_id == "A-17"


def test_an_error_has_what_every_error_has() -> None:
    with pytest.raises(CryptoCloudError, match=r"^paymentPostback: ") as caught:
        read(as_json(token=token(OTHER_SECRET)))
    error = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(error, PostbackSignatureError)
    assert str(error) == str(caught.value)
    # Refused, it says nothing about the payment.
    assert (error.operation, error.outcome, error.is_retryable) == ("paymentPostback", Outcome.UNKNOWN, False)


# Misuse.


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"body": BODY.decode()}, TypeError, "body must be the bytes that arrived, not str"),
        ({"body": None}, TypeError, "not NoneType"),
        ({"body": {"token": SIGNED}}, TypeError, "not dict"),
        ({"body": bytearray(BODY)}, TypeError, "not bytearray"),
        ({"content_type": None}, TypeError, "content_type must be a str, not NoneType"),
        ({"content_type": b"application/json"}, TypeError, "not bytes"),
        ({"secret_key": ""}, ValueError, "the secret key is empty"),
        ({"secret_key": None}, ValueError, "the secret key is empty"),
        ({"secret_key": f"{SECRET}\n"}, ValueError, "the secret key must be printable ASCII"),
        ({"secret_key": SECRET.encode()}, TypeError, "the secret key must be a str, not bytes"),
        ({"leeway": -1}, ValueError, "leeway must be from 0 to 86400 seconds"),
        ({"leeway": float("nan")}, ValueError, "leeway"),
        ({"leeway": float("inf")}, ValueError, "leeway"),
        ({"leeway": "60"}, TypeError, "leeway must be a number of seconds, not str"),
        ({"leeway": None}, TypeError, "not NoneType"),
        ({"leeway": True}, TypeError, "not bool"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_misuse_is_told(
    changed: dict[str, Any], error: type[Exception], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A key that is missing here is not looked up elsewhere.
    monkeypatch.setenv("CRYPTOCLOUD_SECRET_KEY", SECRET)
    arguments: dict[str, Any] = {"body": BODY, "content_type": JSON, "secret_key": SECRET} | changed
    with pytest.raises(error, match=reason) as caught:
        verify(**arguments)
    assert type(caught.value) is error
    for text in texts(caught.value):
        assert SECRET not in text
        assert SIGNED not in text


# What is returned.


def test_a_postback_is_a_value() -> None:
    sent = SAMPLE | {"token": SIGNED, "new": {"a": [1.5]}}
    one, same = (verify(json.dumps(sent).encode(), JSON, SECRET) for _ in range(2))
    assert one == same
    assert one is not same
    assert hash(one) == hash(same)
    assert one != verify(json.dumps(sent | {"status": "fail"}).encode(), JSON, SECRET)
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert json.loads(json.dumps(one.to_dict()))["invoice_id"] == "INV-89UX09KA"
    with pytest.raises(AttributeError):
        one.status = "fail"  # type: ignore[misc]


@BOTH
def test_a_postback_has_no_token(written: Written) -> None:
    postback = read(written(token=SIGNED))
    assert "INV-89UX09KA" in repr(postback)
    for text in (repr(postback), str(postback.to_dict()), pickle.dumps(postback).decode("latin-1")):
        assert SIGNATURE not in text


# The signer.


@pytest.mark.parametrize("invoice_id", ["89UX09KA", "INV-89UX09KA"])
def test_a_signed_token_is_as_the_service_makes_it(invoice_id: str) -> None:
    made = sign(invoice_id, SECRET)
    claims = jwt.decode(made, SECRET, algorithms=["HS256"])
    assert claims.keys() == {"id", "exp"}
    assert claims["id"] == "89UX09KA"
    assert 0 < claims["exp"] - time.time() <= 300
    assert jwt.get_unverified_header(made) == {"typ": "JWT", "alg": "HS256"}
    assert read(as_json(token=made)).invoice_id == "INV-89UX09KA"


def test_a_token_is_signed_for_one_invoice_one_key_and_a_time() -> None:
    rejected(PostbackSignatureError, "another invoice", as_json(token=sign("89UX09KB", SECRET)))
    rejected(PostbackSignatureError, "this secret key", as_json(token=sign("89UX09KA", OTHER_SECRET)))
    rejected(PostbackExpiredError, "expired", as_json(token=sign("89UX09KA", SECRET, expires_in=-90)))


@pytest.mark.parametrize(
    ("arguments", "settings", "error"),
    [
        (("89UX09K", SECRET), {}, ValueError),
        ((89, SECRET), {}, TypeError),
        (("89UX09KA", ""), {}, ValueError),
        (("89UX09KA", f"{SECRET} "), {}, ValueError),
        (("89UX09KA", SECRET), {"expires_in": float("nan")}, ValueError),
        (("89UX09KA", SECRET), {"expires_in": float("inf")}, ValueError),
        (("89UX09KA", SECRET), {"expires_in": "300"}, TypeError),
    ],
    ids=str,
)
def test_misuse_of_the_signer_is_told(arguments: Any, settings: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        sign(*arguments, **settings)
    for text in texts(caught.value):
        assert SECRET not in text


# Hygiene.


@pytest.mark.parametrize(
    "body",
    [
        as_json(token=token(OTHER_SECRET)),
        as_json(token=token(exp=1)),
        as_json(token=token(nbf=2**33)),
        as_json(token=token(id="89UX09KB")),
        as_json(token=token(header={"alg": "none"})),
        as_json(token=token(header={"alg": "HS512"})),
        as_json(token=token(header={"alg": SECRET, "kid": 1})),
        as_json(token=f"{SIGNED}="),
        as_json(token=[SIGNED]),
        as_json(invoice_id=SIGNED, token=token(id=13)),
        as_json(invoice_id=SECRET, token=token(id=13)),
        (as_json(token=SIGNED)[0][:-1], JSON),
        (as_json(token=SIGNED)[0], SIGNED),
        (as_json(token=SIGNED)[0] + b"\xff", JSON),
        (as_form(token=SIGNED)[0] + f"&token={SIGNED}".encode(), FORM),
        (as_form(token=SIGNED)[0] + b"&order_id", FORM),
        (json.dumps({SIGNED: 1, SECRET: 2}).encode(), JSON),
        as_json(token=SIGNED, invoice_id=...),
    ],
    ids=lambda value: str(value[0])[:30],
)
def test_an_error_shows_neither_key_nor_token(body: tuple[bytes, str]) -> None:
    secrets = [SECRET, *re.findall(r"\.([\w-]{43})", body[0].decode("latin-1") + body[1])]
    with pytest.raises(PostbackError) as caught:
        read(body)
    for text in [*texts(caught.value), pickle.dumps(caught.value).decode("latin-1")]:
        for secret in secrets:
            assert secret not in text


def test_an_error_keeps_nothing_of_the_library() -> None:
    with pytest.raises(PostbackError) as caught:
        read(as_json(token=token(OTHER_SECRET)))
    trace = caught.value.__traceback__
    names = []
    while trace:
        names.append(trace.tb_frame.f_globals["__name__"])
        trace = trace.tb_next
    assert names == [__name__, __name__, "cryptocloud.postback"]
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_what_nobody_thought_of_is_an_error_of_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise MemoryError(SIGNED)

    monkeypatch.setattr("cryptocloud.postback.invoice_from", explode)
    with pytest.raises(PostbackFormatError, match="the body cannot be read") as caught:
        read(as_json(invoice_info={}))
    for text in texts(caught.value):
        assert SIGNED not in text


def test_importing_the_package_does_not_load_jwt() -> None:
    code = (
        "import sys, cryptocloud; assert 'jwt' not in sys.modules;"
        "from cryptocloud import postback; assert 'jwt' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Whatever comes.


uncounted = pytest.mark.no_cover
"""What runs under the coverage counter takes twice as long, and the other tests reach every line."""


def never_accepted(sent: tuple[bytes, str]) -> None:
    with pytest.raises(PostbackError):
        read(sent)


KINDS = st.sampled_from([JSON, FORM, f"{JSON}; charset=utf-8"]) | st.text()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["status", "invoice_id", "amount_crypto", "order_id", "token", "invoice_info"])


@uncounted
@given(st.binary(), KINDS)
def test_no_bytes_are_accepted(body: bytes, content_type: str) -> None:
    never_accepted((body, content_type))


@uncounted
@given(st.dictionaries(NAMES | st.text(), ANYTHING), KINDS)
def test_no_document_is_accepted_without_a_token(document: dict[str, Any], content_type: str) -> None:
    never_accepted((json.dumps(document).encode(), content_type))
    pairs = {name: str(value).encode("utf-8", "replace") for name, value in document.items()}
    never_accepted((urlencode(pairs, errors="replace").encode(), content_type))


@uncounted
@given(st.text() | st.from_regex(r"\A[\w-]*\.[\w-]*\.[\w-]*\Z"), st.booleans())
def test_no_other_text_is_a_token(text: str, is_form: bool) -> None:
    written = text.encode("utf-8", "replace").decode()
    never_accepted(as_form(token=written) if is_form else as_json(token=written))


@uncounted
@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jku"]), ANYTHING),
    st.dictionaries(st.sampled_from(["id", "exp", "nbf", "iat", "aud"]), ANYTHING),
)
def test_no_other_key_is_believed(header: dict[str, Any], claims: dict[str, Any]) -> None:
    never_accepted(as_json(token=token(OTHER_SECRET, header, **claims)))


@uncounted
@given(
    st.dictionaries(st.sampled_from(["id", "exp", "nbf", "iat", "aud", "sub", "jti", "x"]), ANYTHING),
    st.dictionaries(NAMES.filter(lambda name: name != "token") | st.text(), ANYTHING),
)
def test_a_signed_notification_is_read_or_refused(claims: dict[str, Any], changed: dict[str, Any]) -> None:
    body = json.dumps(fields() | changed | {"token": token(**claims)}).encode()
    try:
        postback = verify(body, JSON, SECRET)
    except PostbackError:
        return
    claimed = claims.get("id", "89UX09KA")
    assert not isinstance(claimed, str) or claimed.removeprefix("INV-") == postback.invoice_id[4:]
    assert postback.expires_at.timestamp() > time.time() - 61
    assert hash(pickle.loads(pickle.dumps(postback))) == hash(postback)


@uncounted
@given(st.integers(0, len(SIGNED) - 1), st.characters(exclude_categories=["Cs"]))
def test_a_changed_character_breaks_a_token(place: int, character: str) -> None:
    tampered = SIGNED[:place] + character + SIGNED[place + 1 :]
    if tampered != SIGNED:
        never_accepted(as_json(token=tampered))
        never_accepted(as_form(token=tampered))


@uncounted
@pytest.mark.parametrize("place", range(len(SIGNED)))
def test_each_changed_character_breaks_a_token(place: int) -> None:
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=":
        if character != SIGNED[place]:
            never_accepted(as_json(token=SIGNED[:place] + character + SIGNED[place + 1 :]))


@uncounted
@given(order_id=st.text(st.characters(exclude_categories=["Cs"])), amount=st.decimals(allow_nan=False))
def test_a_form_and_json_say_the_same(order_id: str, amount: Decimal) -> None:
    sent = fields(order_id=order_id, amount_crypto=str(amount), token=SIGNED)
    one = verify(json.dumps(sent).encode(), JSON, SECRET)
    assert one == verify(urlencode(sent, quote_via=quote).encode(), FORM, SECRET)
    assert isinstance(one, Postback)
    assert one.order_id == order_id
    assert one.amount_crypto == (amount if amount.is_finite() else None)

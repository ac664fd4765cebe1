"""Payment notifications: believe only those that the service sent.

The service sends a notification, a *postback*, to the shop's own URL when a payment is confirmed. Anybody
can send something like it to the same URL, and the genuine one tells little that can be believed. One call
does what is necessary:

    invoice = client.postbacks.receive(body, content_type)   # genuine, looked up, and paid; or it raises
    book(invoice)                                            # once: the same payment is announced again
                                                             # answer 200 only now

`cryptocloud.web` has a view for Starlette and FastAPI, aiohttp, Flask and Django around it.

The token in a notification proves that the service made it, and no more: it signs neither amount nor status
nor `order_id`, and in some variants not even the invoice. That is why the invoice is looked up. Expect
duplicates, for the service signs anew for every send: make `book` do its work once per `invoice.uuid`.

Source of the facts: `x-webhooks` in the spec. They follow the documentation and what clients do about it.
"""

from __future__ import annotations

import datetime
import logging
import re
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, urlencode

import attrs
from attrs import field

from cryptocloud._arguments import checked_invoice_id
from cryptocloud._json import AmbiguousError, decode, encode
from cryptocloud._secret import Secret, clean
from cryptocloud.errors import (
    PostbackError,
    PostbackExpiredError,
    PostbackFormatError,
    PostbackNotPaidError,
    PostbackSignatureError,
)
from cryptocloud.models import (
    MONEY,
    READER,
    TEXT,
    Invoice,
    Model,
    NotUnderstoodError,
    Table,
    as_reference,
    invoice_from,
)

_LOG = logging.getLogger("cryptocloud")

MAX_BODY = 1024 * 1024
"""Bytes that a notification may have. Genuine ones have about 4,000."""

_LONGEST = 86_400
"""Seconds: a day is longer than any clock should differ, and far longer than a token lives."""

_MAX_FIELDS = 1000
"""Fields of a form. A genuine one has up to 60: `invoice_info` is repeated for each of its members."""

# Segments are bounded, or a megabyte of them would be decoded before the signature is looked at.
_TOKEN = re.compile(r"""(b(["']))?([\w-]{1,2000}\.[\w-]{1,2000}\.[\w-]{0,2000})(?(1)\2)""", re.ASCII)

# Python's bytes literal where JSON has a string: printed in the documentation, and met by clients.
_BYTES_LITERAL = re.compile(rb"""("token"\s*:\s*)b(["'])([\w.-]*)\2""", re.ASCII)

_REPEATED = {"status", "invoice_id", "amount_crypto", "currency", "order_id", "token"}
"""Fields of a form that must not be there twice."""

_CLAIMS_OF_INVOICE = ("id", "uuid", "invoice_id")
"""Claims that can name the invoice: the documentation says that one does, and samples and clients differ."""

_SIGNATURE_REASONS = {
    "ExpiredSignatureError": "its token has expired: check the clock of this machine, or have it sent again",
    "ImmatureSignatureError": "its token is not yet valid: check the clock of this machine",
    "MissingRequiredClaimError": "its token does not say when it expires",
    "InvalidSignatureError": (
        "its token is not signed with this secret key: check that the key is whole, and of this project"
    ),
    "InvalidKeyError": "the secret key is a key of another kind: none can be verified with it",
}


def _order_id(value: object) -> str | None:
    # The text "None" can be a merchant's own: what is missing is null or left out here.
    return value if isinstance(value, str) else as_reference(value)


def _invoice_info(value: object) -> Invoice | None:
    # In a form it is mostly the name of its last member: what remains when a dict is written as one field.
    try:
        document = decode(value) if isinstance(value, str) else value
        return invoice_from(document) if isinstance(document, dict) else None
    except (NotUnderstoodError, ValueError):
        return None


@attrs.frozen(kw_only=True, repr=False)
class Postback(Model):
    """A verified notification.

    Only that the service sent it is verified, not what it says: look the invoice up before you book it.
    """

    invoice_id: str
    """`INV-` and eight characters, however it was written."""
    expires_at: datetime.datetime
    """When the token expires, five minutes after it was sent."""
    status: str | None = field(default=None, metadata=TEXT)
    """`success`, even for an overpaid invoice. Not signed."""
    amount_crypto: Decimal | None = field(default=None, metadata=MONEY)
    """In coins of `currency`. Not signed."""
    currency: str | None = field(default=None, metadata=TEXT)
    """Full code of the coin, such as `USDT_TRC20`. Not signed."""
    order_id: str | None = field(default=None, metadata={READER: _order_id})
    """The merchant's own name for it, or `identify` of a static wallet. Not signed."""
    invoice_info: Invoice | None = field(default=None, metadata={READER: _invoice_info})
    """The invoice as it was when this was sent. Absent from most forms, and from old senders. Not signed."""


TABLE = Table("Postback", Postback)


def verify(body: bytes, content_type: str, secret_key: str, *, leeway: float = 60.0) -> Postback:
    """The notification in the body of a request, if the service sent it.

    Args:
        body: As it arrived, not parsed or decoded by a framework.
        content_type: The header `Content-Type`. The service sends JSON or a form, as the project's
            settings say. A charset in it is not looked at: both are read as UTF-8.
        secret_key: The secret key of the project, not its API key.
        leeway: Seconds that this clock and that of the service may differ.

    Raises:
        PostbackSignatureError: Nothing proves that the service sent it.
        PostbackExpiredError: It is signed, but not valid at this time.
        PostbackFormatError: The body is not a notification.
        TypeError, ValueError: An argument cannot be right, whatever came. The message does not repeat it.

    Source: `paymentPostback` in the spec.
    """
    secret = Secret(secret_key or "", "CRYPTOCLOUD_SECRET_KEY")
    # No traceback may have the key or the token among the locals of this frame.
    del secret_key
    try:
        _check(body, content_type, leeway)
        secret.checked("secret key")
        try:
            return _verified(body, content_type, secret, leeway)
        except PostbackError:
            raise
        except Exception:
            raise PostbackFormatError("the body cannot be read") from None
    except BaseException as caught:
        # Ctrl-C, too: the frames that end here hold the body, and those of pyjwt the key.
        error = caught
    finally:
        del body, content_type
    error.__cause__ = error.__context__ = None
    raise error.with_traceback(None)


def sign(invoice_id: str, secret_key: str, *, expires_in: float = 300.0) -> str:
    """A token as the service makes it, for tests of your own handler:

        token = sign("INV-89UX09KA", secret_key)
        body = {"status": "success", "invoice_id": "89UX09KA", "token": token}

    Args:
        invoice_id: The invoice that the token names, with or without `INV-`.
        secret_key: The secret key that the handler verifies with.
        expires_in: Seconds from now. Below 0 for a token that has expired.

    Raises:
        TypeError, ValueError: An argument cannot be right.
    """
    secret = Secret(secret_key or "", "CRYPTOCLOUD_SECRET_KEY")
    del secret_key
    secret.checked("secret key")
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)):
        raise TypeError(f"expires_in must be a number of seconds, not {type(expires_in).__name__}")
    if not -_LONGEST <= expires_in <= _LONGEST:
        raise ValueError(f"expires_in must be from -{_LONGEST} to {_LONGEST} seconds")
    claims = {
        "id": checked_invoice_id(invoice_id).removeprefix("INV-"),
        "exp": int(time.time() + expires_in),
    }

    import jwt

    try:
        return jwt.encode(claims, _hmac_key(secret), algorithm="HS256")
    except BaseException as caught:
        # Ctrl-C: the frames of pyjwt hold the key.
        error = caught
    raise error.with_traceback(None)


class Message(NamedTuple):
    """A whole notification, to be sent to your own handler.

    Attributes:
        body: The bytes to send.
        content_type: What they are.
        headers: The same as the headers of a request.
    """

    body: bytes
    content_type: str
    headers: Mapping[str, str]


def message(
    invoice_id: str,
    secret_key: str,
    *,
    kind: Literal["json", "form"] = "json",
    expires_in: float = 300.0,
    **fields: object,
) -> Message:
    """A notification as the service sends it, for tests of your own handler.

    Args:
        invoice_id: The invoice that is announced, with or without `INV-`.
        secret_key: The secret key that the handler verifies with; another one for a forged notification.
        kind: `"json"`, or `"form"` as a project can choose.
        expires_in: Seconds from now. Below 0 for a token that has expired.
        fields: Members of the body, in place of those that it has by itself or beside them, such as
            `order_id="A-17"` or `invoice_info={...}`. Of an object, a form has only the names of its
            members, and what is None it leaves out: that is how the service seems to write one.

    Raises:
        TypeError, ValueError: An argument cannot be right.
    """
    try:
        token = sign(invoice_id, secret_key, expires_in=expires_in)
    finally:
        del secret_key
    if kind not in ("json", "form"):
        raise ValueError(f"kind must be 'json' or 'form', not {kind!r}")
    document: dict[str, object] = {
        "status": "success",
        "invoice_id": invoice_id.removeprefix("INV-"),
        "amount_crypto": 100,
        "currency": "USDT_TRC20",
        "order_id": None,
        "token": token,
    } | fields
    if kind == "json":
        body, content_type = encode(document), "application/json"
    else:
        given = {name: value for name, value in document.items() if value is not None}
        body, content_type = urlencode(given, doseq=True).encode(), "application/x-www-form-urlencoded"
    return Message(body, content_type, {"Content-Type": content_type})


def not_paid(invoice: Invoice, *, accept_test: bool) -> PostbackNotPaidError | None:
    """The error to raise for an invoice that was announced, if it does not count as paid.

    Args:
        invoice: As the service says it is now.
        accept_test: Whether a payment in test mode counts, which moves no money.
    """
    if not invoice.is_paid:
        status = clean(str(invoice.status), limit=60)
        return PostbackNotPaidError(
            f"{invoice.uuid} is announced, and its status is {status!r}", invoice=invoice
        )
    if invoice.test_mode and not accept_test:
        return PostbackNotPaidError(f"{invoice.uuid} is paid in test mode, without money", invoice=invoice)
    if invoice.test_mode:
        _LOG.warning("%s is paid in test mode, without money: accept_test=False refuses such", invoice.uuid)
    return None


def _check(body: object, content_type: object, leeway: object) -> None:
    if not isinstance(body, bytes):
        raise TypeError(f"body must be the bytes that arrived, not {type(body).__name__}")
    if not isinstance(content_type, str):
        raise TypeError(f"content_type must be a str, not {type(content_type).__name__}")
    if isinstance(leeway, bool) or not isinstance(leeway, (int, float)):
        raise TypeError(f"leeway must be a number of seconds, not {type(leeway).__name__}")
    if not 0 <= leeway <= _LONGEST:
        raise ValueError(f"leeway must be from 0 to {_LONGEST} seconds")


def _verified(body: bytes, content_type: str, secret: Secret, leeway: float) -> Postback:
    document = _document(body, content_type)
    claims = _claims(document.pop("token", None), secret, leeway)
    try:
        invoice_id = checked_invoice_id(document.pop("invoice_id")).removeprefix("INV-")
    except (KeyError, TypeError, ValueError):
        raise PostbackFormatError(
            "its invoice_id is not 'INV-' and 8 upper-case letters or digits, or those 8 alone"
        ) from None
    for name in _CLAIMS_OF_INVOICE:
        # The documentation's sample has the number 13 here, which names no invoice.
        claimed = claims.get(name)
        if isinstance(claimed, str) and claimed.removeprefix("INV-") != invoice_id:
            raise PostbackSignatureError("its token belongs to another invoice")
    try:
        expires_at = datetime.datetime.fromtimestamp(claims["exp"], datetime.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise PostbackSignatureError(_SIGNATURE_REASONS["MissingRequiredClaimError"]) from None
    return TABLE.read(document, invoice_id=f"INV-{invoice_id}", expires_at=expires_at)


def _document(body: bytes, content_type: str) -> dict[str, Any]:
    if len(body) > MAX_BODY:
        raise PostbackFormatError(f"the body is longer than {MAX_BODY} bytes")
    if not body.strip():
        raise PostbackFormatError("the body is empty")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in ("application/json", "application/x-www-form-urlencoded"):
        raise PostbackFormatError(
            "the content type is neither application/json nor application/x-www-form-urlencoded"
        )
    is_json = media_type == "application/json"
    try:
        text = (_BYTES_LITERAL.sub(rb'\1"\3"', body) if is_json else body).decode("utf-8-sig")
        return _json_document(text) if is_json else _form_document(text)
    except UnicodeDecodeError:
        raise PostbackFormatError("the body is not UTF-8") from None


def _json_document(text: str) -> dict[str, Any]:
    try:
        document = decode(text)
    except AmbiguousError:
        raise PostbackFormatError("the body has the same key twice") from None
    except ValueError:
        raise PostbackFormatError("the body is not JSON, as its content type says") from None
    if not isinstance(document, dict):
        raise PostbackFormatError("the body is not a JSON object")
    return document


def _form_document(text: str) -> dict[str, Any]:
    # Empty fields, as in `a=1&&b=2&`, are nobody's fault.
    text = "&".join(filter(None, text.split("&")))
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise PostbackFormatError("the body is not a form, as its content type says") from None
    names = [name for name, _ in pairs]
    for name in names:
        if name in _REPEATED and names.count(name) > 1:
            raise PostbackFormatError(f"the body has the field {name!r} twice")
    return dict(pairs)


def _claims(token: object, secret: Secret, leeway: float) -> Mapping[str, Any]:
    if token is None:
        raise PostbackSignatureError("it has no token")
    if token in ("", "b''", 'b""'):
        raise PostbackSignatureError("its token is empty")
    match = _TOKEN.fullmatch(token) if isinstance(token, str) else None
    if not match:
        raise PostbackSignatureError("its token is not a token")

    import jwt

    try:
        return jwt.decode(
            match[3],
            _hmac_key(secret),
            algorithms=["HS256"],
            leeway=leeway,
            # These claims are not known of the service; in a token that it signed they may be anything.
            options={"require": ["exp"], "verify_aud": False, "verify_sub": False, "verify_jti": False},
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise PostbackExpiredError(_SIGNATURE_REASONS[type(error).__name__]) from None
    except jwt.InvalidAlgorithmError:
        algorithm = jwt.get_unverified_header(match[3]).get("alg")
        if str(algorithm).lower() == "none":
            raise PostbackSignatureError("its token is not signed") from None
        raise PostbackSignatureError("its token is signed with another algorithm than HS256") from None
    except Exception as error:
        # pyjwt also lets errors of the standard library through.
        reason = _SIGNATURE_REASONS.get(type(error).__name__, "its token is not a token")
        raise PostbackSignatureError(reason) from None


def _hmac_key(secret: Secret) -> bytes:
    # HMAC fills keys up with zeros, so these change nothing, but pyjwt warns of keys under 32 bytes: how
    # long a secret key is, the service decides.
    return secret.reveal().encode().ljust(32, b"\0")

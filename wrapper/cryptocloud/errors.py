"""The errors of the package, and the one function that turns an answer into an error.

    CryptoCloudError                      every error that leaves a call; tells the outcome
    ├─ APIConnectionError                 no usable answer came
    │  └─ APITimeoutError                 the deadline passed; also a TimeoutError
    ├─ APIStatusError                     an answer that says no
    │  ├─ BadRequestError                 400
    │  │  └─ InvoiceNotCancelableError    the invoice is not in status "created"
    │  ├─ AuthenticationError             401, 403, and every other shape of bad credentials
    │  ├─ NotFoundError                   404
    │  ├─ RateLimitError                  429, or the error key "rate_limit"
    │  └─ ServerError                     5xx
    ├─ InvalidResponseError               an answer that is not what the API describes
    └─ PostbackError                      a notification that must not be believed
       ├─ PostbackSignatureError          nothing proves that the service sent it
       ├─ PostbackExpiredError            signed by the service, but not for this time
       └─ PostbackFormatError             a body that is not what the API describes

Misuse that is found before anything is sent is a builtin error: `ValueError`, `TypeError`, and
`RuntimeError` for a closed client.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptocloud._arguments import Secret
    from cryptocloud._call.answer import Answer
    from cryptocloud._call.operations import Operation
    from cryptocloud.models import Invoice


class Outcome(enum.Enum):
    """What is known of a call that failed."""

    REFUSED = "refused"
    """The service said no: nothing was done."""
    NOT_SENT = "not sent"
    """Nothing reached the service: nothing was done."""
    UNKNOWN = "unknown"
    """It may have been done. Look before you repeat it."""


class CryptoCloudError(Exception):
    """A call failed. `str(error)` says why and what to do, and never holds an API key.

    Attributes:
        operation: The `operationId` of the spec, such as `"cancelInvoice"`.
        outcome: Whether the thing was done: see `Outcome`.
        is_retryable: True if the same call may be made again: it cannot do the thing twice, and
            may succeed.
    """

    operation: str
    outcome: Outcome
    is_retryable: bool

    def __init__(self, message: str, *, operation: str, outcome: Outcome, is_retryable: bool = False) -> None:
        super().__init__(message)
        self.operation = operation
        self.outcome = outcome
        self.is_retryable = is_retryable

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle by calling the class with `args` alone, which keyword arguments break.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(cls: type[CryptoCloudError], args: tuple[Any, ...], state: dict[str, Any]) -> CryptoCloudError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class APIConnectionError(CryptoCloudError):
    """No usable answer came: name resolution, refused, reset, TLS, cut short.

    `outcome` is `NOT_SENT` if no byte of the request was sent, otherwise `UNKNOWN`.
    """


class APITimeoutError(APIConnectionError, TimeoutError):
    """The deadline passed before a whole answer was there."""


class APIStatusError(CryptoCloudError):
    """The service answered, and the answer says no.

    Attributes:
        status_code: The HTTP status. It can be 200: whether the service reports errors under it is
            not documented, and the envelope decides.
        errors: What the service says, as error code or field name -> text. Empty if it gave no reason
            in a known shape.
        request_id: The header `X-Request-Id`, if there was one.
        retry_after: Seconds to wait, from the header `Retry-After`, if there was one.
    """

    status_code: int
    errors: dict[str, str]
    request_id: str | None
    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        outcome: Outcome,
        status_code: int,
        errors: Mapping[str, str],
        is_retryable: bool = False,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, operation=operation, outcome=outcome, is_retryable=is_retryable)
        self.status_code = status_code
        self.errors = dict(errors)
        self.request_id = request_id
        self.retry_after = retry_after


class BadRequestError(APIStatusError):
    """The service refused the request as it stands: HTTP 400."""


class InvoiceNotCancelableError(BadRequestError):
    """The invoice is not in status `created`: paid, expired, or cancelled before.

    What the service answers for an id it does not know is not documented; it may be this.
    """


class AuthenticationError(APIStatusError):
    """The API key is missing, broken, or not valid for this. The service has several shapes for it."""


class NotFoundError(APIStatusError):
    """HTTP 404, or invoices were looked up that the service does not know.

    Attributes:
        found: The invoices that were found, if several were looked up.
    """

    found: Sequence[Invoice]

    def __init__(self, message: str, *, found: Sequence[Invoice] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.found = found


class RateLimitError(APIStatusError):
    """Refused for now: HTTP 429, or the error key `rate_limit`."""


class ServerError(APIStatusError):
    """HTTP 5xx. Whether the service carried the request out before it failed is not known."""


class InvalidResponseError(CryptoCloudError):
    """An answer came that is not what the API describes: HTML, broken JSON, a redirect.

    Attributes:
        status_code: The HTTP status.
        request_id: The header `X-Request-Id`, if there was one.
    """

    status_code: int
    request_id: str | None

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        outcome: Outcome,
        status_code: int,
        is_retryable: bool = False,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, outcome=outcome, is_retryable=is_retryable)
        self.status_code = status_code
        self.request_id = request_id


class PostbackError(CryptoCloudError):
    """A notification that must not be believed. Answer it with HTTP 400, and keep the reason for your log.

    `operation` is `"paymentPostback"`. `outcome` is `UNKNOWN`: a notification that is refused tells
    nothing about the invoice, which may be paid all the same. The message holds neither the secret key
    nor the token.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"paymentPostback: {reason}", operation="paymentPostback", outcome=Outcome.UNKNOWN)


class PostbackSignatureError(PostbackError):
    """Nothing proves that the service sent it: no token, another key, the token of another invoice."""


class PostbackExpiredError(PostbackError):
    """Signed with the secret key, but not valid at this time: expired, or not yet valid.

    A token is valid for five minutes: this may be an old notification that somebody sends again, or
    the clock of this machine may be wrong.
    """


class PostbackFormatError(PostbackError):
    """The body is not a notification as the API describes it, whoever sent it."""


_ADVICE: dict[type[CryptoCloudError], str] = {
    InvoiceNotCancelableError: (
        "Only an invoice in status 'created' can be cancelled: look up what became of this one. "
        "An unknown id may be answered the same way"
    ),
    RateLimitError: "Try again later; withdrawals must be at least 12 seconds apart",
    AuthenticationError: "Check that the API key is whole, and of this project and this host",
    NotFoundError: "Check base_url: it names the host and ends in /v2",
}

_LOOKED_AT = 10_000
"""Characters of a foreign text that are cleaned: enough to quote from."""
_MAX_REASONS = 20

# Bad credentials can come as a bare text of the service's JWT library, under any status.
_ABOUT_KEY = re.compile(
    r"token|jwt|signature|segments|(header|payload|crypto) (padding|string)|credentials|authenti|authori[sz]",
    re.IGNORECASE,
)


def error_from(answer: Answer, operation: Operation, secret: Secret) -> CryptoCloudError | None:
    """The error that an answer amounts to; None if it is a success.

    A success is HTTP 2xx, and a whole JSON body whose envelope says `success`, and a `result` of a
    type that the operation can have. An error is returned and not raised, so that no frame that
    holds the body stands in its traceback.
    """
    fault = ""
    document: object = None
    try:
        document = answer.document
    except ValueError as error:
        fault = str(error)
    body = document if isinstance(document, dict) else {}
    says = body.get("status")
    if 200 <= answer.status < 300 and says == "success" and operation.has_payload(body):
        return None

    errors = _reasons(body)
    if 500 <= answer.status < 600:
        return _status_error(ServerError, answer, errors, operation, secret)
    if 400 <= answer.status < 500 and says != "success":
        return _status_error(_refusal(answer.status, errors, operation), answer, errors, operation, secret)
    if 200 <= answer.status < 300:
        if says == "error" or (set(body) == {"detail"} and _is_about_key(errors)):
            return _status_error(
                _refusal(answer.status, errors, operation), answer, errors, operation, secret
            )
        fault = fault or "has not the envelope that the API describes"
    elif 300 <= answer.status < 400:
        fault = "is a redirect, and the key is not carried to another place; check base_url"
    elif 400 <= answer.status < 500:
        fault = "contradicts itself: a refusal whose envelope says success"
    else:
        fault = "has a status that HTTP does not know"
    return InvalidResponseError(
        f"{operation.name}: the answer {fault} (HTTP {answer.status})."
        f" {_what_now(operation)}{_quote(answer, secret)}",
        operation=operation.name,
        outcome=Outcome.UNKNOWN,
        is_retryable=operation.unknown != "raise" and not 300 <= answer.status < 400,
        status_code=answer.status,
        request_id=_request_id(answer, secret),
    )


def connection_error(
    reason: str, operation: Operation, *, outcome: Outcome, tries: int, seconds: float | None
) -> APIConnectionError:
    """The error for a call that got no answer.

    Args:
        reason: What the last attempt died of, without secrets.
        tries: How many attempts were made.
        seconds: If time ran out, after how much.
    """
    what = "no connection could be made" if outcome is Outcome.NOT_SENT else "no whole answer came"
    within = "" if seconds is None else f" within {seconds:.3g} s"
    after = "" if tries == 1 else f", in {tries} tries"
    now = "Nothing was sent." if outcome is Outcome.NOT_SENT else _what_now(operation)
    cls = APIConnectionError if seconds is None else APITimeoutError
    return cls(
        f"{operation.name}: {what}{within}{after} ({reason}). {now}",
        operation=operation.name,
        outcome=outcome,
        is_retryable=outcome is Outcome.NOT_SENT or operation.unknown != "raise",
    )


def clean(text: str, *secrets: Secret, limit: int = 300) -> str:
    """`text` from outside, fit for a message: on one line, printable, short, without keys."""
    # Masked before it is cut, or the cut could leave the beginning of a key.
    for secret in secrets:
        text = secret.redact(text)
    begin = text[:_LOOKED_AT]
    text = " ".join("".join(c if c.isprintable() else " " for c in begin).split())
    return text if len(text) <= limit else text[:limit] + "..."


def _status_error(
    cls: type[APIStatusError], answer: Answer, errors: Mapping[str, str], operation: Operation, secret: Secret
) -> APIStatusError:
    errors = {clean(key, secret, limit=60): clean(text, secret) for key, text in errors.items()}
    reason = "; ".join(errors.values())
    said = f": {reason.rstrip('.')}." if reason else "."
    outcome = Outcome.UNKNOWN if cls is ServerError else Outcome.REFUSED
    if cls is ServerError:
        message = f"the service failed (HTTP {answer.status}){said} {_what_now(operation)}"
    else:
        message = f"refused (HTTP {answer.status}){said}" + (f" {_ADVICE[cls]}." if cls in _ADVICE else "")
    if not reason:
        message += _quote(answer, secret)
    return cls(
        f"{operation.name}: {message}",
        operation=operation.name,
        outcome=outcome,
        is_retryable=cls is RateLimitError or (outcome is Outcome.UNKNOWN and operation.unknown != "raise"),
        status_code=answer.status,
        errors=errors,
        request_id=_request_id(answer, secret),
        retry_after=answer.retry_after,
    )


def _refusal(status: int, errors: Mapping[str, str], operation: Operation) -> type[APIStatusError]:
    if status == 429 or "rate_limit" in errors:
        return RateLimitError
    if status in (401, 403) or "authorization" in errors:
        return AuthenticationError
    if status == 404:
        return NotFoundError
    if _is_about_key(errors):
        return AuthenticationError
    if status >= 300 and status != 400:
        return APIStatusError
    if operation.name == "cancelInvoice" and any("not created" in text.lower() for text in errors.values()):
        return InvoiceNotCancelableError
    return BadRequestError


def _is_about_key(errors: Mapping[str, str]) -> bool:
    return _ABOUT_KEY.search(errors.get("detail", "")) is not None


def _reasons(body: Mapping[str, Any]) -> dict[str, str]:
    # The map of an error is `result`; bad credentials come as a top-level `detail`. Values are texts in
    # every sample, and nothing promises that.
    result = body.get("result")
    found = result if isinstance(result, dict) else {"result": result}
    found = {**found, "detail": body.get("detail", found.get("detail"))}
    told = ((key, value) for key, value in found.items() if value is not None and value != "")
    return {
        key: value if isinstance(value, str) else _as_text(value) for key, value in islice(told, _MAX_REASONS)
    }


def _as_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "(nested too deeply to show)"


def _what_now(operation: Operation) -> str:
    if operation.unknown == "repeat":
        return "The call changes nothing and can be repeated."
    if operation.unknown == "ask":
        return (
            "It may have been carried out. Repeating does no harm, but a refusal then can mean that "
            "this try was the one that worked."
        )
    return "It may have been carried out: look before you repeat it."


def _quote(answer: Answer, secret: Secret) -> str:
    try:
        text = clean(answer.text, secret, limit=120)
    except ValueError:
        return ""
    return f" It begins: {text!r}" if text else ""


def _request_id(answer: Answer, secret: Secret) -> str | None:
    value = answer.headers.get("x-request-id")
    return clean(value, secret, limit=100) if value else None

"""What an attempt amounts to: a success, or the problem that becomes one typed error.

Whether something is a success is decided here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from cryptocloud._call.envelope import document_of, retry_after, text_of
from cryptocloud._call.operations import Operation
from cryptocloud._secret import Secret, clean
from cryptocloud._transport import Answer
from cryptocloud.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CryptoCloudError,
    InvalidResponseError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
    ServerError,
)

_ADVICE: dict[type[CryptoCloudError], str] = {
    InvoiceNotCancelableError: (
        "Only an invoice in status 'created' can be cancelled: look up what became of this one. "
        "An unknown id may be answered the same way"
    ),
    RateLimitError: "Try again later; withdrawals must be at least 12 seconds apart",
    AuthenticationError: "Check that the API key is whole, and of this project and this host",
    NotFoundError: "Check base_url: it names the host and ends in /v2",
}

_MAX_REASONS = 20

# Bad credentials can come as a bare text of the service's JWT library, under any status.
_ABOUT_KEY = re.compile(
    r"token|jwt|signature|segments|(header|payload|crypto) (padding|string)|credentials|authenti|authori[sz]",
    re.IGNORECASE,
)


class Failure(NamedTuple):
    """An attempt that brought no answer.

    Attributes:
        reason: What it died of, without secrets. It is no exception: those of httpx hold the request, and
            so the key.
        is_timeout: Whether the deadline passed.
        is_sent: Whether any of the request may have been sent.
    """

    reason: str
    is_timeout: bool
    is_sent: bool


class Success(NamedTuple):
    """An answer whose envelope is that of a success.

    Attributes:
        answer: As it arrived.
        document: Its envelope.
    """

    answer: Answer
    document: Mapping[str, Any]

    # Tracebacks show it: a buyer's data is nobody else's.
    def __repr__(self) -> str:
        return f"<Success {self.answer!r}>"


class Problem:
    """An error that is not raised yet.

    Attributes:
        type: Its class.
        outcome: What is known of the call.
        is_retryable: Whether the same call may be made again.
        retry_after: Seconds that the service asks to wait, if it does.
        request_id: The service's name for the request, if it has one.
    """

    def __init__(
        self,
        cls: type[CryptoCloudError],
        message: str,
        operation: Operation,
        outcome: Outcome,
        *,
        is_retryable: bool,
        **details: Any,
    ) -> None:
        self.type = cls
        self.outcome = outcome
        self.is_retryable = is_retryable
        self.retry_after: float | None = details.get("retry_after")
        self.request_id: str | None = details.get("request_id")
        self._message = f"{operation.name}: {message}"
        self._operation = operation
        self._details = details

    def error(self, *, remark: str = "") -> CryptoCloudError:
        """The error to raise, with a remark behind its message."""
        return self.type(
            f"{self._message} {remark}".rstrip(),
            operation=self._operation.name,
            outcome=self.outcome,
            is_retryable=self.is_retryable,
            **self._details,
        )


Verdict: TypeAlias = Success | Problem


def judge(answer: Answer, operation: Operation, secret: Secret) -> Verdict:
    """What an answer amounts to.

    A success is HTTP 2xx, and a whole JSON body whose envelope says `success`, and a `result` of a
    type that the operation can have.
    """
    fault = ""
    document: object = None
    try:
        document = document_of(answer)
    except ValueError as error:
        fault = str(error)
    body = document if isinstance(document, dict) else {}
    status = body.get("status")
    if 200 <= answer.status < 300 and status == "success" and operation.has_payload(body):
        return Success(answer, body)

    errors = _errors(body)
    if 500 <= answer.status < 600:
        return _status_problem(ServerError, answer, errors, operation, secret)
    is_refusal = status == "error" or (set(body) == {"detail"} and _is_about_key(errors))
    if (400 <= answer.status < 500 and status != "success") or (200 <= answer.status < 300 and is_refusal):
        return _status_problem(_refusal(answer.status, errors, operation), answer, errors, operation, secret)
    if 200 <= answer.status < 300:
        fault = fault or "has not the envelope that the API describes"
    elif 300 <= answer.status < 400:
        fault = "is a redirect, and the key is not carried to another place; check base_url"
    elif 400 <= answer.status < 500:
        fault = "contradicts itself: a refusal whose envelope says success"
    else:
        fault = "has a status that HTTP does not know"
    return Problem(
        InvalidResponseError,
        f"the answer {fault} (HTTP {answer.status}). {_advice_in_doubt(operation)}{_quote(answer, secret)}",
        operation,
        Outcome.UNKNOWN,
        is_retryable=operation.unknown != "raise" and not 300 <= answer.status < 400,
        status_code=answer.status,
        request_id=_request_id(answer, secret),
    )


def judge_failure(failure: Failure, operation: Operation, *, tries: int, seconds: float) -> Problem:
    """What an attempt without an answer amounts to.

    Args:
        failure: What became of the last attempt.
        operation: What was called.
        tries: How many attempts were made.
        seconds: How long the whole call took.
    """
    reason = "no whole answer came" if failure.is_sent else "no connection could be made"
    within = f" within {seconds:.3g} s" if failure.is_timeout else ""
    after = "" if tries == 1 else f", in {tries} tries"
    advice = _advice_in_doubt(operation) if failure.is_sent else "Nothing was sent."
    return Problem(
        APITimeoutError if failure.is_timeout else APIConnectionError,
        f"{reason}{within}{after} ({failure.reason}). {advice}",
        operation,
        Outcome.UNKNOWN if failure.is_sent else Outcome.NOT_SENT,
        is_retryable=not failure.is_sent or operation.unknown != "raise",
    )


def _status_problem(
    cls: type[APIStatusError], answer: Answer, errors: Mapping[str, str], operation: Operation, secret: Secret
) -> Problem:
    errors = {clean(key, secret, limit=60): clean(text, secret) for key, text in errors.items()}
    reason = "; ".join(errors.values())
    end = f": {reason.rstrip('.')}." if reason else "."
    is_failure = cls is ServerError
    if is_failure:
        message = f"the service failed (HTTP {answer.status}){end} {_advice_in_doubt(operation)}"
    else:
        message = f"refused (HTTP {answer.status}){end}" + (f" {_ADVICE[cls]}." if cls in _ADVICE else "")
    return Problem(
        cls,
        message if reason else message + _quote(answer, secret),
        operation,
        Outcome.UNKNOWN if is_failure else Outcome.REFUSED,
        is_retryable=cls is RateLimitError or (is_failure and operation.unknown != "raise"),
        status_code=answer.status,
        errors=errors,
        request_id=_request_id(answer, secret),
        retry_after=retry_after(answer),
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


def _errors(body: Mapping[str, Any]) -> dict[str, str]:
    # The map of an error is `result`; bad credentials come as a top-level `detail`. Values are texts in
    # every sample, and nothing promises that.
    result = body.get("result")
    found = result if isinstance(result, dict) else {"result": result}
    found = {**found, "detail": body.get("detail", found.get("detail"))}
    given = ((key, value) for key, value in found.items() if value is not None and value != "")
    return {
        key: value if isinstance(value, str) else _as_text(value)
        for key, value in islice(given, _MAX_REASONS)
    }


def _as_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "(nested too deeply to show)"


def _advice_in_doubt(operation: Operation) -> str:
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
        text = clean(text_of(answer), secret, limit=120)
    except ValueError:
        return ""
    return f" It begins: {text!r}" if text else ""


def _request_id(answer: Answer, secret: Secret) -> str | None:
    value = answer.headers.get("x-request-id")
    return clean(value, secret, limit=100) if value else None

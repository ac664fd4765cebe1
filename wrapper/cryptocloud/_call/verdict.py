"""What an attempt amounts to: a success, or the problem that becomes one typed error.

Whether something is a success is decided here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from cryptocloud._call.envelope import document_of, quotable_text, retry_after
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

BEFORE_ACTING = frozenset({401, 403, 404, 405, 407, 411, 412, 413, 414, 415, 417, 421, 426, 428, 429, 431})
"""Statuses that by RFC 9110 and 6585 are given before a request is acted on, whoever gives them."""

NOT_AWAITED = frozenset({408, 460, 499})
"""Statuses of a balancer: somebody did not wait for the end. A bare `detail` under them proves nothing."""

_ADVICE: dict[type[CryptoCloudError], str] = {
    InvoiceNotCancelableError: (
        "Only an invoice in status 'created' can be cancelled: look up what became of this one. "
        "An unknown id may be answered the same way"
    ),
    RateLimitError: "Try again later",
    AuthenticationError: "Check that the API key is whole, and of this project and this host",
    NotFoundError: "Check base_url: it names the host and ends in /v2",
}

_WITHDRAWAL_RATE = "Try again later: withdrawals must be at least 12 seconds apart"
_BOT_WALL = "This is not the service's own answer: something in front of it keeps this machine out"

_MAX_REASONS = 20
_LONGEST_REASON = 20_000
"""Characters of a reason that are looked at: far more than are shown, so that no key is cut in two."""

# Bad credentials can come as a bare text of the service's JWT library, under any status.
_ABOUT_KEY = re.compile(
    r"token|jwt|signature|segments|(header|payload|crypto) (padding|string)|credentials|authenti|authori[sz]",
    re.IGNORECASE,
)


class Failure(NamedTuple):
    """An attempt that brought no answer.

    Attributes:
        reason: What it died of, without secrets.
        cause: An exception of the same class, with the same text without secrets, that was never raised.
            The one that was holds frames, and those of httpx hold the request, and so the key.
        is_timeout: Whether the deadline passed.
        is_sent: Whether any of the request may have been sent.
    """

    reason: str
    cause: BaseException | None
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
        cause: BaseException | None = None,
        **details: Any,
    ) -> None:
        self.type = cls
        self.outcome = outcome
        self.is_retryable = is_retryable
        self.retry_after: float | None = details.get("retry_after")
        self.request_id: str | None = details.get("request_id")
        self._message = f"{operation.name}: {message}"
        self._operation = operation
        self._cause = cause
        self._details = details

    def error(self, *, remark: str = "", outcome: Outcome | None = None) -> CryptoCloudError:
        """The error to raise, with a remark behind its message, and with another outcome if one is given."""
        error = self.type(
            f"{self._message} {remark}".rstrip(),
            operation=self._operation.name,
            outcome=outcome or self.outcome,
            is_retryable=self.is_retryable,
            **self._details,
        )
        error.__cause__ = self._cause
        return error


Verdict: TypeAlias = Success | Problem


def judge(answer: Answer, operation: Operation, secrets: Sequence[Secret]) -> Verdict:
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

    errors = _errors(body, answer.status)
    if 500 <= answer.status < 600:
        return _status_problem(ServerError, answer, errors, operation, secrets, is_refusal=False)
    if 400 <= answer.status < 500 and status != "success":
        cls = _refusal(answer.status, errors, operation)
        is_refusal = answer.status in BEFORE_ACTING or _is_own_word(body, errors, answer.status)
        return _status_problem(cls, answer, errors, operation, secrets, is_refusal=is_refusal)
    is_refusal = status == "error" or (set(body) == {"detail"} and _is_about_key(errors))
    if 200 <= answer.status < 300 and is_refusal:
        cls = _refusal(answer.status, errors, operation)
        return _status_problem(cls, answer, errors, operation, secrets, is_refusal=True)
    if 200 <= answer.status < 300:
        if not fault and status == "success" and operation.has_payload_type(body):
            fault = "reports a success, and not that of this operation"
        fault = fault or "has not the envelope that the API describes"
    elif 300 <= answer.status < 400:
        fault = "is a redirect, and the key is not carried to another place; check base_url"
    elif 400 <= answer.status < 500:
        fault = "contradicts itself: a refusal whose envelope says success"
    else:
        fault = "has a status that HTTP does not know"
    return Problem(
        InvalidResponseError,
        f"the answer {fault} (HTTP {answer.status}). {_advice_in_doubt(operation)}{_quote(answer, secrets)}",
        operation,
        Outcome.UNKNOWN,
        is_retryable=operation.unknown != "raise" and not 300 <= answer.status < 400,
        status_code=answer.status,
        request_id=_request_id(answer, secrets),
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
    within = f" within {max(0.0, seconds):.3g} s" if failure.is_timeout else ""
    after = "" if tries == 1 else f", in {tries} tries"
    advice = _advice_in_doubt(operation) if failure.is_sent else "Nothing was sent."
    return Problem(
        APITimeoutError if failure.is_timeout else APIConnectionError,
        f"{reason}{within}{after} ({failure.reason}). {advice}",
        operation,
        Outcome.UNKNOWN if failure.is_sent else Outcome.NOT_SENT,
        is_retryable=not failure.is_sent or operation.unknown != "raise",
        cause=failure.cause,
    )


def _status_problem(
    cls: type[APIStatusError],
    answer: Answer,
    errors: Mapping[str, str],
    operation: Operation,
    secrets: Sequence[Secret],
    *,
    is_refusal: bool,
) -> Problem:
    errors = {clean(key, *secrets, limit=60): clean(text, *secrets) for key, text in errors.items()}
    reason = "; ".join(errors.values())
    end = f": {reason.rstrip('.')}." if reason else "."
    if is_refusal:
        advice = _ADVICE.get(cls, "")
        if cls is RateLimitError and operation.name == "createWithdrawal":
            advice = _WITHDRAWAL_RATE
        elif cls is AuthenticationError and not errors:
            advice = _BOT_WALL
        message = f"refused (HTTP {answer.status}){end}" + (f" {advice}." if advice else "")
    else:
        failed = "the service failed" if cls is ServerError else "somebody on the way may have answered"
        message = f"{failed} (HTTP {answer.status}){end} {_advice_in_doubt(operation)}"
    return Problem(
        cls,
        message if reason else message + _quote(answer, secrets),
        operation,
        Outcome.REFUSED if is_refusal else Outcome.UNKNOWN,
        is_retryable=(cls is RateLimitError) if is_refusal else operation.unknown != "raise",
        status_code=answer.status,
        errors=errors,
        request_id=_request_id(answer, secrets),
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


def _is_own_word(body: Mapping[str, Any], errors: Mapping[str, str], status: int) -> bool:
    """Whether an answer is a refusal in the service's own words.

    Without it, a refusal can be that of somebody on the way, who knows nothing of what the service did.
    """
    if body.get("status") == "error" and "result" in body:
        return True
    # What Django REST Framework says of a request that it did not begin with.
    is_validation = bool(body) and all(
        isinstance(value, list) and value and all(isinstance(text, str) for text in value)
        for value in body.values()
    )
    return status not in NOT_AWAITED and ("detail" in errors or (status == 400 and is_validation))


def _is_about_key(errors: Mapping[str, str]) -> bool:
    return _ABOUT_KEY.search(errors.get("detail", "")) is not None


def _errors(body: Mapping[str, Any], status: int) -> dict[str, str]:
    # The map of an error is `result`; bad credentials come as a top-level `detail`. Values are texts in
    # every sample, and nothing promises that. Django REST Framework, which the service seems to be made
    # with, gives a map of lists without an envelope.
    result = body.get("result")
    found: Mapping[str, Any]
    if isinstance(result, dict):
        found = result
    elif status == 400 and not body.keys() & {"status", "result", "detail"}:
        found = body
    else:
        found = {"result": result}
    found = {**found, "detail": body.get("detail", found.get("detail"))}
    given = ((key, value) for key, value in found.items() if value is not None and value != "")
    return {key: _as_text(value) for key, value in islice(given, _MAX_REASONS)}


def _as_text(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value[:_LONGEST_REASON]
    text = ""
    try:
        # Piece by piece, since a few kilobytes on the wire can be a list of a million.
        for piece in json.JSONEncoder(ensure_ascii=False, default=str).iterencode(value):
            text += piece
            if len(text) > _LONGEST_REASON:
                break
    except RecursionError:
        return "(nested too deeply to show)"
    return text


def _advice_in_doubt(operation: Operation) -> str:
    if operation.unknown == "repeat":
        return "The call changes nothing and can be repeated."
    if operation.unknown == "ask":
        return (
            "It may have been carried out. Repeating does no harm, but a refusal then can mean that "
            "this try was the one that worked."
        )
    return "It may have been carried out: look before you repeat it."


def _quote(answer: Answer, secrets: Sequence[Secret]) -> str:
    text = clean(quotable_text(answer), *secrets, limit=120)
    return f" It begins: {text!r}" if text else ""


def _request_id(answer: Answer, secrets: Sequence[Secret]) -> str | None:
    value = answer.headers.get("x-request-id")
    return clean(value, *secrets, limit=100) if value else None

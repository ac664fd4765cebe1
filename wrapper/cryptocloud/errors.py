"""The errors of the package.

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
    ├─ JournalError                       the journal of `cancel_many` cannot be used
    └─ PostbackError                      a notification that must not be believed
       ├─ PostbackSignatureError          nothing proves that the service sent it
       ├─ PostbackExpiredError            signed by the service, but not for this time
       ├─ PostbackFormatError             a body that is not what the API describes
       └─ PostbackNotPaidError            sent by the service, and the invoice is not paid

Misuse that is found before anything is sent is a builtin error: `ValueError`, `TypeError`, and
`RuntimeError` for a closed client.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cryptocloud._lazy import LazyModule

if TYPE_CHECKING:
    from cryptocloud import models
else:
    models = LazyModule("cryptocloud.models")


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

    def __init__(
        self,
        message: str,
        *,
        # Job queues make errors anew from the message alone, and then nothing else is known.
        operation: str = "",
        outcome: Outcome = Outcome.UNKNOWN,
        is_retryable: bool = False,
    ) -> None:
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
        operation: str = "",
        outcome: Outcome = Outcome.UNKNOWN,
        status_code: int = 0,
        errors: Mapping[str, str] = MappingProxyType({}),
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

    found: Sequence[models.Invoice]

    def __init__(self, message: str, *, found: Sequence[models.Invoice] = (), **details: Any) -> None:
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
        operation: str = "",
        outcome: Outcome = Outcome.UNKNOWN,
        status_code: int = 0,
        is_retryable: bool = False,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, outcome=outcome, is_retryable=is_retryable)
        self.status_code = status_code
        self.request_id = request_id


class JournalError(CryptoCloudError):
    """The journal of `invoices.cancel_many` cannot be used. The message names the file and says why.

    `outcome` is `NOT_SENT` if that was found before anything was sent. It is `UNKNOWN` if writing failed on
    the way: what was begun by then stands in the journal, and is looked at when it is opened again.
    """


class PostbackError(CryptoCloudError):
    """A notification that must not be believed. Answer it with HTTP 400, and keep the reason for your log.

    `operation` is `"paymentPostback"`. `outcome` is `UNKNOWN`: a notification that is refused tells
    nothing about the invoice, which may be paid all the same. The message holds neither the secret key
    nor the token.
    """

    def __init__(self, reason: str) -> None:
        message = reason if reason.startswith("paymentPostback: ") else f"paymentPostback: {reason}"
        super().__init__(message, operation="paymentPostback")


class PostbackSignatureError(PostbackError):
    """Nothing proves that the service sent it: no token, another key, the token of another invoice."""


class PostbackExpiredError(PostbackError):
    """Signed with the secret key, but not valid at this time: expired, or not yet valid.

    A token is valid for five minutes: this may be an old notification that somebody sends again, or
    the clock of this machine may be wrong.
    """


class PostbackFormatError(PostbackError):
    """The body is not a notification as the API describes it, whoever sent it."""


class PostbackNotPaidError(PostbackError):
    """The service sent it, and the invoice that it announces is not paid, or in test mode alone.

    Attributes:
        invoice: The invoice, as the service says it is now.
    """

    invoice: models.Invoice

    def __init__(self, reason: str, *, invoice: models.Invoice | None = None) -> None:
        super().__init__(reason)
        if invoice is not None:
            self.invoice = invoice

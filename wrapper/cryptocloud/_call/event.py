"""What is told of an attempt to who watches a client."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cryptocloud.errors import Outcome


class AttemptEvent(NamedTuple):
    """One attempt, over. It has no body, no key, and no URL.

    Attributes:
        operation: The `operationId` of the spec, such as `"cancelInvoice"`.
        number: Which attempt of its call this is, from 1. Look-ups count on their own.
        purpose: `"lookup"` for the question what became of a cancel in doubt.
        begun: When it began, in seconds since the epoch, as `time.time()` gives them.
        seconds: How long it took.
        status_code: The HTTP status, if an answer came.
        outcome: What is known of it if it failed; None for a success.
        error: The name of the class of its error, such as `"ServerError"`; None for a success.
        request_id: The header `X-Request-Id` of a failure, if there was one.
        retry_in: Seconds until the call is tried again; None if it is not, or if a look-up decides that.
    """

    operation: str
    number: int
    purpose: Literal["call", "lookup"]
    begun: float
    seconds: float
    status_code: int | None
    outcome: Outcome | None
    error: str | None
    request_id: str | None
    retry_in: float | None

"""What a cancel in doubt does: it asks what became of the invoice.

A cancel whose answer was lost may have worked, and repeating it would then be refused. The status of the
invoice tells.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from cryptocloud._arguments import with_prefix
from cryptocloud._call.verdict import Failure, Problem, Success, Verdict
from cryptocloud._secret import Secret, clean
from cryptocloud._transport import Answer, Attempt
from cryptocloud.errors import CryptoCloudError, InvoiceNotCancelableError, Outcome

_INFO = "/invoice/merchant/info"

_LookUp: TypeAlias = Callable[[str, object], Generator[Attempt, Answer | Failure | None, Verdict]]
"""Makes one attempt at another operation, from its path and JSON body."""

_ENVELOPE: Mapping[str, Any] = {"status": "success", "result": ["ok"]}
_CANCELED = Success(Answer(200, {}, b'{"status":"success","result":["ok"]}'), _ENVELOPE)
"""What the service would have said to a cancel that worked, had its answer arrived."""


class Doubt(NamedTuple):
    """That a try may have worked.

    Attributes:
        problem: What became of it.
        remark: What was seen when it was looked up.
        is_final: Whether trying again makes no sense.
    """

    problem: Problem
    remark: str = ""
    is_final: bool = False

    def error(self) -> CryptoCloudError:
        """The error to raise."""
        return self.problem.error(remark=self.remark)


def resolve(
    look_up: _LookUp, body: Any, secrets: Sequence[Secret], problem: Problem, earlier: Doubt | None
) -> Generator[Attempt, Answer | Failure | None, Success | Doubt | None]:
    """What to make of a try that failed with `problem`, and of an `earlier` one that is in doubt.

    Returns:
        A success, if the invoice turns out to be cancelled. Otherwise what is in doubt now, if anything is.
    """
    is_in_doubt = problem.outcome is Outcome.UNKNOWN
    if not is_in_doubt and not (earlier and problem.type is InvoiceNotCancelableError):
        return earlier
    doubt = Doubt(problem) if is_in_doubt or earlier is None else earlier
    status = yield from _status(look_up, body)
    if status == "canceled":
        return _CANCELED
    if status is None:
        return doubt._replace(is_final=True)
    # Only these exclude that an earlier try worked, or still will: what was looked up may lag.
    is_reported = is_in_doubt or status in ("paid", "overpaid", "partial")
    return Doubt(
        problem if is_reported else doubt.problem,
        f"Looked up afterwards, its status is {clean(status, *secrets, limit=60)!r}.",
        is_final=not is_in_doubt or status != "created",
    )


def _status(look_up: _LookUp, body: Any) -> Generator[Attempt, Answer | Failure | None, str | None]:
    """The status of the invoice that a call is about, as the service says it; None if it does not."""
    uuid = body.get("uuid")
    if not isinstance(uuid, str):
        return None
    verdict = yield from look_up(_INFO, {"uuids": [uuid]})
    if not isinstance(verdict, Success):
        return None
    statuses = {
        invoice.get("status") if isinstance(invoice.get("status"), str) else None
        for invoice in verdict.document["result"]
        if isinstance(invoice.get("uuid"), str) and with_prefix(invoice["uuid"]) == with_prefix(uuid)
    }
    # An answer that contradicts itself tells nothing.
    return statuses.pop() if len(statuses) == 1 else None

"""The live check: one invoice's life at a real host, and each answer held to the spec.

The calls go through the public client, so its own behaviour is checked, too; a transport below it keeps each
answer as it came. What is shown and reported has no values in it, only their kinds: see `Mask`.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import platform
import re
import secrets
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from cryptocloud._call import OPERATIONS, document_of
from cryptocloud._secret import Secret
from cryptocloud._settings import checked_base_url
from cryptocloud._spec import openapi
from cryptocloud._transport import Answer, Attempt, DefaultTransport
from cryptocloud._version import __version__
from cryptocloud.client import CryptoCloud
from cryptocloud.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    CryptoCloudError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    RateLimitError,
)
from cryptocloud.models import Invoice
from cryptocloud_cli.compare import Comparison, Difference, Mask

QUESTIONS = {
    "lifetime": ("createInvoice", "Bounds and default of `time_to_pay`"),
    "wrong shop": ("createInvoice", "The error for a wrong `shop_id`"),
    "result": ("cancelInvoice", "types `result` as a string"),
    "credentials": ("cancelInvoice", "The HTTP code of each credential failure"),
    "order": ("listInvoices", "The order; newest first"),
    "count": ("listInvoices", "`all_count`"),
}
"""Open questions of the spec to which a run brings evidence: operation, and words of its `x-unverified`."""

_AMOUNT = "100"
_CURRENCY = "USD"

_SEARCHED = 300
"""Invoices of the list that are looked through. The newest are likely to come first."""

_MOST_LINES = 30
"""Differences that are printed. The report has all of them."""

_CONTENT_TYPE = re.compile(r"(application/json|text/html|text/plain)(; ?charset=[a-zA-Z0-9-]{1,12})?")
_NOTED_HEADER = re.compile(r"[a-z-]*(request-id|trace|correlation|rate-?limit|retry-after)[a-z-]*")

_PLAN = """\
A live check: it sends requests to a real host, with your API key.

  host    {host}
  shop    {shop}
  report  {report}

It creates one invoice of {amount} {currency}, looks it up, looks for it in the list of these days, cancels
it, and cancels it once more, which should be refused. No money moves. Best done in test mode.
"""

ResultT = TypeVar("ResultT")


class CannotError(Exception):
    """The check cannot be made, or not to its end. The message says why, and what to do."""


class Exchange:
    """One request, and the answer to it: None if no whole one came."""

    comparison: Comparison
    answer: Answer | None = None

    def __init__(self, path: str) -> None:
        self.path = path

    @property
    def document(self) -> Mapping[str, Any]:
        """The JSON object that came; empty if none did."""
        document: object = None
        if self.answer is not None:
            with contextlib.suppress(ValueError):
                document = document_of(self.answer)
        return document if isinstance(document, dict) else {}


class _Recorder(DefaultTransport):
    """The default transport, which keeps what comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []

    def send(self, attempt: Attempt) -> Answer:
        path = attempt.request.path.partition("?")[0]
        exchange = Exchange(path.removeprefix(attempt.request.target.path))
        self.exchanges.append(exchange)
        exchange.answer = super().send(attempt)
        return exchange.answer


class Step:
    """One call of the story, and the exchanges that it took: several, if it was repeated or looked up.

    Attributes:
        differences: Those of the call as a whole. Each exchange has its own.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.result = "interrupted"
        self.exchanges: list[Exchange] = []
        self.differences: list[Difference] = []

    @property
    def success(self) -> Mapping[str, Any]:
        """The JSON object of the answer that was a success of the call itself; empty if none was."""
        for one in self.exchanges:
            is_own = one.path == self.exchanges[0].path
            is_whole = one.answer is not None and one.answer.status // 100 == 2
            if is_own and is_whole and one.document.get("status") == "success":
                return one.document
        return {}

    @property
    def all_differences(self) -> list[Difference]:
        return [*self.differences, *(found for one in self.exchanges for found in one.comparison.differences)]


class LiveCheck:
    """One run.

    Attributes:
        steps: What was done, one after the other.
        stopped: Why the story did not come to its end; empty if it did.
        left_open: What may be left behind, for the person who ran it alone; empty if nothing is.
        test_mode: Whether the project is in test mode; None if that was not said.
    """

    def __init__(self, client: CryptoCloud, recorder: _Recorder, mask: Mask) -> None:
        self.steps: list[Step] = []
        self.stopped = ""
        self.left_open = ""
        self.test_mode: bool | None = None
        self._client = client
        self._recorder = recorder
        self._mask = mask
        self._spec = openapi()
        self._invoice: Invoice | None = None
        # By this it is found again, should the answer to the creation be lost.
        self._order_id = f"cryptocloud-doctor-{secrets.token_hex(4)}"
        self._evidence: dict[str, str] = {}

    @property
    def differences(self) -> list[tuple[Step, Difference]]:
        return [(step, difference) for step in self.steps for difference in step.all_differences]

    def run(self) -> None:
        """The story, and the end of its invoice, whatever happens."""
        try:
            try:
                self._story()
            except CannotError as error:
                self.stopped = str(error)
            finally:
                self._end_invoice()
        except KeyboardInterrupt:
            self.stopped = "interrupted"

    def _story(self) -> None:
        invoices = self._client.invoices
        self.left_open = f"there may be an invoice with the order id {self._order_id}, open"
        invoice = self._step("create", self._create, _is_created)
        if invoice is None:
            return
        self._take(invoice)
        self._step("info", lambda: invoices.get(invoice.uuid), _is_created)
        self._step("list", self._find, lambda found: "" if found else "a list without the new invoice")
        self._step("cancel", self._cancel)
        self._step("cancel again", self._cancel, refusal=InvoiceNotCancelableError)

    def _create(self) -> Invoice:
        try:
            return self._client.invoices.create(_AMOUNT, currency=_CURRENCY, order_id=self._order_id)
        except CryptoCloudError as error:
            if error.outcome is not Outcome.UNKNOWN:
                self.left_open = ""
            raise

    def _take(self, invoice: Invoice) -> None:
        self._invoice = invoice
        self.test_mode = invoice.test_mode
        if invoice.created and invoice.expiry_date:
            hours = (invoice.expiry_date - invoice.created) / datetime.timedelta(hours=1)
            self._evidence["lifetime"] = f"without it, an invoice expires after {hours:.2f} hours"
        uuid = self._mask.line(invoice.uuid, limit=40)
        link = self._mask.line(invoice.link or "without a link", limit=100)
        self.left_open = f"the invoice {uuid} may be open still: {link}"

    def _find(self) -> Invoice | None:
        """The invoice in the list; where a day begins is not known."""
        today = datetime.datetime.now(datetime.UTC).date()
        day = datetime.timedelta(days=1)
        listed = self._client.invoices.list(today - day, today + day)
        return next((one for one in islice(listed, _SEARCHED) if one.order_id == self._order_id), None)

    def _cancel(self) -> None:
        self._client.invoices.cancel(cast("Invoice", self._invoice).uuid)
        self.left_open = ""

    def _end_invoice(self) -> None:
        """Cancel the invoice if it may be open. `left_open` is emptied only if it is not."""
        if not self.left_open:
            return
        _say("It did not go as it should. Looking after the invoice; Ctrl-C leaves it.")
        with contextlib.suppress(CryptoCloudError, ValueError):
            if self._invoice is None:
                invoice = self._find()
                if invoice is None:
                    return
                self._take(invoice)
            try:
                self._cancel()
            except InvoiceNotCancelableError:
                status = self._client.invoices.get(cast("Invoice", self._invoice).uuid).status
                if status not in (None, "created"):
                    self.left_open = ""

    def _step(
        self,
        name: str,
        call: Callable[[], ResultT],
        judge: Callable[[ResultT], str] = lambda _: "",
        *,
        refusal: type[CryptoCloudError] | None = None,
    ) -> ResultT | None:
        """Make one call, and hold what comes to the spec; what it returned, or None if it failed."""
        step = Step(name)
        self.steps.append(step)
        first = len(self._recorder.exchanges)
        expected = f"a refusal, {refusal.__name__}" if refusal else "success"
        try:
            result = call()
            step.result = judge(result) or "success"
            if step.result != expected:
                step.differences.append(Difference("the call", expected, step.result))
            return result
        except (CryptoCloudError, ValueError) as error:
            step.result = _described(error)
            reason = self._reason_to_stop(error, is_creation=name == "create")
            if reason:
                raise CannotError(reason) from None
            if refusal is None or not isinstance(error, refusal):
                step.differences.append(Difference("the call", expected, step.result))
            return None
        finally:
            for exchange in self._recorder.exchanges[first:]:
                exchange.comparison = Comparison(self._spec, self._mask)
                if exchange.answer is not None:
                    exchange.comparison.hold(exchange.answer, self._spec["paths"][exchange.path]["post"])
                step.exchanges.append(exchange)
            _say(_line(step))

    def _reason_to_stop(self, error: Exception, *, is_creation: bool) -> str:
        """Why the story ends with this error; empty if it goes on."""
        if isinstance(error, APIConnectionError):
            # Once something was sent, the reason can quote what came back.
            lost = f"{error.operation}: no whole answer came: try again later"
            return str(error) if error.outcome is Outcome.NOT_SENT else lost
        if not isinstance(error, APIStatusError) or error.outcome is not Outcome.REFUSED:
            return ""
        code = f"HTTP {error.status_code}"
        reasons = "; ".join(
            f"{self._mask.name(key)}: {self._mask.words(text)}" for key, text in error.errors.items()
        )
        if isinstance(error, AuthenticationError):
            self._evidence["credentials"] = f"{code}, {reasons or 'no reason given'}"
            return f"the service refused the key ({code}): is CRYPTOCLOUD_API_KEY whole, and of this host?"
        if isinstance(error, RateLimitError):
            return f"the service asks to wait ({code}): try again later"
        if not is_creation:
            return ""
        if isinstance(error, NotFoundError):
            return f"the service was not found there ({code}): --base-url names the host and ends in /v2"
        if "shop_id" in error.errors:
            self._evidence["wrong shop"] = f"{code}, {reasons}"
        reason = reasons or "no reason given"
        return f"no invoice was created ({code}, {reason}): does CRYPTOCLOUD_SHOP_ID belong to the key?"

    def observations(self) -> list[dict[str, str]]:
        """What the run tells of the spec's open questions."""
        evidence = dict(self._evidence)
        for step in self.steps:
            document = step.success
            result = document.get("result")
            if step.name == "cancel" and "result" in document:
                evidence["result"] = f"it came as {self._mask.kind(result)}"
            if step.name == "list" and isinstance(result, list):
                evidence["order"] = _order([one.get("created") for one in result if isinstance(one, dict)])
                kind = self._mask.kind(document.get("all_count"))
                evidence["count"] = f"it came as {kind}" if "all_count" in document else "it did not come"
        return [
            {"operation": operation, "question": self._question(operation, words), "evidence": evidence[name]}
            for name, (operation, words) in QUESTIONS.items()
            if evidence.get(name)
        ]

    def _question(self, operation_id: str, words: str) -> str:
        (operation,) = (
            item["post"]
            for item in self._spec["paths"].values()
            if item["post"]["operationId"] == operation_id
        )
        (question,) = (question for question in operation["x-unverified"] if words in question)
        return str(question)

    def report(self, host: str) -> str:
        """Everything that was found, as JSON. It has no key, id, address or amount in it."""
        document = {
            "about": "cryptocloud doctor: answers of a host held to the spec. Values are masked.",
            "sdk": __version__,
            "spec": self._spec["info"]["version"],
            "python": platform.python_version(),
            "host": host,
            "day": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
            "verdict": self.verdict,
            "test_mode": self.test_mode,
            "invoice_may_be_open": bool(self.left_open),
            "observations": self.observations(),
            "steps": [
                {
                    "step": step.name,
                    "result": step.result,
                    "differences": [difference._asdict() for difference in step.differences],
                    "exchanges": [self._exchange(exchange) for exchange in step.exchanges],
                }
                for step in self.steps
            ],
        }
        return json.dumps(document, indent=2) + "\n"

    @property
    def verdict(self) -> str:
        """The whole in one line."""
        count = len(self.differences)
        found = f"{_counted(count)} from the spec" if count else "all as the spec says"
        return f"not done to its end: {self.stopped}; till then {found}" if self.stopped else found

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        entry: dict[str, Any] = {"operation": OPERATIONS[exchange.path].name}
        if exchange.answer is None:
            return entry | {"result": "no whole answer"}
        document = exchange.document
        reasons = document.get("result") if document.get("status") == "error" else document
        return entry | {
            "result": "a whole answer",
            "status": exchange.answer.status,
            "headers": self._headers(exchange.answer.headers),
            "refusal": {
                self._mask.name(key): self._mask.words(text)
                for key, text in (reasons.items() if isinstance(reasons, dict) else ())
                if isinstance(text, str) and document.get("status") != "success"
            },
            "differences": [difference._asdict() for difference in exchange.comparison.differences],
            "notes": exchange.comparison.notes,
            "not_seen": exchange.comparison.not_seen,
        }

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The type of the content, and what tells of request ids and limits, masked like everything."""
        return {
            name: value if _CONTENT_TYPE.fullmatch(value) else self._mask.letters(value)
            for name, value in headers.items()
            if name == "content-type" or _NOTED_HEADER.fullmatch(name)
        }


def examine(*, base_url: str | None, report: Path, is_agreed: bool) -> int:
    """Make the check in a terminal.

    Returns:
        The exit status: 0 if all is as the spec says, 1 for differences, 2 if it could not be made.
    """
    names = ("API_KEY", "SHOP_ID", "SECRET_KEY", "WITHDRAWAL_KEY")
    settings = {name: Secret(None, f"CRYPTOCLOUD_{name}") for name in names}
    mask = Mask(*(secret for secret in settings.values() if secret))
    try:
        for name in ("API_KEY", "SHOP_ID"):
            if not settings[name]:
                raise CannotError(f"set CRYPTOCLOUD_{name} in the environment; it is never an argument")
        return _examine(base_url, report, is_agreed, mask)
    except CannotError as error:
        print(mask.redacted(f"cryptocloud doctor: {error}"), file=sys.stderr)
        return 2


def _examine(base_url: str | None, report: Path, is_agreed: bool, mask: Mask) -> int:
    try:
        host = checked_base_url(base_url)
        recorder = _Recorder()
        # Now and not with the first request, so that a proxy that cannot be used is told before all else.
        recorder.open(host)
        client = CryptoCloud(base_url=base_url, transport=recorder)
    except (TypeError, ValueError) as error:
        raise CannotError(str(error)) from None
    # One who pastes a key in the wrong place does not see it again.
    report_name = mask.redacted(str(report))
    shop = client.shop_id or ""
    plan = _PLAN.format(
        host=mask.redacted(str(host)),
        shop=shop[:2] + "*" * len(shop[2:]),
        report=f"{report_name}, which exists and will be overwritten" if _exists(report) else report_name,
        amount=_AMOUNT,
        currency=_CURRENCY,
    )
    _agree(plan, is_agreed)

    check = LiveCheck(client, recorder, mask)
    with client:
        check.run()
    _tell(check)
    try:
        _write(report, check.report(mask.redacted(str(host))))
    except OSError as error:
        raise CannotError(f"the report could not be written: {error.strerror or error}") from None
    _say(f"Report: {report_name}. It has no keys, ids or amounts in it.")
    if check.stopped:
        raise CannotError(check.stopped)
    _say(f"{check.verdict.capitalize()}.")
    return 1 if check.differences else 0


def _exists(report: Path) -> bool:
    """Whether there is a report of this name.

    Raises:
        CannotError: None can be written there. What was typed is not repeated.
    """
    is_there = True
    try:
        if not stat.S_ISREG(report.stat().st_mode):
            raise CannotError("--report is not a file")
    except FileNotFoundError:
        is_there = False
    except (OSError, ValueError) as error:
        raise CannotError(f"--report: {getattr(error, 'strerror', None) or 'not a name of a file'}") from None
    if not os.access(report.parent, os.W_OK | os.X_OK):
        raise CannotError("--report: no file can be made there")
    return is_there


def _agree(plan: str, is_agreed: bool) -> None:
    """Say what is going to happen, and ask.

    Raises:
        CannotError: The answer is no, or nobody can be asked.
    """
    _say(plan)
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise CannotError("nobody is there to be asked: add --yes to go on. Nothing was sent")
    try:
        reply = input("Go on? [y/N] ")
    except (EOFError, KeyboardInterrupt):
        _say("")
        reply = ""
    if reply.strip().lower() not in ("y", "yes"):
        raise CannotError("nothing was sent")


def _tell(check: LiveCheck) -> None:
    differences = check.differences
    if differences:
        _say("\nDifferences:")
    for step, difference in differences[:_MOST_LINES]:
        where, expected, actual, times = difference
        actual += f", {times} times" if times > 1 else ""
        _say(f"  {step.name}: {where}: {actual}; the spec says {expected}")
    if len(differences) > _MOST_LINES:
        _say(f"  and {len(differences) - _MOST_LINES} more in the report")
    observations = check.observations()
    if observations:
        _say("\nOn open questions of the spec:")
    for observation in observations:
        _say(f"  {observation['operation']}: {observation['question']}\n    {observation['evidence']}")
    _say("")
    if check.test_mode is False:
        _say("The project is not in test mode.")
    if check.left_open:
        _say(f"NOT CLEANED UP: {check.left_open}. Cancel it later, or let it expire.")
    elif any(step.exchanges for step in check.steps):
        _say("Nothing is left open.")


def _write(report: Path, content: str) -> None:
    """Write the report whole or not at all, for its owner alone to read."""
    with tempfile.NamedTemporaryFile("w", dir=report.parent, delete=False, encoding="utf-8") as file:
        unfinished = Path(file.name)
        try:
            file.write(content)
            file.close()
            unfinished.replace(report)
        except BaseException:
            unfinished.unlink()
            raise


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever read along has left; the invoice is cancelled all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _line(step: Step) -> str:
    # The last exchange is the one that counted.
    answer = step.exchanges[-1].answer if step.exchanges else None
    count = len(step.all_differences)
    verdict = _counted(count) if count else "as the spec says" if answer else ""
    tries = f"({len(step.exchanges)} requests)" if len(step.exchanges) > 1 else ""
    status = f"HTTP {answer.status}" if answer else "no answer"
    return f"  {step.name:13} {status:10} {' '.join(filter(None, (verdict, tries)))}".rstrip()


def _counted(count: int) -> str:
    return "1 difference" if count == 1 else f"{count} differences"


def _described(error: Exception) -> str:
    """An error without its message, which can quote an answer."""
    status = getattr(error, "status_code", None)
    return type(error).__name__ + (f", HTTP {status}" if status else "")


def _is_created(invoice: Invoice) -> str:
    return "" if invoice.status == "created" else "an invoice that is not in status created"


def _order(times: list[Any]) -> str:
    """In which order a page is; empty if that cannot be told."""
    if len(times) < 2 or not all(isinstance(time, str) for time in times):
        return ""
    if times == sorted(times, reverse=True):
        return f"newest first, in a page of {len(times)}"
    return f"{'oldest first' if times == sorted(times) else 'neither way round'}, in a page of {len(times)}"

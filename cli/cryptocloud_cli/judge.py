"""Judges a program in any language: by its traffic with a sandbox of its own, and by what it says of it.

A program tells on stdout what came of a step, in a line such as ``refused: Invoice is not created``. That
alone proves nothing: the sandbox has to have seen it, too. See ``docs/judge.md`` for the steps.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

import httpx

from cryptocloud._spec import openapi
from cryptocloud_cli.compare import Comparison, Mask
from cryptocloud_cli.serving import started
from cryptocloud_sandbox import Call, Sandbox

PORT = "CRYPTOCLOUD_POSTBACK_PORT"
"""The variable with the port where a program takes notifications, at 127.0.0.1 and ``/postback``."""

_LONGEST = 120.0
"""Seconds that a program has to listen and to say all."""

_LAST = 5.0
"""Seconds that it has for an answer to a notification, to say something after the last one, and to end."""

_GRACE = 0.5
"""Seconds in which a program that has said all can still fail."""

_TICK = 0.02
"""Seconds between two looks at a program."""

_LINE = re.compile(r"(?P<step>[a-z-]+): *(?P<text>\S.*)")
_ID = re.compile(r"INV-[A-Z0-9]{8}")


class _Seen(NamedTuple):
    """What of a step goes over the wire."""

    operation: str | None
    status: int | None

    def fits(self, call: Call) -> bool:
        return self.operation in (None, call.operation) and self.status == (
            call.status if call.answered else None
        )


CALLS = {
    "create": _Seen("createInvoice", 200),
    "look-up": _Seen("getInvoices", 200),
    "lost-answer": _Seen("cancelInvoice", None),
    "refused": _Seen("cancelInvoice", 400),
    "cancel": _Seen("cancelInvoice", 200),
    "wrong-key": _Seen(None, 403),
    "list": _Seen("listInvoices", 200),
}
"""The steps in which a program calls."""

NOTIFICATIONS = {"postback": range(200, 300), "forged": range(400, 500)}
"""The steps in which it is called, and the statuses that are right."""

STEPS = (*CALLS, *NOTIFICATIONS)


class Verdict(NamedTuple):
    """What became of a step.

    Attributes:
        step: Its name.
        problem: What is wrong with it; empty if it passed.
    """

    step: str
    problem: str


class _Program:
    """A program that runs, in a group of its own with all that it starts."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._child = started(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self.said: dict[str, str] = {}
        self._reader = threading.Thread(target=self._read, args=(self._child.stdout,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[str]) -> None:
        with output as lines:
            for line in lines:
                # stdout is for the verdicts.
                print(line, end="", file=sys.stderr, flush=True)
                found = _LINE.match(line)
                if found:
                    self.said.setdefault(found["step"], found["text"])

    @property
    def status(self) -> int | None:
        """With what it ended; None while it runs."""
        return self._child.poll()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, or for so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(max(seconds, 0))

    def end(self) -> None:
        """End it with all that it has started, if it still runs."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.status is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._child.pid, number)
                self.wait(_LAST)
        self._reader.join(_LAST)


def judge(words: Sequence[str], steps: Sequence[str]) -> Iterator[Verdict]:
    """Run a program, and say of each of `steps` what became of it.

    Raises:
        ProblemError: It cannot be run.
    """
    with Sandbox() as sandbox:
        if "lost-answer" in steps:
            # The first cancel is carried out, and nobody hears of it.
            sandbox.fail_next("cancelInvoice", reset=True, after=True)
        port = _free_port()
        until = time.monotonic() + _LONGEST
        program = _Program(words, os.environ | sandbox.environment | {PORT: str(port)})
        try:
            problems = _announced(sandbox, program, port, steps, until)
            _wait_until_said(sandbox, program, steps, until)
            status = program.status
        finally:
            program.end()
        calls = sandbox.calls()
        for step in CALLS:
            if step in steps:
                problems[step] = _problem_of_call(step, calls, program.said)
    _hold_to_spec(calls, steps, problems)
    for step in steps:
        yield Verdict(step, problems[step])
    if status:
        yield Verdict("end", f"it ended with status {status}")


def _wait_until_said(sandbox: Sandbox, program: _Program, steps: Sequence[str], until: float) -> None:
    """Wait until a program has ended, or said all. It may serve for ever, and then say nothing any more."""
    is_served = bool(set(NOTIFICATIONS) & set(steps))
    wanted = set(CALLS) & set(steps)
    seen, since = (-1, -1), time.monotonic()
    while program.status is None and time.monotonic() < until:
        if program.said.keys() >= wanted:
            program.wait(0 if is_served else _GRACE)
            return
        now = len(program.said), len(sandbox.calls())
        if now != seen:
            seen, since = now, time.monotonic()
        if is_served and time.monotonic() - since > _LAST:
            return
        time.sleep(_TICK)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


# Notifications


def _announced(
    sandbox: Sandbox, program: _Program, port: int, steps: Sequence[str], until: float
) -> dict[str, str]:
    """Send notifications, once the program listens; what is wrong, by step."""
    wanted = [step for step in NOTIFICATIONS if step in steps]
    if not wanted:
        return {}
    while not _listens(port):
        if program.status is not None or time.monotonic() > until:
            return dict.fromkeys(wanted, f"nothing listened at 127.0.0.1, port {port}: see {PORT}")
        time.sleep(_TICK)
    uuid = sandbox.add_invoice("paid")
    kinds: dict[str, list[dict[str, bool]]] = {
        "postback": [{}],
        "forged": [{"forged": True}, {"expired": True}],
    }
    return {
        step: "; ".join(
            filter(None, (_problem_of_answer(sandbox, uuid, port, step, how) for how in kinds[step]))
        )
        for step in wanted
    }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _problem_of_answer(sandbox: Sandbox, uuid: str, port: int, step: str, how: Mapping[str, bool]) -> str:
    right = NOTIFICATIONS[step]
    problems = []
    for kind in ("json", "form"):
        message = sandbox.postback(uuid, kind=kind, **how)
        form = "JSON" if kind == "json" else "a form"
        name = f"an expired one as {form}" if "expired" in how else f"a {[*how, 'genuine'][0]} one as {form}"
        try:
            status = httpx.post(
                f"http://127.0.0.1:{port}/postback",
                content=message.body,
                headers=message.headers,
                timeout=_LAST,
                trust_env=False,
            ).status_code
        except httpx.TransportError as error:
            problems.append(f"{name} was not answered: {type(error).__name__}")
        else:
            if status not in right:
                problems.append(
                    f"{name} was answered with {status}, and not {right.start} to {right.stop - 1}"
                )
    return "; ".join(problems)


# Calls


def _problem_of_call(step: str, calls: Sequence[Call], said: Mapping[str, str]) -> str:
    seen = [call for call in calls if CALLS[step].fits(call)]
    if not seen:
        claim = "it says so, but " if step in said else ""
        operation, status = CALLS[step]
        answer = "whose answer was lost" if status is None else f"that was answered with {status}"
        return f"{claim}it made no call{f' of {operation}' if operation else ''} {answer}"
    if step not in said:
        return f"it does not say what came of it: no line '{step}: ...' on stdout"
    check = _CLAIMS.get(step)
    return check(said[step], seen[0], calls) if check else ""


def _claims_an_id(text: str, _seen: Call, _calls: Sequence[Call]) -> str:
    return "" if _ID.search(text) else "it does not say the id: 'create: INV-...'"


def _claims_doubt(text: str, lost: Call, calls: Sequence[Call]) -> str:
    """That an answer was lost is all that a program knows, unless it has looked the invoice up since."""
    claim = text.split(maxsplit=1)[0]
    uuid = (lost.document or {}).get("uuid")
    if claim == "unknown":
        return ""
    if claim != "canceled":
        return f"it says {claim!r} of a cancel whose answer was lost: 'unknown', or what a look-up showed"
    is_looked_up = any(
        call.number > lost.number
        and CALLS["look-up"].fits(call)
        and uuid in ((call.document or {}).get("uuids") or ())
        for call in calls
    )
    return "" if is_looked_up else "it says 'canceled', and has not looked the invoice up"


_CLAIMS: Mapping[str, Callable[[str, Call, Sequence[Call]], str]] = {
    "create": _claims_an_id,
    "lost-answer": _claims_doubt,
}


def _hold_to_spec(calls: Sequence[Call], steps: Sequence[str], problems: dict[str, str]) -> None:
    """Add what was not as the spec says to the first step that has to do with it."""
    spec = openapi()
    operations: dict[str, Any] = {
        path["post"]["operationId"]: path["post"] for path in spec["paths"].values()
    }
    comparisons = {name: Comparison(spec, Mask()) for name in operations}
    found: list[tuple[str | None, str]] = []
    for call in calls:
        if call.operation is None:
            found.append((None, f"{call.path}: the spec has no such path"))
        elif call.status not in (401, 403):  # otherwise nobody has read the body
            comparison = comparisons[call.operation]
            comparison.hold_request(call.body, call.content_type, operations[call.operation])
    for name, comparison in comparisons.items():
        found += [
            (name, f"{name} {each.where}: {each.actual}; the spec has {each.expected}")
            for each in comparison.differences
        ]
    for operation, problem in dict.fromkeys(found):
        its = (step for step in steps if operation and step in CALLS and CALLS[step].operation == operation)
        step = next(its, steps[0])
        problems[step] = "; ".join(filter(None, [problems[step], problem]))

"""Orders for a sandbox that runs in another process."""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import click

from cryptocloud_cli.problems import Misuse, Problem, ProblemError
from cryptocloud_cli.statuses import Status

_PREFIX = "/_sandbox"
_NAME = "cryptocloud-sandbox"
_VARIABLE = "CRYPTOCLOUD_BASE_URL"
_DEFAULT = "http://127.0.0.1:8833/v2"

_PATIENCE = 30.0
"""Seconds: a handler of postbacks has ten of them."""


class Control:
    """The control API of a sandbox. Nothing else gets an order."""

    def __init__(self) -> None:
        """Finds the sandbox that the environment names, or the one at the default port.

        Raises:
            Misuse: It is no sandbox.
            ProblemError: Nothing answers there.
        """
        self._place = f"what {_VARIABLE} names" if os.environ.get(_VARIABLE) else "port 8833"
        try:
            url = urlsplit(os.environ.get(_VARIABLE) or _DEFAULT)
            host, port = url.hostname or "", url.port or 80
        except ValueError:
            raise self._stranger() from None
        # No sandbox speaks https; whatever does is a real host.
        if url.scheme != "http" or not re.fullmatch(r"[0-9A-Za-z.:_-]+", host):
            raise self._stranger()
        self._host, self._port = host, port
        answer = self._ask("GET", "", None)
        if not isinstance(answer, dict) or answer.get("name") != _NAME:
            raise self._stranger()

    def order(self, method: str, path: str, **members: object) -> Any:
        """Have something done. The JSON that is answered, None if there is none.

        Raises:
            ProblemError: The sandbox refuses, or answers no more.
        """
        return self._ask(method, path, members)

    def _ask(self, method: str, path: str, members: dict[str, object] | None) -> Any:
        has_body = method != "GET"
        try:
            with closing(HTTPConnection(self._host, self._port, timeout=_PATIENCE)) as connection:
                connection.request(
                    method,
                    f"{_PREFIX}{path}",
                    json.dumps(members) if has_body else None,
                    {"Content-Type": "application/json"} if has_body else {},
                )
                response = connection.getresponse()
                body = response.read()
        except (OSError, HTTPException) as error:
            is_refused = isinstance(error, ConnectionRefusedError)
            raise ProblemError(
                Problem(
                    Status.NOT_SENT if is_refused else Status.UNKNOWN,
                    f"no sandbox answers at {self._place}: start one with `cryptocloud sandbox`",
                    type(error).__name__,
                    "not sent" if is_refused else "unknown",
                )
            ) from None
        try:
            document = json.loads(body) if body else None
        except ValueError:
            raise self._stranger() from None
        if response.status >= 400:
            reason = document.get("error") if isinstance(document, dict) else None
            if reason is None:
                raise self._stranger()
            raise ProblemError(Problem(Status.REFUSED, f"the sandbox: {reason}", "SandboxError", "refused"))
        return document

    def _stranger(self) -> Misuse:
        return Misuse(f"{self._place} is no sandbox: it gets no orders", click.get_current_context())

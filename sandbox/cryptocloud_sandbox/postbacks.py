"""The notification that a payment sends to the merchant."""

import http.client
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import jwt

from . import shapes
from .records import Invoice
from .state import State

Format = Literal["json", "form"]

TIMEOUT = 10
"""How long the merchant may think, in seconds."""


class Target:
    """Where notifications go, and how. ``ValueError`` for a URL beyond this machine or another format."""

    def __init__(self, url: str, kind: Format) -> None:
        parts = urlsplit(url)
        if kind not in {"json", "form"}:
            raise ValueError(f"postback_format {kind!r} is neither 'json' nor 'form'")
        if parts.scheme != "http" or not _is_loopback(parts.hostname):
            raise ValueError(
                "postback_url is not an http:// URL of this machine, as http://127.0.0.1:8000/paid is"
            )
        self.kind = kind
        self.host = parts.hostname or ""
        self.port = parts.port or 80
        self.resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Postbacks:
    """Payments, and the notifications that they send: to ``target``, or nowhere."""

    def __init__(self, state: State, target: Target | None) -> None:
        self._state = state
        self._target = target
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closed = False

    def pay(self, uuid: str, status: str) -> int | None:
        """Move an invoice as `State.pay` does, and announce it if it is paid; what the merchant answers."""
        invoice = self._state.pay(uuid, status)
        if not invoice.is_paid:
            return None
        answered = self._send(invoice)
        if self._target is not None and answered != HTTPStatus.OK and invoice.test_mode:
            self._state.take_back(invoice)
        return answered

    def resend(self, uuid: str) -> int | None:
        """Announce it once more, with a new token. ``ValueError`` if it is not paid."""
        invoice = self._state.invoice(uuid)
        if not invoice.is_paid:
            raise ValueError(f"{invoice.uuid} is {invoice.status}: there is nothing to announce")
        return self._send(invoice)

    def _send(self, invoice: Invoice) -> int | None:
        """The HTTP status that the merchant answers. None if nothing comes, or there is no URL."""
        if self._target is None:
            return None
        document = self._document(invoice)
        if self._target.kind == "json":
            body, content_type = shapes.dumps(document).encode(), "application/json"
        else:
            body, content_type = _form(document), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, "Connection": "close"}
        connection = http.client.HTTPConnection(self._target.host, self._target.port, timeout=TIMEOUT)
        with (
            closing(connection),
            suppress(OSError, http.client.HTTPException),
            self._until_closed(connection),
        ):
            connection.request("POST", self._target.resource, body, headers)
            with connection.getresponse() as response:
                return response.status
        return None

    @contextmanager
    def _until_closed(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """Connected, until `close` ends it."""
        connection.connect()
        # Kept apart, because the connection gives its socket away when the answer has begun.
        sock = connection.sock
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._open.add(sock)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(sock)

    def close(self) -> None:
        """Wait no longer for merchants that still think."""
        with self._lock:
            self._closed = True
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _document(self, invoice: Invoice) -> dict[str, Any]:
        # By the real clock: the merchant's own goes by nothing else.
        claims = {"id": invoice.key, "exp": datetime.now(UTC) + timedelta(minutes=5)}
        return {
            "status": "success",
            "invoice_id": invoice.key,
            "amount_crypto": invoice.paid,
            "currency": invoice.coin.code,
            "order_id": invoice.order_id,
            "token": jwt.encode(claims, self._state.secret_key, "HS256", sort_headers=False),
            "invoice_info": shapes.announced(invoice),
        }


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _form(document: dict[str, Any]) -> bytes:
    """A nested object as a form: of the inner object only the names are left, and nulls are left out."""
    return urlencode(
        [
            (name, item)
            for name, value in document.items()
            for item in (value if isinstance(value, dict) else [value])
            if item is not None
        ]
    ).encode()

"""What CryptoCloud knows about one project: its keys and its invoices. No HTTP here."""

import string
from dataclasses import dataclass
from random import Random
from threading import Lock

from . import tokens

STATUSES = ("created", "paid", "overpaid", "partial", "canceled")
"""Every status of an invoice. Source: the documentation's status table."""

_PREFIX = "INV-"


class RefusedError(Exception):
    """The service understood and says no: ``code`` is the key of its error map, ``text`` the reason."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


@dataclass
class Invoice:
    uuid: str
    status: str


class State:
    """One project. Every method may be called from any thread.

    The same ``seed`` gives the same keys, and the same ids in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._lock = Lock()
        self._random = Random(seed)
        self._invoices: dict[str, Invoice] = {}
        self.shop_id = self._text(string.ascii_letters, 16)
        self.api_key = tokens.sign({"shop_id": self.shop_id}, self._random.randbytes(32))

    def add_invoice(self, status: str) -> str:
        """A new invoice's id, ``INV-`` and eight of ``A-Z0-9``. ``ValueError`` for an unknown status."""
        if status not in STATUSES:
            raise ValueError(f"unknown status {status!r}: one of {', '.join(STATUSES)} is expected")
        with self._lock:
            short = self._text(string.ascii_uppercase + string.digits, 8)
            while short in self._invoices:
                short = self._text(string.ascii_uppercase + string.digits, 8)
            self._invoices[short] = Invoice(_PREFIX + short, status)
        return _PREFIX + short

    def status(self, uuid: str) -> str:
        """Where an invoice stands; ``uuid`` with or without ``INV-``. ``KeyError`` if there is none."""
        with self._lock:
            return self._invoices[uuid.removeprefix(_PREFIX)].status

    def cancel(self, uuid: str) -> None:
        """Move an invoice from ``created`` to ``canceled``; anything else is ``RefusedError``.

        Both forms of the id are accepted. Source: the page on cancelling an invoice, its error
        tabs of 2023-2024 included; that an unknown id is refused alike is our decision.
        """
        with self._lock:
            invoice = self._invoices.get(uuid.removeprefix(_PREFIX))
            if invoice is None or invoice.status != "created":
                raise RefusedError("validate_error", "Invoice is not created")
            invoice.status = "canceled"

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))

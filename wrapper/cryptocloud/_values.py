"""Values that are checked before anything is sent."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from typing import NoReturn

_INVOICE_ID = re.compile(r"(INV-)?[A-Z0-9]{8}", re.ASCII)


class Secret:
    """A text that must not be seen: masked in `repr`, refused by `pickle`."""

    __slots__ = ("_text", "_variable")

    def __init__(self, text: object, variable: str) -> None:
        """Holds `text`, or that of the environment variable if it is None. Never raises: see `checked`."""
        self._text = os.environ.get(variable) if text is None else text
        self._variable = variable

    def __repr__(self) -> str:
        return "'***'"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key cannot be pickled or copied")

    def checked(self, what: str) -> Secret:
        """This secret, if it can be a key of the service.

        The text is looked at here and not by the caller, so that no frame of a traceback has it as
        a local variable.

        Raises:
            TypeError: It is not a string.
            ValueError: It is empty, or has spaces, line breaks, non-ASCII or control characters, or
                begins with `Token `. The message does not repeat it.
        """
        if self._text is None:
            raise ValueError(f"no {what}: pass one, or set {self._variable}")
        if not isinstance(self._text, str):
            raise TypeError(f"the {what} must be a str, not {type(self._text).__name__}")
        if not self._text:
            raise ValueError(f"the {what} is empty")
        if self._text.lower().startswith("token "):
            raise ValueError(f"the {what} must not begin with 'Token ': that word is added for you")
        if not all("!" <= character <= "~" for character in self._text):
            raise ValueError(
                f"the {what} must be printable ASCII, without spaces or line breaks: was more copied than it?"
            )
        return self

    def reveal(self) -> str:
        """The text. Do not bind it to a name."""
        return str(self._text)

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the secret masked."""
        return text.replace(self.reveal(), "***")


def checked_invoice_id(uuid: str) -> str:
    """`uuid`, if it can be an invoice's id: `INV-` and eight upper-case letters or digits, or those alone.

    Raises:
        TypeError: It is not a string.
        ValueError: It has another form. That of every sample in the documentation is required.
    """
    if not isinstance(uuid, str):
        raise TypeError(f"uuid must be a str such as 'INV-89UX09KA', not {type(uuid).__name__}")
    if _INVOICE_ID.fullmatch(uuid):
        return uuid
    hint = ""
    if _INVOICE_ID.fullmatch(uuid.strip().upper()):
        hint = f"; did you mean {uuid.strip().upper()!r}?"
    raise ValueError(
        f"uuid must be 'INV-' and 8 upper-case letters or digits, or those 8 alone, not {_shown(uuid)}{hint}"
    )


def checked_timeout(timeout: float) -> float:
    """`timeout` in seconds, if it is a finite number above 0."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, not {type(timeout).__name__}")
    if not math.isfinite(timeout) or timeout <= 0:
        raise ValueError(f"timeout must be a finite number of seconds above 0, not {timeout}")
    return float(timeout)


def checked_max_retries(max_retries: int) -> int:
    """`max_retries`, if it is 0 or more."""
    if isinstance(max_retries, bool) or not isinstance(max_retries, int):
        raise TypeError(f"max_retries must be an int, not {type(max_retries).__name__}")
    if max_retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {max_retries}")
    return max_retries


def checked_shop_id(shop_id: str | None) -> str | None:
    """`shop_id`, if it is printable ASCII without spaces. None is allowed: cancelling needs none."""
    if shop_id is None:
        return None
    if not isinstance(shop_id, str):
        raise TypeError(f"shop_id must be a str, not {type(shop_id).__name__}")
    if not shop_id or not all("!" <= character <= "~" for character in shop_id):
        raise ValueError("shop_id must be printable ASCII without spaces or line breaks")
    return shop_id


def is_host(host: str) -> bool:
    """Whether `host` can be a name or address, without brackets."""
    return re.fullmatch(r"[A-Za-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*", host) is not None


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 24 else f"{text[:24]!r}... ({len(text)} characters)"

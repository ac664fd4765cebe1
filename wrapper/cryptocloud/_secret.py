"""Texts that must not be seen, and texts from outside made fit to be seen."""

from __future__ import annotations

import json
import os
from typing import NoReturn
from urllib.parse import quote

_LOOKED_AT = 10_000
"""Characters of a foreign text that are cleaned: enough to quote from."""


class Secret:
    """A text that must not be seen: masked in `repr`, refused by `pickle`."""

    __slots__ = ("_text", "_variable")

    def __init__(self, text: object, variable: str) -> None:
        """Holds `text`, or that of the environment variable if it is None. Never raises: see `checked`."""
        # An empty variable is one that is not set: that is how some tools write it.
        self._text = (os.environ.get(variable) or None) if text is None else text
        self._variable = variable

    def __repr__(self) -> str:
        return "'***'"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key cannot be pickled or copied")

    def __bool__(self) -> bool:
        """Whether there is one at all."""
        return self._text is not None

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
        if self._text[0] in "'\"":
            raise ValueError(f"the {what} must not stand in quotes")
        if not all("!" <= character <= "~" for character in self._text):
            raise ValueError(
                f"the {what} must be printable ASCII, without spaces or line breaks:"
                " was something copied along with it?"
            )
        return self

    def reveal(self) -> str:
        """The text. Do not bind it to a name."""
        return str(self._text)

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the secret masked, as it is and as JSON or a URL would write it."""
        text = text.replace(self.reveal(), "***")
        for written in (self._in_json(), self._in_json().replace("/", "\\/"), quote(self.reveal(), safe="")):
            text = text.replace(written, "***")
        return text

    def _in_json(self) -> str:
        return json.dumps(self.reveal())[1:-1]


def clean(text: str, *secrets: Secret, limit: int = 300) -> str:
    """`text` from outside, fit for a message: on one line, printable, short, without keys."""
    # Masked before it is cut, or the cut could leave the beginning of a key; but not all of it, however long.
    text = text[: 2 * _LOOKED_AT]
    for secret in secrets:
        text = secret.redact(text)
    begin = text[:_LOOKED_AT]
    text = " ".join("".join(c if c.isprintable() else " " for c in begin).split())
    return text if len(text) <= limit else text[:limit] + "..."

"""What came over the wire held to the spec, field by field, and shown without what is in it.

A walk of our own and not a JSON Schema library: those say neither which documented fields did not come nor
which values an open list lacks, and their messages quote the values, which are not for others to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from cryptocloud._call import document_of
from cryptocloud._secret import Secret, clean
from cryptocloud._transport import Answer

KEYWORDS = frozenset(
    {
        "$ref",
        "type",
        "nullable",
        "properties",
        "required",
        "items",
        "additionalProperties",
        "x-extensible-enum",
        "maxItems",
        "pattern",
    }
    | {"description", "example", "x-counterexamples"}
)
"""What the walk understands of a schema. A test holds the spec to it."""

_MOST = 100
"""Differences of one answer that are told apart."""

_CONTENT = re.compile(r"(?P<id>INV-[A-Z0-9]{8})|(?P<digit>\d)|(?P<letter>[^\W_])|(?P<other>[^ -~])")
_NAME = re.compile(r"[a-z]+([A-Z][a-z]+|_[a-z]+|[0-9]{1,2}(?![0-9]))*_?")
_CAPITALIZED = re.compile(r"[A-Z][a-z]*")
_MASKED = {"id": "INV-XXXXXXXX", "digit": "9", "letter": "X", "other": "?"}

Path: TypeAlias = tuple[str | int, ...]


class Difference(NamedTuple):
    """Something that came and is not what the spec says.

    Attributes:
        where: A JSON pointer into the body, or another part of the answer.
        expected: What the spec says.
        actual: What the answer has instead, without its content.
        times: In how many places of the same kind; `where` is the first.
    """

    where: str
    expected: str
    actual: str
    times: int = 1


class Mask:
    """Shows what came from outside without what is in it."""

    def __init__(self, *secrets: Secret) -> None:
        self._secrets = secrets

    def name(self, text: str) -> str:
        """The name of a field or a code, if it looks like one: an id could stand in its place."""
        return text if len(text) <= 40 and _NAME.fullmatch(self.redacted(text)) else self.letters(text)

    def words(self, text: str) -> str:
        """A text for people: plain words and names of fields as they are, all else as `letters` shows it."""
        return " ".join(
            word if self._is_plain(word, position) else self.letters(word)
            for position, word in enumerate(self.redacted(text)[:1000].split()[:30])
        )

    @staticmethod
    def _is_plain(word: str, position: int) -> bool:
        word = word.strip("'\"(.,:;!?)")
        # Within a sentence, a capital begins the name of somebody.
        return bool(_NAME.fullmatch(word) or (position == 0 and _CAPITALIZED.fullmatch(word)))

    def line(self, text: str, *, limit: int) -> str:
        """A text for the person at the terminal: whole words, on one line, short, without secrets."""
        return clean(text, *self._secrets, limit=limit)

    def letters(self, text: str) -> str:
        """A text with an X for each letter and a 9 for each digit."""
        masked = _CONTENT.sub(lambda found: _MASKED[found.lastgroup or ""], self.redacted(text)[:200])
        return masked if len(masked) <= 40 else f"{masked[:40]}... ({len(text)} characters)"

    def kind(self, value: object) -> str:
        """What kind of thing a JSON value is."""
        match value:
            case "" | "None":
                return f"the text {value!r}"
            case str():
                return f"a text like {self.letters(value)!r}"
            case list():
                kinds = " and ".join(sorted({_type(item) for item in value}))
                return f"an array of {len(value)}" + (f": {kinds}" if kinds else "")
            case dict():
                names = ", ".join(self.name(name) for name in list(value)[:20])
                return f"an object with {names or 'nothing'}" + (", and more" if len(value) > 20 else "")
        return _type(value)

    def redacted(self, text: str) -> str:
        """A text without secrets."""
        for secret in self._secrets:
            text = secret.redact(text)
        return text


class Comparison:
    """What comes of holding requests or answers of one operation to the spec.

    Attributes:
        not_seen: JSON pointers of documented fields that are optional and did not come; `*` is any item.
        notes: What came where the spec leaves it open.
    """

    def __init__(self, spec: Mapping[str, Any], mask: Mask) -> None:
        self.notes: dict[str, str] = {}
        self._spec = spec
        self._mask = mask
        self._found: dict[tuple[str, str], Difference] = {}
        self._documented: dict[str, None] = {}
        self._present: set[str] = set()

    @property
    def differences(self) -> list[Difference]:
        return list(self._found.values())

    @property
    def not_seen(self) -> list[str]:
        return [pointer for pointer in self._documented if pointer not in self._present]

    def hold(self, answer: Answer, operation: Mapping[str, Any]) -> None:
        """Compare an answer with what the spec says of its status."""
        responses = operation["responses"]
        response = responses.get(str(answer.status))
        if response is None:
            known = ", ".join(status for status in responses if status != "default")
            self._differs("HTTP status", f"one of {known}", str(answer.status))
            response = responses["default"]
        self._hold_body(answer, self._resolved(response))

    def hold_request(self, body: bytes, content_type: str, operation: Mapping[str, Any]) -> None:
        """Compare the body of a request with what the spec says."""
        if "requestBody" in operation:
            sent = Answer(0, {"content-type": content_type}, body)  # in the shape of what is read here
            self._hold_body(sent, self._resolved(operation["requestBody"]))

    def _hold_body(self, answer: Answer, described: Mapping[str, Any]) -> None:
        content = described["content"]
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in content:
            actual = f"like {self._mask.letters(media_type)!r}" if media_type else "none"
            actual = media_type if media_type in ("text/html", "text/plain", "application/json") else actual
            self._differs("header Content-Type", " or ".join(content), actual)
        elif media_type != "application/json":
            return  # a proxy's page, of which the spec says no more
        try:
            document = document_of(answer)
        except ValueError as error:
            self._differs("body", "JSON", f"one that {error}")
            return
        self._compare(document, content["application/json"]["schema"], ())

    def _compare(self, value: object, schema: Mapping[str, Any], path: Path) -> None:
        schema = self._resolved(schema)
        expected = schema.get("type")
        if expected is None:
            self._notes(path, f"came as {self._mask.kind(value)}; the spec leaves it open")
            return
        if value is None and schema.get("nullable"):
            return
        if not _fits(value, expected):
            self._differs(
                path, expected + (" or null" if schema.get("nullable") else ""), self._mask.kind(value)
            )
            return
        if isinstance(value, list):
            most = schema.get("maxItems", len(value))
            if len(value) > most:
                self._differs(path, f"at most {most} items", self._mask.kind(value))
            for index, item in enumerate(value):
                self._compare(item, schema["items"], (*path, index))
        if isinstance(value, dict):
            self._compare_object(value, schema, path)
        known = schema.get("x-extensible-enum")
        if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            self._differs(path, f"a text of the pattern {schema['pattern']}", self._mask.kind(value))
        elif isinstance(value, str) and known and value not in known:
            self._notes(path, f"has a value that the spec does not list: {self._mask.name(value)}")

    def _compare_object(self, value: Mapping[str, Any], schema: Mapping[str, Any], path: Path) -> None:
        properties = schema.get("properties", {})
        for name, property_schema in properties.items():
            self._documented[_general((*path, name))] = None
            if name in value:
                self._present.add(_general((*path, name)))
                self._compare(value[name], property_schema, (*path, name))
            elif name in schema.get("required", ()):
                self._differs((*path, name), "required", "nothing")
        for name in value:
            if name in properties:
                continue
            place = (*path, self._mask.name(name))
            if schema.get("additionalProperties"):
                self._notes(place, f"came as {self._mask.kind(value[name])}; the spec allows any name here")
            else:
                self._differs(place, "nothing of this name", self._mask.kind(value[name]))

    def _differs(self, where: str | Path, expected: str, actual: str) -> None:
        key = (where if isinstance(where, str) else _general(where), expected)
        if key in self._found:
            before = self._found[key]
            self._found[key] = before._replace(times=before.times + 1)
        elif len(self._found) < _MOST:
            self._found[key] = Difference(
                where if isinstance(where, str) else _pointer(where), expected, actual
            )

    def _notes(self, path: Path, note: str) -> None:
        if len(self.notes) < _MOST:
            self.notes.setdefault(_general(path), note)

    def _resolved(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in item:
            found: Any = self._spec
            for name in item["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            item = found
        return item


def _fits(value: object, expected: str) -> bool:
    return _type(value) == expected or (expected == "number" and _type(value) == "integer")


def _type(value: object) -> str:
    """The name that JSON Schema has for a value's type."""
    if isinstance(value, bool):
        return "boolean"
    names = {type(None): "null", int: "integer", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path) or "(the whole)"


def _general(path: Path) -> str:
    return _pointer("*" if isinstance(step, int) else step for step in path)

"""Invoice ids from a file: plain lines, JSON lines, or what a spreadsheet saves."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import click

from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.reading import read

_ID = re.compile(r"(INV-)?[A-Z0-9]{8}")
_LONG_ID = re.compile(r"INV-[A-Z0-9]{8}")

# A slip in an id, and not the name of a column.
_MEANT = re.compile(r".*INV.*|(?=.*[0-9])[A-Z0-9-]{6,13}", re.IGNORECASE)

_DELIMITERS = (";", "\t", ",")
"""The rarest in texts first."""

_ASIDE = ("#", "sep=")
"""Beginnings of lines that do not count. With the second a file tells Excel its delimiter."""

_QUOTED = re.compile(r'"[^"]*"')

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SAMPLE = 1000
"""Bytes that are looked at to tell an encoding without a mark."""

_MOST_WRONG = 10
"""Wrong lines that are named."""


class _Line(NamedTuple):
    """An id, or why there is none, and the number of its line."""

    number: int
    uuid: str
    problem: str = ""


class Ids(NamedTuple):
    """What a file has.

    Attributes:
        uuids: Each once, in the order of the file, with `INV-`.
        notes: What somebody should know of how it was read.
    """

    uuids: list[str]
    notes: list[str]


def read_ids(file: str, *, skip_invalid: bool) -> Ids:
    """The ids in a file, or in stdin for `-`.

    Raises:
        Misuse: It cannot be read; or lines are wrong, and `skip_invalid` does not allow for that.
    """
    context = click.get_current_context()
    name = "stdin" if file == "-" else file
    text = _text(read(file, "--from-file"), name)
    first = text.lstrip()[:1]
    notes: list[str] = []
    lines = _json_lines(text) if first == "{" else _csv_lines(text, name, notes)
    uuids: dict[str, None] = {}
    wrong: list[str] = []
    count = 0
    for line in lines:
        if not line.problem:
            uuids[line.uuid if len(line.uuid) > 8 else f"INV-{line.uuid}"] = None
            continue
        count += 1
        if count <= _MOST_WRONG:
            wrong.append(f"{name}:{line.number}: {line.problem}")
    if count > _MOST_WRONG:
        wrong.append(f"{name}: and {count - _MOST_WRONG} more")
    if wrong and not skip_invalid:
        raise Misuse("\n".join([*wrong, "Nothing was sent; --skip-invalid leaves such lines out."]), context)
    return Ids(list(uuids), notes + wrong)


def _text(data: bytes, name: str) -> str:
    """The text of a file, in whatever spreadsheets write: UTF-8, UTF-16, or windows-1251.

    Of the last only ASCII counts, so any other encoding of one byte a letter is read as well.
    """
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if encoding is None:
        # Digits and line breaks, of which ids are full, have a zero before or behind them.
        even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
        if even.count(0) > len(even) / 4 and 0 not in odd:
            encoding = "utf-16-be"
        elif odd.count(0) > len(odd) / 4 and 0 not in even:
            encoding = "utf-16-le"
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text = data.decode(encoding or "windows-1251", errors="replace")
    if "\0" in text or data.startswith(b"PK\x03\x04"):
        raise Misuse(f"{name} is not a text: save a spreadsheet as CSV", click.get_current_context())
    return text


def _json_lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            document = None
        uuid = document.get("uuid") if isinstance(document, dict) else None
        yield _checked(number, uuid.strip() if isinstance(uuid, str) else "")


def _csv_lines(text: str, name: str, notes: list[str]) -> Iterator[_Line]:
    """Plain lines are CSV of one column."""
    column: int | None = None
    has_begun = is_named = False
    records = _records(text)
    beginning = list(itertools.islice(records, 2))
    for number, cells in itertools.chain(beginning, records):
        if not has_begun:
            has_begun = True
            names = [cell.lower() for cell in cells]
            if "uuid" in names:
                column, is_named = names.index("uuid"), True
                continue
            # A word that is alone in the file heads nothing.
            is_alone = len(beginning) == len(cells) == 1
            if not (is_alone or any(_ID.fullmatch(cell) or _MEANT.fullmatch(cell) for cell in cells)):
                notes.append(f"{name}:{number}: taken for the names of columns")
                continue
        if is_named and column is not None:
            yield _checked(number, cells[column] if column < len(cells) else "")
            continue
        if len(cells) == 1:
            yield _checked(number, cells[0])
            continue
        found = [index for index, cell in enumerate(cells) if _LONG_ID.fullmatch(cell)]
        if len(found) > 1:
            yield _Line(number, "", "more than one invoice id: name the column uuid")
            continue
        if column is None:
            column = found[0] if found else 0
        is_plain = len([cell for cell in cells if cell]) == 1
        cell = cells[column] if column < len(cells) else ""
        if _ID.fullmatch(cell) and not (is_plain or _LONG_ID.fullmatch(cell)):
            # It looks like many other words.
            yield _Line(number, "", "an id without 'INV-' counts only in a column with the name uuid")
        else:
            yield _checked(number, cell)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record, and the line where it begins; without empty ones and comments."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            cells = ["?"]
        if any(cells) and not cells[0].startswith(_ASIDE):
            yield number, cells


def _delimiter(text: str) -> str:
    """What stands between the cells of the first line that counts."""
    lines = (line.strip() for line in io.StringIO(text, newline=""))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    bare = _QUOTED.sub("", first)
    return next((delimiter for delimiter in _DELIMITERS if delimiter in bare), _DELIMITERS[0])


def _checked(number: int, uuid: str) -> _Line:
    return _Line(number, uuid) if _ID.fullmatch(uuid) else _Line(number, "", "not an invoice id")

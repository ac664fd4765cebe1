"""The SQLite file that a sandbox's records can be kept in."""

import json
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .records import Balance, Delivery, Event, Invoice, Record, Wallet

_KINDS: dict[str, type[Record]] = {
    kind.__name__: kind for kind in (Invoice, Wallet, Balance, Event, Delivery)
}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


_READERS: dict[object, Callable[[Any], object]] = {
    Decimal: Decimal,
    datetime: _moment,
    datetime | None: _moment,
    tuple[str, ...]: tuple,
    bytes: lambda text: text.encode("latin-1"),
}

_MARK = 0x43435342
"""What tells the sandbox's files from other SQLite files. Those of its first version have none."""

_FORMAT = 1
"""Of the records in a file: 0 had neither events nor deliveries."""


class File:
    """Records in an SQLite file. What `write` was told of survives the end of the process, however it ends.

    ``OSError`` if the file cannot be used, if another sandbox has it, or if it is no file of a sandbox, which
    is then left as it is; ``ValueError`` if it has no name.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not os.fspath(path):
            # SQLite takes it for a file that is deleted when it is closed.
            raise ValueError("the name of the file is empty")
        self._path = path
        with self._errors():
            _check(path)
            # Used under the lock of the state, by any thread. No waiting: a second sandbox is a mistake.
            # As an absolute path: some names have a meaning of their own for SQLite.
            self._connection = sqlite3.connect(Path(path).absolute(), timeout=0, check_same_thread=False)
            try:
                self._prepare()
                self._records = self._read()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        tables = self._connection.execute("SELECT name FROM sqlite_master").fetchall()
        if tables and ("cryptocloud_sandbox",) not in tables:
            raise _ForeignError
        [(version,)] = self._connection.execute("PRAGMA user_version")
        if version > _FORMAT:
            raise ValueError("a newer version of the sandbox made it")
        self._connection.execute(f"PRAGMA application_id={_MARK}")
        self._connection.execute(f"PRAGMA user_version={_FORMAT}")
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A process that is killed loses nothing that way; only a machine without power might.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        with self._connection:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS cryptocloud_sandbox"
                " (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))"
            )

    def _read(self) -> list[Record]:
        # All at once: a query that is not at its end would keep the lock after a failure.
        rows = self._connection.execute(
            "SELECT kind, body FROM cryptocloud_sandbox ORDER BY number"
        ).fetchall()
        try:
            return [_record(_KINDS[kind], json.loads(body)) for kind, body in rows]
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as exc:
            raise ValueError("it is damaged") from exc

    def read(self) -> list[Record]:
        """Everything that was in the file when it was opened, in the order in which it came to be."""
        records, self._records = self._records, []
        return records

    def write(self, *records: Record) -> None:
        """Keep new records and new versions of old ones: all of them or, if it fails, none."""
        with self._errors(), self._connection:
            self._connection.executemany(
                "INSERT INTO cryptocloud_sandbox (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                [(type(record).__name__, record.key, _body(record)) for record in records],
            )

    def forget(self, *records: Record) -> None:
        with self._errors(), self._connection:
            self._connection.executemany(
                "DELETE FROM cryptocloud_sandbox WHERE kind = ? AND key = ?",
                [(type(record).__name__, record.key) for record in records],
            )

    def clear(self) -> None:
        """Forget all of them."""
        with self._errors(), self._connection:
            self._connection.execute("DELETE FROM cryptocloud_sandbox")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Every failure is an ``OSError`` of one line that names the file."""
        try:
            yield
        except sqlite3.Error as exc:
            is_taken = getattr(exc, "sqlite_errorname", "").startswith("SQLITE_BUSY")
            reason = "another sandbox has it" if is_taken else str(exc)
        except OSError as exc:
            reason = exc.strerror or str(exc)
        except _ForeignError:
            reason = "it is not a file of a sandbox"
        except ValueError as exc:
            reason = str(exc)
        else:
            return
        raise OSError(f"cannot use {os.fspath(self._path)}: {reason}") from None


class _ForeignError(Exception):
    """Another program made the file."""


def _check(path: str | os.PathLike[str]) -> None:
    """Make the file if there is none, for its owner only. `_ForeignError` if it was not made by a sandbox."""
    # SQLite itself would leave its own marks in every file that it opens to write.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is not an ordinary file")  # /dev/null would become its owner's alone.
        head = file.read(100)
        if head:
            if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
                raise ValueError("file is not a database")
            mark = int.from_bytes(head[68:72], "big")
            if mark != _MARK and (mark != 0 or _has_other_tables(path)):
                raise _ForeignError
    Path(path).chmod(0o600)


def _has_other_tables(path: str | os.PathLike[str]) -> bool:
    """Whether there are tables, and not the sandbox's. Not even a lock is taken."""
    address = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    return bool(tables) and ("cryptocloud_sandbox",) not in tables


def _body(record: Record) -> str:
    return json.dumps({field.name: getattr(record, field.name) for field in fields(record)}, default=_text)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _record(kind: type[Record], values: dict[str, Any]) -> Record:
    for field in fields(kind):
        reader = _READERS.get(field.type)
        if reader is not None and values.get(field.name) is not None:
            values[field.name] = reader(values[field.name])
    return kind(**values)

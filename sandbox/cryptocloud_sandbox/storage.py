"""The SQLite file that a sandbox's records can be kept in."""

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from .records import Balance, Invoice, Record, Wallet

_KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in (Invoice, Wallet, Balance)}
_READERS: dict[object, Callable[[Any], object]] = {
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
    tuple[str, ...]: tuple,
}


class File:
    """Records in an SQLite file. What `write` was told of survives the end of the process, however it ends.

    ``OSError`` if the file cannot be used, or another sandbox has it; ``ValueError`` if it has no name.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not os.fspath(path):
            # SQLite takes it for a file that is deleted when it is closed.
            raise ValueError("the name of the file is empty")
        try:
            # Used under the lock of the state, by any thread. No waiting: a second sandbox is a mistake.
            self._connection = sqlite3.connect(path, timeout=0, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as exc:
            is_taken = exc.sqlite_errorname == "SQLITE_BUSY"
            raise OSError(f"cannot use {path}: {'another sandbox has it' if is_taken else exc}") from exc

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A process that is killed loses nothing that way; only a machine without power might.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        with self._connection:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS cryptocloud_sandbox"
                " (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, body TEXT, UNIQUE (kind, key))"
            )

    def read(self) -> list[Record]:
        """Everything, in the order in which it came to be."""
        rows = self._connection.execute("SELECT kind, body FROM cryptocloud_sandbox ORDER BY number")
        return [_read(_KINDS[kind], json.loads(body)) for kind, body in rows]

    def write(self, *records: Record) -> None:
        """Keep new records and new versions of old ones: all of them or, if it fails, none."""
        with self._connection:
            self._connection.executemany(
                "INSERT INTO cryptocloud_sandbox (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                [(type(record).__name__, record.key, _body(record)) for record in records],
            )

    def close(self) -> None:
        self._connection.close()


def _body(record: Record) -> str:
    return json.dumps({field.name: getattr(record, field.name) for field in fields(record)}, default=str)


def _read(kind: type[Record], values: dict[str, Any]) -> Record:
    for field in fields(kind):
        reader = _READERS.get(field.type)
        if reader is not None and values[field.name] is not None:
            values[field.name] = reader(values[field.name])
    return kind(**values)

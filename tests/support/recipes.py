"""What the recipes need to be tried."""

import contextlib
import importlib
import sqlite3
import sys
import types
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> types.ModuleType:
    """A recipe, as a module that is new for each test."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def from_database(query: str, database: str = "shop.db") -> list[Any]:
    with contextlib.closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchall()

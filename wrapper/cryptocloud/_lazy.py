"""Modules that are loaded when something in them is used first.

`import cryptocloud` loads neither the models nor the generated operations that way, and annotations that
name a class through such a module can be evaluated all the same.
"""

from __future__ import annotations

import importlib
from types import ModuleType


class LazyModule(ModuleType):
    """Stands in for the module of the same name."""

    def __getattr__(self, name: str) -> object:
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)
        return value

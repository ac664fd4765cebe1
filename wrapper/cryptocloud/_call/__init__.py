"""How one call is decided, without I/O. This file is the door of the wing."""

from cryptocloud._call.engine import Engine, Pause, Steps
from cryptocloud._call.envelope import document_of
from cryptocloud._call.event import AttemptEvent
from cryptocloud._call.operations import OPERATIONS
from cryptocloud._call.verdict import Failure, Success

__all__ = ["OPERATIONS", "AttemptEvent", "Engine", "Failure", "Pause", "Steps", "Success", "document_of"]

# `calls` and `paging` are imported from here, too, as modules: they load the generated operations.

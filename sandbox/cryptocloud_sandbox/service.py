"""The parts of one local CryptoCloud."""

import logging
from dataclasses import dataclass, field

from .calls import Calls
from .changes import Changes
from .deliveries import Deliveries
from .faults import Faults, Rates
from .state import State

_log = logging.getLogger("cryptocloud_sandbox")


@dataclass(frozen=True)
class Service:
    """What the rooms that speak HTTP work on."""

    state: State
    deliveries: Deliveries
    changes: Changes
    host: str
    """Where the sandbox listens: a name or an address."""
    calls: Calls = field(default_factory=Calls)
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(default_factory=Rates)

    def look_for_expired(self) -> None:
        """Invoices expire when somebody looks at them: those who wait for it would wait for ever."""
        if self.changes.has_listeners:
            try:
                self.state.settle()
            except OSError as exc:
                _log.error("%s", exc)

"""What is to go wrong: faults, one answer each, and limits of a rate. No HTTP here."""

import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True)
class Fault:
    status: int | None = None
    delay: float = 0
    cut: bool = False
    drip: float = 0
    reset: bool = False
    after: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def is_mere_delay(self) -> bool:
        return self.status is None and self.body is None and not (self.cut or self.drip or self.reset)


class Faults:
    """The faults that are still to come, for each operation in the order in which they were ordered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: defaultdict[str, deque[tuple[Fault, int]]] = defaultdict(deque)

    def add(self, operation: str, fault: Fault, times: int) -> None:
        with self._lock:
            self._waiting[operation].append((fault, times))

    def take(self, operation: str) -> Fault | None:
        if operation not in self._waiting:
            return None
        with self._lock:
            waiting = self._waiting.get(operation)
            if not waiting:
                return None
            fault, times = waiting[0]
            if times > 1:
                waiting[0] = (fault, times - 1)
            else:
                waiting.popleft()
        return fault

    def reset(self) -> None:
        with self._lock:
            self._waiting.clear()


class _Limit:
    def __init__(self, per_second: float, retry_after: float) -> None:
        self.size = max(int(per_second), 1)
        self.period = self.size / per_second
        self.retry_after = retry_after
        self.taken: deque[float] = deque(maxlen=self.size)
        self.closed_until = 0.0


class Rates:
    """Limits of how often operations may be called. By the real clock, as those who wait have no other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._limits: dict[str, _Limit] = {}

    def limit(self, operation: str, per_second: float | None, retry_after: float) -> None:
        with self._lock:
            self._limits.pop(operation, None)
            if per_second is not None:
                self._limits[operation] = _Limit(per_second, retry_after)

    def take(self, operation: str) -> float | None:
        """None if the call is within the limit, or how many seconds are to pass before the next one."""
        if operation not in self._limits:
            return None
        with self._lock:
            limit = self._limits.get(operation)
            if limit is None:
                return None
            now = time.monotonic()
            if now < limit.closed_until:
                return limit.closed_until - now
            if len(limit.taken) == limit.size and now - limit.taken[0] < limit.period:
                limit.closed_until = now + limit.retry_after
                return limit.retry_after
            limit.taken.append(now)
            return None

    def reset(self) -> None:
        with self._lock:
            self._limits.clear()

"""What the spec says of each operation: `make generate` writes it down, and this reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptocloud_client.operations import OPERATIONS as FACTS

_MOST_ITEMS = 1_000
"""Items of a list that are read. The service gives at most 100 invoices, and one balance for each coin."""


class Operation(NamedTuple):
    """One operation of the API.

    Attributes:
        path: Its path below the base URL.
        name: Its `operationId`.
        unknown: What may be done when it is not known whether an attempt was carried out:
            `x-retry.unknown` in the spec.
        rate_limited: What may be done when it was refused for now: `x-retry.rateLimited` in the spec.
        result: The JSON types that the payload of a success can have. Of a list alone, the items are objects.
        key: The key that it needs: the name of its security scheme.
        payload: The members of the envelope in which the payload can be, in the order of preference.
        accepted: The payloads that report a success, where not everything of the right type does.
    """

    path: str
    name: str
    unknown: str
    result: tuple[type, ...]
    rate_limited: str = "repeat"
    key: str = "ProjectKey"
    payload: tuple[str, ...] = ("result",)
    accepted: tuple[object, ...] = ()

    def has_payload(self, envelope: Mapping[str, Any]) -> bool:
        """Whether an envelope carries what a success of this operation does."""
        if not self.has_payload_type(envelope):
            return False
        return not self.accepted or any(envelope.get(name) in self.accepted for name in self.payload)

    def has_payload_type(self, envelope: Mapping[str, Any]) -> bool:
        """The same, by its type alone."""
        return any(self._fits(envelope.get(name)) for name in self.payload)

    def _fits(self, payload: object) -> bool:
        if self.result == (list,) and isinstance(payload, list):
            return len(payload) <= _MOST_ITEMS and all(isinstance(item, dict) for item in payload)
        return isinstance(payload, self.result)


_TYPES = {"array": list, "object": dict}

_CANCELED = (["ok"], "ok")
"""Samples show an array, the page's parameter table says string; whatever else reports no cancel."""


def _operation(path: str, facts: Mapping[str, Any]) -> Operation:
    result = tuple(_TYPES[name] for name in dict.fromkeys(facts["payload"].values()))
    is_cancel = facts["operationId"] == "cancelInvoice"
    return Operation(
        path,
        facts["operationId"],
        unknown=facts["x-retry"]["unknown"],
        rate_limited=facts["x-retry"]["rateLimited"],
        result=(*result, str) if is_cancel else result,
        key=facts["security"],
        payload=tuple(facts["payload"]),
        accepted=_CANCELED if is_cancel else (),
    )


OPERATIONS = {path: _operation(path, facts) for path, facts in FACTS.items()}
"""All that the spec has, by path."""

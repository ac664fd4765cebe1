"""What the wrapper knows of each operation. The spec is the source; a test compares the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

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
    unknown: Literal["repeat", "ask", "raise"]
    result: tuple[type, ...]
    rate_limited: Literal["repeat", "raise"] = "repeat"
    key: Literal["ProjectKey", "WithdrawalKey"] = "ProjectKey"
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


_ALL = (
    Operation("/invoice/create", "createInvoice", unknown="raise", result=(dict,)),
    # Samples show an array, the page's parameter table says string.
    Operation(
        "/invoice/merchant/canceled",
        "cancelInvoice",
        unknown="ask",
        result=(list, str),
        accepted=(["ok"], "ok"),
    ),
    Operation("/invoice/merchant/info", "getInvoices", unknown="repeat", result=(list,)),
    Operation("/invoice/merchant/list", "listInvoices", unknown="repeat", result=(list,)),
    Operation("/invoice/merchant/statistics", "getStatistics", unknown="repeat", result=(dict,)),
    Operation("/merchant/wallet/balance/all", "listBalances", unknown="repeat", result=(list,)),
    Operation("/invoice/static/create", "createStaticWallet", unknown="raise", result=(dict,)),
    Operation("/invoice/static/list", "listStaticWallets", unknown="repeat", result=(dict,)),
    Operation("/invoice/static/subscribe", "subscribeStaticWallet", unknown="repeat", result=(dict,)),
    Operation("/invoice/static/unsubscribe", "unsubscribeStaticWallet", unknown="repeat", result=(dict,)),
    Operation(
        "/invoice/api/out/create",
        "createWithdrawal",
        unknown="raise",
        rate_limited="raise",
        result=(dict,),
        key="WithdrawalKey",
        payload=("result", "data"),
    ),
)

OPERATIONS = {operation.path: operation for operation in _ALL}
"""All that the spec has, by path."""

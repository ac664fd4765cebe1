"""What the wrapper knows of each operation. The spec is the source; a test compares the two."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Operation(NamedTuple):
    """One operation of the API.

    Attributes:
        name: Its `operationId`.
        unknown: What may be done when it is not known whether an attempt was carried out:
            `x-retry.unknown` in the spec.
        result: The JSON types that a successful `result` can have.
    """

    name: str
    unknown: Literal["repeat", "ask", "raise"]
    result: tuple[type, ...]


OPERATIONS = {
    # Samples show an array, the page's parameter table says string.
    "/invoice/merchant/canceled": Operation("cancelInvoice", unknown="ask", result=(list, str)),
}

"""CryptoCloud payments: create and cancel invoices, and believe the answer.

    from cryptocloud import CryptoCloud

    with CryptoCloud(api_key="...", shop_id="...") as client:
        invoice = client.invoices.create("100.00", currency="USD")
        client.invoices.cancel(invoice.uuid)

The package follows the service's public documentation; it was not verified against the live service.
"""

from typing import TYPE_CHECKING

from cryptocloud._arguments import InvoiceOptions
from cryptocloud._spec import openapi
from cryptocloud._version import __version__
from cryptocloud.client import AsyncCryptoCloud, CryptoCloud
from cryptocloud.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CryptoCloudError,
    InvalidResponseError,
    InvoiceNotCancelableError,
    NotFoundError,
    Outcome,
    PostbackError,
    PostbackExpiredError,
    PostbackFormatError,
    PostbackSignatureError,
    RateLimitError,
    ServerError,
)

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncCryptoCloud",
    "AuthenticationError",
    "BadRequestError",
    "CryptoCloud",
    "CryptoCloudError",
    "InvalidResponseError",
    "InvoiceNotCancelableError",
    "InvoiceOptions",
    "NotFoundError",
    "Outcome",
    "PostbackError",
    "PostbackExpiredError",
    "PostbackFormatError",
    "PostbackSignatureError",
    "RateLimitError",
    "ServerError",
    "__api_version__",
    "__version__",
    "openapi",
]

if TYPE_CHECKING:
    __api_version__: str
    """The version of the spec that this package follows: `info.version` of `openapi()`."""
else:
    # Hidden from type checkers, which would take it for a promise that every name exists.
    def __getattr__(name: str) -> str:
        if name != "__api_version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return openapi()["info"]["version"]

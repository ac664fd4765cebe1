"""CryptoCloud payments: cancel invoices, and believe the answer.

    from cryptocloud import CryptoCloud

    with CryptoCloud(api_key="...") as client:
        client.invoices.cancel("INV-89UX09KA")

The package follows the service's public documentation; it was not verified against the live service.
"""

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
    "NotFoundError",
    "Outcome",
    "RateLimitError",
    "ServerError",
    "__version__",
]

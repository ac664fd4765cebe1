"""CryptoCloud payments: create and cancel invoices, and believe the answer.

    from cryptocloud import CryptoCloud

    with CryptoCloud(api_key="...", shop_id="...") as client:
        invoice = client.invoices.create("100.00", currency="USD")
        client.invoices.cancel(invoice.uuid)

The package follows the service's public documentation; it was not verified against the live service.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    JournalError,
    NotFoundError,
    Outcome,
    PostbackError,
    PostbackExpiredError,
    PostbackFormatError,
    PostbackNotPaidError,
    PostbackSignatureError,
    RateLimitError,
    ServerError,
)

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncCryptoCloud",
    "AttemptEvent",
    "AuthenticationError",
    "BadRequestError",
    "Balance",
    "CancelResult",
    "CryptoCloud",
    "CryptoCloudError",
    "Currency",
    "InvalidResponseError",
    "Invoice",
    "InvoiceNotCancelableError",
    "InvoiceOptions",
    "JournalError",
    "Network",
    "NotFoundError",
    "Outcome",
    "Postback",
    "PostbackError",
    "PostbackExpiredError",
    "PostbackFormatError",
    "PostbackNotPaidError",
    "PostbackSignatureError",
    "Project",
    "RateLimitError",
    "ServerError",
    "StaticWallet",
    "Statistics",
    "Withdrawal",
    "__api_version__",
    "__version__",
    "openapi",
]


if TYPE_CHECKING:
    # Programs that freeze others look for imports here, too: all that is lazy below needs one.
    from cryptocloud._call import AttemptEvent, calls
    from cryptocloud.models import (
        Balance,
        CancelResult,
        Currency,
        Invoice,
        Network,
        Project,
        StaticWallet,
        Statistics,
        Withdrawal,
    )
    from cryptocloud.postback import Postback
    from cryptocloud_client.api_version import API_VERSION

    InvoiceOptions = calls.InvoiceOptions
    __api_version__ = API_VERSION
    """The version of the spec that this package follows: `info.version` of `openapi()`."""
else:
    # Loaded when they are asked for: they would double the time of `import cryptocloud`. Hidden from type
    # checkers, which would take it for a promise that every name exists.
    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, attribute = _ELSEWHERE.get(name, ("cryptocloud.models", name))
        value = globals()[name] = getattr(import_module(module), attribute)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


_ELSEWHERE = {
    "AttemptEvent": ("cryptocloud._call", "AttemptEvent"),
    "InvoiceOptions": ("cryptocloud._call.calls", "InvoiceOptions"),
    "Postback": ("cryptocloud.postback", "Postback"),
    "__api_version__": ("cryptocloud_client.api_version", "API_VERSION"),
}
"""Of the public names, those that are lazy and no models: each with its module and its name there."""

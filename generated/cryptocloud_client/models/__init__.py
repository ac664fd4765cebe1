"""Contains all the data models used in inputs/outputs"""

from .cancel_invoice_request import CancelInvoiceRequest
from .cancel_invoice_response import CancelInvoiceResponse
from .credential_error_response import CredentialErrorResponse
from .error_map import ErrorMap
from .error_response import ErrorResponse
from .unexpected_response import UnexpectedResponse

__all__ = (
    "CancelInvoiceRequest",
    "CancelInvoiceResponse",
    "CredentialErrorResponse",
    "ErrorMap",
    "ErrorResponse",
    "UnexpectedResponse",
)

# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 552380dcfb03c5848c96c9a30bf8f2076506893f50dcc0b28dec3458e668af08. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

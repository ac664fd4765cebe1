# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 aea1e5189172f16829ae2e27545d735bbdc4dcb836d2491cd13a93aff293a684. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

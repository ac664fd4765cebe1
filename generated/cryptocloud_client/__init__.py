# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 ec902d8215dbc72d1b7a05f19a079c46b40ace935bdbb74a6d4c8a61b287be7e. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 8612f28fe778ab064599089749589869ca487a27d0e5ced493042a476bd93a13. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

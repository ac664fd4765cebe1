# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 93cd84283d85510fd3490993a3f14d97e009ab557249088ec629ac7b96ed0a04. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

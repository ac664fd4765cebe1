# Written by `make generate` with openapi-python-client 0.29.1 from spec/openapi.yaml, sha256 0693c6a65da1dd4d58013f28cd3139c7aab30185f9c853e1c34f2aa63820f5c6. Do not edit.
"""A client library for accessing CryptoCloud payment API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)

"""TLS as httpx has it."""

from __future__ import annotations

import functools
import os
import socket
import ssl

import certifi

from cryptocloud._transport.pool import closed_on_failure


@functools.cache
def ssl_context() -> ssl.SSLContext:
    """The settings of TLS: httpx's. Loading the certificates takes about 17 ms, so once per process."""
    if file := os.environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=file)
    if folder := os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=folder)
    return ssl.create_default_context(cafile=certifi.where())


def with_tls(sock: socket.socket, host: str) -> ssl.SSLSocket:
    """`sock` before the handshake, in place of it."""
    with closed_on_failure(sock):
        return ssl_context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)

"""A shop whose client is made, and used, before gunicorn forks its workers."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from cryptocloud import CryptoCloud

client = CryptoCloud()
client.invoices.cancel("INV-AAAAAAAA")


def shop(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    client.invoices.cancel(environ["PATH_INFO"].removeprefix("/"))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

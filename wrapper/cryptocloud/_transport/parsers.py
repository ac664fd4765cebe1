"""The parsers of answers: both are strict.

h11 is always there. httptools, written in C, comes with the extra `cryptocloud[fast]`.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptocloud._transport.contract import Request
from cryptocloud._transport.http1 import Exchange


def fastest_parser() -> Callable[[Request], Exchange]:
    """The fastest parser that is installed."""
    # Here, because the other one is not needed then.
    try:
        from cryptocloud._transport.httptools import HttptoolsExchange
    except ImportError:
        from cryptocloud._transport.h11 import H11Exchange

        return H11Exchange
    return HttptoolsExchange

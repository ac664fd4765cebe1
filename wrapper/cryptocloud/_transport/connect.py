"""What both transports do alike to connect."""

from __future__ import annotations

import socket
from typing import Any, TypeAlias

from cryptocloud._transport.contract import Attempt

_MAX_PER_ADDRESS = 2.0
"""Seconds that an address is tried if there is another: one that swallows packets must not eat the
deadline, and one packet may be lost and sent again."""

Address: TypeAlias = tuple[int, int, int, str, Any]
"""What `socket.getaddrinfo` gives for each address."""


def time_for_address(attempt: Attempt, remaining: int) -> float:
    """Seconds to connect to the first of `remaining` addresses. The last one gets all that is left."""
    left = attempt.check()
    return left if remaining == 1 else min(left / remaining, _MAX_PER_ADDRESS)


def new_socket(address: Address) -> socket.socket:
    """A socket for `address`, not connected yet."""
    sock = socket.socket(*address[:3])
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock

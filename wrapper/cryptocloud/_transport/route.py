"""The way to a target: straight or through a proxy, and with which settings of TLS."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

from cryptocloud._transport.contract import Network, Target, is_loopback
from cryptocloud._transport.proxy import Proxy, proxy_to
from cryptocloud._transport.tls import context_for


class Route(NamedTuple):
    """The way to a target.

    Attributes:
        target: The place that requests go to.
        proxy: The proxy on the way; None if there is none.
        context: The settings of TLS; None over plain http.
    """

    target: Target
    proxy: Proxy | None
    context: ssl.SSLContext | None

    @property
    def peer(self) -> Proxy | Target:
        """What is connected to."""
        return self.proxy or self.target

    def check_peer(self, sock: socket.socket) -> None:
        """See that nobody on the way can read the key.

        Raises:
            OSError: It is plain http, and the other side is not on this machine.
        """
        # A name such as `localhost` can lead anywhere.
        if self.context is None and not is_loopback(sock.getpeername()[0]):
            raise OSError(
                f"{self.peer.host} is not on this machine: over plain http the API key could be read"
            )


def route_to(target: Target, network: Network) -> Route:
    """The way to `target` that a user wants, or that the environment names.

    Raises:
        TypeError, ValueError: A setting cannot be used.
    """
    if not isinstance(network.trust_env, bool):
        raise TypeError(f"trust_env must be a bool, not {type(network.trust_env).__name__}")
    context = context_for(network)
    return Route(target, proxy_to(target, network), context if target.is_tls else None)

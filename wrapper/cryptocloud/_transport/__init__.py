"""How bytes travel. This wing imports nothing else of the package, and its door is this file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptocloud._transport.contract import (
    MAX_BODY,
    Answer,
    Attempt,
    Headers,
    Network,
    ProtocolError,
    Request,
    Target,
    is_loopback,
)

if TYPE_CHECKING:
    from cryptocloud._transport.aio import AsyncTransport
    from cryptocloud._transport.httpx import (
        Adapter,
        AsyncAdapter,
        AsyncDefaultTransport,
        AsyncHttpxTransport,
        DefaultTransport,
        HttpxTransport,
    )
    from cryptocloud._transport.sync import Transport

__all__ = [
    "MAX_BODY",
    "Answer",
    "AsyncDefaultTransport",
    "AsyncHttpxTransport",
    "Attempt",
    "DefaultTransport",
    "Headers",
    "HttpxTransport",
    "Network",
    "ProtocolError",
    "Request",
    "Target",
    "is_loopback",
    "open_async_transport",
    "open_transport",
]

# The transports are loaded when a client is made: they load a parser, and asyncio or httpx.


def open_transport(target: Target, network: Network, given: object) -> Transport | Adapter:
    """The default transport to `target`, or in its place the one of httpx that is given.

    Raises:
        TypeError: What is given is no synchronous transport of httpx or httpx2.
        TypeError, ValueError: `network` has what cannot be used.
    """
    if given is None:
        from cryptocloud._transport.route import route_to
        from cryptocloud._transport.sync import Transport

        return Transport(route_to(target, network))
    from cryptocloud._transport.httpx import adapter

    _see_that_nothing_is_lost(network)
    return adapter(given)


def open_async_transport(target: Target, network: Network, given: object) -> AsyncTransport | AsyncAdapter:
    """The default transport to `target`, or in its place the one of httpx that is given.

    Raises:
        TypeError: What is given is no asynchronous transport of httpx or httpx2.
        TypeError, ValueError: `network` has what cannot be used.
    """
    if given is None:
        from cryptocloud._transport.aio import AsyncTransport
        from cryptocloud._transport.route import route_to

        return AsyncTransport(route_to(target, network))
    from cryptocloud._transport.httpx import async_adapter

    _see_that_nothing_is_lost(network)
    return async_adapter(given)


def _see_that_nothing_is_lost(network: Network) -> None:
    for name in ("proxy", "ssl_context"):
        if getattr(network, name) is not None:
            raise ValueError(f"{name} is for the default transport: give it to the transport that you pass")


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take it for a promise that every name exists.
    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from cryptocloud._transport import httpx

        return getattr(httpx, name)

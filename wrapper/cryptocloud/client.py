"""The clients: settings in, resources out, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar, overload

from cryptocloud import _transport
from cryptocloud._lazy import LazyModule
from cryptocloud._secret import Secret
from cryptocloud._settings import Keys, checked_base_url, checked_on_attempt, checked_options, checked_shop_id
from cryptocloud.resources import (
    AsyncBalances,
    AsyncInvoices,
    AsyncPostbacks,
    AsyncStaticWallets,
    AsyncWithdrawals,
    Balances,
    Invoices,
    Postbacks,
    StaticWallets,
    Withdrawals,
)

if TYPE_CHECKING:
    import ssl

    import cryptocloud_client
    from cryptocloud import _call, _generated, _session
else:
    ssl = LazyModule("ssl")
    cryptocloud_client = LazyModule("cryptocloud_client")
    _call = LazyModule("cryptocloud._call")
    _generated = LazyModule("cryptocloud._generated")
    _session = LazyModule("cryptocloud._session")

ResourceT = TypeVar("ResourceT")


class _Attribute(Generic[ResourceT]):
    """A resource as an attribute: its class on the class of the client, so that tools see what it has, and
    one of its own on each client."""

    def __init__(self, resource: type[ResourceT]) -> None:
        self._resource = resource

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type) -> type[ResourceT]: ...

    @overload
    def __get__(self, client: _Client, owner: type) -> ResourceT: ...

    def __get__(self, client: _Client | None, owner: type) -> type[ResourceT] | ResourceT:
        if client is None:
            return self._resource
        make: Any = self._resource
        resource: ResourceT = make(client)
        # From now on it is found before this descriptor.
        client.__dict__[self._name] = resource
        return resource


class _Client:
    """What both clients have in common: their settings."""

    shop_id: str | None
    _secret_key: Secret
    _session: _session.Session | _session.AsyncSession

    @property
    def generated(self) -> cryptocloud_client.AuthenticatedClient:
        """The generated client. Its functions, called with it, take the same road as the methods here."""
        return _generated.generated_over(self._session)

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """A client with other settings over the same connections; closing one closes both.

        Raises:
            TypeError, ValueError: A setting cannot be right.
        """
        options = self._session.engine.options.changed(timeout, max_retries)
        other = object.__new__(type(self))
        # What a subclass has set goes along; the resources are those of the other client.
        other.__dict__.update(
            (name, value)
            for name, value in self.__dict__.items()
            if not isinstance(getattr(type(self), name, None), type)
        )
        other._session = self._session.with_options(options)
        return other

    def __repr__(self) -> str:
        # Tracebacks show clients, even those whose settings were just refused.
        session = self.__dict__.get("_session")
        return f"<{type(self).__name__} {session.engine.target if session else '(not set up)'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds connections and a key: make a new one instead of a copy"
        )


class CryptoCloud(_Client):
    """A client of the CryptoCloud payment API. Safe to share between threads.

    Use it with `with`, or call `close()` when it is no longer needed.

    Args:
        api_key: The key of the project. Falls back to `CRYPTOCLOUD_API_KEY`.
        shop_id: The id of the project's shop, needed to create invoices and static wallets. Falls back to
            `CRYPTOCLOUD_SHOP_ID`.
        withdrawal_key: The account's key for withdrawals, needed for nothing else. Falls back to
            `CRYPTOCLOUD_WITHDRAWAL_KEY`.
        secret_key: The project's key for notifications, needed for nothing else. Falls back to
            `CRYPTOCLOUD_SECRET_KEY`.
        base_url: Host and version of the API. Falls back to `CRYPTOCLOUD_BASE_URL`, then to
            `https://api.cryptocloud.plus/v2`. The service is also known as `https://api.trybit.com/v2`.
        timeout: Seconds that one call may take as a whole: name resolution, connecting, retries and waits
            included. `get_many` and `list` make several requests, and each of them has it.
        max_retries: How often a call is repeated, where that does no harm: see `x-retry` in the spec. A
            cancel in doubt is looked up even with 0.
        proxy: The URL of an HTTP proxy to tunnel through, such as `http://user:password@proxy.example:3128`.
            Falls back to `HTTPS_PROXY`, then to `ALL_PROXY`, unless `NO_PROXY` names the host or it is this
            machine.
        trust_env: Whether the environment is asked for a proxy, and `SSL_CERT_FILE` and `SSL_CERT_DIR` for
            the certificates to trust.
        ssl_context: Settings of TLS, for an authority of your own or a certificate of the client. The default
            trusts the authorities of certifi, as httpx does.
        transport: An `httpx.BaseTransport` that replaces the default, such as `httpx.HTTPTransport(
            limits=httpx.Limits(max_keepalive_connections=0))`; the client closes it. With it, the deadline
            holds as far as the transport keeps the timeouts that it is given. httpx takes what follows an
            answer for the answer to the next request, hence no connection is kept. Only httpx's own
            transports are believed that nothing was sent; other failures are `UNKNOWN`.
        on_attempt: Called with an `AttemptEvent` after each attempt, to trace or count; by the asynchronous
            client, too, where it must not block. What it raises is logged and changes nothing.

    Raises:
        TypeError, ValueError: A setting is missing or cannot be right. The message never shows a key.
    """

    invoices = _Attribute(Invoices)
    balances = _Attribute(Balances)
    static_wallets = _Attribute(StaticWallets)
    withdrawals = _Attribute(Withdrawals)
    postbacks = _Attribute(Postbacks)
    _session: _session.Session

    def __init__(
        self,
        *,
        api_key: str | None = None,
        shop_id: str | None = None,
        withdrawal_key: str | None = None,
        secret_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 2,
        proxy: str | None = None,
        trust_env: bool = True,
        ssl_context: ssl.SSLContext | None = None,
        transport: _transport.HttpxTransport | None = None,
        on_attempt: Callable[[_call.AttemptEvent], object] | None = None,
    ) -> None:
        keys = Keys(api_key, withdrawal_key, secret_key)
        network = _transport.Network(proxy, trust_env, ssl_context)
        # No traceback that begins below may have a key or a password among this frame's locals.
        del api_key, withdrawal_key, secret_key, proxy
        self.shop_id = checked_shop_id(shop_id)
        self._secret_key = keys.secret
        self._session = _session.Session(
            _call.Engine(
                keys=keys.checked(),
                target=checked_base_url(base_url),
                options=checked_options(timeout, max_retries),
                on_attempt=checked_on_attempt(on_attempt),
            ),
            network,
            transport,
        )

    def close(self) -> None:
        """Close the connections. Calls from now on raise `RuntimeError`."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncCryptoCloud(_Client):
    """The asynchronous client: `CryptoCloud` with `await`. Safe to share between the tasks of one event loop.

    Use it with `async with`, or await `aclose()` when it is no longer needed. The arguments are those of
    `CryptoCloud`, but `transport` is an `httpx.AsyncBaseTransport`, and the deadline always holds, give or
    take 0.05 s with a transport of yours. Works with asyncio and trio.
    `postbacks.verify` does no I/O and is called without `await`, and so are `list`, `cancel_many` and
    `watch` of invoices, which are gone through with `async for`.
    """

    invoices = _Attribute(AsyncInvoices)
    balances = _Attribute(AsyncBalances)
    static_wallets = _Attribute(AsyncStaticWallets)
    withdrawals = _Attribute(AsyncWithdrawals)
    postbacks = _Attribute(AsyncPostbacks)
    _session: _session.AsyncSession

    def __init__(
        self,
        *,
        api_key: str | None = None,
        shop_id: str | None = None,
        withdrawal_key: str | None = None,
        secret_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 2,
        proxy: str | None = None,
        trust_env: bool = True,
        ssl_context: ssl.SSLContext | None = None,
        transport: _transport.AsyncHttpxTransport | None = None,
        on_attempt: Callable[[_call.AttemptEvent], object] | None = None,
    ) -> None:
        keys = Keys(api_key, withdrawal_key, secret_key)
        network = _transport.Network(proxy, trust_env, ssl_context)
        # No traceback that begins below may have a key or a password among this frame's locals.
        del api_key, withdrawal_key, secret_key, proxy
        self.shop_id = checked_shop_id(shop_id)
        self._secret_key = keys.secret
        self._session = _session.AsyncSession(
            _call.Engine(
                keys=keys.checked(),
                target=checked_base_url(base_url),
                options=checked_options(timeout, max_retries),
                on_attempt=checked_on_attempt(on_attempt),
            ),
            network,
            transport,
        )

    async def aclose(self) -> None:
        """Close the connections. Calls from now on raise `RuntimeError`."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

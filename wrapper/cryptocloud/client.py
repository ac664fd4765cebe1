"""The clients: thin, nothing but which operation, which arguments, which result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn, Self

from cryptocloud._values import Secret, checked_invoice_id, checked_shop_id
from cryptocloud.session import AsyncSession, Session, generated_over

if TYPE_CHECKING:
    from cryptocloud.session import AsyncTransport, SyncTransport
    from cryptocloud_client import AuthenticatedClient

DEFAULT_BASE_URL = "https://api.cryptocloud.plus/v2"

# The generated operations are imported by the methods that call them: all of them together would make
# `import cryptocloud` slow, and most programs use few.


class Invoices:
    """Operations on invoices, as `client.invoices`."""

    def __init__(self, generated: AuthenticatedClient) -> None:
        self._generated = generated

    def cancel(self, uuid: str) -> None:
        """Cancel an invoice that is in status `created`. It returns only if the service said that it did.

        Args:
            uuid: The id of the invoice, `INV-89UX09KA`, or `89UX09KA` as notifications carry it. Upper case.

        Raises:
            TypeError, ValueError: `uuid` cannot be an id; nothing was sent.
            InvoiceNotCancelableError: The invoice is not in status `created`.
            CryptoCloudError: Everything else that can go wrong. Its `outcome` tells whether the invoice
                may be cancelled nevertheless.

        Source: `cancelInvoice` in the spec.
        """
        from cryptocloud_client.api.invoices import cancel_invoice
        from cryptocloud_client.models import CancelInvoiceRequest

        cancel_invoice.sync_detailed(
            client=self._generated, body=CancelInvoiceRequest(uuid=checked_invoice_id(uuid))
        )


class AsyncInvoices:
    """Operations on invoices, as `client.invoices` of `AsyncCryptoCloud`."""

    def __init__(self, generated: AuthenticatedClient) -> None:
        self._generated = generated

    async def cancel(self, uuid: str) -> None:
        """Cancel an invoice that is in status `created`: see `Invoices.cancel`."""
        from cryptocloud_client.api.invoices import cancel_invoice
        from cryptocloud_client.models import CancelInvoiceRequest

        await cancel_invoice.asyncio_detailed(
            client=self._generated, body=CancelInvoiceRequest(uuid=checked_invoice_id(uuid))
        )


class _Client:
    """What both clients have in common: their settings."""

    shop_id: str | None
    generated: AuthenticatedClient
    """The generated client. Its functions, called with it, take the same road as the methods here."""
    _session: Session | AsyncSession

    def __repr__(self) -> str:
        # Tracebacks show clients, even those whose settings were just refused.
        session = getattr(self, "_session", None)
        return f"<{type(self).__name__} {session.base_url if session else '(not set up)'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds connections and a key: make a new one instead of a copy"
        )


class CryptoCloud(_Client):
    """A client of the CryptoCloud payment API. Safe to share between threads.

    Use it with `with`, or call `close()` when it is no longer needed.

    Args:
        api_key: The key of the project. Falls back to `CRYPTOCLOUD_API_KEY`.
        shop_id: The id of the project's shop, needed where money is asked for; cancelling works without.
            Falls back to `CRYPTOCLOUD_SHOP_ID`.
        base_url: Host and version of the API. Falls back to `CRYPTOCLOUD_BASE_URL`, then to
            `https://api.cryptocloud.plus/v2`. The service is also known as `https://api.trybit.com/v2`.
        timeout: Seconds that one call may take as a whole, its retries and waits included. The
            resolution of the host's name is not covered: the platform cannot interrupt it.
        max_retries: How often a call is repeated that could not be sent.
        transport: An `httpx.BaseTransport` that replaces the default, such as
            `httpx.HTTPTransport(proxy=...)`; the client closes it. With it, the deadline holds as far as
            the transport keeps the timeouts that it is given.

    Raises:
        TypeError, ValueError: A setting is missing or cannot be right. The message never shows a key.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        shop_id: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 2,
        transport: SyncTransport | None = None,
    ) -> None:
        secret = Secret(api_key, "CRYPTOCLOUD_API_KEY")
        # No traceback that begins below may have the key among this frame's locals.
        del api_key
        self.shop_id = _shop_id(shop_id)
        self._session: Session = Session(
            secret=secret.checked("API key"),
            base_url=_base_url(base_url),
            timeout=timeout,
            max_retries=max_retries,
            transport=transport,
        )
        self.generated = generated_over(self._session)
        self.invoices = Invoices(self.generated)

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
    `CryptoCloud`, but `transport` is an `httpx.AsyncBaseTransport`, and the deadline always holds.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        shop_id: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 2,
        transport: AsyncTransport | None = None,
    ) -> None:
        secret = Secret(api_key, "CRYPTOCLOUD_API_KEY")
        del api_key
        self.shop_id = _shop_id(shop_id)
        self._session: AsyncSession = AsyncSession(
            secret=secret.checked("API key"),
            base_url=_base_url(base_url),
            timeout=timeout,
            max_retries=max_retries,
            transport=transport,
        )
        self.generated = generated_over(self._session)
        self.invoices = AsyncInvoices(self.generated)

    async def aclose(self) -> None:
        """Close the connections. Calls from now on raise `RuntimeError`."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _shop_id(given: str | None) -> str | None:
    return checked_shop_id(os.environ.get("CRYPTOCLOUD_SHOP_ID") if given is None else given)


def _base_url(given: str | None) -> str:
    return os.environ.get("CRYPTOCLOUD_BASE_URL", DEFAULT_BASE_URL) if given is None else given

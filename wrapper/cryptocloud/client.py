"""The clients: thin, nothing but which operation, which arguments, which result."""

from __future__ import annotations

import abc
import os
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar

from cryptocloud._arguments import Secret, checked_invoice_ids, checked_period, checked_shop_id
from cryptocloud._session import AsyncSession, Session, generated_over

if TYPE_CHECKING:
    import datetime
    from collections.abc import AsyncIterator, Iterable, Iterator
    from decimal import Decimal

    from cryptocloud._call.calls import Call
    from cryptocloud._session import AsyncTransport, SyncTransport
    from cryptocloud.models import Balance, Invoice, StaticWallet, Statistics, Withdrawal
    from cryptocloud.postback import Postback
    from cryptocloud_client import AuthenticatedClient

DEFAULT_BASE_URL = "https://api.cryptocloud.plus/v2"

ResultT = TypeVar("ResultT")

# `_call` and what it needs, the generated operations and the models, are imported by the methods that
# use them: they would double the time of `import cryptocloud`.


class _Resource:
    def __init__(self, client: CryptoCloud) -> None:
        self._client = client

    def _run(self, call: Call[ResultT]) -> ResultT:
        return call.result(call.operation.sync_detailed(client=self._client.generated, **call.arguments))


class _AsyncResource:
    def __init__(self, client: AsyncCryptoCloud) -> None:
        self._client = client

    async def _run(self, call: Call[ResultT]) -> ResultT:
        answer = await call.operation.asyncio_detailed(client=self._client.generated, **call.arguments)
        return call.result(answer)


class Invoices(_Resource):
    """Operations on invoices, as `client.invoices`.

    Every method raises `TypeError` or `ValueError` for arguments that cannot be right, before anything is
    sent, and otherwise a `CryptoCloudError`, whose `outcome` tells whether it may have been done.
    """

    def cancel(self, uuid: str) -> None:
        """Cancel an invoice that is in status `created`.

        It returns only if the service said that it did or, after a lost answer, that it is cancelled.

        Args:
            uuid: The id of the invoice, `INV-89UX09KA`, or `89UX09KA` as notifications carry it. Upper case.

        Raises:
            TypeError, ValueError: `uuid` cannot be an id; nothing was sent.
            InvoiceNotCancelableError: The invoice is not in status `created`.
            CryptoCloudError: Everything else that can go wrong. Its `outcome` tells whether the invoice
                may be cancelled nevertheless.

        Source: `cancelInvoice` in the spec.
        """
        from cryptocloud._call import calls

        self._run(calls.cancel(uuid))

    def create(
        self,
        amount: Decimal | int | str,
        *,
        currency: str = "USD",
        order_id: str | None = None,
        email: str | None = None,
        time_to_pay: datetime.timedelta | None = None,
        available_currencies: Iterable[str] | None = None,
        cryptocurrency: str | None = None,
        email_to_send: str | None = None,
        period: str | None = None,
        locale: str | None = None,
    ) -> Invoice:
        """Create an invoice. Its `link` is where the buyer pays.

        Args:
            amount: The price in `currency`, exact: `"100.50"`, `Decimal("100.50")`, `100`, but no float.
            currency: Code of a currency, upper case.
            order_id: Your own name for it, which comes back in `get`, `list` and notifications, but not in
                the result of this call.
            email: The buyer's address.
            time_to_pay: How long it can be paid, in whole minutes. The service's default is not documented;
                24 hours in its samples.
            available_currencies: Full codes of the coins that the buyer can choose from.
            cryptocurrency: Full code of the coin to begin with; the answer then has an `address`.
            email_to_send: Where the service mails the invoice. Only older documentation has it.
            period: How often it mails it again: `month`, `week`, `day`. Only older documentation has it.
            locale: Language of the payment page, such as `en`. Only older documentation has it.

        Raises:
            ValueError: An argument cannot be right, or the client has no shop id; nothing was sent.
            BadRequestError: The service refused; `errors` has the fields.
            CryptoCloudError: If its `outcome` is `UNKNOWN`, there may be an invoice that nobody knows the
                id of. Creating is never repeated by itself: look through `list` for your `order_id`.

        Source: `createInvoice` in the spec.
        """
        from cryptocloud._call import calls

        return self._run(
            calls.create(
                self._client.shop_id,
                amount,
                currency=currency,
                order_id=order_id,
                email=email,
                time_to_pay=time_to_pay,
                available_currencies=available_currencies,
                cryptocurrency=cryptocurrency,
                email_to_send=email_to_send,
                period=period,
                locale=locale,
            )
        )

    def get(self, uuid: str) -> Invoice:
        """Look an invoice up.

        Raises:
            NotFoundError: The service does not know it, or it belongs to another project.

        Source: `getInvoices` in the spec.
        """
        return self.get_many([checked_invoice_ids([uuid])[0]])[0]

    def get_many(self, uuids: Iterable[str]) -> list[Invoice]:
        """Look any number of invoices up, in requests of 100, one after the other.

        Returns:
            The invoices in the order of `uuids`; one that is asked for twice is there twice.

        Raises:
            NotFoundError: The service does not know some of them: `errors` has their ids, `found` the others.

        Source: `getInvoices` in the spec.
        """
        from cryptocloud._call import calls

        wanted = checked_invoice_ids(uuids)
        found: list[Invoice] = []
        for batch in calls.batches(wanted):
            known = self._run(calls.get(batch))
            found += known
        return calls.in_order(wanted, found)

    def list(self, start: datetime.date, end: datetime.date) -> Iterator[Invoice]:
        """Go through the invoices of a period, both days included, each once; pages come as they are needed.

        The order is the service's, and not documented; so is the zone of its days, which is likely UTC.
        Invoices that appear meanwhile may be missing, others are neither skipped nor repeated.

        Raises:
            TypeError, ValueError: A day is no `date`, or `end` is before `start`. Raised by the call itself.
            InvalidResponseError: A single day has more invoices than the service gives at all.

        Source: `listInvoices` in the spec.
        """
        start, end = checked_period(start, end)
        return self._list(start, end)

    def _list(self, start: datetime.date, end: datetime.date) -> Iterator[Invoice]:
        from cryptocloud._call import calls, paging

        steps = paging.listing(start, end)
        step = next(steps, None)
        while step is not None:
            records = None
            if isinstance(step, paging.Page):
                with step.refusal_allowed():
                    records = self._run(calls.page(step))
            else:
                yield from step
            step = paging.advance(steps, records)

    def statistics(self, start: datetime.date, end: datetime.date) -> Statistics:
        """Count the invoices of a period by status, and sum them up in US dollars. Both days are included.

        Source: `getStatistics` in the spec.
        """
        from cryptocloud._call import calls

        return self._run(calls.statistics(start, end))


class AsyncInvoices(_AsyncResource):
    """Operations on invoices, as `client.invoices` of `AsyncCryptoCloud`. See `Invoices` for each."""

    async def cancel(self, uuid: str) -> None:
        """See `Invoices.cancel`."""
        from cryptocloud._call import calls

        await self._run(calls.cancel(uuid))

    async def create(
        self,
        amount: Decimal | int | str,
        *,
        currency: str = "USD",
        order_id: str | None = None,
        email: str | None = None,
        time_to_pay: datetime.timedelta | None = None,
        available_currencies: Iterable[str] | None = None,
        cryptocurrency: str | None = None,
        email_to_send: str | None = None,
        period: str | None = None,
        locale: str | None = None,
    ) -> Invoice:
        """See `Invoices.create`."""
        from cryptocloud._call import calls

        return await self._run(
            calls.create(
                self._client.shop_id,
                amount,
                currency=currency,
                order_id=order_id,
                email=email,
                time_to_pay=time_to_pay,
                available_currencies=available_currencies,
                cryptocurrency=cryptocurrency,
                email_to_send=email_to_send,
                period=period,
                locale=locale,
            )
        )

    async def get(self, uuid: str) -> Invoice:
        """See `Invoices.get`."""
        return (await self.get_many([checked_invoice_ids([uuid])[0]]))[0]

    async def get_many(self, uuids: Iterable[str]) -> list[Invoice]:
        """See `Invoices.get_many`."""
        from cryptocloud._call import calls

        wanted = checked_invoice_ids(uuids)
        found: list[Invoice] = []
        for batch in calls.batches(wanted):
            known = await self._run(calls.get(batch))
            found += known
        return calls.in_order(wanted, found)

    def list(self, start: datetime.date, end: datetime.date) -> AsyncIterator[Invoice]:
        """See `Invoices.list`."""
        start, end = checked_period(start, end)
        return self._list(start, end)

    async def _list(self, start: datetime.date, end: datetime.date) -> AsyncIterator[Invoice]:
        from cryptocloud._call import calls, paging

        steps = paging.listing(start, end)
        step = next(steps, None)
        while step is not None:
            records = None
            if isinstance(step, paging.Page):
                with step.refusal_allowed():
                    records = await self._run(calls.page(step))
            else:
                for invoice in step:
                    yield invoice
            step = paging.advance(steps, records)

    async def statistics(self, start: datetime.date, end: datetime.date) -> Statistics:
        """See `Invoices.statistics`."""
        from cryptocloud._call import calls

        return await self._run(calls.statistics(start, end))


class Balances(_Resource):
    """What the merchant has, as `client.balances`."""

    def list(self) -> list[Balance]:
        """The balance of each coin, empty ones included.

        Source: `listBalances` in the spec.
        """
        from cryptocloud._call import calls

        return self._run(calls.balances())


class AsyncBalances(_AsyncResource):
    """What the merchant has, as `client.balances` of `AsyncCryptoCloud`."""

    async def list(self) -> list[Balance]:
        """See `Balances.list`."""
        from cryptocloud._call import calls

        return await self._run(calls.balances())


class StaticWallets(_Resource):
    """Addresses for one coin and one customer, as `client.static_wallets`."""

    def create(self, currency: str, *, identify: str) -> StaticWallet:
        """Create an address for one coin and one customer.

        Args:
            currency: Full code of the coin.
            identify: Your own name for the customer, which notifications carry as `order_id`.

        Raises:
            CryptoCloudError: If its `outcome` is `UNKNOWN`, there may be a wallet. It is never repeated by
                itself, since whether the same customer gets the same wallet again is not documented.

        Source: `createStaticWallet` in the spec. Said not to work in test mode.
        """
        from cryptocloud._call import calls

        return self._run(calls.static_wallet(self._client.shop_id, currency, identify))


class AsyncStaticWallets(_AsyncResource):
    """Addresses for one coin and one customer, as `client.static_wallets` of `AsyncCryptoCloud`."""

    async def create(self, currency: str, *, identify: str) -> StaticWallet:
        """See `StaticWallets.create`."""
        from cryptocloud._call import calls

        return await self._run(calls.static_wallet(self._client.shop_id, currency, identify))


class Withdrawals(_Resource):
    """Money that leaves, as `client.withdrawals`. Needs the client's `withdrawal_key`."""

    def create(self, currency: str, *, to_address: str, amount: Decimal | int | str) -> Withdrawal:
        """Send coins to an address.

        Args:
            currency: Full code of the coin.
            to_address: Where they go. Its form is left to the service to check.
            amount: How many coins, exact: `"0.05"`, `Decimal("0.05")`, `1`, but no float.

        Raises:
            ValueError: The client has no withdrawal key, or an argument cannot be right; nothing was sent.
            RateLimitError: Less than 12 seconds after the last one. It is not repeated by itself.
            BadRequestError: The service refused; `errors` tells why.
            CryptoCloudError: If its `outcome` is `UNKNOWN`, the coins may be on their way. **Never repeat it
                before you have looked**: nothing tells a second withdrawal from a repeated first.

        Source: `createWithdrawal` in the spec.
        """
        from cryptocloud._call import calls

        return self._run(calls.withdrawal(currency, to_address, amount))


class AsyncWithdrawals(_AsyncResource):
    """Money that leaves, as `client.withdrawals` of `AsyncCryptoCloud`."""

    async def create(self, currency: str, *, to_address: str, amount: Decimal | int | str) -> Withdrawal:
        """See `Withdrawals.create`."""
        from cryptocloud._call import calls

        return await self._run(calls.withdrawal(currency, to_address, amount))


class Postbacks:
    """Notifications of payments, as `client.postbacks`. Needs the client's `secret_key`."""

    def __init__(self, secret_key: Secret) -> None:
        self._secret_key = secret_key

    def verify(self, body: bytes, content_type: str, *, leeway: float = 60.0) -> Postback:
        """Check that the service sent a notification, and read it. See `cryptocloud.postback.verify`.

        Raises:
            ValueError: The client has no secret key.
            PostbackError: It is not from the service, or too old, or broken.
        """
        from cryptocloud import postback

        secret_key = self._secret_key.checked("secret key")
        try:
            return postback.verify(body, content_type, secret_key.reveal(), leeway=leeway)
        finally:
            # Nor may a traceback show the token, which is in the body.
            del body


class _Client(abc.ABC):
    """What both clients have in common: their settings."""

    shop_id: str | None
    generated: AuthenticatedClient
    """The generated client. Its functions, called with it, take the same road as the methods here."""
    postbacks: Postbacks
    _session: Session | AsyncSession

    @abc.abstractmethod
    def _set_up(self) -> None:
        """Put the generated client and the resources over the session."""

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """A client with other settings over the same connections; closing one closes both.

        Raises:
            TypeError, ValueError: A setting cannot be right.
        """
        other = object.__new__(type(self))
        other.shop_id = self.shop_id
        other.postbacks = self.postbacks
        other._session = self._session.with_options(timeout=timeout, max_retries=max_retries)
        other._set_up()
        return other

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
        shop_id: The id of the project's shop, needed to create invoices and static wallets. Falls back to
            `CRYPTOCLOUD_SHOP_ID`.
        withdrawal_key: The account's key for withdrawals, needed for nothing else. Falls back to
            `CRYPTOCLOUD_WITHDRAWAL_KEY`.
        secret_key: The project's key for notifications, needed for nothing else. Falls back to
            `CRYPTOCLOUD_SECRET_KEY`.
        base_url: Host and version of the API. Falls back to `CRYPTOCLOUD_BASE_URL`, then to
            `https://api.cryptocloud.plus/v2`. The service is also known as `https://api.trybit.com/v2`.
        timeout: Seconds that one call may take as a whole, its retries and waits included. The
            resolution of the host's name is not covered: the platform cannot interrupt it.
        max_retries: How often a call is repeated, where that does no harm: see `x-retry` in the spec. A
            cancel in doubt is looked up even with 0.
        transport: An `httpx.BaseTransport` that replaces the default, such as `httpx.HTTPTransport(
            proxy=..., limits=httpx.Limits(max_keepalive_connections=0))`; the client closes it. With it,
            the deadline holds as far as the transport keeps the timeouts that it is given. httpx takes
            what follows an answer for the answer to the next request, hence no connection is kept. Only
            httpx's own transports are believed that nothing was sent; other failures are `UNKNOWN`.

    Raises:
        TypeError, ValueError: A setting is missing or cannot be right. The message never shows a key.
    """

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
        transport: SyncTransport | None = None,
    ) -> None:
        keys = _Keys(api_key, withdrawal_key, secret_key)
        # No traceback that begins below may have a key among this frame's locals.
        del api_key, withdrawal_key, secret_key
        self.shop_id = _shop_id(shop_id)
        self._session: Session = Session(
            keys=keys.checked(),
            base_url=_base_url(base_url),
            timeout=timeout,
            max_retries=max_retries,
            transport=transport,
        )
        self.postbacks = Postbacks(keys.secret)
        self._set_up()

    def _set_up(self) -> None:
        self.generated = generated_over(self._session)
        self.invoices = Invoices(self)
        self.balances = Balances(self)
        self.static_wallets = StaticWallets(self)
        self.withdrawals = Withdrawals(self)

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
    `postbacks.verify` does no I/O and is called without `await`.
    """

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
        transport: AsyncTransport | None = None,
    ) -> None:
        keys = _Keys(api_key, withdrawal_key, secret_key)
        del api_key, withdrawal_key, secret_key
        self.shop_id = _shop_id(shop_id)
        self._session: AsyncSession = AsyncSession(
            keys=keys.checked(),
            base_url=_base_url(base_url),
            timeout=timeout,
            max_retries=max_retries,
            transport=transport,
        )
        self.postbacks = Postbacks(keys.secret)
        self._set_up()

    def _set_up(self) -> None:
        self.generated = generated_over(self._session)
        self.invoices = AsyncInvoices(self)
        self.balances = AsyncBalances(self)
        self.static_wallets = AsyncStaticWallets(self)
        self.withdrawals = AsyncWithdrawals(self)

    async def aclose(self) -> None:
        """Close the connections. Calls from now on raise `RuntimeError`."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Keys:
    """The keys of a client, each masked, with the names of their variables."""

    def __init__(self, api_key: object, withdrawal_key: object, secret_key: object) -> None:
        self.api = Secret(api_key, "CRYPTOCLOUD_API_KEY")
        self.withdrawal = Secret(withdrawal_key, "CRYPTOCLOUD_WITHDRAWAL_KEY")
        self.secret = Secret(secret_key, "CRYPTOCLOUD_SECRET_KEY")

    def checked(self) -> dict[str, Secret]:
        """Those that go to the service, by security scheme. The one that every client needs must be there."""
        keys = {"ProjectKey": self.api.checked("API key")}
        if self.withdrawal:
            keys["WithdrawalKey"] = self.withdrawal.checked("withdrawal key")
        if self.secret:
            self.secret.checked("secret key")
        return keys


def _shop_id(given: str | None) -> str | None:
    return checked_shop_id((os.environ.get("CRYPTOCLOUD_SHOP_ID") or None) if given is None else given)


def _base_url(given: str | None) -> str:
    return (os.environ.get("CRYPTOCLOUD_BASE_URL") or DEFAULT_BASE_URL) if given is None else given

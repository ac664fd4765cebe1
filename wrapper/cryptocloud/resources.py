"""What one can do with a client: each operation, both ways.

The asynchronous half repeats the docstrings of the synchronous one, so that an editor shows them. A test
holds the two together.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, Unpack

from cryptocloud._arguments import InvoiceOptions, checked_invoice_ids, checked_period
from cryptocloud._lazy import LazyModule
from cryptocloud._secret import Secret

if TYPE_CHECKING:
    from cryptocloud import _bulk, models, postback
    from cryptocloud._call import calls, paging
    from cryptocloud._session import AsyncSession, Session
else:
    _bulk = LazyModule("cryptocloud._bulk")
    calls = LazyModule("cryptocloud._call.calls")
    models = LazyModule("cryptocloud.models")
    paging = LazyModule("cryptocloud._call.paging")
    postback = LazyModule("cryptocloud.postback")


class _Client(Protocol):
    """What a resource needs of its client."""

    shop_id: str | None
    _session: Session


class _AsyncClient(Protocol):
    """The same of an asynchronous one."""

    shop_id: str | None
    _session: AsyncSession


class _PostbackClient(Protocol):
    """The same of either."""

    _secret_key: Secret


class _Resource:
    def __init__(self, client: _Client) -> None:
        self._client = client


class _AsyncResource:
    def __init__(self, client: _AsyncClient) -> None:
        self._client = client


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
        self._client._session.run(calls.cancel(uuid))

    def cancel_many(
        self,
        uuids: Iterable[str],
        *,
        concurrency: int = 8,
        journal: str | os.PathLike[str] | None = None,
    ) -> Iterator[models.CancelResult]:
        """Cancel any number of invoices, several at a time.

        Ids are pulled from `uuids` as places are free, so it may be endless. Results come in the order in
        which they are ready, one for each id, and none of them ends the others. A refusal is looked up:
        an invoice that is cancelled already is `already_canceled`. If the service refuses for now, all wait
        as long as it asks, and fewer are in flight from then on.

        Whoever stops, by `break`, Ctrl-C or cancellation, waits for the calls that are in flight, at most as
        long as the client's timeout; a second Ctrl-C ends at once.

        Args:
            uuids: The ids. One that cannot be an id gives a result, too.
            concurrency: How many are in flight at most, from 1 to 100.
            journal: A file that remembers what was begun and what became of it, as JSON lines. With it a run
                that was killed is finished by the next one: first what was begun, then the rest of
                `uuids`, without those that are cancelled. Each id counts once in a run. Only one run at a
                time can use it.

        Raises:
            TypeError, ValueError: An argument cannot be right. Raised by the call itself.
            JournalError: The journal cannot be used; raised by the first result, before anything is sent.

        Source: `cancelInvoice` and `getInvoices` in the spec. No limit of the rate of either is documented.
        """
        return _bulk.cancel_many(self._client._session, self._client.shop_id, uuids, concurrency, journal)

    def create(self, amount: Decimal | int | str, **options: Unpack[InvoiceOptions]) -> models.Invoice:
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
        return self._client._session.run(calls.create(self._client.shop_id, amount, options))

    def get(self, uuid: str) -> models.Invoice:
        """Look an invoice up.

        Raises:
            NotFoundError: The service does not know it, or it belongs to another project.

        Source: `getInvoices` in the spec.
        """
        return self.get_many(checked_invoice_ids([uuid]))[0]

    def get_many(self, uuids: Iterable[str]) -> list[models.Invoice]:
        """Look any number of invoices up, in requests of 100, each with the whole timeout.

        Returns:
            The invoices in the order of `uuids`; one that is asked for twice is there twice.

        Raises:
            NotFoundError: The service does not know some of them: `errors` has their ids, `found` the others.

        Source: `getInvoices` in the spec.
        """
        wanted = checked_invoice_ids(uuids)
        found: list[models.Invoice] = []
        for batch in calls.batches(wanted):
            known = self._client._session.run(calls.get(batch))
            found += known
        return calls.in_order(wanted, found)

    def list(self, start: datetime.date, end: datetime.date) -> Iterator[models.Invoice]:
        """Go through the invoices of a period, both days included, each once; pages come as they are needed.

        The order is the service's, and not documented; so is the zone of its days, which is likely UTC.
        Invoices that appear meanwhile may be missing, others are neither skipped nor repeated. A warning is
        logged if there are fewer than the service counts. Each page has the whole timeout.

        Raises:
            TypeError, ValueError: A day is no `date`, or `end` is before `start`. Raised by the call itself.
            InvalidResponseError: A single day has more invoices than the service gives at all, or it gives
                the same ones without end.

        Source: `listInvoices` in the spec.
        """
        start, end = checked_period(start, end)
        return self._list(start, end)

    def _list(self, start: datetime.date, end: datetime.date) -> Iterator[models.Invoice]:
        steps = paging.listing(start, end)
        step = next(steps, None)
        while step is not None:
            records = None
            if isinstance(step, paging.Page):
                with step.refusal_allowed():
                    records = self._client._session.run(calls.page(step))
            else:
                yield from step
            step = paging.advance(steps, records)

    def statistics(self, start: datetime.date, end: datetime.date) -> models.Statistics:
        """Count the invoices of a period by status, and sum them up in US dollars. Both days are included.

        Source: `getStatistics` in the spec.
        """
        return self._client._session.run(calls.statistics(start, end))


class AsyncInvoices(_AsyncResource):
    """Operations on invoices, as `client.invoices`.

    Every method raises `TypeError` or `ValueError` for arguments that cannot be right, before anything is
    sent, and otherwise a `CryptoCloudError`, whose `outcome` tells whether it may have been done.
    """

    async def cancel(self, uuid: str) -> None:
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
        await self._client._session.run(calls.cancel(uuid))

    def cancel_many(
        self,
        uuids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int = 8,
        journal: str | os.PathLike[str] | None = None,
    ) -> AsyncIterator[models.CancelResult]:
        """Cancel any number of invoices, several at a time.

        Ids are pulled from `uuids` as places are free, so it may be endless. Results come in the order in
        which they are ready, one for each id, and none of them ends the others. A refusal is looked up:
        an invoice that is cancelled already is `already_canceled`. If the service refuses for now, all wait
        as long as it asks, and fewer are in flight from then on.

        Whoever stops, by `break`, Ctrl-C or cancellation, waits for the calls that are in flight, at most as
        long as the client's timeout; a second Ctrl-C ends at once.

        Args:
            uuids: The ids. One that cannot be an id gives a result, too.
            concurrency: How many are in flight at most, from 1 to 100.
            journal: A file that remembers what was begun and what became of it, as JSON lines. With it a run
                that was killed is finished by the next one: first what was begun, then the rest of
                `uuids`, without those that are cancelled. Each id counts once in a run. Only one run at a
                time can use it.

        Raises:
            TypeError, ValueError: An argument cannot be right. Raised by the call itself.
            JournalError: The journal cannot be used; raised by the first result, before anything is sent.

        Source: `cancelInvoice` and `getInvoices` in the spec. No limit of the rate of either is documented.
        """
        return _bulk.cancel_many_async(
            self._client._session, self._client.shop_id, uuids, concurrency, journal
        )

    async def create(self, amount: Decimal | int | str, **options: Unpack[InvoiceOptions]) -> models.Invoice:
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
        return await self._client._session.run(calls.create(self._client.shop_id, amount, options))

    async def get(self, uuid: str) -> models.Invoice:
        """Look an invoice up.

        Raises:
            NotFoundError: The service does not know it, or it belongs to another project.

        Source: `getInvoices` in the spec.
        """
        return (await self.get_many(checked_invoice_ids([uuid])))[0]

    async def get_many(self, uuids: Iterable[str]) -> list[models.Invoice]:
        """Look any number of invoices up, in requests of 100, each with the whole timeout.

        Returns:
            The invoices in the order of `uuids`; one that is asked for twice is there twice.

        Raises:
            NotFoundError: The service does not know some of them: `errors` has their ids, `found` the others.

        Source: `getInvoices` in the spec.
        """
        wanted = checked_invoice_ids(uuids)
        found: list[models.Invoice] = []
        for batch in calls.batches(wanted):
            known = await self._client._session.run(calls.get(batch))
            found += known
        return calls.in_order(wanted, found)

    def list(self, start: datetime.date, end: datetime.date) -> AsyncIterator[models.Invoice]:
        """Go through the invoices of a period, both days included, each once; pages come as they are needed.

        The order is the service's, and not documented; so is the zone of its days, which is likely UTC.
        Invoices that appear meanwhile may be missing, others are neither skipped nor repeated. A warning is
        logged if there are fewer than the service counts. Each page has the whole timeout.

        Raises:
            TypeError, ValueError: A day is no `date`, or `end` is before `start`. Raised by the call itself.
            InvalidResponseError: A single day has more invoices than the service gives at all, or it gives
                the same ones without end.

        Source: `listInvoices` in the spec.
        """
        start, end = checked_period(start, end)
        return self._list(start, end)

    async def _list(self, start: datetime.date, end: datetime.date) -> AsyncIterator[models.Invoice]:
        steps = paging.listing(start, end)
        step = next(steps, None)
        while step is not None:
            records = None
            if isinstance(step, paging.Page):
                with step.refusal_allowed():
                    records = await self._client._session.run(calls.page(step))
            else:
                for invoice in step:
                    yield invoice
            step = paging.advance(steps, records)

    async def statistics(self, start: datetime.date, end: datetime.date) -> models.Statistics:
        """Count the invoices of a period by status, and sum them up in US dollars. Both days are included.

        Source: `getStatistics` in the spec.
        """
        return await self._client._session.run(calls.statistics(start, end))


class Balances(_Resource):
    """What the merchant has, as `client.balances`."""

    def list(self) -> list[models.Balance]:
        """The balance of each coin, empty ones included.

        Source: `listBalances` in the spec.
        """
        return self._client._session.run(calls.balances())


class AsyncBalances(_AsyncResource):
    """What the merchant has, as `client.balances`."""

    async def list(self) -> list[models.Balance]:
        """The balance of each coin, empty ones included.

        Source: `listBalances` in the spec.
        """
        return await self._client._session.run(calls.balances())


class StaticWallets(_Resource):
    """Addresses for one coin and one customer, as `client.static_wallets`."""

    def create(self, currency: str, *, identify: str) -> models.StaticWallet:
        """Create an address for one coin and one customer.

        Args:
            currency: Full code of the coin.
            identify: Your own name for the customer, which notifications carry as `order_id`.

        Raises:
            CryptoCloudError: If its `outcome` is `UNKNOWN`, there may be a wallet. It is never repeated by
                itself, since whether the same customer gets the same wallet again is not documented.

        Source: `createStaticWallet` in the spec. Said not to work in test mode.
        """
        return self._client._session.run(calls.static_wallet(self._client.shop_id, currency, identify))


class AsyncStaticWallets(_AsyncResource):
    """Addresses for one coin and one customer, as `client.static_wallets`."""

    async def create(self, currency: str, *, identify: str) -> models.StaticWallet:
        """Create an address for one coin and one customer.

        Args:
            currency: Full code of the coin.
            identify: Your own name for the customer, which notifications carry as `order_id`.

        Raises:
            CryptoCloudError: If its `outcome` is `UNKNOWN`, there may be a wallet. It is never repeated by
                itself, since whether the same customer gets the same wallet again is not documented.

        Source: `createStaticWallet` in the spec. Said not to work in test mode.
        """
        return await self._client._session.run(calls.static_wallet(self._client.shop_id, currency, identify))


class Withdrawals(_Resource):
    """Money that leaves, as `client.withdrawals`. Needs the client's `withdrawal_key`."""

    def create(self, currency: str, *, to_address: str, amount: Decimal | int | str) -> models.Withdrawal:
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
        return self._client._session.run(calls.withdrawal(currency, to_address, amount))


class AsyncWithdrawals(_AsyncResource):
    """Money that leaves, as `client.withdrawals`. Needs the client's `withdrawal_key`."""

    async def create(
        self, currency: str, *, to_address: str, amount: Decimal | int | str
    ) -> models.Withdrawal:
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
        return await self._client._session.run(calls.withdrawal(currency, to_address, amount))


class Postbacks:
    """Notifications of payments, as `client.postbacks`. Needs the client's `secret_key`."""

    def __init__(self, client: _PostbackClient) -> None:
        self._client = client

    def verify(self, body: bytes, content_type: str, *, leeway: float = 60.0) -> postback.Postback:
        """Check that the service sent a notification, and read it. See `cryptocloud.postback.verify`.

        Raises:
            ValueError: The client has no secret key.
            PostbackError: It is not from the service, or too old, or broken.
        """
        secret_key = self._client._secret_key.checked("secret key")
        try:
            return postback.verify(body, content_type, secret_key.reveal(), leeway=leeway)
        finally:
            # Nor may a traceback show the token, which is in the body.
            del body

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

from cryptocloud._arguments import checked_invoice_ids, checked_period
from cryptocloud._lazy import LazyModule
from cryptocloud._secret import Secret

if TYPE_CHECKING:
    from cryptocloud import _bulk, _watch, models, postback
    from cryptocloud._call import calls, paging
    from cryptocloud._session import AsyncSession, Session
else:
    _bulk = LazyModule("cryptocloud._bulk")
    _watch = LazyModule("cryptocloud._watch")
    calls = LazyModule("cryptocloud._call.calls")
    models = LazyModule("cryptocloud.models")
    paging = LazyModule("cryptocloud._call.paging")
    postback = LazyModule("cryptocloud.postback")


class _Client(Protocol):
    """What a resource needs of its client."""

    shop_id: str | None
    _secret_key: Secret
    _session: Session


class _AsyncClient(Protocol):
    """The same of an asynchronous one."""

    shop_id: str | None
    _secret_key: Secret
    _session: AsyncSession


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
        an invoice that is cancelled already is `already_canceled`. One whose answer was lost is looked up
        and, unless it is cancelled by then, cancelled once more, whatever `max_retries` says. If the service
        refuses for now, all wait as long as it asks, and fewer are in flight from then on.

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

    def create(self, amount: Decimal | int | str, **options: Unpack[calls.InvoiceOptions]) -> models.Invoice:
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
        # No variable keeps what was found: a traceback shows it, and invoices have buyers' data in them.
        return calls.in_order(
            wanted, *[self._client._session.run(calls.get(batch)) for batch in calls.batches(wanted)]
        )

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

    def watch(
        self, pending: _watch.Pending, *, every: float = 10.0, on_error: _watch.OnError | None = None
    ) -> Iterator[models.Invoice]:
        """Go through invoices as they become final, for a program without a public URL.

        Nothing is remembered: give a function that asks your own table, and who is killed and starts again
        misses nobody. Each invoice comes in every round until `pending` leaves it out, so note what is
        delivered in the transaction of the delivery. `partial` is not final: look at `expiry_date`.

        Args:
            pending: What is waited for: a function that gives ids, asked anew in each round, and this goes
                on without end; or ids, each of which comes once, and the last one ends it.
            every: Seconds between two rounds. After a failed one it is twice as long, up to a minute, and
                as long as the service asks.
            on_error: Called with the `CryptoCloudError` of a look-up that failed, and with a `NotFoundError`
                for ids that the service does not know, in each round. What it raises ends the watch.
                Without it they are logged.

        Raises:
            TypeError, ValueError: An argument cannot be right; ids from a function are checked in each round.

        Source: `getInvoices` in the spec, one request for 100 ids.
        """
        return _watch.watch(self._client._session, pending, every, on_error)

    def wait_until_final(self, uuid: str, *, timeout: float = 600.0) -> models.Invoice:
        """Wait until an invoice is paid, overpaid or cancelled.

        It is looked up after a second, later every ten seconds.

        Args:
            uuid: The id of the invoice.
            timeout: Seconds to wait at most, up to a day.

        Raises:
            TimeoutError: It is not final by then; the text has its last status.
            CryptoCloudError: It cannot be looked up, and later will not be either.

        Source: `getInvoices` in the spec.
        """
        return _watch.wait_until_final(self._client._session, uuid, timeout)

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
        an invoice that is cancelled already is `already_canceled`. One whose answer was lost is looked up
        and, unless it is cancelled by then, cancelled once more, whatever `max_retries` says. If the service
        refuses for now, all wait as long as it asks, and fewer are in flight from then on.

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

    async def create(
        self, amount: Decimal | int | str, **options: Unpack[calls.InvoiceOptions]
    ) -> models.Invoice:
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
        # No variable keeps what was found: a traceback shows it, and invoices have buyers' data in them.
        return calls.in_order(
            wanted, *[await self._client._session.run(calls.get(batch)) for batch in calls.batches(wanted)]
        )

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
                # No variable keeps the last one: a traceback shows this frame when the next page fails.
                while step:
                    yield step.pop(0)
            step = paging.advance(steps, records)

    def watch(
        self, pending: _watch.AsyncPending, *, every: float = 10.0, on_error: _watch.OnError | None = None
    ) -> AsyncIterator[models.Invoice]:
        """Go through invoices as they become final, for a program without a public URL.

        Nothing is remembered: give a function that asks your own table, and who is killed and starts again
        misses nobody. Each invoice comes in every round until `pending` leaves it out, so note what is
        delivered in the transaction of the delivery. `partial` is not final: look at `expiry_date`.

        Args:
            pending: What is waited for: a function that gives ids, asked anew in each round, and this goes
                on without end; or ids, each of which comes once, and the last one ends it.
            every: Seconds between two rounds. After a failed one it is twice as long, up to a minute, and
                as long as the service asks.
            on_error: Called with the `CryptoCloudError` of a look-up that failed, and with a `NotFoundError`
                for ids that the service does not know, in each round. What it raises ends the watch.
                Without it they are logged.

        Raises:
            TypeError, ValueError: An argument cannot be right; ids from a function are checked in each round.

        Source: `getInvoices` in the spec, one request for 100 ids.
        """
        return _watch.watch_async(self._client._session, pending, every, on_error)

    async def wait_until_final(self, uuid: str, *, timeout: float = 600.0) -> models.Invoice:
        """Wait until an invoice is paid, overpaid or cancelled.

        It is looked up after a second, later every ten seconds.

        Args:
            uuid: The id of the invoice.
            timeout: Seconds to wait at most, up to a day.

        Raises:
            TimeoutError: It is not final by then; the text has its last status.
            CryptoCloudError: It cannot be looked up, and later will not be either.

        Source: `getInvoices` in the spec.
        """
        return await _watch.wait_until_final_async(self._client._session, uuid, timeout)

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


class Postbacks(_Resource):
    """Notifications of payments, as `client.postbacks`. Needs the client's `secret_key`."""

    def verify(self, body: bytes, content_type: str, *, leeway: float = 60.0) -> postback.Postback:
        """Check that the service sent a notification, and read it. See `cryptocloud.postback.verify`.

        It does no I/O, and is never awaited. What the notification says is not verified: `receive` looks
        the invoice up.

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

    def receive(
        self, body: bytes, content_type: str, *, timeout: float = 8.0, accept_test: bool = True
    ) -> models.Invoice:
        """The invoice that a notification announces: verified, looked up, and paid.

        Deliver what was paid before you answer with 200, and once: the same payment is announced again, and
        perhaps twice at the same time. A unique key on `invoice.uuid`, in the transaction of the delivery
        itself, does that. `cryptocloud.web` has views that answer.

        Args:
            body: As it arrived, not parsed or decoded by a framework.
            content_type: The header `Content-Type`.
            timeout: Seconds that the look-up may take, if the client's own timeout is not shorter. How long
                the service waits for the answer is not documented.
            accept_test: Whether a payment in test mode counts, which moves no money; a warning is logged
                then. New projects are in test mode. False for production: see "Going live".

        Raises:
            ValueError: The client has no secret key.
            PostbackError: It is not from the service, or too old, or broken: answer 400.
            PostbackNotPaidError: The invoice is not paid: answer 409.
            NotFoundError: The service does not know the invoice: answer 409. Whether deposits to static
                wallets, which are announced as well, can be looked up is not documented.
            CryptoCloudError: The look-up failed: answer 503.

        Source: `paymentPostback` and `getInvoices` in the spec.
        """
        try:
            uuid = self.verify(body, content_type).invoice_id
        finally:
            del body
        session = self._client._session
        options = session.engine.options
        hurried = session.with_options(options.changed(min(timeout, options.timeout), None))
        (invoice,) = calls.in_order([uuid], hurried.run(calls.get([uuid])))
        error = postback.not_paid(invoice, accept_test=accept_test)
        if error:
            # A traceback shows this frame, and the invoice has a buyer's data in it.
            del invoice
            raise error
        return invoice


class AsyncPostbacks(_AsyncResource):
    """Notifications of payments, as `client.postbacks`. Needs the client's `secret_key`."""

    def verify(self, body: bytes, content_type: str, *, leeway: float = 60.0) -> postback.Postback:
        """Check that the service sent a notification, and read it. See `cryptocloud.postback.verify`.

        It does no I/O, and is never awaited. What the notification says is not verified: `receive` looks
        the invoice up.

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

    async def receive(
        self, body: bytes, content_type: str, *, timeout: float = 8.0, accept_test: bool = True
    ) -> models.Invoice:
        """The invoice that a notification announces: verified, looked up, and paid.

        Deliver what was paid before you answer with 200, and once: the same payment is announced again, and
        perhaps twice at the same time. A unique key on `invoice.uuid`, in the transaction of the delivery
        itself, does that. `cryptocloud.web` has views that answer.

        Args:
            body: As it arrived, not parsed or decoded by a framework.
            content_type: The header `Content-Type`.
            timeout: Seconds that the look-up may take, if the client's own timeout is not shorter. How long
                the service waits for the answer is not documented.
            accept_test: Whether a payment in test mode counts, which moves no money; a warning is logged
                then. New projects are in test mode. False for production: see "Going live".

        Raises:
            ValueError: The client has no secret key.
            PostbackError: It is not from the service, or too old, or broken: answer 400.
            PostbackNotPaidError: The invoice is not paid: answer 409.
            NotFoundError: The service does not know the invoice: answer 409. Whether deposits to static
                wallets, which are announced as well, can be looked up is not documented.
            CryptoCloudError: The look-up failed: answer 503.

        Source: `paymentPostback` and `getInvoices` in the spec.
        """
        try:
            uuid = self.verify(body, content_type).invoice_id
        finally:
            del body
        session = self._client._session
        options = session.engine.options
        hurried = session.with_options(options.changed(min(timeout, options.timeout), None))
        (invoice,) = calls.in_order([uuid], await hurried.run(calls.get([uuid])))
        error = postback.not_paid(invoice, accept_test=accept_test)
        if error:
            # A traceback shows this frame, and the invoice has a buyer's data in it.
            del invoice
            raise error
        return invoice

"""A whole sale in one page: an order, its payment, the postback, the delivery; and what may go wrong.

Run it with `make demo`; `make demo KEEP=1` waits afterwards, so that you can be the buyer in a browser. It
talks to a sandbox on this machine and to nobody else. Its exit status is 0 only if every step went as its
text says.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx

from cryptocloud import (
    APIConnectionError,
    CryptoCloud,
    CryptoCloudError,
    InvoiceNotCancelableError,
    Outcome,
    PostbackError,
)
from cryptocloud.postback import sign
from cryptocloud_sandbox import Sandbox


class Shop:
    """A shop with a handler for postbacks, which delivers each paid order once."""

    def __init__(self, client: CryptoCloud) -> None:
        self.client = client
        self.delivered: list[str | None] = []

    def receive(self, body: bytes, content_type: str) -> int:
        """What your web framework calls: a body and its content type in, an HTTP status out."""
        try:
            postback = self.client.postbacks.verify(body, content_type)
        except PostbackError as error:
            say(f"the shop refuses a postback: {error}")
            return 400
        # The signature holds for the id alone. What was paid, only the service can say.
        invoice = self.client.invoices.get(postback.invoice_id)
        if not invoice.is_paid:
            return 409
        if invoice.order_id in self.delivered:
            say(f"the shop verifies the postback, looks {invoice.uuid} up, and knows: it is delivered")
        else:
            self.delivered.append(invoice.order_id)
            say(f"the shop verifies the postback, looks {invoice.uuid} up, and delivers {invoice.order_id}")
        return 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="wait afterwards, for you and a browser")
    keep = parser.parse_args().keep
    with Sandbox() as sandbox:
        with CryptoCloud(
            api_key=sandbox.api_key,
            shop_id=sandbox.shop_id,
            secret_key=sandbox.secret_key,
            base_url=sandbox.base_url,
        ) as client:
            shop = Shop(client)
            sandbox.send_postbacks_to(shop.receive)
            print(f"A sandbox stands in for the service, and shows its invoices at {sandbox.url}/")
            sell(sandbox, shop)
            forge(sandbox, shop)
            cancel(client)
            lose_an_answer(sandbox, client)
            lose_the_service()
            print("\nAll of it happened.")
            if keep:
                wait(sandbox, client)


def sell(sandbox: Sandbox, shop: Shop) -> None:
    step(1, "Somebody orders A-1 for 20.00 EUR")
    invoice = shop.client.invoices.create("20.00", currency="EUR", order_id="A-1")
    link = invoice.link or ""
    say(f"the shop sends the buyer to {link}")

    step(2, "The buyer pays on that page")
    press(link, "pay")
    expect(sandbox.status(invoice.uuid) == "paid", f"{invoice.uuid} is paid")
    expect(shop.delivered == ["A-1"], "A-1 was delivered")

    step(3, "The service sends its postback again")
    press(link, "resend")
    expect(shop.delivered == ["A-1"], "A-1 was delivered once")


def forge(sandbox: Sandbox, shop: Shop) -> None:
    step(4, "Somebody else sends a postback for an order that was not paid")
    unpaid = shop.client.invoices.create("20.00", currency="EUR", order_id="A-2")
    token = sign(unpaid.uuid, "a-key-that-somebody-made-up")
    form = urlencode({"status": "success", "invoice_id": unpaid.uuid, "token": token})
    answer = shop.receive(form.encode(), "application/x-www-form-urlencoded")
    expect(answer == 400 and shop.delivered == ["A-1"], "nothing was delivered")


def cancel(client: CryptoCloud) -> None:
    step(5, "An order is cancelled, twice")
    invoice = client.invoices.create("35.00", currency="EUR", order_id="A-3")
    client.invoices.cancel(invoice.uuid)
    expect(client.invoices.get(invoice.uuid).status == "canceled", f"{invoice.uuid} is canceled")
    try:
        client.invoices.cancel(invoice.uuid)
    except InvoiceNotCancelableError as error:
        show(error)
        expect(error.outcome is Outcome.REFUSED, "the second time was refused, with the reason")
    else:
        fail("a second cancel was accepted")


def lose_an_answer(sandbox: Sandbox, client: CryptoCloud) -> None:
    step(6, "The service cancels an invoice, and its answer gets lost")
    invoice = client.invoices.create("35.00", currency="EUR", order_id="A-4")
    sandbox.fail_next("cancelInvoice", reset=True, after=True)
    client.invoices.cancel(invoice.uuid)
    expect(
        [call.operation for call in sandbox.calls()][-2:] == ["cancelInvoice", "getInvoices"],
        "the client looked the invoice up and reports a success, because it is one",
    )

    step(7, "The service creates an invoice, and its answer gets lost")
    sandbox.fail_next("createInvoice", reset=True, after=True)
    try:
        client.invoices.create("35.00", currency="EUR", order_id="A-5")
    except CryptoCloudError as error:
        show(error)
        expect(error.outcome is Outcome.UNKNOWN, "not reported as failed: there may be an invoice")
    else:
        fail("an answer that was lost arrived")
    today = datetime.now(UTC).date()
    found = [each.uuid for each in client.invoices.list(today, today) if each.order_id == "A-5"]
    expect(len(found) == 1, f"the list of invoices tells: it is {', '.join(found)}")


def lose_the_service() -> None:
    step(8, "The service is down")
    with Sandbox(seed=1) as stopped:
        pass
    with CryptoCloud(api_key=stopped.api_key, base_url=stopped.base_url, max_retries=0) as client:
        try:
            client.invoices.cancel("INV-89UX09KA")
        except APIConnectionError as error:
            show(error)
            expect(error.outcome is Outcome.NOT_SENT, "nothing was sent, so it is safe to repeat")
        else:
            fail("a dead server answered")


def wait(sandbox: Sandbox, client: CryptoCloud) -> None:
    invoice = client.invoices.create("20.00", currency="EUR", order_id="A-6")
    print(f"\nNow you are the buyer. Pay A-6 at {invoice.link}")
    print(f"All invoices are at {sandbox.url}/ and Ctrl-C ends it.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


def press(link: str, action: str) -> None:
    """Press a button of an invoice's page, as a browser does."""
    if f'name="action" value="{action}"' not in httpx.get(link).text:
        fail(f"the page has no button {action!r}")
    httpx.post(link, data={"action": action}, follow_redirects=True).raise_for_status()


def step(number: int, text: str) -> None:
    print(f"\n{number}. {text}")


def say(text: str) -> None:
    print(f"   {text}", flush=True)


def show(error: CryptoCloudError) -> None:
    say(f"{type(error).__name__}, outcome {error.outcome.name}\n   {error}")


def expect(condition: bool, text: str) -> None:
    if not condition:
        fail(f"this is not true: {text}")
    say(f"-> {text}")


def fail(text: str) -> None:
    raise SystemExit(f"The demo failed: {text}")


if __name__ == "__main__":
    main()

"""The main job in one page: cancel invoices, and be told the truth when it does not work.

Run it with `make demo`. It talks to a sandbox on this machine and to nobody else. Its exit status is 0
only if every step went as its text says.
"""

from __future__ import annotations

import asyncio

from cryptocloud import (
    APIConnectionError,
    AsyncCryptoCloud,
    AuthenticationError,
    CryptoCloud,
    CryptoCloudError,
    InvoiceNotCancelableError,
    Outcome,
)
from cryptocloud_sandbox import Sandbox


def main() -> None:
    with Sandbox() as sandbox:
        print(f"A sandbox stands in for the service, at {sandbox.base_url}")
        first, second = sandbox.add_invoice(), sandbox.add_invoice()

        step(1, f"Cancel {first}")
        with CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
            client.invoices.cancel(first)
            expect(sandbox.status(first) == "canceled", f"done, its status is {sandbox.status(first)!r}")

            step(2, "Cancel it again")
            try:
                client.invoices.cancel(first)
            except InvoiceNotCancelableError as error:
                show(error)
                expect(error.outcome is Outcome.REFUSED, "refused, with its reason")
            else:
                fail("a second cancel was accepted")

        step(3, f"Cancel {second}, asynchronously")
        asyncio.run(cancel_async(sandbox, second))
        expect(sandbox.status(second) == "canceled", f"done, its status is {sandbox.status(second)!r}")

        step(4, "Cancel with a wrong key")
        wrong_key = sandbox.api_key[:-6] + "abcdef"
        with CryptoCloud(api_key=wrong_key, base_url=sandbox.base_url) as client:
            try:
                client.invoices.cancel(first)
            except AuthenticationError as error:
                show(error)
                expect(wrong_key not in f"{error!r} {client!r}", "refused, and the key is not shown")
            else:
                fail("a wrong key was accepted")

    step(5, "Cancel while the server is down")
    with CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
        try:
            client.invoices.cancel(first)
        except APIConnectionError as error:
            show(error)
            expect(error.outcome is Outcome.NOT_SENT, "not refused but never sent: safe to repeat")
        else:
            fail("a dead server answered")

    print("\nAll of it happened.")


async def cancel_async(sandbox: Sandbox, uuid: str) -> None:
    async with AsyncCryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
        await client.invoices.cancel(uuid)


def step(number: int, text: str) -> None:
    print(f"\n{number}. {text}")


def show(error: CryptoCloudError) -> None:
    print(f"   {type(error).__name__}, outcome {error.outcome.name}\n   {error}")


def expect(condition: bool, text: str) -> None:
    if not condition:
        fail(f"this is not true: {text}")
    print(f"   -> {text}")


def fail(text: str) -> None:
    raise SystemExit(f"The demo failed: {text}")


if __name__ == "__main__":
    main()

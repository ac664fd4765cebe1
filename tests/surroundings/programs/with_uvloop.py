"""The event loop uvloop."""

import asyncio
import contextlib

import uvloop

from cryptocloud import AsyncCryptoCloud


async def main() -> None:
    async with AsyncCryptoCloud() as client:
        for _ in range(3):
            await client.invoices.cancel("INV-AAAAAAAA")
        await asyncio.gather(*(client.invoices.cancel(f"INV-CROWD00{number}") for number in range(4)))
        crowd = (f"INV-CROWD00{number}" for number in range(4))
        results = [result async for result in client.invoices.cancel_many(crowd, concurrency=4)]
        assert all(result.is_done for result in results), results
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.invoices.cancel("INV-SILENT00")
        await client.invoices.cancel("INV-AAAAAAAA")


uvloop.run(main())

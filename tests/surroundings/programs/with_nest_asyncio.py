"""An event loop within another one, as notebooks have it with nest_asyncio."""

import asyncio
import contextlib

import nest_asyncio

from cryptocloud import AsyncCryptoCloud

nest_asyncio.apply()


async def cancel_four(client: AsyncCryptoCloud) -> None:
    await asyncio.gather(*(client.invoices.cancel(f"INV-CROWD00{number}") for number in range(4)))


async def main() -> None:
    async with AsyncCryptoCloud() as client:
        for _ in range(3):
            await client.invoices.cancel("INV-AAAAAAAA")
        asyncio.run(cancel_four(client))
        crowd = (f"INV-CROWD00{number}" for number in range(4))
        results = [result async for result in client.invoices.cancel_many(crowd, concurrency=4)]
        assert all(result.is_done for result in results), results
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.invoices.cancel("INV-SILENT00")
        asyncio.run(client.invoices.cancel("INV-AAAAAAAA"))


asyncio.run(main())

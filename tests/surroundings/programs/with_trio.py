"""The event loop of trio."""

import trio

from cryptocloud import AsyncCryptoCloud


async def main() -> None:
    async with AsyncCryptoCloud() as client:
        for _ in range(3):
            await client.invoices.cancel("INV-AAAAAAAA")
        async with trio.open_nursery() as nursery:
            for number in range(4):
                nursery.start_soon(client.invoices.cancel, f"INV-CROWD00{number}")
        crowd = (f"INV-CROWD00{number}" for number in range(4))
        results = [result async for result in client.invoices.cancel_many(crowd, concurrency=4)]
        assert all(result.is_done for result in results), results
        with trio.move_on_after(0.5) as limit:
            await client.invoices.cancel("INV-SILENT00")
        assert limit.cancelled_caught
        await client.invoices.cancel("INV-AAAAAAAA")


trio.run(main)

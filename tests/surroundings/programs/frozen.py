"""A program in one piece: it brings all that it needs, but for the data of its packages."""

import asyncio
import sys

from cryptocloud import *


async def cancel(uuid: str) -> None:
    async with AsyncCryptoCloud() as client:
        await client.invoices.cancel(uuid)


def main() -> None:
    first, second = sys.argv[1:]
    # The real host: its certificates are loaded, and nothing is sent.
    CryptoCloud(base_url="https://api.cryptocloud.plus/v2").close()
    with CryptoCloud() as client:
        client.invoices.cancel(first)
        results = list(client.invoices.cancel_many([first]))
        assert [result.state for result in results] == ["already_canceled"], results
    asyncio.run(cancel(second))
    print(__api_version__)
    try:
        print(openapi()["info"]["version"])
    except FileNotFoundError as error:
        print(error)


main()

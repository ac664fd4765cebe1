"""The client `cryptocloud-sdk`, as its documentation shows it."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

from cryptocloud_sdk import CryptoCloud, dto

client = CryptoCloud(
    os.environ["CRYPTOCLOUD_API_KEY"],
    os.environ["CRYPTOCLOUD_SHOP_ID"],
    host=os.environ["CRYPTOCLOUD_BASE_URL"].removesuffix("/v2"),
)


async def main() -> None:
    created = await client.create_invoice(
        dto.InvoiceInput(
            amount=100.5,
            order_id="A-17",
            add_fields=dto.AddedInvoiceParamsInput(time_to_pay=dto.TimeToPay(hours=1), cryptocurrency="BTC"),
        )
    )
    [found] = await client.get_invoices([created.uuid])
    today = datetime.now(UTC).date()
    statistics = await client.get_stats(today - timedelta(days=1), today)
    await client.cancel_invoice(created.uuid)
    [canceled] = await client.get_invoices([created.uuid])
    if (found.status, found.order_id, statistics.count.all, canceled.status) != (
        "created",
        "A-17",
        1,
        "canceled",
    ):
        raise SystemExit(f"{found} {statistics} {canceled}")


asyncio.run(main())

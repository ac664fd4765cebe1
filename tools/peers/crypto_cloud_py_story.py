"""The client `crypto-cloud-py`, as its documentation shows it. It creates and counts with forms."""

import os
from datetime import UTC, datetime, timedelta

from crypto_cloud_py import CryptoCloudApi

api = CryptoCloudApi(api_key=os.environ["CRYPTOCLOUD_API_KEY"], base_url=os.environ["CRYPTOCLOUD_BASE_URL"])

created = api.invoice_create(
    shop_id=os.environ["CRYPTOCLOUD_SHOP_ID"],
    amount=100,
    currency="EUR",
    add_fields={"time_to_pay": {"hours": 1, "minutes": 0}},  # Its name is all that a form has of it.
    order_id="12345678",
    email="mail@example.com",
    locale="de",
)
[found] = api.invoices_info([created.uuid])
today = datetime.now(UTC).date()
statistics = api.invoice_statistics(f"{today - timedelta(days=1):%d.%m.%Y}", f"{today:%d.%m.%Y}")
api.invoice_cancel(created.uuid)
[canceled] = api.invoices_info([created.uuid])
if (found.status, found.order_id, statistics.count.all, canceled.status) != (
    "created",
    "12345678",
    1,
    "canceled",
):
    raise SystemExit(f"{found} {statistics} {canceled}")

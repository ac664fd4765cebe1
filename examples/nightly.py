"""Cancels what nobody has paid for a day. As a line of `crontab -e`:

    17 3 * * * cd shop && set -a && . ./keys && .venv/bin/python nightly.py

The file `keys` has `CRYPTOCLOUD_API_KEY=...` and `CRYPTOCLOUD_SHOP_ID=...`, a line each; `chmod 600` hides it
from others. cron sends you what is printed.
"""

import sys
from datetime import UTC, datetime, timedelta

from cryptocloud import CryptoCloud

DAY = timedelta(days=1)

now = datetime.now(UTC)
with CryptoCloud() as client:
    recent = client.invoices.list(now.date() - 30 * DAY, now.date() + DAY)
    created = (invoice for invoice in recent if invoice.status == "created")
    stale = [invoice.uuid for invoice in created if invoice.created and invoice.created < now - DAY]
    results = list(client.invoices.cancel_many(stale, journal="nightly.jsonl"))

failed = [result for result in results if not result.is_done]
for result in failed:
    print(result.uuid, result.state, result.error)
sys.exit(bool(failed))

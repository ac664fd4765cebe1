"""The books of a month: `python reconcile.py 2026-01`.

All invoices go into `2026-01.csv`. DuckDB and pandas sum them up by status, as the service does, too.
"""

import calendar
import csv
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd

from cryptocloud import CryptoCloud

month = sys.argv[1]
first = date.fromisoformat(f"{month}-01")
last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
with CryptoCloud() as client:
    rows = [invoice.to_row() for invoice in client.invoices.list(first, last)]
    statistics = client.invoices.statistics(first, last)
if not rows:
    sys.exit(f"{month} has no invoices")

books = Path(f"{month}.csv")
with books.open("w", encoding="utf-8", newline="") as file:
    table = csv.DictWriter(file, rows[0])
    table.writeheader()
    table.writerows(rows)

# Neither reads amounts as floats, so that sums are exact.
query = """
    SELECT status, sum(amount_usd) FROM read_csv(?, types = {'amount_usd': 'DECIMAL(38, 18)'}) GROUP BY status
"""
by_duckdb = dict(duckdb.execute(query, [str(books)]).fetchall())
frame = pd.read_csv(books, converters={"amount_usd": lambda text: Decimal(text or 0)})
by_pandas = frame.groupby("status")["amount_usd"].sum().to_dict()

differing = 0
for status, total in by_pandas.items():
    of_service = getattr(statistics.amount, status, None)
    is_equal = total == by_duckdb[status] == of_service
    differing += not is_equal
    print(f"{status:10} {total:12f} {'agreed' if is_equal else f'but {by_duckdb[status]} and {of_service}'}")
sys.exit(bool(differing))

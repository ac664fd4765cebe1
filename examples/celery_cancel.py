"""Cancels invoices on many machines, with Celery and Redis: `celery -A celery_cancel worker`.

Whoever has ids calls `cancel.delay(uuid)`, and `.get()` gives the result as a dict. A task whose worker died
is given to another one: a repeated cancel does no harm.
"""

import os
from functools import cache

from celery import Celery

from cryptocloud import CryptoCloud

TIMEOUT = 10.0

app = Celery("shop", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # After so many seconds Redis gives a task to another worker, so no call may take as long.
    broker_transport_options={"visibility_timeout": 3 * TIMEOUT},
)


@cache
def client() -> CryptoCloud:
    """The one client of a worker process."""
    return CryptoCloud(timeout=TIMEOUT)


@app.task
def cancel(uuid: str) -> dict[str, str | None]:
    (result,) = client().invoices.cancel_many([uuid])
    return result.to_dict()

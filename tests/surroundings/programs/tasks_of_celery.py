"""Tasks of Celery, whose client is made, and used, before the worker forks its processes."""

import os

from celery import Celery, exceptions

from cryptocloud import CryptoCloud

folder = os.environ["FOLDER"]
app = Celery("shop", broker="filesystem://", backend=f"file://{folder}/results")
app.conf.broker_transport_options = {
    "data_folder_in": f"{folder}/queue",
    "data_folder_out": f"{folder}/queue",
    "control_folder": f"{folder}/control",
}
client = CryptoCloud()
client.invoices.cancel("INV-AAAAAAAA")


@app.task
def cancel(uuid: str) -> int:
    client.invoices.cancel(uuid)
    return os.getpid()


@app.task(soft_time_limit=1)
def wait() -> str:
    try:
        client.invoices.cancel("INV-SILENT00")
    except exceptions.SoftTimeLimitExceeded:
        client.invoices.cancel("INV-AAAAAAAA")
        return "limited"
    return "cancelled"

"""Green threads of gevent."""

import gevent
from gevent import monkey

monkey.patch_all()


def main() -> None:
    from cryptocloud import CryptoCloud

    with CryptoCloud() as client:
        for _ in range(3):
            client.invoices.cancel("INV-AAAAAAAA")
        crowd = [gevent.spawn(client.invoices.cancel, f"INV-CROWD00{number}") for number in range(4)]
        gevent.joinall(crowd, raise_error=True)
        results = list(
            client.invoices.cancel_many((f"INV-CROWD00{number}" for number in range(4)), concurrency=4)
        )
        assert all(result.is_done for result in results), results
        # Raises in the midst of the call, and passes over its own exception alone.
        with gevent.Timeout(0.5, False):
            client.invoices.cancel("INV-SILENT00")
        client.invoices.cancel("INV-AAAAAAAA")


main()

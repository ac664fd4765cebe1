"""Green threads of eventlet."""

import eventlet

eventlet.monkey_patch()


def main() -> None:
    from cryptocloud import CryptoCloud

    with CryptoCloud() as client:
        for _ in range(3):
            client.invoices.cancel("INV-AAAAAAAA")
        crowd = [eventlet.spawn(client.invoices.cancel, f"INV-CROWD00{number}") for number in range(4)]
        for green_thread in crowd:
            green_thread.wait()
        results = list(
            client.invoices.cancel_many((f"INV-CROWD00{number}" for number in range(4)), concurrency=4)
        )
        assert all(result.is_done for result in results), results
        # Raises in the midst of the call, and passes over its own exception alone.
        with eventlet.Timeout(0.5, False):
            client.invoices.cancel("INV-SILENT00")
        client.invoices.cancel("INV-AAAAAAAA")


main()

"""The command ``cryptocloud-sandbox``: a sandbox in a terminal, until Ctrl-C."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from .state import STATUSES

_READY = """\
CryptoCloud sandbox, ready at {base_url}
  API key   {api_key}
  shop id   {shop_id}
  invoices  {invoices}

Try:
  curl -X POST {base_url}/invoice/merchant/canceled \\
    -H 'Authorization: Token {api_key}' \\
    -H 'Content-Type: application/json' -d '{{"uuid": "{uuid}"}}'

Ctrl-C stops it, and everything in it is forgotten."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a sandbox until SIGINT or SIGTERM, then exit with 0; 1 if it cannot start, 2 for bad arguments."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    parser = argparse.ArgumentParser(
        prog="cryptocloud-sandbox", description="A local CryptoCloud on the loopback interface."
    )
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: any free one)")
    parser.add_argument("--decisions", action="store_true", help="list what it does where the facts are open")
    arguments = parser.parse_args(argv)

    try:
        from . import Sandbox
        from .app import DECISIONS
    except ModuleNotFoundError as exc:
        sys.exit(f"{parser.prog}: {exc}")
    if arguments.decisions:
        print("\n".join(DECISIONS))
        sys.exit(0)
    try:
        sandbox = Sandbox(port=arguments.port)
        sandbox.start()
    except ValueError as exc:
        parser.error(str(exc))
    except OSError as exc:
        sys.exit(f"{parser.prog}: {exc.strerror}")
    try:
        invoices = {status: sandbox.add_invoice(status) for status in STATUSES}
        print(
            _READY.format(
                base_url=sandbox.base_url,
                api_key=sandbox.api_key,
                shop_id=sandbox.shop_id,
                invoices=", ".join(f"{uuid} {status}" for status, uuid in invoices.items()),
                uuid=invoices["created"],
            ),
            flush=True,
        )
        while True:
            time.sleep(3600)
    finally:
        sandbox.stop()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()

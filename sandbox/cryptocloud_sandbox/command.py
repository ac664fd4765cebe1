"""The command ``cryptocloud-sandbox``: a sandbox in a terminal, until Ctrl-C."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from .records import STATUSES

_READY = """\
CryptoCloud sandbox, ready at {base_url}
  API key         {api_key}
  invoices        {invoices}
  balances        {balances}

For the Python SDK, in another terminal:
  export CRYPTOCLOUD_BASE_URL={base_url}
  export CRYPTOCLOUD_API_KEY={api_key}
  export CRYPTOCLOUD_SHOP_ID={shop_id}
  export CRYPTOCLOUD_SECRET_KEY={secret_key}
  export CRYPTOCLOUD_WITHDRAWAL_KEY={withdrawal_key}

Or try:
  curl -X POST {base_url}/invoice/create \\
    -H 'Authorization: Token {api_key}' \\
    -H 'Content-Type: application/json' -d '{{"shop_id": "{shop_id}", "amount": 100, "currency": "USD"}}'
and open the answer's link in a browser to pay it.

Ctrl-C stops it, {afterwards}."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a sandbox until SIGINT or SIGTERM, then exit with 0; 1 if it cannot start, 2 for bad arguments."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    parser = argparse.ArgumentParser(
        prog="cryptocloud-sandbox", description="A local CryptoCloud on the loopback interface."
    )
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: any free one)")
    parser.add_argument("--seed", type=int, default=0, help="another one gives other keys (default: 0)")
    parser.add_argument(
        "--data", metavar="FILE", help="keep everything in an SQLite file (default: in memory)"
    )
    parser.add_argument("--live", action="store_true", help="switch test mode off: payments change balances")
    parser.add_argument("--postback-url", metavar="URL", help="where to announce payments, on this machine")
    parser.add_argument("--postback-format", choices=("json", "form"), default="json", help="(default: json)")
    parser.add_argument("--decisions", action="store_true", help="list what it does where the facts are open")
    arguments = parser.parse_args(argv)

    try:
        from . import Sandbox
        from .decisions import DECISIONS
    except ModuleNotFoundError as exc:
        sys.exit(f"{parser.prog}: {exc}")
    if arguments.decisions:
        print("\n".join(DECISIONS))
        sys.exit(0)
    try:
        sandbox = Sandbox(
            port=arguments.port,
            seed=arguments.seed,
            test_mode=not arguments.live,
            postback_url=arguments.postback_url,
            postback_format=arguments.postback_format,
            data=arguments.data,
        )
        sandbox.start()
    except ValueError as exc:
        parser.error(str(exc))
    except OSError as exc:
        sys.exit(f"{parser.prog}: {exc.strerror or exc}")
    try:
        # A file has invoices and coins of its own, or is to have none but them.
        if arguments.data is None:
            invoices = {status: sandbox.add_invoice(status) for status in STATUSES}
            sandbox.deposit("BTC", 1)
        else:
            invoices = {}
        print(
            _READY.format(
                base_url=sandbox.base_url,
                api_key=sandbox.api_key,
                shop_id=sandbox.shop_id,
                secret_key=sandbox.secret_key,
                withdrawal_key=sandbox.withdrawal_key,
                invoices=", ".join(f"{uuid} {status}" for status, uuid in invoices.items())
                or f"in {arguments.data}",
                balances="1 BTC to withdraw" if invoices else f"in {arguments.data}",
                afterwards="and everything in it is forgotten"
                if arguments.data is None
                else f"and {arguments.data} keeps what is in it",
            ),
            flush=True,
        )
        while True:
            time.sleep(3600)
    finally:
        sandbox.stop()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)

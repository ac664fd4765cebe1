"""The command ``cryptocloud-sandbox``: a sandbox in a terminal, until Ctrl-C."""

import argparse
import errno
import http.client
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from .records import STATUSES
from .targets import is_loopback

if TYPE_CHECKING:
    from .sandbox import Sandbox

HOST, PORT = "127.0.0.1", 8833

_STOP = (signal.SIGINT, signal.SIGTERM)

_READY = """\
CryptoCloud sandbox, ready at {base_url}
  API key         {api_key}
  shop id         {shop_id}
  invoices        {invoices}
  balances        {balances}
  pages           {pages}
  control API     {control}

For the Python SDK, in another terminal:
{exports}

Or try:
  curl -X POST {base_url}/invoice/create \\
    -H 'Authorization: Token {api_key}' \\
    -H 'Content-Type: application/json' -d '{{"shop_id": "{shop_id}", "amount": 100, "currency": "USD"}}'
and open the answer's link in a browser to pay it.

Ctrl-C stops it, {afterwards}."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a sandbox until SIGINT or SIGTERM, then exit with 0; 1 if it cannot start, 2 for bad arguments."""
    parser = argparse.ArgumentParser(
        prog="cryptocloud-sandbox", description="A local CryptoCloud on the loopback interface."
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"the port to listen on, 0 for any free one (default: {PORT})"
    )
    parser.add_argument(
        "--host", default=HOST, metavar="ADDRESS", help=f"the address to listen on (default: {HOST})"
    )
    parser.add_argument(
        "--seed", type=int, help="give the same keys and ids in every run (default: fixed keys, other ids)"
    )
    parser.add_argument(
        "--data", metavar="FILE", help="keep everything in an SQLite file (default: in memory)"
    )
    parser.add_argument("--live", action="store_true", help="switch test mode off: payments change balances")
    parser.add_argument("--postback-url", metavar="URL", help="where to announce payments, on this machine")
    parser.add_argument("--postback-format", choices=("json", "form"), default="json", help="(default: json)")
    parser.add_argument("--cors", action="store_true", help="let web pages of this machine call the API")
    parser.add_argument("--quiet", action="store_true", help="no line for each call and each postback")
    parser.add_argument("--decisions", action="store_true", help="list what it does where the facts are open")
    for number in _STOP:
        signal.signal(number, signal.default_int_handler)
    arguments = vars(parser.parse_args(argv))
    if arguments.pop("decisions"):
        from .decisions import DECISIONS

        print("\n".join(DECISIONS))
        sys.exit(0)
    try:
        serve(**arguments)
    except KeyboardInterrupt:
        pass
    except ModuleNotFoundError as exc:
        sys.exit(f"{parser.prog}: {exc}")
    except ValueError as exc:
        parser.error(str(exc))
    except OSError as exc:
        sys.exit(f"{parser.prog}: {exc.strerror or exc}")
    sys.exit(0)


@contextmanager
def running(
    *,
    port: int = PORT,
    host: str = HOST,
    seed: int | None = None,
    data: str | os.PathLike[str] | None = None,
    live: bool = False,
    postback_url: str | None = None,
    postback_format: str = "json",
    cors: bool = False,
    quiet: bool = False,
) -> "Iterator[Sandbox]":
    """The sandbox of the command, while the ``with`` block lasts; `Sandbox` explains the arguments.

    On stderr there is a line for each call and each postback, unless ``quiet``, and one if ``host`` lets
    other machines in.

    ``ModuleNotFoundError`` without the extra, ``ValueError`` for a wrong argument, ``OSError`` if the port or
    the file is not to be had. Their texts are one line each, for the user.
    """
    from . import Sandbox

    sandbox = Sandbox(
        port=port,
        host=host,
        seed=seed,
        test_mode=not live,
        postback_url=postback_url,
        postback_format=postback_format,  # type: ignore[arg-type] # one of the choices above
        data=data,
        cors=cors,
    )
    with _lines(quiet), _started(sandbox, host, port):
        if not is_loopback(host):
            print(f"Everybody who reaches {host} of this machine can use the sandbox.", file=sys.stderr)
        yield sandbox


def serve(*, data: str | os.PathLike[str] | None = None, **options: Any) -> None:
    """Run a sandbox until Ctrl-C or SIGTERM, and say on stdout how it is reached. For the main thread.

    Options and errors are those of `running`. Without a file it has an invoice in each status, and a bitcoin.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOP}
    try:
        with running(data=data, **options) as sandbox:
            print(_introduction(sandbox, data), flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _introduction(sandbox: "Sandbox", data: str | os.PathLike[str] | None) -> str:
    # A file has invoices and coins of its own, or is to have none but them.
    if data is None:
        made = {status: sandbox.add_invoice(status) for status in STATUSES}
        sandbox.deposit("BTC", 1)
        invoices = ", ".join(f"{uuid} {status}" for status, uuid in made.items())
        balances, afterwards = "1 BTC to withdraw", "and everything in it is forgotten"
    else:
        invoices = balances = f"in {os.fspath(data)}"
        afterwards = f"and {os.fspath(data)} keeps what is in it"
    return _READY.format(
        base_url=sandbox.base_url,
        pages=f"{sandbox.url}/",
        control=f"{sandbox.url}/_sandbox",
        api_key=sandbox.api_key,
        shop_id=sandbox.shop_id,
        invoices=invoices,
        balances=balances,
        exports="\n".join(f"  export {name}={value}" for name, value in sandbox.environment.items()),
        afterwards=afterwards,
    )


@contextmanager
def _started(sandbox: "Sandbox", host: str, port: int) -> Iterator[None]:
    try:
        sandbox.__enter__()
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            raise
        holder = "a sandbox runs there already" if _is_sandbox(host, port) else "another program has it"
        text = f"cannot listen on {host}:{port}: {holder}, and --port 0 takes any port that is not in use"
        raise OSError(exc.errno, text) from None
    try:
        yield
    finally:
        sandbox.stop()


def _is_sandbox(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/_sandbox")
        answer = json.loads(connection.getresponse().read(65536))
        return isinstance(answer, dict) and answer.get("name") == "cryptocloud-sandbox"
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class _Lines(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A terminal that has gone is no reason to stop."""


@contextmanager
def _lines(quiet: bool) -> Iterator[None]:
    """What the sandbox logs goes to stderr, a line each."""
    log = logging.getLogger("cryptocloud_sandbox")
    before = log.level, log.propagate
    lines = _Lines()
    lines.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log.addHandler(lines)
    log.propagate = False
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(lines)
        log.level, log.propagate = before

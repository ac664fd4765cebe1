"""``cryptocloud sandbox fail``."""

from __future__ import annotations

import datetime

import click

from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.values import DURATION, OPERATION, whole_number


@click.command("fail")
@click.argument("operation", metavar="OP", type=OPERATION)
@click.option("--status", type=whole_number(200, 599), help="A proxy's page with this HTTP status.")
@click.option("--delay", type=DURATION, help="So much time passes before the answer, such as 5s.")
@click.option("--cut", is_flag=True, help="The connection closes in the middle of the body.")
@click.option("--reset", is_flag=True, help="The connection is reset, and there is no answer.")
@click.option("--after", is_flag=True, help="Besides: the operation is carried out first.")
@click.option("--times", type=whole_number(1, 1_000_000), default=1, help="For how many answers. Default: 1.")
def command(
    *,
    operation: str,
    status: int | None,
    delay: datetime.timedelta | None,
    cut: bool,
    reset: bool,
    after: bool,
    times: int,
) -> None:
    """Let the next answer of an operation go wrong.

    OP is what the API's description calls it, such as cancelInvoice.
    """
    if not (status or delay or cut or reset):
        raise Misuse("say what goes wrong: --status, --delay, --cut or --reset", click.get_current_context())
    from cryptocloud_cli.control import Control

    control = Control()
    control.order(
        "POST",
        "/faults",
        operation=operation,
        status=status,
        delay=delay.total_seconds() if delay else 0,
        cut=cut,
        reset=reset,
        after=after,
        times=times,
    )

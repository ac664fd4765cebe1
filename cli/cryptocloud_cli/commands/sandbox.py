"""``cryptocloud sandbox``, and what is below it."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.groups import Group
from cryptocloud_cli.problems import Misuse
from cryptocloud_cli.serving import sandbox_problems, serving_options


@serving_options(port=8833)
@click.option("--decisions", is_flag=True, help="List what it does where the facts are open, and exit.")
@click.pass_context
def _serve(context: click.Context, /, *, decisions: bool, **options: Any) -> None:
    """Run a local CryptoCloud, or give orders to one.

    Without a command it runs until Ctrl-C, and prints the variables that point a client at it. Orders go to
    the sandbox that CRYPTOCLOUD_BASE_URL names, or to the one at port 8833, and to nothing else.
    """
    sources = {context.get_parameter_source(name) for name in context.params}
    if context.invoked_subcommand is not None:
        if click.core.ParameterSource.COMMANDLINE in sources:
            raise Misuse("these options are for serving, and not for what is below", context)
        return
    if decisions:
        from cryptocloud_sandbox.decisions import DECISIONS

        click.echo("\n".join(DECISIONS))
        return

    with sandbox_problems():
        from cryptocloud_sandbox.command import serve

        serve(**options)


_serving = click.command()(_serve)

command = Group(
    "sandbox",
    {
        "run": "sandbox_run",
        "pay": "sandbox_move:pay",
        "overpay": "sandbox_move:overpay",
        "pay-part": "sandbox_move:pay_part",
        "expire": "sandbox_move:expire",
        "resend": "sandbox_move:resend",
        "fail": "sandbox_fail",
        "advance": "sandbox_advance",
        "reset": "sandbox_reset",
        "tail": "sandbox_tail",
    },
    params=_serving.params,
    callback=_serving.callback,
    help=_serving.help,
    invoke_without_command=True,
    no_args_is_help=False,
)

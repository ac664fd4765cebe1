"""``cryptocloud sandbox``, and what is below it."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.groups import Group, Lazy
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
        "run": Lazy("sandbox_run", "Run a program with a sandbox of its own."),
        "judge": Lazy(
            "sandbox_judge", "Judge a client of yours, in any language, by what it does at a sandbox."
        ),
        "pay": Lazy("sandbox_move:pay", "Pay an invoice exactly."),
        "overpay": Lazy("sandbox_move:overpay", "Pay more than is due."),
        "pay-part": Lazy("sandbox_move:pay_part", "Pay a part of what is due."),
        "expire": Lazy("sandbox_move:expire", "Let an invoice expire."),
        "resend": Lazy("sandbox_move:resend", "Send the postback of a paid invoice again."),
        "fail": Lazy("sandbox_fail", "Let the next answer of an operation go wrong."),
        "advance": Lazy("sandbox_advance", "Put the sandbox's clock forward, such as 2h: invoices expire."),
        "reset": Lazy("sandbox_reset", "Let the sandbox forget everything but its keys."),
        "tail": Lazy("sandbox_tail", "Show calls and postbacks as they come, until Ctrl-C."),
    },
    params=_serving.params,
    callback=_serving.callback,
    help=_serving.help,
    invoke_without_command=True,
    no_args_is_help=False,
)

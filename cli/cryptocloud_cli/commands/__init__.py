"""The tree of commands. Each is a module here, which is imported when it is called or its help is shown."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from cryptocloud_cli.options import Command, version_option

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Group(click.Group):
    """Commands under one name."""

    def __init__(self, name: str, children: dict[str, str | click.Command], **settings: Any) -> None:
        """`children` has the module of each command, or what it is where that is loaded."""
        super().__init__(name, **{"no_args_is_help": True} | settings)
        self._children = children

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._children)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        child = self._children.get(cmd_name)
        if isinstance(child, str):
            command: Command = import_module(f"{__name__}.{child}").command
            return command
        return child


ROOT = Group(
    "cryptocloud",
    {
        "invoice": Group(
            "invoice",
            {
                "create": "invoice_create",
                "get": "invoice_get",
                "list": "invoice_list",
                "cancel": "invoice_cancel",
                "wait": "invoice_wait",
            },
            help="Take payments: create invoices, look them up, cancel them.",
        ),
        "balance": "balance",
        "stats": "stats",
        "wallet": Group("wallet", {"create": "wallet_create"}, help="Addresses for one customer each."),
        "postback": Group(
            "postback",
            {"verify": "postback_verify", "send": "postback_send"},
            help="Check a notification, or send one to your handler.",
        ),
        "doctor": "doctor",
        "spec": "spec",
        "completion": "completion",
    },
    params=[version_option()],
    context_settings=_SETTINGS,
    help="CryptoCloud payments. Keys come from the environment: CRYPTOCLOUD_API_KEY, CRYPTOCLOUD_SHOP_ID.",
    epilog="Exit status: 0 done, 1 refused by the service, 2 misuse, 3 unknown, it may have been done,"
    " 4 nothing reached the service, 130 interrupted, 141 closed pipe.",
)
"""The whole."""

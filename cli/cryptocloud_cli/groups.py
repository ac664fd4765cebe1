"""Commands under one name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Group(click.Group):
    """Commands that are imported when they are called or their help is shown."""

    def __init__(self, name: str, children: Mapping[str, str | click.Command], **settings: Any) -> None:
        """`children` has the module of each command below `commands`, and its name there unless it is
        `command`, as in `module:name`; or the command itself."""
        super().__init__(name, **{"no_args_is_help": True} | settings)
        self._children = children

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are declared."""
        return list(self._children)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        child = self._children.get(cmd_name)
        if not isinstance(child, str):
            return child
        module, _, name = child.partition(":")
        command: click.Command = getattr(
            import_module(f"cryptocloud_cli.commands.{module}"), name or "command"
        )
        return command

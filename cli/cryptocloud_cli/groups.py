"""Commands under one name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click


class Lazy(NamedTuple):
    """A command that is imported when it is called or completed, or its own help is shown.

    Attributes:
        place: Its module below `commands`, and its name there unless it is `command`, as in `module:name`.
        summary: The first sentence of its help.
    """

    place: str
    summary: str

    def load(self) -> click.Command:
        """The command."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(
            import_module(f"cryptocloud_cli.commands.{module}"), name or "command"
        )
        return command


class Group(click.Group):
    """Commands, most of which are lazy."""

    def __init__(self, name: str, children: Mapping[str, Lazy | Group], **settings: Any) -> None:
        """`children` has them by name, in the order of the help."""
        super().__init__(name, **{"no_args_is_help": True} | settings)
        self._children = children

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are declared."""
        return list(self._children)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        child = self._children.get(cmd_name)
        return child.load() if isinstance(child, Lazy) else child

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Their list. click's own would load each of them for its line."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, child.summary if isinstance(child, Lazy) else child.help or "")
                    for name, child in self._children.items()
                ]
            )

"""``cryptocloud sandbox reset``."""

from __future__ import annotations

import click


@click.command("reset")
def command() -> None:
    """Let the sandbox forget everything but its keys."""
    from cryptocloud_cli.control import Control

    Control().order("POST", "/reset")

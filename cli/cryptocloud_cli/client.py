"""The client of a command. Keys come from the environment, or from a person at a terminal."""

from __future__ import annotations

import os
import sys

import click

from cryptocloud import CryptoCloud
from cryptocloud._settings import API_KEY, SECRET_KEY, SHOP_ID, Setting
from cryptocloud_cli.problems import Misuse


def open_client(*, with_shop: bool = False) -> CryptoCloud:
    """A client of the host that the environment names. With a shop, if the command cannot do without."""
    context = click.get_current_context()
    try:
        return CryptoCloud(
            api_key=_asked(API_KEY, is_hidden=True),
            shop_id=_asked(SHOP_ID, is_hidden=False) if with_shop else None,
        )
    except (TypeError, ValueError) as error:
        raise Misuse(str(error), context) from None


def secret_key() -> str:
    """The key of postbacks."""
    return os.environ.get(SECRET_KEY.variable) or _asked(SECRET_KEY, is_hidden=True) or ""


def _asked(setting: Setting, *, is_hidden: bool) -> str | None:
    """What a person types; None if the environment has it.

    Raises:
        Misuse: There is none.
    """
    if os.environ.get(setting.variable):
        return None
    reason = f"set {setting.variable} in the environment; it is never an argument"
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise Misuse(reason, click.get_current_context())
    typed: str = click.prompt(f"{setting.meaning}\n{setting.variable}", hide_input=is_hidden, err=True)
    return typed.strip()

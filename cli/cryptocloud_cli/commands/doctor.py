"""``cryptocloud doctor``."""

from __future__ import annotations

import click


@click.command(
    "doctor", epilog="Exit status: 0 all is as the spec says, 1 something differs, 2 it could not be done."
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Host and version of the API. Default: CRYPTOCLOUD_BASE_URL, then the documented one.",
)
@click.option(
    "--report",
    metavar="FILE",
    default="cryptocloud-doctor.json",
    show_default=True,
    help="Where to write what was found, without secrets.",
)
@click.option("--yes", "is_agreed", is_flag=True, help="Do not ask before anything is sent.")
def command(*, base_url: str | None, report: str, is_agreed: bool) -> int:
    """Hold a host's answers to the spec, with a key in test mode.

    It creates an invoice, looks it up, lists, cancels, and cancels again at a real host. CRYPTOCLOUD_API_KEY
    and CRYPTOCLOUD_SHOP_ID come from the environment.
    """
    from pathlib import Path

    from cryptocloud_cli.doctor import examine

    return examine(base_url=base_url, report=Path(report), is_agreed=is_agreed)

"""The command ``cryptocloud``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import cryptocloud


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # What was typed is not repeated: it could be a key, and what is printed is often kept.
        if message.startswith(("unrecognized arguments", "argument COMMAND")):
            message = "no such command or option; keys come from the environment and are never arguments"
        super().error(message)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 if all is well, 1 if something is not, 2 if it could not be done."""
    parser = _Parser(prog="cryptocloud", description="CryptoCloud payments.", allow_abbrev=False)
    parser.add_argument(
        "--version",
        action="version",
        version=f"cryptocloud {cryptocloud.__version__}, API {cryptocloud.__api_version__}",
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    doctor = commands.add_parser(
        "doctor",
        allow_abbrev=False,
        help="try the API with a key in test mode, and hold each answer to the spec",
        description="Create an invoice, look it up, list, cancel, and cancel again at a real host, and hold"
        " each answer to the spec. CRYPTOCLOUD_API_KEY and CRYPTOCLOUD_SHOP_ID come from the environment.",
        epilog="Exit status: 0 all is as the spec says, 1 something differs, 2 it could not be done.",
    )
    doctor.add_argument(
        "--base-url",
        metavar="URL",
        help="host and version of the API (default: CRYPTOCLOUD_BASE_URL, then the documented one)",
    )
    doctor.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        default=Path("cryptocloud-doctor.json"),
        help="where to write what was found, without secrets (default: %(default)s)",
    )
    doctor.add_argument("--yes", action="store_true", help="do not ask before anything is sent")
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        sys.exit(2)
    # Here, because the other options do not need it.
    from cryptocloud_cli.doctor import examine

    sys.exit(examine(base_url=arguments.base_url, report=arguments.report, is_agreed=arguments.yes))

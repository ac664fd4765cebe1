"""The script ``cryptocloud``: it looks whether its packages are installed, and hands over."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

_PACKAGES = ("click", "rich")
"""What the extra `cli` brings. They are looked for and not loaded: help does without the second."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command, and exit with its status: see `cryptocloud_cli.statuses`."""
    if not all(map(find_spec, _PACKAGES)):
        print('cryptocloud: the command is an extra: pip install "cryptocloud[cli]"', file=sys.stderr)
        sys.exit(2)
    from cryptocloud_cli.running import run

    sys.exit(run(sys.argv[1:] if argv is None else list(argv)))

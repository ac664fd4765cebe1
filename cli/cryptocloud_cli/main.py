"""The script ``cryptocloud``: it looks whether its packages are installed, and hands over."""

import gc
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

_PACKAGES = ("click", "rich")
"""What the extra `cli` brings. They are looked for and not loaded: help does without the second."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command, by default that of the process, and exit: see `cryptocloud_cli.statuses`."""
    if not all(map(find_spec, _PACKAGES)):
        print('cryptocloud: the command is an extra: pip install "cryptocloud[cli]"', file=sys.stderr)
        sys.exit(2)
    if argv is not None:
        from cryptocloud_cli.running import run

        sys.exit(run(list(argv)))
    # A process of our own: what is loaded stays, and is looked at for garbage neither now nor at the end.
    gc.disable()
    from cryptocloud_cli.running import run

    gc.freeze()
    gc.enable()
    sys.exit(run(sys.argv[1:]))

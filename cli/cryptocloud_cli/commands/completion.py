"""``cryptocloud completion``."""

from __future__ import annotations

import click

from cryptocloud_cli.values import Choice

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=Choice(_SHELLS))
def command(shell: str) -> None:
    """Print what makes a shell complete commands and options.

    \b
    bash, in ~/.bashrc:   eval "$(cryptocloud completion bash)"
    zsh, in ~/.zshrc:     eval "$(cryptocloud completion zsh)"
    fish, in its config:  cryptocloud completion fish | source
    """
    from click.shell_completion import get_completion_class

    from cryptocloud_cli.commands import ROOT
    from cryptocloud_cli.running import COMPLETION, NAME

    shell_class = get_completion_class(shell)
    assert shell_class is not None
    click.echo(shell_class(ROOT, {}, NAME, COMPLETION).source())

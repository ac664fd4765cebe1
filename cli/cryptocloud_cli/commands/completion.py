"""``cryptocloud completion``."""

from __future__ import annotations

import click

from cryptocloud_cli.values import Choice


@click.command("completion")
@click.argument("shell", type=Choice(("bash", "zsh", "fish")))
def command(*, shell: str) -> None:
    """Print what makes a shell complete commands.

    \b
    bash, in ~/.bashrc:   eval "$(cryptocloud completion bash)"
    zsh, in ~/.zshrc:     eval "$(cryptocloud completion zsh)"
    fish, in its config:  cryptocloud completion fish | source
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from cryptocloud_cli.commands import ROOT
    from cryptocloud_cli.running import COMPLETION, NAME

    classes = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    script = classes[shell](ROOT, {}, NAME, COMPLETION).source()
    click.echo(script)

"""``cryptocloud sandbox judge``."""

from __future__ import annotations

from typing import Any

import click

from cryptocloud_cli.options import output_options
from cryptocloud_cli.serving import sandbox_problems
from cryptocloud_cli.statuses import Status
from cryptocloud_cli.values import Value


def _steps(text: str) -> tuple[str, ...]:
    from cryptocloud_cli.judge import STEPS

    steps = tuple(dict.fromkeys(filter(None, text.replace(",", " ").split())))
    if not steps or not set(steps) <= set(STEPS):
        raise ValueError
    return steps


_STEPS = Value(
    "STEPS",
    "some of create, look-up, lost-answer, refused, cancel, wrong-key, list, postback, forged",
    _steps,
)


@click.command("judge")
@click.argument("words", metavar="-- CMD...", nargs=-1, required=True)
@click.option("--steps", type=_STEPS, help="Those that are asked for, with commas between. Default: all.")
@output_options
def command(*, words: tuple[str, ...], steps: tuple[str, ...] | None, form: Any, is_raw: bool) -> int:
    """Judge a client of yours, in any language, by what it does at a sandbox.

    The program takes CRYPTOCLOUD_BASE_URL and the keys from the environment, goes through the steps, and says
    on stdout what came of each, such as 'refused: Invoice is not created'. Its requests are held to the spec.
    It is sent notifications at CRYPTOCLOUD_POSTBACK_PORT. The command ends with 0 if every step passed.
    """
    with sandbox_problems():
        from cryptocloud_cli.judge import STEPS, judge
        from cryptocloud_cli.output import Output

        names = ("step", "result", "problem")
        has_failed = False
        with Output(form, is_raw=is_raw) as output:
            output.head(names, names)
            for verdict in judge(words, steps or STEPS):
                has_failed = has_failed or bool(verdict.problem)
                result = "failed" if verdict.problem else "passed"
                output.write({"step": verdict.step, "result": result, "problem": verdict.problem or None})
    return Status.REFUSED if has_failed else Status.DONE

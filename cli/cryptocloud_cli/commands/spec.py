"""``cryptocloud spec``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click

from cryptocloud_cli.values import Choice

_BLOCK = re.compile(
    r"[!-~][^\x00-\x09\x0b-\x1f\x7f-\x9f]*\n[^\x00-\x09\x0b-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f]\n?"
)
"""A text of several lines that can stand as it is."""

_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z$][A-Za-z0-9_/$-]*", re.IGNORECASE)
"""A key that is the same text to every reader of YAML."""


@click.command("spec")
@click.option("--format", "form", type=Choice(("yaml", "json")), default="yaml", help="Default: yaml.")
def command(*, form: str) -> None:
    """Print the description of the API, as OpenAPI."""
    from cryptocloud import openapi

    document = openapi()
    if form == "json":
        text = json.dumps(document, indent=2, ensure_ascii=False)
    else:
        text = "\n".join(_yaml(document, ""))
    click.echo(f"{text}\n".encode(), nl=False)


def _yaml(document: dict[str, Any] | list[Any], indent: str) -> Iterator[str]:
    """The lines of a document that is not empty."""
    for item in document:
        value = document[item] if isinstance(document, dict) else item
        lead = f"{indent}{_key(item)}:" if isinstance(document, dict) else f"{indent}-"
        if isinstance(value, (dict, list)) and value:
            yield lead
            yield from _yaml(value, f"{indent}  ")
        elif isinstance(value, str) and _BLOCK.fullmatch(value):
            yield f"{lead} |" if value.endswith("\n") else f"{lead} |-"
            yield from (f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
        else:
            # YAML takes JSON.
            yield f"{lead} {json.dumps(value, ensure_ascii=False)}"


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)

"""The spec, and small edits of it that are known to apply."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "spec" / "openapi.yaml").read_text(encoding="utf-8")

GIT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
}
"""The environment of a git that knows no settings of this machine."""


def edited(text: str, old: str, new: str) -> str:
    """The text with one place changed. An edit that no longer applies, or applies twice, is an error."""
    assert text.count(old) == 1, f"stands {text.count(old)} times in the text: {old}"
    return text.replace(old, new)


def line_of(text: str, anchor: str) -> int:
    """The number of the line on which a text ends that stands at one place."""
    assert text.count(anchor) == 1, f"stands {text.count(anchor)} times in the text: {anchor}"
    return text[: text.index(anchor) + len(anchor)].count("\n") + 1

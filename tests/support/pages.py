"""The pages of the documentation, and the blocks of code in them."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "examples" / "clients" / "README.md",
        *sorted((ROOT / "docs").glob("[!_]*.md")),
        *sorted((ROOT / "docs" / "reference").glob("*.md")),
    ]
}

FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of a page, from the line below its fence."""

    page: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    """The blocks of code of a page. Directives, `{include}` and the like, are Sphinx's to check."""
    text = PAGES[page]
    return [
        Block(page, text.count("\n", 0, found.start("code")) + 1, found["info"], found["code"])
        for found in FENCE.finditer(text)
        if not found["info"].startswith("{")
    ]

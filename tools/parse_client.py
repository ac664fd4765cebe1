"""Parse source files, and name the first place that is not in their language: `parse_client.py rust FILE...`.

For languages whose compilers are not at hand. It runs in the environment of `make clients`.
"""

import re
import sys
from pathlib import Path

from tree_sitter import Node
from tree_sitter_language_pack import get_parser

# The grammar is older than the throws of Swift 6 that name a type.
UNKNOWN = {"swift": re.compile(rb"(?<=throws)\(\w+\)")}

SHORT_FLOATS = re.compile(rb"[:<( ](Float|float|f32)\b[^:]")
"""An amount of 32 bits loses digits."""


def first_fault(node: Node) -> Node:
    """The innermost node that is wrong."""
    wrong = [child for child in node.children if child.has_error or child.is_missing]
    return first_fault(wrong[0]) if wrong else node


def main() -> int:
    _, language, *paths = sys.argv
    parser = get_parser(language)
    if not paths:
        print(f"there is no {language} to parse", file=sys.stderr)
        return 1
    for path in paths:
        source = Path(path).read_bytes()
        if language in UNKNOWN:
            source = UNKNOWN[language].sub(b"", source)
        root = parser.parse(source).root_node
        if root.has_error:
            place = first_fault(root)
            print(f"{path}:{place.start_point.row + 1}: this is not {language}", file=sys.stderr)
            return 1
        if found := SHORT_FLOATS.search(source):
            line = source[: found.start()].count(b"\n") + 1
            print(f"{path}:{line}: a number of 32 bits", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

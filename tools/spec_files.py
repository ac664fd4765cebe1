"""Write the spec as files to share: `cryptocloud-openapi-<version>.yaml` and `.json`, and unversioned ones.

The spec refers to no other file, so the YAML is shared as it is, comments and all. The JSON is made from it
here, for `make generate` as well, which puts it into the package. YAML has two versions that read some words
differently; what a reader of either could take for something else than the JSON says is refused.
"""

import argparse
import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent

_LITERAL = re.compile(r"null|true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class SpecError(ValueError):
    """The spec cannot be written as JSON."""


class _Loader(yaml.SafeLoader):
    """Reads YAML that has one meaning: what stands without quotes is a literal of JSON, or a plain text."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        value: object = super().construct_object(node, deep)
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return value
        word: str = node.value
        meant: object = json.loads(word) if _LITERAL.fullmatch(word) else word
        if (type(value), value) != (type(meant), meant) or _looks_like_a_number(meant):
            raise _refusal(
                node, f"{word!r} is not the same to every reader: quote it, or write it as JSON does"
            )
        if isinstance(value, float) and Decimal(repr(value)) != Decimal(word):
            raise _refusal(node, f"{word} has more digits than readers keep")
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            raise _refusal(node, "a key stands here twice")
        for key in mapping:
            if not isinstance(key, str):
                raise _refusal(node, f"the key {key!r} is not a text: quote it")
        return mapping


def _looks_like_a_number(meant: object) -> bool:
    # Octal in YAML 1.2, and a text in YAML 1.1.
    return isinstance(meant, str) and re.fullmatch(r"0o[0-7]+", meant) is not None


def _refusal(node: yaml.Node, what: str) -> SpecError:
    return SpecError(f"line {node.start_mark.line + 1}: {what}")


def as_json(spec: str) -> str:
    """The same document as JSON.

    Raises:
        SpecError: It is not YAML, or has what YAML and JSON do not say in the same way.
    """
    try:
        document = _Loader(spec).get_single_data()
    except yaml.YAMLError as error:
        raise SpecError(f"is not YAML: {' '.join(str(error).split())}") from None
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _version(document: Any) -> str:
    match document:
        case {"info": {"version": str(version)}}:
            return version
    raise SpecError("it has no version: info.version is not a text")


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the spec as files to share.")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args()
    try:
        text = arguments.spec.read_text(encoding="utf-8")
        in_json = as_json(text)
        version = _version(json.loads(in_json))
        arguments.into.mkdir(parents=True, exist_ok=True)
        for name in (f"cryptocloud-openapi-{version}", "cryptocloud-openapi"):
            for suffix, content in (("json", in_json), ("yaml", text)):
                path = arguments.into / f"{name}.{suffix}"
                path.write_bytes(content.encode())
                print(path)
    except (OSError, ValueError) as error:
        print(f"{arguments.spec}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

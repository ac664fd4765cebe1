"""Read the spec, and write it in both formats. `make generate` and `make release-spec` do it here.

YAML has two versions that read some words differently; what a reader of either could take for something else
than the JSON says is refused, when it is read and when it is written.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

METHODS = ("get", "put", "post", "delete", "patch")

_LITERAL = re.compile(r"null|true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class SpecError(ValueError):
    """The spec cannot be read, or not be written in both formats."""


class _Loader(yaml.CSafeLoader):
    """Reads YAML that has one meaning: what stands without quotes is a literal of JSON, or a plain text."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        value: object = super().construct_object(node, deep)
        if not isinstance(node, yaml.ScalarNode) or node.style:
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


class _Dumper(yaml.SafeDumper):
    """Writes one node after the other, in blocks: some tools know neither braces nor aliases well."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _LITERAL.fullmatch(text) is None and not _looks_like_a_number(text)
    style = "|" if "\n" in text else None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def _looks_like_a_number(meant: object) -> bool:
    # Octal in YAML 1.2, and a text in YAML 1.1.
    return isinstance(meant, str) and re.fullmatch(r"0o[0-7]+", meant) is not None


def _refusal(node: yaml.Node, what: str) -> SpecError:
    return SpecError(f"line {node.start_mark.line + 1}: {what}")


class Place(NamedTuple):
    """Where an operation stands."""

    section: str
    path: str
    method: str

    @property
    def pointer(self) -> str:
        return f"#/{self.section}/{self.path.replace('/', '~1')}/{self.method}"


def operations(document: dict[str, Any], *sections: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every operation of these sections. A path can have more than operations: words, parameters."""
    for section in sections:
        for path, item in document.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield Place(section, path, method), item[method]


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A node of the document, or what its reference leads to."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def parsed(spec: str) -> Any:
    """The document that a YAML text is.

    Raises:
        SpecError: It is not YAML, or has what YAML and JSON do not say in the same way.
    """
    try:
        return _Loader(spec).get_single_data()
    except yaml.YAMLError as error:
        raise SpecError(f"is not YAML: {' '.join(str(error).split())}") from None


def in_json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def in_yaml(document: object) -> str:
    """The same as YAML.

    Raises:
        SpecError: YAML has no way to say it that every reader understands alike.
    """
    text = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)
    if in_json(parsed(text)) != in_json(document):
        raise SpecError("YAML does not say it as JSON does")
    return text

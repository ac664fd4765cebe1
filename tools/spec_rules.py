"""Rules for the spec that neither linter has. Each comes from a tool or a reader that stumbled.

They look at the YAML as it is written, so that a problem has a line.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from spec_files import METHODS
from spec_prose import retry_fault

# What generators add to the name of a component of this kind, where they make a type of it.
SUFFIXES = {
    "schemas": [""],
    "responses": ["", "Response"],
    "requestBodies": ["", "Body", "RequestBody"],
    "parameters": ["", "Parameter"],
    "headers": ["", "Header"],
}


class Finding(NamedTuple):
    """Something wrong, at a place that counts from 1."""

    line: int
    column: int
    message: str
    rule: str


Rule = Callable[[yaml.Node], Iterator[tuple[yaml.Node, str]]]


def findings(text: str) -> Iterator[Finding]:
    """What is wrong with a spec. It has to be YAML."""
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    if document is None:
        return
    for name, rule in RULES.items():
        for node, message in rule(document):
            mark = node.start_mark
            yield Finding(mark.line + 1, mark.column + 1, message, name)


def _members(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def _at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    for name in path:
        node = next((value for key, value in _members(node) if key.value == name), None)
    return node


def _value(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_document(node)


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _nodes(item)
    for key, value in _members(node):
        yield key
        yield from _nodes(value)


def _schemas(document: yaml.Node) -> Iterator[tuple[str, yaml.ScalarNode, yaml.Node]]:
    """The schemas of components, and their properties: what each is called, key and value."""
    for name, schema in _members(_at(document, "components", "schemas")):
        yield f"schema {name.value}", name, schema
        for member, inner in _members(_at(schema, "properties")):
            yield f"property {name.value}.{member.value}", member, inner


def _component_names(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    taken: dict[str, tuple[str, str]] = {}
    for kind, suffixes in SUFFIXES.items():
        for key, _ in _members(_at(document, "components", kind)):
            for suffix in suffixes:
                given = key.value + suffix
                of_kind, of_name = taken.setdefault(given.lower(), (kind, key.value))
                if of_kind != kind:
                    yield key, f"Generators call this `{given}`, as they call `{of_name}` of `{of_kind}`."


def _quoted_colons(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    nodes = list(_nodes(document))
    braces = {
        (node.start_mark.index, node.end_mark.index)
        for node in nodes
        if isinstance(node, yaml.CollectionNode) and node.flow_style
    }
    # By their places, since an alias stands for a node that is elsewhere, and is the same one again.
    plain = {
        node.start_mark.index: node
        for node in nodes
        if isinstance(node, yaml.ScalarNode) and node.style is None and ":" in node.value
    }
    for place, node in plain.items():
        if any(start < place < end for start, end in braces):
            yield node, f"Quote {node.value}: older parsers stop at its colon between braces."


def _descriptions(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    for name, key, schema in _schemas(document):
        if not _at(schema, "$ref") and not _at(schema, "description"):
            yield key, f"The {name} has no description."


def _counterexamples(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    for name, key, schema in _schemas(document):
        pattern, refused = _at(schema, "pattern"), _at(schema, "x-counterexamples")
        if pattern is None:
            continue
        if refused is None or not _value(refused):
            yield key, f"The {name} has a pattern: say in `x-counterexamples` what it is to refuse."
            continue
        for node in refused.value:
            if re.search(_value(pattern), str(node.value)):
                yield node, f"The pattern of the {name} takes {node.value}."


def _empty_examples(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    for name, _, schema in _schemas(document):
        example = _at(schema, "example")
        if example is not None and _at(schema, "items", "$ref") and _value(example) == []:
            yield (
                example,
                f"The example of the {name} is empty: leave it out, and viewers compose one of its items.",
            )


def _errors_alike(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    """A union of errors can only be read where its members have the same properties."""
    names: list[str] = []
    for path in (value for _, value in _members(_at(document, "paths"))):
        for _, operation in _members(path):
            for status, response in _members(_at(operation, "responses")):
                if status.value.startswith("2"):
                    continue
                reference = _at(response, "$ref")
                place = _value(reference).split("/")[1:] if reference else []
                described = _at(document, *place) if reference else response
                schema = _at(described, "content", "application/json", "schema", "$ref")
                if schema is not None:
                    names.append(_value(schema).rpartition("/")[2])
    members = {
        name: {key.value for key, _ in _members(_at(document, "components", "schemas", name, "properties"))}
        for name in names
    }
    every: set[str] = set().union(*members.values())
    for key, _ in _members(_at(document, "components", "schemas")):
        if missing := sorted(every - members.get(key.value, every)):
            yield (
                key,
                f"{key.value} has no {', '.join(missing)}: every error of an operation has the same members.",
            )


def _repetitions(document: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    for _, item in _members(_at(document, "paths")):
        for method in METHODS:
            rules = _at(item, method, "x-retry")
            fault = retry_fault(_value(rules)) if rules else None
            if rules and fault:
                yield rules, f"{fault}."


RULES: dict[str, Rule] = {
    "component-names": _component_names,
    "quoted-colons": _quoted_colons,
    "descriptions": _descriptions,
    "counterexamples": _counterexamples,
    "empty-examples": _empty_examples,
    "errors-alike": _errors_alike,
    "repetitions": _repetitions,
}

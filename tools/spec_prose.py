"""Tell in descriptions what stands in extensions: viewers show the ones and not the others."""

import copy
from collections.abc import Iterator
from typing import Any

from spec_files import operations

Document = dict[str, Any]

_RETRY = {
    "notSent": ("never sent", {"repeat": "repeat it"}),
    "unknown": (
        "sent, and no whole answer came",
        {
            "repeat": "repeat it",
            "ask": "ask what became of it, before anything else",
            "raise": "leave it to a person",
        },
    ),
    "rateLimited": ("429", {"repeat": "repeat it after `Retry-After`", "raise": "leave it to a person"}),
}


def explained(document: Document) -> Document:
    """A copy whose descriptions also tell of sources, doubts, repetitions, and known values of open lists."""
    document = copy.deepcopy(document)
    for _, operation in operations(document, "paths", "webhooks", "x-webhooks"):
        operation["description"] = "\n".join([operation["description"].rstrip(), "", *_about(operation)])
    for node in _objects(document):
        values = node.get("x-extensible-enum")
        description = node.get("description", "").rstrip()
        if isinstance(values, list) and not all(f"`{value}`" in description for value in values):
            known = "Known values: " + ", ".join(f"`{value}`" for value in values) + "."
            node["description"] = f"{description}\n\n{known}\n" if description else known
    return document


def retry_fault(rules: object) -> str | None:
    """What is wrong with an `x-retry`, if anything is."""
    if not isinstance(rules, dict):
        return "`x-retry` has a rule for each of " + ", ".join(_RETRY)
    for name, (_, words) in _RETRY.items():
        if rules.get(name) not in tuple(words):
            return f"`{name}` of `x-retry` is one of {', '.join(words)}"
    unknown = rules.keys() - _RETRY.keys()
    return f"`x-retry` knows no {', '.join(sorted(map(str, unknown)))}" if unknown else None


def _about(operation: Document) -> Iterator[str]:
    yield "**Not verified:**"
    yield ""
    yield from (f"* {' '.join(doubt.split())}" for doubt in operation["x-unverified"])
    yield ""
    if "x-retry" in operation:
        rules = [f"{_RETRY[key][0]}: {_RETRY[key][1][value]}" for key, value in operation["x-retry"].items()]
        yield f"**Repetition:** {'; '.join(rules)}."
        yield ""
    yield f"**Source:** {' '.join(operation['x-source'].split())}"
    yield ""


def _objects(node: object) -> Iterator[Document]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _objects(item)

"""Make an OpenAPI 3.1 document of the 3.0 one: there, webhooks are something that viewers show."""

from typing import Any

Document = dict[str, Any]

_ORDER = ["info", "externalDocs", "servers", "tags", "paths", "x-webhooks", "components"]


def upgraded(document: Document) -> Document:
    """The same in OpenAPI 3.1. For schemas as this spec has them: no `oneOf`, no exclusive bounds."""
    document = {"openapi": "3.1.0"} | {name: document[name] for name in _ORDER if name in document}
    return {_name(name): _upgraded(value) for name, value in document.items()}


def _name(name: str) -> str:
    return "webhooks" if name == "x-webhooks" else name


def _upgraded(node: Any) -> Any:
    """A node that is no schema; those in it are found by where they stand."""
    if isinstance(node, list):
        return [_upgraded(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _schema(value)
        if name == "schema"
        else {key: _schema(schema) for key, schema in value.items()}
        if name == "schemas"
        else value
        if name in ("example", "examples")
        else _upgraded(value)
        for name, value in node.items()
    }


def _schema(schema: Document | bool) -> Document | bool:
    if isinstance(schema, bool):
        return schema
    made: Document = {}
    for name, value in schema.items():
        match name:
            case "nullable":
                continue
            case "type" if schema.get("nullable"):
                made[name] = [value, "null"]
            case "example":
                made["examples"] = [value]
            case "properties":
                made[name] = {key: _schema(inner) for key, inner in value.items()}
            case "items" | "additionalProperties":
                made[name] = _schema(value)
            case _:
                made[name] = value
    return made

"""Make a Postman collection of the spec. Bruno, Insomnia and Hoppscotch import it as well.

A folder for each tag, a request for each operation with the first example of its body, and all examples of
its answers. Host, keys and ids are variables; the key for withdrawals is apart, so that a collection can be
shared with people who must not withdraw. Creating something remembers its id for the requests after it.
"""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from spec_files import resolved

Document = dict[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

# What operations make, by the name of the variable that has its id.
REMEMBERED = {"createInvoice": "invoiceId", "createStaticWallet": "walletId"}
IDS = ("shop_id", "uuid", "uuids")
WALLET_ID = 32  # characters, where an invoice's id has 12
KEYS = {"ProjectKey": "apiKey", "WithdrawalKey": "withdrawalKey"}

JSON = "application/json"
HEADERS = [{"key": "Content-Type", "value": JSON}]


def collection(document: Document) -> Document:
    """The collection of a spec whose descriptions are what is to be shown."""
    info, server = document["info"], document["servers"][-1]
    hosts = ", ".join(f"`{each['url']}` ({each['description']})" for each in document["servers"])
    folders: dict[str, list[Document]] = {tag["name"]: [] for tag in document["tags"]}
    values: dict[str, str] = {}
    for path, item in document["paths"].items():
        operation = item["post"]
        folders[operation["tags"][0]].append(_request(document, path, operation))
        values |= _values(document, operation)
    about = {tag["name"]: tag["description"] for tag in document["tags"]}
    return {
        "info": {
            "name": f"{info['title']} {info['version']}",
            "description": info["description"],
            "schema": SCHEMA,
        },
        "auth": _auth("apiKey"),
        "variable": [
            _variable("baseUrl", server["url"], f"One of {hosts}."),
            _variable("apiKey", "", "The project's API key, without the word Token.", secret=True),
            _variable("withdrawalKey", "", "The key for withdrawals, and for nothing else.", secret=True),
            *(_variable(name, value, "Of the examples.") for name, value in values.items()),
        ],
        "item": [
            {"name": name, "description": about[name], "item": requests}
            for name, requests in folders.items()
            if requests
        ],
    }


def _variable(key: str, value: str, description: str, *, secret: bool = False) -> Document:
    kind = "secret" if secret else "string"
    return {"key": key, "value": value, "type": kind, "description": description}


def _auth(variable: str) -> Document:
    values = {"key": "Authorization", "value": f"Token {{{{{variable}}}}}", "in": "header"}
    return {
        "type": "apikey",
        "apikey": [{"key": key, "value": value, "type": "string"} for key, value in values.items()],
    }


def _request(document: Document, path: str, operation: Document) -> Document:
    name = operation["operationId"]
    request: Document = {
        "method": "POST",
        "header": HEADERS,
        "description": operation["description"],
        "url": {
            "raw": f"{{{{baseUrl}}}}{path}",
            "host": ["{{baseUrl}}"],
            "path": path.strip("/").split("/"),
            "query": [
                {"key": each["name"], "value": each["example"], "disabled": True}
                for each in operation.get("parameters", [])
            ],
        },
    }
    (scheme,) = operation["security"][0]
    if KEYS[scheme] != "apiKey":
        request["auth"] = _auth(KEYS[scheme])
    example = _example(document, operation)
    if example is not None:
        body = json.dumps(_with_variables(example), ensure_ascii=False, indent=2)
        request["body"] = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}}
    item: Document = {
        "name": operation["summary"],
        "request": request,
        "response": list(_answers(document, operation)),
    }
    if name in REMEMBERED:
        script = f'pm.collectionVariables.set("{REMEMBERED[name]}", pm.response.json().result.uuid);'
        item["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": [script]}}]
    return item


def _example(document: Document, operation: Document) -> Document | None:
    if "requestBody" not in operation:
        return None
    examples = resolved(document, operation["requestBody"])["content"][JSON]["examples"]
    value: Document = resolved(document, next(iter(examples.values())))["value"]
    return value


def _values(document: Document, operation: Document) -> dict[str, str]:
    """What stands in an example where the request has a variable."""
    example = _example(document, operation) or {}
    return {
        _variable_of(name, value): value[0] if isinstance(value, list) else value
        for name, value in example.items()
        if name in IDS
    }


def _with_variables(example: Document) -> Document:
    made = dict(example)
    for name, value in example.items():
        if name in IDS:
            variable = f"{{{{{_variable_of(name, value)}}}}}"
            made[name] = [variable] if isinstance(value, list) else variable
    return made


def _variable_of(name: str, value: str | list[str]) -> str:
    if name == "shop_id":
        return "shopId"
    return "walletId" if len(value) == WALLET_ID else "invoiceId"


def _answers(document: Document, operation: Document) -> Iterator[Document]:
    for status, response in operation["responses"].items():
        if status == "default":
            continue
        for example in resolved(document, response)["content"][JSON]["examples"].values():
            described = resolved(document, example)
            yield {
                "name": described["summary"],
                "code": int(status),
                "status": HTTPStatus(int(status)).phrase,
                "header": HEADERS,
                "body": json.dumps(described["value"], ensure_ascii=False, indent=2),
                "_postman_previewlanguage": "json",
            }


class CollectionError(Exception):
    """What is to be replayed is no collection of this kind. The message says why, in one line."""


def variables(made: Document) -> dict[str, str]:
    """The variables of a collection, as it has them."""
    return {each["key"]: each["value"] for each in made["variable"]}


def requests(made: Document) -> Iterator[tuple[str, Document, str | None]]:
    """Each request, in order: its name, the request, and the variable that remembers the id of the answer."""
    for folder in made["item"]:
        for item in folder["item"]:
            scripts = [line for event in item.get("event", ()) for line in event["script"]["exec"]]
            found = re.search(r'set\("(\w+)", pm\.response\.json\(\)\.result\.uuid\)', "\n".join(scripts))
            yield item["name"], item["request"], found[1] if found else None


def filled(text: str, values: dict[str, str]) -> str:
    """A text with the values of its variables."""
    try:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)
    except KeyError as error:
        raise CollectionError(f"the collection has no variable {error}") from None

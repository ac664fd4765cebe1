"""Send every request of the released collection, in its order: to a sandbox for this once, or to a host.

Keys and shop of another host are read from the environment, as the SDK reads them. A step fails if it is not
answered with HTTP 200.
"""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from cryptocloud_sandbox import Sandbox
from postman import CollectionError, filled, requests, variables

VARIABLES = {
    "apiKey": "CRYPTOCLOUD_API_KEY",
    "withdrawalKey": "CRYPTOCLOUD_WITHDRAWAL_KEY",
    "shopId": "CRYPTOCLOUD_SHOP_ID",
}


class Step(NamedTuple):
    """What came of one request."""

    name: str
    status: int
    answer: str


@contextlib.contextmanager
def a_sandbox() -> Iterator[dict[str, str]]:
    """The variables that lead to a fresh one, with enough for a withdrawal."""
    with Sandbox() as sandbox:
        sandbox.deposit("USDT_TRC20", 1000)
        yield {
            "baseUrl": sandbox.base_url,
            "apiKey": sandbox.api_key,
            "withdrawalKey": sandbox.withdrawal_key,
            "shopId": sandbox.shop_id,
        }


def replay(collection: dict[str, Any], given: dict[str, str]) -> Iterator[Step]:
    """Send the requests with the collection's variables, of which some are given.

    Raises:
        CollectionError: It is not a collection as `make release-spec` writes it, or nothing answers.
    """
    try:
        values = variables(collection) | given
        steps = list(requests(collection))
    except (KeyError, TypeError):
        raise CollectionError("this is not a collection of `make release-spec`") from None
    with httpx.Client(trust_env=False, timeout=30) as client:
        for name, request, remembered in steps:
            auth = {each["key"]: each["value"] for each in request.get("auth", collection["auth"])["apikey"]}
            headers = {each["key"]: each["value"] for each in request["header"]}
            headers[auth["key"]] = filled(auth["value"], values).strip()
            body = filled(request["body"]["raw"], values) if "body" in request else None
            url = filled(request["url"]["raw"], values)
            try:
                answer = client.post(url, content=body, headers=headers)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise CollectionError(f"nothing answers at {values['baseUrl']} ({error})") from None
            if remembered and answer.status_code == httpx.codes.OK:
                values[remembered] = answer.json()["result"]["uuid"]
            yield Step(name, answer.status_code, answer.text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Send every request of a collection.")
    parser.add_argument("collection", type=Path)
    parser.add_argument(
        "--base-url", metavar="URL", help="a host that runs; default: a sandbox for this once"
    )
    arguments = parser.parse_args()
    given = {name: os.environ[each] for name, each in VARIABLES.items() if each in os.environ}
    host = contextlib.nullcontext(given | {"baseUrl": arguments.base_url})
    failed = False
    try:
        collection = json.loads(arguments.collection.read_text(encoding="utf-8"))
        with host if arguments.base_url else a_sandbox() as values:
            for step in replay(collection, values):
                refused = step.status != httpx.codes.OK
                print(f"{step.status}  {step.name}" + (f": {step.answer[:300]}" if refused else ""))
                failed |= refused
    except json.JSONDecodeError:
        print(f"{arguments.collection.name}: this is not JSON", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError, CollectionError) as error:
        print(f"{arguments.collection.name}: {error}", file=sys.stderr)
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

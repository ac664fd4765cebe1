"""The spec, as it travels with the package."""

from __future__ import annotations

import json
from typing import Any


def openapi() -> dict[str, Any]:
    """The OpenAPI document that this package follows. Each call reads it anew: change it as you like.

    Its version is `cryptocloud.__api_version__`; its `x-` members tell what is not verified.
    """
    # Here, because it would double what `import cryptocloud` adds to the packages below it.
    from importlib.resources import files

    # Written by `make generate` together with the client, and so as current as that.
    text = files("cryptocloud_client").joinpath("openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document

"""The spec, as it travels with the package."""

from __future__ import annotations

import json
from typing import Any


def openapi() -> dict[str, Any]:
    """The OpenAPI document that this package follows. Each call reads it anew: change it as you like.

    Its version is `cryptocloud.__api_version__`; its `x-` members tell what is not verified.

    Raises:
        FileNotFoundError: The program was frozen without the data files of `cryptocloud_client`.
    """
    # Here, because it would double what `import cryptocloud` adds to the packages below it.
    from importlib.resources import files

    # Written by `make generate` together with the client, and so as current as that.
    try:
        text = files("cryptocloud_client").joinpath("openapi.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(
            "openapi.json of the package cryptocloud_client is missing: a frozen program has to be told to"
            " include the package's data files"
        ) from None
    document: dict[str, Any] = json.loads(text)
    return document

"""A local CryptoCloud, API version 2, for demos, tests and clients in any language.

    from cryptocloud_sandbox import Sandbox

    with Sandbox() as sandbox:
        uuid = sandbox.add_invoice()
        ...  # point any client at sandbox.base_url, with sandbox.api_key and sandbox.shop_id
        sandbox.pay(uuid)

On the command line: ``cryptocloud-sandbox --port 8000``. A person pays on the page that an invoice links to.

It follows the service's public documentation, and what that leaves open is decided in
``cryptocloud_sandbox.decisions.DECISIONS``. Needs the extra ``cryptocloud[sandbox]``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .calls import Call
    from .postbacks import Message
    from .records import Delivery, Event
    from .sandbox import Sandbox

__all__ = ["Call", "Delivery", "Event", "Message", "Sandbox"]

_ROOMS = {
    "Call": "calls",
    "Delivery": "records",
    "Event": "records",
    "Message": "postbacks",
    "Sandbox": "sandbox",
}


def __getattr__(name: str) -> object:
    # Starlette and uvicorn are an optional extra and a fifth of a second: loaded on first use only.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_ROOMS[name]}", __name__), name)
    except ModuleNotFoundError as exc:
        raise ModuleNotFoundError(
            f'The sandbox needs the package {exc.name!r}: pip install "cryptocloud[sandbox]"', name=exc.name
        ) from exc

"""Fixtures for the tests of a shop: a sandbox, and clients of it.

pytest loads this module for everybody who has the package, with the extra ``sandbox`` or without. So it
imports nothing but pytest before a fixture is used: whatever it loaded would start before coverage does.

The marker ``@pytest.mark.cryptocloud(test_mode=False, seed=3, postback_kind="form")`` changes the sandbox
of a test, a class or a module; what is nearer to the test has precedence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptocloud import AsyncCryptoCloud, CryptoCloud

    from . import Message, Sandbox

_MARKER = "cryptocloud(test_mode=True, seed=0, postback_kind='json')"
_SETTINGS = ("test_mode", "seed", "postback_kind")
_CLIENT_SETTINGS = ("api_key", "shop_id", "base_url", "secret_key", "withdrawal_key")


class Postback(Protocol):
    """The type of the fixture `cryptocloud_postback`."""

    def __call__(
        self,
        uuid: str,
        *,
        kind: Literal["json", "form"] | None = None,
        forged: bool = False,
        expired: bool = False,
        **fields: object,
    ) -> Message: ...


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{_MARKER}: settings of the test's cryptocloud_sandbox")


@pytest.fixture
def cryptocloud_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A running `Sandbox`, new for each test and with the same ids in each.

    As long as the test lasts the variables ``CRYPTOCLOUD_*`` point at it: ``CryptoCloud()`` without arguments
    talks to it, and keys that are set outside are out of reach.
    """
    settings = _settings(request.node)
    settings["postback_format"] = settings.pop("postback_kind", "json")
    with _sandbox_class()(**settings) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        yield sandbox


@pytest.fixture
def cryptocloud_client(cryptocloud_sandbox: Sandbox) -> Iterator[CryptoCloud]:
    """A `CryptoCloud` of the test's sandbox, closed after the test."""
    from cryptocloud import CryptoCloud

    with CryptoCloud(**_client_settings(cryptocloud_sandbox)) as client:
        yield client


@pytest.fixture
def async_cryptocloud_client(cryptocloud_sandbox: Sandbox) -> Iterator[AsyncCryptoCloud]:
    """An `AsyncCryptoCloud` of the test's sandbox, closed after the test.

    The fixture itself is not asynchronous, so that every plugin for asynchronous tests takes it.
    """
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from cryptocloud import AsyncCryptoCloud

    client = AsyncCryptoCloud(**_client_settings(cryptocloud_sandbox))
    yield client
    # Its connections belong to no event loop. That of the test is over, and another may run in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, client.aclose()).result()


@pytest.fixture
def cryptocloud_postback(cryptocloud_sandbox: Sandbox) -> Postback:
    """Makes postbacks to post by hand, ``cryptocloud_postback(uuid, forged=True)``: `Sandbox.postback`."""
    return cryptocloud_sandbox.postback


def _sandbox_class() -> type[Sandbox]:
    try:
        from . import Sandbox
    except ModuleNotFoundError as exc:
        missing = str(exc)
    else:
        return Sandbox
    # Out here, because pytest would also show the errors that led to it.
    pytest.fail(missing, pytrace=False)


def _settings(node: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for marker in node.iter_markers("cryptocloud"):
        unknown = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _SETTINGS)]
        if unknown:
            pytest.fail(f"the marker is {_MARKER}; it has no {', '.join(unknown)}", pytrace=False)
        settings = marker.kwargs | settings
    return settings


def _client_settings(sandbox: Sandbox) -> dict[str, Any]:
    return {name: getattr(sandbox, name) for name in _CLIENT_SETTINGS}

"""What other programs read of the package: annotations, signatures, classes. All of it can be evaluated."""

import inspect
import json
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from unittest.mock import create_autospec

import pydantic
import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

import cryptocloud
from cryptocloud import AsyncCryptoCloud, CryptoCloud, CryptoCloudError, InvoiceOptions, Outcome, postback
from cryptocloud_sandbox import Sandbox
from support.service import KEY


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function, class and method that users can see."""
    own = [
        name
        for name, value in vars(postback).items()
        if getattr(value, "__module__", "") == postback.__name__
    ]
    for prefix, module, names in [
        ("cryptocloud", cryptocloud, cryptocloud.__all__),
        ("cryptocloud.postback", postback, own),
    ]:
        for name in names:
            value = getattr(module, name)
            if name.startswith("_") or not callable(value):
                continue
            yield f"{prefix}.{name}", value
            if isinstance(value, type):
                yield from methods(f"{prefix}.{name}", value)


def methods(prefix: str, cls: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(cls):
        value = getattr(cls, name)
        if name.startswith("_") or not (inspect.isfunction(value) or isinstance(value, type)):
            continue
        yield f"{prefix}.{name}", value
        if isinstance(value, type):
            yield from methods(f"{prefix}.{name}", value)


PUBLIC = dict(public_callables())


def test_methods_of_resources_are_found() -> None:
    assert "cryptocloud.AsyncCryptoCloud.invoices.cancel" in PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_annotations_and_signatures_can_be_evaluated(name: str) -> None:
    value = PUBLIC[name]
    typing.get_type_hints(value)
    if isinstance(value, type):
        typing.get_type_hints(vars(value).get("__init__", value))
    if value is not InvoiceOptions:  # a dict, which has none
        inspect.signature(value, eval_str=True)


def test_pydantic_checks_calls() -> None:
    with CryptoCloud(api_key=KEY) as client:
        cancel = pydantic.validate_call(client.invoices.cancel)
        with pytest.raises(pydantic.ValidationError):
            cancel(5)  # type: ignore[arg-type]


def test_fastapi_depends_on_a_client() -> None:
    app = FastAPI()

    with Sandbox(seed=1) as sandbox:

        def client() -> Iterator[CryptoCloud]:
            with CryptoCloud(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
                yield client

        @app.get("/{uuid}")
        def status(uuid: str, client: Annotated[CryptoCloud, Depends(client)]) -> str | None:
            return client.invoices.get(uuid).status

        uuid = sandbox.add_invoice()
        assert TestClient(app).get(f"/{uuid}").json() == "created"


@pytest.mark.parametrize("cls", [CryptoCloud, AsyncCryptoCloud])
def test_a_double_is_made_of_the_class(cls: type) -> None:
    double = create_autospec(cls, instance=True)
    with pytest.raises(TypeError):
        double.invoices.cancel()
    with pytest.raises(AttributeError):
        _ = double.invoices.cancle
    double.postbacks.verify(b"", "application/json")


class Shop(CryptoCloud):
    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.name = name


def test_what_a_subclass_has_goes_along_to_other_options() -> None:
    with Shop("toys", api_key=KEY) as shop:
        invoices = shop.invoices
        other = shop.with_options(timeout=1)
        assert (type(other), other.name) == (Shop, "toys")
        assert other.invoices is not invoices
        assert shop.invoices is invoices


ERRORS = sorted(name for name in cryptocloud.__all__ if name.endswith("Error"))


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_made_of_its_message_alone(name: str) -> None:
    """As job queues do that send results as JSON. What is not said is not known."""
    cls: type[CryptoCloudError] = getattr(cryptocloud, name)
    error = cls(*json.loads(json.dumps(cls("paymentPostback: gone").args)))
    assert str(error) == "paymentPostback: gone"
    assert error.outcome is Outcome.UNKNOWN
    assert not error.is_retryable
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_models_are_imported_from_the_package() -> None:
    code = """
import sys, cryptocloud
assert "cryptocloud.models" not in sys.modules
assert "Invoice" in dir(cryptocloud)
from cryptocloud import Balance, Currency, Invoice, Network, Postback
from cryptocloud import Project, StaticWallet, Statistics, Withdrawal
assert Invoice(uuid="INV-89UX09KA", status="paid").is_paid
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_program_without_data_files_says_what_is_missing() -> None:
    code = """
import cryptocloud, importlib.resources, pathlib
importlib.resources.files = lambda package: pathlib.Path("/nowhere")
print(cryptocloud.__api_version__)
try:
    cryptocloud.openapi()
except FileNotFoundError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, missing = done.stdout.splitlines()
    assert version == cryptocloud.openapi()["info"]["version"]
    assert missing.startswith("openapi.json of the package cryptocloud_client is missing")

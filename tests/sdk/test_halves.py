"""The two halves of the SDK are the same, but for `await`."""

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import cryptocloud
from cryptocloud import AsyncCryptoCloud, CryptoCloud, InvoiceOptions, models, resources

PAIRS = [
    (getattr(resources, name), getattr(resources, f"Async{name}"))
    for name in ("Invoices", "Balances", "StaticWallets", "Withdrawals", "Postbacks")
]


def methods(cls: type) -> dict[str, Callable[..., Any]]:
    return {name: method for name, method in vars(cls).items() if not name.startswith("_")}


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_both_halves_have_the_same_methods(sync: type, asynchronous: type) -> None:
    assert sync.__doc__ == asynchronous.__doc__
    assert methods(sync).keys() == methods(asynchronous).keys()
    for name, method in methods(sync).items():
        other = methods(asynchronous)[name]
        assert method.__doc__, f"{sync.__name__}.{name} has no docstring"
        assert other.__doc__ == method.__doc__, f"the docstrings of {sync.__name__}.{name} differ"
        signature, other_signature = inspect.signature(method), inspect.signature(other)
        # What goes through something asynchronously can do so with what is synchronous.
        expected = str(other_signature).replace(" | AsyncIterable[str]", "")
        expected = expected.replace("AsyncIter", "Iter").replace("AsyncPending", "Pending")
        assert expected == str(signature), name
        # One that goes through something is called without `await`, and so is the one that does no I/O.
        is_awaited = name != "verify" and not re.search(r"-> '(Async)?Iterator", str(other_signature))
        assert inspect.iscoroutinefunction(other) is is_awaited, name


@pytest.mark.parametrize("cls", [sync for sync, _ in PAIRS])
def test_a_docstring_has_every_argument_or_no_list_of_them(cls: type) -> None:
    for name, method in methods(cls).items():
        _, *arguments = inspect.signature(method).parameters
        if arguments[-1:] == ["options"]:
            arguments[-1:] = InvoiceOptions.__annotations__
        section = (inspect.getdoc(method) or "").partition("Args:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^    (\w+): ", section, re.MULTILINE) in ([], arguments), name


@pytest.mark.parametrize("cls", [sync for sync, _ in PAIRS])
def test_every_model_that_a_call_gives_is_imported_from_the_package(cls: type) -> None:
    for method in methods(cls).values():
        given = re.findall(r"models\.(\w+)", str(inspect.signature(method).return_annotation))
        assert set(given) <= set(cryptocloud.__all__)


def test_every_model_that_is_exported_is_imported_for_who_reads_the_code() -> None:
    """For type checkers, and programs that freeze others."""
    tree = ast.parse(inspect.getsource(cryptocloud))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    exported = {name for name in cryptocloud.__all__ if hasattr(models, name)}
    assert exported
    assert exported <= imported


def test_both_clients_take_the_same_settings() -> None:
    signatures = [str(inspect.signature(cls)).replace("Async", "") for cls in (CryptoCloud, AsyncCryptoCloud)]
    assert signatures[0] == signatures[1]


def test_the_resources_of_a_client_are_seen_on_its_class() -> None:
    """Tools that look at classes, such as `create_autospec`, see the methods."""
    assert CryptoCloud.invoices is resources.Invoices
    assert AsyncCryptoCloud.invoices is resources.AsyncInvoices
    with CryptoCloud(api_key="k" * 20) as client:
        assert isinstance(client.invoices, resources.Invoices)
        assert client.invoices is client.invoices

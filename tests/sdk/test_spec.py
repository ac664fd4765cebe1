"""The spec and what the wrapper knows of it."""

from typing import Any

from cryptocloud._call.operations import OPERATIONS
from support.contract import SPEC


def spec_operations() -> dict[str, dict[str, Any]]:
    return {path: item["post"] for path, item in SPEC["paths"].items()}


def test_the_wrapper_knows_every_operation_by_its_name() -> None:
    assert {path: operation.name for path, operation in OPERATIONS.items()} == {
        path: operation["operationId"] for path, operation in spec_operations().items()
    }


def test_what_may_be_repeated_is_decided_in_the_spec() -> None:
    assert {
        path: {
            "notSent": "repeat",
            "unknown": operation.unknown,
            "rateLimited": operation.rate_limited,
        }
        for path, operation in OPERATIONS.items()
    } == {path: operation["x-retry"] for path, operation in spec_operations().items()}


def test_the_wrapper_uses_the_key_that_the_spec_asks_for() -> None:
    assert {path: [{operation.key: []}] for path, operation in OPERATIONS.items()} == {
        path: operation["security"] for path, operation in spec_operations().items()
    }


def test_every_operation_names_its_source_and_its_doubts() -> None:
    for operation in spec_operations().values():
        assert operation["x-source"]
        assert operation["x-unverified"]
        assert operation["security"]

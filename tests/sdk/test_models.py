"""Every model reads what the spec describes: each property, by its name and its type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from cryptocloud import models, postback
from support.contract import BY_ID, SPEC, resolved
from support.fuzzing import OFFERED

SCHEMAS: dict[str, dict[str, Any]] = SPEC["components"]["schemas"]
TABLES = {
    table.schema: table
    for module in (models, postback)
    for table in vars(module).values()
    if isinstance(table, models.Table)
}

LEFT_IN_EXTRA = {
    "Invoice": {
        # Their meaning is not documented, or one client model alone has them.
        "step",
        "total_rub",
        "aml_enabled",
        "aml_side",
        "aml_checks",
        "aml_cost",
        "aml_cost_usd",
        "links",
        "links_invoice",
        "currency_list",
        # A second place for the id, which `uuid` looks at.
        "invoice_id",
        # A second name of `side_commission_cc`.
        "side_commission_service",
    },
    "StaticWallet": {"active", "identify", "created"},  # of the experimental operations alone
    "Withdrawal": {"invoice_id"},  # a second place for the id
    "Postback": {"invoice_id", "token"},  # read by `verify` itself
}
"""Properties without an attribute, with the reason."""

BEYOND_THE_SPEC = {"InvoiceCurrency": {"enable"}}
"""Names that are read though the schema does not have them: the other description of a coin does."""

TYPE_OF_READER = {
    "as_text": "string",
    "as_id": "string",
    "as_reference": "string",
    "as_link": "string",
    "as_texts": "array of string",
    "as_flag": "boolean",
    "as_number": "integer",
    "as_money": "number",
    "as_time": "Timestamp",
    "as_coin": "anything",
    "_order_id": "string",
    "_invoice_info": "Invoice",
}

UNTYPED = {("InvoiceCurrency", "network"): "Network"}
"""Properties that the spec leaves open, since one sample has another type, and what is read of them."""


def spec_type(schema: Mapping[str, Any]) -> str:
    """The type of a property: that of JSON, or the name of an object."""
    if "allOf" in schema:
        return spec_type(schema["allOf"][0])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        is_object = SCHEMAS[name].get("type") == "object"
        return name if is_object or name == "Timestamp" else spec_type(SCHEMAS[name])
    if schema.get("type") == "array":
        return f"array of {spec_type(schema['items'])}"
    return str(schema.get("type", "anything"))


def read_type(reader: Any) -> str:
    """The type that a reader is for."""
    nested = getattr(reader, "__self__", None)
    return nested.schema if nested else TYPE_OF_READER[reader.__name__]


@pytest.mark.parametrize("schema", TABLES)
def test_a_model_reads_each_property_of_its_schema(schema: str) -> None:
    properties, columns = SCHEMAS[schema]["properties"], TABLES[schema].columns
    left = LEFT_IN_EXTRA.get(schema, set())
    new = [name for name in properties if name not in columns and name not in left]
    removed = [
        f"{name!r} (attribute {attribute})"
        for name, (attribute, _) in columns.items()
        if name not in properties and name not in BEYOND_THE_SPEC.get(schema, ())
    ]
    assert not removed, (
        f"in models.py, {schema} reads {', '.join(removed)}, and the spec has no such property."
        f" Nothing reads {new or 'any other'}: if it was renamed, the attribute follows"
    )
    assert not new, f"in models.py, no attribute of {schema} reads {new}; or it is left in `extra`, see above"
    assert left <= properties.keys(), f"left in `extra`, and gone from the spec: {left - properties.keys()}"


@pytest.mark.parametrize("schema", TABLES)
def test_a_model_reads_each_property_by_its_type(schema: str) -> None:
    properties = SCHEMAS[schema]["properties"]
    wrong = [
        f"{schema}.{name} is {described}, and attribute {attribute} reads {read_type(reader)}"
        for name, (attribute, reader) in TABLES[schema].columns.items()
        if name in properties
        and (described := UNTYPED.get((schema, name)) or spec_type(properties[name])) != read_type(reader)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", OFFERED)
def test_every_object_of_a_success_has_a_model(name: str) -> None:
    """Whatever a success of a wrapped operation carries is read by one of the tables."""
    response = resolved(BY_ID[name]["responses"]["200"])
    envelope = resolved(response["content"]["application/json"]["schema"])
    results = [each for key, each in envelope["properties"].items() if key in ("result", "data")]
    kinds = {spec_type(each).removeprefix("array of ") for each in results}
    assert kinds <= {*TABLES, "string"}, f"in models.py, no table reads {kinds - TABLES.keys()}"


@pytest.mark.parametrize("schema", TABLES)
def test_every_object_within_a_model_has_one(schema: str) -> None:
    for name in SCHEMAS[schema]["properties"].values():
        inner = spec_type(name).removeprefix("array of ")
        assert inner not in SCHEMAS or inner in TABLES or inner == "Timestamp", inner


UUID = "INV-89UX09KA"


@pytest.mark.parametrize(
    ("tx_list", "understood"),
    [
        (["a", "b"], ("a", "b")),
        ([""], ()),
        (["None", None, "a"], ("a",)),
        ([], ()),
    ],
)
def test_hashes_that_are_understood_are_not_repeated(tx_list: object, understood: tuple[str, ...]) -> None:
    invoice = models.invoice_from({"uuid": UUID, "tx_list": tx_list})
    assert (invoice.tx_list, invoice.extra) == (understood, {})


@pytest.mark.parametrize(
    ("tx_list", "understood"),
    [
        ("one-hash", ()),
        ([{"hash": "a"}], ()),
        (["a", {"hash": "b"}, ""], ("a",)),
        ({"a": 1}, ()),
        (5, ()),
    ],
)
def test_hashes_that_are_not_understood_are_kept_as_they_came(
    tx_list: object, understood: tuple[str, ...]
) -> None:
    invoice = models.invoice_from({"uuid": UUID, "tx_list": tx_list})
    assert (invoice.tx_list, invoice.extra) == (understood, {"tx_list": tx_list})


STRANGE: dict[str, object] = {
    "string": [5],
    "boolean": "yes",
    "integer": "7",
    "number": "1,5",
    "Timestamp": "yesterday",
    "array of string": "text",
    "anything": 5,
}


REQUIRED: dict[str, dict[str, object]] = {
    "Invoice": {"uuid": UUID},
    "Withdrawal": {"uuid": UUID},
    "StaticWallet": {"address": "x"},
    "Postback": {"invoice_id": UUID, "expires_at": None},
}
"""What models cannot be without."""


@pytest.mark.parametrize("schema", TABLES)
def test_what_an_attribute_does_not_understand_is_kept_as_it_came(schema: str) -> None:
    strange = {
        name: STRANGE.get(read_type(reader), [Decimal("1.5")])
        for name, (_, reader) in TABLES[schema].columns.items()
    }
    model = TABLES[schema].read(strange, **REQUIRED.get(schema, {}))
    assert dict(model.extra) == strange

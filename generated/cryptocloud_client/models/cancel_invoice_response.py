from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CancelInvoiceResponse")


@_attrs_define
class CancelInvoiceResponse:
    """That the invoice is cancelled.

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (list[str]): One text, `ok`. It confirms, and says nothing more. Example: ['ok'].
    """

    status: str
    result: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        result = self.result

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = d.pop("status")

        result = cast(list[str], d.pop("result"))

        cancel_invoice_response = cls(
            status=status,
            result=result,
        )

        cancel_invoice_response.additional_properties = d
        return cancel_invoice_response

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties

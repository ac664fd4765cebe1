from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invoice import Invoice


T = TypeVar("T", bound="ListInvoicesResponse")


@_attrs_define
class ListInvoicesResponse:
    """One page of a list.

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (list[Invoice]): The invoices of the page.
        all_count (int | None | Unset): How many the period has in all. [client] Example: 1.
    """

    status: str
    result: list[Invoice]
    all_count: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        result = []
        for result_item_data in self.result:
            result_item = result_item_data.to_dict()
            result.append(result_item)

        all_count: int | None | Unset
        if isinstance(self.all_count, Unset):
            all_count = UNSET
        else:
            all_count = self.all_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "result": result,
            }
        )
        if all_count is not UNSET:
            field_dict["all_count"] = all_count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invoice import Invoice  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        result = []
        _result = d.pop("result")
        for result_item_data in _result:
            result_item = Invoice.from_dict(result_item_data)

            result.append(result_item)

        def _parse_all_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        all_count = _parse_all_count(d.pop("all_count", UNSET))

        list_invoices_response = cls(
            status=status,
            result=result,
            all_count=all_count,
        )

        list_invoices_response.additional_properties = d
        return list_invoices_response

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

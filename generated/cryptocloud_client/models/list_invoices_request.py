from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ListInvoicesRequest")


@_attrs_define
class ListInvoicesRequest:
    """A period, and a part of what it has.

    Attributes:
        start (str): A day, as `dd.mm.yyyy`. [doc] (The documentation prints a fifth `y` by mistake.) Example:
            31.01.2023.
        end (str): A day, as `dd.mm.yyyy`. [doc] (The documentation prints a fifth `y` by mistake.) Example: 31.01.2023.
        offset (int | Unset): How many records to pass over; 10 begins with the 11th. [doc] 0 if it is missing.
            [inferred] Example: 0.
        limit (int | Unset): See the operation. 10 if it is missing, 100 at most. [doc] Example: 100.
    """

    start: str
    end: str
    offset: int | Unset = UNSET
    limit: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        start = self.start

        end = self.end

        offset = self.offset

        limit = self.limit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "start": start,
                "end": end,
            }
        )
        if offset is not UNSET:
            field_dict["offset"] = offset
        if limit is not UNSET:
            field_dict["limit"] = limit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        start = d.pop("start")

        end = d.pop("end")

        offset = d.pop("offset", UNSET)

        limit = d.pop("limit", UNSET)

        list_invoices_request = cls(
            start=start,
            end=end,
            offset=offset,
            limit=limit,
        )

        list_invoices_request.additional_properties = d
        return list_invoices_request

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

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ListStaticWalletsRequest")


@_attrs_define
class ListStaticWalletsRequest:
    """Whose wallets, and a part of them. [client]

    Attributes:
        shop_id (str): Id of the project's shop. [client] Example: xBAivfPIbskwuEWj.
        offset (int | Unset): How many records to pass over; 0 if it is missing. [client] Example: 0.
        limit (int | Unset): How many records to give; 100 if it is missing. [client] Example: 100.
        start (str | Unset): A day, as `dd.mm.yyyy`. [doc] (The documentation prints a fifth `y` by mistake.) Example:
            31.01.2023.
        end (str | Unset): A day, as `dd.mm.yyyy`. [doc] (The documentation prints a fifth `y` by mistake.) Example:
            31.01.2023.
    """

    shop_id: str
    offset: int | Unset = UNSET
    limit: int | Unset = UNSET
    start: str | Unset = UNSET
    end: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        shop_id = self.shop_id

        offset = self.offset

        limit = self.limit

        start = self.start

        end = self.end

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "shop_id": shop_id,
            }
        )
        if offset is not UNSET:
            field_dict["offset"] = offset
        if limit is not UNSET:
            field_dict["limit"] = limit
        if start is not UNSET:
            field_dict["start"] = start
        if end is not UNSET:
            field_dict["end"] = end

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        shop_id = d.pop("shop_id")

        offset = d.pop("offset", UNSET)

        limit = d.pop("limit", UNSET)

        start = d.pop("start", UNSET)

        end = d.pop("end", UNSET)

        list_static_wallets_request = cls(
            shop_id=shop_id,
            offset=offset,
            limit=limit,
            start=start,
            end=end,
        )

        list_static_wallets_request.additional_properties = d
        return list_static_wallets_request

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

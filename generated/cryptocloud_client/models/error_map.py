from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ErrorMap")


@_attrs_define
class ErrorMap:
    """Error codes or field names, each with a text for people. The keys vary by operation and the
    list is open; values are texts in every sample, and one client guards against others. [client]

        Attributes:
            validate_error (str | Unset): The request was understood and refused. Example: Invoice is not created.
            authorization (str | Unset): The credentials are missing or unusable. Example: Unauthorized request..
    """

    validate_error: str | Unset = UNSET
    authorization: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        validate_error = self.validate_error

        authorization = self.authorization

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if validate_error is not UNSET:
            field_dict["validate_error"] = validate_error
        if authorization is not UNSET:
            field_dict["authorization"] = authorization

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        validate_error = d.pop("validate_error", UNSET)

        authorization = d.pop("authorization", UNSET)

        error_map = cls(
            validate_error=validate_error,
            authorization=authorization,
        )

        error_map.additional_properties = d
        return error_map

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

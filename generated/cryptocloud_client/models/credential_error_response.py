from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_map import ErrorMap


T = TypeVar("T", bound="CredentialErrorResponse")


@_attrs_define
class CredentialErrorResponse:
    """A top-level `detail`, without envelope. [old doc] One client's types place `detail` inside
    `result` instead [client]; accept both.

        Attributes:
            status (str | Unset): What the service says of its own answer. Leave room for values that are not known.
                Example: success.
            result (ErrorMap | Unset): Error codes or field names, each with a text for people. The keys vary by operation
                and the
                list is open; values are texts in every sample, and one client guards against others. [client]
            detail (str | Unset): Free text; do not match on it. Example: Signature verification failed.
    """

    status: str | Unset = UNSET
    result: ErrorMap | Unset = UNSET
    detail: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        result: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result, Unset):
            result = self.result.to_dict()

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if result is not UNSET:
            field_dict["result"] = result
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.error_map import ErrorMap  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status", UNSET)

        _result = d.pop("result", UNSET)
        result: ErrorMap | Unset
        if isinstance(_result, Unset):
            result = UNSET
        else:
            result = ErrorMap.from_dict(_result)

        detail = d.pop("detail", UNSET)

        credential_error_response = cls(
            status=status,
            result=result,
            detail=detail,
        )

        credential_error_response.additional_properties = d
        return credential_error_response

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

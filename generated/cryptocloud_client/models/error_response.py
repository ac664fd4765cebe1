from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_map import ErrorMap


T = TypeVar("T", bound="ErrorResponse")


@_attrs_define
class ErrorResponse:
    """A refusal. Every error has the same three members, so that one piece of code reads them all.

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (ErrorMap): Error codes or field names, each with a text for people. The keys vary by operation and the
            list is open; values are texts in every sample, and one client guards against others. [client]
        detail (str | Unset): Free text, in the answers to bad keys. Not seen beside `result`. Example: Signature
            verification failed.
    """

    status: str
    result: ErrorMap
    detail: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        result = self.result.to_dict()

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "result": result,
            }
        )
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.error_map import ErrorMap  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        result = ErrorMap.from_dict(d.pop("result"))

        detail = d.pop("detail", UNSET)

        error_response = cls(
            status=status,
            result=result,
            detail=detail,
        )

        error_response.additional_properties = d
        return error_response

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

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.withdrawal import Withdrawal


T = TypeVar("T", bound="CreateWithdrawalResponse")


@_attrs_define
class CreateWithdrawalResponse:
    """The withdrawal, under `result` or, in the oldest shape, under `data`.

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (None | Unset | Withdrawal): Short, or with every property of an invoice. What the two have in common is
            listed; the rest of an invoice
            can be there as well.
        data (None | Unset | Withdrawal): Short, or with every property of an invoice. What the two have in common is
            listed; the rest of an invoice
            can be there as well.
    """

    status: str
    result: None | Unset | Withdrawal = UNSET
    data: None | Unset | Withdrawal = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.withdrawal import Withdrawal  # noqa: PLC0415

        status = self.status

        result: dict[str, Any] | None | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        elif isinstance(self.result, Withdrawal):
            result = self.result.to_dict()
        else:
            result = self.result

        data: dict[str, Any] | None | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        elif isinstance(self.data, Withdrawal):
            data = self.data.to_dict()
        else:
            data = self.data

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if result is not UNSET:
            field_dict["result"] = result
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.withdrawal import Withdrawal  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        def _parse_result(data: object) -> None | Unset | Withdrawal:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_withdrawal_type_0 = Withdrawal.from_dict(data)

                return componentsschemas_withdrawal_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Withdrawal, data)

        result = _parse_result(d.pop("result", UNSET))

        def _parse_data(data: object) -> None | Unset | Withdrawal:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_withdrawal_type_0 = Withdrawal.from_dict(data)

                return componentsschemas_withdrawal_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Withdrawal, data)

        data = _parse_data(d.pop("data", UNSET))

        create_withdrawal_response = cls(
            status=status,
            result=result,
            data=data,
        )

        create_withdrawal_response.additional_properties = d
        return create_withdrawal_response

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

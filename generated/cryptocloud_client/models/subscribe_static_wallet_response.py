from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.static_wallet import StaticWallet


T = TypeVar("T", bound="SubscribeStaticWalletResponse")


@_attrs_define
class SubscribeStaticWalletResponse:
    """The wallet as it is now. [client]

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (StaticWallet): `active`, `identify` and `created` only come from the experimental operations. [client]
    """

    status: str
    result: StaticWallet
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        result = self.result.to_dict()

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
        from ..models.static_wallet import StaticWallet  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        result = StaticWallet.from_dict(d.pop("result"))

        subscribe_static_wallet_response = cls(
            status=status,
            result=result,
        )

        subscribe_static_wallet_response.additional_properties = d
        return subscribe_static_wallet_response

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

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CreateStaticWalletRequest")


@_attrs_define
class CreateStaticWalletRequest:
    """Which coin, and from whom.

    Attributes:
        shop_id (str): Id of the project's shop. Example: xBAivfPIbskwuEWj.
        currency (str): Full code of a coin: the coin, and where it exists on several networks, the network. Those of
            2026
            are known; the list changes often. [doc]
             Example: USDT_TRC20.
        identify (str): The merchant's own name for the customer. (Not `identity`.) [doc] Merchants send numbers, too.
            [client]
             Example: user-7.
    """

    shop_id: str
    currency: str
    identify: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        shop_id = self.shop_id

        currency = self.currency

        identify = self.identify

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "shop_id": shop_id,
                "currency": currency,
                "identify": identify,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        shop_id = d.pop("shop_id")

        currency = d.pop("currency")

        identify = d.pop("identify")

        create_static_wallet_request = cls(
            shop_id=shop_id,
            currency=currency,
            identify=identify,
        )

        create_static_wallet_request.additional_properties = d
        return create_static_wallet_request

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

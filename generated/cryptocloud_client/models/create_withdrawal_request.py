from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CreateWithdrawalRequest")


@_attrs_define
class CreateWithdrawalRequest:
    """What to send, and where.

    Attributes:
        currency_code (str): Full code of a coin: the coin, and where it exists on several networks, the network. Those
            of 2026
            are known; the list changes often. [doc]
             Example: USDT_TRC20.
        to_address (str): Where the coins go. It has to fit the network of the coin. Example:
            TExampLeTargetThatNobodyHas1111111.
        amount (float): In coins. Example: 50.
    """

    currency_code: str
    to_address: str
    amount: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        currency_code = self.currency_code

        to_address = self.to_address

        amount = self.amount

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "currency_code": currency_code,
                "to_address": to_address,
                "amount": amount,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        currency_code = d.pop("currency_code")

        to_address = d.pop("to_address")

        amount = d.pop("amount")

        create_withdrawal_request = cls(
            currency_code=currency_code,
            to_address=to_address,
            amount=amount,
        )

        create_withdrawal_request.additional_properties = d
        return create_withdrawal_request

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

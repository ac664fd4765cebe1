from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.time_to_pay import TimeToPay


T = TypeVar("T", bound="CreateInvoiceOptions")


@_attrs_define
class CreateInvoiceOptions:
    """Options. Names in camelCase are ignored. [client]

    Attributes:
        time_to_pay (TimeToPay | Unset): How long the invoice can be paid. [doc] Merchants send one of the two alone
            [client]; the other is then
            most likely 0. [inferred]
        email_to_send (str | Unset): Where to mail the invoice. [old doc] Example: buyer@example.com.
        available_currencies (list[str] | Unset): The coins that the buyer can choose from. [doc] Example:
            ['USDT_TRC20', 'ETH'].
        cryptocurrency (str | Unset): Full code of a coin: the coin, and where it exists on several networks, the
            network. Those of 2026
            are known; the list changes often. [doc]
             Example: USDT_TRC20.
        period (str | Unset): How often to mail it again; only with `email_to_send`. One client has `year` in place of
            `week`. [old doc]
             Example: month.
    """

    time_to_pay: TimeToPay | Unset = UNSET
    email_to_send: str | Unset = UNSET
    available_currencies: list[str] | Unset = UNSET
    cryptocurrency: str | Unset = UNSET
    period: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        time_to_pay: dict[str, Any] | Unset = UNSET
        if not isinstance(self.time_to_pay, Unset):
            time_to_pay = self.time_to_pay.to_dict()

        email_to_send = self.email_to_send

        available_currencies: list[str] | Unset = UNSET
        if not isinstance(self.available_currencies, Unset):
            available_currencies = self.available_currencies

        cryptocurrency = self.cryptocurrency

        period = self.period

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if time_to_pay is not UNSET:
            field_dict["time_to_pay"] = time_to_pay
        if email_to_send is not UNSET:
            field_dict["email_to_send"] = email_to_send
        if available_currencies is not UNSET:
            field_dict["available_currencies"] = available_currencies
        if cryptocurrency is not UNSET:
            field_dict["cryptocurrency"] = cryptocurrency
        if period is not UNSET:
            field_dict["period"] = period

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.time_to_pay import TimeToPay  # noqa: PLC0415

        d = dict(src_dict)
        _time_to_pay = d.pop("time_to_pay", UNSET)
        time_to_pay: TimeToPay | Unset
        if isinstance(_time_to_pay, Unset):
            time_to_pay = UNSET
        else:
            time_to_pay = TimeToPay.from_dict(_time_to_pay)

        email_to_send = d.pop("email_to_send", UNSET)

        available_currencies = cast(list[str], d.pop("available_currencies", UNSET))

        cryptocurrency = d.pop("cryptocurrency", UNSET)

        period = d.pop("period", UNSET)

        create_invoice_options = cls(
            time_to_pay=time_to_pay,
            email_to_send=email_to_send,
            available_currencies=available_currencies,
            cryptocurrency=cryptocurrency,
            period=period,
        )

        create_invoice_options.additional_properties = d
        return create_invoice_options

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

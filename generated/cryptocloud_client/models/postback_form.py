from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PostbackForm")


@_attrs_define
class PostbackForm:
    """The same as a form. All values are texts, an `order_id` that is null is left out, and `invoice_info` is most likely
    only the name of its last member. [client]

        Attributes:
            status (str | Unset): Of the notification. Example: success.
            invoice_id (str | Unset): Id of the invoice, without `INV-`. Example: 89UX09KA.
            amount_crypto (str | Unset): What was paid, in coins. Example: 102.0.
            currency (str | Unset): Full code of the coin. Example: USDT_TRC20.
            order_id (str | Unset): The merchant's own name for it, or `identify` of a static wallet. Example: A-17.
            token (str | Unset): As in JSON. Example: eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6Ijg5VVgwOUtBIiwiZXhwIjoxN
                jcyNTc2NTAwfQ.4oiC2b2PBMgm8bkzXXPyo7dfzKaRADxouj6djulBEOw.
            invoice_info (str | Unset): Not to be relied on. Example: links_invoice.
    """

    status: str | Unset = UNSET
    invoice_id: str | Unset = UNSET
    amount_crypto: str | Unset = UNSET
    currency: str | Unset = UNSET
    order_id: str | Unset = UNSET
    token: str | Unset = UNSET
    invoice_info: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        invoice_id = self.invoice_id

        amount_crypto = self.amount_crypto

        currency = self.currency

        order_id = self.order_id

        token = self.token

        invoice_info = self.invoice_info

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if invoice_id is not UNSET:
            field_dict["invoice_id"] = invoice_id
        if amount_crypto is not UNSET:
            field_dict["amount_crypto"] = amount_crypto
        if currency is not UNSET:
            field_dict["currency"] = currency
        if order_id is not UNSET:
            field_dict["order_id"] = order_id
        if token is not UNSET:
            field_dict["token"] = token
        if invoice_info is not UNSET:
            field_dict["invoice_info"] = invoice_info

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = d.pop("status", UNSET)

        invoice_id = d.pop("invoice_id", UNSET)

        amount_crypto = d.pop("amount_crypto", UNSET)

        currency = d.pop("currency", UNSET)

        order_id = d.pop("order_id", UNSET)

        token = d.pop("token", UNSET)

        invoice_info = d.pop("invoice_info", UNSET)

        postback_form = cls(
            status=status,
            invoice_id=invoice_id,
            amount_crypto=amount_crypto,
            currency=currency,
            order_id=order_id,
            token=token,
            invoice_info=invoice_info,
        )

        postback_form.additional_properties = d
        return postback_form

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

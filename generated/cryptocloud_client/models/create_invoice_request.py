from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.create_invoice_options import CreateInvoiceOptions


T = TypeVar("T", bound="CreateInvoiceRequest")


@_attrs_define
class CreateInvoiceRequest:
    """What is asked of the buyer. Members that are not listed seem to be ignored. [inferred] So nothing comes of a
    callback, success or fail URL, nor of metadata, though merchants send them. [client]

        Attributes:
            shop_id (str): Id of the project's shop, 16 characters in the samples. Example: xBAivfPIbskwuEWj.
            amount (float): Price in `currency`. A text with the number in it is accepted, too. [old doc]
                 Example: 100.
            currency (str | Unset): Code of a currency in which a price is named. 25 are known; the list was stable so far.
                [doc] Example: USD.
            order_id (str | Unset): The merchant's own name for it. Comes back when it is looked up, and in postbacks.
                Merchants send
                numbers, too [client]; texts come back. [inferred]
                 Example: A-17.
            email (str | Unset): The buyer's address. Example: buyer@example.com.
            add_fields (CreateInvoiceOptions | Unset): Options. Names in camelCase are ignored. [client]
    """

    shop_id: str
    amount: float
    currency: str | Unset = UNSET
    order_id: str | Unset = UNSET
    email: str | Unset = UNSET
    add_fields: CreateInvoiceOptions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        shop_id = self.shop_id

        amount = self.amount

        currency = self.currency

        order_id = self.order_id

        email = self.email

        add_fields: dict[str, Any] | Unset = UNSET
        if not isinstance(self.add_fields, Unset):
            add_fields = self.add_fields.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "shop_id": shop_id,
                "amount": amount,
            }
        )
        if currency is not UNSET:
            field_dict["currency"] = currency
        if order_id is not UNSET:
            field_dict["order_id"] = order_id
        if email is not UNSET:
            field_dict["email"] = email
        if add_fields is not UNSET:
            field_dict["add_fields"] = add_fields

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.create_invoice_options import CreateInvoiceOptions  # noqa: PLC0415

        d = dict(src_dict)
        shop_id = d.pop("shop_id")

        amount = d.pop("amount")

        currency = d.pop("currency", UNSET)

        order_id = d.pop("order_id", UNSET)

        email = d.pop("email", UNSET)

        _add_fields = d.pop("add_fields", UNSET)
        add_fields: CreateInvoiceOptions | Unset
        if isinstance(_add_fields, Unset):
            add_fields = UNSET
        else:
            add_fields = CreateInvoiceOptions.from_dict(_add_fields)

        create_invoice_request = cls(
            shop_id=shop_id,
            amount=amount,
            currency=currency,
            order_id=order_id,
            email=email,
            add_fields=add_fields,
        )

        create_invoice_request.additional_properties = d
        return create_invoice_request

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

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.invoice import Invoice


T = TypeVar("T", bound="CreateInvoiceResponse")


@_attrs_define
class CreateInvoiceResponse:
    """The new invoice.

    Attributes:
        status (str): What the service says of its own answer. Leave room for values that are not known. Example:
            success.
        result (Invoice): Every operation returns its own selection of these properties, and live answers have some that
            the
            documentation does not show. None is required.

            **`amount` has changed its meaning**: the price in the currency of creation on older pages, an amount in the
            chosen coin on the newest. Compare prices with `amount_usd`, or with `amount_in_fiat` and `fiat_currency`;
            but samples of postbacks and withdrawals show `amount_in_fiat` as 0.

            `date_finished` is null until the invoice is final, `expiry_date` is null for a withdrawal. [doc]

            Who pays the service's fee stands in `side_commission_cc`. Clients also look for it under the name
            `side_commission_service`, and one of them cannot create an invoice without. [client]
    """

    status: str
    result: Invoice
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
        from ..models.invoice import Invoice  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        result = Invoice.from_dict(d.pop("result"))

        create_invoice_response = cls(
            status=status,
            result=result,
        )

        create_invoice_response.additional_properties = d
        return create_invoice_response

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

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Withdrawal")


@_attrs_define
class Withdrawal:
    """Short, or with every property of an invoice. What the two have in common is listed; the rest of an invoice
    can be there as well.

        Attributes:
            invoice_id (None | str | Unset): Its id, in the short shapes. Example: INV-2Q2SICZN.
            uuid (None | str | Unset): Its id, in the long shape. Example: INV-2Q2SICZN.
            status (None | str | Unset): `created` in every sample. [doc] Example: created.
            currency (Any | Unset): A code, or the object that invoices have. Example: USDT_TRC20.
            amount (float | None | Unset): In coins; slightly less than asked for in one sample. Example: 48.6.
            amount_usd (float | None | Unset): The same in US dollars. Example: 48.6.
            fee (float | None | Unset): Fee of the transfer, in coins. Example: 1.4.
            fee_usd (float | None | Unset): The same in US dollars. Example: 1.4.
            address (None | str | Unset): Where the coins go. Example: TExampLeTargetThatNobodyHas1111111.
            created (None | str | Unset): A time in UTC, `YYYY-MM-DD HH:MM:SS`, with or without a fraction, without a zone.
                [doc] Example: 2023-01-01 12:00:00.000000.
    """

    invoice_id: None | str | Unset = UNSET
    uuid: None | str | Unset = UNSET
    status: None | str | Unset = UNSET
    currency: Any | Unset = UNSET
    amount: float | None | Unset = UNSET
    amount_usd: float | None | Unset = UNSET
    fee: float | None | Unset = UNSET
    fee_usd: float | None | Unset = UNSET
    address: None | str | Unset = UNSET
    created: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        invoice_id: None | str | Unset
        if isinstance(self.invoice_id, Unset):
            invoice_id = UNSET
        else:
            invoice_id = self.invoice_id

        uuid: None | str | Unset
        if isinstance(self.uuid, Unset):
            uuid = UNSET
        else:
            uuid = self.uuid

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        currency = self.currency

        amount: float | None | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        amount_usd: float | None | Unset
        if isinstance(self.amount_usd, Unset):
            amount_usd = UNSET
        else:
            amount_usd = self.amount_usd

        fee: float | None | Unset
        if isinstance(self.fee, Unset):
            fee = UNSET
        else:
            fee = self.fee

        fee_usd: float | None | Unset
        if isinstance(self.fee_usd, Unset):
            fee_usd = UNSET
        else:
            fee_usd = self.fee_usd

        address: None | str | Unset
        if isinstance(self.address, Unset):
            address = UNSET
        else:
            address = self.address

        created: None | str | Unset
        if isinstance(self.created, Unset):
            created = UNSET
        else:
            created = self.created

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if invoice_id is not UNSET:
            field_dict["invoice_id"] = invoice_id
        if uuid is not UNSET:
            field_dict["uuid"] = uuid
        if status is not UNSET:
            field_dict["status"] = status
        if currency is not UNSET:
            field_dict["currency"] = currency
        if amount is not UNSET:
            field_dict["amount"] = amount
        if amount_usd is not UNSET:
            field_dict["amount_usd"] = amount_usd
        if fee is not UNSET:
            field_dict["fee"] = fee
        if fee_usd is not UNSET:
            field_dict["fee_usd"] = fee_usd
        if address is not UNSET:
            field_dict["address"] = address
        if created is not UNSET:
            field_dict["created"] = created

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_invoice_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        invoice_id = _parse_invoice_id(d.pop("invoice_id", UNSET))

        def _parse_uuid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        uuid = _parse_uuid(d.pop("uuid", UNSET))

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        currency = d.pop("currency", UNSET)

        def _parse_amount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        def _parse_amount_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_usd = _parse_amount_usd(d.pop("amount_usd", UNSET))

        def _parse_fee(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        fee = _parse_fee(d.pop("fee", UNSET))

        def _parse_fee_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        fee_usd = _parse_fee_usd(d.pop("fee_usd", UNSET))

        def _parse_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        address = _parse_address(d.pop("address", UNSET))

        def _parse_created(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created = _parse_created(d.pop("created", UNSET))

        withdrawal = cls(
            invoice_id=invoice_id,
            uuid=uuid,
            status=status,
            currency=currency,
            amount=amount,
            amount_usd=amount_usd,
            fee=fee,
            fee_usd=fee_usd,
            address=address,
            created=created,
        )

        withdrawal.additional_properties = d
        return withdrawal

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

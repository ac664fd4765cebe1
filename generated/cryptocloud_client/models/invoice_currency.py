from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="InvoiceCurrency")


@_attrs_define
class InvoiceCurrency:
    """A coin, as invoices have it: `code` is the short code. Compare `WalletCurrency`.

    Attributes:
        id (int | None | Unset): The service's number for it. Example: 4.
        code (None | str | Unset): The short code, without the network. Example: USDT.
        fullcode (None | str | Unset): The full code. Example: USDT_TRC20.
        network (Any | Unset): A `Network`; in `currency_list` an array of them. Example: {'code': 'TRC20', 'id': 4,
            'icon': 'https://cdn.cryptocloud.plus/currency/icons/main/trx.svg', 'fullname': 'Tron'}.
        name (None | str | Unset): Its name for people. Example: Tether.
        is_email_required (bool | None | Unset): Whether the buyer is asked for an e-mail address; by its name.
            [inferred] Example: False.
        stablecoin (bool | None | Unset): Whether its price follows a currency. Example: True.
        icon_base (None | str | Unset): URL of a picture. The text `None` was seen. [doc] Example:
            https://cdn.cryptocloud.plus/currency/icons/main/usdt.svg.
        icon_network (None | str | Unset): URL of a picture. The text `None` was seen. [doc] Example:
            https://cdn.cryptocloud.plus/currency/icons/main/usdt.svg.
        icon_qr (None | str | Unset): URL of a picture. The text `None` was seen. [doc] Example:
            https://cdn.cryptocloud.plus/currency/icons/main/usdt.svg.
        order (int | None | Unset): Its place among the coins; by its name. [inferred] Example: 1.
    """

    id: int | None | Unset = UNSET
    code: None | str | Unset = UNSET
    fullcode: None | str | Unset = UNSET
    network: Any | Unset = UNSET
    name: None | str | Unset = UNSET
    is_email_required: bool | None | Unset = UNSET
    stablecoin: bool | None | Unset = UNSET
    icon_base: None | str | Unset = UNSET
    icon_network: None | str | Unset = UNSET
    icon_qr: None | str | Unset = UNSET
    order: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id: int | None | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        code: None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        fullcode: None | str | Unset
        if isinstance(self.fullcode, Unset):
            fullcode = UNSET
        else:
            fullcode = self.fullcode

        network = self.network

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        is_email_required: bool | None | Unset
        if isinstance(self.is_email_required, Unset):
            is_email_required = UNSET
        else:
            is_email_required = self.is_email_required

        stablecoin: bool | None | Unset
        if isinstance(self.stablecoin, Unset):
            stablecoin = UNSET
        else:
            stablecoin = self.stablecoin

        icon_base: None | str | Unset
        if isinstance(self.icon_base, Unset):
            icon_base = UNSET
        else:
            icon_base = self.icon_base

        icon_network: None | str | Unset
        if isinstance(self.icon_network, Unset):
            icon_network = UNSET
        else:
            icon_network = self.icon_network

        icon_qr: None | str | Unset
        if isinstance(self.icon_qr, Unset):
            icon_qr = UNSET
        else:
            icon_qr = self.icon_qr

        order: int | None | Unset
        if isinstance(self.order, Unset):
            order = UNSET
        else:
            order = self.order

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if code is not UNSET:
            field_dict["code"] = code
        if fullcode is not UNSET:
            field_dict["fullcode"] = fullcode
        if network is not UNSET:
            field_dict["network"] = network
        if name is not UNSET:
            field_dict["name"] = name
        if is_email_required is not UNSET:
            field_dict["is_email_required"] = is_email_required
        if stablecoin is not UNSET:
            field_dict["stablecoin"] = stablecoin
        if icon_base is not UNSET:
            field_dict["icon_base"] = icon_base
        if icon_network is not UNSET:
            field_dict["icon_network"] = icon_network
        if icon_qr is not UNSET:
            field_dict["icon_qr"] = icon_qr
        if order is not UNSET:
            field_dict["order"] = order

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        id = _parse_id(d.pop("id", UNSET))

        def _parse_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        def _parse_fullcode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        fullcode = _parse_fullcode(d.pop("fullcode", UNSET))

        network = d.pop("network", UNSET)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_is_email_required(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_email_required = _parse_is_email_required(d.pop("is_email_required", UNSET))

        def _parse_stablecoin(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        stablecoin = _parse_stablecoin(d.pop("stablecoin", UNSET))

        def _parse_icon_base(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        icon_base = _parse_icon_base(d.pop("icon_base", UNSET))

        def _parse_icon_network(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        icon_network = _parse_icon_network(d.pop("icon_network", UNSET))

        def _parse_icon_qr(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        icon_qr = _parse_icon_qr(d.pop("icon_qr", UNSET))

        def _parse_order(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        order = _parse_order(d.pop("order", UNSET))

        invoice_currency = cls(
            id=id,
            code=code,
            fullcode=fullcode,
            network=network,
            name=name,
            is_email_required=is_email_required,
            stablecoin=stablecoin,
            icon_base=icon_base,
            icon_network=icon_network,
            icon_qr=icon_qr,
            order=order,
        )

        invoice_currency.additional_properties = d
        return invoice_currency

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

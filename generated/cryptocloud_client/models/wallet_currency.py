from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.network import Network


T = TypeVar("T", bound="WalletCurrency")


@_attrs_define
class WalletCurrency:
    """A coin, as balances and static wallets have it: `code` is the full code. Compare `InvoiceCurrency`.

    Attributes:
        id (int | None | Unset): The service's number for it. Example: 4.
        code (None | str | Unset): The full code. Example: USDT_TRC20.
        short_code (None | str | Unset): The short code, without the network. Example: USDT.
        obj_network (Network | None | Unset): The network of a coin.
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
        enable (bool | None | Unset): May be missing. [client] By its name, whether it can be used. [inferred] Example:
            True.
    """

    id: int | None | Unset = UNSET
    code: None | str | Unset = UNSET
    short_code: None | str | Unset = UNSET
    obj_network: Network | None | Unset = UNSET
    name: None | str | Unset = UNSET
    is_email_required: bool | None | Unset = UNSET
    stablecoin: bool | None | Unset = UNSET
    icon_base: None | str | Unset = UNSET
    icon_network: None | str | Unset = UNSET
    icon_qr: None | str | Unset = UNSET
    order: int | None | Unset = UNSET
    enable: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.network import Network  # noqa: PLC0415

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

        short_code: None | str | Unset
        if isinstance(self.short_code, Unset):
            short_code = UNSET
        else:
            short_code = self.short_code

        obj_network: dict[str, Any] | None | Unset
        if isinstance(self.obj_network, Unset):
            obj_network = UNSET
        elif isinstance(self.obj_network, Network):
            obj_network = self.obj_network.to_dict()
        else:
            obj_network = self.obj_network

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

        enable: bool | None | Unset
        if isinstance(self.enable, Unset):
            enable = UNSET
        else:
            enable = self.enable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if code is not UNSET:
            field_dict["code"] = code
        if short_code is not UNSET:
            field_dict["short_code"] = short_code
        if obj_network is not UNSET:
            field_dict["obj_network"] = obj_network
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
        if enable is not UNSET:
            field_dict["enable"] = enable

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.network import Network  # noqa: PLC0415

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

        def _parse_short_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        short_code = _parse_short_code(d.pop("short_code", UNSET))

        def _parse_obj_network(data: object) -> Network | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_network_type_0 = Network.from_dict(data)

                return componentsschemas_network_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Network | None | Unset, data)

        obj_network = _parse_obj_network(d.pop("obj_network", UNSET))

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

        def _parse_enable(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        enable = _parse_enable(d.pop("enable", UNSET))

        wallet_currency = cls(
            id=id,
            code=code,
            short_code=short_code,
            obj_network=obj_network,
            name=name,
            is_email_required=is_email_required,
            stablecoin=stablecoin,
            icon_base=icon_base,
            icon_network=icon_network,
            icon_qr=icon_qr,
            order=order,
            enable=enable,
        )

        wallet_currency.additional_properties = d
        return wallet_currency

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

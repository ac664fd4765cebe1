from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.wallet_currency import WalletCurrency


T = TypeVar("T", bound="StaticWallet")


@_attrs_define
class StaticWallet:
    """`active`, `identify` and `created` only come from the experimental operations. [client]

    Attributes:
        uuid (None | str | Unset): 32 upper-case letters and digits, without `INV-`. [doc] Example:
            1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX.
        address (None | str | Unset): Where to send coins. Example: TExampLeWaLLetThatNobodyHas1111111.
        currency (None | Unset | WalletCurrency): A coin, as balances and static wallets have it: `code` is the full
            code. Compare `InvoiceCurrency`.
        active (bool | None | Unset): Whether it is switched on. [client] Example: True.
        identify (None | str | Unset): The merchant's own name for the customer. [client] Example: user-7.
        created (None | str | Unset): A time in UTC, `YYYY-MM-DD HH:MM:SS`, with or without a fraction, without a zone.
            [doc] Example: 2023-01-01 12:00:00.000000.
    """

    uuid: None | str | Unset = UNSET
    address: None | str | Unset = UNSET
    currency: None | Unset | WalletCurrency = UNSET
    active: bool | None | Unset = UNSET
    identify: None | str | Unset = UNSET
    created: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.wallet_currency import WalletCurrency  # noqa: PLC0415

        uuid: None | str | Unset
        if isinstance(self.uuid, Unset):
            uuid = UNSET
        else:
            uuid = self.uuid

        address: None | str | Unset
        if isinstance(self.address, Unset):
            address = UNSET
        else:
            address = self.address

        currency: dict[str, Any] | None | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        elif isinstance(self.currency, WalletCurrency):
            currency = self.currency.to_dict()
        else:
            currency = self.currency

        active: bool | None | Unset
        if isinstance(self.active, Unset):
            active = UNSET
        else:
            active = self.active

        identify: None | str | Unset
        if isinstance(self.identify, Unset):
            identify = UNSET
        else:
            identify = self.identify

        created: None | str | Unset
        if isinstance(self.created, Unset):
            created = UNSET
        else:
            created = self.created

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if uuid is not UNSET:
            field_dict["uuid"] = uuid
        if address is not UNSET:
            field_dict["address"] = address
        if currency is not UNSET:
            field_dict["currency"] = currency
        if active is not UNSET:
            field_dict["active"] = active
        if identify is not UNSET:
            field_dict["identify"] = identify
        if created is not UNSET:
            field_dict["created"] = created

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.wallet_currency import WalletCurrency  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_uuid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        uuid = _parse_uuid(d.pop("uuid", UNSET))

        def _parse_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        address = _parse_address(d.pop("address", UNSET))

        def _parse_currency(data: object) -> None | Unset | WalletCurrency:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_wallet_currency_type_0 = WalletCurrency.from_dict(
                    data
                )

                return componentsschemas_wallet_currency_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WalletCurrency, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_active(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        active = _parse_active(d.pop("active", UNSET))

        def _parse_identify(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        identify = _parse_identify(d.pop("identify", UNSET))

        def _parse_created(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created = _parse_created(d.pop("created", UNSET))

        static_wallet = cls(
            uuid=uuid,
            address=address,
            currency=currency,
            active=active,
            identify=identify,
            created=created,
        )

        static_wallet.additional_properties = d
        return static_wallet

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

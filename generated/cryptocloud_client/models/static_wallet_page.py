from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.static_wallet import StaticWallet


T = TypeVar("T", bound="StaticWalletPage")


@_attrs_define
class StaticWalletPage:
    """Wallets, and their number. [client]

    Attributes:
        static_wallets (list[StaticWallet] | Unset): The wallets of the page. [client]
        all_count (int | None | Unset): How many there are in all. [client] Example: 1.
    """

    static_wallets: list[StaticWallet] | Unset = UNSET
    all_count: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        static_wallets: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.static_wallets, Unset):
            static_wallets = []
            for static_wallets_item_data in self.static_wallets:
                static_wallets_item = static_wallets_item_data.to_dict()
                static_wallets.append(static_wallets_item)

        all_count: int | None | Unset
        if isinstance(self.all_count, Unset):
            all_count = UNSET
        else:
            all_count = self.all_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if static_wallets is not UNSET:
            field_dict["staticWallets"] = static_wallets
        if all_count is not UNSET:
            field_dict["all_count"] = all_count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.static_wallet import StaticWallet  # noqa: PLC0415

        d = dict(src_dict)
        _static_wallets = d.pop("staticWallets", UNSET)
        static_wallets: list[StaticWallet] | Unset = UNSET
        if _static_wallets is not UNSET:
            static_wallets = []
            for static_wallets_item_data in _static_wallets:
                static_wallets_item = StaticWallet.from_dict(static_wallets_item_data)

                static_wallets.append(static_wallets_item)

        def _parse_all_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        all_count = _parse_all_count(d.pop("all_count", UNSET))

        static_wallet_page = cls(
            static_wallets=static_wallets,
            all_count=all_count,
        )

        static_wallet_page.additional_properties = d
        return static_wallet_page

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

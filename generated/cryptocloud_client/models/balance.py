from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.wallet_currency import WalletCurrency


T = TypeVar("T", bound="Balance")


@_attrs_define
class Balance:
    """What there is of one coin.

    Attributes:
        currency (None | Unset | WalletCurrency): A coin, as balances and static wallets have it: `code` is the full
            code. Compare `InvoiceCurrency`.
        balance_crypto (float | None | Unset): All of it, in coins. [doc] Example: 99.7952.
        balance_usd (float | None | Unset): The same in US dollars. [doc] Example: 99.8.
        available_balance (float | None | Unset): The part that can be withdrawn, in coins. [doc] Example: 99.7952.
        available_balance_usd (float | None | Unset): The same in US dollars. [doc] Example: 99.8.
    """

    currency: None | Unset | WalletCurrency = UNSET
    balance_crypto: float | None | Unset = UNSET
    balance_usd: float | None | Unset = UNSET
    available_balance: float | None | Unset = UNSET
    available_balance_usd: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.wallet_currency import WalletCurrency  # noqa: PLC0415

        currency: dict[str, Any] | None | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        elif isinstance(self.currency, WalletCurrency):
            currency = self.currency.to_dict()
        else:
            currency = self.currency

        balance_crypto: float | None | Unset
        if isinstance(self.balance_crypto, Unset):
            balance_crypto = UNSET
        else:
            balance_crypto = self.balance_crypto

        balance_usd: float | None | Unset
        if isinstance(self.balance_usd, Unset):
            balance_usd = UNSET
        else:
            balance_usd = self.balance_usd

        available_balance: float | None | Unset
        if isinstance(self.available_balance, Unset):
            available_balance = UNSET
        else:
            available_balance = self.available_balance

        available_balance_usd: float | None | Unset
        if isinstance(self.available_balance_usd, Unset):
            available_balance_usd = UNSET
        else:
            available_balance_usd = self.available_balance_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if currency is not UNSET:
            field_dict["currency"] = currency
        if balance_crypto is not UNSET:
            field_dict["balance_crypto"] = balance_crypto
        if balance_usd is not UNSET:
            field_dict["balance_usd"] = balance_usd
        if available_balance is not UNSET:
            field_dict["available_balance"] = available_balance
        if available_balance_usd is not UNSET:
            field_dict["available_balance_usd"] = available_balance_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.wallet_currency import WalletCurrency  # noqa: PLC0415

        d = dict(src_dict)

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

        def _parse_balance_crypto(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        balance_crypto = _parse_balance_crypto(d.pop("balance_crypto", UNSET))

        def _parse_balance_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        balance_usd = _parse_balance_usd(d.pop("balance_usd", UNSET))

        def _parse_available_balance(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        available_balance = _parse_available_balance(d.pop("available_balance", UNSET))

        def _parse_available_balance_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        available_balance_usd = _parse_available_balance_usd(
            d.pop("available_balance_usd", UNSET)
        )

        balance = cls(
            currency=currency,
            balance_crypto=balance_crypto,
            balance_usd=balance_usd,
            available_balance=available_balance,
            available_balance_usd=available_balance_usd,
        )

        balance.additional_properties = d
        return balance

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

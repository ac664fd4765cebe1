from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invoice import Invoice


T = TypeVar("T", bound="Postback")


@_attrs_define
class Postback:
    """Nothing but `token` is relied on; nothing is signed but what is in it.

    Attributes:
        status (None | str | Unset): Of the notification. `success` even for an overpaid invoice. Example: success.
        invoice_id (None | str | Unset): Id of the invoice, without `INV-`. [doc] Example: 89UX09KA.
        amount_crypto (float | None | Unset): What was paid, in coins. Example: 102.0.
        currency (None | str | Unset): Full code of the coin. Example: USDT_TRC20.
        order_id (None | str | Unset): The merchant's own name for it; for a static wallet its `identify`; null for the
            dashboard's test invoice. Example: A-17.
        token (None | str | Unset): JWT, HS256 with the bytes of the project's secret key. Claims: `exp`, five minutes
            after it was sent, and `id`, the
            invoice without `INV-` according to clients. [doc][client] Also seen wrapped in `b'...'`.

            The token of the examples is signed with the secret key `ExampleSecretKeyOf36LettersAndDigits`, so that a
            verifier can be
            tried with it. It expired at 2023-01-01 12:35:00.
             Example: eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6Ijg5VVgwOUtBIiwiZXhwIjoxNjcyNTc2NTAwfQ.4oiC2b2PBMgm8bkzXX
            Pyo7dfzKaRADxouj6djulBEOw.
        invoice_info (Invoice | Unset): Every operation returns its own selection of these properties, and live answers
            have some that the
            documentation does not show. None is required.

            **`amount` has changed its meaning**: the price in the currency of creation on older pages, an amount in the
            chosen coin on the newest. Compare prices with `amount_usd`, or with `amount_in_fiat` and `fiat_currency`;
            but samples of postbacks and withdrawals show `amount_in_fiat` as 0.

            `date_finished` is null until the invoice is final, `expiry_date` is null for a withdrawal. [doc]

            Who pays the service's fee stands in `side_commission_cc`. Clients also look for it under the name
            `side_commission_service`, and one of them cannot create an invoice without. [client]
    """

    status: None | str | Unset = UNSET
    invoice_id: None | str | Unset = UNSET
    amount_crypto: float | None | Unset = UNSET
    currency: None | str | Unset = UNSET
    order_id: None | str | Unset = UNSET
    token: None | str | Unset = UNSET
    invoice_info: Invoice | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        invoice_id: None | str | Unset
        if isinstance(self.invoice_id, Unset):
            invoice_id = UNSET
        else:
            invoice_id = self.invoice_id

        amount_crypto: float | None | Unset
        if isinstance(self.amount_crypto, Unset):
            amount_crypto = UNSET
        else:
            amount_crypto = self.amount_crypto

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        order_id: None | str | Unset
        if isinstance(self.order_id, Unset):
            order_id = UNSET
        else:
            order_id = self.order_id

        token: None | str | Unset
        if isinstance(self.token, Unset):
            token = UNSET
        else:
            token = self.token

        invoice_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.invoice_info, Unset):
            invoice_info = self.invoice_info.to_dict()

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
        from ..models.invoice import Invoice  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_invoice_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        invoice_id = _parse_invoice_id(d.pop("invoice_id", UNSET))

        def _parse_amount_crypto(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_crypto = _parse_amount_crypto(d.pop("amount_crypto", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_order_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        order_id = _parse_order_id(d.pop("order_id", UNSET))

        def _parse_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        token = _parse_token(d.pop("token", UNSET))

        _invoice_info = d.pop("invoice_info", UNSET)
        invoice_info: Invoice | Unset
        if isinstance(_invoice_info, Unset):
            invoice_info = UNSET
        else:
            invoice_info = Invoice.from_dict(_invoice_info)

        postback = cls(
            status=status,
            invoice_id=invoice_id,
            amount_crypto=amount_crypto,
            currency=currency,
            order_id=order_id,
            token=token,
            invoice_info=invoice_info,
        )

        postback.additional_properties = d
        return postback

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

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invoice_currency import InvoiceCurrency
    from ..models.project import Project


T = TypeVar("T", bound="Invoice")


@_attrs_define
class Invoice:
    """Every operation returns its own selection of these properties, and live answers have some that the
    documentation does not show. None is required.

    **`amount` has changed its meaning**: the price in the currency of creation on older pages, an amount in the
    chosen coin on the newest. Compare prices with `amount_usd`, or with `amount_in_fiat` and `fiat_currency`;
    but samples of postbacks and withdrawals show `amount_in_fiat` as 0.

    `date_finished` is null until the invoice is final, `expiry_date` is null for a withdrawal. [doc]

    Who pays the service's fee stands in `side_commission_cc`. Clients also look for it under the name
    `side_commission_service`, and one of them cannot create an invoice without. [client]

        Attributes:
            uuid (None | str | Unset): Its id, with `INV-`. Example: INV-89UX09KA.
            created (None | str | Unset): A time in UTC, `YYYY-MM-DD HH:MM:SS`, with or without a fraction, without a zone.
                [doc] Example: 2023-01-01 12:00:00.000000.
            date_finished (None | str | Unset): A time in UTC, `YYYY-MM-DD HH:MM:SS`, with or without a fraction, without a
                zone. [doc] Example: 2023-01-01 12:00:00.000000.
            expiry_date (None | str | Unset): A time in UTC, `YYYY-MM-DD HH:MM:SS`, with or without a fraction, without a
                zone. [doc] Example: 2023-01-01 12:00:00.000000.
            status (None | str | Unset): | status | meaning | final |
                |---|---|---|
                | `created` | awaits payment | no |
                | `paid` | paid in full, or confirmed by hand | yes |
                | `overpaid` | more than due was paid; as good as paid | yes |
                | `partial` | less than due; the buyer may add the rest | no |
                | `canceled` | expired unpaid, or cancelled | yes |

                [doc]; which are final is [inferred]. The rest of a `partial` one counts only before the invoice
                expires, the service computes the least that it takes, and more is fine [doc]; what `partial` becomes
                at expiry is unknown. It may also show while a full payment awaits its confirmations. [client]
                 Example: overpaid.
            invoice_status (None | str | Unset): Another status; `start` and `success` were seen. Example: success.
            link (None | str | Unset): The payment page. Also seen without `https://`. [client] Example:
                https://pay.cryptocloud.plus/89UX09KA.
            pay_url (None | str | Unset): `None`, as a text, was seen. Example: None.
            address (None | str | Unset): Where to send coins; empty until a coin is chosen. Example:
                TExampLeinvoiceThatNobodyHas111111.
            order_id (None | str | Unset): The merchant's own name for it. The text `None` if there is none. [doc] Example:
                A-17.
            invoice_id (None | str | Unset): Null in the sample. [old doc]
            amount (float | None | Unset): An amount. Read it as a decimal; see "Money" under the tag `invoices`. Example:
                100.0.
            amount_usd (float | None | Unset): An amount. Read it as a decimal; see "Money" under the tag `invoices`.
                Example: 100.0.
            amount_in_fiat (float | None | Unset): An amount. Read it as a decimal; see "Money" under the tag `invoices`.
                Example: 100.0.
            fiat_currency (None | str | Unset): Code of the currency of creation. Example: USD.
            amount_in_crypto (float | None | Unset): Null in most samples. By its name, the price in coins. [inferred]
            amount_to_pay (float | None | Unset): What the buyer has to send, in coins. Example: 101.4.
            amount_to_pay_usd (float | None | Unset): The same in US dollars. Example: 101.4.
            amount_paid (float | None | Unset): What the buyer has sent, in coins. Example: 102.0.
            amount_paid_usd (float | None | Unset): The same in US dollars. Example: 102.0.
            received (float | None | Unset): Credited to the balance, what was paid too much included. [doc] Where payments
                are converted to USDT
                automatically, the coin may be another one. [inferred]
                 Example: 99.7952.
            received_usd (float | None | Unset): The same in US dollars. Example: 99.8.
            fee (float | None | Unset): Fee of the transfer. Example: 1.4.
            fee_usd (float | None | Unset): The same in US dollars. Example: 1.4.
            service_fee (float | None | Unset): Fee of the service. Example: 0.8048.
            service_fee_usd (float | None | Unset): The same in US dollars. Example: 0.8.
            to_surcharge (float | None | Unset): What is still missing. Example: 0.0.
            to_surcharge_usd (float | None | Unset): The same in US dollars. Example: 0.0.
            total_rub (float | None | Unset): 0 in the samples; by its name, in roubles. [inferred] Example: 0.
            side_commission (None | str | Unset): Who pays the fee of the transfer. Example: client.
            side_commission_cc (None | str | Unset): Who pays the fee of the service, the buyer (`client`) or the merchant.
                Example: merchant.
            side_commission_service (None | str | Unset): Who pays the fee of the service, the buyer (`client`) or the
                merchant. Example: merchant.
            type_payments (None | str | Unset): `crypto` in the samples. Example: crypto.
            type_ (None | str | Unset): `up` for incoming money, `dw` for a withdrawal. Example: up.
            is_email_required (bool | None | Unset): Whether the buyer is asked for an e-mail address; by its name.
                [inferred] Example: False.
            phone (None | str | Unset): Empty in the samples.
            user_email (None | str | Unset): May be masked. [client]
            tx_list (list[str] | None | Unset): Hashes of transactions; `[]` and `[""]` if there are none. Example: [''].
            step (Any | Unset): Meaning unknown; a number in the samples, a text in one client. Example: 3.
            currency (InvoiceCurrency | None | Unset): A coin, as invoices have it: `code` is the short code. Compare
                `WalletCurrency`.
            currency_list (list[InvoiceCurrency | None] | None | Unset): Currencies whose `network` is an array.
            project (None | Project | Unset): The merchant's project.
            test_mode (bool | None | Unset): Whether it can be confirmed without a payment. Example: False.
            aml_enabled (bool | None | Unset): Meaning unknown; the names with `aml` suggest checks against money
                laundering. [inferred] Example: False.
            aml_side (None | str | Unset): `merchant` in the samples. Example: merchant.
            aml_checks (Any | Unset): Shape unknown. Example: [].
            aml_cost (float | None | Unset): 0 in the sample. Example: 0.
            aml_cost_usd (float | None | Unset): The same in US dollars. Example: 0.
            links (Any | Unset): Shape unknown. Example: [].
            links_invoice (Any | Unset): Shape unknown; null in the sample.
    """

    uuid: None | str | Unset = UNSET
    created: None | str | Unset = UNSET
    date_finished: None | str | Unset = UNSET
    expiry_date: None | str | Unset = UNSET
    status: None | str | Unset = UNSET
    invoice_status: None | str | Unset = UNSET
    link: None | str | Unset = UNSET
    pay_url: None | str | Unset = UNSET
    address: None | str | Unset = UNSET
    order_id: None | str | Unset = UNSET
    invoice_id: None | str | Unset = UNSET
    amount: float | None | Unset = UNSET
    amount_usd: float | None | Unset = UNSET
    amount_in_fiat: float | None | Unset = UNSET
    fiat_currency: None | str | Unset = UNSET
    amount_in_crypto: float | None | Unset = UNSET
    amount_to_pay: float | None | Unset = UNSET
    amount_to_pay_usd: float | None | Unset = UNSET
    amount_paid: float | None | Unset = UNSET
    amount_paid_usd: float | None | Unset = UNSET
    received: float | None | Unset = UNSET
    received_usd: float | None | Unset = UNSET
    fee: float | None | Unset = UNSET
    fee_usd: float | None | Unset = UNSET
    service_fee: float | None | Unset = UNSET
    service_fee_usd: float | None | Unset = UNSET
    to_surcharge: float | None | Unset = UNSET
    to_surcharge_usd: float | None | Unset = UNSET
    total_rub: float | None | Unset = UNSET
    side_commission: None | str | Unset = UNSET
    side_commission_cc: None | str | Unset = UNSET
    side_commission_service: None | str | Unset = UNSET
    type_payments: None | str | Unset = UNSET
    type_: None | str | Unset = UNSET
    is_email_required: bool | None | Unset = UNSET
    phone: None | str | Unset = UNSET
    user_email: None | str | Unset = UNSET
    tx_list: list[str] | None | Unset = UNSET
    step: Any | Unset = UNSET
    currency: InvoiceCurrency | None | Unset = UNSET
    currency_list: list[InvoiceCurrency | None] | None | Unset = UNSET
    project: None | Project | Unset = UNSET
    test_mode: bool | None | Unset = UNSET
    aml_enabled: bool | None | Unset = UNSET
    aml_side: None | str | Unset = UNSET
    aml_checks: Any | Unset = UNSET
    aml_cost: float | None | Unset = UNSET
    aml_cost_usd: float | None | Unset = UNSET
    links: Any | Unset = UNSET
    links_invoice: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.invoice_currency import InvoiceCurrency  # noqa: PLC0415
        from ..models.project import Project  # noqa: PLC0415

        uuid: None | str | Unset
        if isinstance(self.uuid, Unset):
            uuid = UNSET
        else:
            uuid = self.uuid

        created: None | str | Unset
        if isinstance(self.created, Unset):
            created = UNSET
        else:
            created = self.created

        date_finished: None | str | Unset
        if isinstance(self.date_finished, Unset):
            date_finished = UNSET
        else:
            date_finished = self.date_finished

        expiry_date: None | str | Unset
        if isinstance(self.expiry_date, Unset):
            expiry_date = UNSET
        else:
            expiry_date = self.expiry_date

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        invoice_status: None | str | Unset
        if isinstance(self.invoice_status, Unset):
            invoice_status = UNSET
        else:
            invoice_status = self.invoice_status

        link: None | str | Unset
        if isinstance(self.link, Unset):
            link = UNSET
        else:
            link = self.link

        pay_url: None | str | Unset
        if isinstance(self.pay_url, Unset):
            pay_url = UNSET
        else:
            pay_url = self.pay_url

        address: None | str | Unset
        if isinstance(self.address, Unset):
            address = UNSET
        else:
            address = self.address

        order_id: None | str | Unset
        if isinstance(self.order_id, Unset):
            order_id = UNSET
        else:
            order_id = self.order_id

        invoice_id: None | str | Unset
        if isinstance(self.invoice_id, Unset):
            invoice_id = UNSET
        else:
            invoice_id = self.invoice_id

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

        amount_in_fiat: float | None | Unset
        if isinstance(self.amount_in_fiat, Unset):
            amount_in_fiat = UNSET
        else:
            amount_in_fiat = self.amount_in_fiat

        fiat_currency: None | str | Unset
        if isinstance(self.fiat_currency, Unset):
            fiat_currency = UNSET
        else:
            fiat_currency = self.fiat_currency

        amount_in_crypto: float | None | Unset
        if isinstance(self.amount_in_crypto, Unset):
            amount_in_crypto = UNSET
        else:
            amount_in_crypto = self.amount_in_crypto

        amount_to_pay: float | None | Unset
        if isinstance(self.amount_to_pay, Unset):
            amount_to_pay = UNSET
        else:
            amount_to_pay = self.amount_to_pay

        amount_to_pay_usd: float | None | Unset
        if isinstance(self.amount_to_pay_usd, Unset):
            amount_to_pay_usd = UNSET
        else:
            amount_to_pay_usd = self.amount_to_pay_usd

        amount_paid: float | None | Unset
        if isinstance(self.amount_paid, Unset):
            amount_paid = UNSET
        else:
            amount_paid = self.amount_paid

        amount_paid_usd: float | None | Unset
        if isinstance(self.amount_paid_usd, Unset):
            amount_paid_usd = UNSET
        else:
            amount_paid_usd = self.amount_paid_usd

        received: float | None | Unset
        if isinstance(self.received, Unset):
            received = UNSET
        else:
            received = self.received

        received_usd: float | None | Unset
        if isinstance(self.received_usd, Unset):
            received_usd = UNSET
        else:
            received_usd = self.received_usd

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

        service_fee: float | None | Unset
        if isinstance(self.service_fee, Unset):
            service_fee = UNSET
        else:
            service_fee = self.service_fee

        service_fee_usd: float | None | Unset
        if isinstance(self.service_fee_usd, Unset):
            service_fee_usd = UNSET
        else:
            service_fee_usd = self.service_fee_usd

        to_surcharge: float | None | Unset
        if isinstance(self.to_surcharge, Unset):
            to_surcharge = UNSET
        else:
            to_surcharge = self.to_surcharge

        to_surcharge_usd: float | None | Unset
        if isinstance(self.to_surcharge_usd, Unset):
            to_surcharge_usd = UNSET
        else:
            to_surcharge_usd = self.to_surcharge_usd

        total_rub: float | None | Unset
        if isinstance(self.total_rub, Unset):
            total_rub = UNSET
        else:
            total_rub = self.total_rub

        side_commission: None | str | Unset
        if isinstance(self.side_commission, Unset):
            side_commission = UNSET
        else:
            side_commission = self.side_commission

        side_commission_cc: None | str | Unset
        if isinstance(self.side_commission_cc, Unset):
            side_commission_cc = UNSET
        else:
            side_commission_cc = self.side_commission_cc

        side_commission_service: None | str | Unset
        if isinstance(self.side_commission_service, Unset):
            side_commission_service = UNSET
        else:
            side_commission_service = self.side_commission_service

        type_payments: None | str | Unset
        if isinstance(self.type_payments, Unset):
            type_payments = UNSET
        else:
            type_payments = self.type_payments

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        is_email_required: bool | None | Unset
        if isinstance(self.is_email_required, Unset):
            is_email_required = UNSET
        else:
            is_email_required = self.is_email_required

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        user_email: None | str | Unset
        if isinstance(self.user_email, Unset):
            user_email = UNSET
        else:
            user_email = self.user_email

        tx_list: list[str] | None | Unset
        if isinstance(self.tx_list, Unset):
            tx_list = UNSET
        elif isinstance(self.tx_list, list):
            tx_list = self.tx_list

        else:
            tx_list = self.tx_list

        step = self.step

        currency: dict[str, Any] | None | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        elif isinstance(self.currency, InvoiceCurrency):
            currency = self.currency.to_dict()
        else:
            currency = self.currency

        currency_list: list[dict[str, Any] | None] | None | Unset
        if isinstance(self.currency_list, Unset):
            currency_list = UNSET
        elif isinstance(self.currency_list, list):
            currency_list = []
            for currency_list_type_0_item_data in self.currency_list:
                currency_list_type_0_item: dict[str, Any] | None
                if isinstance(currency_list_type_0_item_data, InvoiceCurrency):
                    currency_list_type_0_item = currency_list_type_0_item_data.to_dict()
                else:
                    currency_list_type_0_item = currency_list_type_0_item_data
                currency_list.append(currency_list_type_0_item)

        else:
            currency_list = self.currency_list

        project: dict[str, Any] | None | Unset
        if isinstance(self.project, Unset):
            project = UNSET
        elif isinstance(self.project, Project):
            project = self.project.to_dict()
        else:
            project = self.project

        test_mode: bool | None | Unset
        if isinstance(self.test_mode, Unset):
            test_mode = UNSET
        else:
            test_mode = self.test_mode

        aml_enabled: bool | None | Unset
        if isinstance(self.aml_enabled, Unset):
            aml_enabled = UNSET
        else:
            aml_enabled = self.aml_enabled

        aml_side: None | str | Unset
        if isinstance(self.aml_side, Unset):
            aml_side = UNSET
        else:
            aml_side = self.aml_side

        aml_checks = self.aml_checks

        aml_cost: float | None | Unset
        if isinstance(self.aml_cost, Unset):
            aml_cost = UNSET
        else:
            aml_cost = self.aml_cost

        aml_cost_usd: float | None | Unset
        if isinstance(self.aml_cost_usd, Unset):
            aml_cost_usd = UNSET
        else:
            aml_cost_usd = self.aml_cost_usd

        links = self.links

        links_invoice = self.links_invoice

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if uuid is not UNSET:
            field_dict["uuid"] = uuid
        if created is not UNSET:
            field_dict["created"] = created
        if date_finished is not UNSET:
            field_dict["date_finished"] = date_finished
        if expiry_date is not UNSET:
            field_dict["expiry_date"] = expiry_date
        if status is not UNSET:
            field_dict["status"] = status
        if invoice_status is not UNSET:
            field_dict["invoice_status"] = invoice_status
        if link is not UNSET:
            field_dict["link"] = link
        if pay_url is not UNSET:
            field_dict["pay_url"] = pay_url
        if address is not UNSET:
            field_dict["address"] = address
        if order_id is not UNSET:
            field_dict["order_id"] = order_id
        if invoice_id is not UNSET:
            field_dict["invoice_id"] = invoice_id
        if amount is not UNSET:
            field_dict["amount"] = amount
        if amount_usd is not UNSET:
            field_dict["amount_usd"] = amount_usd
        if amount_in_fiat is not UNSET:
            field_dict["amount_in_fiat"] = amount_in_fiat
        if fiat_currency is not UNSET:
            field_dict["fiat_currency"] = fiat_currency
        if amount_in_crypto is not UNSET:
            field_dict["amount_in_crypto"] = amount_in_crypto
        if amount_to_pay is not UNSET:
            field_dict["amount_to_pay"] = amount_to_pay
        if amount_to_pay_usd is not UNSET:
            field_dict["amount_to_pay_usd"] = amount_to_pay_usd
        if amount_paid is not UNSET:
            field_dict["amount_paid"] = amount_paid
        if amount_paid_usd is not UNSET:
            field_dict["amount_paid_usd"] = amount_paid_usd
        if received is not UNSET:
            field_dict["received"] = received
        if received_usd is not UNSET:
            field_dict["received_usd"] = received_usd
        if fee is not UNSET:
            field_dict["fee"] = fee
        if fee_usd is not UNSET:
            field_dict["fee_usd"] = fee_usd
        if service_fee is not UNSET:
            field_dict["service_fee"] = service_fee
        if service_fee_usd is not UNSET:
            field_dict["service_fee_usd"] = service_fee_usd
        if to_surcharge is not UNSET:
            field_dict["to_surcharge"] = to_surcharge
        if to_surcharge_usd is not UNSET:
            field_dict["to_surcharge_usd"] = to_surcharge_usd
        if total_rub is not UNSET:
            field_dict["total_rub"] = total_rub
        if side_commission is not UNSET:
            field_dict["side_commission"] = side_commission
        if side_commission_cc is not UNSET:
            field_dict["side_commission_cc"] = side_commission_cc
        if side_commission_service is not UNSET:
            field_dict["side_commission_service"] = side_commission_service
        if type_payments is not UNSET:
            field_dict["type_payments"] = type_payments
        if type_ is not UNSET:
            field_dict["type"] = type_
        if is_email_required is not UNSET:
            field_dict["is_email_required"] = is_email_required
        if phone is not UNSET:
            field_dict["phone"] = phone
        if user_email is not UNSET:
            field_dict["user_email"] = user_email
        if tx_list is not UNSET:
            field_dict["tx_list"] = tx_list
        if step is not UNSET:
            field_dict["step"] = step
        if currency is not UNSET:
            field_dict["currency"] = currency
        if currency_list is not UNSET:
            field_dict["currency_list"] = currency_list
        if project is not UNSET:
            field_dict["project"] = project
        if test_mode is not UNSET:
            field_dict["test_mode"] = test_mode
        if aml_enabled is not UNSET:
            field_dict["aml_enabled"] = aml_enabled
        if aml_side is not UNSET:
            field_dict["aml_side"] = aml_side
        if aml_checks is not UNSET:
            field_dict["aml_checks"] = aml_checks
        if aml_cost is not UNSET:
            field_dict["aml_cost"] = aml_cost
        if aml_cost_usd is not UNSET:
            field_dict["aml_cost_usd"] = aml_cost_usd
        if links is not UNSET:
            field_dict["links"] = links
        if links_invoice is not UNSET:
            field_dict["links_invoice"] = links_invoice

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invoice_currency import InvoiceCurrency  # noqa: PLC0415
        from ..models.project import Project  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_uuid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        uuid = _parse_uuid(d.pop("uuid", UNSET))

        def _parse_created(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created = _parse_created(d.pop("created", UNSET))

        def _parse_date_finished(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        date_finished = _parse_date_finished(d.pop("date_finished", UNSET))

        def _parse_expiry_date(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expiry_date = _parse_expiry_date(d.pop("expiry_date", UNSET))

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_invoice_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        invoice_status = _parse_invoice_status(d.pop("invoice_status", UNSET))

        def _parse_link(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        link = _parse_link(d.pop("link", UNSET))

        def _parse_pay_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pay_url = _parse_pay_url(d.pop("pay_url", UNSET))

        def _parse_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        address = _parse_address(d.pop("address", UNSET))

        def _parse_order_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        order_id = _parse_order_id(d.pop("order_id", UNSET))

        def _parse_invoice_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        invoice_id = _parse_invoice_id(d.pop("invoice_id", UNSET))

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

        def _parse_amount_in_fiat(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_in_fiat = _parse_amount_in_fiat(d.pop("amount_in_fiat", UNSET))

        def _parse_fiat_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        fiat_currency = _parse_fiat_currency(d.pop("fiat_currency", UNSET))

        def _parse_amount_in_crypto(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_in_crypto = _parse_amount_in_crypto(d.pop("amount_in_crypto", UNSET))

        def _parse_amount_to_pay(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_to_pay = _parse_amount_to_pay(d.pop("amount_to_pay", UNSET))

        def _parse_amount_to_pay_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_to_pay_usd = _parse_amount_to_pay_usd(d.pop("amount_to_pay_usd", UNSET))

        def _parse_amount_paid(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_paid = _parse_amount_paid(d.pop("amount_paid", UNSET))

        def _parse_amount_paid_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount_paid_usd = _parse_amount_paid_usd(d.pop("amount_paid_usd", UNSET))

        def _parse_received(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        received = _parse_received(d.pop("received", UNSET))

        def _parse_received_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        received_usd = _parse_received_usd(d.pop("received_usd", UNSET))

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

        def _parse_service_fee(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        service_fee = _parse_service_fee(d.pop("service_fee", UNSET))

        def _parse_service_fee_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        service_fee_usd = _parse_service_fee_usd(d.pop("service_fee_usd", UNSET))

        def _parse_to_surcharge(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        to_surcharge = _parse_to_surcharge(d.pop("to_surcharge", UNSET))

        def _parse_to_surcharge_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        to_surcharge_usd = _parse_to_surcharge_usd(d.pop("to_surcharge_usd", UNSET))

        def _parse_total_rub(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_rub = _parse_total_rub(d.pop("total_rub", UNSET))

        def _parse_side_commission(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        side_commission = _parse_side_commission(d.pop("side_commission", UNSET))

        def _parse_side_commission_cc(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        side_commission_cc = _parse_side_commission_cc(
            d.pop("side_commission_cc", UNSET)
        )

        def _parse_side_commission_service(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        side_commission_service = _parse_side_commission_service(
            d.pop("side_commission_service", UNSET)
        )

        def _parse_type_payments(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_payments = _parse_type_payments(d.pop("type_payments", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_is_email_required(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_email_required = _parse_is_email_required(d.pop("is_email_required", UNSET))

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        def _parse_user_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        user_email = _parse_user_email(d.pop("user_email", UNSET))

        def _parse_tx_list(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tx_list_type_0 = cast(list[str], data)

                return tx_list_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tx_list = _parse_tx_list(d.pop("tx_list", UNSET))

        step = d.pop("step", UNSET)

        def _parse_currency(data: object) -> InvoiceCurrency | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_invoice_currency_type_0 = InvoiceCurrency.from_dict(
                    data
                )

                return componentsschemas_invoice_currency_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InvoiceCurrency | None | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_currency_list(
            data: object,
        ) -> list[InvoiceCurrency | None] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                currency_list_type_0 = []
                _currency_list_type_0 = data
                for currency_list_type_0_item_data in _currency_list_type_0:

                    def _parse_currency_list_type_0_item(
                        data: object,
                    ) -> InvoiceCurrency | None:
                        if data is None:
                            return data
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_invoice_currency_type_0 = (
                                InvoiceCurrency.from_dict(data)
                            )

                            return componentsschemas_invoice_currency_type_0
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        return cast(InvoiceCurrency | None, data)

                    currency_list_type_0_item = _parse_currency_list_type_0_item(
                        currency_list_type_0_item_data
                    )

                    currency_list_type_0.append(currency_list_type_0_item)

                return currency_list_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[InvoiceCurrency | None] | None | Unset, data)

        currency_list = _parse_currency_list(d.pop("currency_list", UNSET))

        def _parse_project(data: object) -> None | Project | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_project_type_0 = Project.from_dict(data)

                return componentsschemas_project_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Project | Unset, data)

        project = _parse_project(d.pop("project", UNSET))

        def _parse_test_mode(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        test_mode = _parse_test_mode(d.pop("test_mode", UNSET))

        def _parse_aml_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        aml_enabled = _parse_aml_enabled(d.pop("aml_enabled", UNSET))

        def _parse_aml_side(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        aml_side = _parse_aml_side(d.pop("aml_side", UNSET))

        aml_checks = d.pop("aml_checks", UNSET)

        def _parse_aml_cost(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        aml_cost = _parse_aml_cost(d.pop("aml_cost", UNSET))

        def _parse_aml_cost_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        aml_cost_usd = _parse_aml_cost_usd(d.pop("aml_cost_usd", UNSET))

        links = d.pop("links", UNSET)

        links_invoice = d.pop("links_invoice", UNSET)

        invoice = cls(
            uuid=uuid,
            created=created,
            date_finished=date_finished,
            expiry_date=expiry_date,
            status=status,
            invoice_status=invoice_status,
            link=link,
            pay_url=pay_url,
            address=address,
            order_id=order_id,
            invoice_id=invoice_id,
            amount=amount,
            amount_usd=amount_usd,
            amount_in_fiat=amount_in_fiat,
            fiat_currency=fiat_currency,
            amount_in_crypto=amount_in_crypto,
            amount_to_pay=amount_to_pay,
            amount_to_pay_usd=amount_to_pay_usd,
            amount_paid=amount_paid,
            amount_paid_usd=amount_paid_usd,
            received=received,
            received_usd=received_usd,
            fee=fee,
            fee_usd=fee_usd,
            service_fee=service_fee,
            service_fee_usd=service_fee_usd,
            to_surcharge=to_surcharge,
            to_surcharge_usd=to_surcharge_usd,
            total_rub=total_rub,
            side_commission=side_commission,
            side_commission_cc=side_commission_cc,
            side_commission_service=side_commission_service,
            type_payments=type_payments,
            type_=type_,
            is_email_required=is_email_required,
            phone=phone,
            user_email=user_email,
            tx_list=tx_list,
            step=step,
            currency=currency,
            currency_list=currency_list,
            project=project,
            test_mode=test_mode,
            aml_enabled=aml_enabled,
            aml_side=aml_side,
            aml_checks=aml_checks,
            aml_cost=aml_cost,
            aml_cost_usd=aml_cost_usd,
            links=links,
            links_invoice=links_invoice,
        )

        invoice.additional_properties = d
        return invoice

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

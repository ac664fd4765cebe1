"""How things look in answers: every operation shows its own selection of an invoice. Source: the samples.

A `Decimal` is a number, written with its own digits by `dumps`.
"""

from datetime import datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any
from urllib.parse import urlencode

from .coins import COINS, Coin
from .records import STATUSES, Invoice, Wallet

Shape = dict[str, Any]

_ZERO = Decimal("0.0")


def dumps(value: object) -> str:
    """Compact JSON. The standard library's has no way to write a `Decimal`."""
    match value:
        case str():
            return encode_basestring_ascii(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case dict():
            members = [f"{encode_basestring_ascii(key)}:{dumps(item)}" for key, item in value.items()]
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join([dumps(item) for item in value]) + "]"
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def created(invoice: Invoice, pay_page: str) -> Shape:
    return {
        "uuid": invoice.uuid,
        "created": time(invoice.created),
        "address": invoice.address,
        "expiry_date": time(invoice.expires),
        "side_commission": "client",
        "side_commission_cc": "merchant",
        "side_commission_service": "merchant",
        "amount": _amount(invoice),
        "amount_usd": invoice.price_usd,
        "amount_in_fiat": invoice.price,
        **_to_pay(invoice),
        **_fees(invoice),
        "type_payments": "crypto",
        "fiat_currency": invoice.currency,
        "status": invoice.status,
        "is_email_required": False,
        "link": pay_page + invoice.key,
        "invoice_id": None,
        "currency": _IN_INVOICES[invoice.coin.code],
        "project": _project("https://example.com", logo="None"),
        "test_mode": invoice.test_mode,
    }


def looked_up(invoice: Invoice, pay_page: str) -> Shape:
    return {
        "uuid": invoice.uuid,
        "created": time(invoice.created),
        "address": invoice.address,
        "expiry_date": time(invoice.expires),
        "side_commission": "client",
        "side_commission_cc": "merchant",
        "amount": _amount(invoice),
        "amount_usd": invoice.price_usd,
        "amount_in_fiat": invoice.price,
        "fiat_currency": invoice.currency,
        "received": invoice.received,
        "received_usd": invoice.coin.to_usd(invoice.received),
        **_fees(invoice),
        "status": invoice.status,
        "invoice_status": _invoice_status(invoice),
        "link": pay_page + invoice.key,
        "order_id": str(invoice.order_id),
        "tx_list": _tx_list(invoice),
        "currency": _IN_INVOICES[invoice.coin.code],
        "project": _project(success_url(invoice), logo=None),
        "test_mode": invoice.test_mode,
    }


def success_url(invoice: Invoice) -> str:
    """Where the buyer goes after the payment."""
    # JSON can have half a character, and UTF-8 cannot.
    query = urlencode({"order_id": str(invoice.order_id), "invoice_uuid": invoice.uuid}, errors="replace")
    return f"https://example.com?{query}"


def listed(invoice: Invoice, pay_page: str) -> Shape:
    return {
        "uuid": invoice.uuid,
        "created": time(invoice.created),
        "address": invoice.address,
        "date_finished": None if invoice.finished is None else time(invoice.finished),
        "expiry_date": time(invoice.expires),
        "side_commission": "client",
        "side_commission_cc": "merchant",
        "amount": _amount(invoice),
        "amount_usd": invoice.price_usd,
        "amount_in_fiat": invoice.price,
        "amount_in_crypto": None if invoice.coin_code is None else invoice.amount,
        **_payment(invoice),
        **_fees(invoice),
        "type_payments": "crypto",
        "fiat_currency": invoice.currency,
        "status": invoice.status,
        "invoice_status": _invoice_status(invoice),
        "is_email_required": False,
        "link": pay_page + invoice.key,
        "pay_url": "None",
        "invoice_id": None,
        "order_id": str(invoice.order_id),
        "phone": "",
        "user_email": invoice.email or "",
        "type": "up",
        "tx_list": _tx_list(invoice),
        "currency": _IN_INVOICES[invoice.coin.code],
        "project": _project("https://example.com", logo=""),
        "test_mode": invoice.test_mode,
    }


def announced(invoice: Invoice) -> Shape:
    """The ``invoice_info`` of a postback. Its last member matters: in form format it is all that is left."""
    return {
        "uuid": invoice.uuid,
        "created": time(invoice.created),
        "address": invoice.address,
        "date_finished": None if invoice.finished is None else time(invoice.finished),
        "expiry_date": time(invoice.expires),
        "side_commission": "client",
        "type_payments": "crypto",
        "amount": _amount(invoice),
        "status": invoice.status,
        "invoice_status": _invoice_status(invoice),
        "is_email_required": False,
        "project": _project("https://example.com", logo=""),
        "tx_list": _tx_list(invoice),
        "amount_in_crypto": None,
        "amount_in_fiat": _ZERO,
        "amount_usd": invoice.price_usd,
        **_payment(invoice),
        **_fees(invoice),
        "total_rub": 0,
        "step": 3,
        "test_mode": invoice.test_mode,
        "type": "up",
        "aml_enabled": False,
        "aml_side": "merchant",
        "aml_checks": [],
        "currency": _IN_INVOICES[invoice.coin.code],
        "links_invoice": None,
    }


def withdrawn(uuid: str, at: datetime, coin: Coin, address: str, requested: Decimal) -> Shape:
    amount, currency = requested - coin.fee, _IN_INVOICES[coin.code]
    return {
        "uuid": uuid,
        "created": time(at),
        "address": address,
        "date_finished": None,
        "expiry_date": None,
        "side_commission": "client",
        "side_commission_cc": "client",
        "amount": amount,
        "amount_usd": coin.to_usd(amount),
        "amount_in_fiat": 0,
        "amount_in_crypto": None,
        "amount_to_pay": amount,
        "amount_to_pay_usd": coin.to_usd(amount),
        "amount_paid": 0,
        "amount_paid_usd": 0,
        "received": 0,
        "received_usd": 0,
        "fee": coin.fee,
        "fee_usd": coin.network.fee_usd,
        "service_fee": 0,
        "service_fee_usd": 0,
        "to_surcharge": 0,
        "to_surcharge_usd": 0,
        "total_rub": 0,
        "type_payments": "crypto",
        "status": "created",
        "invoice_status": "start",
        "is_email_required": False,
        "pay_url": "None",
        "order_id": "None",
        "phone": "",
        "user_email": "",
        "type": "dw",
        "tx_list": [],
        "step": 1,
        "currency": currency,
        "currency_list": [currency | {"network": [currency["network"]]}],
        "project": _project(None, logo=None),
        "test_mode": False,
        "aml_enabled": False,
        "aml_side": "merchant",
        "aml_checks": [],
        "aml_cost": 0,
        "aml_cost_usd": 0,
        "links": [],
    }


def statistics(invoices: list[Invoice]) -> Shape:
    of_status = {
        status: [invoice.price_usd for invoice in invoices if status in {"all", invoice.status}]
        for status in ("all", *STATUSES)
    }
    return {
        "count": {status: len(prices) for status, prices in of_status.items()},
        "amount": {status: sum(prices) for status, prices in of_status.items()},
    }


def balance(coin: Coin, amount: Decimal) -> Shape:
    usd = coin.to_usd(amount)
    return {
        "currency": _IN_WALLETS[coin.code],
        "balance_crypto": amount,
        "balance_usd": usd,
        "available_balance": amount,
        "available_balance_usd": usd,
    }


def new_wallet(wallet: Wallet) -> Shape:
    return {
        "currency": _IN_WALLETS[wallet.coin_code],
        "address": wallet.address,
        "uuid": wallet.key,
    }


def listed_wallet(wallet: Wallet) -> Shape:
    return {
        "currency": _IN_WALLETS[wallet.coin_code],
        "active": wallet.active,
        "address": wallet.address,
        "uuid": wallet.key,
        "identify": wallet.identify,
    }


def switched_wallet(wallet: Wallet) -> Shape:
    return {
        "currency": _IN_WALLETS[wallet.coin_code],
        "active": wallet.active,
        "address": wallet.address,
        "created": time(wallet.created),
        "identify": wallet.identify,
    }


def time(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds").removesuffix("+00:00")


def _amount(invoice: Invoice) -> Decimal:
    return invoice.price if invoice.coin_code is None else invoice.amount


def _payment(invoice: Invoice) -> Shape:
    to_usd = invoice.coin.to_usd
    return {
        "amount_to_pay": invoice.to_pay,
        "amount_to_pay_usd": to_usd(invoice.to_pay),
        "amount_paid": invoice.paid,
        "amount_paid_usd": to_usd(invoice.paid),
        "received": invoice.received,
        "received_usd": to_usd(invoice.received),
        "to_surcharge": invoice.missing,
        "to_surcharge_usd": to_usd(invoice.missing),
    }


def _to_pay(invoice: Invoice) -> Shape:
    """For a payment page of the merchant's own: only if the coin is chosen beforehand."""
    if invoice.coin_code is None:
        return {}
    return {
        "amount_in_crypto": invoice.amount,
        "amount_to_pay": invoice.to_pay,
        "amount_to_pay_usd": invoice.coin.to_usd(invoice.to_pay),
    }


def _fees(invoice: Invoice) -> Shape:
    return {
        "fee": invoice.fee,
        "fee_usd": invoice.coin.network.fee_usd,
        "service_fee": invoice.service_fee,
        "service_fee_usd": invoice.coin.to_usd(invoice.service_fee),
    }


def _invoice_status(invoice: Invoice) -> str:
    return "success" if invoice.is_paid else "start"


def _tx_list(invoice: Invoice) -> list[str]:
    return list(invoice.transactions) or [""]


def _project(page: str | None, *, logo: str | None) -> Shape:
    return {"id": 1, "name": "Sandbox", "fail": page, "success": page, "logo": logo}


def _common(coin: Coin) -> Shape:
    return {
        "name": coin.name,
        "is_email_required": False,
        "stablecoin": coin.is_stable,
        "icon_base": _icon(coin.short_code),
        "icon_network": "None" if coin.is_native else _icon(coin.network.icon),
        "icon_qr": _icon(coin.short_code, style="stroke"),
        "order": coin.id,
    }


def _network(coin: Coin) -> Shape:
    network = coin.network
    return {
        "code": network.code,
        "id": network.id,
        "icon": _icon(network.icon),
        "fullname": network.name,
    }


def _icon(name: str, style: str = "main") -> str:
    return f"https://cdn.cryptocloud.plus/currency/icons/{style}/{name.lower()}.svg"


# The two dialects: the same members under other names.
_IN_INVOICES = {
    coin.code: {
        "id": coin.id,
        "code": coin.short_code,
        "fullcode": coin.code,
        "network": _network(coin),
        **_common(coin),
    }
    for coin in COINS.values()
}
_IN_WALLETS = {
    coin.code: {
        "id": coin.id,
        "code": coin.code,
        "short_code": coin.short_code,
        **_common(coin),
        "obj_network": _network(coin),
        "enable": True,
    }
    for coin in COINS.values()
}

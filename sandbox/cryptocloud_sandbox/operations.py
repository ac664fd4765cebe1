"""What each operation takes and answers: a table from paths to functions over a `State`. No HTTP here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from . import shapes
from .bodies import Document
from .coins import COINS, CURRENCIES
from .state import RefusedError, State, exact

Handler = Callable[[State, Document], dict[str, object]]
"""From the state and the request's JSON object to the answer's other members, or `RefusedError`."""

T = TypeVar("T")

MAX_IDS = MAX_RECORDS = 100
"""How much can be asked for at once. [doc]"""

_FIRST_DAY, _LAST_DAY = date(MINYEAR, 1, 1), date(MAXYEAR, 12, 31)


@dataclass(frozen=True)
class Operation:
    id: str
    """As the spec names it."""
    handler: Handler
    needs_withdrawal_key: bool = False
    has_body: bool = True
    """Whether what is sent is read."""


class _Members:
    """Takes members out of a document. What cannot be read is remembered, and counts as missing."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.wrong: dict[str, str] = {}

    def take(self, name: str, read: Callable[[Any], T], default: T) -> T:
        value = self._document.get(name)
        if value is None or value == "":
            return default
        try:
            return read(value)
        except ValueError:
            self.wrong[name] = f"Invalid value {name}."
            return default

    def missing(self, *names: str) -> list[str]:
        return [name for name in names if self._document.get(name) in (None, "")]


# Invoices


def create_invoice(state: State, document: Document) -> dict[str, object]:
    members = _Members(document)
    missing = members.missing("amount", "shop_id")
    if missing:
        raise RefusedError({name: f"{name} not passed." for name in missing})
    options = _Members(members.take("add_fields", _object, {}))
    members.take("shop_id", _one_of(state.shop_id), "")
    options.take("email_to_send", _text, "")
    options.take("period", _text, "")
    price = members.take("amount", exact, Decimal(0))
    currency = members.take("currency", _one_of(*CURRENCIES), "USD")
    order_id = members.take("order_id", _text_or_number, None)
    email = members.take("email", _text, None)
    lifetime = options.take("time_to_pay", _lifetime, timedelta(days=1))
    choices: tuple[str, ...] = options.take("available_currencies", _coin_codes, ())
    coin = options.take("cryptocurrency", _one_of(*COINS), None)
    wrong = members.wrong | options.wrong
    if "currency" in wrong:
        known = ", ".join(f"'{code}'" for code in CURRENCIES)
        wrong["currency"] = f"Invalid account currency specified. Available currencies {known}."
    if wrong:
        raise RefusedError(wrong)
    invoice = state.create_invoice(
        price,
        currency,
        cause="createInvoice",
        order_id=order_id,
        email=email,
        lifetime=lifetime,
        choices=choices,
        coin_code=coin,
    )
    return {"result": shapes.created(invoice, state.pay_page)}


def cancel_invoice(state: State, document: Document) -> dict[str, object]:
    members = _Members(document)
    if members.missing("uuid"):
        raise RefusedError({"validate_error": "uuid is required"})
    if not isinstance(document["uuid"], str):
        raise RefusedError({"validate_error": "uuid is not a string"})
    state.cancel(document["uuid"])
    return {"result": ["ok"]}


def get_invoices(state: State, document: Document) -> dict[str, object]:
    uuids = document.get("uuids")
    if uuids is None:
        raise RefusedError({"validate_error": "uuids is required"})
    if not isinstance(uuids, list) or not all(isinstance(uuid, str) for uuid in uuids):
        raise RefusedError({"validate_error": "uuids is not a list of strings"})
    if len(uuids) > MAX_IDS:
        raise RefusedError({"validate_error": f"Max {MAX_IDS} uuids"})
    if not all(re.fullmatch("(INV-)?[A-Z0-9]{8}", uuid) for uuid in uuids):
        raise RefusedError({"validate_error": "uuids has what is no id"})
    found = state.invoices_by_id(uuids)
    return {"result": [shapes.looked_up(invoice, state.pay_page) for invoice in found]}


def list_invoices(state: State, document: Document) -> dict[str, object]:
    members = _Members(document)
    missing = members.missing("start", "end")
    if missing:
        raise RefusedError({name: f"{name} not passed." for name in missing})
    start, end = _period(members)
    offset = members.take("offset", _integer, 0)
    limit = members.take("limit", _integer, 10)
    if {"start", "end"} & set(members.wrong):
        raise RefusedError(members.wrong)
    size = limit - offset if state.limit_is_end else limit
    if members.wrong or offset < 0 or limit < 1 or size > MAX_RECORDS:
        raise RefusedError({"validate_error": f"offset or limit is wrong; max {MAX_RECORDS} records"})
    if end < start:
        raise RefusedError({"validate_error": "end is before start"})
    found = state.invoices(start, end)
    page = found[offset : offset + max(size, 0)]
    return {
        "all_count": len(found),
        "result": [shapes.listed(invoice, state.pay_page) for invoice in page],
    }


def get_statistics(state: State, document: Document) -> dict[str, object]:
    members = _Members(document)
    if members.missing("start", "end"):
        raise RefusedError({"validate_error": "start and end are required"})
    start, end = _period(members)
    if members.wrong:
        raise RefusedError({"validate_error": "start or end is no date"})
    if end < start:
        raise RefusedError({"validate_error": "end is before start"})
    return {"result": shapes.statistics(state.invoices(start, end))}


# Balances, wallets, withdrawals


def list_balances(state: State, _document: Document) -> dict[str, object]:
    return {"result": [shapes.balance(coin, amount) for coin, amount in state.balances()]}


def create_static_wallet(state: State, document: Document) -> dict[str, object]:
    members = _wallet_members(state, document, "shop_id", "currency", "identify")
    coin = members.take("currency", _one_of(*COINS), "")
    identify = members.take("identify", _text_or_number, "")
    _check_wallet_members(members)
    return {"result": shapes.new_wallet(state.create_wallet(coin, identify))}


def list_static_wallets(state: State, document: Document) -> dict[str, object]:
    members = _wallet_members(state, document, "shop_id")
    offset = members.take("offset", _natural, 0)
    limit = members.take("limit", _natural, MAX_RECORDS)
    start, end = _period(members)
    _check_wallet_members(members)
    found = [wallet for wallet in state.wallets() if start <= wallet.created.date() <= end]
    page = found[offset : offset + min(limit, MAX_RECORDS)]
    return {
        "result": {
            "staticWallets": [shapes.listed_wallet(wallet) for wallet in page],
            "all_count": len(found),
        }
    }


def subscribe_static_wallet(state: State, document: Document) -> dict[str, object]:
    return _switch(state, document, active=True)


def unsubscribe_static_wallet(state: State, document: Document) -> dict[str, object]:
    return _switch(state, document, active=False)


def _switch(state: State, document: Document, *, active: bool) -> dict[str, object]:
    members = _Members(document)
    if members.missing("uuid"):
        raise RefusedError({"validation_error": "uuid is required"})
    uuid = members.take("uuid", _text, "")
    _check_wallet_members(members)
    return {"result": shapes.switched_wallet(state.switch_wallet(uuid, active=active))}


def _wallet_members(state: State, document: Document, *required: str) -> _Members:
    members = _Members(document)
    missing = members.missing(*required)
    if missing:
        raise RefusedError({"validation_error": f"{missing[0]} not passed"})
    members.take("shop_id", _one_of(state.shop_id), "")
    return members


def _check_wallet_members(members: _Members) -> None:
    if members.wrong:
        raise RefusedError({"validation_error": next(iter(members.wrong.values()))})


def create_withdrawal(state: State, document: Document) -> dict[str, object]:
    state.check_pause()
    members = _Members(document)
    missing = members.missing("currency_code", "to_address", "amount")
    if missing:
        raise RefusedError({"required_parameter": f"{', '.join(missing)} not passed"})
    code = members.take("currency_code", _one_of(*COINS), None)
    if code is None:
        raise RefusedError({"currency_code": "Unknown currency"})
    coin = COINS[code]
    address = members.take("to_address", _text, "")
    if not coin.network.accepts(address):
        raise RefusedError({"network": "The address does not fit the network"})
    amount = members.take("amount", exact, Decimal(0))
    if amount <= coin.fee:
        raise RefusedError({"uncorrected_amount": "The amount is malformed, or does not exceed the fee"})
    uuid, at = state.withdraw(code, address, amount)
    return {"result": shapes.withdrawn(uuid, at, coin, address, amount)}


# Readers: from a JSON value to what it means, or ``ValueError``.


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    value.encode()  # Half a surrogate pair is no text.
    return value


def _text_or_number(value: object) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _one_of(*known: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in known:
            raise ValueError("unknown")
        return str(value)

    return read


def _coin_codes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(_one_of(*COINS)(code) for code in value)


def _object(value: object) -> dict[str, Any]:
    if value == []:
        return {}  # So PHP writes an object without members.
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _integer(value: object) -> int:
    if isinstance(value, str) and re.fullmatch("-?[0-9]{1,20}", value):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("not an integer")
    return value


def _natural(value: object) -> int:
    number = _integer(value)
    if number < 0:
        raise ValueError("negative")
    return number


def _lifetime(value: object) -> timedelta:
    members = _Members(_object(value))
    minutes = members.take("hours", _natural, 0) * 60 + members.take("minutes", _natural, 0)
    if members.wrong:
        raise ValueError("no numbers")
    if not 1 <= minutes <= 365 * 24 * 60:
        raise ValueError("out of bounds")
    return timedelta(minutes=minutes)


def _date(value: object) -> date:
    match = re.fullmatch(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", _text(value))
    if match is None:
        raise ValueError("not dd.mm.yyyy")
    day, month, year = map(int, match.groups())
    return date(year, month, day)


def _period(members: _Members) -> tuple[date, date]:
    return members.take("start", _date, _FIRST_DAY), members.take("end", _date, _LAST_DAY)


OPERATIONS: Mapping[str, Operation] = {
    "/v2/invoice/create": Operation("createInvoice", create_invoice),
    "/v2/invoice/merchant/canceled": Operation("cancelInvoice", cancel_invoice),
    "/v2/invoice/merchant/info": Operation("getInvoices", get_invoices),
    "/v2/invoice/merchant/list": Operation("listInvoices", list_invoices),
    "/v2/invoice/merchant/statistics": Operation("getStatistics", get_statistics),
    "/v2/merchant/wallet/balance/all": Operation("listBalances", list_balances, has_body=False),
    "/v2/invoice/static/create": Operation("createStaticWallet", create_static_wallet),
    "/v2/invoice/static/list": Operation("listStaticWallets", list_static_wallets),
    "/v2/invoice/static/subscribe": Operation("subscribeStaticWallet", subscribe_static_wallet),
    "/v2/invoice/static/unsubscribe": Operation("unsubscribeStaticWallet", unsubscribe_static_wallet),
    "/v2/invoice/api/out/create": Operation("createWithdrawal", create_withdrawal, needs_withdrawal_key=True),
}

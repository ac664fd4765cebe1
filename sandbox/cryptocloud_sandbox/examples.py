"""What the spec's examples of requests speak of, so that a collection made from the spec is answered.

A sandbox with the seed 0 knows it. Lists and statistics do not count it: an order that is looked for there
is one that a program of the user has made.
"""

from datetime import UTC, datetime
from decimal import Decimal

from .coins import COINS
from .records import Invoice, Record, Wallet

SHOP_ID = "xBAivfPIbskwuEWj"

WITHDRAWAL = ("USDT_TRC20", "TExampLeTargetThatNobodyHas1111111", Decimal(50))
"""Coin, address and amount. There is enough for it, whatever the balance is."""

_MADE = datetime(2023, 1, 1, 12, tzinfo=UTC)
_OVER = datetime(2999, 1, 1, 12, tzinfo=UTC)
"""Later than in the examples, whose day is long past: what is `created` can be cancelled."""

_INVOICES = {"89UX09KA": ("A-17", "created"), "XXXXXXXX": ("1111", "overpaid")}
"""Order and status, by the id without ``INV-``."""

_WALLETS = {"1K0NFXT9E1X3VOY07VY1LRV8XGMLQNQX": ("ETH", "user-7")}
"""Coin and customer, by the id."""


def records() -> list[Record]:
    """Invoices and wallets in the states that the examples tell."""
    invoices = [_invoice(key, *of) for key, of in _INVOICES.items()]
    wallets = [
        Wallet(key, coin, identify, COINS[coin].network.address(key), _MADE)
        for key, (coin, identify) in _WALLETS.items()
    ]
    return [*invoices, *wallets]


def _invoice(key: str, order_id: str, status: str) -> Invoice:
    invoice = Invoice(
        key=key,
        created=_MADE,
        expires=_OVER,
        price=Decimal("100.0"),
        currency="USD",
        order_id=order_id,
        email=None,
        choices=(),
        test_mode=True,
        status=status,
        is_listed=False,
    )
    return invoice if status == "created" else invoice.with_payment(status, _MADE, "0" * 64)

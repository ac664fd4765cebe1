"""The coins and currencies of the service. Prices and fees are made up, near those of 2026, and never change.

Source of the codes: the documentation of 2026.
"""

import re
from base64 import urlsafe_b64encode
from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from random import Random

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "023456789acdefghjklmnpqrstuvwxyz"


@dataclass(frozen=True)
class Network:
    id: int
    code: str
    name: str
    icon: str
    fee_usd: Decimal
    make_address: Callable[[Random], str]
    pattern: str
    """Of the addresses that it takes."""

    def accepts(self, address: str) -> bool:
        return re.fullmatch(self.pattern, address) is not None

    def address(self, owner: str) -> str:
        """The address of one owner: of the right look, the same every time, and refused by every wallet.

        A sandbox has no keys, so coins that were sent to its addresses would be lost. Each of them breaks
        the rule by which wallets of its network tell a slip of the pen.
        """
        return self.make_address(Random(f"{self.code} {owner}"))


def _wrong(checksum: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in checksum)


def _base58(data: bytes) -> str:
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def _base58check(version: int) -> Callable[[Random], str]:
    """A version, 20 bytes, and a checksum of 4 bytes, as for Bitcoin, Litecoin and Tron: a wrong one here."""

    def make(random: Random) -> str:
        payload = bytes([version]) + random.randbytes(20)
        return _base58(payload + _wrong(sha256(sha256(payload).digest()).digest()[:4]))

    return make


def _ton_address(random: Random) -> str:
    """For wallets (0x51) of the workchain 0: 32 bytes, and a checksum of 2 bytes, here a wrong one."""
    payload = bytes([0x51, 0]) + random.randbytes(32)
    return urlsafe_b64encode(payload + _wrong(crc_hqx(payload, 0).to_bytes(2))).decode()


def _solana_address(random: Random) -> str:
    """There is no checksum, but 32 bytes are expected: here are 31."""
    return _base58(random.randbytes(31))


def _evm_address(random: Random) -> str:
    """20 bytes in letters alone. Their case is the checksum of EIP-55: one choice of 2**40 would be right."""
    return "0x" + "".join(random.choices("abcdefABCDEF", k=40))


def _evm(number: int, code: str, name: str, icon: str, fee: str) -> Network:
    return Network(number, code, name, icon, Decimal(fee), _evm_address, "0x[0-9a-fA-F]{40}")


NETWORKS = {
    network.code: network
    for network in (
        Network(1, "BTC", "Bitcoin", "btc", Decimal("8.6"), _base58check(0x00),
                f"bc1[{_BECH32}]{{11,87}}|[13][{_BASE58}]{{25,34}}"),
        Network(2, "LTC", "Litecoin", "ltc", Decimal("0.1"), _base58check(0x30),
                f"ltc1[{_BECH32}]{{11,87}}|[LM3][{_BASE58}]{{26,33}}"),
        _evm(3, "ERC20", "Ethereum", "eth", "2.5"),
        Network(4, "TRC20", "Tron", "trx", Decimal("1.4"), _base58check(0x41), f"T[{_BASE58}]{{33}}"),
        _evm(5, "BSC", "BNB Smart Chain", "bnb", "0.3"),
        Network(6, "TON", "TON", "ton", Decimal("0.2"), _ton_address, "[EU]Q[A-Za-z0-9_-]{46}"),
        Network(7, "SOL", "Solana", "sol", Decimal("0.2"), _solana_address, f"[{_BASE58}]{{32,44}}"),
        _evm(8, "ARB", "Arbitrum", "arb", "0.2"),
        _evm(9, "BASE", "Base", "base", "0.1"),
        _evm(10, "OPT", "Optimism", "op", "0.1"),
    )
}  # fmt: skip

# Those that live on the network of their own, or of another name.
_HOMES = {
    "BTC": "BTC",
    "LTC": "LTC",
    "TRX": "TRC20",
    "SOL": "SOL",
    "TON": "TON",
    "BNB": "BSC",
    "ETH": "ERC20",
}

# Short code: name and price in US dollars.
_KINDS = {
    "BTC": ("Bitcoin", "86000"),
    "LTC": ("Litecoin", "85"),
    "TRX": ("Tron", "0.28"),
    "SOL": ("Solana", "130"),
    "TON": ("Toncoin", "1.6"),
    "BNB": ("BNB", "850"),
    "ETH": ("Ethereum", "2900"),
    "USDT": ("Tether", "1"),
    "USDC": ("USD Coin", "1"),
    "DAI": ("Dai", "1"),
    "USDD": ("USDD", "1"),
    "PYUSD": ("PayPal USD", "1"),
    "XAUT": ("Tether Gold", "4100"),
    "ARB": ("Arbitrum", "0.2"),
    "OP": ("Optimism", "0.3"),
    "PEPE": ("Pepe", "0.0000045"),
    "SHIB": ("Shiba Inu", "0.0000085"),
    "TRUMP": ("Official Trump", "6.5"),
}


@dataclass(frozen=True)
class Coin:
    id: int
    code: str
    """The full one, ``USDT_TRC20``."""

    @cached_property
    def short_code(self) -> str:
        return self.code.partition("_")[0]

    @cached_property
    def name(self) -> str:
        return _KINDS[self.short_code][0]

    @cached_property
    def price(self) -> Decimal:
        """Of one coin, in US dollars."""
        return Decimal(_KINDS[self.short_code][1])

    @cached_property
    def is_stable(self) -> bool:
        return self.price == 1

    @cached_property
    def is_native(self) -> bool:
        """Whether the network is its own, not one that carries the coins of others."""
        return self.code in _HOMES

    @cached_property
    def network(self) -> Network:
        return NETWORKS[_HOMES.get(self.code) or self.code.partition("_")[2]]

    @cached_property
    def fee(self) -> Decimal:
        """Of one transfer, in coins."""
        return self.from_usd(self.network.fee_usd)

    def from_usd(self, amount: Decimal) -> Decimal:
        return amount if self.is_stable else rounded(amount / self.price)

    def to_usd(self, amount: Decimal) -> Decimal:
        return amount if self.is_stable else rounded(amount * self.price)


_CODES = (
    "BTC", "LTC", "ETH", "USDT_TRC20", "TRX", "SOL", "TON", "BNB", "ETH_ARB", "ETH_BASE", "ETH_OPT",
    "USDT_ARB", "USDT_BSC", "USDT_ERC20", "USDT_OPT", "USDT_SOL", "USDT_TON", "USDC_ARB",
    "USDC_BASE", "USDC_BSC", "USDC_ERC20", "USDC_OPT", "USDC_SOL", "DAI_ARB", "DAI_BASE", "DAI_BSC",
    "DAI_ERC20", "DAI_OPT", "USDD_TRC20", "PYUSD_ERC20", "PYUSD_SOL", "XAUT_ERC20", "XAUT_TON",
    "ARB_ARB", "OP_OPT", "PEPE_BSC", "PEPE_ERC20", "SHIB_BSC", "SHIB_ERC20", "TRUMP_SOL",
)  # fmt: skip

COINS = {code: Coin(number, code) for number, code in enumerate(_CODES, start=1)}

DEFAULT_COIN = "USDT_TRC20"
"""Shown before the buyer has chosen, as in the documentation's sample; the choice of one without a wish."""

_PER_DOLLAR = {
    "USD": "1", "UZS": "12000", "KGS": "87.4", "KZT": "520", "AMD": "382", "AZN": "1.7", "BYN": "3",
    "AUD": "1.5", "TRY": "42", "AED": "3.67", "CAD": "1.4", "CNY": "7.1", "HKD": "7.8", "IDR": "16700",
    "INR": "89", "JPY": "156", "PHP": "58.8", "SGD": "1.3", "THB": "32.4", "VND": "26300", "MYR": "4.1",
    "RUB": "79", "UAH": "42.3", "EUR": "0.87", "GBP": "0.76",
}  # fmt: skip

CURRENCIES = tuple(_PER_DOLLAR)
"""The currencies of prices, in the order in which the service's error names them."""


def fiat_to_usd(amount: Decimal, currency: str) -> Decimal:
    return amount if currency == "USD" else rounded(amount / Decimal(_PER_DOLLAR[currency]))


def rounded(amount: Decimal) -> Decimal:
    """To 8 decimals, written as a float is: without zeros at the end, but for one after the point."""
    digits = f"{amount:.8f}".rstrip("0")
    return Decimal(digits + "0" if digits.endswith(".") else digits)

"""No wallet sends coins to an address of the sandbox: each breaks the rule of its own kind.

The rules are written here once more, and show with addresses of the public chains that they know a good one.
"""

import base64
import hashlib
from collections.abc import Callable

import pytest

from cryptocloud import CryptoCloud
from cryptocloud_sandbox import Sandbox
from cryptocloud_sandbox.coins import COINS

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MASK = 2**64 - 1


def _base58_decoded(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _is_base58check(version: int) -> Callable[[str], bool]:
    def is_valid(address: str) -> bool:
        data = _base58_decoded(address)
        checksum = hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4]
        return len(data) == 25 and data[0] == version and data[-4:] == checksum

    return is_valid


def _is_solana(address: str) -> bool:
    return len(_base58_decoded(address)) == 32


def _is_ton(address: str) -> bool:
    data = base64.urlsafe_b64decode(address)
    register = 0
    for byte in data[:-2]:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
    return len(data) == 36 and int.from_bytes(data[-2:]) == register


def _rotated(lane: int, by: int) -> int:
    return (lane << by % 64 | lane >> (64 - by) % 64) & _MASK


def _keccak_256(message: bytes) -> bytes:
    """The hash of Ethereum, which is SHA-3 with another padding; for less than one block of 136 bytes."""
    block = bytearray(message.ljust(136, b"\0"))
    block[len(message)] |= 0x01
    block[-1] |= 0x80
    state = {(x, y): 0 for x in range(5) for y in range(5)}
    for place in range(17):
        state[place % 5, place // 5] = int.from_bytes(block[8 * place : 8 * place + 8], "little")
    feedback = 1
    for _ in range(24):
        columns = [state[x, 0] ^ state[x, 1] ^ state[x, 2] ^ state[x, 3] ^ state[x, 4] for x in range(5)]
        for x, y in state:
            state[x, y] ^= columns[x - 1] ^ _rotated(columns[(x + 1) % 5], 1)
        x, y, lane = 1, 0, state[1, 0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            lane, state[x, y] = state[x, y], _rotated(lane, (step + 1) * (step + 2) // 2)
        rows = dict(state)
        for x, y in state:
            state[x, y] = rows[x, y] ^ (~rows[(x + 1) % 5, y] & rows[(x + 2) % 5, y])
        for bit in range(7):
            if feedback & 1:
                state[0, 0] ^= 1 << (2**bit - 1)
            feedback = feedback << 1 ^ (0x171 if feedback & 0x80 else 0)
    return b"".join(state[place, 0].to_bytes(8, "little") for place in range(4))


def _is_evm(address: str) -> bool:
    digits = address.removeprefix("0x")
    signs = _keccak_256(digits.lower().encode()).hex()
    is_right = all(
        letter == (letter.upper() if int(sign, 16) > 7 else letter.lower())
        for letter, sign in zip(digits, signs, strict=False)
    )
    # Wallets take one case for an address that was written without a checksum.
    return len(digits) == 40 and (is_right or digits in (digits.lower(), digits.upper()))


RULES: dict[str, Callable[[str], bool]] = {
    "BTC": _is_base58check(0x00),
    "LTC": _is_base58check(0x30),
    "TRC20": _is_base58check(0x41),
    "TON": _is_ton,
    "SOL": _is_solana,
    **dict.fromkeys(("ERC20", "BSC", "ARB", "BASE", "OPT"), _is_evm),
}

GOOD = {
    "BTC": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "LTC": "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
    "TRC20": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    "TON": "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF",
    "SOL": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    "ERC20": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
}


@pytest.mark.parametrize("network", GOOD)
def test_the_rule_of_a_network_takes_a_real_address(network: str) -> None:
    assert RULES[network](GOOD[network])


@pytest.mark.parametrize("code", COINS)
def test_the_rule_of_a_network_refuses_every_address_of_the_sandbox(code: str, sandbox: Sandbox) -> None:
    coin = COINS[code]
    is_valid = RULES[coin.network.code]
    with CryptoCloud(api_key=sandbox.api_key, shop_id=sandbox.shop_id, base_url=sandbox.base_url) as client:
        addresses: list[str | None] = [
            client.static_wallets.create(code, identify=f"user-{n}").address for n in range(5)
        ]
        addresses += [client.invoices.create("10", cryptocurrency=code).address for _ in range(5)]
    assert len(set(addresses)) == 10
    for address in addresses:
        assert address
        assert coin.network.accepts(address), f"{address} does not look like one of {coin.network.name}"
        assert not is_valid(address), address

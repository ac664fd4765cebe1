"""The settings of a client: from an argument or the environment, each checked once."""

from __future__ import annotations

import os
import re
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

from cryptocloud._secret import Secret
from cryptocloud._transport import Target, is_loopback

CallableT = TypeVar("CallableT")

DEFAULT_BASE_URL = "https://api.cryptocloud.plus/v2"

_LONGEST_TIMEOUT = 86_400
"""Seconds. Platforms refuse far longer ones, each in its own way."""

# What a URL is written in. Spaces and control characters, which urlsplit() takes out in silence, are not.
_URL = re.compile(r"(https?)://[^\s\x00-\x20\x7f/]+(/[!-~]*)?", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")


class Setting(NamedTuple):
    """A setting that the environment can have.

    Attributes:
        argument: Its name as an argument of the clients.
        variable: Its name in the environment, which counts where the argument is not given.
        meaning: What it is, for the docs.
    """

    argument: str
    variable: str
    meaning: str


API_KEY = Setting(
    "api_key", "CRYPTOCLOUD_API_KEY", "the project's API key; every call but withdrawals needs it"
)
SHOP_ID = Setting(
    "shop_id", "CRYPTOCLOUD_SHOP_ID", "the project's shop id, to create invoices and static wallets"
)
WITHDRAWAL_KEY = Setting(
    "withdrawal_key", "CRYPTOCLOUD_WITHDRAWAL_KEY", "the account's key for withdrawals, and for nothing else"
)
SECRET_KEY = Setting("secret_key", "CRYPTOCLOUD_SECRET_KEY", "the project's secret key, to verify postbacks")
BASE_URL = Setting(
    "base_url", "CRYPTOCLOUD_BASE_URL", f"host and version of the API; default `{DEFAULT_BASE_URL}`"
)

SETTINGS = (API_KEY, SHOP_ID, WITHDRAWAL_KEY, SECRET_KEY, BASE_URL)
"""All that the environment can have, in the order of the docs."""

KEYS = {"ProjectKey": API_KEY, "WithdrawalKey": WITHDRAWAL_KEY}
"""The settings that are sent as keys, by the name of their security scheme in the spec."""


class Keys:
    """The keys of a client, each masked."""

    def __init__(self, api_key: object, withdrawal_key: object, secret_key: object) -> None:
        self._api = Secret(api_key, API_KEY.variable)
        self._withdrawal = Secret(withdrawal_key, WITHDRAWAL_KEY.variable)
        self.secret = Secret(secret_key, SECRET_KEY.variable)

    def checked(self) -> dict[str, Secret]:
        """Those that are sent, by security scheme. The one that every client needs must be there."""
        keys = {"ProjectKey": self._api.checked("API key")}
        if self._withdrawal:
            keys["WithdrawalKey"] = self._withdrawal.checked("withdrawal key")
        if self.secret:
            self.secret.checked("secret key")
        return keys


class Options(NamedTuple):
    """What `with_options` can change.

    Attributes:
        timeout: Seconds that a request and its repetitions may take.
        max_retries: How often a call is repeated at most.
        waits_for_rate: Whether one that is refused for now is repeated, too.
    """

    timeout: float
    max_retries: int
    waits_for_rate: bool = True

    def changed(self, timeout: float | None, max_retries: int | None) -> Self:
        """These options with others in place of those that are given, all checked."""
        return self._replace(
            timeout=self.timeout if timeout is None else checked_timeout(timeout),
            max_retries=self.max_retries if max_retries is None else _checked_max_retries(max_retries),
        )


def checked_options(timeout: float, max_retries: int) -> Options:
    """Both, checked.

    Raises:
        TypeError, ValueError: One cannot be right.
    """
    return Options(checked_timeout(timeout), _checked_max_retries(max_retries))


def checked_timeout(timeout: float, name: str = "timeout") -> float:
    """`timeout` in seconds, if it is above 0 and at most a day."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(timeout).__name__}")
    if not 0 < timeout <= _LONGEST_TIMEOUT:
        raise ValueError(f"{name} must be above 0 and at most {_LONGEST_TIMEOUT} seconds")
    return float(timeout)


def _checked_max_retries(max_retries: int) -> int:
    if isinstance(max_retries, bool) or not isinstance(max_retries, int):
        raise TypeError(f"max_retries must be an int, not {type(max_retries).__name__}")
    if max_retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {max_retries}")
    return max_retries


def checked_on_attempt(on_attempt: CallableT) -> CallableT:
    """`on_attempt`, if it can be called, or is None.

    Raises:
        TypeError: It cannot be called, or has to be awaited.
    """
    if on_attempt is None:
        return on_attempt
    # Here, because it takes some milliseconds, and few need it.
    from inspect import iscoroutinefunction

    if not callable(on_attempt) or iscoroutinefunction(on_attempt):
        raise TypeError("on_attempt must be a function, and not a coroutine function")
    return on_attempt


def checked_shop_id(shop_id: str | None) -> str | None:
    """`shop_id`, or that of the environment. There may be none: cancelling needs none.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty, or not printable ASCII without spaces.
    """
    if shop_id is None:
        shop_id = os.environ.get(SHOP_ID.variable) or None
    if shop_id is None:
        return None
    if not isinstance(shop_id, str):
        raise TypeError(f"shop_id must be a str, not {type(shop_id).__name__}")
    if not shop_id or not all("!" <= character <= "~" for character in shop_id):
        raise ValueError("shop_id must be printable ASCII without spaces or line breaks")
    return shop_id


def checked_base_url(base_url: str | None) -> Target:
    """`base_url`, or that of the environment, or the documented one; if a key can be sent there.

    Raises:
        TypeError: It is not a string.
        ValueError: It is not an absolute URL; or has user, query or fragment; or is plain http and
            not on this machine, where anybody on the way would read the key.
    """
    if base_url is None:
        base_url = os.environ.get(BASE_URL.variable) or DEFAULT_BASE_URL
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    if "@" in base_url or "?" in base_url or "#" in base_url:
        raise ValueError("base_url must have no user, query or fragment")
    try:
        url = urlsplit(base_url)
        host = (url.hostname or "") if _URL.fullmatch(base_url) else ""
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:
        url, host = urlsplit(""), ""
    if not _HOST.fullmatch(host):
        raise ValueError(f"base_url must begin with https:// and a host, such as {DEFAULT_BASE_URL}")
    try:
        port = url.port
    except ValueError:
        raise ValueError("base_url has a port that does not exist") from None
    if port == 0:
        raise ValueError("base_url has a port that does not exist")
    if url.scheme == "http" and not is_loopback(host):
        raise ValueError("base_url must be https: over plain http the API key could be read on the way")
    return Target(url.scheme, host, port, url.path.rstrip("/"))

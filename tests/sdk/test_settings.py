"""What is refused before anything is sent, and in which words."""

import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conftest import Cancel
from cryptocloud import AsyncCryptoCloud, CryptoCloud
from support.service import KEY

Client = Callable[..., CryptoCloud | AsyncCryptoCloud]


@pytest.fixture(params=[CryptoCloud, AsyncCryptoCloud])
def make(request: pytest.FixtureRequest) -> Client:
    cls: Client = request.param
    return cls


def _must_not_send(request: httpx.Request) -> httpx.Response:
    pytest.fail(f"sent {request.url}")


@pytest.mark.parametrize(
    "uuid",
    [
        "",
        " ",
        "INV-",
        "INV-89UX09K",
        "INV-89UX09KAA",
        "89UX09KAA",
        "INV-" + "A" * 100_000,
        " INV-89UX09KA",
        "INV-89UX09KA\n",
        "INV-89UX 9KA",
        "INV-89UX09KА",  # the last letter is Cyrillic
        "INV-٨٩UX09KA",
        "INV_89UX09KA",
        "inv-89UX09KA",
        "../89UX09",
        "INV-89UX\x009",
    ],
)
def test_an_id_of_another_form_is_not_sent(cancel: Cancel, uuid: str) -> None:
    with pytest.raises(ValueError, match="uuid must be 'INV-' and 8") as caught:
        cancel(uuid, transport=httpx.MockTransport(_must_not_send))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("uuid", ["inv-89ux09ka", "89ux09ka", "INV-89ux09ka", " INV-89UX09KA\n"])
def test_a_near_miss_is_told_what_is_expected(cancel: Cancel, uuid: str) -> None:
    with pytest.raises(ValueError, match=r"did you mean '(INV-)?89UX09KA'"):
        cancel(uuid, transport=httpx.MockTransport(_must_not_send))


@pytest.mark.parametrize("uuid", [None, 89, b"INV-89UX09KA", ["INV-89UX09KA"], {"uuid": "INV-89UX09KA"}])
def test_an_id_of_another_type_is_not_sent(cancel: Cancel, uuid: Any) -> None:
    with pytest.raises(TypeError, match="an invoice's uuid must be a str"):
        cancel(uuid, transport=httpx.MockTransport(_must_not_send))


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        f" {KEY}",
        f"{KEY}\n",
        f"{KEY[:9]} {KEY[9:]}",
        f"{KEY[:9]}\r\nX: {KEY[9:]}",
        f"{KEY}\t",
        f"{KEY}ключ",
        f"{KEY}\x00",
        f"Token {KEY}",
        f"token {KEY}",
        f"TOKEN {KEY}",
        f"Bearer {KEY}",
    ],
)
def test_a_broken_key_is_refused_unseen(make: Client, key: str) -> None:
    with pytest.raises(ValueError, match="API key") as caught:
        make(api_key=key)
    assert "eyJ" not in str(caught.value)


@pytest.mark.parametrize("key", [1, KEY.encode(), [KEY]])
def test_a_key_of_another_type_is_refused_unseen(make: Client, key: Any) -> None:
    with pytest.raises(TypeError, match="API key must be a str") as caught:
        make(api_key=key)
    assert "eyJ" not in str(caught.value)


def test_without_a_key_there_is_no_client(make: Client) -> None:
    with pytest.raises(ValueError, match="CRYPTOCLOUD_API_KEY"):
        make()


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.cryptocloud.plus/v2",
        "http://127.0.0.1.example.com/v2",
        "http://localhost.example.com/v2",
        "http://127.0.0.1@example.com/v2",
        "http://2130706433/v2",
        "http://0.0.0.0/v2",
        "http://192.168.0.1/v2",
        "https://user:password@api.cryptocloud.plus/v2",
        "https://api.cryptocloud.plus/v2?a=b",
        "https://api.cryptocloud.plus/v2#a",
        "ftp://127.0.0.1/v2",
        "api.cryptocloud.plus/v2",
        "//api.cryptocloud.plus/v2",
        "https://",
        "https:///v2",
        "https://[/v2",
        "https://api.cryptocloud.plus:99999/v2",
        "https://a\nb/v2",
        "",
    ],
)
def test_a_base_url_that_a_key_must_not_go_to_is_refused(make: Client, base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        make(api_key=KEY, base_url=base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.cryptocloud.plus/v2",
        "https://api.trybit.com/v2/",
        "http://127.0.0.1:8000/v2",
        "http://127.8.9.10/v2",
        "http://[::1]:8000/v2",
        "http://localhost:8000/v2",
    ],
)
def test_other_base_urls_are_taken(make: Client, base_url: str) -> None:
    assert base_url.rstrip("/") in repr(make(api_key=KEY, base_url=base_url))


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"timeout": 0}, ValueError),
        ({"timeout": -1}, ValueError),
        ({"timeout": float("inf")}, ValueError),
        ({"timeout": float("nan")}, ValueError),
        ({"timeout": 10**400}, ValueError),
        ({"timeout": 1e10}, ValueError),
        ({"timeout": None}, TypeError),
        ({"timeout": "30"}, TypeError),
        ({"timeout": True}, TypeError),
        ({"max_retries": -1}, ValueError),
        ({"max_retries": 1.5}, TypeError),
        ({"max_retries": None}, TypeError),
        ({"max_retries": True}, TypeError),
        ({"shop_id": ""}, ValueError),
        ({"shop_id": "a b"}, ValueError),
        ({"shop_id": 5}, TypeError),
        ({"base_url": 5}, TypeError),
        ({"base_url": b"https://api.cryptocloud.plus/v2"}, TypeError),
        ({"transport": "https"}, TypeError),
        ({"transport": object()}, TypeError),
        ({"tiemout": 5}, TypeError),
    ],
)
def test_other_settings_are_checked(make: Client, settings: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(settings))):
        make(api_key=KEY, **settings)


def test_a_transport_of_the_other_half_is_refused() -> None:
    with pytest.raises(TypeError, match=r"httpx\.BaseTransport"):
        CryptoCloud(api_key=KEY, transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"httpx\.AsyncBaseTransport"):
        AsyncCryptoCloud(api_key=KEY, transport=httpx.HTTPTransport())  # type: ignore[arg-type]


def test_settings_fall_back_to_the_environment(make: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", KEY)
    monkeypatch.setenv("CRYPTOCLOUD_SHOP_ID", "xBAivfPIbskwuEWj")
    monkeypatch.setenv("CRYPTOCLOUD_BASE_URL", "http://127.0.0.1:1/v2")
    assert make().shop_id == "xBAivfPIbskwuEWj"
    assert "http://127.0.0.1:1/v2" in repr(make())
    assert make(shop_id="another").shop_id == "another"
    assert "https://api.trybit.com/v2" in repr(make(base_url="https://api.trybit.com/v2"))
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", f"{KEY}\n")
    with pytest.raises(ValueError, match="line breaks"):
        make()


def test_an_empty_variable_is_not_set(make: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOP_ID", "BASE_URL", "SECRET_KEY", "WITHDRAWAL_KEY"):
        monkeypatch.setenv(f"CRYPTOCLOUD_{name}", "")
    client = make(api_key=KEY)
    assert client.shop_id is None
    assert "https://api.cryptocloud.plus/v2" in repr(client)
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", "")
    with pytest.raises(ValueError, match="CRYPTOCLOUD_API_KEY"):
        make()


def test_without_settings_it_is_the_real_service(make: Client) -> None:
    assert "https://api.cryptocloud.plus/v2" in repr(make(api_key=KEY))


def test_a_client_is_not_pickled(make: Client) -> None:
    with pytest.raises(TypeError, match="make a new one"):
        pickle.dumps(make(api_key=KEY))

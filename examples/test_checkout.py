"""Tests of `fastapi_shop.py`: `pytest test_checkout.py`. They need no account and no network.

`pip install "cryptocloud[sandbox]"` brings the fixtures `cryptocloud_sandbox` and `cryptocloud_postback`.
"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from fastapi_shop import create_app

from cryptocloud_sandbox import Sandbox
from cryptocloud_sandbox.pytest_plugin import Postback


@pytest.fixture
def shop(cryptocloud_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.chdir(tmp_path)
    shop = TestClient(create_app(), follow_redirects=False)
    cryptocloud_sandbox.send_postbacks_to(
        lambda body, kind: shop.post("/postback", content=body, headers={"content-type": kind})
    )
    return shop


def order(shop: TestClient) -> str:
    """The id of a new order's invoice, which is at the end of the link to pay."""
    return shop.post("/order/A-17").headers["location"].rpartition("/")[2]


def test_a_payment_is_delivered_once(shop: TestClient, cryptocloud_sandbox: Sandbox) -> None:
    uuid = order(shop)
    assert cryptocloud_sandbox.pay(uuid).accepted
    assert cryptocloud_sandbox.resend_postback(uuid).accepted
    assert shop.get("/stock").json() == 99


def test_a_forged_payment_is_refused(shop: TestClient, cryptocloud_postback: Postback) -> None:
    forged = cryptocloud_postback(order(shop), forged=True)
    assert shop.post("/postback", content=forged.body, headers=forged.headers).status_code == 400
    assert shop.get("/stock").json() == 100

"""What stands between the clients of other languages and the sandbox lets nothing wrong through."""

import httpx
import pytest

from cryptocloud_sandbox import Sandbox
from support.proxy import Proxy


def test_proxy_passes_on_what_the_spec_permits(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    headers = {"Authorization": f"Token {sandbox.api_key}"}

    with Proxy(sandbox.base_url) as proxy, httpx.Client(base_url=proxy.base_url, headers=headers) as client:
        answers = [client.post("/invoice/merchant/canceled", json={"uuid": uuid}) for _ in range(2)]

    assert [answer.json()["result"] for answer in answers] == [
        ["ok"],
        {"validate_error": "Invoice is not created"},
    ]
    path = "/v2/invoice/merchant/canceled"
    assert proxy.exchanges == [(path, 200), (path, 400)]
    assert proxy.contract.exchanges == 2
    assert not proxy.contract.violations


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        pytest.param("canceled", {}, {"uuid": "INV-89UX09KA"}, id="no-key"),
        pytest.param("canceled", {"Authorization": "Bearer {key}"}, {"uuid": "INV-89UX09KA"}, id="bearer"),
        pytest.param("canceled", {"Authorization": "{key}"}, {"uuid": "INV-89UX09KA"}, id="bare-key"),
        pytest.param("canceled", {"Authorization": "Token {key}"}, {"id": "INV-89UX09KA"}, id="body"),
        pytest.param("cancel", {"Authorization": "Token {key}"}, {"uuid": "INV-89UX09KA"}, id="path"),
    ],
)
def test_proxy_refuses_what_the_spec_does_not_permit(
    sandbox: Sandbox, path: str, headers: dict[str, str], body: dict[str, str]
) -> None:
    filled = {name: value.format(key=sandbox.api_key) for name, value in headers.items()}

    with Proxy(sandbox.base_url) as proxy:
        answer = httpx.post(f"{proxy.base_url}/invoice/merchant/{path}", headers=filled, json=body)

    (violation,) = proxy.contract.violations
    assert violation.startswith(f"POST /v2/invoice/merchant/{path}")
    assert (answer.status_code, answer.text) == (502, violation)

"""Companies' networks: the way to the service leads through a proxy, or past one."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from conftest import Cancel
from cryptocloud import APIConnectionError, AsyncCryptoCloud, CryptoCloud, Outcome
from support.connect_proxy import asks_for, tunnels, tunnels_to, url_of
from support.faults import texts
from support.service import KEY
from support.stub import DONE, Stub, nobody_listens, sends, sends_and_hangs_up

UUID = "INV-89UX09KA"
HOST = "api.example.com"
"""The service, and not this machine, which no proxy stands before. Only a proxy knows its address."""

SERVICE = f"https://{HOST}/v2"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """That of the service, which everybody trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def service(certificate: ssl.SSLContext) -> Iterator[Stub]:
    """What a proxy leads to."""
    with Stub(sends(DONE), certificate) as running:
        yield running


@pytest.fixture
def proxy(service: Stub) -> Iterator[Stub]:
    """It leads to the service, whatever the client calls it."""
    with Stub(tunnels_to(port_of(service))) as running:
        yield running


def port_of(stub: Stub) -> int:
    return int(stub.base_url.removesuffix("/v2").rpartition(":")[2])


def resolve_to(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to `stub`, as it does where nobody is behind a proxy."""
    address = ("127.0.0.1", port_of(stub))
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_call_goes_through_a_tunnel(cancel: Cancel, service: Stub, proxy: Stub) -> None:
    cancel(base_url=SERVICE, proxy=url_of(proxy))
    assert [request.line for request in proxy.requests] == [f"CONNECT {HOST}:443 HTTP/1.1"]
    assert proxy.requests[0].headers == {"host": f"{HOST}:443"}
    # Nothing of the proxy's reaches the service.
    assert service.requests[0].headers["authorization"] == f"Token {KEY}"
    assert "proxy-authorization" not in service.requests[0].headers


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_environment_names_a_proxy(
    cancel: Cancel, service: Stub, proxy: Stub, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, url_of(proxy))
    cancel(base_url=SERVICE)
    assert (len(proxy.requests), len(service.requests)) == (1, 1)


def test_a_proxy_without_a_scheme_is_one_of_http(
    cancel: Cancel, service: Stub, proxy: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url_of(proxy).removeprefix("http://") + "/")
    cancel(base_url=SERVICE)
    assert len(proxy.requests) == 1


def test_the_argument_counts_before_the_environment(
    cancel: Cancel, service: Stub, proxy: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    cancel(base_url=SERVICE, proxy=url_of(proxy))
    assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"NO_PROXY": HOST},
        {"NO_PROXY": "one.example, example.com"},
        {"no_proxy": ".example.com"},
        {"NO_PROXY": f"{HOST}:443"},
        {"NO_PROXY": "*"},
        {"HTTPS_PROXY": ""},
    ],
    ids=str,
)
def test_a_host_that_is_excepted_is_connected_to_without_a_proxy(
    cancel: Cancel, service: Stub, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    with nobody_listens() as port:
        for name, value in ({"HTTPS_PROXY": f"http://127.0.0.1:{port}"} | settings).items():
            monkeypatch.setenv(name, value)
        resolve_to(service, monkeypatch)
        cancel(base_url=SERVICE)
    assert len(service.requests) == 1


def test_other_hosts_are_not_excepted(
    cancel: Cancel, service: Stub, proxy: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url_of(proxy))
    monkeypatch.setenv("NO_PROXY", f"other-{HOST},example.org,{HOST}:444")
    cancel(base_url=SERVICE)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_connected_to_without_a_proxy(
    cancel: Cancel, service: Stub, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:password@127.0.0.1:1")
    cancel(base_url=service.base_url.replace("127.0.0.1", host))
    assert len(service.requests) == 1


def test_the_environment_can_be_left_aside(
    cancel: Cancel, service: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "missing.pem")
    resolve_to(service, monkeypatch)
    cancel(base_url=SERVICE, trust_env=False, ssl_context=context)
    assert len(service.requests) == 1


def test_a_plain_service_of_this_machine_can_be_reached_through_a_proxy_of_it(cancel: Cancel) -> None:
    with Stub(sends(DONE)) as service, Stub(tunnels) as proxy:
        cancel(base_url=service.base_url, proxy=url_of(proxy))
    assert (len(proxy.requests), len(service.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("user", "credentials"),
    [
        ("somebody:s3cret", "somebody:s3cret"),
        ("some%40body:p%3Aa%2Fss", "some@body:p:a/ss"),
        ("somebody:p@ss", "somebody:p@ss"),
        ("%D0%BA%D1%82%D0%BE:%D0%BF", "кто:п"),
        ("somebody", "somebody:"),
    ],
)
def test_a_proxy_gets_its_password(cancel: Cancel, service: Stub, user: str, credentials: str) -> None:
    with Stub(asks_for(credentials, tunnels_to(port_of(service)))) as proxy:
        cancel(base_url=SERVICE, proxy=url_of(proxy, user))
    assert (len(proxy.requests), len(service.requests)) == (1, 1)


def test_a_proxy_that_wants_another_password_is_told(cancel: Cancel, service: Stub) -> None:
    password = "wr0ng"
    with Stub(asks_for("somebody:s3cret")) as proxy:
        with pytest.raises(APIConnectionError, match="HTTP 407: it wants a user and a password") as caught:
            cancel(base_url=SERVICE, proxy=url_of(proxy, f"somebody:{password}"), max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not service.requests
    assert not any(password in text for text in texts(caught.value))


def test_tunnels_are_kept(service: Stub, proxy: Stub) -> None:
    with CryptoCloud(api_key=KEY, base_url=SERVICE, proxy=url_of(proxy)) as client:
        for _ in range(3):
            client.invoices.cancel(UUID)
    assert (len(proxy.requests), len(service.requests)) == (1, 3)
    proxy.wait_until_all_closed()


async def test_tunnels_are_kept_asynchronously(service: Stub, proxy: Stub) -> None:
    async with AsyncCryptoCloud(api_key=KEY, base_url=SERVICE, proxy=url_of(proxy)) as client:
        for _ in range(3):
            await client.invoices.cancel(UUID)
    assert (len(proxy.requests), len(service.requests)) == (1, 3)


def test_a_tunnel_that_was_closed_is_built_anew(certificate: ssl.SSLContext) -> None:
    with (
        Stub(sends_and_hangs_up(DONE), certificate) as service,
        Stub(tunnels_to(port_of(service))) as proxy,
        CryptoCloud(api_key=KEY, base_url=SERVICE, proxy=url_of(proxy)) as client,
    ):
        client.invoices.cancel(UUID)
        service.wait_until_all_closed()
        proxy.wait_until_sent()
        client.invoices.cancel(UUID)
        assert (len(proxy.requests), len(service.requests)) == (2, 2)


def test_a_proxy_that_is_not_there_sends_nothing(cancel: Cancel) -> None:
    with nobody_listens() as port, pytest.raises(APIConnectionError) as caught:
        cancel(base_url=SERVICE, proxy=f"http://127.0.0.1:{port}", max_retries=0)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("kind", ["socks5", "socks5h", "socks4", "https", "ftp"])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
@pytest.mark.parametrize("make", [CryptoCloud, AsyncCryptoCloud])
def test_a_proxy_of_another_kind_is_refused_when_the_client_is_made(
    make: Any, monkeypatch: pytest.MonkeyPatch, variable: str, kind: str
) -> None:
    monkeypatch.setenv(variable, f"{kind}://somebody:s3cret@proxy.example:1080")
    with pytest.raises(
        ValueError, match=f"{variable} names a proxy of the kind {kind},.*trust_env=False"
    ) as caught:
        make(api_key=KEY)
    assert not any("s3cret" in text for text in texts(caught.value))
    # What the message names helps.
    transport = httpx.HTTPTransport() if make is CryptoCloud else httpx.AsyncHTTPTransport()
    make(api_key=KEY, transport=transport)
    make(api_key=KEY, trust_env=False)
    make(api_key=KEY, proxy="http://proxy.example:3128")


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "http://",
        "http://:3128",
        "http://somebody:s3cret@",
        "http://somebody:s3cret@proxy.example:0",
        "http://somebody:s3cret@proxy.example:99999",
        "http://somebody:s3cret@proxy..example:3128",
        "http://somebody:s3cret@proxy example:3128",
        "http://somebody:s3cret@[::1:3128",
        "http://somebody:s3cret@proxy.example:3128/path",
        "socks5://somebody:s3cret@proxy.example",
        "http://somebody:s3cret\n@proxy.example",
    ],
)
@pytest.mark.parametrize("make", [CryptoCloud, AsyncCryptoCloud])
def test_what_is_no_proxy_is_refused_unseen(make: Any, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"^proxy ") as caught:
        make(api_key=KEY, proxy=proxy)
    assert not any("s3cret" in text for text in texts(caught.value))
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(ValueError, match=r"^HTTPS_PROXY ") as caught:
            make(api_key=KEY)
        assert not any("s3cret" in text for text in texts(caught.value))


@pytest.mark.parametrize("make", [CryptoCloud, AsyncCryptoCloud])
def test_the_settings_of_the_network_are_checked(make: Any) -> None:
    with pytest.raises(TypeError, match="proxy must be a str"):
        make(api_key=KEY, proxy=httpx.Proxy("http://proxy.example"))
    with pytest.raises(TypeError, match="trust_env must be a bool"):
        make(api_key=KEY, trust_env="no")
    transport = httpx.HTTPTransport() if make is CryptoCloud else httpx.AsyncHTTPTransport()
    with pytest.raises(ValueError, match="proxy is for the default transport"):
        make(api_key=KEY, proxy="http://proxy.example", transport=transport)


def test_a_client_shows_no_password() -> None:
    client = CryptoCloud(api_key=KEY, base_url=SERVICE, proxy="http://somebody:s3cret@proxy.example:3128")
    assert "s3cret" not in repr(client)
    assert "s3cret" not in repr(vars(client))

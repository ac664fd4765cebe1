"""The pytest plugin, in test runs of its own: what a shop's tests get from it, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from cryptocloud_sandbox import Sandbox

pytest_plugins = ["pytester"]


@pytest.fixture
def firsts() -> list[str]:
    """The first ids of a sandbox that nobody changed."""
    with Sandbox() as sandbox:
        return [sandbox.add_invoice() for _ in range(2)]


@pytest.fixture(autouse=True)
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run loads what it names. To load everything that is installed here takes longer than the tests."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, *arguments: str, plugin: str = "cryptocloud") -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", plugin, *arguments)


def outcomes(result: pytest.RunResult, **expected: int) -> None:
    assert result.parseoutcomes() == expected, result.stdout.str() + result.stderr.str()


CLIENTS = """
    import os

    from cryptocloud import CryptoCloud


    def test_a_client_of_the_application(cryptocloud_sandbox):
        with CryptoCloud() as client:
            invoice = client.invoices.create("10.00")
            client.withdrawals  # its key is there, too
        cryptocloud_sandbox.pay(invoice.uuid)
        assert cryptocloud_sandbox.status(invoice.uuid) == "paid"
        assert os.environ["CRYPTOCLOUD_API_KEY"] == cryptocloud_sandbox.api_key


    def test_a_client_of_the_test(cryptocloud_client, cryptocloud_sandbox):
        uuid = cryptocloud_sandbox.add_invoice()
        cryptocloud_client.invoices.cancel(uuid)
        assert cryptocloud_sandbox.status(uuid) == "canceled"


    def test_without_a_sandbox():
        assert os.environ["CRYPTOCLOUD_API_KEY"] == "a-real-key"
        assert "CRYPTOCLOUD_SHOP_ID" not in os.environ
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["-p", "no:cacheprovider"],
        ["-p", "xdist", "-n", "2", "--strict-markers"],
        ["-p", "pytest_socket", "--disable-socket", "--allow-hosts=127.0.0.1,::1"],
    ],
    ids=["no cache", "xdist", "no sockets beyond loopback"],
)
def test_a_shop_is_tested(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", "a-real-key")
    pytester.makepyfile(CLIENTS)
    outcomes(run(pytester, "-W", "error", *arguments), passed=3)


ASYNC_TEST = """
    import pytest

    from cryptocloud import AsyncCryptoCloud

    {mark}
    async def test_both_clients(async_cryptocloud_client, cryptocloud_sandbox):
        invoice = await async_cryptocloud_client.invoices.create("10.00")
        async with AsyncCryptoCloud() as client:
            await client.invoices.cancel(invoice.uuid)
        assert cryptocloud_sandbox.status(invoice.uuid) == "canceled"
"""


@pytest.mark.parametrize(
    ("mark", "arguments", "passed"),
    [
        ("@pytest.mark.asyncio", ["-p", "asyncio", "-o", "asyncio_mode=strict"], 1),
        ("", ["-p", "asyncio", "-o", "asyncio_mode=auto"], 1),
        ("@pytest.mark.anyio", ["-p", "anyio"], 2),
    ],
    ids=["asyncio strict", "asyncio auto", "anyio with asyncio and trio"],
)
def test_asynchronous_tests(pytester: pytest.Pytester, mark: str, arguments: list[str], passed: int) -> None:
    pytester.makepyfile(ASYNC_TEST.format(mark=mark))
    if "asyncio" in arguments:
        pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    outcomes(run(pytester, "-W", "error", *arguments), passed=passed)


def test_an_asynchronous_client_needs_no_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import asyncio

        import pytest


        def test_it(async_cryptocloud_client, cryptocloud_sandbox):
            uuid = cryptocloud_sandbox.add_invoice()
            asyncio.run(async_cryptocloud_client.invoices.cancel(uuid))
            assert cryptocloud_sandbox.status(uuid) == "canceled"
            test_it.client = async_cryptocloud_client


        def test_it_is_closed_now():
            with pytest.raises(RuntimeError, match="closed"):
                asyncio.run(test_it.client.balances.list())
    """)
    result = run(pytester, "-W", "error")
    outcomes(result, passed=2)


@pytest.mark.parametrize("arguments", [[], ["-p", "xdist", "-n", "2"]], ids=["one process", "xdist"])
def test_every_test_has_the_same_ids(
    pytester: pytest.Pytester, firsts: list[str], arguments: list[str]
) -> None:
    pytester.makepyfile(f"""
        import pytest


        @pytest.mark.parametrize("number", range(6))
        def test_it(cryptocloud_sandbox, number):
            assert [cryptocloud_sandbox.add_invoice() for _ in range(2)] == {firsts}
    """)
    outcomes(run(pytester, *arguments), passed=6)


def test_the_marker_changes_the_sandbox(pytester: pytest.Pytester, firsts: list[str]) -> None:
    pytester.makepyfile(f"""
        import pytest

        pytestmark = pytest.mark.cryptocloud(seed=3)


        class TestLive:
            pytestmark = pytest.mark.cryptocloud(test_mode=False, seed=4)

            def test_class_and_module(self, cryptocloud_client, cryptocloud_sandbox):
                uuid = cryptocloud_sandbox.add_invoice()
                assert not cryptocloud_client.invoices.get(uuid).test_mode
                assert uuid != {firsts[0]!r}

            @pytest.mark.cryptocloud(seed=0)
            def test_function(self, cryptocloud_client, cryptocloud_sandbox):
                uuid = cryptocloud_sandbox.add_invoice()
                assert not cryptocloud_client.invoices.get(uuid).test_mode
                assert uuid == {firsts[0]!r}
    """)
    outcomes(run(pytester, "--strict-markers"), passed=2)


def test_a_checkout_in_fastapi(pytester: pytest.Pytester) -> None:
    """A shop's application, its test client and the sandbox in one process, without a port to choose."""
    pytester.makepyfile(
        shop="""
            from fastapi import FastAPI, Request, Response

            from cryptocloud import AsyncCryptoCloud, PostbackError


            def create_app():
                app, client, sold = FastAPI(), AsyncCryptoCloud(), []

                @app.post("/order/{name}")
                async def order(name: str):
                    invoice = await client.invoices.create("20.00", order_id=name)
                    return {"uuid": invoice.uuid}

                @app.post("/postback")
                async def postback(request: Request):
                    try:
                        told = client.postbacks.verify(await request.body(), request.headers["content-type"])
                    except PostbackError:
                        return Response(status_code=400)
                    invoice = await client.invoices.get(told.invoice_id)
                    if invoice.is_paid and invoice.order_id not in sold:
                        sold.append(invoice.order_id)
                    return Response(status_code=200 if invoice.is_paid else 409)

                @app.get("/sold")
                async def list_sold():
                    return sold

                return app
        """,
        test_shop="""
            import pytest
            import shop as application
            from fastapi.testclient import TestClient


            @pytest.fixture
            def shop(cryptocloud_sandbox):
                shop = TestClient(application.create_app())
                cryptocloud_sandbox.send_postbacks_to(
                    lambda body, kind: shop.post("/postback", content=body, headers={"content-type": kind})
                )
                return shop


            def test_once(shop, cryptocloud_sandbox):
                uuid = shop.post("/order/A-17").json()["uuid"]
                assert cryptocloud_sandbox.pay(uuid).accepted
                assert cryptocloud_sandbox.resend_postback(uuid).accepted
                assert shop.get("/sold").json() == ["A-17"]


            def test_forged(shop, cryptocloud_sandbox, cryptocloud_postback):
                uuid = shop.post("/order/A-18").json()["uuid"]
                message = cryptocloud_postback(uuid, forged=True)
                answer = shop.post("/postback", content=message.body, headers=message.headers)
                assert answer.status_code == 400


            def test_not_paid(shop, cryptocloud_postback):
                uuid = shop.post("/order/A-19").json()["uuid"]
                message = cryptocloud_postback(uuid)
                answer = shop.post("/postback", content=message.body, headers=message.headers)
                assert answer.status_code == 409
        """,
    )
    outcomes(run(pytester, "-W", "error"), passed=3)


def test_postbacks_are_made_to_be_posted(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        from cryptocloud import PostbackExpiredError, PostbackSignatureError
        from cryptocloud_sandbox import Message
        from cryptocloud_sandbox.pytest_plugin import Postback


        @pytest.mark.cryptocloud(postback_kind="form")
        def test_kinds(cryptocloud_client, cryptocloud_postback: Postback, cryptocloud_sandbox):
            uuid = cryptocloud_sandbox.add_invoice(order_id="A-17")
            verify = cryptocloud_client.postbacks.verify
            form = cryptocloud_postback(uuid)
            assert isinstance(form, Message)
            assert form.content_type == "application/x-www-form-urlencoded"
            json = cryptocloud_postback(uuid, kind="json", order_id="B-18")
            assert json.headers == {"Content-Type": "application/json"}
            assert verify(form.body, form.content_type).order_id == "A-17"
            assert verify(json.body, json.content_type).order_id == "B-18"
            kinds = []
            cryptocloud_sandbox.send_postbacks_to(lambda _body, kind: kinds.append(kind) or 200)
            assert cryptocloud_sandbox.pay(uuid).accepted
            assert kinds == ["application/x-www-form-urlencoded"]


        def test_bad_ones(cryptocloud_client, cryptocloud_postback, cryptocloud_sandbox):
            uuid = cryptocloud_sandbox.add_invoice()
            for bad, error in (("forged", PostbackSignatureError), ("expired", PostbackExpiredError)):
                message = cryptocloud_postback(uuid, **{bad: True})
                with pytest.raises(error):
                    cryptocloud_client.postbacks.verify(message.body, message.content_type)
    """)
    outcomes(run(pytester), passed=2)


def test_what_no_postback_is_made_of(sandbox: Sandbox) -> None:
    uuid = sandbox.add_invoice()
    with pytest.raises(KeyError, match="there is no invoice INV-00000000"):
        sandbox.postback("INV-00000000")
    with pytest.raises(ValueError, match="'xml' is neither 'json' nor 'form'"):
        sandbox.postback(uuid, kind="xml")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="float"):
        sandbox.postback(uuid, amount_crypto=1.5)


@pytest.mark.parametrize("arguments", ["live=True", "'form'"])
def test_the_marker_refuses_what_it_does_not_know(pytester: pytest.Pytester, arguments: str) -> None:
    pytester.makepyfile(f"""
        import pytest


        @pytest.mark.cryptocloud({arguments})
        def test_it(cryptocloud_sandbox):
            pass
    """)
    result = run(pytester)
    outcomes(result, errors=1)
    result.stdout.fnmatch_lines(["the marker is cryptocloud(test_mode=*; it has no *"])


def test_pytest_lists_the_marker_and_the_fixtures(pytester: pytest.Pytester) -> None:
    run(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.cryptocloud(test_mode=*"])
    listed = run(pytester, "--fixtures").stdout.str()
    for name in (
        "cryptocloud_sandbox",
        "cryptocloud_client",
        "async_cryptocloud_client",
        "cryptocloud_postback",
    ):
        assert f"{name} -- " in listed
        assert f"{name} -- {{no docstring}}" not in listed


@pytest.mark.parametrize("package", ["uvicorn", "jwt", "jinja2", "segno"])
def test_without_the_extra_the_fixture_says_what_to_install(pytester: pytest.Pytester, package: str) -> None:
    pytester.makeconftest(f"import sys; sys.modules[{package!r}] = None")
    pytester.makepyfile("""
        def test_with_a_sandbox(cryptocloud_sandbox):
            pass


        def test_without():
            pass
    """)
    result = run(pytester, "--tb=short")
    outcomes(result, passed=1, errors=1)
    result.stdout.fnmatch_lines([f"*needs the package '{package}': pip install \"cryptocloud[[]sandbox]\""])
    # One line, and not what led to it.
    result.stdout.no_fnmatch_line("*exception*")


def test_nothing_is_imported_before_a_fixture_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import json
        import pathlib
        import sys


        def test_it():
            pathlib.Path("modules.json").write_text(json.dumps(list(sys.modules)))
    """)
    loaded = []
    for plugin in ("no:cryptocloud", "cryptocloud"):
        outcomes(run(pytester, plugin=plugin), passed=1)
        loaded.append(set(json.loads(Path("modules.json").read_text(encoding="utf-8"))))
    without, with_plugin = loaded
    assert with_plugin - without == {"cryptocloud_sandbox", "cryptocloud_sandbox.pytest_plugin"}


def test_coverage_of_a_package_is_the_same_with_and_without_the_plugin(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the inner run is to count.
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(
        shop="""
            from cryptocloud import CryptoCloud


            def order(price):
                with CryptoCloud(base_url="http://127.0.0.1:1/v2", api_key="k", shop_id="s" * 16) as client:
                    return client.shop_id


            def never_called():
                return 1
        """,
        test_shop="""
            import shop


            def test_order():
                assert shop.order("10.00")
        """,
    )
    reports = []
    for plugin in ("no:cryptocloud", "cryptocloud"):
        result = run(
            pytester,
            "-p",
            "pytest_cov",
            "--cov=shop",
            "--cov=cryptocloud",
            "--cov-report=json",
            plugin=plugin,
        )
        outcomes(result, passed=1)
        files = json.loads(Path("coverage.json").read_text(encoding="utf-8"))["files"]
        reports.append({name: report["executed_lines"] for name, report in files.items()})
    without, with_plugin = reports
    assert with_plugin == without
    assert any(name.endswith("shop.py") for name in without)

"""The recipes in `examples/`, each against a sandbox."""

import ast
import asyncio
import base64
import contextlib
import http.client
import io
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tokenize
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import django.db
import django.test
import pytest
import tornado.httpserver
import tornado.netutil
from fastapi.testclient import TestClient

from cryptocloud.postback import MAX_BODY
from cryptocloud_sandbox import Sandbox
from support.recipes import EXAMPLES, from_database, load
from support.shops import SHOPS, load_django
from support.web import Reply, send, serving_asgi, serving_wsgi

# The documentation's programs are no lines of the package.
pytestmark = [pytest.mark.usefixtures("folder"), pytest.mark.no_cover]

ROOT = Path(__file__).parents[2]


def lines(recipe: Path) -> tuple[int, int]:
    """How many lines of code it has, and how many of payment code: see the page."""
    source = recipe.read_text(encoding="utf-8")
    names = {"client", "invoice"}
    prose: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("cryptocloud"):
            names |= {alias.name for alias in node.names} | {str(node.module).partition(".")[0]}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    code: set[int] = set()
    payment: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.string.strip() and token.type != tokenize.COMMENT:
            code |= set(range(token.start[0], token.end[0] + 1)) - prose
        if token.string in names:
            payment.add(token.start[0])
    return len(code), len(payment)


def test_the_page_counts_the_lines_of_every_recipe() -> None:
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`(\w+\.py)`\].* \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    counted = {name: (int(code), int(payment)) for name, code, payment in rows}
    recipes = [path for path in EXAMPLES.glob("*.py") if path.name not in ("demo.py", "other_frameworks.py")]
    assert counted == {path.name: lines(path) for path in recipes}
    assert all(payment <= 8 for name, (_, payment) in counted.items() if name != "aiogram_bot.py")
    for path in recipes:
        assert f"{{literalinclude}} ../examples/{path.name}" in page


def order(port: int) -> str:
    """The id of the invoice that a buyer is sent to."""
    reply = send(port, path="/order/A-17")
    assert reply.status == 303
    return reply.headers["location"].rpartition("/")[2]


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shop_delivers_once(shop: str, sandbox: Sandbox) -> None:
    with SHOPS[shop]() as port:
        sandbox.send_postbacks_to(f"http://127.0.0.1:{port}/postback")
        uuid = order(port)
        body, content_type, _ = sandbox.postback(uuid)
        assert send(port, body, content_type).status == 409
        delivery = sandbox.pay(uuid)
        assert delivery
        assert delivery.accepted
        replies = at_once(4, lambda: send(port, body, content_type))
        assert [reply.status for reply in replies] == [200] * 4
        body, content_type, _ = sandbox.postback(uuid, forged=True)
        assert send(port, body, content_type).status == 400
    assert from_database("SELECT * FROM delivered") == [(f"INV-{uuid}", "A-17")]
    assert from_database("SELECT * FROM stock") == [(99,)]


def at_once(number: int, ask: Callable[[], Reply]) -> list[Reply]:
    """What so many threads are answered, that begin at the same time."""
    replies: list[Reply] = []
    barrier = threading.Barrier(number)

    def work() -> None:
        barrier.wait(10)
        replies.append(ask())

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return replies


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shop_without_its_secret_key_does_not_start(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRYPTOCLOUD_SECRET_KEY")
    with pytest.raises(ValueError, match="no secret key: pass one, or set CRYPTOCLOUD_SECRET_KEY"):
        (load_django if shop == "django_checkout" else load(shop).create_app)()


DYING = """
import os, signal, sys
from pathlib import Path

import {shop}

deliver = {shop}.deliver

def deliver_and_die(invoice):
    deliver(invoice)
    if not Path("killed").exists():
        Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)

{shop}.deliver = deliver_and_die
app, port = {shop}.create_app(), int(sys.argv[1])
"""
SERVERS = {
    "flask_shop": "app.run(port=port)",
    "aiohttp_shop": "from aiohttp import web; web.run_app(app, port=port, print=None)",
}


@pytest.mark.parametrize("shop", SERVERS)
def test_a_shop_that_is_killed_before_it_answers_delivers_once(
    shop: str, sandbox: Sandbox, deaf_port: int
) -> None:
    body, content_type, _ = sandbox.postback(sandbox.add_invoice("paid"))
    program = DYING.format(shop=shop) + SERVERS[shop]
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES)}
    command = [sys.executable, "-c", program, str(deaf_port)]

    def announce() -> int:
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                return send(deaf_port, body, content_type).status
            time.sleep(0.05)

    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            announce()
        assert process.wait(30) == -signal.SIGKILL
    assert from_database("SELECT * FROM stock") == [(99,)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        assert [announce(), announce()] == [200, 200]
        process.kill()
    assert from_database("SELECT * FROM stock") == [(99,)]


# Frameworks without a view


@contextlib.contextmanager
def serving_tornado(recipe: types.ModuleType) -> Iterator[int]:
    stopping = asyncio.Event()
    ready: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, int]] = queue.SimpleQueue()

    async def serve() -> None:
        [listener] = tornado.netutil.bind_sockets(0, "127.0.0.1")
        server = tornado.httpserver.HTTPServer(recipe.create_tornado(), max_buffer_size=MAX_BODY)
        server.add_socket(listener)
        ready.put((asyncio.get_running_loop(), listener.getsockname()[1]))
        await stopping.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    loop, port = ready.get(timeout=10)
    yield port
    loop.call_soon_threadsafe(stopping.set)
    thread.join(10)


@contextlib.contextmanager
def serving_lambda(recipe: types.ModuleType) -> Iterator[int]:
    """The function behind a server that makes events of requests, as AWS does."""
    handler = recipe.create_lambda()

    def app(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        is_form = "form" in environ["CONTENT_TYPE"]
        event = {
            "body": base64.b64encode(body).decode() if is_form else body.decode(),
            "headers": {"Content-Type" if is_form else "content-type": environ["CONTENT_TYPE"]},
            "isBase64Encoded": is_form,
        }
        start(f"{handler(event, None)['statusCode']} -", [("Content-Length", "0")])
        return []

    with serving_wsgi(app) as port:
        yield port


OTHERS: dict[str, Callable[[types.ModuleType], AbstractContextManager[int]]] = {
    "quart": lambda recipe: serving_asgi(recipe.create_quart()),
    "tornado": serving_tornado,
    "litestar": lambda recipe: serving_asgi(recipe.create_litestar()),
    "lambda": serving_lambda,
}


@pytest.mark.parametrize("framework", OTHERS)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_other_frameworks_receive(framework: str, kind: Literal["json", "form"], sandbox: Sandbox) -> None:
    recipe = load("other_frameworks")
    delivered: list[str] = []
    vars(recipe)["deliver"] = lambda invoice: delivered.append(invoice.uuid)
    with OTHERS[framework](recipe) as port:

        def announce(uuid: str, **how: Any) -> int:
            body, content_type, _ = sandbox.postback(uuid, kind=kind, **how)
            return send(port, body, content_type).status

        paid = sandbox.add_invoice("paid")
        assert announce(paid) == 200
        assert announce(paid, forged=True) == 400
        assert announce(sandbox.add_invoice("partial")) == 409
        sandbox.fail_next("getInvoices", status=401)
        assert announce(paid) == 503
    assert delivered == [paid]


# The guide on tests


GUIDE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
TARGETS = dict(re.findall(r"^\| ([^|]+) \| `(lambda body, kind: .+)` \|$", GUIDE, re.MULTILINE))


@contextlib.contextmanager
def django_client() -> Iterator[django.test.Client]:
    load_django()
    yield django.test.Client()
    django.db.connections.close_all()


CLIENTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "FastAPI, Starlette": lambda: TestClient(load("fastapi_shop").create_app()),
    "Flask": lambda: contextlib.nullcontext(load("flask_shop").create_app().test_client()),
    "Django": django_client,
}


@pytest.mark.parametrize("framework", CLIENTS)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_the_guides_targets_take_postbacks_of_the_sandbox(
    sandbox: Sandbox, framework: str, kind: Literal["json", "form"]
) -> None:
    with CLIENTS[framework]() as client:
        target = eval(TARGETS[framework], {"client": client})  # noqa: S307 - the page is ours
        sandbox.send_postbacks_to(target, kind)
        uuid = sandbox.add_invoice(order_id="A-17")
        delivery = sandbox.pay(uuid)
    assert delivery is not None
    assert delivery.accepted
    assert from_database("SELECT * FROM delivered") == [(uuid, "A-17")]


def test_the_tests_of_a_checkout_pass(folder: Path) -> None:
    for name in ("test_checkout.py", "fastapi_shop.py"):
        shutil.copy(EXAMPLES / name, folder)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "cryptocloud", "-W", "error"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "2 passed in " in done.stdout, done.stdout + done.stderr


# The bot


def test_the_bot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own: aiogram takes seconds to import, and each worker would."""
    tests = Path(__file__).with_name("bot.py")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ["-p", "pytest_asyncio.plugin", "-p", "pytest_socket", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, str(tests)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert " passed in " in done.stdout, done.stdout + done.stderr
    assert "failed" not in done.stdout, done.stdout


# Programs that run by themselves


CRON = {
    name: re.findall(r"^ *17 3 \* \* \* (.+)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    for name in ("examples/nightly.py", "docs/command-line.md", "README.md")
}


@pytest.mark.parametrize("page", CRON)
def test_cron_cancels_what_is_stale(page: str, folder: Path, sandbox: Sandbox) -> None:
    """The line as cron runs it: in a home folder, with next to nothing in the environment."""
    (folder / "shop").mkdir()
    shutil.copy(EXAMPLES / "nightly.py", folder / "shop")
    keys = "".join(f"{name}={value}\n" for name, value in sandbox.environment.items())
    for home in (folder, folder / "shop"):
        (home / ".venv").symlink_to(Path(sys.prefix))
        (home / "keys").write_text(keys)
    [line] = CRON[page]
    command = ["env", "-i", f"HOME={folder}", "/bin/sh", "-c", line]

    stale = sandbox.add_invoice(age=timedelta(hours=30), lifetime=timedelta(days=9))
    recent = sandbox.add_invoice(age=timedelta(hours=5))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (sandbox.status(stale), sandbox.status(recent)) == ("canceled", "created")

    stale = sandbox.add_invoice(age=timedelta(hours=30), lifetime=timedelta(days=9))
    sandbox.fail_next("cancelInvoice", status=401)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert stale in done.stdout
    assert "refused" in done.stdout


def test_the_books_of_a_month_are_equal_in_three_ways(folder: Path, sandbox: Sandbox) -> None:
    for amount, status in (
        ("0.10", "paid"),
        ("0.20", "paid"),
        ("19.99", "created"),
        ("1000000.01", "overpaid"),
    ):
        sandbox.add_invoice(status, amount=amount, order_id='=A;"17"\n,')
    month = f"{datetime.now(UTC):%Y-%m}"
    command = [sys.executable, "-W", "error", str(EXAMPLES / "reconcile.py"), month]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["created", "19.99", "agreed"],
        ["overpaid", "1000000.01", "agreed"],
        ["paid", "0.30", "agreed"],
    ]
    assert len((folder / f"{month}.csv").read_bytes().splitlines()) > 4

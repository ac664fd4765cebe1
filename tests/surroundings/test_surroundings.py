"""Programs of other people's making, each in a process of its own and over TLS."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
import zipapp
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

import cryptocloud
from cryptocloud_sandbox import Sandbox
from support.service import KEY
from support.stub import DONE, PATIENCE, Connection, Stub

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = ROOT / ".venv" / "surroundings" / "bin"
PROGRAMS = Path(__file__).parent / "programs"

LONG = 120.0
"""Seconds that a whole program may take."""


class Script:
    """Cancels: invoices with CROWD in their id when four of them wait, and those with SILENT never."""

    def __init__(self) -> None:
        self._crowd = threading.Barrier(4)

    def __call__(self, connection: Connection) -> None:
        if b"SILENT" in connection.asked.body:
            connection.keep_silent()
        else:
            if b"CROWD" in connection.asked.body:
                self._crowd.wait(PATIENCE)
            connection.send(DONE)


class Service(NamedTuple):
    """A service behind TLS, and the environment of a program that uses it."""

    stub: Stub
    environment: dict[str, str]

    @property
    def asked_for(self) -> list[str]:
        """The invoices to cancel, in order."""
        assert set(self.stub.asked) == {"canceled"}
        return [json.loads(request.body)["uuid"].removeprefix("INV-") for request in self.stub.requests]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Stub(Script(), context) as stub:
        environment = {
            "CRYPTOCLOUD_API_KEY": KEY,
            # By its name, so that it is looked up as that of the real service is.
            "CRYPTOCLOUD_BASE_URL": stub.base_url.replace("127.0.0.1", "localhost"),
            "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
            "PYTHONPATH": str(PROGRAMS),
            "FOLDER": str(tmp_path),
        }
        yield Service(stub, os.environ | environment)


def run(*command: str | Path, environment: dict[str, str], folder: Path | None = None) -> str:
    """What a program prints. It has to end well, and in time."""
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def running(*command: str | Path, environment: dict[str, str], listener: int = -1) -> Iterator[None]:
    """A server that runs during the block, and is given this socket."""
    files = () if listener < 0 else (listener,)
    with subprocess.Popen(command, env=environment, pass_fds=files) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(LONG)


CROWD = [f"CROWD00{number}" for number in range(4)]


@pytest.mark.parametrize("name", ["eventlet", "gevent", "uvloop", "trio", "nest_asyncio"])
def test_a_client_works_in_an_event_loop_of(service: Service, name: str) -> None:
    run(BIN / "python", PROGRAMS / f"with_{name}.py", environment=service.environment)
    asked = service.asked_for
    # One after the other, four at a time, a batch, one that is given up, and one after it.
    assert asked[:3] == ["AAAAAAAA"] * 3
    assert sorted(asked[3:7]) == sorted(asked[7:11]) == CROWD
    assert sorted(asked[11:]) == ["AAAAAAAA", "SILENT00"]
    # All but the first of each crowd, and the one after a silence, find a connection that is kept.
    assert service.stub.connections <= 5


def test_a_client_works_in_views_of_django(service: Service) -> None:
    run(BIN / "python", PROGRAMS / "with_django.py", environment=service.environment)
    assert len(service.asked_for) == 3 + 4 + 4 + 3


def test_a_client_works_in_workers_that_gunicorn_forks(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        gunicorn = running(
            BIN / "python",
            *("-m", "gunicorn", "--preload", "--workers=4", "--log-level=error"),
            *(f"--bind=fd://{listener.fileno()}", "shop_of_gunicorn:shop"),
            environment=service.environment,
            listener=listener.fileno(),
        )

        def open_page(uuid: str) -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/INV-{uuid}", timeout=PATIENCE) as page:
                return str(page.read())

        with gunicorn, ThreadPoolExecutor(4) as browsers:
            # Each worker serves one request at a time, so it takes all four.
            first = set(browsers.map(open_page, CROWD))
            assert set(browsers.map(open_page, CROWD)) == first
            assert len(first) == 4
    assert service.asked_for[0] == "AAAAAAAA"
    # That of the master, and one for each worker.
    assert service.stub.connections == 5


def test_a_client_works_in_processes_that_celery_forks(service: Service, tmp_path: Path) -> None:
    for name in ("queue", "results", "control"):
        (tmp_path / name).mkdir()
    code = """
from tasks_of_celery import cancel, wait
results = [cancel.delay(f"INV-CROWD00{number}") for number in range(4)]
assert len({result.get(timeout=20) for result in results}) == 4
print(wait.delay().get(timeout=20))
"""
    worker = running(
        BIN / "python",
        *("-m", "celery", "--app=tasks_of_celery", "worker", "--pool=prefork", "--concurrency=4"),
        *("--loglevel=error", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        environment=service.environment,
    )
    with worker:
        assert run(BIN / "python", "-c", code, environment=service.environment) == "limited\n"
    asked = service.asked_for
    assert asked.count("SILENT00") == 1
    assert sorted(set(asked)) == ["AAAAAAAA", *CROWD, "SILENT00"]


# Programs in one piece.


@pytest.fixture
def at_home() -> Iterator[tuple[dict[str, str], list[str]]]:
    """The environment of a program that uses the sandbox, with no Python in it, and invoices to cancel."""
    with Sandbox(seed=1) as sandbox:
        yield {"PATH": os.defpath, **sandbox.environment}, [sandbox.add_invoice() for _ in range(2)]
        assert [call.status for call in sandbox.calls("cancelInvoice")] == [200, 400, 200]


def test_a_program_frozen_by_pyinstaller_works(
    at_home: tuple[dict[str, str], list[str]], tmp_path: Path
) -> None:
    environment, uuids = at_home
    run(
        BIN / "python",
        *("-m", "PyInstaller", "--onedir", "--log-level=ERROR", PROGRAMS / "frozen.py"),
        environment=os.environ | {"PYINSTALLER_CONFIG_DIR": str(tmp_path / "cache")},
        folder=tmp_path,
    )
    version, document = run(tmp_path / "dist/frozen/frozen", *uuids, environment=environment).splitlines()
    assert version == cryptocloud.__api_version__
    assert document.startswith("openapi.json of the package cryptocloud_client is missing")


def test_a_program_in_a_zip_file_works(at_home: tuple[dict[str, str], list[str]], tmp_path: Path) -> None:
    environment, uuids = at_home
    (packages,) = BIN.parent.glob("lib/python3*/site-packages")
    app = tmp_path / "app"
    for name in ("anyio", "attr", "attrs", "certifi", "h11", "httpcore", "httpx", "idna", "jwt"):
        shutil.copytree(packages / name, app / name)
    shutil.copy(packages / "typing_extensions.py", app)
    shutil.copytree(ROOT / "wrapper" / "cryptocloud", app / "cryptocloud")
    shutil.copytree(ROOT / "generated" / "cryptocloud_client", app / "cryptocloud_client")
    shutil.copy(PROGRAMS / "frozen.py", app / "__main__.py")
    zipapp.create_archive(app, tmp_path / "app.pyz")
    shutil.rmtree(app)
    printed = run(sys.executable, "-I", "-S", tmp_path / "app.pyz", *uuids, environment=environment)
    assert printed.splitlines() == [cryptocloud.__api_version__] * 2

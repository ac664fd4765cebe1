"""Give the spec to tools of other people, as those do who get it, and print what became of it.

They come from npm, at the versions that tools/try/package-lock.json names, and are no part of `.ci/run`: what
they find is about them as often as about the spec.
"""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptocloud import CryptoCloud
from cryptocloud_sandbox import Sandbox
from generate import ROOT
from release_spec import write
from replay_collection import a_sandbox, replay

MODULES = ROOT / "tools" / "try" / "node_modules"
BIN = MODULES / ".bin"
SPEC = ROOT / "spec" / "openapi.yaml"
MOST_SECONDS = 180

STRICT = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
    "--skipLibCheck",
]

PAGE = """<!doctype html><meta charset="utf-8"><title>Swagger UI</title><div id="ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "openapi.yaml", dom_id: "#ui", docExpansion: "list"})</script>
"""


class TrialError(Exception):
    """A tool could not do with the spec what it is for."""


class Row(NamedTuple):
    """What became of one trial."""

    tool: str
    what: str
    problem: str = ""


def run(command: Sequence[str | Path], folder: Path) -> str:
    """What a command prints, which has to succeed."""
    node = ROOT / ".venv" / "clients" / "bin"
    try:
        done = subprocess.run(
            list(map(str, command)),
            cwd=folder,
            env={**os.environ, "PATH": os.pathsep.join([str(node), os.environ.get("PATH", "")])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TrialError(str(error)) from None
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise TrialError(f"status {done.returncode}: " + " ".join(lines[-3:])[:300])
    return done.stdout + done.stderr


# Generators of TypeScript: what they write has to compile.


def openapi_typescript(folder: Path) -> str:
    run([BIN / "openapi-typescript", SPEC, "-o", "schema.d.ts"], folder)
    run([BIN / "tsc", *STRICT, "schema.d.ts"], folder)
    return "generates types that compile"


def hey_api(folder: Path) -> str:
    run([BIN / "openapi-ts", "-i", SPEC, "-o", "client", "-c", "@hey-api/client-fetch"], folder)
    run([BIN / "tsc", *STRICT, "client/index.ts"], folder)
    return "generates a client that compiles"


def orval(folder: Path) -> str:
    run([BIN / "orval", "--input", SPEC, "--output", "api.ts", "--client", "fetch"], folder)
    run([BIN / "tsc", *STRICT, "api.ts"], folder)
    return "generates a client that compiles"


# Servers


@contextlib.contextmanager
def prism(folder: Path, *words: str | Path) -> Iterator[str]:
    """Prism while the block lasts, and where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    node = ROOT / ".venv" / "clients" / "bin" / "node"
    command = [node, BIN / "prism", *words, "-h", "127.0.0.1", "-p", port]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(MOST_SECONDS * 10):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                        break
                if server.poll() is not None:
                    raise TrialError("it does not start")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def life(client: CryptoCloud) -> None:
    """What every merchant does."""
    uuid = client.invoices.create("100.50", order_id="A-17").uuid
    client.invoices.get_many([uuid])
    client.invoices.cancel(uuid)
    client.balances.list()


def prism_mock(folder: Path) -> str:
    with (
        prism(folder, "mock", SPEC) as url,
        CryptoCloud(api_key="a", shop_id="b", base_url=url, max_retries=0) as client,
    ):
        life(client)
    return "answers this SDK from the examples"


def prism_proxy(folder: Path) -> str:
    list(write(SPEC, folder))
    collection = json.loads((folder / "cryptocloud.postman_collection.json").read_text("utf-8"))
    with a_sandbox() as values, prism(folder, "proxy", SPEC, values["baseUrl"], "--errors") as url:
        # Not by this SDK, which would look up what became of a cancel that prism says 500 to.
        for step in replay(collection, values | {"baseUrl": url}):
            if step.status != 200:
                raise TrialError(f"{step.name}: {step.answer}")
    return "finds requests and answers true to the spec"


def newman(folder: Path) -> str:
    list(write(SPEC, folder))
    with a_sandbox() as values:
        variables = [word for name, value in values.items() for word in ("--env-var", f"{name}={value}")]
        run([BIN / "newman", "run", "cryptocloud.postman_collection.json", "--bail", *variables], folder)
    return "replays the collection"


def dredd(folder: Path) -> str:
    output = run([BIN / "dredd", SPEC, "http://127.0.0.1:1", "--names"], folder)
    found = re.search(r"0 errors, (\d+) skipped", output)
    if not found:
        raise TrialError("it does not read every transaction")
    return f"reads {found[1]} transactions"


def schemathesis(folder: Path) -> str:
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    with Sandbox() as sandbox:
        header = f"Authorization: Token {sandbox.api_key}"
        words: list[str | Path] = [
            SPEC,
            "--url",
            sandbox.base_url,
            "-H",
            header,
            "--checks",
            checks,
            "-n",
            "5",
            "--seed",
            "1",
        ]
        run([Path(sys.executable).parent / "schemathesis", "run", *words], folder)
    return "finds nothing in the sandbox"


# Viewers


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def see_every_operation(page: str, folder: Path) -> str:
    """Open a page of a folder in Chromium, which has to show each operation by its summary."""
    with serving(folder) as url:
        words = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=15000", "--dump-dom"]
        shown = run(["chromium", *words, f"{url}/{page}"], folder)
    released = json.loads((folder / "cryptocloud-openapi.json").read_text("utf-8"))
    summaries = [path["post"]["summary"] for path in released["paths"].values()]
    missing = [summary for summary in summaries if summary not in shown]
    if missing:
        raise TrialError(f"it does not show {', '.join(missing)}")
    return f"shows {len(summaries)} operations"


def swagger_ui(folder: Path) -> str:
    list(write(SPEC, folder))
    shutil.copy(MODULES / "swagger-ui-dist" / "swagger-ui-bundle.js", folder)
    shutil.copy(SPEC, folder / "openapi.yaml")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    return see_every_operation("index.html", folder)


def redoc(folder: Path) -> str:
    list(write(SPEC, folder))
    redocly = ROOT / "tools" / "node_modules" / ".bin" / "redocly"
    run([redocly, "build-docs", "cryptocloud-openapi.yaml", "-o", "index.html"], folder)
    return see_every_operation("index.html", folder)


TRIALS: dict[str, Callable[[Path], str]] = {
    "openapi-typescript": openapi_typescript,
    "hey-api": hey_api,
    "orval": orval,
    "prism mock": prism_mock,
    "prism proxy": prism_proxy,
    "newman": newman,
    "dredd": dredd,
    "schemathesis": schemathesis,
    "swagger-ui": swagger_ui,
    "redoc": redoc,
}


def row_of(name: str) -> Row:
    with tempfile.TemporaryDirectory(prefix="cryptocloud-try-") as folder:
        try:
            return Row(name, TRIALS[name](Path(folder)))
        except Exception as error:
            return Row(name, "-", f"{type(error).__name__}: {error}")


def main() -> int:
    rows = [row_of(name) for name in TRIALS]
    for row in rows:
        print(f"{row.tool:20}{'failed' if row.problem else 'works':8}{row.problem or row.what}")
    return 1 if any(row.problem for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the documentation shows: its Python runs against a sandbox, and its commands exist.

A block is `python`, which is run, by pytest if its tests take fixtures; `output`, which is what the block
before it prints, with `...` for what differs from run to run; `sh`, of which every command is tried or looked
up; `dockerfile`, which is held to what is installed and started; or `text`, a picture or a line of cron.
"""

import contextlib
import inspect
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest

import cryptocloud
import cryptocloud.errors
import cryptocloud.models
import cryptocloud.web.flask
from cryptocloud_cli.judge import PORT as PORT_OF_POSTBACKS
from cryptocloud_sandbox import Sandbox
from cryptocloud_sandbox.command import PORT
from support.command import run_here, started
from support.pages import FENCE, PAGES, Block, blocks
from support.web import serving_wsgi

# What the pages show is no line of the package.
pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:8000/postback"
"""Where the pages have a handler."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands() -> list[tuple[str, str]]:
    """Every line of every `sh` block, and where it stands first."""
    places: dict[tuple[str, ...], tuple[str, str]] = {}
    for page in PAGES:
        for block in blocks(page):
            if block.language == "sh":
                for number, line in enumerate(block.code.splitlines()):
                    if words := shlex.split(line, comments=True):
                        places.setdefault(tuple(words), (f"{page}:{block.line + number}", line))
    return list(places.values())


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """The variables that `cryptocloud-sandbox` prints, and the coins that it has."""
    sandbox.deposit("BTC", 1)
    for name in ("base_url", "api_key", "shop_id", "secret_key", "withdrawal_key"):
        monkeypatch.setenv(f"CRYPTOCLOUD_{name.upper()}", getattr(sandbox, name))


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    before = None
    for block in blocks(page):
        languages = ("python", "output", "sh", "dockerfile", "text")
        assert block.language in languages, f"{block}: {block.language!r}"
        assert block.language != "output" or before == "python", f"{block}: what prints it?"
        before = block.language


def test_no_block_is_overlooked() -> None:
    for page, text in PAGES.items():
        fences = len(re.findall(r"^ *(```|~~~)", text, re.MULTILINE))
        assert fences == 2 * len(FENCE.findall(text)), page


WITH_PYTHON = [page for page in PAGES if any(block.language == "python" for block in blocks(page))]
TESTED_BY_PYTEST = [
    page
    for page in WITH_PYTHON
    if any(re.search(r"^def test_\w+\((?!\))", block.code, re.MULTILINE) for block in blocks(page))
]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("page", TESTED_BY_PYTEST)
def test_the_tests_of_a_page_pass(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    for block in blocks(page):
        assert block.language != "output", f"{block}: nobody compares it"
        if block.language == "python":
            # At its place in the page, which a failure then names.
            lines += [""] * (block.line - 1 - len(lines)) + block.code.splitlines()
    module = tmp_path / "test_page.py"
    module.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "cryptocloud", "-W", "error", "--strict-markers"]
    done = subprocess.run([*command, module], cwd=tmp_path, capture_output=True, text=True, check=False)
    tests = len(re.findall(r"^(?:async )?def test_", "\n".join(lines), re.MULTILINE))
    assert re.search(rf"^{tests} passed in ", done.stdout, re.MULTILINE), done.stdout + done.stderr


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("page", [page for page in WITH_PYTHON if page not in TESTED_BY_PYTEST])
def test_the_python_of_a_page_runs_and_prints_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # One program per page, as a module that can be looked up: classes ask for theirs.
    module = types.ModuleType("page")
    printed = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "page", module)
        for block in blocks(page):
            if block.language == "python":
                printed = run(block, module.__dict__)
            elif block.language == "output":
                assert is_like(printed, block.code), f"{block}: it prints\n{printed}"


def run(block: Block, namespace: dict[str, Any]) -> str:
    """Run a block, and the tests that it defines. What it prints."""
    known = set(namespace)
    # The lines above it are blank: a traceback then shows the line of the page.
    code = compile("\n" * (block.line - 1) + block.code, str(ROOT / block.page), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, namespace)  # noqa: S102 - the pages are ours
        for name in namespace.keys() - known:
            if name.startswith("test_"):
                namespace[name]()
    return output.getvalue()


def is_like(text: str, expected: str) -> bool:
    form = ".*?".join(re.escape(part) for part in expected.rstrip("\n").split("..."))
    return re.fullmatch(form, text.rstrip("\n"), re.DOTALL) is not None


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with what the commands of the pages name, and a sandbox that knows their invoices."""
    with Sandbox(seed=0) as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "ids.csv").write_text("uuid;status\nINV-89UX09KA;created\n", encoding="utf-8")
        (tmp_path / "body.json").write_bytes(sandbox.postback("INV-XXXXXXXX").body)
        shutil.copy(ROOT / "tests" / "support" / "judged.py", tmp_path / "program.py")
        (tmp_path / "shop.py").write_text("from cryptocloud import CryptoCloud\n\nCryptoCloud()\n")
        monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield tmp_path


@pytest.mark.parametrize(("where", "line"), commands(), ids=lambda value: value.partition(":")[0])
def test_a_command_exists(
    where: str, line: str, table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(table)
    program, *arguments = shlex.split(line, comments=True)
    match program:
        case "make":
            assert_make(arguments)
        case "pip":
            assert_pip(arguments)
        case "apt":
            assert_apt(arguments)
        case "cryptocloud":
            assert_cryptocloud(arguments, table, capsys)
        case "cryptocloud-sandbox":
            assert_sandbox(["-m", "cryptocloud_sandbox", *arguments], table)
        case "openapi-generator-cli" | "npx":
            # They need other toolchains, and `make clients` runs them: here, what they are given is there.
            given = [word for word in arguments if "/" in word]
            assert given, where
            for path in given:
                assert (ROOT / path).exists(), f"{where}: there is no {path}"
        case _:
            pytest.fail(f"{where}: nothing here knows how to check {program!r}")


def assert_make(arguments: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    for word in arguments:
        name, is_variable, _ = word.partition("=")
        assert f"$({name})" in MAKEFILE if is_variable else name in targets, word


def assert_pip(arguments: list[str]) -> None:
    command, wanted = arguments
    name, _, extra = wanted.rstrip("]").partition("[")
    assert (command, name) == ("install", PROJECT["name"])
    assert not extra or extra in PROJECT["optional-dependencies"]


def assert_apt(arguments: list[str]) -> None:
    named = (ROOT / "tools" / "clients.py").read_text(encoding="utf-8")
    for package in arguments[1:]:
        assert package in named, f"no tool asks for {package}"


def assert_sandbox(arguments: list[str], folder: Path) -> None:
    # The port that is shown, or its own, may be taken.
    command = [sys.executable, *arguments, "--port", "0"]
    with started(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        if printed.startswith("CryptoCloud sandbox, ready"):
            process.send_signal(signal.SIGINT)
        printed += process.stdout.read()
    assert process.returncode == 0, printed


def assert_cryptocloud(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if arguments == ["sandbox"]:
        assert_sandbox(["-m", "cryptocloud_cli", "sandbox"], folder)
    elif arguments == ["sandbox", "tail"]:
        assert_tail()
    else:
        # Nobody is here to be asked.
        more = ["--yes"] if arguments[0] == "doctor" and "--yes" not in arguments else []
        with serving_wsgi(handler()) if URL in arguments else contextlib.nullcontext() as port:
            # Something else may listen where the pages have it.
            words = [word.replace(URL, f"http://127.0.0.1:{port}/postback") for word in (*arguments, *more)]
            done = run_here(capsys, *words)
        assert done.status == 0, done


def assert_tail() -> None:
    with cryptocloud.CryptoCloud() as client:
        client.balances.list()
    command = [sys.executable, "-m", "cryptocloud_cli", "sandbox", "tail"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        shown = process.stdout.readline()
        process.send_signal(signal.SIGINT)
    assert (json.loads(shown)["operation"], process.returncode) == ("listBalances", 130)


def handler() -> flask.Flask:
    """A shop that does as it should."""
    app = flask.Flask("shop")
    view = cryptocloud.web.flask.postback(cryptocloud.CryptoCloud(), lambda invoice: None)
    app.add_url_rule("/postback", view_func=view, methods=["POST"])
    return app


def test_the_dockerfile_installs_and_starts_what_there_is(tmp_path: Path) -> None:
    [file] = [block for page in PAGES for block in blocks(page) if block.language == "dockerfile"]
    instructions = [line.partition(" ")[::2] for line in file.code.splitlines()]
    assert [name for name, _ in instructions] == ["FROM", "RUN", "RUN", "USER", "EXPOSE", "CMD"]
    [(_, install), (_, start)] = [pair for pair in instructions if "cryptocloud" in pair[1]]
    assert_pip([word for word in shlex.split(install)[1:] if word != "--no-cache-dir"])
    program, *arguments = json.loads(start)
    assert program in PROJECT["scripts"]
    # A test listens to this machine alone.
    local = ["127.0.0.1" if word == "0.0.0.0" else word for word in arguments]  # noqa: S104
    assert_sandbox(["-m", "cryptocloud_sandbox", *local], tmp_path)
    assert ("EXPOSE", str(PORT)) in instructions


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_in_passing_exists(page: str) -> None:
    prose = FENCE.sub("", PAGES[page])
    for target in re.findall(r"`make ([a-z-]+)", prose):
        assert_make([target])
    for extra in re.findall(r"cryptocloud\[(\w+)\]", prose):
        assert extra in PROJECT["optional-dependencies"]
    for name in re.findall(r"\bCRYPTOCLOUD_[A-Z_]+", prose):
        assert name == PORT_OF_POSTBACKS or name in inspect.getsource(cryptocloud.client)


def test_every_public_name_is_in_the_reference() -> None:
    reference = "".join(text for page, text in PAGES.items() if page.startswith("docs/reference/"))
    public = {name for name in cryptocloud.__all__ if not name.startswith("__")}
    public |= {name for name, value in vars(cryptocloud.models).items() if is_model(value)}
    described = set(re.findall(r"^\.\. auto\w+:: (?:[\w.]+\.)?(\w+)", reference, re.MULTILINE))
    assert public - described == set()


def is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, cryptocloud.models.Model)


@pytest.mark.parametrize("page", ["README.md", "docs/errors.md"])
def test_the_tree_of_errors_is_whole(page: str) -> None:
    (tree,) = (block.code for block in blocks(page) if "└─ APITimeoutError" in block.code)
    parents: dict[int, str] = {}
    for line in tree.splitlines():
        found = re.search(r"\w+", line)
        assert found
        parents[found.start()] = found[0]
        error = getattr(cryptocloud, found[0])
        if found.start():
            assert issubclass(error, getattr(cryptocloud, parents[found.start() - 3])), line
    errors = {name for name in cryptocloud.__all__ if name.endswith("Error")}
    assert errors == set(re.findall(r"\w+Error\b", tree)) & errors
    assert all(name in tree for name in errors)


REGISTRIES = [
    ("pypi", "org"),
    ("files", "python"),
    ("registry", "npmjs"),
    ("deb", "debian"),
    ("crates", "io"),
]
"""Beginnings of hosts, in pieces: this file names none itself."""


def test_no_file_names_the_host_of_a_package_registry() -> None:
    """A pinned file that names one is of no use behind a mirror."""
    git = shutil.which("git")
    assert git
    words = [word for host in REGISTRIES for word in ("-e", ".".join(host))]
    done = subprocess.run(
        [git, "grep", "-lIF", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")

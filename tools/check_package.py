"""Build the package, and try it in fresh environments as the people who install it would.

The wheel goes without extras, as most users take it; the source distribution and the editable checkout
come with `cli` and `sandbox`, so that both sides of each are seen.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYRIGHT = ROOT / "tools" / "node_modules" / ".bin" / "pyright"

# Runs in the fresh environment. Whatever `import cryptocloud` loads, users pay for at every start.
IMPORTS = """
import importlib.resources
import sys

import cryptocloud
import cryptocloud_client

for package in ("cryptocloud", "cryptocloud_cli", "cryptocloud_client"):
    if not importlib.resources.files(package).joinpath("py.typed").is_file():
        sys.exit(f"{package} has no py.typed")
if loaded := {"jinja2", "segno", "starlette", "uvicorn", "cryptocloud_sandbox"} & sys.modules.keys():
    sys.exit(f"import cryptocloud loads {', '.join(sorted(loaded))}")
if cryptocloud.openapi()["info"]["version"] != cryptocloud.__api_version__:
    sys.exit("the package does not carry its spec")
"""
SANDBOX = """
import urllib.request

from cryptocloud_sandbox import Sandbox

with Sandbox() as sandbox:
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in ("/", "/pay/" + sandbox.add_invoice()[4:], "/static/style.css", "/static/live.js"):
        browser.open(sandbox.url + path).close()
"""
# The fixtures of the plugin, which pytest finds by itself.
USERS_TEST = """
import pytest


@pytest.mark.cryptocloud(test_mode=False)
def test_shop(cryptocloud_client, cryptocloud_sandbox):
    cryptocloud_sandbox.pay(cryptocloud_client.invoices.create("20.00").uuid)
"""
WITHOUT_EXTRA = """
import subprocess
import sys

done = subprocess.run([sys.executable, "-m", "pytest", "-q"], stdout=subprocess.PIPE, text=True)
print(done.stdout)
sys.exit(done.returncode != 1 or 'pip install "cryptocloud[sandbox]"' not in done.stdout)
"""


NO_COMMAND = """
import subprocess
import sys

done = subprocess.run([sys.argv[1], "--version"], capture_output=True, text=True)
told = 'cryptocloud: the command is an extra: pip install "cryptocloud[cli]"\\n'
if (done.returncode, done.stdout, done.stderr) != (2, "", told):
    sys.exit(f"{done.returncode} {done.stdout} {done.stderr}")
"""


class CheckError(Exception):
    """Something is wrong with the package."""


def run(what: str, command: Sequence[str | Path], folder: Path) -> None:
    """Run a command away from the checkout, so that nothing is imported from there; report in one line."""
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    if done.returncode:
        raise CheckError(f"{what}: FAILED\n{done.stdout.strip()}")
    print(f"{what}: ok", flush=True)


def install(name: str, what: Sequence[str | Path], folder: Path) -> Path:
    """Install into a new environment, whose Python is returned."""
    environment = folder / f"{name} environment"
    # This environment's pip works on the new one: giving it a pip of its own would take longer than the rest.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment), "install", "-qq"]
    run(f"{name}: installs", [*pip, *what], folder)
    return environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def check(folder: Path) -> None:
    run("builds", [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], folder)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")

    pytest = f"pytest=={metadata.version('pytest')}"
    (folder / "test_shop.py").write_text(USERS_TEST, encoding="utf-8")

    python = install("wheel", [wheel, pytest], folder)
    run("wheel: imports", [python, "-c", IMPORTS], folder)
    run(
        "wheel: says what the command needs",
        [python, "-c", NO_COMMAND, python.with_name("cryptocloud")],
        folder,
    )
    consumer = folder / "consumer.py"
    shutil.copy(ROOT / "tests" / "consumer" / consumer.name, consumer)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=mypy-cache"]
    run("wheel: mypy over a user's program", [*mypy, "--python-executable", python, consumer], folder)
    run("wheel: pyright over a user's program", [PYRIGHT, "--pythonpath", python, consumer], folder)

    run("wheel: its fixtures say what is missing", [python, "-c", WITHOUT_EXTRA], folder)

    for name, what in (
        ("sdist", [f"{sdist}[cli,sandbox]"]),
        ("editable", ["--editable", f"{ROOT}[cli,sandbox]"]),
    ):
        python = install(name, [*what, pytest], folder)
        run(f"{name}: imports", [python, "-c", IMPORTS], folder)
        run(f"{name}: has the command", [python.with_name("cryptocloud"), "--version"], folder)
        run(f"{name}: starts the sandbox, with its pages", [python, "-c", SANDBOX], folder)
        run(f"{name}: has fixtures for pytest", [python, "-m", "pytest", "-q", "--strict-markers"], folder)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cryptocloud-package-") as folder:
        try:
            check(Path(folder).resolve())
        except CheckError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

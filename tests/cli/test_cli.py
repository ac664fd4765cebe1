"""The command line, apart from what its commands do."""

import subprocess
import sys

import pytest

import cryptocloud
from cryptocloud_cli.main import main
from support.contract import SPEC


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "cryptocloud_cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_version_is_that_of_the_package_and_of_the_api() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"cryptocloud {cryptocloud.__version__}, API {SPEC['info']['version']}\n"


def test_without_a_command_it_says_what_there_is() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: cryptocloud ")
    assert "doctor" in done.stderr


@pytest.mark.parametrize("arguments", [["doctor", "--help"], ["--help"]], ids=" ".join)
def test_help_is_no_failure(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["eyJhbGciOi"],
        ["--api-key", "eyJhbGciOi"],
        ["--api-key=eyJhbGciOi"],
        ["doctor", "eyJhbGciOi"],
        ["doctor", "--yes", "--api-key", "eyJhbGciOi"],
        ["doctor", "--yes", "--key=eyJhbGciOi"],
        ["doctor", "--ye", "eyJhbGciOi"],
    ],
    ids=" ".join,
)
def test_a_key_among_the_arguments_is_refused_and_not_repeated(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    shown, error = capsys.readouterr()
    assert (ended.value.code, shown) == (2, "")
    assert "keys come from the environment" in error
    assert "eyJ" not in error

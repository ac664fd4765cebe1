"""What `make clients` says when something is missing.

That the clients themselves work is shown by `make clients`, which needs the toolchains of five languages.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.edits import ROOT

PHP = "on Debian: apt install php-cli php-curl php-guzzlehttp-guzzle"
RUBY = "on Debian: apt install ruby ruby-typhoeus"


def clients(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the tool where no command is to be found but those in the folder `path`."""
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "clients.py"), *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PATH": str(path)},
        check=False,
    )


def test_missing_toolchains_are_named(tmp_path: Path) -> None:
    run = clients("php,ruby", path=tmp_path)

    assert run.returncode == 1
    assert run.stderr == f"PHP: php not found; {PHP}\nRuby: ruby not found; {RUBY}\n"
    assert run.stdout.splitlines()[:3] == [
        "language  generator  compiled  steps passed",
        "PHP                  missing   -",
        "Ruby                 missing   -",
    ]


def test_old_toolchain_is_named(tmp_path: Path) -> None:
    php = tmp_path / "php"
    php.write_text("#!/bin/sh\necho 'PHP 7.4.33 (cli)'\n", "utf-8")
    php.chmod(0o755)

    run = clients("php", path=tmp_path)

    assert (run.returncode, run.stderr) == (1, f"PHP: php is 7.4.33, and 8.1 is needed; {PHP}\n")


def test_toolchain_without_its_libraries_is_named(tmp_path: Path) -> None:
    php = tmp_path / "php"
    php.write_text('#!/bin/sh\necho "PHP 8.2.1"\ntest "$1" = --version\n', "utf-8")
    php.chmod(0o755)

    run = clients("php", path=tmp_path)

    assert (run.returncode, run.stderr) == (1, f"PHP: php has no curl or Guzzle; {PHP}\n")


def test_unknown_language_is_refused(tmp_path: Path) -> None:
    run = clients("php,cobol", path=tmp_path)

    assert run.returncode == 2
    assert run.stderr.endswith(
        "no language cobol: there are go, java, typescript, php, ruby, kotlin, csharp, rust, swift, dart\n"
    )


@pytest.mark.parametrize("words", [["PHP, ruby,"], ["php", "Ruby", "php"]])
def test_languages_are_named_in_any_way(tmp_path: Path, words: list[str]) -> None:
    run = clients(*words, path=tmp_path)

    assert [line.split(":")[0] for line in run.stderr.splitlines()] == ["PHP", "Ruby"]
    assert run.stdout.endswith(
        "  cd examples/clients/php && cryptocloud sandbox judge -- php story.php\n"
        "  cd examples/clients/ruby && cryptocloud sandbox judge -- ruby -I../build/ruby/lib story.rb\n"
    )


@pytest.mark.parametrize(
    "text", ["paths: [", "openapi: 3.0.3", "[]", None], ids=["yaml", "short", "list", "none"]
)
def test_broken_spec_is_refused_in_one_line(tmp_path: Path, text: str | None) -> None:
    spec = tmp_path / "broken.yaml"
    if text is not None:
        spec.write_text(text, "utf-8")

    run = clients("php", "--spec", str(spec), path=tmp_path)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("broken.yaml is not an OpenAPI document: ")
    assert run.stderr.count("\n") == 1

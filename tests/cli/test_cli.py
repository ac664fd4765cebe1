"""The command line, apart from what its commands do."""

import json
import re
from collections.abc import Iterator

import click
import pytest
import yaml
from ruamel.yaml import YAML

import cryptocloud
from cryptocloud_cli.commands import ROOT
from cryptocloud_cli.statuses import Status, worst
from support.command import Cli, run, run_python
from support.contract import SPEC

KEY = "eyJhbGciOi"


def paths(group: click.Group = ROOT, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        child = group.get_command(context, name)
        if isinstance(child, click.Group):
            yield from paths(child, (*before, name))


def test_the_version_is_that_of_the_package_and_of_the_api() -> None:
    done = run("--version")
    assert (done.status, done.error) == (0, "")
    assert done.output == f"cryptocloud {cryptocloud.__version__}, API {SPEC['info']['version']}\n"


def test_without_a_command_it_says_what_there_is() -> None:
    done = run()
    assert (done.status, done.output) == (2, "")
    assert done.error.startswith("Usage: cryptocloud ")
    assert "doctor" in done.error


@pytest.mark.parametrize("path", [(), *paths()], ids=" ".join)
def test_help_is_no_failure(cli: Cli, path: tuple[str, ...]) -> None:
    done = cli(*path, "--help")
    assert (done.status, done.error) == (0, "")
    assert done.output.startswith(f"Usage: {' '.join(('cryptocloud', *path))} ")
    assert cli(*path, "-h") == done


@pytest.mark.parametrize("path", [*paths()], ids=" ".join)
def test_a_command_is_listed_with_how_its_help_begins(cli: Cli, path: tuple[str, ...]) -> None:
    *group, name = path
    listed = cli(*group, "--help").output.partition("Commands:")[2]
    found = re.search(rf"^  {name} +(.+(?:\n {{6,}}.+)*)", listed, re.MULTILINE)
    assert found
    _, _, text = cli(*path, "--help").output.partition("\n\n")
    assert " ".join(text.split()).startswith(" ".join(found[1].split()))


def test_the_exit_statuses_stand_in_the_help(cli: Cli) -> None:
    output = " ".join(cli("--help").output.split())
    for status in Status:
        if status is not Status.TERMINATED:
            assert f"{status.value} " in output


def test_the_worst_status_counts() -> None:
    known = [Status.DONE, Status.REFUSED, Status.NOT_SENT, Status.UNKNOWN]
    for number, status in enumerate(known):
        assert worst(reversed(known[: number + 1])) is status
    assert worst([]) is Status.DONE


@pytest.mark.parametrize(
    "arguments",
    [
        [KEY],
        [f"--{KEY}"],
        [f"-{KEY}"],
        ["--api-key", KEY],
        [f"--api-key={KEY}"],
        ["doctor", KEY],
        ["doctor", "--yes", "--api-key", KEY],
        ["doctor", "--yes", f"--key={KEY}"],
        ["doctor", "--ye", KEY],
        ["invoice", KEY],
        ["invoice", "create", "5", KEY],
        ["balance", KEY],
        ["sandbox", KEY],
        ["sandbox", "--port", "0", KEY],
    ],
    ids=" ".join,
)
def test_a_key_among_the_arguments_is_refused_and_not_repeated(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert (done.status, done.output) == (2, "")
    assert "keys come from the environment" in done.error
    assert "eyJ" not in done.error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([f"--version={KEY}"], "Option '--version' does not take a value."),
        (["doctor", "--base-url", f"https://h:{KEY}/"], "base_url has a port that does not exist"),
        (["doctor", "--base-url", f"https://{KEY}@h/v2"], "base_url must have no user, query or fragment"),
        (["invoice", "get", "INV-89UX09KA", KEY], "UUID: it must be an invoice id"),
        (["invoice", "cancel", KEY], "UUID: it must be an invoice id"),
        (["invoice", "cancel", "--yes", "--from-file", KEY], "--from-file: No such file or directory"),
        (["invoice", "cancel", "--yes", "--from-file", KEY * 99], "--from-file: File name too long"),
        (["invoice", "cancel", "--older-than", KEY], "--older-than: it must be a time such as"),
        (["invoice", "cancel", "INV-89UX09KA", "--concurrency", KEY], "--concurrency: it must be a whole"),
        (["invoice", "create", KEY], "AMOUNT: it must be a number above 0"),
        (["invoice", "create", "5", "--currency", KEY], "--currency: it must be the code of a currency"),
        (["invoice", "create", "5", "--coin", KEY], "--coin: it must be the full code of a coin"),
        (["invoice", "create", "5", "--order-id", f"{KEY}\n"], "--order-id: it must be a text"),
        (["invoice", "create", "5", "--lifetime", KEY], "--lifetime: it must be a time in whole minutes"),
        (["invoice", "list", "--from", KEY], "--from: it must be a day such as"),
        (["invoice", "list", "--status", KEY], "--status: it must be a word"),
        (["stats", "--to", KEY], "--to: it must be a day such as"),
        (["wallet", "create", KEY, "user-7"], "COIN: it must be the full code of a coin"),
        (["postback", "verify", KEY], "FILE: No such file or directory"),
        (["postback", "send", KEY, "INV-89UX09KA"], "URL: it must be a URL"),
        (["spec", "--format", KEY], "--format: it must be one of yaml, json"),
        (["completion", KEY], "SHELL: it must be one of bash, zsh, fish"),
        (["sandbox", "--port", KEY], "--port: it must be a whole number"),
        (["sandbox", "fail", KEY], "OP: it must be an operation of the API"),
        (["sandbox", "advance", KEY], "TIME: it must be a time such as"),
        (["invoice", "get"], "UUID is missing"),
        (["invoice", "create", "5", "--coin"], "Option '--coin' requires an argument."),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value)[:60].strip(),
)
def test_a_wrong_argument_is_named_and_not_repeated(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.setenv("CRYPTOCLOUD_API_KEY", "a-key")
    monkeypatch.setenv("CRYPTOCLOUD_SHOP_ID", "a-shop")
    done = cli(*arguments)
    assert (done.status, done.output) == (2, "")
    assert message in done.error
    assert "eyJ" not in done.error
    as_json = cli(*arguments, "--json").error
    assert "eyJ" not in as_json
    if "a port" not in message and "no user" not in message:
        assert json.loads(as_json)["outcome"] == "not sent"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("90s", 90), ("1m", 60), ("24h", 86400), ("2d12h", 216000), ("1d1h1m1s", 90061)],
)
def test_times_are_written_with_their_units(value: str, seconds: int) -> None:
    from cryptocloud_cli.values import DURATION

    assert DURATION.convert(value, None, None).total_seconds() == seconds


@pytest.mark.parametrize("value", ["", "0s", "5", "h", "1h1d", "-1h", "1.5h", "1 h", "١h", "9999999d"])
def test_what_is_no_time_is_refused(cli: Cli, value: str) -> None:
    done = cli("sandbox", "advance", value)
    assert done.status == 2
    assert "TIME: it must be a time" in done.error or "keys come from" in done.error


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_the_packages_of_the_extra_it_says_what_to_install(package: str) -> None:
    hide = f"import sys; sys.modules[{package!r}] = None; from cryptocloud_cli.main import main; main()"
    done = run_python(hide)
    assert (done.status, done.output) == (2, "")
    assert done.error == 'cryptocloud: the command is an extra: pip install "cryptocloud[cli]"\n'


@pytest.mark.parametrize(
    ("arguments", "completion"),
    [
        (["--help"], ""),
        (["invoice", "--help"], ""),
        (["invoice", "cancel", "--help"], ""),
        (["sandbox", "--help"], ""),
        (["doctor", "--help"], ""),
        (["completion", "zsh"], ""),
        (["nonsense"], ""),
        ([], "cryptocloud inv"),
        ([], "cryptocloud invoice get INV-89UX09KA --"),
        ([], "cryptocloud stats --from 2026-01-01 --"),
    ],
)
def test_help_and_completion_load_neither_the_sdk_nor_what_draws_tables(
    arguments: list[str], completion: str
) -> None:
    words = completion.split()
    environment = {
        "_CRYPTOCLOUD_COMPLETE": "bash_complete",
        "COMP_WORDS": completion,
        "COMP_CWORD": str(len(words) - 1),
    }
    program = f"""
import atexit, os, sys
from cryptocloud_cli.main import main
os.environ.update({environment if completion else {}!r})
loaded = lambda: {{"httpx", "rich", "cryptocloud", "attrs", "json.tool"}} & sys.modules.keys()
atexit.register(lambda: print(loaded(), file=sys.stderr))
main({arguments!r})
"""
    done = run_python(program)
    assert done.error.endswith("set()\n"), done.error
    if completion:
        assert words[-1] in done.output


def test_the_spec(cli: Cli) -> None:
    document = cryptocloud.openapi()
    for text in (cli("spec").output, cli("spec", "--format", "yaml").output):
        assert yaml.safe_load(text) == document
        assert YAML(typ="safe", pure=True).load(text) == document
    assert json.loads(cli("spec", "--format", "json").output) == document

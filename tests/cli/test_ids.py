"""Which invoices a file names, as `invoice cancel --dry-run` tells it."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.command import Cli, Done, run

ONE, TWO, THREE = "INV-89UX09KA", "INV-00000002", "INV-ABCDEFGH"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ids.csv"


def dry_run(cli: Cli, file: Path | str, *arguments: str) -> Done:
    return cli("invoice", "cancel", "--from-file", str(file), "--dry-run", *arguments)


def ids(cli: Cli, file: Path, *arguments: str) -> list[str]:
    done = dry_run(cli, file, *arguments)
    assert done.status == 0, done.error
    return [json.loads(line)["uuid"] for line in done.output.splitlines()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{ONE}\n{TWO}\n", [ONE, TWO], id="lines"),
        pytest.param(f"{ONE}\n{TWO}", [ONE, TWO], id="no line break in the end"),
        pytest.param(f"{ONE}\r\n{TWO}\r\n", [ONE, TWO], id="crlf"),
        pytest.param(f"{ONE}\r{TWO}\r", [ONE, TWO], id="cr"),
        pytest.param("89UX09KA\nINV-89UX09KA\n00000002", [ONE, TWO], id="both forms, once each"),
        pytest.param(f"{TWO}\n{ONE}\n{TWO}\n", [TWO, ONE], id="duplicates, in order"),
        pytest.param(f"\n\n  {ONE}  \n\t\n\u00a0{TWO}\u00a0\n", [ONE, TWO], id="spaces and empty lines"),
        pytest.param(f"# {THREE}\n{ONE}\n  # and\n{TWO}\n#\n", [ONE, TWO], id="comments"),
        pytest.param("", [], id="empty"),
        pytest.param("# nothing today\n", [], id="a comment alone"),
        pytest.param(f'"{ONE}"\n"{TWO}"\n', [ONE, TWO], id="quotes"),
        pytest.param(f"{ONE};paid\n{TWO};created\n", [ONE, TWO], id="semicolons"),
        pytest.param(f'100,50;"{ONE}";"a;b"\n7;{TWO};c\n', [ONE, TWO], id="a decimal comma"),
        pytest.param(f"{ONE};;;\n{TWO};;;\n", [ONE, TWO], id="empty cells"),
        pytest.param(f"1\t{ONE}\n2\t{TWO}\n", [ONE, TWO], id="tabs"),
        pytest.param(f"Счет;Статус\n{ONE};оплачен\n", [ONE], id="a header in Russian"),
        pytest.param(f"Номер счета\n{ONE}\n", [ONE], id="a header of one column"),
        pytest.param("order,UUID\nA-1,89UX09KA\nORDER123,INV-00000002\n", [ONE, TWO], id="a column uuid"),
        pytest.param(f'uuid,order_id\n{ONE},"a\n# b, ""c"""\n{TWO},d\n', [ONE, TWO], id="a text of lines"),
        pytest.param(f"uuid,replaces\n{ONE},{THREE}\n", [ONE], id="ids in another column"),
        pytest.param(f'{{"uuid": "{ONE}", "n": 1}}\n\n{{"uuid": "00000002"}}\n', [ONE, TWO], id="json"),
        pytest.param(f"sep=;\r\nUUID;Статус\r\n{ONE};оплачен\r\n", [ONE], id="a delimiter for Excel"),
        pytest.param(f"# seen\n{ONE}, cancelled by hand\n", [ONE], id="words behind a comma"),
    ],
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1251"]
)
def test_ids_are_found_in_what_spreadsheets_and_people_write(
    cli: Cli, file: Path, text: str, expected: list[str], encoding: str
) -> None:
    file.write_bytes(text.encode(encoding))
    assert ids(cli, file) == expected


def test_rows_of_the_command_go_back_into_it(cli: Cli, file: Path) -> None:
    file.write_text(f"{ONE}\n{TWO}\n")
    for form in ("--json", "--csv"):
        file.write_text(dry_run(cli, file, form).output)
        assert ids(cli, file) == [ONE, TWO]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (f"{ONE}\nINV-89UX09K\n{TWO}\nx\n", ["2: not an invoice id", "4: not an invoice id"]),
        ("INV-89UX09K\n", ["1: not an invoice id"]),
        ("inv-89ux09ka\n", ["1: not an invoice id"]),
        ("https://pay.example/89UX09KA\n", ["1: not an invoice id"]),
        (f"\n# c\n{ONE}\nоплачен\n", ["4: not an invoice id"]),
        (f"{ONE},{TWO}\n", ["1: more than one invoice id: name the column uuid"]),
        (f"Счет;Статус\n{ONE};a\nитого;2\n", ["3: not an invoice id"]),
        (
            "Счет;Статус\n89UX09KA;paid\n",
            ["2: an id without 'INV-' counts only in a column with the name uuid"],
        ),
        (f"uuid;a\n{ONE};a\n;b\n", ["3: not an invoice id"]),
        (f'uuid,a\n{ONE},"x\ny"\nz,1\n', ["4: not an invoice id"]),
        (f'uuid\n{ONE}\n"{TWO}\n{THREE}\n', ["3: not an invoice id"]),
        (f'{{"uuid": "{ONE}"}}\n{{"uuid": 5}}\n{{}}\n[]\n', [f"{n}: not an invoice id" for n in (2, 3, 4)]),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_and_nothing_is_sent(
    cli: Cli, file: Path, text: str, problems: list[str]
) -> None:
    file.write_text(text, encoding="utf-8")
    done = dry_run(cli, file)
    assert (done.status, done.output) == (2, "")
    named = [line.removeprefix("cryptocloud invoice cancel: ") for line in done.error.splitlines()]
    assert [line for line in named if line.startswith(str(file))] == [f"{file}:{text}" for text in problems]
    assert "Nothing was sent" in done.error


def test_a_wrong_line_can_be_left_out(cli: Cli, file: Path) -> None:
    file.write_text(f"{ONE}\nnonsense\n{TWO}\n")
    done = dry_run(cli, file, "--skip-invalid")
    assert [json.loads(line)["uuid"] for line in done.output.splitlines()] == [ONE, TWO]
    assert f"{file}:2: not an invoice id\n" in done.error


def test_many_wrong_lines_are_counted(cli: Cli, file: Path) -> None:
    file.write_text(f"{ONE}\n" + "x\n" * 1000)
    error = dry_run(cli, file).error
    assert f"{file}: and 990 more\n" in error
    assert error.count("not an invoice id") == 10


def test_a_header_that_is_left_out_is_named(cli: Cli, file: Path) -> None:
    file.write_text(f"Счет;Статус\n{ONE};оплачен\n", encoding="windows-1251")
    assert f"{file}:1: taken for the names of columns\n" in dry_run(cli, file).error


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 a workbook", b"\x7fELF\x02\x00\x00\x00\x00", f"{ONE}\n\0".encode()]
)
def test_what_is_no_text_is_refused(cli: Cli, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    done = dry_run(cli, file)
    assert done.status == 2
    assert f"{file} is not a text: save a spreadsheet as CSV" in done.error


def test_a_folder_and_a_file_that_nobody_may_read(cli: Cli, tmp_path: Path) -> None:
    assert "--from-file: Is a directory" in dry_run(cli, tmp_path).error


def test_ids_come_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("invoice", "cancel", "--from-file", "-", "--dry-run", stdin=f"{ONE}\nx\n")
    assert done.status == 2
    assert "stdin:2: not an invoice id" in done.error
    assert run("invoice", "cancel", "--from-file", "-", "--dry-run", stdin=f"{ONE}\n").output == (
        f'{{"uuid": "{ONE}"}}\n'
    )


def test_ids_among_the_arguments_come_first(cli: Cli, file: Path) -> None:
    file.write_text(f"{ONE}\n{TWO}\n")
    done = cli("invoice", "cancel", TWO, "ABCDEFGH", "--from-file", str(file), "--dry-run")
    assert [json.loads(line)["uuid"] for line in done.output.splitlines()] == [TWO, THREE, ONE]


def test_a_long_file(cli: Cli, file: Path) -> None:
    file.write_text("".join(f"INV-{number:08}\n" for number in range(100_000)))
    done = dry_run(cli, file, "--csv")
    assert done.status == 0
    assert done.output.count("\n") == 100_001


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_file_is_read_or_refused(
    cli: Cli, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "file"
    file.write_bytes(content)
    assert dry_run(cli, file, "--skip-invalid").status in (0, 2)

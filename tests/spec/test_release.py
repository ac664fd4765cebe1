"""The files to share: JSON and YAML say the same, and what they cannot both say is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.edits import ROOT, SPEC


def release(spec: Path, into: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "release_spec.py"), "--spec", str(spec)]
    return subprocess.run([*command, "--into", str(into)], capture_output=True, encoding="utf-8", check=False)


def test_the_release_has_both_formats_under_stable_and_versioned_names(tmp_path: Path) -> None:
    done = release(ROOT / "spec" / "openapi.yaml", tmp_path / "dist")
    spec = yaml.safe_load(SPEC)
    names = [f"cryptocloud-openapi{version}" for version in (f"-{spec['info']['version']}", "")]
    files = [tmp_path / "dist" / f"{name}.{suffix}" for name in names for suffix in ("json", "yaml")]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [str(file) for file in files]
    assert sorted((tmp_path / "dist").iterdir()) == sorted(files)
    for file in files:
        content = file.read_text("utf-8")
        document = json.loads(content) if file.suffix == ".json" else yaml.safe_load(content)
        # As texts, in which 1, 1.0 and true are not equal.
        assert json.dumps(document) == json.dumps(spec)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("2023-01-01", "is not the same to every reader"),
        ("2023-01-01 12:00:00", "is not the same to every reader"),
        ("on", "is not the same to every reader"),
        ("No", "is not the same to every reader"),
        ("~", "is not the same to every reader"),
        ("", "is not the same to every reader"),
        ("12:30", "is not the same to every reader"),
        ("010", "is not the same to every reader"),
        ("0o10", "is not the same to every reader"),
        ("0x10", "is not the same to every reader"),
        ("1_000", "is not the same to every reader"),
        ("1e3", "is not the same to every reader"),
        (".inf", "is not the same to every reader"),
        ("0.1234567890123456789", "has more digits than readers keep"),
        ("{200: OK}", "the key 200 is not a text"),
        ("{a: 1, a: 2}", "a key stands here twice"),
        ("]", "not YAML"),
    ],
)
def test_what_yaml_and_json_do_not_say_alike_is_refused(tmp_path: Path, word: str, why: str) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(f"info: {{version: '1'}}\nexample: {word}\n", "utf-8")
    done = release(spec, tmp_path / "dist")
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "line 2" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("100.00", 100.0),
        ("0.000000000000000001", 1e-18),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-7", -7),
        ("true", True),
        ("null", None),
        ("'on'", "on"),
        ("'2023-01-01'", "2023-01-01"),
        ("text", "text"),
        ("01.01.2023", "01.01.2023"),
    ],
)
def test_a_value_stays_as_it_is(tmp_path: Path, word: str, value: object) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(f"info: {{version: '1'}}\nexample: {word}\n", "utf-8")
    done = release(spec, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    written = json.loads((tmp_path / "cryptocloud-openapi-1.json").read_text("utf-8"))
    assert json.dumps(written["example"]) == json.dumps(value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "utf-8"),
        (b"", "no version"),
        (b"[]", "no version"),
        (b"info: {}", "no version"),
        (b"info: {version: 1.5}", "no version"),
    ],
)
def test_what_is_no_spec_is_one_line(tmp_path: Path, content: bytes | None, why: str) -> None:
    spec = tmp_path / "openapi.yaml"
    if content is not None:
        spec.write_bytes(content)
    done = release(spec, tmp_path / "dist")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert why in done.stderr
    assert not (tmp_path / "dist").exists()

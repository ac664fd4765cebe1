"""The files to share: all formats say the same, and tell what viewers would not show."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

from support.edits import GIT, ROOT, SPEC, edited, line_of

TRY = "x-try: WORD\nexternalDocs:\n"


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / tool), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def release(spec: Path, into: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run("release_spec.py", "--spec", spec, "--into", into, *options)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the spec as it is."""
    into = tmp_path_factory.mktemp("release") / "dist"
    done = release(ROOT / "spec" / "openapi.yaml", into, "--draft")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == sorted(str(file) for file in into.rglob("*.*"))
    return into


def read(file: Path) -> Any:
    content = file.read_text("utf-8")
    return json.loads(content) if file.suffix == ".json" else yaml.safe_load(content)


def without_descriptions(node: object) -> object:
    if isinstance(node, dict):
        return {key: without_descriptions(value) for key, value in node.items() if key != "description"}
    return [without_descriptions(item) for item in node] if isinstance(node, list) else node


def operations(document: Any, *sections: str) -> list[Any]:
    return [item["post"] for section in sections for item in document[section].values()]


def test_the_release_has_stable_and_versioned_names(dist: Path) -> None:
    version = yaml.safe_load(SPEC)["info"]["version"]
    names = {
        f"{name}{part}.{suffix}"
        for name in ("cryptocloud-openapi", "cryptocloud-openapi31")
        for part in ("", f"-{version}")
        for suffix in ("json", "yaml")
    }
    names |= {f"cryptocloud{part}.postman_collection.json" for part in ("", f"-{version}")}
    assert {file.name for file in dist.iterdir() if file.is_file()} == names
    for name in names:
        stable = dist / name.replace(f"-{version}", "")
        assert (dist / name).read_bytes() == stable.read_bytes()
    for settings in (ROOT / "examples" / "clients").glob("*/generator.yaml"):
        released = dist / "generators" / f"{settings.parent.name}.yaml"
        assert released.read_bytes() == settings.read_bytes()


@pytest.mark.parametrize("name", ["cryptocloud-openapi", "cryptocloud-openapi31"])
def test_both_formats_say_the_same(dist: Path, name: str) -> None:
    # As texts, in which 1, 1.0 and true are not equal.
    assert json.dumps(read(dist / f"{name}.yaml")) == json.dumps(read(dist / f"{name}.json"))


def test_nothing_but_descriptions_is_added(dist: Path) -> None:
    released, spec = read(dist / "cryptocloud-openapi.json"), yaml.safe_load(SPEC)
    assert json.dumps(without_descriptions(released)) == json.dumps(without_descriptions(spec))


def test_descriptions_tell_what_stands_in_extensions(dist: Path) -> None:
    released, spec = read(dist / "cryptocloud-openapi.yaml"), yaml.safe_load(SPEC)
    before = operations(spec, "paths", "x-webhooks")
    for operation, unreleased in zip(operations(released, "paths", "x-webhooks"), before, strict=True):
        text = operation["description"]
        assert text.startswith(unreleased["description"].rstrip())
        assert all(f"* {doubt}\n" in text for doubt in operation["x-unverified"])
        assert f"**Source:** {operation['x-source']}\n" in text
        assert ("**Repetition:**" in text) == ("x-retry" in operation)
    cancel = released["paths"]["/invoice/merchant/canceled"]["post"]["description"]
    assert "never sent: repeat it; sent, and no whole answer came: ask what became of it" in cancel
    schemas = released["components"]["schemas"]
    for name in ("CoinCode", "FiatCode", "InvoiceStatus", "EnvelopeStatus", "CommissionSide"):
        known = schemas[name]["x-extensible-enum"]
        assert all(f"`{value}`" in schemas[name]["description"] for value in known)


def test_the_spec_in_openapi_31_is_clean_and_has_webhooks(dist: Path) -> None:
    lint = run("lint_spec.py", dist / "cryptocloud-openapi31.yaml")
    assert (lint.returncode, lint.stderr) == (0, ""), lint.stdout
    document = read(dist / "cryptocloud-openapi31.json")
    assert document["openapi"].startswith("3.1.")
    assert [each["operationId"] for each in operations(document, "webhooks")] == ["paymentPostback"]
    assert "x-webhooks" not in document
    OpenAPIV31SpecValidator(document).validate()


def test_a_slip_in_a_webhook_is_seen_in_openapi_31(dist: Path, tmp_path: Path) -> None:
    text = (dist / "cryptocloud-openapi31.yaml").read_text("utf-8")
    wrong = tmp_path / "openapi.yaml"
    wrong.write_text(edited(text, "invoice_info: links_invoice\n", "invoice_info: 5\n"), "utf-8")
    lint = run("lint_spec.py", wrong)
    assert "redocly, no-invalid-media-type-examples" in lint.stdout


def values(spec: Any) -> Iterator[Any]:
    """What schemas are tried with: every example that a schema has, and the same spoiled."""
    for name, schema in spec["components"]["schemas"].items():
        made = {
            member: each.get("example", "text") for member, each in schema.get("properties", {}).items()
        } or schema.get("example")
        tried = [made, None, 5, "text", [made]]
        if isinstance(made, dict):
            tried += [made | {member: other} for member in made for other in (None, 5, "text", [5], {"a": 1})]
            tried += [{member: made[member] for member in made if member != left} for left in made]
        yield pytest.param(name, tried, id=name)


@pytest.mark.parametrize(("name", "tried"), list(values(yaml.safe_load(SPEC))))
def test_openapi_31_takes_what_openapi_30_takes(dist: Path, name: str, tried: list[object]) -> None:
    old = Registry().with_resource("urn:spec", DRAFT4.create_resource(yaml.safe_load(SPEC)))
    document = read(dist / "cryptocloud-openapi31.json")
    new = Registry().with_resource("urn:spec", DRAFT202012.create_resource(document))
    reference = {"$ref": f"urn:spec#/components/schemas/{name}"}
    of_old, of_new = OAS30Validator(reference, registry=old), OAS31Validator(reference, registry=new)
    assert [of_new.is_valid(value) for value in tried] == [of_old.is_valid(value) for value in tried]


# The collection


def test_the_sandbox_answers_every_request_of_the_collection(dist: Path) -> None:
    replayed = run("replay_collection.py", dist / "cryptocloud.postman_collection.json")
    summaries = [each["summary"] for each in operations(yaml.safe_load(SPEC), "paths")]
    assert (replayed.returncode, replayed.stderr) == (0, "")
    assert sorted(replayed.stdout.splitlines()) == sorted(f"200  {summary}" for summary in summaries)


def test_the_collection_keeps_the_keys_apart(dist: Path) -> None:
    collection = read(dist / "cryptocloud.postman_collection.json")
    variables = {each["key"]: each["value"] for each in collection["variable"]}
    assert (variables["apiKey"], variables["withdrawalKey"]) == ("", "")
    assert variables["baseUrl"] == yaml.safe_load(SPEC)["servers"][-1]["url"]
    items = [item for folder in collection["item"] for item in folder["item"]]
    own = {item["name"]: json.dumps(item["request"]["auth"]) for item in items if "auth" in item["request"]}
    assert list(own) == ["Withdraw"]
    assert "{{withdrawalKey}}" in own["Withdraw"]
    assert "{{apiKey}}" in json.dumps(collection["auth"])
    assert "{{withdrawalKey}}" not in json.dumps(collection["auth"])


def test_a_refusal_fails_the_replay(dist: Path, tmp_path: Path) -> None:
    text = (dist / "cryptocloud.postman_collection.json").read_text("utf-8")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text.replace("{{invoiceId}}", "INV-00000000"), "utf-8")
    replayed = run("replay_collection.py", wrong)
    assert (replayed.returncode, replayed.stderr) == (1, "")
    assert '400  Cancel an invoice: {"status":"error"' in replayed.stdout


def test_a_stopped_sandbox_is_said_in_one_line(dist: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v2"
    replayed = run("replay_collection.py", dist / "cryptocloud.postman_collection.json", "--base-url", url)
    assert (replayed.returncode, replayed.stdout) == (2, "")
    assert replayed.stderr.startswith(f"cryptocloud.postman_collection.json: nothing answers at {url} (")
    assert replayed.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("openapi: 3.0.3", "not JSON"),
        ("[]", "not a collection"),
        ("{}", "not a collection"),
        (None, "No such file"),
    ],
)
def test_what_is_no_collection_is_said_in_one_line(tmp_path: Path, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / "c.json").write_text(content, "utf-8")
    replayed = run("replay_collection.py", tmp_path / "c.json")
    assert (replayed.returncode, replayed.stdout) == (2, "")
    assert why in replayed.stderr
    assert replayed.stderr.count("\n") == 1


# What cannot be released


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a spec, and the spec in it."""
    spec = tmp_path / "repository" / "spec" / "openapi.yaml"
    spec.parent.mkdir(parents=True)
    shutil.copy(ROOT / "spec" / "openapi.yaml", spec)
    for arguments in (["init"], ["add", "."], ["commit", "-m", "Write the spec"]):
        command = ["git", "-C", str(spec.parents[1]), *arguments]
        subprocess.run(command, env=GIT, check=True, capture_output=True)
    return spec


def test_what_is_committed_is_released(repository: Path, tmp_path: Path) -> None:
    done = release(repository, tmp_path / "dist")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", ["changed", "new"])
def test_what_is_not_committed_is_a_draft_at_most(repository: Path, tmp_path: Path, change: str) -> None:
    spec = repository if change == "changed" else repository.with_name("new.yaml")
    spec.write_text(edited(SPEC, "Cancel an invoice\n", "Cancel one invoice\n"), "utf-8")
    done = release(spec, tmp_path / "dist")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"spec/{spec.name} is not committed: commit it, or write a draft (DRAFT=1)\n" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "dist").exists()
    assert release(spec, tmp_path / "dist", "--draft").returncode == 0


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
    text = edited(SPEC, "externalDocs:\n", TRY.replace("WORD", word))
    spec.write_text(text, "utf-8")
    done = release(spec, tmp_path / "dist")
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert f"line {line_of(text, 'x-try:')}" in done.stderr
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
        ("'1e3'", "1e3"),
        ("'0o10'", "0o10"),
        ('"1\\n2"', "1\n2"),
        ("text", "text"),
        ("01.01.2023", "01.01.2023"),
    ],
)
def test_a_value_stays_as_it_is(tmp_path: Path, word: str, value: object) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(edited(SPEC, "externalDocs:\n", TRY.replace("WORD", word)), "utf-8")
    done = release(spec, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for suffix in ("json", "yaml"):
        written = read(tmp_path / f"cryptocloud-openapi.{suffix}")
        assert json.dumps(written["x-try"]) == json.dumps(value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "utf-8"),
        (b"", "no version"),
        (b"[]", "no version"),
        (b"info: {}", "no version"),
        (b"info: {version: 1.5}", "no version"),
        (b"info: {version: '1.5.0'}", "it has no `"),
        (SPEC.replace("      x-source:", "      x-sauce:").encode(), "it has no `x-source`"),
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

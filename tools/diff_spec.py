"""Say what a change of the spec breaks, for whom, and which version it owes.

`redocly diff` finds the changes, and rates what they do on the wire. Added here is who is concerned, since a
schema is reported once however many operations use it; and that a name which is gone from generated code
breaks whoever used it, even where the wire does not mind.

The version is `info.version` of the spec. From 1.0 on a breaking change owes a major step; below, a minor
one. With `--check` a breaking change fails that comes without its step, or whose new version the changelog
does not name, as "spec 1.2.0".
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from lint_spec import ROOT, SETTINGS, ToolError, start

STEPS = ["none", "patch", "minor", "major"]

SENDERS = "who send requests"
READERS = "who read answers"
TAKERS = "who take postbacks"
CODERS = "who wrote code for a generated client"

# Where a schema is in requests and in answers, these break one side only. Anything else that redocly calls
# breaking breaks all sides.
ONE_SIDED = {
    "enum-values-removed": [SENDERS],
    "required-properties-added": [SENDERS],
    "enum-values-added": [READERS, TAKERS],
    "required-properties-removed": [READERS, TAKERS],
}

# Generators take the names of classes, attributes and modules from here.
NAMES = re.compile(r"#/components/schemas/[^/]+|.*/properties/[^/]+|.*/tags")

# Redocly has a new example owe as much as a new operation does.
PROSE = ["Example", "ExamplesMap", "SpecExtension"]


class DiffError(Exception):
    """There is nothing to compare. The message says why, in one line."""


class NoHistoryError(DiffError):
    """Git knows no earlier spec."""


class Use(NamedTuple):
    """One side of one operation reaches one place of the spec."""

    side: str
    operation: str
    pointer: str


class Spec(NamedTuple):
    """The spec at some time."""

    name: str
    text: str
    document: dict[str, Any]
    version: str
    uses: list[Use]


class Change(NamedTuple):
    """One thing that is different.

    Attributes:
        step: The step that it owes, from 1.0 on.
        message: What is different.
        place: File and line, of the older spec if it is gone from the newer; and the generated class.
        breaks: For whom it breaks, each side with its operations.
    """

    step: str
    message: str
    place: str
    breaks: dict[str, list[str]]


def parsed(name: str, text: str) -> Spec:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DiffError(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise DiffError(f"{name} is not an OpenAPI document")
    version = str(document.get("info", {}).get("version"))
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise DiffError(f"{name} has no info.version of three numbers")
    return Spec(name, text, document, version, list(_uses(document)))


def _uses(document: dict[str, Any]) -> Iterator[Use]:
    for section in ("paths", "x-webhooks"):
        for path, item in document.get(section, {}).items():
            for method, operation in item.items():
                here = f"#/{section}/{path.replace('/', '~1')}/{method}"
                name = operation.get("operationId", path)
                keys = [key for scheme in operation.get("security", []) for key in scheme]
                sides = {
                    SENDERS: ["#/servers", *(f"#/components/securitySchemes/{key}" for key in keys)]
                    + [f"{here}/{part}" for part in operation if part != "responses"],
                    READERS: [f"{here}/responses"],
                }
                for side, parts in sides.items() if section == "paths" else [(TAKERS, [here])]:
                    for pointer in _reached(document, parts):
                        yield Use(side, name, pointer)


def _reached(document: dict[str, Any], pointers: list[str]) -> list[str]:
    """The places, and all that they refer to, directly or not."""
    reached: list[str] = []
    while pointers:
        pointer = pointers.pop()
        if pointer in reached:
            continue
        reached.append(pointer)
        node: Any = document
        for key in pointer.split("/")[1:]:
            node = node.get(key.replace("~1", "/"), {})  # a reference to nothing is the linters' business
        pointers += _references(node)
    return reached


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for member in node:
            yield from _references(member)


def git(spec: Path, *arguments: str) -> str:
    command = ["git", "-C", str(spec.parent), *arguments]
    try:
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        raise DiffError("git is not installed") from None
    if run.returncode:
        raise DiffError(run.stderr.strip().rpartition("\n")[2])
    return run.stdout


def at(spec: Path, revision: str) -> Spec:
    """The spec as it was at a git revision."""
    try:
        commit = git(spec, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except DiffError as error:
        raise DiffError(f"there is no revision {revision} here ({error})") from None
    try:
        text = git(spec, "show", f"{commit}:./{spec.name}")
    except DiffError:
        raise DiffError(f"revision {revision} has no {spec.name}") from None
    return parsed(f"{spec.name} of {revision}", text)


def bases(spec: Path, now: Spec) -> list[Spec]:
    """What the spec answers for: the version before, as it was at last, and its own, as it was at first.

    A version that was committed counts as published, since people take the spec from the repository.
    """
    try:
        commits = git(spec, "log", "--format=%h", "--", spec.name).split()
    except DiffError as error:
        raise NoHistoryError(str(error)) from None
    own: list[Spec] = []
    for commit in commits:
        with contextlib.suppress(DiffError):  # a commit may have lost or broken it
            then = at(spec, commit)
            if then.version != now.version:
                return [then, *own]
            own = [then]
    if not own:
        raise NoHistoryError("git knows no earlier one")
    return own


def changes(base: Spec, now: Spec) -> list[Change]:
    """What is different, what breaks first."""
    with tempfile.TemporaryDirectory(prefix="cryptocloud-diff-") as folder:
        files = [Path(folder) / "base.yaml", Path(folder) / "now.yaml"]
        for file, spec in zip(files, (base, now), strict=True):
            file.write_text(spec.text, encoding="utf-8")
        options = ["--format", "json", "--fail-on", "none", "--config", str(SETTINGS / "redocly.yaml")]
        with start("redocly", "diff", *options, *map(str, files)) as run:
            report, _ = run.communicate()
    if run.returncode:
        raise DiffError(
            f"redocly cannot compare {now.name} with {base.name}: `make lint-spec` tells what is wrong"
        )
    found = [change for entry in json.loads(report)["changes"] for change in _changes(entry, base, now)]
    return sorted(found, key=lambda change: -STEPS.index(change.step))


def _changes(entry: dict[str, Any], base: Spec, now: Spec) -> Iterator[Change]:
    """The changes in one entry of redocly's report: one for each thing that it breaks, else one."""
    spec, found = (now, entry["revision"]) if "revision" in entry else (base, entry["base"])
    pointer: str = found["pointer"]
    if pointer == "#/info/version":
        return
    place = f"{spec.name}:{found['line']}"
    if schema := re.match(r"#/components/schemas/([^/]+)", pointer):
        place += f", generated class {schema[1]}"
    concerned = _concerned(spec, pointer)
    if entry["verdicts"]:
        for verdict in entry["verdicts"]:
            sides = ONE_SIDED.get(verdict["ruleId"], list(concerned))
            breaks = {side: operations for side, operations in concerned.items() if side in sides}
            yield Change("major", verdict["message"], place, breaks)
    elif message := _lost_name(entry):
        operations = sorted({operation for operations in concerned.values() for operation in operations})
        yield Change("major", message, place, {CODERS: operations})
    else:
        step = "patch" if entry["typeName"] in PROSE else entry["impact"]
        where = pointer.removeprefix("#/").replace("/", " ").replace("~1", "/")
        yield Change(step, f"{entry['kind']}: {where}", place, {})


def _concerned(spec: Spec, pointer: str) -> dict[str, list[str]]:
    """The sides that reach a place, or reach something in it, each with its operations."""
    concerned: dict[str, list[str]] = {}
    for use in spec.uses:
        if f"{pointer}/".startswith(f"{use.pointer}/") or f"{use.pointer}/".startswith(f"{pointer}/"):
            operations = concerned.setdefault(use.side, [])
            if use.operation not in operations:
                operations.append(use.operation)
    return concerned


def _lost_name(entry: dict[str, Any]) -> str | None:
    if entry["kind"] == "added" or not NAMES.fullmatch(entry["base"]["pointer"]):
        return None
    if entry["kind"] == "removed":
        return f"Generated code has no `{entry['base']['pointer'].rpartition('/')[2]}` any more."
    if entry["property"] in ("key", "tags"):
        before, after = entry["base"]["value"], entry["revision"]["value"]
        return f"In generated code {before!r} became {after!r}."
    return None


def owed(version: str, step: str) -> str:
    """The lowest version that a spec with such a change may have."""
    major, minor, patch = map(int, version.split("."))
    if step == "major" and major:
        return f"{major + 1}.0.0"
    if step in ("major", "minor"):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}" if step == "patch" else version


def report(base: Spec, now: Spec, found: list[Change]) -> Iterator[str]:
    """What to tell a reader of a comparison, line by line."""
    yield f"{now.name} {now.version}, compared with {base.name} ({base.version}):"
    for change in found:
        yield f"  {'BREAKING' if change.step == 'major' else change.step}  {change.message}  ({change.place})"
        for side, operations in change.breaks.items():
            yield f"    breaks those {side}: {', '.join(operations)}"
    step = found[0].step if found else "none" if base.document == now.document else "patch"
    least = owed(base.version, step)
    if step == "none":
        yield "  Nothing changed: no step of the version is owed."
    elif step == "major" and least.startswith("0."):
        yield f"  A major step is owed; below 1.0 that is a minor one: {least} or later."
    else:
        yield f"  A {step} step is owed: {least} or later."


def lack(base: Spec, now: Spec, found: list[Change], changelog: Path) -> str | None:
    """What a breaking change should have come with."""
    if not any(change.step == "major" for change in found):
        return None
    least = owed(base.version, "major")
    if _numbers(now.version) < _numbers(least):
        return f"{now.name} breaks {base.name}: info.version has to be {least} or later, not {now.version}."
    named = f"spec {now.version}"
    if not re.search(rf"\b{re.escape(named)}\b", changelog.read_text(encoding="utf-8")):
        return f'{now.name} breaks {base.name}: {changelog.name} has to tell how, and name it "{named}".'
    return None


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def main() -> int:
    parser = argparse.ArgumentParser(description="Say what a change of the spec breaks.")
    parser.add_argument(
        "revision",
        nargs="?",
        help="compare with this git revision; else with the spec's version before, and with its own at first",
    )
    parser.add_argument("--check", action="store_true", help="fail when a breaking change lacks what it owes")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    arguments = parser.parse_args()
    spec: Path = arguments.spec.resolve()
    changelog = spec.parent.parent / "CHANGELOG.md"
    lacking: list[str] = []
    try:
        now = parsed(os.path.relpath(spec), spec.read_text(encoding="utf-8"))
        older = [at(spec, arguments.revision)] if arguments.revision else bases(spec, now)
        for base in older:
            found = changes(base, now)
            lacks = lack(base, now, found, changelog)
            if lacks or not arguments.check:
                print("\n".join(report(base, now, found)))
            lacking += [lacks] if lacks else []
    except NoHistoryError as error:
        print(f"The spec is compared with nothing: {error}.")
        return 0
    except (DiffError, ToolError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    if not arguments.check:
        return 0
    for fault in lacking:
        print(fault, file=sys.stderr)
    if lacking:
        return 1
    print(f"{now.name} {now.version} keeps what it promised in {' and '.join(base.name for base in older)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

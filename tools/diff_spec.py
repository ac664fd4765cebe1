"""Say what a change of the spec breaks, for whom, and which version it owes.

`redocly diff` finds the changes, and rates what they do on the wire. Added here is who is concerned, since a
schema is reported once however many operations use it; that a name which is gone from generated code
breaks whoever used it, even where the wire does not mind; and what the extensions of this spec mean: what may
be repeated, and which values are known. RULE is the whole rule of versions. With a revision, what has
changed since is told, and nothing is owed.
"""

import argparse
import contextlib
import functools
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
from spec_files import Place, operations

RULE = """\
The spec answers for the last release: the newest tag `v*` below the current commit. As long as there is none,
it answers for the commit at which the branch left `main`, and on `main` for the last commit. Whatever changed
since then owes one step of `info.version`, once: a breaking change the first number, below 1.0 the middle
one; an addition the middle one; words and examples the last one. A breaking change also owes a line in the
changelog that tells how it breaks and names the version, as "spec 1.2.0".
"""

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

# What is told here, and by redocly as some extension that is different.
OWN = re.compile(r".*/(x-retry|x-extensible-enum)(/.*)?")

MOST_PATCHES = 10


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


class Rename(NamedTuple):
    """A schema or a property that is the same under another name."""

    kind: str
    before: str
    after: str

    @property
    def names(self) -> tuple[str, str]:
        return self.before.rpartition("/")[2], self.after.rpartition("/")[2]


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
    for place, operation in operations(document, "paths", "x-webhooks"):
        here = place.pointer
        keys = [key for scheme in operation.get("security", []) for key in scheme]
        sides = {
            SENDERS: ["#/servers", *(f"#/components/securitySchemes/{key}" for key in keys)]
            + [f"{here}/{part}" for part in operation if part != "responses"],
            READERS: [f"{here}/responses"],
        }
        for side, parts in sides.items() if place.section == "paths" else [(TAKERS, [here])]:
            for pointer in _reached(document, parts):
                yield Use(side, _name(place, operation), pointer)


def _name(place: Place, operation: dict[str, Any]) -> str:
    return operation.get("operationId") or place.path


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


def at(spec: Path, revision: str, name: str = "") -> Spec:
    """The spec as it was at a git revision."""
    try:
        commit = git(spec, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except DiffError as error:
        raise DiffError(f"there is no revision {revision} here ({error})") from None
    try:
        text = git(spec, "show", f"{commit}:./{spec.name}")
    except DiffError:
        raise DiffError(f"revision {revision} has no {spec.name}") from None
    return parsed(f"{spec.name} of {name or revision}", text)


def base_of(spec: Path) -> Spec:
    """What the spec answers for, by RULE."""
    revision, what = _published(spec)
    try:
        return at(spec, revision, what)
    except DiffError as error:
        raise NoHistoryError(str(error)) from None


def _published(spec: Path) -> tuple[str, str]:
    """A revision, and what to call it."""
    with contextlib.suppress(DiffError):
        tag = git(spec, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").strip()
        return tag, f"the last release, {tag}"
    for main in ("main", "origin/main"):
        with contextlib.suppress(DiffError):
            commit = git(spec, "merge-base", "HEAD", main).strip()
            on_main = commit == git(spec, "rev-parse", "HEAD").strip()
            return commit, "the last commit" if on_main else f"{commit[:9]}, where the branch left {main}"
    return "HEAD", "the last commit"


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
    renames = list(_renames(base, now))
    found = [
        *_renamed(renames, base, now),
        *_repetitions(base, now),
        *_known_values(base, now, renames),
        *(
            change
            for entry in json.loads(report)["changes"]
            if not _is_covered(entry, base, now, renames)
            for change in _changes(entry, base, now)
        ),
    ]
    return sorted(_merged(found), key=lambda change: -STEPS.index(change.step))


def _merged(found: list[Change]) -> Iterator[Change]:
    """The changes, and those that say the same of several operations as one."""
    same: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        same.setdefault((change.step, change.message), []).append(change)
    for alike in same.values():
        breaks: dict[str, list[str]] = {}
        for change in alike:
            for side, names in change.breaks.items():
                affected = breaks.setdefault(side, [])
                affected += [name for name in names if name not in affected]
        yield alike[0]._replace(breaks=breaks)


def _changes(entry: dict[str, Any], base: Spec, now: Spec) -> Iterator[Change]:
    """The changes in one entry of redocly's report: one for each thing that it breaks, else one."""
    spec, found = (now, entry["revision"]) if "revision" in entry else (base, entry["base"])
    pointer: str = found["pointer"]
    if pointer == "#/info/version":
        return
    place = _place(spec, pointer)
    concerned = _concerned(spec, pointer)
    if entry["verdicts"]:
        for verdict in entry["verdicts"]:
            sides = ONE_SIDED.get(verdict["ruleId"], list(concerned))
            breaks = {side: operations for side, operations in concerned.items() if side in sides}
            yield Change("major", verdict["message"], place, breaks)
    elif message := _lost_name(entry):
        yield Change("major", message, place, {CODERS: _operations(concerned)})
    else:
        step = "patch" if entry["typeName"] in PROSE else entry["impact"]
        where = pointer.removeprefix("#/").replace("/", " ").replace("~1", "/")
        yield Change(step, f"{entry['kind']}: {where}", place, {})


def _place(spec: Spec, pointer: str) -> str:
    schema = re.match(r"#/components/schemas/([^/]+)", pointer)
    return f"{spec.name}:{_line(spec.text, pointer)}" + (f", generated class {schema[1]}" if schema else "")


def _line(text: str, pointer: str) -> int:
    """The line of a place in a spec: where its name stands."""
    node, line = _composed(text), 0
    for name in pointer.split("/")[1:]:
        if isinstance(node, yaml.SequenceNode):
            key = node = node.value[int(name)]
        else:
            key, node = next(pair for pair in node.value if pair[0].value == name.replace("~1", "/"))
        line = key.start_mark.line
    return line + 1


@functools.cache
def _composed(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.CSafeLoader)


def _operations(concerned: dict[str, list[str]]) -> list[str]:
    return sorted({operation for operations in concerned.values() for operation in operations})


# Renames: redocly tells some of them as something that is gone, something that is new, and what requires it.


def _renames(base: Spec, now: Spec) -> Iterator[Rename]:
    schemas = "#/components/schemas"
    before, after = _schemas(base), _schemas(now)
    same = {name: name for name in before if name in after}
    for old, new in _paired(before, after):
        same[old] = new
        yield Rename("Schema", f"{schemas}/{old}", f"{schemas}/{new}")
    for old, new in same.items():
        for one, other in _paired(_properties(before[old]), _properties(after[new])):
            place = "{}/{}/properties/{}"
            yield Rename("Property", place.format(schemas, old, one), place.format(schemas, new, other))


def _schemas(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = spec.document.get("components", {}).get("schemas", {})
    return found


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema.get("properties", {})
    return found


def _paired(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that are gone, each with the only new one that stands for the same."""
    removed = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    for old in removed:
        alike = [name for name in new if _bare(after[name]) == _bare(before[old])]
        rivals = [name for name in removed if _bare(before[name]) == _bare(before[old])]
        if len(alike) == len(rivals) == 1:
            yield old, alike[0]


def _bare(node: Any) -> Any:
    """A schema without its words."""
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in ("description", "example")}
    return node


def _renamed(renames: list[Rename], base: Spec, now: Spec) -> Iterator[Change]:
    for rename in renames:
        old, new = rename.names
        concerned = _concerned(base, rename.before)
        if rename.kind == "Schema":
            concerned = {CODERS: _operations(concerned)}
            what = f"Schema `{old}`"
        else:
            what = f"Property `{old}` of `{rename.after.split('/')[3]}`"
        place = _place(now, rename.after)
        yield Change("major", f"{what} was renamed to `{new}`.", place, concerned)


def _is_covered(entry: dict[str, Any], base: Spec, now: Spec, renames: list[Rename]) -> bool:
    """Whether an entry is part of what is told here in other words."""
    before, after = (entry.get(side, {}).get("pointer", "") for side in ("base", "revision"))
    if OWN.fullmatch(before or after):
        return True
    for rename in renames:
        if rename.kind == "Schema":
            # What happened to its properties is redocly's to tell.
            is_part = before == rename.before or after == rename.after
        else:
            is_part = _is_in(before, rename.before) or _is_in(after, rename.after)
        if is_part:
            return True
    names = {name for rename in renames if rename.kind == "Property" for name in rename.names}
    rules = {verdict["ruleId"] for verdict in entry["verdicts"]}
    if rules and rules <= {"required-properties-added", "required-properties-removed"}:
        required = [_required(base, before), _required(now, after)]
        return required[0] ^ required[1] <= names
    return False


def _is_in(pointer: str, place: str) -> bool:
    return f"{pointer}/".startswith(f"{place}/")


def _required(spec: Spec, pointer: str) -> set[str]:
    node: Any = spec.document
    for name in pointer.removesuffix("/required").split("/")[1:]:
        node = node.get(name.replace("~1", "/"), {})
    return set(node.get("required", ()))


# Extensions.


def _repetitions(base: Spec, now: Spec) -> Iterator[Change]:
    earlier = dict(operations(base.document, "paths"))
    for place, operation in operations(now.document, "paths"):
        old, new = (each.get("x-retry") for each in (earlier.get(place, {}), operation))
        if not isinstance(old, dict) or old == new:
            continue
        # One that is no object is the linters' business.
        new = new if isinstance(new, dict) else {}
        which = ", ".join(
            f"`{key}` was {old.get(key)} and is {new.get(key)}"
            for key in (old | new)
            if old.get(key) != new.get(key)
        )
        name = _name(place, operation)
        message = f"`x-retry` of `{name}` changed: {which}."
        yield Change("major", message, _place(now, place.pointer), {SENDERS: [name]})


def _known_values(base: Spec, now: Spec, renames: list[Rename]) -> Iterator[Change]:
    before, after = dict(_open_lists(base.document)), dict(_open_lists(now.document))
    moved = {rename.before: rename.after for rename in renames}
    for pointer, values in before.items():
        place = next(
            (new + pointer.removeprefix(old) for old, new in moved.items() if _is_in(pointer, old)), pointer
        )
        name = place.removeprefix("#/").removeprefix("components/schemas/").replace("/properties/", ".")
        name = name.replace("/", " ").replace("~1", "/")
        for step, which, verb in (
            ("minor", [value for value in values if value not in after.get(place, values)], "left"),
            ("patch", [value for value in after.get(place, ()) if value not in values], "joined"),
        ):
            if which:
                listed = ", ".join(f"`{value}`" for value in which)
                yield Change(step, f"{listed} {verb} the known values of {name}.", _place(now, place), {})


def _open_lists(node: Any, pointer: str = "#") -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, dict):
        if isinstance(node.get("x-extensible-enum"), list):
            yield pointer, node["x-extensible-enum"]
        node = {key.replace("/", "~1"): value for key, value in node.items()}
    elif isinstance(node, list):
        node = dict(enumerate(node))
    else:
        return
    for key, value in node.items():
        yield from _open_lists(value, f"{pointer}/{key}")


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


def _step(base: Spec, now: Spec, found: list[Change]) -> str:
    return found[0].step if found else "none" if base.document == now.document else "patch"


def report(base: Spec, now: Spec, found: list[Change]) -> Iterator[str]:
    """What to tell a reader of a comparison, line by line."""
    yield f"{now.name} {now.version}, compared with {base.name} ({base.version}):"
    patches = [change for change in found if change.step == "patch"]
    for change in found:
        if change.step == "patch" and len(patches) > MOST_PATCHES:
            continue
        yield f"  {'BREAKING' if change.step == 'major' else change.step}  {change.message}  ({change.place})"
        for side, names in change.breaks.items():
            yield f"    breaks those {side}: {', '.join(names)}"
    if len(patches) > MOST_PATCHES:
        yield f"  patch  {len(patches)} changes of words, examples and known values"
    step = _step(base, now, found)
    least = owed(base.version, step)
    if step == "none":
        yield "  Nothing changed: no step of the version is owed."
    elif step == "major" and least.startswith("0."):
        yield f"  A major step is owed; below 1.0 that is a minor one: {least} or later."
    else:
        yield f"  A {step} step is owed: {least} or later."


def debts(base: Spec, now: Spec, found: list[Change], changelog: Path) -> Iterator[str]:
    """What the changes should have come with."""
    step = _step(base, now, found)
    least = owed(base.version, step)
    if _numbers(now.version) < _numbers(least):
        yield f"{now.name}: info.version has to be {least} or later, not {now.version}."
    elif step == "major":
        named = f"spec {now.version}"
        if not re.search(rf"\b{re.escape(named)}\b", changelog.read_text(encoding="utf-8")):
            yield f'{now.name} breaks something: {changelog.name} has to tell how, and name it "{named}".'
    for name in sorted(_names(base.document) - _names(now.document)):
        lines = [str(number) for number, line in enumerate(now.text.splitlines(), 1) if f"`{name}`" in line]
        if lines:
            yield f"{now.name} still speaks of `{name}`, which is gone, in line {', '.join(lines)}."


def _names(node: Any) -> set[str]:
    """All names of members in a document."""
    if isinstance(node, list):
        return set().union(*map(_names, node))
    if isinstance(node, dict):
        return {str(name) for name in node}.union(*map(_names, node.values()))
    return set()


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def main() -> int:
    parser = argparse.ArgumentParser(description="Say what a change of the spec breaks.", epilog=RULE)
    parser.add_argument("revision", nargs="?", help="tell what has changed since this git revision")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    arguments = parser.parse_args()
    spec: Path = arguments.spec.resolve()
    try:
        now = parsed(os.path.relpath(spec), spec.read_text(encoding="utf-8"))
        base = at(spec, arguments.revision) if arguments.revision else base_of(spec)
        found = changes(base, now)
        owing = [] if arguments.revision else list(debts(base, now, found, spec.parents[1] / "CHANGELOG.md"))
    except NoHistoryError as error:
        print(f"The spec is compared with nothing: {error}.")
        return 0
    except (DiffError, ToolError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(report(base, now, found)), flush=True)
    for debt in owing:
        print(debt, file=sys.stderr)
    return 1 if owing else 0


if __name__ == "__main__":
    sys.exit(main())

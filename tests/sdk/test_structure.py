"""The house stands as CONTRIBUTING says: which room imports which, and which wing has which door."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import cryptocloud

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {"cryptocloud": "wrapper", "cryptocloud_cli": "cli", "cryptocloud_sandbox": "sandbox"}

FLOORS = [
    # From the bottom up. A room imports rooms of lower floors, and of its own floor without a circle.
    ["_json", "_lazy", "_secret", "_spec", "_version", "_arguments", "_transport"],
    ["models", "_settings"],
    ["errors"],
    ["_call", "_journal", "postback"],
    ["_session"],
    ["_bulk", "_generated", "_watch"],
    ["resources"],
    ["client"],
    ["otel", "web"],
    ["__init__"],
]
"""The rooms of the wrapper: files, and the wings with all of their files."""

WINGS = {"_call", "_transport"}
"""Folders that others import from by their own name, and not by those of the files in them."""

PACKAGES = {
    # Who may import which of the packages.
    "cryptocloud": {"cryptocloud", "cryptocloud_client"},
    "cryptocloud_cli": {"cryptocloud", "cryptocloud_cli", "cryptocloud_sandbox"},
    "cryptocloud_sandbox": {"cryptocloud_sandbox"},
}

HTTPX = {"cryptocloud._generated", "cryptocloud._transport.httpx"}
"""The only files of the wrapper that know httpx, type checking included."""

OF_A_TEST = {"cryptocloud_sandbox.pytest_plugin"}
"""What runs in a user's test beside the wrapper, and makes clients there."""


def modules(package: str) -> dict[str, ast.Module]:
    """The syntax trees of a package by module. That of a package itself ends in `__init__`."""
    source = ROOT / SOURCES[package]
    return {
        ".".join(path.relative_to(source).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in (source / package).rglob("*.py")
    }


def imports(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """The modules that a module imports, wherever in it, those that it imports lazily included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module is None or node.level:
                continue  # within the sandbox
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known or f"{name}.__init__" in known else node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "LazyModule":
            yield ast.literal_eval(node.args[0])


def room(module: str) -> str:
    """The room of a module of the wrapper: a file of the front, or a wing."""
    name = module.removeprefix("cryptocloud.").partition(".")[0]
    return "__init__" if module == "cryptocloud" else name


def arrows() -> dict[str, set[str]]:
    """The imports of the wrapper within itself, module by module."""
    trees = modules("cryptocloud")
    known = set(trees)
    return {
        module: {
            name
            for imported in imports(tree, known)
            if (name := f"{imported}.__init__" if f"{imported}.__init__" in known else imported) in known
        }
        for module, tree in trees.items()
    }


def table() -> str:
    """What the house looks like, for a failure."""
    return "\n".join(f"floor {number}: {', '.join(rooms)}" for number, rooms in enumerate(FLOORS))


def test_no_file_stands_in_a_circle() -> None:
    try:
        TopologicalSorter(arrows()).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from None


def test_no_arrow_runs_up() -> None:
    floor_of = {name: number for number, rooms in enumerate(FLOORS) for name in rooms}
    wrong = [
        f"{module} (floor {floor_of[room(module)]}) imports {imported} (floor {floor_of[room(imported)]})"
        for module, names in arrows().items()
        for imported in names
        if floor_of[room(module)] < floor_of[room(imported)]
    ]
    assert not wrong, "\n".join([*wrong, table()])


def test_every_room_has_a_floor() -> None:
    assert sorted({room(module) for module in arrows()}) == sorted(name for rooms in FLOORS for name in rooms)


def test_a_wing_is_entered_by_its_door() -> None:
    wrong = []
    for package in SOURCES:
        for module, tree in modules(package).items():
            for node in ast.walk(tree):
                if not isinstance(node, ast.ImportFrom) or not node.module:
                    continue
                parts = node.module.split(".")
                is_inside = package == "cryptocloud" and room(module) in parts[1:2]
                if parts[0] == "cryptocloud" and len(parts) > 2 and parts[1] in WINGS and not is_inside:
                    wrong.append(f"{module} imports from {node.module}, and not from {'.'.join(parts[:2])}")
    assert not wrong, "\n".join(wrong)


def test_the_transport_imports_nothing_else_of_the_package() -> None:
    for module, names in arrows().items():
        if room(module) == "_transport":
            assert {room(name) for name in names} <= {"_transport"}, module


def test_packages_import_one_way() -> None:
    for package, allowed in PACKAGES.items():
        for module, tree in modules(package).items():
            if module in OF_A_TEST:
                continue
            for name in imports(tree, set()):
                top = name.partition(".")[0]
                assert not top.startswith("cryptocloud") or top in allowed, f"{module} imports {name}"


def test_httpx_is_known_in_two_files() -> None:
    users = {
        module
        for module, tree in modules("cryptocloud").items()
        if any(name.partition(".")[0] in ("httpx", "httpx2") for name in imports(tree, set()))
    }
    assert users == HTTPX


def test_what_is_imported_lazily_is_imported_for_who_reads_the_code() -> None:
    """Such as PyInstaller, which takes along what stands in an import."""
    plain: set[str] = set()
    lazy = {"cryptocloud.models", *(module for module, _ in cryptocloud._ELSEWHERE.values())}
    for tree in modules("cryptocloud").values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                plain |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                plain |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "LazyModule":
                lazy.add(ast.literal_eval(node.args[0]))
    assert lazy
    assert not lazy - plain

"""Write the generated client from the spec, or check that it is what the spec gives.

The client is generated into a temporary folder and put in place only when that succeeded, so a
broken spec leaves the old one standing. Two runs over one spec give the same bytes: versions are
pinned, and nothing of the machine gets into the output.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from spec_files import METHODS, in_json, parsed, resolved
from spec_prose import retry_fault

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = "openapi-python-client"
# The generator's closing paragraph, which would send people to somebody else's tracker.
ADVICE = "If you believe this was a mistake"
# One slip in a schema is reported once for everything that uses it.
MOST_LINES = 20


class GenerationError(Exception):
    """The generator did not give a client."""


def provenance(spec: Path) -> str:
    """The first line of the generated package: what it was made from, and with what."""
    # Two parts of the path are the same on every machine, the whole is not.
    name = "/".join(spec.parts[-2:])
    # The text, and not the bytes: git may write its lines with other ends.
    digest = hashlib.sha256(spec.read_text(encoding="utf-8").encode()).hexdigest()
    return (
        f"# Written by `make generate` with {GENERATOR} {metadata.version(GENERATOR)}"
        f" from {name}, sha256 {digest}. Do not edit.\n"
    )


def generate(spec: Path, into: Path) -> None:
    """Generate a whole client into the folder `into`, which must not exist yet."""
    try:
        first_line = provenance(spec)
        document = parsed(spec.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise GenerationError(f"{spec} is no OpenAPI document")
        as_json = in_json(document)
    except metadata.PackageNotFoundError:
        raise GenerationError(f"{GENERATOR} is not installed for {sys.executable}") from None
    except OSError as error:
        raise GenerationError(f"cannot read the spec: {error}") from None
    except ValueError as error:
        raise GenerationError(f"{spec}: {error}") from None

    tools = Path(sys.executable).parent
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    command += ["--path", str(spec), "--output-path", str(into)]
    command += ["--config", str(ROOT / "spec" / "generator.yaml")]
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",  # the pinned ruff, before any other
        "PYTHONUTF8": "1",
    }
    run = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    if run.returncode:
        reason = run.stderr.partition(ADVICE)[0].strip().splitlines()[:MOST_LINES]
        raise GenerationError("\n".join([f"{GENERATOR} refused {spec}:", *reason]))

    init = into / "__init__.py"
    init.write_bytes(first_line.encode() + init.read_bytes())
    (into / "py.typed").touch()
    (into / "openapi.json").write_bytes(as_json.encode())
    parts = json.loads(as_json)
    version = parts["info"]["version"]
    (into / "api_version.py").write_bytes(f'API_VERSION = "{version}"\n'.encode())
    facts = json.dumps(operations(parts), indent=4)
    (into / "operations.py").write_bytes(
        f"from typing import Any\n\nOPERATIONS: dict[str, dict[str, Any]] = {facts}\n".encode()
    )


def operations(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the spec says of each operation, and the generated function does not know, by path."""
    facts = {}
    for path, item in spec["paths"].items():
        methods = [name for name in item if name in METHODS]
        if len(methods) != 1:
            raise GenerationError(
                f"{path} has not one method, and the wrapper knows operations by their path"
            )
        operation = item[methods[0]]
        missing = [name for name in ("operationId", "x-retry", "security") if not operation.get(name)]
        if missing:
            raise GenerationError(f"{path} has no {' and no '.join(missing)}")
        if fault := retry_fault(operation["x-retry"]):
            raise GenerationError(f"{path}: {fault}")
        content = resolved(spec, operation["responses"]["200"])["content"]
        schema = resolved(spec, content["application/json"]["schema"])
        types = {name: resolved(spec, member).get("type") for name, member in schema["properties"].items()}
        facts[path] = {
            "operationId": operation["operationId"],
            "x-retry": operation["x-retry"],
            "security": next(iter(operation["security"][0])),
            # The members of a success that carry what was asked for.
            "payload": {name: kind for name, kind in types.items() if kind in ("array", "object")},
        }
    return facts


def replace(target: Path, fresh: Path) -> None:
    """Put `fresh` where `target` is, stale files and all. Whatever goes wrong, the old client stands.

    Only whoever kills the process between the two renames finds it beside its place; the next run mends that.
    """
    staging = target.with_name(f".{target.name}.new")
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(fresh, staging)  # a move across file systems can fail halfway; a rename cannot
    try:
        if target.exists():
            target.rename(old)
        staging.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(staging, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def contents(tree: Path) -> dict[str, bytes]:
    """Every file of the tree but Python's own caches, by its path inside."""
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(expected: dict[str, bytes], found: dict[str, bytes], spec: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with which file."""
    # A client with the right first line was made from this very spec, so a difference is an edit.
    current = found.get("__init__.py", b"").startswith(provenance(spec).encode())
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield "missing", name
        elif name not in expected:
            yield "new", name
        elif found[name] != expected[name]:
            yield ("edited" if current else "stale"), name


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """What became of which file."""
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield "new", name
        elif name not in after:
            yield "gone", name
        elif before[name] != after[name]:
            yield "changed", name


def main() -> int:
    parser = argparse.ArgumentParser(description="Generate the client from the spec.")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when the client is not current"
    )
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    parser.add_argument("--target", type=Path, default=ROOT / "generated" / "cryptocloud_client")
    arguments = parser.parse_args()
    spec: Path = arguments.spec.resolve()
    target: Path = arguments.target.resolve()

    with tempfile.TemporaryDirectory(prefix="cryptocloud-generate-") as folder:
        fresh = Path(folder) / target.name
        before = contents(target)
        try:
            generate(spec, fresh)
            if not arguments.check:
                replace(target, fresh)
        except (GenerationError, OSError) as error:
            print(f"{target} is as it was: {error}", file=sys.stderr)
            return 2
        if not arguments.check:
            for kind, name in changes(before, contents(target)):
                print(f"{kind}: {target.name}/{name}")
            print(f"{target.name} is what {spec.name} gives now.")
            return 0
        found = list(differences(contents(fresh), contents(target), spec))
    for kind, name in found:
        print(f"{kind}: {target.name}/{name}", file=sys.stderr)
    if found:
        print(f"{target.name} is not what {spec.name} gives: run `make generate`.", file=sys.stderr)
        return 1
    print(f"{target.name} is what {spec.name} gives.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted.")

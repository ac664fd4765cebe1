"""Write the spec as files to share, under names that stay and under names with its version.

`cryptocloud-openapi` is the spec, whose descriptions also tell of what stands in its extensions;
`cryptocloud-openapi31` is the same in OpenAPI 3.1, with its webhooks; `cryptocloud.postman_collection` has
requests to try; `generators/` has settings for the code generators of other languages.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from postman import collection
from spec_31 import upgraded
from spec_files import SpecError, in_json, in_yaml, parsed
from spec_prose import explained

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / "examples" / "clients"

NOTE = """\
# Made from spec/openapi.yaml of the Python package cryptocloud, by `make release-spec`: change it there.
# What stands in x-source, x-unverified, x-retry and x-extensible-enum is told in the descriptions, too.
"""


class ReleaseError(Exception):
    """There is nothing to release. The message says why, in one line."""


def files(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is released of a spec: names, in which * stands for the version, and contents."""
    spec = explained(document)
    for name, each in (("cryptocloud-openapi", spec), ("cryptocloud-openapi31", upgraded(spec))):
        yield f"{name}*.json", in_json(each)
        yield f"{name}*.yaml", NOTE + in_yaml(each)
    yield "cryptocloud*.postman_collection.json", in_json(collection(spec))


def settings() -> Iterator[tuple[str, str]]:
    """The settings of code generators: names and contents."""
    for path in sorted(CLIENTS.glob("*/generator.yaml")):
        yield f"generators/{path.parent.name}.yaml", path.read_text(encoding="utf-8")


def _version(document: Any) -> str:
    match document:
        case {"info": {"version": str(version)}}:
            return version
    raise SpecError("it has no version: info.version is not a text")


def refuse_what_is_not_committed(spec: Path) -> None:
    """What is released can be found again: in git, where the spec is kept there."""
    ours = [spec, CLIENTS] if spec.is_relative_to(ROOT) else [spec]
    command = ["git", "-C", str(spec.parent), "status", "--porcelain", "--", *map(str, ours)]
    try:
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        return
    if changed := [line[3:] for line in run.stdout.splitlines()]:
        raise ReleaseError(f"{changed[0]} is not committed: commit it, or write a draft (DRAFT=1)")


def write(spec: Path, into: Path) -> Iterator[Path]:
    document = parsed(spec.read_text(encoding="utf-8"))
    version = _version(document)
    contents = [
        (name.replace("*", part), content)
        for name, content in files(document)
        for part in (f"-{version}", "")
    ]
    for name, content in [*contents, *settings()]:
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        yield path


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the spec as files to share.")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    parser.add_argument("--draft", action="store_true", help="also what is not committed")
    arguments = parser.parse_args()
    try:
        arguments.spec.stat()  # Of one that is gone, git would say that it is not committed.
        if not arguments.draft:
            refuse_what_is_not_committed(arguments.spec.resolve())
        for path in write(arguments.spec, arguments.into):
            print(path)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, ValueError, KeyError) as error:
        reason = f"it has no `{error.args[0]}`" if isinstance(error, KeyError) else error
        print(f"{os.path.relpath(arguments.spec)}: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

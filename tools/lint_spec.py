"""Lint the spec with redocly, Spectral and rules of our own: a line for each problem, with place and rule.

Each of them misses what the others find, and a warning counts as much as an error.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from spec_rules import findings

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "spec"


class ToolError(Exception):
    """A tool did not do its work. The message says why, in one line."""


class Problem(NamedTuple):
    file: str
    line: int
    column: int
    message: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} ({self.rule})"


def start(tool: str, *arguments: str) -> subprocess.Popen[str]:
    """Start one of the tools that npm installed."""
    try:
        return subprocess.Popen(
            [ROOT / "tools" / "node_modules" / ".bin" / tool, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        )
    except FileNotFoundError:
        raise ToolError(f"{tool} is not installed: run `make lint-spec`") from None


def complaint(report: str) -> str:
    """What a tool that gave up says, in one line: without frames, greetings and places in its own code."""
    lines = [line.strip() for line in report.splitlines()]
    text = [line for line in lines if line and line[0] not in "╔║╚" and not line.startswith("at ")]
    reasons = [line.removeprefix("- ") for line in text if line.startswith(("- ", "Error: "))]
    return " ".join(reasons or text) or "it says nothing"


def lint(specs: list[Path]) -> list[Problem]:
    """What is wrong, sorted by place.

    Raises:
        ToolError: A spec cannot be read, or a linter does not run.
    """
    names = [os.path.relpath(spec) for spec in specs]
    config, ruleset = str(SETTINGS / "redocly.yaml"), str(SETTINGS / ".spectral.yaml")
    with (
        start("redocly", "lint", "--format", "json", "--config", config, *names) as redocly,
        start("spectral", "lint", "--format", "json", "--ruleset", ruleset, "--quiet", *names) as spectral,
    ):
        found = [*_from_redocly(redocly, names), *_from_spectral(spectral)]
    for name in names:
        found += [
            Problem(name, place.line, place.column, place.message, f"own, {place.rule}")
            for place in findings(Path(name).read_text(encoding="utf-8"))
        ]
    return sorted(found)


def _from_redocly(run: subprocess.Popen[str], names: list[str]) -> Iterator[Problem]:
    report, errors = run.communicate()
    decoder = json.JSONDecoder()
    # One document for each file; it stops at the first that it cannot read.
    for name in names:
        try:
            document, end = decoder.raw_decode(report)
        except ValueError:
            raise ToolError(f"{name} cannot be linted: {complaint(errors)}") from None
        report = report[end:].lstrip()
        for found in document["problems"]:
            place = found["location"][0]
            yield Problem(
                os.path.relpath(place["source"]["ref"]),
                place["start"]["line"],
                place["start"]["col"],
                found["message"],
                f"redocly, {found['ruleId']}",
            )


def _from_spectral(run: subprocess.Popen[str]) -> Iterator[Problem]:
    report, errors = run.communicate()
    try:
        findings: list[dict[str, Any]] = json.loads(report)
    except ValueError:
        raise ToolError(f"spectral does not run: {complaint(errors)}") from None
    for found in findings:
        place = found["range"]["start"]
        yield Problem(
            os.path.relpath(found["source"]),
            place["line"] + 1,
            place["character"] + 1,
            found["message"],
            f"spectral, {found['code']}",
        )


def main() -> int:
    parser = argparse.ArgumentParser(description="Lint the spec.")
    parser.add_argument(
        "specs", type=Path, nargs="*", metavar="SPEC", default=[ROOT / "spec" / "openapi.yaml"]
    )
    specs: list[Path] = parser.parse_args().specs
    for spec in specs:
        if not spec.is_file():
            print(f"there is no file {spec}", file=sys.stderr)
            return 2
    try:
        problems = lint(specs)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{' '.join(map(os.path.relpath, specs))} is clean.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

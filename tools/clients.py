"""Generate clients in other languages from the spec, compile or parse them, and run a story with each.

The story is the same in every language (examples/clients/*/story.*), and `cryptocloud sandbox judge` judges
it. A client is generated into a temporary folder and put in place, below examples/clients/build, only when
that succeeded.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from cryptocloud_cli.judge import STEPS
from cryptocloud_sandbox import Sandbox
from generate import ROOT, replace

CLIENTS = ROOT / "examples" / "clients"
BUILD = CLIENTS / "build"
TOOLS = ROOT / ".venv" / "clients"
NODE_MODULES = CLIENTS / "typescript" / "node_modules"

JUDGE = ["cryptocloud", "sandbox", "judge"]

# The generator's jar brings Jackson; the annotations come from Debian.
JAVA_CLASSES = ":".join(
    [
        *map(str, TOOLS.glob("lib/*/site-packages/openapi_generator_cli/openapi-generator.jar")),
        "/usr/share/java/jakarta-annotation-api.jar",
        "../build/java/classes",
    ]
)

PHP_LOADS_FILES = 'require "autoload.php"; foreach (array_slice($argv, 1) as $file) require_once $file;'

ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join(
        [
            str(Path(sys.executable).parent),
            str(TOOLS / "bin"),
            str(NODE_MODULES / ".bin"),
            os.environ.get("PATH", ""),
        ]
    ),
    "NO_PROXY": "127.0.0.1",
    "no_proxy": "127.0.0.1",
    # Nothing is fetched, and nothing is written outside the project.
    "GOENV": "off",
    "GOFLAGS": "-mod=readonly",
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "GOCACHE": str(TOOLS / "go-cache"),
    "GOPATH": str(TOOLS / "go-path"),
    "JAVA_OPTS": "-XX:TieredStopAtLevel=1",  # the generator is done before thorough compilation pays
}

MOST_LINES = 20
MOST_SECONDS = 600


class ClientError(Exception):
    """There is no working client."""


class MissingToolError(ClientError):
    """A tool is not there, or too old."""


class Tool(NamedTuple):
    """A command that has to be there."""

    command: str
    advice: str
    oldest: tuple[int, ...]
    version: str = "--version"
    needs: str = ""
    test: Sequence[str] = ()  # fails without what it needs


class Language(NamedTuple):
    """How to make and use the client of one language. Commands run in its folder below examples/clients/."""

    name: str
    tools: Sequence[Tool]  # the generator last
    generate: Sequence[str]
    compile: Sequence[Sequence[str]]
    run: Sequence[str] = ()  # tells the story, if there is one
    drive: Sequence[str] = ()  # runs the example of the sandbox's control API in examples/
    compiled: str = "yes"  # what that is called


MAKE = "run `make clients`, which installs it"
GENERATOR = Tool("openapi-generator-cli", MAKE, oldest=(7, 26), version="version")


def openapi_generator(language: str) -> Sequence[str]:
    settings = CLIENTS / language / "generator.yaml"
    return ["openapi-generator-cli", "generate", "-c", str(settings), "-i", "{spec}", "-o", "{into}"]


def parsed(key: str, name: str, *files: str) -> Language:
    """A language whose compiler is not at hand: what is generated is parsed, and there is no story."""
    parse = [str(TOOLS / "bin" / "python"), str(ROOT / "tools" / "parse_client.py"), key]
    return Language(
        name,
        tools=[GENERATOR],
        generate=openapi_generator(key),
        compile=[[*parse, *(f"../build/{key}/{pattern}" for pattern in files)]],
        compiled="parsed",
    )


LANGUAGES = {
    "go": Language(
        "Go",
        tools=[Tool("go", MAKE, oldest=(1, 23), version="version"), GENERATOR],
        generate=openapi_generator("go"),
        compile=[["go", "build", "-o", "../build/go/story", "."]],
        run=["../build/go/story"],
    ),
    "java": Language(
        "Java",
        tools=[
            Tool(
                "javac",
                "on Debian: apt install default-jdk-headless libjakarta-annotation-api-java",
                oldest=(17,),
                needs="jakarta.annotation",
                test=["javap", "-classpath", JAVA_CLASSES, "jakarta.annotation.Nonnull"],
            ),
            GENERATOR,
        ],
        generate=openapi_generator("java"),
        compile=[
            [
                *["javac", "-encoding", "UTF-8", "-proc:none"],
                *["-d", "../build/java/classes", "-classpath", JAVA_CLASSES],
                *["../build/java/src/main/java/**/*.java", "Story.java"],
            ]
        ],
        run=["java", "-classpath", JAVA_CLASSES, "Story"],
    ),
    "typescript": Language(
        "TypeScript",
        tools=[Tool("node", MAKE, oldest=(22, 18)), Tool("openapi-typescript", MAKE, oldest=(7, 13))],
        generate=["openapi-typescript", "{spec}", "-o", "{into}/schema.d.ts", "--default-non-nullable=false"],
        compile=[["tsc", "--project", "."]],
        run=["node", "story.ts"],
    ),
    # The last two are not compiled: every file is loaded instead.
    "php": Language(
        "PHP",
        tools=[
            Tool(
                "php",
                "on Debian: apt install php-cli php-curl php-guzzlehttp-guzzle",
                oldest=(8, 1),
                needs="curl or Guzzle",
                test=[
                    "php",
                    "-r",
                    'require "GuzzleHttp/autoload.php"; exit((int) !extension_loaded("curl"));',
                ],
            ),
            GENERATOR,
        ],
        generate=openapi_generator("php"),
        compile=[
            ["php", "-l", "story.php"],
            ["php", "-l", "postback.php"],
            ["php", "-r", PHP_LOADS_FILES, "../build/php/lib/**/*.php"],
        ],
        run=["php", "story.php"],
        drive=["php", "sandbox.php"],
    ),
    "ruby": Language(
        "Ruby",
        tools=[
            Tool(
                "ruby",
                "on Debian: apt install ruby ruby-typhoeus",
                oldest=(2, 7),
                needs="Typhoeus",
                test=["ruby", "-e", 'require "typhoeus"'],
            ),
            GENERATOR,
        ],
        generate=openapi_generator("ruby"),
        compile=[
            ["ruby", "-c", "story.rb"],
            ["ruby", "-I../build/ruby/lib", "-e", 'require "cryptocloud_client"'],
        ],
        run=["ruby", "-I../build/ruby/lib", "story.rb"],
    ),
    "kotlin": parsed("kotlin", "Kotlin", "src/**/*.kt"),
    "csharp": parsed("csharp", "C#", "src/**/*.cs"),
    "rust": parsed("rust", "Rust", "src/**/*.rs"),
    # What stands beside these is the same for every spec, and newer than the parser.
    "swift": parsed("swift", "Swift", "Sources/**/Models/*.swift", "Sources/**/APIs/*.swift"),
    "dart": parsed("dart", "Dart", "lib/**/*.dart"),
}

# Names of the generator's makers, and a licence that nobody chose, in what would be published.
NOT_OURS = re.compile(r"(?i)unlicense|openapi[- ]generator (team|contributors)|authors.*openapi-generator")
MANIFESTS = (
    "pom.xml",
    "build.gradle",
    "composer.json",
    "*.gemspec",
    "Cargo.toml",
    "pubspec.yaml",
    "src/*/*.csproj",
)
STRAY = ("git_push.sh", ".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".github")


class Row(NamedTuple):
    """What became of one language."""

    language: str
    generator: str = ""
    compiled: str = "no"
    passed: str = "-"
    problem: str = ""

    def columns(self) -> tuple[str, ...]:
        return self.language, self.generator, self.compiled, self.passed


def execute(command: Sequence[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with patterns in its arguments replaced by the files they match."""
    # By its full path: where a relative one is looked for differs between platforms.
    expanded = [shutil.which(command[0], path=ENVIRONMENT["PATH"]) or str(folder / command[0])]
    for argument in command[1:]:
        expanded += sorted(map(str, folder.glob(argument))) if "**" in argument else [argument]
    try:
        return subprocess.run(
            expanded,
            cwd=folder,
            env=ENVIRONMENT | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientError(f"{command[0]} does not end") from None


def checked(tool: Tool) -> str:
    """The version of a tool that is there, new enough, and complete."""
    if not shutil.which(tool.command, path=ENVIRONMENT["PATH"]):
        raise MissingToolError(f"{tool.command} not found; {tool.advice}")
    output = execute([tool.command, tool.version], ROOT)
    found = re.search(r"\d+(\.\d+)*", output.stdout + output.stderr)
    if not found or tuple(map(int, found[0].split("."))) < tool.oldest:
        oldest = ".".join(map(str, tool.oldest))
        version = found[0] if found else "of an unknown version"
        raise MissingToolError(f"{tool.command} is {version}, and {oldest} is needed; {tool.advice}")
    if tool.test and execute(tool.test, ROOT).returncode:
        raise MissingToolError(f"{tool.command} has no {tool.needs}; {tool.advice}")
    return found[0]


def complaint(output: str) -> str:
    """The line of a generator's output that says what is wrong."""
    lines = output.splitlines()
    for sign in (r"^\s+-attribute", "COLLISION", "(?i)can't|error: |exception"):
        for line in lines:
            if re.search(sign, line):
                return line.strip()
    return lines[-1] if lines else "it says nothing"


def generate(key: str, spec: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cryptocloud-clients-") as folder:
        into = Path(folder) / key
        into.mkdir()
        places = {"{spec}": str(spec), "{into}": str(into)}
        command = [
            re.sub(r"\{\w+\}", lambda place: places[place[0]], word) for word in LANGUAGES[key].generate
        ]
        run = execute(command, CLIENTS / key)
        output = run.stdout + run.stderr
        # openapi-generator goes on after both of these, and exits 0.
        if run.returncode or "COLLISION" in output or "[main] ERROR" in output:
            raise ClientError(f"{command[0]} refused {spec.name}: {complaint(output)}")
        see_that_it_can_be_published(into)
        BUILD.mkdir(exist_ok=True)
        replace(BUILD / key, into)


def see_that_it_can_be_published(package: Path) -> None:
    """With its licence, and without what speaks for others or does something to a repository."""
    shutil.copy(ROOT / "LICENSE", package)
    for name in STRAY:
        if (package / name).exists():
            raise ClientError(f"{name} is no part of a package")
    for pattern in MANIFESTS:
        for manifest in package.glob(pattern):
            lines = manifest.read_text("utf-8").splitlines()
            wrong = [line.strip() for line in lines if NOT_OURS.search(line)]
            if wrong:
                raise ClientError(f"{manifest.name} speaks for others: {wrong[0]}")


def compile_client(key: str) -> None:
    for command in LANGUAGES[key].compile:
        run = execute(command, CLIENTS / key)
        if run.returncode:
            output = (run.stdout + run.stderr).strip().splitlines()[:MOST_LINES]
            raise ClientError("\n".join(["does not compile", *output]))


def tell_story(key: str, row: Row) -> Row:
    run = execute([*JUDGE, "--json", "--", *LANGUAGES[key].run], CLIENTS / key)
    try:
        verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    except ValueError:
        verdicts = []
    failed = [f"{verdict['step']}: {verdict['problem']}" for verdict in verdicts if verdict["problem"]]
    problem = ""
    if failed or run.returncode:
        problem = "\n".join(["the story fails", *failed, *run.stderr.strip().splitlines()[-MOST_LINES:]])
    return row._replace(passed=f"{len(verdicts) - len(failed)}/{len(STEPS)}", problem=problem)


def drive_sandbox(command: Sequence[str]) -> None:
    """Run an example of the sandbox's control API, with a merchant that accepts the postback."""
    from support.stub import Stub, http

    with (
        Stub(lambda connection: connection.send(http(200))) as merchant,
        Sandbox(seed=1) as sandbox,
    ):
        run = execute([*command, merchant.base_url], CLIENTS.parent, CRYPTOCLOUD_BASE_URL=sandbox.base_url)
        uuids = [delivery.uuid for delivery in sandbox.deliveries]
    if [run.stdout] != [f"{uuid} is paid: 200\n" for uuid in uuids]:
        output = (run.stdout + run.stderr).strip().splitlines()[:MOST_LINES]
        raise ClientError("\n".join([f"{command[-1]} does not drive the sandbox", *output]))


def row_of(key: str, spec: Path) -> Row:
    language = LANGUAGES[key]
    row = Row(language.name)
    try:
        *_, generator = [f"{tool.command} {checked(tool)}" for tool in language.tools]
        row = row._replace(generator=generator)
        generate(key, spec)
        compile_client(key)
        row = row._replace(compiled=language.compiled)
        if language.drive:
            drive_sandbox(language.drive)
        return tell_story(key, row) if language.run else row
    except MissingToolError as error:
        return row._replace(compiled="missing", problem=str(error))
    except ClientError as error:
        return row._replace(problem=str(error))


def table(rows: Iterable[Row]) -> str:
    lines = [
        ("language", "generator", "compiled", "steps passed"),
        *(row.columns() for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Generate, compile and run clients in other languages.")
    parser.add_argument(
        "languages", nargs="*", help=f"with commas or spaces between; default: {','.join(LANGUAGES)}"
    )
    parser.add_argument("--spec", type=Path, default=ROOT / "spec" / "openapi.yaml")
    arguments = parser.parse_args()
    spec: Path = arguments.spec.resolve()
    words = re.split(r"[,\s]+", " ".join(arguments.languages).lower())
    keys = list(dict.fromkeys(filter(None, words))) or list(LANGUAGES)
    if unknown := sorted(set(keys) - LANGUAGES.keys()):
        parser.error(f"no language {', '.join(unknown)}: there are {', '.join(LANGUAGES)}")
    try:
        OpenAPI.from_dict(yaml.safe_load(spec.read_text("utf-8")))
    except (OSError, ValueError, yaml.YAMLError, OpenAPIError, OpenAPIValidationError) as error:
        print(
            f"{spec.name} is not an OpenAPI document: {' '.join(str(error).split())[:300]}", file=sys.stderr
        )
        return 2

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(lambda key: row_of(key, spec), keys))
    for row in rows:
        if row.problem:
            print(f"{row.language}: {row.problem}", file=sys.stderr)
    print(table(rows))
    stories = [key for key in keys if LANGUAGES[key].run]
    if stories:
        print("A story by hand:")
    for key in stories:
        print(f"  cd examples/clients/{key} && {shlex.join([*JUDGE, '--', *LANGUAGES[key].run])}")
    return 1 if any(row.problem for row in rows) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))  # where the proxy is
    sys.exit(main())

"""Build the site: Sphinx over `docs/`, the API page that redocly makes, and the spec to download.

A warning is an error. The old site is replaced when everything succeeded.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REDOCLY = ROOT / "tools" / "node_modules" / ".bin" / "redocly"

sys.path[:0] = [str(ROOT / "sandbox")]

from cryptocloud_sandbox.decisions import DECISIONS  # noqa: E402 - from the folder above

# All that the API page would load from elsewhere: the pictures beside redocly's name.
PICTURES = ("https://cdn.redoc.ly/redoc/logo-mini-full.svg", "https://cdn.redoc.ly/redoc/logo-mini.svg")


class DocsError(Exception):
    """The site cannot be built. The message says why, in one line."""


def run(*command: str | Path) -> None:
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise DocsError(f"{Path(command[0]).name} failed: {' '.join((done.stderr or done.stdout).split())}")


def unverified(spec: dict[str, Any]) -> Iterator[str]:
    """What the spec says it does not know, as Markdown."""
    for path, item in (spec["paths"] | spec["x-webhooks"]).items():
        operation = item["post"]
        yield f"## {operation['operationId']}\n\n{operation['summary']}"
        yield f", `POST {path}`.\n\n" if path.startswith("/") else ".\n\n"
        yield f"Source: {' '.join(operation['x-source'].split())}\n\n"
        yield "".join(f"- {' '.join(doubt.split())}\n" for doubt in operation["x-unverified"]) + "\n"


DOWNLOADS = {
    "OpenAPI 3.0.3 as YAML": "cryptocloud-openapi*.yaml",
    "OpenAPI 3.0.3 as JSON": "cryptocloud-openapi*.json",
    "OpenAPI 3.1 as YAML, with `webhooks`": "cryptocloud-openapi31*.yaml",
    "OpenAPI 3.1 as JSON": "cryptocloud-openapi31*.json",
    "a collection for Postman and Bruno": "cryptocloud*.postman_collection.json",
}


def downloads(version: str) -> Iterator[str]:
    """Links to the files of the spec, as Markdown."""
    yield f"| | always this name | version {version} |\n|---|---|---|\n"
    for what, name in DOWNLOADS.items():
        names = (name.replace("*", ""), name.replace("*", f"-{version}"))
        links = " | ".join(f'<a href="{each}" download>{each}</a>' for each in names)
        yield f"| {what} | {links} |\n"


def contents(docs: Path) -> Iterator[str]:
    """The pages of the site, for programs that read it: `llms.txt`."""
    index = (docs / "index.md").read_text(encoding="utf-8")
    about = re.findall(r"^`cryptocloud` .*?(?=\n\n)", index, re.MULTILINE | re.DOTALL)[0]
    yield f"# cryptocloud\n\n> {' '.join(about.split())}\n"
    for caption, names in re.findall(r"^:caption: (.+)\n\n((?:.+\n)+?)```", index, re.MULTILINE):
        yield f"\n## {caption}\n\n"
        for name in names.replace("Start here <self>", "index").split():
            title = re.findall("^# (.+)$", (docs / f"{name}.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
            yield f"- [{title}]({name}.html)\n"


def generators(site: Path) -> Iterator[str]:
    """Links to the settings of code generators, as Markdown."""
    names = sorted(path.name for path in (site / "generators").iterdir())
    yield ", ".join(f'<a href="generators/{name}" download>{name}</a>' for name in names) + "\n"


def make_api_page(docs: Path, spec: Path, into: Path) -> None:
    """The reference of all operations: one page that loads nothing."""
    run(
        REDOCLY,
        "build-docs",
        spec,
        f"--config={ROOT / 'spec' / 'redocly.yaml'}",
        "--inlineBundle",
        f"--template={docs / 'openapi.hbs'}",
        f"--output={into}",
    )
    page = into.read_text(encoding="utf-8")
    for picture in PICTURES:
        if picture not in page:
            raise DocsError(f"{picture} is not in redocly's page any more: look at what it loads now")
        page = page.replace(picture, "data:,")
    into.write_text(page, encoding="utf-8")


def build(docs: Path) -> Path:
    """Build the site of the folder `docs`, and say where it is."""
    spec, output = ROOT / "spec" / "openapi.yaml", docs / "_build"
    shutil.rmtree(output / "new", ignore_errors=True)
    made = output / "made"
    shutil.rmtree(made, ignore_errors=True)
    site = made / "site"
    run(sys.executable, ROOT / "tools" / "release_spec.py", "--draft", "--spec", spec, "--into", site)
    document = json.loads((site / "cryptocloud-openapi.json").read_text(encoding="utf-8"))
    (made / "unverified.md").write_text("".join(unverified(document)), encoding="utf-8")
    (made / "downloads.md").write_text("".join(downloads(document["info"]["version"])), encoding="utf-8")
    (made / "generators.md").write_text("".join(generators(site)), encoding="utf-8")
    (made / "decisions.md").write_text("".join(f"- {each}\n" for each in DECISIONS), encoding="utf-8")
    make_api_page(docs, site / "cryptocloud-openapi.yaml", site / "openapi.html")
    sphinx: list[str | Path] = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going"]
    sphinx += ["-d", output / "doctrees", docs, output / "new"]
    # It says itself what is wrong, and where.
    if subprocess.run(sphinx, check=False).returncode:
        raise DocsError("the site was not built, for what is said above")
    (output / "new" / "llms.txt").write_text("".join(contents(docs)), encoding="utf-8")
    shutil.rmtree(output / "html", ignore_errors=True)
    return (output / "new").rename(output / "html")


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the site.")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="the folder of its pages")
    try:
        print(f"The site: {build(parser.parse_args().docs.resolve()) / 'index.html'}")
    except (DocsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`make docs` refuses a site that is broken, and leaves the old one standing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv" / "docs" / "bin" / "python"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """The pages, to be spoiled; what they include is where they expect it."""
    for path in ROOT.iterdir():
        if path.name != "docs":
            (tmp_path / path.name).symlink_to(path)
    ignored = shutil.ignore_patterns("html", "new", "doctrees")
    return Path(shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=ignored))


def build(docs: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [PYTHON, ROOT / "tools" / "docs.py", "--docs", docs]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def append(page: Path, text: str) -> None:
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def replace(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_broken_is_refused_and_all_of_it_is_told(docs: Path) -> None:
    old = docs / "_build" / "html" / "index.html"
    old.parent.mkdir(parents=True)
    old.touch()
    append(docs / "money.md", "[to no page](gone.md)")
    append(docs / "money.md", "[to no heading](errors.md#gone-too)")
    append(docs / "money.md", "```pythn\nprint()\n```")
    replace(docs / "index.md", "\npostbacks\n", "\npostbucks\n")
    replace(docs / "recipes.md", "include} ../examples/flask_shop.py", "include} ../examples/bottle_shop.py")
    replace(docs / "reference" / "models.md", ":: Balance()", ":: Ballance()")

    done = build(docs)

    assert (done.returncode, done.stdout) == (1, "")
    for reason in (
        "'gone.md'",
        "'gone-too'",
        "'pythn'",
        "nonexisting document 'postbucks'",
        "postbacks.md: WARNING: document isn't included in any toctree",
        "bottle_shop.py",
        "'Ballance'",
    ):
        assert reason in done.stderr, f"{reason} is not in\n{done.stderr}"
    assert [path.name for path in old.parent.iterdir()] == ["index.html"]


def test_without_its_template_there_is_no_api_page(docs: Path) -> None:
    (docs / "openapi.hbs").unlink()
    done = build(docs)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("redocly failed: ")


def test_what_is_whole_is_built(docs: Path) -> None:
    done = build(docs)
    assert (done.returncode, done.stderr) == (0, "")
    assert (docs / "_build" / "html" / "index.html").read_text(encoding="utf-8")

"""The Python of the pages has the right types."""

import re
import subprocess
import sys
from pathlib import Path

from support.pages import PAGES, ROOT, blocks


def test_the_python_of_the_pages_has_the_right_types(tmp_path: Path) -> None:
    """What is only defined there, such as a handler, is looked at as well."""
    for page in PAGES:
        code = "".join(block.code for block in blocks(page) if block.language == "python")
        (tmp_path / f"{re.sub('[^a-z]', '_', page.lower())}.py").write_text(code, encoding="utf-8")
    # An example need not say what it does about a value that may be missing.
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "mypy",
        "--no-strict-optional",
        "--no-error-summary",
        tmp_path,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

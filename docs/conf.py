"""Settings of Sphinx. The site is built by `make docs`, that is by tools/docs.py."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The reference is made from the code beside it, not from a copy that is installed.
sys.path[:0] = [str(ROOT / folder) for folder in ("wrapper", "generated", "sandbox")]

from cryptocloud import __version__  # noqa: E402
from cryptocloud._settings import SETTINGS  # noqa: E402

project = "cryptocloud"
release = __version__
html_title = f"cryptocloud {release}"
project_copyright = "The cryptocloud contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore_regex = [
    # Types whose pages are elsewhere: the links would need a network to be made.
    ("py:class", r"(collections|datetime|decimal|os|ssl|httpx|cryptocloud_client)\..*|Decimal"),
    ("py:class", r"(aiohttp|django|flask|starlette)\..*"),
    # Their twins have the same methods, and one page for both.
    ("py:class", r"cryptocloud\.resources\.Async.*"),
]

myst_enable_extensions = ["colon_fence", "substitution"]
myst_substitutions = {
    "settings": "\n".join(
        [
            "| in the environment | as an argument | |",
            "|---|---|---|",
            *(f"| `{variable}` | `{argument}` | {meaning} |" for argument, variable, meaning in SETTINGS),
        ]
    )
}
myst_heading_anchors = 3

napoleon_numpy_docstring = False
default_role = "code"
add_module_names = False
maximum_signature_line_length = 88
# The views' frameworks are their users'.
autodoc_mock_imports = ["aiohttp", "asgiref", "django", "flask"]
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
toc_object_entries_show_parents = "hide"

html_theme = "furo"
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_build/made/site"]
html_use_index = False
html_domain_indices = False
html_show_sourcelink = False
html_copy_source = False
# They are fetched, which a page that was opened as a file must not do.
html_show_search_summary = False

_EXAMPLE = re.compile(r"(?<=[^:]):\n\n(?=[ ]{4})")


def prepare(_app: object, what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Let a docstring mean what it says in plain text."""
    if what in ("attribute", "property"):
        # An empty comment: or napoleon takes what stands before a colon in the first line for a type.
        lines[:0] = ["..", ""]
    # What is indented after a colon is a block of code.
    lines[:] = _EXAMPLE.sub("::\n\n", "\n".join(lines)).split("\n")


def set_language(_app: object, page: str, _template: str, context: dict[str, object], _tree: object) -> None:
    """Let screen readers and browsers know that a page is in Russian."""
    if page.startswith("ru/"):
        context["language"] = "ru"


def setup(app: object) -> None:
    # Before napoleon, which has the usual priority of 500.
    app.connect("autodoc-process-docstring", prepare, priority=400)  # type: ignore[attr-defined]
    app.connect("html-page-context", set_language)  # type: ignore[attr-defined]

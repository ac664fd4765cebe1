"""The Russian pages say what the English ones say, part by part: same code, names, figures and links.

A part is a heading, a paragraph, an item of a list or a row of a table.
"""

import posixpath
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAIRS = {
    "README.md": "README.ru.md",
    **{f"docs/{path.name}": f"docs/ru/{path.name}" for path in sorted((ROOT / "docs" / "ru").glob("*.md"))},
}
RUSSIAN = list(PAIRS.values())

# What the service's own Russian pages say, and what is found elsewhere.
OTHER_TERMS = {
    "ё": "е, as in счет",
    "инвойс": "счет",
    "вебхук": "постбэк",
    "постбек": "постбэк",
    "колбэк": "постбэк",
    "бумажник": "кошелек",
    "ключ API": "API-ключ",
    "токен API": "API-ключ",
    "приватный ключ": "секретный ключ",
}


class Part(NamedTuple):
    """What a part consists of, apart from the order of its words."""

    text: str
    """Its words, without code."""
    code: list[str]
    figures: list[str]
    links: list[str]
    """Paths from the root of the project, or URLs."""


@cache
def tokens(page: str) -> list[Token]:
    """The tokens of a page, without Sphinx's directives: they lead around the site, and do not translate."""
    parsed = MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text(encoding="utf-8"))
    return [token for token in parsed if not token.info.startswith("{")]


def parts(page: str) -> list[Part]:
    found: list[list[Token]] = []
    is_row = False
    for token in tokens(page):
        if token.type in ("tr_open", "tr_close"):
            is_row = token.type == "tr_open"
            if is_row:
                found.append([])
        elif token.type == "inline":
            if not is_row:
                found.append([])
            found[-1] += token.children or []
    return [part(page, inside) for inside in found]


def part(page: str, inside: list[Token]) -> Part:
    text = " ".join(token.content for token in inside if token.type == "text")
    code = sorted(token.content for token in inside if token.type == "code_inline")
    hrefs = (str(token.attrs["href"]) for token in inside if token.type == "link_open")
    figures = sorted(re.findall(r"\d+(?:\.\d+)*", text))
    return Part(text, code, figures, [target(page, href) for href in hrefs])


def target(page: str, href: str) -> str:
    if "://" in href:
        return href
    path, mark, anchor = unquote(href).partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return f"{path}{mark}{anchor}"


def anchors(page: str) -> list[str]:
    """The names of a page's headings in a link, as GitHub and MyST make them."""
    titles = [title.content for before, title in pairwise(tokens(page)) if before.type == "heading_open"]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def in_russian(link: str, english: str) -> str:
    """Where the Russian page links to, for a link of the English one."""
    path, mark, anchor = link.partition("#")
    if path == PAIRS[english]:
        return english
    if path not in PAIRS:
        return link
    if anchor:
        anchor = anchors(PAIRS[path])[anchors(path).index(anchor)]
    return f"{PAIRS[path]}{mark}{anchor}"


@pytest.mark.parametrize(("english", "russian"), PAIRS.items())
def test_the_pages_link_to_each_other_first(english: str, russian: str) -> None:
    for page, other in ((english, russian), (russian, english)):
        links = [link for each in parts(page) for link in each.links]
        assert links[0] == other, page


@pytest.mark.parametrize(("english", "russian"), PAIRS.items())
def test_headings_paragraphs_lists_and_tables_follow_each_other_alike(english: str, russian: str) -> None:
    def shape(page: str) -> list[str]:
        return [token.tag for token in tokens(page) if token.nesting >= 0 and token.type != "inline"]

    assert shape(russian) == shape(english)


@pytest.mark.parametrize(("english", "russian"), PAIRS.items())
def test_the_code_is_the_same(english: str, russian: str) -> None:
    def code(page: str) -> list[tuple[str, str]]:
        blocks = (token for token in tokens(page) if token.type in ("fence", "code_block"))
        return [(block.info, block.content) for block in blocks]

    assert code(russian) == code(english)


@pytest.mark.parametrize(("english", "russian"), PAIRS.items())
def test_each_part_has_the_same_names_figures_and_links(english: str, russian: str) -> None:
    for source, translation in zip(parts(english), parts(russian), strict=True):
        assert translation.code == source.code, translation.text
        assert translation.figures == source.figures, translation.text
        assert sorted(translation.links) == sorted(in_russian(link, english) for link in source.links), (
            translation.text
        )


@pytest.mark.parametrize("page", [*PAIRS, *RUSSIAN])
def test_every_link_leads_somewhere(page: str) -> None:
    for link in [link for each in parts(page) for link in each.links if "://" not in link]:
        path, _, anchor = link.partition("#")
        assert (ROOT / path).exists(), link
        assert not anchor or anchor in anchors(path), link


@pytest.mark.parametrize("page", RUSSIAN)
def test_nothing_is_left_in_english(page: str) -> None:
    for text in [each.text.lower().replace("in english", "") for each in parts(page)]:
        has_words = re.search("[a-z]", text) and text != "cryptocloud"
        assert not has_words or re.search("[а-я]", text), text
        # Names of products stand together, and one text of the service is quoted; a sentence is longer.
        assert not re.search(r"(?:\b[a-z]+[ ,]+){4}[a-z]+", text), text


@pytest.mark.parametrize("page", RUSSIAN)
def test_the_terms_are_those_of_the_service(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8").lower()
    for other, right in OTHER_TERMS.items():
        assert other.lower() not in text, f"{other!r} instead of {right}"


@pytest.mark.parametrize("page", RUSSIAN)
def test_no_word_has_letters_of_two_alphabets(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"\w*(?:[а-я][a-z]|[a-z][а-я])\w*", text, re.IGNORECASE) == []

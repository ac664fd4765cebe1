"""Who may use the pages and the control API: this machine's programs, and no page of another site."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from .targets import is_loopback


def refusal(headers: Mapping[str, str], host: str, *, is_link: bool = False) -> tuple[int, str] | None:
    """Status and reason if a request is to be refused. ``host`` is where the sandbox listens.

    Another name that leads here is refused: a page of another site could have it lead here, and read what
    comes. With ``is_link``, where nothing is done, other sites may send a person.
    """
    asked = _name(headers.get("host", ""))
    if not is_loopback(asked) and asked != host:
        return 421, f"The sandbox is not known by this name: try a loopback address, or {host}."
    if not is_link and _is_cross_site(headers, asked):
        return 403, "The sandbox takes no orders from pages of other sites."
    return None


def _is_cross_site(headers: Mapping[str, str], asked: str | None) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site == "cross-site":
        return True
    if origin is None or (origin == "null" and site is not None):
        return False
    return _name(urlsplit(origin).netloc) != asked


def _name(netloc: str) -> str | None:
    """Without the port, which a container's host may have mapped."""
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None

"""The pages: pure functions of entries and of how the site looks. HTML without scripts.

Links inside the site are relative and name their file, so that they hold below any path, on any server, and in a folder opened without
one; what others see (canonical addresses, feeds, sitemap) ends at the folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from smm_cli.networks.site.colours import DARK, LIGHT, readable
from smm_cli.networks.site.entry import Entry, whole
from smm_cli.networks.site.paging import archives, on_archive, on_index
from smm_cli.networks.site.phrases import day, words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Look:
    """The site as a whole: `address` without a slash at its end, `hub` of WebSub or empty, `accent` a colour #rrggbb."""

    address: str
    title: str = ""
    description: str = ""
    author: str = ""
    language: str = "en"
    hub: str = ""
    accent: str = "#8a3b12"
    indexnow: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def style(self) -> str:
        """The style sheet's name with what makes browsers fetch it anew when it changes."""
        return f"style.css?{hashlib.sha256(style(self).encode()).hexdigest()[:8]}"

    @property
    def icon(self) -> str:
        """The first letter of the title on the site's colour, as an address that needs no file."""
        letter = escape(next((sign for sign in self.title if sign.isalnum()), "·").upper())
        box = f'<rect width="64" height="64" rx="14" fill="{readable(self.accent, "#ffffff")}"/>'
        font = 'font-family="Georgia,serif" font-size="40" font-weight="700" text-anchor="middle"'
        text = f'<text x="32" y="46" {font} fill="#fff">{letter}</text>'
        return "data:image/svg+xml," + quote(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{box}{text}</svg>')


def style(look: Look) -> str:
    """The style sheet, with the site's colour made readable on both grounds."""
    sheet = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    colours = {"@light-ground": LIGHT, "@dark-ground": DARK}
    colours |= {"@light-accent": readable(look.accent, LIGHT), "@dark-accent": readable(look.accent, DARK)}
    for name, colour in colours.items():
        sheet = sheet.replace(name, colour)
    return sheet


def page(look: Look, entry: Entry, content: str) -> str:
    """The page of one post; `content` is its HTML, links relative to the page."""
    return render("page.html", look=look, entry=whole(entry), content=content, language=entry.get("language") or look.language, up="../")


def index(look: Look, entries: list[Entry]) -> str:
    """The first page: the newest of all `entries` (newest first)."""
    older = archives(len(entries))
    return _list(look, on_index(entries), up="", number=0, older=older)


def archive(look: Look, entries: list[Entry], number: int) -> str:
    """Archive page `number` of all `entries` (newest first). It does not say how many there are, so that it need never change;
    only its way to newer posts does, once, when the next page begins."""
    newer = number + 1 if number < archives(len(entries)) else 0
    return _list(look, on_archive(entries, number), up="../../", number=number, older=number - 1, newer=newer)


def _list(look: Look, entries: list[Entry], *, up: str, number: int, older: int, newer: int = 0) -> str:
    shown = {"up": up, "number": number, "older": older, "newer": newer, "language": look.language}
    return render("index.html", look=look, entries=entries, **shown)


def render(template: str, **values: Any) -> str:
    """A template of this folder, filled."""
    language = str(values.get("language") or values["look"].language)
    values |= {"entries": [whole(entry) for entry in values.get("entries", ())]}
    return _templates().get_template(template).render(say=words(language), **values) + "\n"


@cache
def _templates() -> Environment:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["day"] = lambda text, language: day(date.fromisoformat(text), language)
    return made

"""The few words that pages say by themselves, and how they write a day: German or English, by the language of the page."""

from __future__ import annotations

from datetime import date

WORDS = {
    "en": {
        "skip": "Skip to content",
        "older": "Older",
        "newer": "Newer",
        "pages": "Pages",
        "all": "All posts",
        "archive": "Archive",
        "page": "page",
        "feed": "Feed",
        "tags": "Tags",
        "subscribe": "Follow this site in a feed reader",
        "nothing": "Nothing has been published yet.",
        "reading": "Read on:",
    },
    "de": {
        "skip": "Zum Inhalt",
        "older": "Älteres",
        "newer": "Neueres",
        "pages": "Seiten",
        "all": "Alle Beiträge",
        "archive": "Archiv",
        "page": "Seite",
        "feed": "Feed",
        "tags": "Schlagworte",
        "subscribe": "Diese Seite im Feedreader abonnieren",
        "nothing": "Hier ist noch nichts erschienen.",
        "reading": "Weiterlesen:",
    },
}
MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
}


def _base(language: str) -> str:
    base = language.replace("_", "-").split("-")[0].lower()
    return base if base in WORDS else "en"


def words(language: str) -> dict[str, str]:
    """What a page in `language` says; English where smm does not speak it."""
    return WORDS[_base(language)]


def day(moment: date, language: str) -> str:
    """`24 November 2026`, `24. November 2026`; as ISO where smm does not speak the language."""
    base = language.replace("_", "-").split("-")[0].lower()
    if base not in MONTHS:
        return moment.isoformat()
    stop = "." if base == "de" else ""
    return f"{moment.day}{stop} {MONTHS[base][moment.month - 1]} {moment.year}"

"""How Mastodon counts: graphemes, an address as much as the server says, a mention without its host.

Source: mastodon app/validators/status_length_validator.rb, app/lib/extractor.rb, app/models/account.rb, 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smm_cli.text.addresses import LATIN, MASTODON, matches
from smm_cli.text.rulers import graphemes

MENTION = re.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)@[\w.-]+\w+", re.IGNORECASE)
NO_MENTION_BEFORE = re.compile(rf"[@\uff20{LATIN}]|://")
UNKNOWN = re.compile(r"(?<![A-Za-z0-9@])https?://[^\s<>()]*[^\s<>().,;:!?'\"*_~]", re.IGNORECASE)


def mastodon_length(text: str, url_length: int = 23) -> int:
    """Graphemes of `text`; an http(s) address counts `url_length`, `@user@host` as `@user`.

    A server gives that length to addresses of top-level domains that it knows; another address counts as it is, here at
    least `url_length`, since the tables of servers differ in age.
    """
    if "://" not in text and text.count("@") < 2:
        return graphemes(text)
    done, here = [], 0
    for start, end, instead in sorted(_entities(text, url_length)):
        if start >= here:
            done += [text[here:start], instead]
            here = end
    return graphemes("".join([*done, text[here:]]))


def _entities(text: str, url_length: int) -> Iterator[tuple[int, int, str]]:
    """Start, end, and what is counted instead."""
    known = [found.span("url") for found in matches(MASTODON, text) if found["protocol"]]
    for start, end in known:
        yield start, end, "x" * url_length
    for found in UNKNOWN.finditer(text):
        if not any(start <= found.start() < end for start, end in known) and graphemes(found[0]) < url_length:
            yield found.start(), found.end(), "x" * url_length
    for found in MENTION.finditer(text):
        if not NO_MENTION_BEFORE.match(text, found.end()):
            yield found.start(), found.end(), f"@{found[1]}"

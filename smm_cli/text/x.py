"""How X counts: the weighted length of twitter-text, version 3 of its configuration."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product

from smm_cli.text.addresses import INVALID, LATIN, X, domains_in, matches, top_level
from smm_cli.text.tables import rows

LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Code points that count 1; all others count 2. Source: twitter-text config/v3.json, 2026-11-22."""
EMOJI = 2
"""What a sequence of emoji counts. Source: as above."""
LONGEST_ADDRESS = 4096
"""In UTF-16 units, with the protocol counted once more. Source: twitter-text extractUrlsWithIndices, 2026-11-22."""
LONGEST_LABEL = 63
LONGEST_SLUG = 40
"""Letters after t.co/. Source: as LONGEST_ADDRESS."""
FIRST_HALF = 0xD800
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
DOTS = re.compile("[.\u3002\uff0e\uff61]")
SHORT = re.compile(rf"https?://t\.co/([a-z0-9]+)(?:\?[{X.query}]*[{X.query_end}])?", re.ASCII | re.IGNORECASE)


def weighted_length(text: str, url_length: int = 23) -> int:
    """The length of `text` on X: NFC; an address `url_length` (with or without https://), a sequence of emoji 2, letters 1 or 2.

    Emoji are those that twitter-text knows (its table is of Unicode 11): a newer sequence counts all its code points, here as
    there, so that smm never counts less than X's own library.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isascii() and "." not in text:
        return len(text)
    text = in_units(text)
    links = dict(addresses(text))
    pictures = {} if text.isascii() else dict(emoji(text))
    total = here = 0
    while here < len(text):
        if here in links:
            total, here = total + url_length, links[here]
        elif here in pictures:
            total, here = total + EMOJI, pictures[here]
        else:
            code = ord(text[here])
            total += 1 if code <= LIGHT[0][1] or any(first <= code <= last for first, last in LIGHT) else 2
            here += 2 if code >= FIRST_HALF and PAIR.match(text, here) else 1
    return total


def in_units(text: str) -> str:
    """`text` as the library of X sees it: one character for each unit of UTF-16, two for what lies beyond U+FFFF."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, struct.unpack(f"<{len(units) // 2}H", units)))


def invalid_characters(text: str) -> str:
    """The characters of `text` that X refuses."""
    return "".join(letter for letter in text if letter in INVALID)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end, in UTF-16 units as `text` is, of what X makes a link: with http(s)://, or of a known top-level domain."""
    if "." not in text:
        return
    for found in matches(X, text):
        protocol, domain = found["protocol"], found["domain"]
        if not _can_be_named(found["url"], protocol or "https://", domain):
            continue
        if protocol:
            end = _end_of_short(found["url"], found.start("url"), found.end())
            if end is not None:
                yield found.start("url"), end
        elif not found["before"] or found["before"] not in "-_./":
            yield from _without_protocol(found)


def _without_protocol(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Of a host without protocol only its Latin stretches are links; path and query belong to the last."""
    domain, start, spans, end = found["domain"], found.start("domain"), [], 0
    for latin in _latin_domain(domains_in(domain)).findall(domain):
        begin = domain.index(latin, end)
        end = begin + len(latin)
        spans.append((start + begin, start + end))
    if spans and found["path"]:
        spans[-1] = (spans[-1][0], found.end() - (len(domain) - (spans[-1][1] - start)))
    yield from spans


def _can_be_named(url: str, protocol: str, domain: str) -> bool:
    """Whether a host name can be written in punycode, and the whole is not too long."""
    if domain.startswith("xn--") and not _latin_domain(domains_in(domain)).search(domain):
        return False
    labels = (_in_punycode(label) for label in domain.split("."))
    return all(1 <= len(label) <= LONGEST_LABEL for label in labels) and len(protocol) + len(url) <= LONGEST_ADDRESS


def _in_punycode(label: str) -> str:
    if label.isascii():
        return label
    whole = label.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return ".".join(part if part.isascii() else f"xn--{part.encode('punycode').decode()}" for part in DOTS.split(whole))


def _end_of_short(url: str, start: int, end: int) -> int | None:
    """Where an address ends: those of t.co with their slug; None: a slug too long to be one."""
    short = SHORT.match(url)
    if short is None:
        return end
    return None if len(short[1]) > LONGEST_SLUG else start + short.end()


def emoji(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sequence of emoji in a text of UTF-16 units; of several the longest."""
    known, unless_text, firsts, longest = _emoji()
    here = 0
    while here < len(text):
        size = 1
        if text[here] in firsts:
            for length in range(min(longest, len(text) - here), 0, -1):
                taken = text[here : here + length]
                if taken in known or (taken in unless_text and text[here + length : here + length + 1] != "\ufe0e"):
                    yield here, here + length
                    size = length
                    break
        here += size


@cache
def _emoji() -> tuple[frozenset[str], frozenset[str], frozenset[str], int]:
    """Sequences of the table; those that hold only without U+FE0E after them; first characters of both; the longest."""
    known: set[str] = set()
    unless_text: set[str] = set()
    for row in rows("x-emoji.txt"):
        places = row.split(" ")
        into = unless_text if places[-1] == "!" else known
        into.update(in_units("".join(one)) for one in product(*(_set(place) for place in places if place != "!")))
    both = known | unless_text
    return frozenset(known), frozenset(unless_text), frozenset(one[0] for one in both), max(map(len, both))


def _set(place: str) -> Iterator[str]:
    for run in place.split(","):
        first, _, last = run.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


@lru_cache(maxsize=256)
def _latin_domain(domains: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:[-a-z0-9{LATIN}]+\.)+(?:{top_level(domains)}|xn--[-0-9a-z]+)", re.ASCII | re.IGNORECASE)

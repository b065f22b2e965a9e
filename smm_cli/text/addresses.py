"""How X and Mastodon tell addresses in running text: the grammar of twitter-text v3, with the letters of each.

Source: twitter-text 3.1.0 (its regexps, for X) and mastodon config/initializers/twitter_regex.rb (for Mastodon), read 2026-11-22.
X's library sees UTF-16 units: so does text/x.py. Mastodon's sees code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from smm_cli.text.tables import rows
from smm_cli.words.frozen import dataclass

SPACES = "\\t-\\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
DIRECTION = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
INVALID = "\ufffe\ufeff\uffff"
"""Characters that X refuses in a post."""
LATIN = (
    "\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f"
    "\u1e00-\u1eff"
    # letters that come in because the library ignores case (the iota by way of the combining U+0345)
    "\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f\ua7dc"
)
CYRILLIC = "\u0400-\u04ff\u1c80-\u1c87"
LABEL = rf"[^!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~${SPACES}{INVALID}{DIRECTION}]"
"""A letter of a host name: nearly everything but ASCII punctuation and blanks."""
INSIDE = LABEL.replace(r"\-", "")
"""The same and the hyphen."""
INSIDE_SUB = INSIDE.replace("^_", "^")
"""The same and the underscore, for labels further left."""

STRETCH = re.compile(INSIDE_SUB.replace("./", "/") + "+")
"""Letters of hosts, hyphens, underscores and dots."""
LONGEST_STRETCH = 4096
"""In a longer one no address is looked for: a host has at most 253 signs, and looking would take the square of its length."""
BEYOND_ASCII = re.compile(r"[^\x00-\x7f](?:-[^\x00-\x7f])?")
"""A letter or a range of letters in a character class of the grammar."""
BEFORE_HOST = len("https://") + 1


@dataclass(frozen=True, slots=True)
class Letters:
    """What may stand in a path and a query, and at their ends: insides of character classes."""

    path: str
    path_end: str
    query: str
    query_end: str
    at_path: str
    """What the second form of a path segment begins with, besides letters of a path: `@user/`."""


X = Letters(
    path=rf"a-z{CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN}",
    path_end=rf"+\-a-z{CYRILLIC}0-9=_#/{LATIN}",
    query=r"a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|",
    query_end=r"a-z0-9\-_&=#/",
    at_path="@",
)
UNICODE = (
    "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U000dfffd\U000e1000-\U000efffd\ue000-\uf8ff\U000f0000-\U0010fffd"
)
MASTODON = Letters(
    path=rf"^{SPACES}<>()?",
    path_end=rf"^{SPACES}()?!*\"'「」<>;:=,.$%\[\]~&|@",
    query=rf"a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^{UNICODE}",
    query_end=rf"a-z0-9_&=#/\-{UNICODE}",
    at_path="",
)


@lru_cache(maxsize=256)
def grammar(letters: Letters, domains: frozenset[str], ascii: bool = False) -> re.Pattern[str]:
    """The expression for an address below one of `domains`; groups: before, url, protocol, domain, path.

    `ascii`: for texts that are ASCII; compiling it takes 2 ms instead of 15 (measured 2026-11-22).
    """
    general, parens = f"[{letters.path}]", _parentheses(f"[{letters.path}]")
    segment = f"(?:(?:{general}*(?:{parens}{general}*)*(?:[{letters.path_end}]|{parens}))|(?:{letters.at_path}{general}+/))"
    host = rf"(?:{LABEL}{INSIDE_SUB}*+(?<![_-])\.)*(?:{LABEL}{INSIDE}*+(?<!-)\.)(?:{top_level(domains)}|xn--[-0-9a-z]+)"
    whole = (
        rf"(?P<before>[^A-Za-z0-9@\uff20$#\uff03{INVALID}]|\A)(?P<url>(?P<protocol>https?://)?(?P<domain>{host})(?::[0-9]+)?"
        rf"(?P<path>/{segment}*)?(?:\?[{letters.query}]*[{letters.query_end}])?)"
    )
    return re.compile(BEYOND_ASCII.sub("", whole) if ascii else whole, re.ASCII | re.IGNORECASE)


def matches(letters: Letters, text: str) -> Iterator[re.Match[str]]:
    """What `finditer` of the grammar finds: looked for only around stretches that could be a host with a dot.

    A long text without blanks would otherwise be read to its end from each of its letters.
    """
    pattern = grammar(letters, domains_in(text), text.isascii())
    after = 0
    for stretch in STRETCH.finditer(text):
        if "." not in stretch[0] or len(stretch[0]) > LONGEST_STRETCH:
            continue
        here = max(after, stretch.start() - BEFORE_HOST)
        while here < stretch.end():
            found = pattern.match(text, here)
            here = after = found.end() if found else here + 1
            if found:
                yield found


def _parentheses(general: str) -> str:
    """A pair of brackets in a path, with at most one pair in it."""
    return rf"\((?:{general}+|(?:{general}*\({general}+\){general}*))\)"


def domains_in(text: str) -> frozenset[str]:
    """The top-level domains that may stand in `text`: an expression for all 1,500 takes 60 ms to compile, one for these does not."""
    ascii_names, other_names, longest = _table()
    found: set[str] = set()
    dot = text.find(".")
    while dot >= 0:
        ahead = text[dot + 1 : dot + 1 + longest]
        if not ahead.isascii():
            found |= other_names
        ahead = ahead.lower()
        found.update(name for end in range(2, len(ahead) + 1) if (name := ahead[:end]) in ascii_names)
        dot = text.find(".", dot + 1)
    return frozenset(found)


@cache
def _table() -> tuple[frozenset[str], frozenset[str], int]:
    """Top-level domains of ASCII letters, the others, and the length of the longest."""
    names = rows("top-level-domains.txt")
    plain = frozenset(name.lower() for name in names if name.isascii())
    return plain, frozenset(name for name in names if not name.isascii()), max(map(len, names))


def top_level(domains: Iterable[str]) -> str:
    """An expression for any of `domains`, the longest first, where no letter, digit, @, + or - follows."""
    tree: dict[str, dict[str, object]] = {}
    for name in sorted(domains):
        here = tree
        for letter in name:
            here = here.setdefault(letter, {})  # type: ignore[assignment]
        here[""] = {}
    return f"(?:{_alternatives(tree)}(?=[^0-9a-zA-Z@+-]|\\Z))" if tree else "(?!)"


def _alternatives(tree: dict[str, dict[str, object]]) -> str:
    ways = [_either_case(letter) + (_alternatives(after) if set(after) != {""} else "") for letter, after in tree.items() if letter]  # type: ignore[arg-type]
    ends = "" in tree
    return f"(?:{'|'.join(ways)}){'?' if ends else ''}" if len(ways) > 1 or ends else ways[0]


def _either_case(letter: str) -> str:
    forms: Iterable[str] = {letter, letter.upper(), letter.lower()}
    single = "".join(sorted(form for form in forms if len(form) == 1))
    return letter if letter.isascii() or len(single) == 1 else f"[{single}]"

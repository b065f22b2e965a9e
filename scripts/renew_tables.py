"""Renews the tables of smm_cli/text/data from the packages they come from (scripts/install_twitter_text.sh first).

python scripts/renew_tables.py            write the tables
python scripts/renew_tables.py --check    end with 1 if a table differs from what would be written
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / ".tools/twitter-text/node_modules"
TABLES = ROOT / "smm_cli/text/data"
DATE = "2026-11-22"
ASK = """
const path = process.argv[1];
const names = (file) => require(`${path}/twitter-text/dist/regexp/${file}.js`).source;
console.log(JSON.stringify({
  generic: names("validGTLD"), country: names("validCCTLD"), emoji: require(`${path}/twemoji-parser/dist/lib/regex.js`).default.source,
  versions: ["twitter-text", "twemoji-parser"].map((name) => require(`${path}/${name}/package.json`).version),
}));
"""
TEXT_STYLE = "!"
"""Stands in a sequence of the emoji table for: not followed by U+FE0E."""


def main(arguments: list[str]) -> int:
    asked = subprocess.run(["node", "-e", ASK, str(PACKAGES)], check=True, capture_output=True, text=True)
    found = json.loads(asked.stdout)
    text_version, emoji_version = found["versions"]
    tables = {
        "top-level-domains.txt": domains(found["generic"], found["country"], text_version),
        "x-emoji.txt": emoji(found["emoji"], emoji_version),
    }
    stale = [name for name, table in tables.items() if not (TABLES / name).exists() or (TABLES / name).read_text("utf-8") != table]
    if "--check" in arguments:
        print("\n".join(f"{name} differs" for name in stale) or "the tables are as their sources are")
        return 1 if stale else 0
    for name in stale:
        (TABLES / name).write_text(tables[name], "utf-8")
        print(f"wrote {TABLES / name}")
    return 0


def domains(generic: str, country: str, version: str) -> str:
    """The top-level domains that twitter-text knows, one a line, sorted."""
    names = {name for source in (generic, country) for name in source.removeprefix("(?:(?:").split(")(?=")[0].split("|")}
    head = (
        f"# Top-level domains by which X (and Mastodon, which builds on the same library) tells addresses.\n"
        f"# Source: npm twitter-text {version}, read {DATE}. Licence: Apache-2.0, Copyright 2018 Twitter, Inc.\n"
    )
    return head + "".join(f"{name}\n" for name in sorted(names))


def emoji(source: str, version: str) -> str:
    """The sequences that twitter-text counts as one emoji: a line is a product of positions, each of code points and ranges."""
    strings = {tuple(decoded(units)) for units in Expression(source).strings()}
    products = merged(strings)
    head = (
        f"# Sequences that X counts as one emoji. A line is a sequence of places, a place a set of code points (hex, ranges with -).\n"
        f"# {TEXT_STYLE} at the end: only where U+FE0E does not follow.\n"
        f"# Source: derived from what npm twemoji-parser {version} recognises, read {DATE}. Licence: MIT, Copyright 2018 Twitter, Inc.\n"
    )
    return head + "".join(" ".join(map(ranges, product)) + "\n" for product in products)


class Expression:
    """The strings that a regular expression of literals, classes, groups, `?`, `|` and `(?!\\ufe0e)` stands for, in UTF-16 units."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def strings(self) -> list[tuple[int | str, ...]]:
        found: list[tuple[int | str, ...]] = []
        while True:
            found += self.sequence()
            if self.source[self.at : self.at + 1] != "|":
                return found
            self.at += 1

    def sequence(self) -> list[tuple[int | str, ...]]:
        done: list[tuple[int | str, ...]] = [()]
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            choices = self.item()
            if self.source[self.at : self.at + 1] == "?":
                self.at += 1
                choices = [*choices, ()]
            done = [before + after for before, after in itertools.product(done, choices)]
        return done

    def item(self) -> list[tuple[int | str, ...]]:
        if self.source.startswith("(?!\\ufe0e)", self.at):
            self.at += len("(?!\\ufe0e)")
            return [(TEXT_STYLE,)]
        if self.source[self.at] == "(":
            self.at += 3 if self.source.startswith("(?:", self.at) else 1
            inside = self.strings()
            self.at += 1
            return inside
        if self.source[self.at] == "[":
            return [(unit,) for unit in self.members()]
        return [(self.unit(),)]

    def members(self) -> Iterator[int]:
        self.at += 1
        while self.source[self.at] != "]":
            first = last = self.unit()
            if self.source[self.at] == "-":
                self.at += 1
                last = self.unit()
            yield from range(first, last + 1)
        self.at += 1

    def unit(self) -> int:
        if self.source.startswith("\\u", self.at):
            self.at += 6
            return int(self.source[self.at - 4 : self.at], 16)
        self.at += 1
        return ord(self.source[self.at - 1])


def decoded(units: tuple[int | str, ...]) -> Iterator[int | str]:
    """Code points of UTF-16 units; the mark of text style stays only at the end, elsewhere what follows proves it."""
    high = 0
    for number, unit in enumerate(units):
        if isinstance(unit, str):
            if number == len(units) - 1:
                yield unit
        elif 0xD800 <= unit < 0xDC00:
            high = unit
        elif 0xDC00 <= unit < 0xE000:
            yield 0x10000 + (high - 0xD800 << 10) + unit - 0xDC00
        else:
            yield unit


def merged(strings: set[tuple[int | str, ...]]) -> list[list[list[int | str]]]:
    """Few products of sets that stand for exactly `strings`: those that differ in one place only are put together, place by place."""
    products: set[tuple[frozenset[int | str], ...]] = {tuple(frozenset({one}) for one in string) for string in strings}
    for place in range(max(map(len, strings))):
        groups: dict[tuple[object, ...], set[int | str]] = {}
        for product in products:
            key = (product[:place], product[place + 1 :], len(product) > place)
            groups.setdefault(key, set()).update(product[place] if len(product) > place else ())
        products = {(*before, *([frozenset(here)] if long else []), *after) for (before, after, long), here in groups.items()}  # type: ignore[misc]
    plain = [[sorted(place, key=str) if TEXT_STYLE in place else sorted(place) for place in product] for product in products]
    return sorted(plain, key=lambda product: (len(product), str(product)))


def ranges(place: Iterable[int | str]) -> str:
    """`1F3FB-1F3FF,2640`: a sorted set of code points."""
    runs: list[list[int]] = []
    for code in place:
        if isinstance(code, str):
            return code
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"{first:04X}" if first == last else f"{first:04X}-{last:04X}" for first, last in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

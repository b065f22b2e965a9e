"""What git hosts run: text in which @NAME@ is filled in. `#: use NAME` stands for another text; lines between `#: if WORDS` and
`#: end` are there only where all words hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
TOKEN = re.compile(r"@([A-Z_]+)@")
MARK = "#: "


def rendered(name: str, words: Collection[str], values: Mapping[str, str]) -> str:
    """The recipe `name` where `words` hold. Raises KeyError for a value that is not there."""
    return TOKEN.sub(lambda found: values[found[1]], "\n".join(_lines(name, words))) + "\n"


def _lines(name: str, words: Collection[str]) -> Iterator[str]:
    holds = [True]
    for line in (HERE / f"{name}.yml").read_text("utf-8").splitlines():
        verb, *said = line.removeprefix(MARK).split() if line.startswith(MARK) else [""]
        if verb == "if":
            holds.append(all(word in words for word in said))
        elif verb == "end":
            holds.pop()
        elif all(holds):
            yield from _lines(said[0], words) if verb == "use" else [line]

"""From bytes to front matter and body: decoding, fences, places. YAML between `---`, TOML between `+++`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.calendar.unseen import told, unseen_in
from smm_cli.words.frozen import dataclass
from smm_cli.words.problem import ERROR, Place, Problem

MAX_FILE = 1 << 20
"""Most bytes of a post. Own rule, 2026-11-22: a longer file is a mistake, and parsing it would hold up all others."""
MAX_FRONT = 64 << 10
"""Most characters of front matter. Own rule, 2026-11-22."""
YAML, TOML = "---", "+++"
FENCES = {YAML: re.compile(r"^---[ \t]*$", re.MULTILINE), TOML: re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)}
MOST_FAULTS = 50
"""So many faults of one front matter are told: nobody reads more."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
UNSEEN_IN_FRONT = re.compile("[\x80-\x9f\u2028\u2029\ufeff]")

Keys = tuple[str | int, ...]
Spot = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, slots=True)
class Front:
    """A post file taken apart. `values`: strings, lists, dicts; `at` gives line and column of a key (or of what holds it)."""

    values: Mapping[str, Any]
    body: str
    body_line: int
    at: Callable[[Keys], Spot]
    kind: str = YAML


@dataclass(frozen=True, slots=True)
class Pieces:
    """A post file cut at its fences; `start` and `end` bound the front matter in `text`, fences excluded."""

    text: str
    kind: str
    start: int
    end: int
    body_start: int

    @property
    def front(self) -> str:
        return self.text[self.start : self.end]


def read_front(path: str, data: bytes) -> tuple[Front | None, list[Problem]]:
    """Front matter and body of a post file, line endings as \\n; None beside problems where it cannot be read."""
    text, problems = decode(path, data)
    if problems:
        return None, problems
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    cut = cut_at_fences(text)
    if isinstance(cut, str):
        return None, [_no_front(path, text, cut)]
    if problem := _unreadable(path, cut):
        return None, [problem]
    values, at, problems = (_yaml if cut.kind == YAML else _toml)(path, cut.front)
    if "\\" in cut.front and (hit := unseen_in(values)):  # only an escape can still write one
        what = f"{told(hit[1])} is written here"
        problems.append(Problem("control-character", what, Place(path, *at(hit[0])), "take out the escape: a post is text for people"))
    body = text[cut.body_start :]
    blank = len(body) - len(body.lstrip("\n"))
    line = text.count("\n", 0, cut.body_start + blank) + 1
    return Front(values, body[blank:].rstrip(), line, at, cut.kind), problems


def decode(path: str, data: bytes) -> tuple[str, list[Problem]]:
    """The text of a file, its BOM dropped; empty beside a problem where it is too big or no UTF-8."""
    if len(data) > MAX_FILE:
        what = (
            f"{len(data) / (1 << 20):.0f} MB is too big for a post"
            if len(data) >= 2 << 20
            else f"{len(data)} bytes are too many for a post"
        )
        return "", [Problem("too-big", what, Place(path), "a post is one Markdown file of at most 1 MB; put media in files of their own")]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return "", [_not_utf8(path, data, error.start)]


def cut_at_fences(text: str) -> Pieces | str:
    """The file cut at its fences, or why that cannot be: `none`, `blank` (something before the fence), or the fence never closed."""
    first = text.split("\n", 1)[0].rstrip()
    if first not in FENCES:
        stripped = text.lstrip()
        return "blank" if stripped.split("\n", 1)[0].rstrip() in FENCES else "none"
    start = text.find("\n") + 1
    closing = FENCES[first].search(text.replace("\r\n", " \n") if "\r" in text else text, start) if start else None
    if not closing:
        return first
    newline = text.find("\n", closing.start())
    return Pieces(text, first, start, closing.start(), newline + 1 if newline >= 0 else len(text))


def _not_utf8(path: str, data: bytes, at: int) -> Problem:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem("not-utf8", "this file is UTF-16", Place(path, 1, 1), "save it as UTF-8")
    start = data.rfind(b"\n", 0, at) + 1
    place = Place(path, data.count(b"\n", 0, at) + 1, len(data[start:at].decode("utf-8", "replace")) + 1)
    sign = bytes([data[at]]).decode("cp1252", "replace")
    guess = f' ("{sign}" in Latin-1 or Windows-1252)' if sign.isprintable() and sign != "\ufffd" else ""
    return Problem("not-utf8", f"byte 0x{data[at]:02X} is not UTF-8{guess}", place, "save the file as UTF-8")


def _no_front(path: str, text: str, why: str) -> Problem:
    if why in FENCES:
        return Problem(
            "no-front-matter", f"the front matter that {why} opens is never closed", Place(path, 1, 1), f"end it with a line {why}"
        )
    if why == "blank":
        return Problem(
            "no-front-matter", "something stands before the front matter", Place(path, 1, 1), "make --- the first line of the file"
        )
    hint = "begin the file with --- and smm's keys (smm post new writes one); a file that is no post begins with _ or ."
    return Problem("no-front-matter", "a post without front matter" if text.strip() else "an empty post", Place(path, 1, 1), hint)


def _unreadable(path: str, cut: Pieces) -> Problem | None:
    if cut.end - cut.start > MAX_FRONT:
        what = f"{cut.end - cut.start} characters of front matter: more than {MAX_FRONT}"
        return Problem("too-big", what, Place(path, 1, 1), "long text belongs below the second ---")
    found = UNSEEN.search(cut.text) or UNSEEN_IN_FRONT.search(cut.text, cut.start, cut.end)
    if not found:
        return None
    at = found.start()
    place = Place(path, cut.text.count("\n", 0, at) + 1, at - cut.text.rfind("\n", 0, at))
    name = "NUL, a byte of binary files," if found[0] == "\0" else f"an invisible sign (U+{ord(found[0]):04X})"
    return Problem("control-character", f"{name} stands here", place, "delete it and type the place anew")


# -- the two languages ----------------------------------------------------------------------------------------------------------


def _yaml(path: str, text: str) -> tuple[dict[str, Any], Callable[[Keys], Spot], list[Problem]]:
    from smm_cli.calendar import yaml
    from smm_cli.calendar.user_words import explain

    lines = text.split("\n")

    def problem(fault: yaml.Fault) -> Problem:
        slug, what, hint = explain(fault, lines)
        return Problem(slug, what, Place(path, fault.line + 2, fault.column + 1), hint, ERROR)

    try:
        node = yaml.compose(text)
    except yaml.Fault as fault:
        return {}, _first, [problem(fault)]
    if node is None:
        return {}, _first, []
    if not yaml.is_table(node):
        return {}, _first, [problem(yaml.Fault("no-keys", node.start_mark.line, node.start_mark.column))]
    values, faults = yaml.values(node, text)
    return values, lambda keys: yaml.place(node, keys, 2), [problem(fault) for fault in faults[:MOST_FAULTS]]


def _toml(path: str, text: str) -> tuple[dict[str, Any], Callable[[Keys], Spot], list[Problem]]:
    from smm_cli.calendar import toml_front

    try:
        values = toml_front.strings(text)
    except toml_front.Broken as error:
        return {}, _first, [Problem("toml", error.what, Place(path, error.line + 1, error.column), error.hint)]
    return values, lambda keys: toml_front.place(text, keys, 2), []


def _first(keys: Keys) -> Spot:
    return 1, 1

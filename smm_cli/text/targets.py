"""Texts for single targets inside a body: the `<!-- for: a, b -->` markers, read without a parser of Markdown."""

from __future__ import annotations

import re

from smm_cli.text.remarks import marker_problem
from smm_cli.words.frozen import dataclass
from smm_cli.words.problem import Place, Problem

MARKER = re.compile(r"<!--\s*for\s*:\s*(.*?)\s*-->\s*", re.IGNORECASE)
ANYWHERE = re.compile(r"<!--\s*for\s*:\s*([^>]*?)\s*-->", re.IGNORECASE)
FENCE = re.compile(r"([ >]*(?:[-*+][ ]+|\d{1,9}[.)][ ]+)*[ >]*)(`{3,}(?=[^`]*$)|~{3,})")
DEFINITION = re.compile(r" {0,3}\[((?:[^\[\]\\]|\\.)+)\]:\s*\S")
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Targets:
    """A body taken apart: `common` for everybody, `texts` by target in place of it, `lines` where each text begins.

    In `common` the lines of other texts are empty, so that its line numbers hold; its end is trimmed.
    """

    common: str
    texts: dict[str, str]
    lines: dict[str, int]
    problems: tuple[Problem, ...]


def split_targets(body: str, line: int = 1) -> Targets:
    """The texts of a body whose first line is `line` of its file.

    A marker stands alone on its line, at its very start, outside code. Definitions of links (`[x]: address`) hold in all texts:
    those that a text uses and has not are added at its end.
    """
    if "<!--" not in body:
        return Targets(body, {}, {}, ())
    return _Taking(body, line).taken()


class _Taking:
    """One body being taken apart, line by line."""

    def __init__(self, body: str, line: int) -> None:
        self.rows = re.split(r"\r\n?|\n", body)
        self.line = line
        self.common: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.open: tuple[str, ...] = ()
        self.fence = ""
        self.nested = False

    def taken(self) -> Targets:
        for number, row in enumerate(self.rows):
            code = self._in_code(row)
            marker = None if code else MARKER.fullmatch(row)
            if marker:
                self._begin(marker[1], self.line + number)
                self.common.append("")
            else:
                self._keep(row)
                if not code and (wrong := ANYWHERE.search(re.sub(r"(`+).*?\1", "", row))) and not row.startswith("    "):
                    self.problems.append(marker_problem(wrong[1], self.line + number))
        return self._finished()

    def _in_code(self, row: str) -> bool:
        """Whether `row` belongs to a fenced block, its fences included."""
        if self.fence and self.nested and row.strip() and row[0] not in " >\t":
            self.fence = ""  # the list or quote around the block has ended, and the block with it
        found = FENCE.match(row)
        if self.fence:
            bare = row.strip(" >\t")
            if bare and set(bare) == {self.fence[0]} and len(bare) >= len(self.fence):
                self.fence = ""
            return True
        if found and not (len(found[1]) > 3 and found[1].isspace()):
            self.fence, self.nested = found[2], bool(found[1].strip())
            return True
        return False

    def _begin(self, written: str, line: int) -> None:
        names = tuple(name.strip() for name in written.split(",") if name.strip())
        self.open = ()
        if not names:
            self._problem("this marker names no channel, group or network", line)
        elif EVERYBODY in map(str.lower, names):
            if len(names) > 1:
                self._problem("all stands beside other targets", line)
        else:
            twice = [name for name in names if name in self.texts]
            if twice:
                self._problem(f"a text for {twice[0]} was given before, in line {self.lines[twice[0]] - 1}", line)
            self.open = tuple(dict.fromkeys(name for name in names if name not in self.texts))
            self.texts |= {name: [] for name in self.open}
            self.lines |= dict.fromkeys(self.open, line + 1)

    def _problem(self, what: str, line: int) -> None:
        self.problems.append(Problem("marker", what, Place(line=line), "<!-- for: linkedin --> begins a text, <!-- for: all --> ends it"))

    def _keep(self, row: str) -> None:
        self.common.append("" if self.open else row)
        for name in self.open:
            self.texts[name].append(row)

    def _finished(self) -> Targets:
        definitions = {_label(found[1]): row for row in self.rows if (found := DEFINITION.match(row))}
        texts = {}
        for name, rows in self.texts.items():
            start = next((number for number, row in enumerate(rows) if row.strip()), 0)
            self.lines[name] += start
            texts[name] = _with_definitions("\n".join(rows[start:]).rstrip(), definitions)
            if not texts[name]:
                self._problem(f"the text for {name} is empty", self.lines[name] - 1)
        common = _with_definitions("\n".join(self.common).rstrip(), definitions)
        return Targets(common, texts, self.lines, tuple(self.problems))


def _with_definitions(text: str, definitions: dict[str, str]) -> str:
    used = {_label(found) for found in re.findall(r"\[((?:[^\[\]\\]|\\.)+)\]", text)}
    has = {_label(found[1]) for row in text.split("\n") if (found := DEFINITION.match(row))}
    missing = [row for label, row in definitions.items() if label in used - has]
    return "\n".join([text, "", *missing]) if missing else text


def _label(text: str) -> str:
    return " ".join(text.casefold().split())

"""Markdown to rich text: CommonMark with the rules that posts need (see docs of `read`). The one module that imports markdown-it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_block.list import list_block
from markdown_it.rules_inline.emphasis import tokenize as emphasis

from smm_cli.text.inlines import address, at_word_edges, hashtag, person
from smm_cli.text.remarks import remarks
from smm_cli.text.tokens import Token, blocks_of, plain_of
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media, Part
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block, Rule

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

NEWLINE = re.compile(r"\r\n?|\n")
NUMBERED = re.compile(r"(\d+)[.)](?=[ \t]|$)")
DEEPEST = 100
"""Levels of quotes and lists in one another; the parser drops what lies deeper, so that deeper is a problem."""


BRACKETS = 1000
"""Most opening brackets of a text. The parser tries a link at each, on every level: 50,000 take it half a minute (markdown-it-py 4,
measured 2026-11-22)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body means: its parts (one at least) and the problems found; `Place.file` is left to the caller."""

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]


def read(body: str, *, line: int = 1, threads: bool = True) -> Reading:
    """The parts of a body whose first line is line `line` of its file.

    CommonMark, but: a top-level line of three or more `-`, `*` or `_` starts a new part (with threads=False: is a rule); no setext
    headings; single line breaks stay; a list that starts at another number than 1 is text; emphasis only at word edges;
    `~~struck~~`; `@{name}` is a mention, `#tag` a hashtag, an http(s) address in running text a link; pictures alone in a
    paragraph are media of their part. HTML and comments are problems. NUL cannot occur: it becomes U+FFFD.
    """
    return _read(body, line, threads)


@lru_cache(maxsize=256)
def _read(body: str, line: int, threads: bool) -> Reading:
    lines = NEWLINE.split(body)
    body, problems = _bounded(body, line)
    tokens: list[Token] = list(_parser().parse(body))
    problems += remarks(tokens, lines, line)
    parts, empty = _parts(tokens, line)
    if threads:
        problems += [Problem("empty-part", "a part beside this line is empty", Place(line=at), "remove the line") for at in empty]
    else:
        parts = (_joined(parts),)
    problems.sort(key=lambda problem: problem.place.line)
    return Reading(parts, tuple(problems))


def _bounded(body: str, line: int) -> tuple[str, list[Problem]]:
    """The body up to where it has more brackets than anybody writes, and the problem then."""
    if body.count("[") <= BRACKETS:
        return body, []
    end = [found.start() for found in re.finditer(r"\[", body)][BRACKETS]
    at = line + len(NEWLINE.findall(body, 0, end))
    return body[:end], [Problem("too-many-brackets", f"more than {BRACKETS} times [ in one text", Place(line=at), "split the post")]


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.disable("lheading").enable("strikethrough")
    parser.block.ruler.at("list", _list_from_one, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.at("emphasis", at_word_edges(emphasis))
    parser.inline.ruler.after("escape", "person", person)
    parser.inline.ruler.after("person", "hashtag", hashtag)
    parser.inline.ruler.after("hashtag", "address", address)
    parser.normalizeLink = parser.normalizeLinkText = str  # type: ignore[method-assign,assignment]  # addresses go out as written
    return parser


def _list_from_one(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The parser's rule for lists, for those that count from 1: "1986. A good year" is a sentence."""
    if not silent:  # asked silently, the rule tells whether a paragraph ends here, and later items of a list do end one
        number = NUMBERED.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start])
        if number is not None and int(number[1]) != 1:
            return False
    return list_block(state, start, end, silent)


def _parts(tokens: list[Token], line: int) -> tuple[tuple[Part, ...], list[int]]:
    """The parts between top-level rules, and the lines of rules beside which a part holds nothing."""
    runs: list[tuple[int, list[Token]]] = [(line, [])]
    for token in tokens:
        if token.type == "hr" and token.level == 0:
            runs.append((line + _first(token) + 1, []))
        else:
            runs[-1][1].append(token)
    parts = tuple(_part(run, at, line) for at, run in runs)
    rules = [at - 1 for at, _ in runs[1:]]
    empty = [rules[max(number - 1, 0)] for number, part in enumerate(parts) if rules and not part.blocks and not part.media]
    return parts, list(dict.fromkeys(empty))


def _part(tokens: list[Token], at: int, line: int) -> Part:
    texts: list[Token] = []
    media: list[Media] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "paragraph_open" and token.level == 0 and (pictures := _pictures(tokens[position + 1])):
            media += [_media(picture, line + _first(token)) for picture in pictures]
            position += 3
        else:
            texts.append(token)
            position += 1
    first = next((line + _first(token) for token in tokens if token.map), at)
    return Part(blocks_of(texts), tuple(media), first)


def _pictures(inline: Token) -> list[Token]:
    """The images of a paragraph that holds nothing else."""
    children: list[Token] = inline.children or []
    pictures = [child for child in children if child.type == "image"]
    others = (child for child in children if child.type not in ("image", "softbreak", "hardbreak"))
    return [] if any(child.type != "text" or child.content.strip() for child in others) else pictures


def _media(picture: Token, line: int) -> Media:
    return Media(unquote(str(picture.attrs["src"])), plain_of(picture.children), line=line)


def _first(token: Token) -> int:
    return token.map[0] if token.map else 0


def _joined(parts: tuple[Part, ...]) -> Part:
    blocks: tuple[Block, ...] = parts[0].blocks
    for part in parts[1:]:
        blocks = (*blocks, Rule(), *part.blocks)
    return Part(blocks, tuple(medium for part in parts for medium in part.media), parts[0].line)

"""What Markdown would take otherwise than its author meant it: found in the parser's tokens, told as problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from smm_cli.text.tokens import Token
from smm_cli.words.problem import WARNING, Place, Problem

UNDERLINE = re.compile(r"[ \t]{0,3}(-{2,}|={2,})[ \t]*")
MARKER = re.compile(r"<!--\s*(?:for|on)\b[\s:]*([^>]*?)\s*-->", re.IGNORECASE)
BLANKS_IN_ADDRESS = re.compile(r"(?<!\\)(!?)\[[^\[\]]*\]\(\s*([^\s()<>\"'][^()<>\"'\n]*[^\S\n][^()<>\"'\n]*[^\s()<>\"'])\s*\)")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
INSTEAD = {
    "b": "**bold**",
    "strong": "**bold**",
    "i": "*italics*",
    "em": "*italics*",
    "br": "a line break",
    "s": "~~struck~~",
    "del": "~~struck~~",
}
DEEP = 80
"""Levels of quotes and lists in one another that a reader may still have meant; the parser stops at 100."""


def remarks(tokens: Sequence[Token], lines: Sequence[str], line: int) -> list[Problem]:
    """The problems of a body, given as its tokens and its lines, whose first line is `line` of its file."""
    found: list[Problem] = []
    for position, token in enumerate(tokens):
        at = line + (token.map[0] if token.map else 0)
        if token.type == "inline":
            if tokens[position - 1].type == "paragraph_open":
                found += _underlines(token.content, at)
            if "<" in token.content:
                found += _html_in_text(token, at)
            if "](" in token.content:
                found += _blanks_in_address(token, at)
        elif token.type == "hr" and position and tokens[position - 1].type == "paragraph_close":
            found += _rule_below_text(tokens[position - 3], token, lines, line)
        elif token.type == "html_block":
            found.append(html_problem(token.content.strip(), at))
        elif token.type == "ordered_list_open":
            found += _numbers(tokens[position + 1 :], token, at)
        if token.level == DEEP and token.map:
            found.append(Problem("too-deep", "quotes and lists lie too deep in one another", Place(line=at), "use fewer levels"))
    return found


def _underlines(content: str, at: int) -> Iterator[Problem]:
    if "--" in content or "==" in content:
        for number, text in enumerate(content.split("\n")):
            if number and (found := UNDERLINE.fullmatch(text)):
                yield underline_problem(found[1], at + number)


def _rule_below_text(opening: Token, rule: Token, lines: Sequence[str], line: int) -> Iterator[Problem]:
    above, here = opening.map, rule.map
    if above and here and above[1] == here[0] and (found := UNDERLINE.fullmatch(lines[here[0]].lstrip("> \t"))):
        yield underline_problem(found[1], line + here[0])


def underline_problem(sign: str, line: int) -> Problem:
    """`--`, `---` or `===` directly under text: a heading to Markdown, something else to people."""
    part = sign[0] == "-" and len(sign) > 2
    other = "starts a new part to smm" if part else "is a line of text to a person"
    wanted = "For a new part" if part else "To keep it as text"
    return Problem(
        "underline",
        f"{sign} directly under text makes a heading in Markdown, but {other}",
        Place(line=line),
        f"{wanted} leave an empty line above it; for a heading write # before the text.",
    )


def _html_in_text(token: Token, at: int) -> Iterator[Problem]:
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            at += 1
        elif child.type == "html_inline":
            yield html_problem(child.content, at)
            at += child.content.count("\n")


def html_problem(source: str, line: int) -> Problem:
    """HTML or a comment in a body: networks would show it as text or drop it."""
    if marker := MARKER.match(source):
        return marker_problem(marker[1], line)
    if source.startswith("<!--"):
        return Problem("comment", "a comment is not sent to anybody", Place(line=line), "for notes use the key notes:")
    tag = TAG.match(source)
    name = tag[1].lower() if tag else ""
    hint = f"write {INSTEAD[name]}" if name in INSTEAD else "write it in Markdown, or as literal text with \\ before <"
    return Problem("html", f"HTML is not sent: {source.splitlines()[0][:60]}", Place(line=line), hint)


def marker_problem(targets: str, line: int) -> Problem:
    """A marker that starts no text, as it stands inside a line or is misspelt."""
    names = targets or "linkedin"
    return Problem(
        "marker",
        f"this marker does not stand alone on its line: for {names}",
        Place(line=line),
        f"<!-- for: {names} --> on a line of its own",
    )


def _blanks_in_address(token: Token, at: int) -> Iterator[Problem]:
    """A link or picture whose address has blanks is none: it would go out with its brackets."""
    if any(child.type == "text" and "](" in child.content for child in token.children):
        for found in BLANKS_IN_ADDRESS.finditer(token.content):
            line = at + token.content.count("\n", 0, found.start())
            what = "picture" if found[1] else "link"
            yield Problem(
                "blanks",
                f"this is no {what}, as its address has blanks: {found[2]}",
                Place(line=line),
                f"put it in <>: {found[1]}[…](<{found[2]}>)",
            )


def _numbers(tokens: Sequence[Token], opening: Token, at: int) -> Iterator[Problem]:
    closing = next(n for n, token in enumerate(tokens) if token.type == "ordered_list_close" and token.level == opening.level)
    items = [t for t in tokens[:closing] if t.type == "list_item_open" and t.level == opening.level + 1]
    written = [int(item.info) for item in items]
    if written != list(range(1, len(items) + 1)) and set(written) != {1}:
        said = ", ".join(map(str, written[:6]))
        yield Problem(
            "list-numbers",
            f"this list counts {said}; it goes out as 1 to {len(items)}",
            Place(line=at),
            "a number that is no number of a list: write a \\ before its dot",
            WARNING,
        )

"""Rich text as CommonMark again: for networks that take Markdown. Whatever could be read as a mark is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.words.tree import (
    Block,
    Break,
    Bullets,
    Code,
    CodeBlock,
    Emphasis,
    Hashtag,
    Heading,
    Inline,
    Link,
    Mention,
    Numbers,
    Paragraph,
    Picture,
    Plain,
    Quote,
    Rule,
    Strike,
    Strong,
)

MARKS = re.compile(r"([\\`*_\[\]<>&~|])")
LINE_START = re.compile(r"(?m)^(\s*)([-+#=]|\d+[.)](?=\s|$))")
"""What begins a list, a heading or an underline at the start of a line."""
Written = Callable[[Mention], str]


def commonmark(blocks: Sequence[Block], mention: Written) -> str:
    """CommonMark of `blocks`; single line breaks are written as hard ones (two blanks), so that they stay everywhere."""
    return "\n\n".join(_block(block, mention) for block in _apart(blocks))


def _apart(blocks: Sequence[Block]) -> Sequence[Block]:
    return blocks


def _block(block: Block, mention: Written) -> str:
    match block:
        case Paragraph(children):
            return _started(_inlines(children, mention))
        case Heading(level, children):
            return f"{'#' * level} {_inlines(children, mention)}"
        case CodeBlock(text, language):
            fence = "`" * max(3, _longest_run(text) + 1)
            return f"{fence}{language}\n{text}\n{fence}"
        case Quote(inside):
            return _prefixed(commonmark(inside, mention), "> ", "> ")
        case Bullets(items, tight, marker):
            return _items(items, tight, [f"{marker} "] * len(items), mention)
        case Numbers(items, tight, start, delimiter):
            return _items(items, tight, [f"{start + n}{delimiter} " for n in range(len(items))], mention)
        case Rule():
            return "---"


def _items(items: Sequence[Sequence[Block]], tight: bool, signs: Sequence[str], mention: Written) -> str:
    between = "\n" if tight else "\n\n"
    texts = [between.join(_block(block, mention) for block in item) for item in items]
    return between.join(_prefixed(text, sign, " " * len(sign)) for text, sign in zip(texts, signs, strict=True))


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join((first if not n else others) + line if line or not n else others.rstrip() for n, line in enumerate(lines))


def _started(text: str) -> str:
    return LINE_START.sub(lambda m: m[1] + (m[2][:-1] + "\\" + m[2][-1] if len(m[2]) > 1 else "\\" + m[2]), text)


def _inlines(inlines: Sequence[Inline], mention: Written) -> str:
    return "".join(_inline(inline, mention) for inline in inlines)


def _inline(inline: Inline, mention: Written) -> str:
    match inline:
        case Plain(text):
            return _escaped(text)
        case Break():
            return "  \n"
        case Emphasis(children):
            return f"*{_inlines(children, mention)}*"
        case Strong(children):
            return f"**{_inlines(children, mention)}**"
        case Strike(children):
            return f"~~{_inlines(children, mention)}~~"
        case Code(text):
            return _code(text)
        case Hashtag(tag):
            return f"#{_escaped(tag)}"
        case Mention():
            return _escaped(mention(inline))
        case Picture(url, alt, title):
            return f"![{_escaped(alt)}]({_address(url)}{_titled(title)})"
        case Link(url, children, title, bare):
            if bare:
                return f"<{url}>" if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:[^\s<>]*$", url) else _inlines(children, mention)
            return f"[{_inlines(children, mention)}]({_address(url)}{_titled(title)})"


def _code(text: str) -> str:
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or (text.strip() and text[0] == text[-1] == " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _address(url: str) -> str:
    if not url or re.search(r"[\s()<>]", url):
        return "<" + re.sub(r"([<>\\])", r"\\\1", url) + ">"
    return url


def _titled(title: str) -> str:
    return ' "' + re.sub(r'(["\\])', r"\\\1", title) + '"' if title else ""


def _escaped(text: str) -> str:
    return MARKS.sub(r"\\\1", text)

"""Rich text as CommonMark again: for networks that take Markdown. Whatever could be read as a mark is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from smm_cli.text.marks import longest_run, prefixed
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

MARKS = re.compile(r"([\\`*_\[\]<>&~|]|#(?=\w)|@(?=\{))")
SCHEME = re.compile(r"(https?):(?=//)", re.IGNORECASE)
LINE_START = re.compile(r"(?m)^([-+=](?=[\s=-]|$)|#{1,6}(?=\s|$)|\d+[.)](?=\s|$))")
"""What begins a list, a heading or an underline at the start of a line."""
AUTOLINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[^\s<>]*|[^\s<>@]+@[^\s<>@]+")
RULE = "___"
"""Of the three rules the one that begins no list."""
Written = Callable[[Mention], str]


def commonmark(blocks: Sequence[Block], mention: Written) -> str:
    """CommonMark of `blocks`; single line breaks are written as hard ones (two blanks), so that they stay everywhere."""
    return "\n\n".join(_block(block, mention) for block in _apart(blocks))


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """`blocks`, where a list beside another of its sign gets another sign: else they would become one."""
    last: Block | None = None
    for block in blocks:
        if isinstance(block, Bullets) and isinstance(last, Bullets) and last.marker == block.marker:
            block = replace(block, marker="*" if block.marker != "*" else "-")
        elif isinstance(block, Numbers) and isinstance(last, Numbers) and last.delimiter == block.delimiter:
            block = replace(block, delimiter=")" if block.delimiter != ")" else ".")
        yield block
        last = block


def _block(block: Block, mention: Written) -> str:
    match block:
        case Paragraph(children):
            return _started(_inlines(children, mention))
        case Heading(level, children):
            return f"{'#' * level} " + re.sub(r"(#+)$", r"\\\1", _inlines(children, mention))
        case CodeBlock(text, language):
            fence = "`" * max(3, longest_run(text) + 1)
            return f"{fence}{language.replace('`', '')}\n{text}\n{fence}"
        case Quote(inside):
            return prefixed(commonmark(inside, mention), "> ", "> ")
        case Bullets(items, tight, marker):
            return _items(items, tight, [f"{marker} "] * len(items), mention)
        case Numbers(items, tight, start, delimiter):
            return _items(items, tight, [f"{start + n}{delimiter} " for n in range(len(items))], mention)
        case Rule():
            return RULE


def _items(items: Sequence[Sequence[Block]], tight: bool, signs: Sequence[str], mention: Written) -> str:
    between = "\n" if tight else "\n\n"
    texts = [between.join(_block(block, mention) for block in _apart(item)) for item in items]
    return between.join(prefixed(text, sign, " " * len(sign)) for text, sign in zip(texts, signs, strict=True))


def _started(text: str) -> str:
    return LINE_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}" if found[1][0].isdigit() else f"\\{found[1]}", text)


def _inlines(inlines: Sequence[Inline], mention: Written, star: str = "*") -> str:
    texts = [_inline(inline, mention, star) for inline in inlines]
    for number, inline in enumerate(inlines[1:]):
        if isinstance(inline, Link) and texts[number].endswith("!"):  # else it would become a picture
            texts[number] = texts[number][:-1] + "\\!"
    for number, inline in enumerate(inlines):
        if isinstance(inline, Break) and (number == 0 or texts[number - 1].endswith("\n")):  # an empty line would end the paragraph
            texts[number] = "\\\n"
    return "".join(texts)


def _inline(inline: Inline, mention: Written, star: str) -> str:
    """`star` is the mark of emphasis; inside of bold or italics it is the other one."""
    other = "_" if star == "*" else "*"
    match inline:
        case Plain(text):
            return _escaped(text)
        case Break():
            return "  \n"
        case Emphasis(children):
            return f"{star}{_inlines(children, mention, other)}{star}"
        case Strong(children):
            return f"{star * 2}{_inlines(children, mention, other)}{star * 2}"
        case Strike(children):
            return f"~~{_inlines(children, mention, star)}~~"
        case Code(text):
            return _code(text)
        case Hashtag(tag):
            return f"#{_escaped(tag)}"
        case Mention():
            return _escaped(mention(inline))
        case Picture(url, alt, title):
            return f"![{_escaped(alt)}]({_address(url)}{_titled(title)})"
        case Link(url, children, title, bare):
            label = _inlines(children, mention, star)
            shown = "".join(child.text for child in children if isinstance(child, Plain))
            return f"<{shown}>" if bare and AUTOLINK.fullmatch(shown) else f"[{label}]({_address(url)}{_titled(title)})"


def _code(text: str) -> str:
    ticks = "`" * (longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or (text.strip() and text[0] == text[-1] == " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _address(url: str) -> str:
    if not url or re.search(r"[\s()<>]", url):
        return "<" + re.sub(r"([<>\\])", r"\\\1", url) + ">"
    return url


def _titled(title: str) -> str:
    return ' "' + re.sub(r'(["\\])', r"\\\1", title) + '"' if title else ""


def _escaped(text: str) -> str:
    return SCHEME.sub(r"\1\\:", MARKS.sub(r"\\\1", text))

"""Rich text in the marked-up dialects of chats: one walk over the tree, and what each chat writes for each kind of node."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.quiet import JOINER
from smm_cli.words.frozen import dataclass
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

RULE = "———"
"""A rule where a chat has none: three dashes that no dialect reads as a mark."""
GRAVE = "\u02cb"
"""Looks like a backtick and ends no code."""
Written = Callable[[Mention], str]
Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a chat writes. `escape` takes literal text; the changes of inlines take what is rendered already, `code` and `block`
    what is not; `link` gets address and rendered label; `start` makes the first of a line safe; `item` is what stands before an
    item, and `joint` between a mark and a letter beside it, where the chat wants a word's edge there."""

    escape: Change
    strong: Change
    emphasis: Change
    strike: Change
    code: Change
    block: Callable[[str, str], str]
    link: Callable[[str, str], str]
    heading: Callable[[int, str], str]
    quote: Change
    bare: Change = str
    start: Change = str
    item: str = "- "
    rule: str = RULE
    joint: str = ""
    deep: str = "  "


def marked(blocks: Sequence[Block], mention: Written, marks: Marks) -> str:
    """The text of `blocks` as `marks` tells; what `mention` gives is written as it is."""
    return "\n\n".join(_block(block, mention, marks) for block in blocks)


def around(mark: str, end: str = "") -> Change:
    """Puts `mark` around each line of a text (with `end` behind it, by default the mark again), never around blanks."""

    def written(text: str) -> str:
        lines = (re.fullmatch(r"(\s*)(.*?)(\s*)", line, re.DOTALL) for line in text.split("\n"))
        return "\n".join(f"{m[1]}{mark}{m[2]}{end or mark}{m[3]}" if m and m[2] else (m[0] if m else "") for m in lines)

    return written


def prefixed(text: str, first: str, others: str) -> str:
    """`text` with `first` before its first line and `others` before the rest, which stay empty where they are."""
    lines = text.split("\n")
    return "\n".join((first if not n else others) + line if line or not n else others.rstrip() for n, line in enumerate(lines))


def fenced(text: str, language: str = "") -> str:
    """Lines of code between fences longer than any in them; a language only where it is a plain word."""
    fence = "`" * max(3, longest_run(text) + 1)
    named = language if re.fullmatch(r"[\w+#.-]+", language) else ""
    return f"{fence}{named}\n{text}\n{fence}"


def fenced_by_three(text: str, language: str = "") -> str:
    """Lines of code where no longer fence is known: three backticks in the text are held apart."""
    inside = text.replace("```", f"``{JOINER}`")
    return f"```{language}\n{inside}\n```"


def ticked_once(text: str) -> str:
    """Code in a line, where two backticks mean nothing: one in the text becomes a grave accent."""
    return f"`{text.replace('`', GRAVE)}`" if text.strip() else text


def longest_run(text: str) -> int:
    """How many backticks stand together at the most."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def backslashed(start: re.Pattern[str]) -> Change:
    """Takes the beginning of a line its meaning: `start` finds blanks, then a sign or a number; the backslash follows a number."""
    return lambda line: start.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", line)


def ticked(text: str) -> str:
    """Code in a line, between more backticks than any run in it."""
    ticks = "`" * (longest_run(text) + 1)
    return f"{ticks} {text} {ticks}" if text.startswith("`") or text.endswith("`") else f"{ticks}{text}{ticks}"


def _block(block: Block, mention: Written, marks: Marks) -> str:
    match block:
        case Paragraph(children):
            return "\n".join(map(marks.start, _inlines(children, mention, marks).split("\n")))
        case Heading(level, children):
            return marks.heading(level, _inlines(children, mention, marks))
        case CodeBlock(text, language):
            return marks.block(text, language)
        case Quote(inside):
            return marks.quote(marked(inside, mention, marks))
        case Bullets(items, tight):
            return _items(items, tight, [marks.item] * len(items), mention, marks)
        case Numbers(items, tight, start):
            return _items(items, tight, [f"{start + n}. " for n in range(len(items))], mention, marks)
        case Rule():
            return marks.rule


def _items(items: Sequence[Sequence[Block]], tight: bool, signs: Sequence[str], mention: Written, marks: Marks) -> str:
    between = "\n" if tight else "\n\n"
    texts = [between.join(_block(block, mention, marks) for block in item) for item in items]
    deep = [marks.deep if sign == marks.item else " " * len(sign) for sign in signs]
    return between.join(prefixed(text, sign, inside) for text, sign, inside in zip(texts, signs, deep, strict=True))


def _inlines(inlines: Sequence[Inline], mention: Written, marks: Marks) -> str:
    texts = [_inline(inline, mention, marks) for inline in inlines]
    if not marks.joint:
        return "".join(texts)
    made, edged = "", False
    for inline, text in zip(inlines, texts, strict=True):
        edge = isinstance(inline, Strong | Emphasis | Strike | Code)
        touches = (edge and made[-1:].isalnum()) or (edged and text[:1].isalnum())
        made += f"{marks.joint}{text}" if touches else text
        edged = edge if text else edged
    return made


def _inline(inline: Inline, mention: Written, marks: Marks) -> str:
    match inline:
        case Plain(text):
            return marks.escape(text)
        case Break():
            return "\n"
        case Emphasis(children):
            return marks.emphasis(_inlines(children, mention, marks))
        case Strong(children):
            return marks.strong(_inlines(children, mention, marks))
        case Strike(children):
            return marks.strike(_inlines(children, mention, marks))
        case Code(text):
            return marks.code(text)
        case Hashtag(tag):
            return f"#{marks.escape(tag)}"
        case Mention():
            return mention(inline)
        case Picture(url, alt):
            return marks.link(url, marks.escape(alt or url)) if url.startswith(("https://", "http://")) else marks.escape(alt)
        case Link(url, children, _, bare):
            label = _inlines(children, mention, marks)
            shown = "".join(child.text for child in children if isinstance(child, Plain))
            return marks.bare(shown) if bare or not label.strip() or shown == url else marks.link(url, label)

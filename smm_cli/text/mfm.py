"""Rich text as MFM, the marks of Misskey. Whatever could be read as a mark stands in <plain>; typed mentions reach nobody.

Source: misskey-dev/mfm.js docs/syntax.md (0.24, 2024) and its parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import fenced_by_three
from smm_cli.text.quiet import JOINER, hushed
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

Written = Callable[[Mention], str]
RISKY = re.compile(
    r"\*+|(?<!\w)_+(?=\w)|~~|`|\$\[|\]\(|<(?=/?[a-z])|\\[([]|#(?=\w)|https?:(?=//)|(?m:^>)|(?<=\s)\[?(?:search|検索)\]?$", re.IGNORECASE
)
"""Beginnings of marks. A line that ends with "search" becomes a form that searches."""
SIMPLE = re.compile(r"https?://[\w.,/:%#@$&?!~=+-]*[\w/:%#@$&?!~=+-]", re.ASCII)
"""Addresses that stand for themselves; others need angle brackets."""
RULE = "―――"


def mfm(blocks: Sequence[Block], mention: Written) -> str:
    """MFM of `blocks`, an empty line between them."""
    return "\n\n".join(_block(block, mention) for block in blocks)


def _block(block: Block, mention: Written) -> str:
    match block:
        case Paragraph(children):
            return _inlines(children, mention)
        case Heading(_, children):
            return f"**{_inlines(children, mention)}**"
        case CodeBlock(text, language):
            return fenced_by_three(text, re.sub(r"[^A-Za-z0-9+#._-]", "", language))
        case Quote(inside):
            return "\n".join(f"> {line}".rstrip() for line in mfm(inside, mention).split("\n"))
        case Bullets(items, tight, marker):
            return _items(items, tight, [marker if marker != "*" else "-"] * len(items), mention)
        case Numbers(items, tight, start, delimiter):
            return _items(items, tight, [f"{start + n}{delimiter}" for n in range(len(items))], mention)
        case Rule():
            return RULE


def _items(items: Sequence[Sequence[Block]], tight: bool, signs: Sequence[str], mention: Written) -> str:
    between = "\n" if tight else "\n\n"
    texts = []
    for item, sign in zip(items, signs, strict=True):
        lines = between.join(_block(block, mention) for block in item).split("\n")
        texts.append("\n".join(f"{'  ' if n else sign + ' '}{line}" if line or not n else "" for n, line in enumerate(lines)))
    return between.join(texts)


def _inlines(inlines: Sequence[Inline], mention: Written) -> str:
    return "".join(_inline(inline, mention) for inline in inlines)


def _inline(inline: Inline, mention: Written) -> str:
    match inline:
        case Plain(text) | Picture(alt=text):
            return escaped(text)
        case Break():
            return "\n"
        case Emphasis(children):
            return f"<i>{_inlines(children, mention)}</i>"
        case Strong(children):
            return f"**{_inlines(children, mention)}**"
        case Strike(children):
            return f"<s>{_inlines(children, mention)}</s>"
        case Code(text):
            return _plain(text) if "`" in text or "´" in text or "\n" in text else f"`{text}`"
        case Hashtag(tag):
            return f"#{tag}"
        case Mention():
            written = mention(inline)
            return written if written.startswith("@") else escaped(written)
        case Link():
            return _link(inline, mention)


def _link(link: Link, mention: Written) -> str:
    if not link.url.startswith(("https://", "http://")) or re.search(r"[\s<>]", link.url):
        shown, label = link.url.removeprefix("mailto:"), _inlines(link.children, mention)
        return escaped(shown) if link.bare else f"{label} ({escaped(shown)})"
    address = link.url if SIMPLE.fullmatch(link.url) else f"<{link.url}>"
    label = "".join(_label(child, mention) for child in link.children)
    return address if link.bare or not label.strip() else f"[{label}]({address})"


def _label(inline: Inline, mention: Written) -> str:
    """A label ends at the first ] and may hold no line break."""
    text = _inline(inline, mention).replace("\n", " ")
    return _plain(inline.text) if isinstance(inline, Plain) and "]" in inline.text else text


def escaped(text: str) -> str:
    """`text` that is nothing but text: marks within <plain>, mentions broken by a word joiner."""
    marks = [found.span() for found in RISKY.finditer(text)]
    if not marks:
        return hushed(text)
    start, end = marks[0][0], marks[-1][1]
    end += re.match(r"[^\s]*", text[end:]).end()  # type: ignore[union-attr]
    return hushed(text[:start]) + _plain(text[start:end]) + hushed(text[end:])


def _plain(text: str) -> str:
    inside = text.replace("</plain>", f"<{JOINER}/plain>").replace("\n", " ")
    return f"<plain>{inside}</plain>"

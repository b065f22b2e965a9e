"""Rich text as blocks of Tumblr's Neue Post Format. Offsets count code points; `end` is exclusive.

Source: tumblr/docs npf-spec.md (2024-10-18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

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
LONGEST = 4096
"""Code points of one text block (npf-spec.md, Post Content Limits)."""
DEEPEST = 7
"""The highest indent_level."""
MARKS = {Emphasis: "italic", Strong: "bold", Strike: "strikethrough"}
Mark = dict[str, Any]


def npf(blocks: Sequence[Block], mention: Written) -> list[Mark]:
    """Text blocks; one too long becomes several. A person with a handle is marked as `mention` with the name of her blog."""
    return [part for block in blocks for made in _block(block, mention) for part in _cut(made)]


def _block(block: Block, mention: Written) -> Iterator[Mark]:
    match block:
        case Paragraph(children):
            yield _text(children, mention)
        case Heading(level, children):
            yield _text(children, mention, "heading1" if level == 1 else "heading2")
        case CodeBlock(text):
            yield {"type": "text", "subtype": "chat", "text": text}
        case Quote(inside):
            for made in npf(inside, mention):
                yield (
                    made if "subtype" in made else {"type": "text", "subtype": "indented", **{k: v for k, v in made.items() if k != "type"}}
                )
        case Bullets(items):
            yield from _items(items, "unordered-list-item", mention, 0)
        case Numbers(items):
            yield from _items(items, "ordered-list-item", mention, 0)
        case Rule():
            yield {"type": "text", "text": "* * *"}


def _items(items: Sequence[Sequence[Block]], subtype: str, mention: Written, level: int) -> Iterator[Mark]:
    deep = {"indent_level": min(level, DEEPEST)} if level else {}
    for item in items:
        for block in item:
            match block:
                case Bullets(inner):
                    yield from _items(inner, "unordered-list-item", mention, level + 1)
                case Numbers(inner):
                    yield from _items(inner, "ordered-list-item", mention, level + 1)
                case Paragraph(children):
                    yield _text(children, mention, subtype) | deep
                case _:
                    yield from _block(block, mention)


def _text(inlines: Sequence[Inline], mention: Written, subtype: str = "") -> Mark:
    marks: list[Mark] = []
    text = "".join(_inlines(inlines, mention, marks, 0))
    made: Mark = {"type": "text", **({"subtype": subtype} if subtype else {}), "text": text}
    return made | ({"formatting": marks} if marks else {})


def _inlines(inlines: Sequence[Inline], mention: Written, marks: list[Mark], here: int) -> Iterator[str]:
    """The pieces of text; what they mean goes to `marks`."""
    for inline in inlines:
        place, mark = len(marks), {}
        match inline:
            case Plain(text) | Code(text) | Picture(alt=text):
                pass
            case Break():
                text = "\n"
            case Hashtag(tag):
                text = f"#{tag}"
            case Mention():
                text = mention(inline)
                mark = {"type": "mention", "blog": {"name": text[1:]}} if text.startswith("@") else {}
            case Link(url):
                text = "".join(_inlines(inline.children, mention, marks, here)) or url
                mark = {"type": "link", "url": url} if url.startswith(("https://", "http://", "mailto:")) else {}
            case _:
                text = "".join(_inlines(inline.children, mention, marks, here))
                mark = {"type": MARKS[type(inline)]}
        if mark and text:
            marks.insert(place, {"start": here, "end": here + len(text), **mark})
        here += len(text)
        yield text


def _cut(block: Mark) -> Iterator[Mark]:
    """`block` in pieces of at most LONGEST, cut after a blank where there is one."""
    text, marks = block["text"], block.get("formatting", [])
    start = 0
    while start < len(text) or not start:
        end = min(start + LONGEST, len(text))
        if end < len(text):
            blank = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = blank + 1 if blank > start else end
        own = [
            {**m, "start": max(m["start"], start) - start, "end": min(m["end"], end) - start}
            for m in marks
            if m["start"] < end and m["end"] > start
        ]
        made = {name: value for name, value in block.items() if name != "formatting"}
        yield {**made, "text": text[start:end], **({"formatting": own} if own else {})}
        if end == len(text):
            return
        start = end

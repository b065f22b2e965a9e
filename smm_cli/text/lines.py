"""Rich text as lines of pieces: what the plain and the rich dialect share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from smm_cli.words.frozen import dataclass
from smm_cli.words.tree import (
    Block,
    Break,
    Bullets,
    Code,
    CodeBlock,
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
)

RULE = "---"
"""A rule in plain text: as its author wrote it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line; `kind` is empty, link, mention or tag, `value` its address, handle or tag."""

    text: str
    kind: str = ""
    value: str = ""


Line = list[Piece]


def lines_of(blocks: Sequence[Block], mention: Callable[[Mention], str], links: str) -> list[Line]:
    """The lines of `blocks`, an empty one between blocks; `links` as dialects.plain tells."""
    lines: list[Line] = []
    for block in blocks:
        if lines:
            lines.append([])
        lines += _block(block, mention, links)
    return lines


def _block(block: Block, mention: Callable[[Mention], str], links: str) -> list[Line]:
    match block:
        case Paragraph(children) | Heading(_, children):
            return _broken(_pieces(children, mention, links))
        case CodeBlock(text):
            return [[Piece(line)] for line in text.split("\n")]
        case Quote(inside):
            return [[Piece("> " if line else ">"), *line] for line in lines_of(inside, mention, links)]
        case Bullets(items, tight, marker):
            return _items(items, tight, [marker] * len(items), mention, links)
        case Numbers(items, tight, start, delimiter):
            return _items(items, tight, [f"{start + n}{delimiter}" for n in range(len(items))], mention, links)
        case Rule():
            return [[Piece(RULE)]]


def _items(
    items: Sequence[Sequence[Block]], tight: bool, signs: Sequence[str], mention: Callable[[Mention], str], links: str
) -> list[Line]:
    lines: list[Line] = []
    for item, sign in zip(items, signs, strict=True):
        if lines and not tight:
            lines.append([])
        inside: list[Line] = []
        for block in item:
            if inside and not tight:
                inside.append([])
            inside += _block(block, mention, links)
        lines.append([Piece(f"{sign} "), *inside[0]] if inside else [Piece(sign)])
        lines += [[Piece(" " * (len(sign) + 1)), *line] if line else [] for line in inside[1:]]
    return lines


def _broken(pieces: Iterable[Piece | None]) -> list[Line]:
    lines: list[Line] = [[]]
    for piece in pieces:
        if piece is None:
            lines.append([])
        elif piece.text:
            lines[-1].append(piece)
    return lines


def _pieces(inlines: Sequence[Inline], mention: Callable[[Mention], str], links: str) -> Iterator[Piece | None]:
    """Pieces in order; None is a line break."""
    for inline in inlines:
        match inline:
            case Plain(text) | Code(text) | Picture(alt=text):
                yield Piece(text)
            case Break():
                yield None
            case Hashtag(tag):
                yield Piece(f"#{tag}", "tag", tag)
            case Mention():
                written = mention(inline)
                yield Piece(written, "mention", written[1:]) if written.startswith("@") else Piece(written)
            case Link():
                yield from _link(inline, mention, links)
            case Strike(children):  # without its marks, struck text would say the contrary
                yield from (Piece("~~"), *_pieces(children, mention, links), Piece("~~"))
            case _:
                yield from _pieces(inline.children, mention, links)


def _link(link: Link, mention: Callable[[Mention], str], links: str) -> Iterator[Piece | None]:
    shown = link.url.removeprefix("mailto:")
    rows = _broken(_pieces(link.children, mention, "label"))
    label = ["".join(piece.text for piece in row) for row in rows]
    words = " ".join(label).strip()
    if link.bare:
        yield Piece(words or shown, "link", link.url)
    elif links == "url" or not words or (links == "after" and words in (shown, shown.partition("://")[2])):
        yield Piece(shown, "link", link.url)
    else:
        for number, text in enumerate(label):
            yield from ((None, Piece(text, "link", link.url)) if number else (Piece(text, "link", link.url),))
        if links == "after":
            yield from (Piece(" ("), Piece(shown, "link", link.url), Piece(")"))

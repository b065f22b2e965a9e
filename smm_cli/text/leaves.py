"""The tree as a row of leaves that knows its way back: what is needed to cut a text anywhere and keep its blocks and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby

from smm_cli.text.rulers import clusters
from smm_cli.words.frozen import dataclass
from smm_cli.words.tree import (
    Block,
    Break,
    Bullets,
    CodeBlock,
    Emphasis,
    Heading,
    Inline,
    Numbers,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Strike,
    Strong,
)

BLANKS = frozenset(" \t\n\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u200b\u205f\u3000")
"""Where a line may be cut; no-break spaces (U+00A0, U+2007, U+202F) are not among them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A block or a mark around leaves; `number` tells two equal ones apart. The frame of an item has no shell but a place."""

    number: int
    shell: Block | Inline | None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is not cut: a word, blanks, a script sign, a link, a line of code; None: the emptiness of an empty block."""

    path: tuple[Frame, ...]
    inline: Inline | None

    @property
    def text(self) -> str:
        return self.inline.text if isinstance(self.inline, Plain) else ""

    @property
    def in_code(self) -> bool:
        return isinstance(self.path[-1].shell, CodeBlock)

    @property
    def block(self) -> tuple[int, ...]:
        """Which block it stands in: numbers of its frames, without those of marks."""
        return tuple(frame.number for frame in self.path if not isinstance(frame.shell, Emphasis | Strong | Strike))

    @property
    def blank(self) -> bool:
        """Whether nothing is lost where it is dropped beside a cut."""
        return isinstance(self.inline, Break) or (not self.in_code and bool(self.text) and all(sign in BLANKS for sign in self.text))


def leaves_of(blocks: Sequence[Block]) -> list[Leaf]:
    """The leaves of `blocks` in order; `blocks_of_leaves` makes the same blocks of them."""
    return list(_leaves(blocks, (), count()))


def _leaves(blocks: Sequence[Block], path: tuple[Frame, ...], numbers: Iterator[int]) -> Iterator[Leaf]:
    for block in blocks:
        here = (*path, Frame(next(numbers), block))
        match block:
            case Paragraph(children) | Heading(_, children):
                yield from _inline_leaves(children, here, numbers) if children else (Leaf(here, None),)
            case CodeBlock(text):
                yield from (Leaf(here, Plain(line)) for line in text.split("\n"))
            case Quote(inside):
                yield from _leaves(inside, here, numbers) if inside else (Leaf(here, None),)
            case Bullets(items) | Numbers(items):
                for place, item in enumerate(items):
                    at = (*here, Frame(next(numbers), None, place))
                    yield from _leaves(item, at, numbers) if item else (Leaf(at, None),)
            case Rule():
                yield Leaf(here, None)


def _inline_leaves(inlines: Sequence[Inline], path: tuple[Frame, ...], numbers: Iterator[int]) -> Iterator[Leaf]:
    for inline in inlines:
        if isinstance(inline, Plain):
            yield from (Leaf(path, Plain(word)) for word in words_of(inline.text))
        elif isinstance(inline, Emphasis | Strong | Strike):
            yield from _inline_leaves(inline.children, (*path, Frame(next(numbers), inline)), numbers)
        else:
            yield Leaf(path, inline)


def words_of(text: str) -> Iterator[str]:
    """Words, blanks between them, and the signs of scripts that write no blanks, each by itself; never a part of a grapheme."""

    def kind(cluster: str) -> str:
        return "blank" if all(sign in BLANKS for sign in cluster) else "sign" if is_sign(cluster[0]) else "word"

    for sort, group in groupby(clusters(text), kind):
        if sort == "sign":
            yield from group
        else:
            yield "".join(group)


def is_sign(letter: str) -> bool:
    """Whether a letter is Chinese or Japanese, so that a line may be cut beside it."""
    return "\u2e80" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uffef" or letter >= "\U00020000"


def blocks_of_leaves(leaves: Sequence[Leaf], depth: int = 0) -> tuple[Block, ...]:
    """The blocks that a row of leaves makes; those of one frame stand in one block."""
    return tuple(_block(frame, list(group), depth) for frame, group in groupby(leaves, lambda leaf: leaf.path[depth]))


def _block(frame: Frame, leaves: list[Leaf], depth: int) -> Block:
    below = depth + 1
    empty = leaves[0].inline is None and len(leaves[0].path) == below
    match frame.shell:
        case Paragraph() | Heading() as shell:
            return replace(shell, children=() if empty else _inlines(leaves, below))
        case CodeBlock() as shell:
            return replace(shell, text="\n".join(leaf.text for leaf in leaves))
        case Quote() as shell:
            return replace(shell, blocks=() if empty else blocks_of_leaves(leaves, below))
        case Bullets() as shell:
            return replace(shell, items=_items(leaves, below))
        case Numbers() as shell:
            return replace(shell, items=_items(leaves, below), start=shell.start + leaves[0].path[below].place)
    return Rule()


def _items(leaves: list[Leaf], depth: int) -> tuple[tuple[Block, ...], ...]:
    def item(group: list[Leaf]) -> tuple[Block, ...]:
        return () if len(group[0].path) == depth + 1 else blocks_of_leaves(group, depth + 1)

    return tuple(item(list(group)) for _, group in groupby(leaves, lambda leaf: leaf.path[depth]))


def _inlines(leaves: Sequence[Leaf], depth: int) -> tuple[Inline, ...]:
    done: list[Inline] = []
    for frame, group in groupby(leaves, lambda leaf: leaf.path[depth] if len(leaf.path) > depth else None):
        if frame is not None and isinstance(frame.shell, Emphasis | Strong | Strike):
            done.append(replace(frame.shell, children=_inlines(list(group), depth + 1)))
            continue
        for leaf in group:
            last = done[-1] if done else None
            if leaf.text and isinstance(last, Plain):
                done[-1] = Plain(last.text + leaf.text)
            elif leaf.inline is not None:
                done.append(leaf.inline)
    return tuple(done)

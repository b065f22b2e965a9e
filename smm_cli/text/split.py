"""Cutting parts that are too long for a network into several, at sentence or word edges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from smm_cli.errors import PostError
from smm_cli.text.leaves import Frame, Leaf, blocks_of_leaves, is_sign, leaves_of
from smm_cli.text.rulers import clusters
from smm_cli.words.post import Part
from smm_cli.words.tree import Block, Break, Code, Hashtag, Heading, Link, Mention, Paragraph, Plain

ENDS = re.compile(r"[.!?…。！？][\"'”’»«)\]」』）]*$")
SHORT_FORMS = re.compile(r"(?:^|[^\w])(?:\d+|\w|dr|prof|st|nr|no|bzw|ca|ggf|inkl|evtl|mr|mrs|ms|vs|vgl|usw|etc|tel|str)\.$", re.IGNORECASE)
"""A dot that ends no sentence: numbers, single letters, common abbreviations of German and English."""
NOT_FIRST = frozenset("、。，．！？：；」』）】》〉…ー々ゝゞっゃゅょッャュョ")
NOT_LAST = frozenset("「『（【《〈")
NO_EDGE, WORD, SENTENCE = 0, 1, 2
Fits = Callable[[Part], bool]


def split_parts(parts: tuple[Part, ...], fits: Fits, numbering: str) -> tuple[Part, ...]:
    """`parts`, each that does not fit cut into pieces that do; media stay with the first piece.

    Cut at the end of a block, line or sentence where one lies in the last two thirds of what fits, else between words, else
    between graphemes; never inside a link, mention, hashtag, code span. What is cut off an item of a list goes on without its sign.
    `numbering` such as `{n}/{of}` is written behind each part of what becomes more than one part (comments apart), and counted.
    Raises PostError where something that cannot be cut does not fit by itself.
    """
    texts = [part for part in parts if not part.comment]
    if len(texts) < 2 and all(map(fits, texts)):
        return parts
    digits = 1
    while True:
        pieces = list(_pieces(parts, fits, numbering, "9" * digits))
        total = sum(not piece.comment for piece in pieces)
        if len(str(total)) <= digits or not numbering:
            return tuple(_numbered(pieces, numbering, str(total)))
        digits += 1


def _pieces(parts: Sequence[Part], fits: Fits, numbering: str, of: str) -> Iterator[Part]:
    """All pieces, not yet numbered; each fits with its number and with a total of as many digits as `of` has."""

    def numbered(piece: Part, number: int) -> bool:
        return fits(_with_number(piece, numbering, number, of))

    number = 1
    for part in parts:
        if part.comment:
            yield part
            continue
        for piece in _cut(part, numbered, number):
            yield piece
            number += 1


def _numbered(pieces: Sequence[Part], numbering: str, of: str) -> Iterator[Part]:
    number = 0
    for piece in pieces:
        number += not piece.comment
        yield piece if piece.comment else _with_number(piece, numbering, number, of)


def _with_number(part: Part, numbering: str, number: int, of: str) -> Part:
    if not numbering:
        return part
    text = numbering.replace("{n}", str(number)).replace("{of}", of)
    last: Block | None = part.blocks[-1] if part.blocks else None
    if not isinstance(last, Paragraph):
        return replace(part, blocks=(*part.blocks, Paragraph((Plain(text),))))
    return replace(part, blocks=(*part.blocks[:-1], Paragraph((*last.children, Plain(f" {text}")))))


def _cut(part: Part, fits: Callable[[Part, int], bool], number: int) -> Iterator[Part]:
    """The pieces of a part, the first of which has `number`."""
    rest = leaves_of(part.blocks)
    piece = part
    while not fits(piece, number):
        rest = _trimmed(rest)
        at, rest = _where(piece, rest, fits, number)
        yield replace(piece, blocks=blocks_of_leaves(_trimmed(rest[:at])))
        number += 1
        rest = _going_on(rest[at - 1], _trimmed(rest[at:]))
        piece = replace(part, blocks=blocks_of_leaves(rest), media=())
    yield piece


def _where(part: Part, leaves: list[Leaf], fits: Callable[[Part, int], bool], number: int) -> tuple[int, list[Leaf]]:
    """Before which leaf to cut, and the leaves: a word longer than a part has been taken to pieces among them."""

    def holds(leaves: list[Leaf], count: int) -> bool:
        return fits(replace(part, blocks=blocks_of_leaves(_trimmed(leaves[:count]))), number)

    most = _most(lambda count: holds(leaves, count), len(leaves) - 1)
    for at in _edges(leaves, most):
        if holds(leaves, at):
            return at, leaves
    if most < len(leaves) and not leaves[most].in_code and len(letters := clusters(leaves[most].text)) > 1:
        leaves = [*leaves[:most], *(Leaf(leaves[most].path, Plain(letter)) for letter in letters), *leaves[most + 1 :]]
        most = _most(lambda count: holds(leaves, count), len(leaves) - 1)
    if most == 0:
        raise _too_long(part, leaves)
    return most, leaves


def _most(holds: Callable[[int], bool], limit: int) -> int:
    """The largest number up to `limit` that holds, where less always holds if more does; 0 if none."""
    least, most = 0, max(limit, 0)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if holds(middle) else (least, middle - 1)
    return least


def _edges(leaves: Sequence[Leaf], most: int) -> Iterator[int]:
    """Where to cut, the best first: the last ends of sentences, lines and blocks, then the last edges of words."""
    found = [(at, _edge(leaves, at)) for at in range(most, 0, -1)]
    yield from (at for at, edge in found if edge == SENTENCE and at * 3 >= most)
    yield from (at for at, edge in found if edge != NO_EDGE)


def _edge(leaves: Sequence[Leaf], at: int) -> int:
    """What stands between a leaf and the one before it."""
    before, after = at - 1, at
    while before > 0 and leaves[before].blank:
        before -= 1
    while after < len(leaves) - 1 and leaves[after].blank:
        after += 1
    left, right = leaves[before], leaves[after]
    if left.block != right.block:
        return WORD if isinstance(left.path[-1].shell, Heading) else SENTENCE
    between = leaves[before + 1 : after]
    if any(isinstance(leaf.inline, Break) for leaf in between):
        return SENTENCE
    by_signs = not between and _between_signs(left.text[-1:], right.text[:1])
    if not (between or by_signs or left.in_code):
        return NO_EDGE
    ends = ENDS.search(left.text) and not SHORT_FORMS.search(left.text) and not right.text[:1].islower()
    return SENTENCE if ends and not left.in_code else WORD


def _between_signs(left: str, right: str) -> bool:
    """Whether a line may be cut between two letters without a blank: beside Chinese or Japanese, but before no closing mark."""
    signs = (left and is_sign(left)) or (right and is_sign(right))
    return bool(signs) and left not in NOT_LAST and right not in NOT_FIRST


def _trimmed(leaves: list[Leaf]) -> list[Leaf]:
    full = [number for number, leaf in enumerate(leaves) if not leaf.blank]
    return leaves[full[0] : full[-1] + 1] if full else []


def _going_on(last: Leaf, leaves: list[Leaf]) -> list[Leaf]:
    """`leaves` after a cut behind `last`: what is left of an item stands outside of its list, as its sign was written already."""
    items = {frame.number for frame in last.path if frame.shell is None}
    return [replace(leaf, path=tuple(_outside(leaf.path, items))) for leaf in leaves] if items else leaves


def _outside(path: Sequence[Frame], items: set[int]) -> Iterator[Frame]:
    for place, frame in enumerate(path):
        following = path[place + 1] if place + 1 < len(path) else None
        if frame.number not in items and (following is None or following.number not in items):
            yield frame


def _too_long(part: Part, leaves: Sequence[Leaf]) -> PostError:
    shown = _shown(leaves[0]) if leaves else "the text"
    return PostError(
        f"{shown} does not fit in one part by itself, and smm does not cut it",
        where=f"line {part.line}" if part.line else "",
        hint="shorten it, or give a shorter text for this channel: <!-- for: NAME -->",
        slug="cannot-split",
    )


def _shown(leaf: Leaf) -> str:
    match leaf.inline:
        case Link(url):
            return url
        case Mention(person):
            return f"@{{{person}}}"
        case Hashtag(tag):
            return f"#{tag}"
        case Code(text) | Plain(text):
            return text[:60]
    return "the text"

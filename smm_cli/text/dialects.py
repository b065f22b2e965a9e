"""Rich text in the dialects that networks speak: plain, rich (text and spans), HTML, CommonMark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from smm_cli.text.commonmark import commonmark
from smm_cli.text.html import html
from smm_cli.text.lines import Line, lines_of
from smm_cli.words.frozen import dataclass
from smm_cli.words.tree import Block, Mention

__all__ = ["Span", "commonmark", "html", "plain", "rich"]


@dataclass(frozen=True, slots=True)
class Span:
    """What a stretch of text means: `start` and `end` (exclusive) are offsets in its UTF-8 bytes.

    `kind` and `value`: link and its address; mention and the handle as written, without @; tag and the tag without #.
    """

    start: int
    end: int
    kind: str
    value: str


def plain(blocks: Sequence[Block], mention: Callable[[Mention], str], *, links: Literal["after", "label", "url"] = "after") -> str:
    """Text without marks. A link with a label of its own is `label (url)` (after), `label`, or `url`; a bare one its address."""
    return "\n".join("".join(piece.text for piece in line) for line in trimmed(lines_of(blocks, mention, links)))


def rich(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> tuple[str, tuple[Span, ...]]:
    """Text and what its stretches mean (Bluesky's facets): sorted, not overlapping, one for each line of a broken label.

    A mention without a handle (its text does not begin with @) is plain text.
    """
    texts: list[str] = []
    spans: list[Span] = []
    here = 0
    for number, line in enumerate(trimmed(lines_of(blocks, mention, "label"))):
        if number:
            texts.append("\n")
            here += 1
        for piece in line:
            end = here + len(piece.text.encode())
            if piece.kind and end > here:
                spans.append(Span(here, end, piece.kind, piece.value))
            texts.append(piece.text)
            here = end
    return "".join(texts), tuple(spans)


def trimmed(lines: list[Line]) -> list[Line]:
    """Without empty lines around the text, which networks would drop (and offsets with them)."""
    full = [number for number, line in enumerate(lines) if any(piece.text.strip() for piece in line)]
    return lines[full[0] : full[-1] + 1] if full else []

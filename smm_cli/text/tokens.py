"""From the parser's tokens to the tree of words.tree. Tokens are typed by what is read of them: only markdown.py imports markdown-it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

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


class Token(Protocol):
    """What is read of a token of the parser."""

    type: str
    tag: str
    content: str
    markup: str
    info: str
    hidden: bool
    map: list[int] | None
    level: int

    @property
    def children(self) -> Any: ...

    @property
    def attrs(self) -> Any: ...


LANGUAGE = re.compile(r"\s*[\w+#.-]*")
WRAPS: dict[str, type[Emphasis] | type[Strong] | type[Strike]] = {"em_open": Emphasis, "strong_open": Strong, "s_open": Strike}


def blocks_of(tokens: Sequence[Token]) -> tuple[Block, ...]:
    """The blocks that a run of balanced block tokens means."""
    return tuple(_blocks(iter(tokens), ""))


def _blocks(tokens: Iterator[Token], until: str) -> Iterator[Block]:
    for token in tokens:
        kind = token.type
        if kind == until:
            return
        if kind in ("paragraph_open", "heading_open"):
            children = inlines_of(next(tokens).children)
            next(tokens)
            if kind == "heading_open":
                yield Heading(int(token.tag[1]), children)
            elif children:
                yield Paragraph(children)
        elif kind in ("fence", "code_block"):
            yield CodeBlock(token.content.removesuffix("\n"), LANGUAGE.match(token.info)[0].strip())  # type: ignore[index]  # matches the empty text too
        elif kind == "hr":
            yield Rule()
        elif kind == "blockquote_open":
            yield Quote(tuple(_blocks(tokens, "blockquote_close")))
        elif kind in ("bullet_list_open", "ordered_list_open"):
            yield _list(token, tokens)
        elif kind == "html_block":
            yield Paragraph(tuple(_lines("\n".join(map(str.strip, token.content.strip().split("\n"))))))


def _list(opening: Token, tokens: Iterator[Token]) -> Block:
    bullets = opening.type == "bullet_list_open"
    closing = opening.type.replace("open", "close")
    items, loose = [], False
    for token in tokens:
        if token.type == closing:
            break
        inside = _until_item_ends(tokens, token.level)
        loose = loose or any(t.type == "paragraph_open" and t.level == token.level + 1 and not t.hidden for t in inside)
        items.append(blocks_of(inside))
    if bullets:
        return Bullets(tuple(items), not loose, opening.markup)
    return Numbers(tuple(items), not loose, delimiter=opening.markup)


def _until_item_ends(tokens: Iterator[Token], level: int) -> list[Token]:
    inside = []
    for token in tokens:
        if token.type == "list_item_close" and token.level == level:
            break
        inside.append(token)
    return inside


def inlines_of(tokens: Sequence[Token]) -> tuple[Inline, ...]:
    """The inlines that the children of an inline token mean; neighbouring texts are joined, breaks around them dropped."""
    return _between_breaks(_tidied(_inlines(iter(tokens), "")))[1]


def _inlines(tokens: Iterator[Token], until: str) -> Iterator[Inline]:
    for token in tokens:
        kind = token.type
        if kind == until:
            return
        if kind in ("text", "html_inline", "text_special"):
            yield from _lines(token.content)
        elif kind in ("softbreak", "hardbreak"):
            yield Break()
        elif kind == "code_inline":
            yield Code(token.content)
        elif kind in WRAPS:
            before, children, after = _between_breaks(_tidied(_inlines(tokens, kind.replace("open", "close"))))
            yield from (*before, WRAPS[kind](children), *after)
        elif kind == "link_open":
            children = _tidied(_inlines(tokens, "link_close"))
            yield Link(as_address(str(token.attrs["href"])), children, str(token.attrs.get("title", "")), token.markup == "autolink")
        elif kind == "address":
            yield Link(token.content, (Plain(token.content),), bare=True)
        elif kind == "mention":
            yield Mention(token.content)
        elif kind == "hashtag":
            yield Hashtag(token.content)
        elif kind == "image":
            yield Picture(str(token.attrs["src"]), plain_of(token.children), str(token.attrs.get("title", "")))


def _lines(text: str) -> Iterator[Inline]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Break()
        if line:
            yield Plain(line)


def _tidied(inlines: Iterator[Inline]) -> tuple[Inline, ...]:
    done: list[Inline] = []
    for inline in inlines:
        last = done[-1] if done else None
        if isinstance(inline, Plain) and isinstance(last, Plain):
            done[-1] = Plain(last.text + inline.text)
        elif isinstance(inline, Break) and isinstance(last, Plain) and last.text.endswith(" "):
            done[-1:] = [Plain(text), inline] if (text := last.text.rstrip(" ")) else [inline]
        else:
            done.append(inline)
    return tuple(done)


Inlines = tuple[Inline, ...]


def _between_breaks(inlines: Inlines) -> tuple[Inlines, Inlines, Inlines]:
    """The line breaks before, what is between, the line breaks after."""
    full = [number for number, inline in enumerate(inlines) if not isinstance(inline, Break)]
    if not full:
        return inlines, (), ()
    return inlines[: full[0]], inlines[full[0] : full[-1] + 1], inlines[full[-1] + 1 :]


def plain_of(tokens: Sequence[Token] | None) -> str:
    """The words of an image's description; mentions stay `@{name}`."""
    words = []
    for token in tokens or ():
        if token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type == "mention":
            words.append(f"@{{{token.content}}}")
        elif token.type == "hashtag":
            words.append(f"#{token.content}")
        elif token.type == "image":
            words.append(plain_of(token.children))
        else:
            words.append(token.content)
    return "".join(words).strip()


def as_address(url: str) -> str:
    """`url` as it can stand in running text: an address holds no blanks."""
    return url.replace(" ", "%20")

"""Rich text as HTML: everything escaped, addresses of safe schemes only."""

from __future__ import annotations

import html as escaping
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

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
IGNORED = re.compile(r"[\x00-\x20]")
"""What browsers leave out of a scheme. Source: URL Standard of WHATWG, 2026-11-22."""
SAFE = frozenset({"http", "https", "mailto", "tel", "xmpp", "gemini", "ftp"})
Written = Callable[[Mention], str]
Pictured = Callable[[Picture], str] | None


def html(blocks: Sequence[Block], mention: Written, picture: Pictured = None) -> str:
    """HTML of `blocks`, one block a line. `picture` gives the HTML of an image in running text (default: `<img>`)."""
    return "\n".join(_block(block, mention, picture) for block in blocks)


def _block(block: Block, mention: Written, picture: Pictured) -> str:
    match block:
        case Paragraph(children):
            return f"<p>{_inlines(children, mention, picture)}</p>"
        case Heading(level, children):
            return f"<h{level}>{_inlines(children, mention, picture)}</h{level}>"
        case CodeBlock(text, language):
            named = f' class="language-{_escaped(language)}"' if language else ""
            return f"<pre><code{named}>{_escaped(text)}\n</code></pre>"
        case Quote(inside):
            return f"<blockquote>\n{html(inside, mention, picture)}\n</blockquote>"
        case Bullets(items, tight):
            return f"<ul>\n{_items(items, tight, mention, picture)}\n</ul>"
        case Numbers(items, tight, start):
            begin = f' start="{start}"' if start != 1 else ""
            return f"<ol{begin}>\n{_items(items, tight, mention, picture)}\n</ol>"
        case Rule():
            return "<hr>"


def _items(items: Sequence[Sequence[Block]], tight: bool, mention: Written, picture: Pictured) -> str:
    return "\n".join(f"<li>{_item(item, tight, mention, picture)}</li>" for item in items)


def _item(item: Sequence[Block], tight: bool, mention: Written, picture: Pictured) -> str:
    if not tight:
        return html(item, mention, picture)
    return "\n".join(
        _inlines(block.children, mention, picture) if isinstance(block, Paragraph) else _block(block, mention, picture) for block in item
    )


def _inlines(inlines: Sequence[Inline], mention: Written, picture: Pictured) -> str:
    return "".join(_inline(inline, mention, picture) for inline in inlines)


def _inline(inline: Inline, mention: Written, picture: Pictured) -> str:
    match inline:
        case Plain(text):
            return _escaped(text)
        case Break():
            return "<br>\n"
        case Emphasis(children):
            return f"<em>{_inlines(children, mention, picture)}</em>"
        case Strong(children):
            return f"<strong>{_inlines(children, mention, picture)}</strong>"
        case Strike(children):
            return f"<del>{_inlines(children, mention, picture)}</del>"
        case Code(text):
            return f"<code>{_escaped(text)}</code>"
        case Hashtag(tag):
            return f"#{_escaped(tag)}"
        case Mention():
            return _escaped(mention(inline))
        case Picture(url, alt, title):
            return picture(inline) if picture else f'<img src="{_address(url)}" alt="{_escaped(alt)}"{_titled(title)}>'
        case Link(url, children, title):
            label = _inlines(children, mention, picture)
            return f'<a href="{_address(url)}"{_titled(title)}>{label}</a>' if is_safe(url) else label


def is_safe(url: str) -> bool:
    """Whether an address may stand in a page: relative, or of a scheme that runs nothing."""
    scheme = SCHEME.match(IGNORED.sub("", url))
    return scheme is None or scheme[1].lower() in SAFE


def _address(url: str) -> str:
    return _escaped(url.replace(" ", "%20")) if is_safe(url) else ""


def _titled(title: str) -> str:
    return f' title="{_escaped(title)}"' if title else ""


def _escaped(text: str) -> str:
    return escaping.escape(text, quote=True).replace("\x00", "\ufffd")

"""Rich text as WordPress blocks: HTML whose comments tell the block editor what each piece is, so that it opens as blocks there.

The markup is what the editor itself saves; it calls any other one invalid. Source: WordPress, wp-includes/blocks/*/block.json and
save.js of Gutenberg (6.5, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Sequence

from smm_cli.text.html import Pictured, Written, html
from smm_cli.words.tree import Block, Bullets, CodeBlock, Heading, Numbers, Paragraph, Quote, Rule


def gutenberg(blocks: Sequence[Block], mention: Written, picture: Pictured = None) -> str:
    """Blocks of `blocks`, an empty line between two. What the editor has no plain block for (lists of paragraphs) is a block of HTML."""
    return "\n\n".join(_block(block, mention, picture) for block in blocks)


def wrapped(name: str, inside: str, attributes: str = "") -> str:
    """`inside` as the block `name`; `attributes` as JSON."""
    return f"<!-- wp:{name}{f' {attributes}' if attributes else ''} -->\n{inside}\n<!-- /wp:{name} -->"


def _block(block: Block, mention: Written, picture: Pictured) -> str:
    plain = html((block,), mention, picture)
    match block:
        case Paragraph():
            return wrapped("paragraph", plain)
        case Heading(level):
            marked = plain.replace(f"<h{level}>", f'<h{level} class="wp-block-heading">', 1)
            return wrapped("heading", marked, "" if level == 2 else f'{{"level":{level}}}')
        case CodeBlock(_, ""):
            return wrapped("code", plain.replace("<pre>", '<pre class="wp-block-code">', 1).replace("\n</code>", "</code>"))
        case Quote(inside):
            return wrapped("quote", f'<blockquote class="wp-block-quote">{gutenberg(inside, mention, picture)}</blockquote>')
        case Bullets() | Numbers() if _is_plain(block):
            return _list(block, mention, picture)
        case Rule():
            return wrapped("separator", '<hr class="wp-block-separator has-alpha-channel-opacity"/>')
        case _:
            return wrapped("html", plain)


def _is_plain(block: Bullets | Numbers) -> bool:
    """Whether each item is a line of text, with at most lists below it."""
    return block.tight and all(
        isinstance(item[0], Paragraph) and all(isinstance(below, Bullets | Numbers) and _is_plain(below) for below in item[1:])
        if item
        else False
        for item in block.items
    )


def _list(block: Bullets | Numbers, mention: Written, picture: Pictured) -> str:
    numbered = isinstance(block, Numbers)
    start = block.start if isinstance(block, Numbers) and block.start != 1 else 0
    items = []
    for first, *below in block.items:
        text = html((first,), mention, picture).removeprefix("<p>").removesuffix("</p>")
        items.append(wrapped("list-item", f"<li>{text}{''.join(_block(one, mention, picture) for one in below)}</li>"))
    tag = "ol" if numbered else "ul"
    told = ['"ordered":true'] if numbered else []
    told += [f'"start":{start}'] if start else []
    begin = f' start="{start}"' if start else ""
    return wrapped("list", f"<{tag}{begin}>{chr(10).join(items)}</{tag}>", f"{{{','.join(told)}}}" if told else "")

"""Rich text as Telegram's HTML: only the tags that the Bot API knows, everything else escaped; lists and rules as plain signs.

Source: core.telegram.org/bots/api#html-style (2026-06-11).
"""

from __future__ import annotations

import html as escaping
import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, marked
from smm_cli.words.tree import Block, Mention

TAG = re.compile(r"</?[a-z][^>]*>")
LINKED = ("https://", "http://", "tg://", "mailto:")
"""Addresses that Telegram makes links of; others stay as their label alone."""


def telegram_html(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """The HTML of `blocks`; quotes cannot hold quotes, so that inner ones lose their frame."""
    return marked(blocks, mention, MARKS).strip()


def shown(text: str) -> str:
    """What a reader sees of Telegram's HTML: what the server counts, "after entities parsing"."""
    return escaping.unescape(TAG.sub("", text))


def escaped(text: str) -> str:
    """Literal text. Only &, < and > need an entity, in an attribute " too."""
    return escaping.escape(text, quote=False)


def _tag(name: str) -> Callable[[str], str]:
    return lambda text: f"<{name}>{text}</{name}>" if text.strip() else text


def _block(text: str, language: str) -> str:
    named = re.sub(r"[^\w+#.-]", "", language)
    inside = f'<code class="language-{named}">{escaped(text)}</code>' if named else escaped(text)
    return f"<pre>{inside}</pre>"


def _link(url: str, label: str) -> str:
    return f'<a href="{escaping.escape(url, quote=True)}">{label}</a>' if url.lower().startswith(LINKED) else label


def _quote(text: str) -> str:
    return f"<blockquote>{re.sub(r'</?blockquote>', '', text)}</blockquote>" if text.strip() else text


MARKS = Marks(
    escape=escaped,
    strong=_tag("b"),
    emphasis=_tag("i"),
    strike=_tag("s"),
    code=lambda text: f"<code>{escaped(text)}</code>",
    block=_block,
    link=_link,
    bare=escaped,
    heading=lambda level, text: f"<b>{text}</b>",
    quote=_quote,
    item="• ",
)

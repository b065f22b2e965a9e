"""Rich text as Slack's mrkdwn: one star is bold, links stand in angle brackets, three signs are escaped.

Source: docs.slack.dev/messaging/formatting-message-text (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from smm_cli.text.marks import Marks, around, marked, prefixed, ticked_once
from smm_cli.words.tree import Block, Mention

EDGE = "\u200b"
"""Slack reads marks at the edge of words only, and has no escape for them: a zero-width space makes or takes that edge.
Reported by users, not documented."""
OPENING = re.compile(r"(?<![\w\u200b])([*_~`])(?=\S)")
"""A mark that would begin something."""


def mrkdwn(blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
    """Slack's mrkdwn of `blocks`."""
    return marked(blocks, mention, MARKS).strip()


def entities(text: str) -> str:
    """&, < and > as Slack wants them; all else is not touched."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str) -> str:
    """Literal text: no `<!channel>`, no marks."""
    return OPENING.sub(rf"\1{EDGE}", entities(text))


def _link(url: str, label: str) -> str:
    address = entities(url).replace("|", "%7C")
    inside = " ".join(label.replace("|", "\u00a6").split())
    return f"<{address}|{inside}>" if url.lower().startswith(("https://", "http://", "mailto:")) else label


def _bare(text: str) -> str:
    return f"<{entities(text).replace('|', '%7C')}>" if text.lower().startswith(("https://", "http://")) else escaped(text)


MARKS = Marks(
    escape=escaped,
    strong=around("*"),
    emphasis=around("_"),
    strike=around("~"),
    code=lambda text: ticked_once(entities(text)),
    block=lambda text, language: f"```\n{entities(text).replace('```', '``' + EDGE + '`')}\n```",
    link=_link,
    bare=_bare,
    heading=lambda level, text: around("*")(text.replace("*", "")),
    quote=lambda text: prefixed(text, "> ", "> "),
    item="• ",
    joint=EDGE,
)

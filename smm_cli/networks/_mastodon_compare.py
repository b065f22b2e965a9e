"""Whether a status that a server lists is the one we were about to send. Servers turn text into HTML, each in its own way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from smm_cli.networks._squashed import squashed

QUOTE_LINE = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)
"""Mastodon 4.5 puts "RE: address" before a quoting post, for servers that know no quotes."""
TAG = re.compile(r"<[^>]+>")
REMOTE = re.compile(r"(?<![\w/])@([\w.-]+)@[\w.-]*\w")
"""A mention of somebody elsewhere is shown without her domain."""


def bare(text: str) -> str:
    """What remains of a text on every server: no white space, mentions without domain, one normal form."""
    return squashed(REMOTE.sub(r"@\1", text))


def shown(content: str) -> str:
    """`bare`, of the HTML that a server makes of a text."""
    return bare(unescape(TAG.sub("", QUOTE_LINE.sub("", content))))


def same_frame(status: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether reply target, content warning (HTML on some servers) and number of media fit; the text is another question."""
    media = status.get("media_attachments") or ()
    warning = str(status.get("spoiler_text") or "")
    return (
        str(status.get("in_reply_to_id") or "") == str(sent.get("in_reply_to_id") or "")
        and len(media) == len(sent.get("media_ids") or ())
        and bare(str(sent.get("spoiler_text") or "")) in (bare(warning), shown(warning))
    )


def same_media(status: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a medium that we uploaded hangs on it: proof, whatever became of the text."""
    attached = {str(medium.get("id")) for medium in status.get("media_attachments") or () if isinstance(medium, Mapping)}
    return bool(attached & {str(own) for own in sent.get("media_ids") or ()})


def same_text(status: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether the text is ours: by the plain `text` where a server gives it, else by the HTML without its tags."""
    own = bare(str(sent.get("status") or ""))
    plain = status.get("text")
    return shown(str(status.get("content") or "")) == own or (isinstance(plain, str) and bare(plain) == own)

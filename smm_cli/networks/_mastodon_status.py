"""A status as the Mastodon API takes it: what a part says beside its text, and the body of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.networks._mastodon_relatives import MASTODON, Relative
from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts
from smm_cli.text.dialects import plain
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.post import Part, Poll, Post
from smm_cli.words.tree import Mention

CHINESE = "zh"
"""The one language whose regions Mastodon tells apart (zh-CN, zh-HK, zh-TW). Source: app/helpers/languages_helper.rb (4.5)."""
Written = Callable[[Mention], str]
Uploaded = Sequence[tuple[str, str]]
"""Ids at the server with the SHA-256 of the files."""


def message_of(part: Part, number: int, post: Post, options: Any, settings: Any, facts: Facts, mention: Written) -> PayloadPart:
    """Text, and the fields of the request; a content warning holds for every part, poll, quote and reply for the first."""
    visibility = post.visibility or settings.visibility
    if number and visibility == "public":
        visibility = settings.thread_visibility or visibility
    fields: dict[str, Any] = {"visibility": visibility}
    if language := _language(post.language or settings.language or facts.language):
        fields["language"] = language
    if post.content_warning:
        fields["spoiler_text"] = short(post.content_warning, mention)
    if options.sensitive or post.content_warning:
        fields["sensitive"] = True
    if options.titled and post.title and number == 0:
        fields["title"] = short(post.title, mention)
    if options.quote_policy:
        fields["quote_policy"] = options.quote_policy
    if number == 0:
        fields |= {"poll": _poll(post.poll, mention)} if post.poll else {}
        fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
        fields |= {"quote": pointer(post.quote, facts, 0)} if post.quote else {}
    return PayloadPart(plain(part.blocks, mention, links="after"), fields, described(part.media, mention), part.line)


def new_body(message: PayloadPart, media: Uploaded, relative: Relative, target: str, quoted: str) -> dict[str, Any]:
    """What publishing sends; `target` is what it answers."""
    body = _body(message, media, relative)
    if target:
        body["in_reply_to_id"] = target
    if quoted:
        body[relative.quotes or MASTODON.quotes] = quoted
    return body | {"visibility": message.fields["visibility"]}


def changed_body(message: PayloadPart, media: Uploaded, relative: Relative, kept: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What editing sends: what is missing is taken away; media that are `kept` get their present descriptions."""
    body = {"spoiler_text": "", "sensitive": False, "media_ids": []} | _body(message, media, relative)
    return body | ({"media_attributes": list(kept)} if kept else {})


def _body(message: PayloadPart, media: Uploaded, relative: Relative) -> dict[str, Any]:
    """The fields that publishing and editing share."""
    fields = message.fields
    body: dict[str, Any] = {"status": message.text}
    if media:
        body["media_ids"] = [own for own, _ in media]
    body |= {key: fields[key] for key in ("language", "spoiler_text", "sensitive", "poll") if key in fields}
    if relative.plain:
        body["content_type"] = "text/plain"
    if "title" in fields and relative.titles:
        body["friendica"] = {"title": fields["title"]}
    if "quote_policy" in fields and relative.quotes == MASTODON.quotes:
        body["quote_approval_policy"] = fields["quote_policy"]
    return body


def _poll(poll: Poll, mention: Written) -> dict[str, Any]:
    options = [short(option, mention) for option in poll.options]
    return {"options": options, "expires_in": poll.seconds, "multiple": poll.multiple, "hide_totals": poll.hide_totals}


def _language(tag: str) -> str:
    """A language as Mastodon takes it: "de" for "de-AT"; Chinese keeps its region."""
    first, _, region = tag.replace("_", "-").partition("-")
    if first.lower() == CHINESE and region.upper() in ("CN", "HK", "TW"):
        return f"{CHINESE}-{region.upper()}"
    return first.lower()

"""A message of Discord as JSON, the request that carries it, and the receipt of its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.networks._chat import file_name, files_of, multipart, patience
from smm_cli.networks._file import blob_of
from smm_cli.networks._short import short
from smm_cli.text.dialects import plain
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Mention

CALLED = re.compile(r"(?<!\\)<@(\d+)>")
AGENT = {"user-agent": "DiscordBot (https://smm-cli.example/docs, 1)"}
"""Clients that do not name themselves in this form may be blocked. Source: discord-api-docs, Reference, User Agent (2026-08-06)."""
NO_EMBEDS, SILENT = 1 << 2, 1 << 12
"""Flags SUPPRESS_EMBEDS and SUPPRESS_NOTIFICATIONS. Source: discord-api-docs, Message Flags (2026-08-06)."""


def fields_of(part: Part, number: int, post: Post, settings: Any, options: Any, names: Callable[[Mention], str]) -> Mapping[str, Any]:
    """What a message has beside its text: whether links show cards, whether it is silent, a thread's name, a poll with its question."""
    fields: dict[str, Any] = {"embeds": settings.embeds if options.embeds is None else options.embeds}
    if settings.channel and (settings.silent if options.silent is None else options.silent):
        fields["silent"] = True
    if number == 0 and settings.forum:
        fields["thread_name"] = short(post.title, names)
    if number == 0 and post.poll:
        fields["question"] = plain(part.blocks, names)
        fields["poll"] = {"options": [short(option, names) for option in post.poll.options], "multiple": post.poll.multiple}
        fields["poll"]["hours"] = max(1, round(post.poll.seconds / 3600))
    return fields


def message_of(part: PayloadPart) -> dict[str, Any]:
    """What is said of a message; nobody is called but the people that the calendar names."""
    said = part.fields
    users = list(dict.fromkeys(CALLED.findall(part.text)))
    body: dict[str, Any] = {"allowed_mentions": {"parse": [], **({"users": users} if users else {})}}
    if part.text:
        body["content"] = part.text
    if flags := (0 if said.get("embeds", True) else NO_EMBEDS) | (SILENT if said.get("silent") else 0):
        body["flags"] = flags
    if poll := said.get("poll"):
        answers = [{"poll_media": {"text": option}} for option in poll["options"]]
        body["poll"] = {"question": {"text": said["question"]}, "answers": answers, "duration": poll["hours"]}
        body["poll"] |= {"allow_multiselect": bool(poll["multiple"])}
    if part.media:
        names = [file_name(blob_of(medium), n) for n, medium in enumerate(part.media)]
        described = [{"description": medium.alt} if medium.alt else {} for medium in part.media]
        # ids are text as all ids are (OpenAPI, MessageAttachmentRequest), numbers of the files though they be
        body["attachments"] = [
            {"id": str(n), "filename": name, **more} for n, (name, more) in enumerate(zip(names, described, strict=True))
        ]
    return body


def request_of(url: str, query: tuple[tuple[str, str], ...], body: Mapping[str, Any], part: PayloadPart) -> Request:
    """The one request that publishes, with its files in it."""
    if not part.media:
        return Request("POST", url, Json(dict(body)), AGENT, query=query, commits=True)
    files = files_of(part.media, lambda n: f"files[{n}]")
    whole = multipart({"payload_json": body}, files)
    return Request("POST", url, whole, AGENT, query=query, commits=True, timeout=patience(part.media))


def receipt_of(message: Mapping[str, Any], guild: str) -> PartReceipt:
    """The receipt of a message; in a direct message there is no server."""
    id, channel = str(message.get("id") or ""), str(message.get("channel_id") or "")
    place = str(message.get("guild_id") or guild or "@me")
    return PartReceipt(id, f"https://discord.com/channels/{place}/{channel}/{id}" if channel else "", {"channel": channel})

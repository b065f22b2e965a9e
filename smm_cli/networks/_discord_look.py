"""Looking for a message after its answer was lost, among those of its channel. A webhook cannot list what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from smm_cli.networks._discord_message import AGENT, receipt_of
from smm_cli.networks._discord_room import Room
from smm_cli.networks._moment import earliest
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json, Multipart, Request

EPOCH = 1_420_070_400_000
"""Milliseconds at which Discord's numbers begin. Source: discord-api-docs, Snowflakes (2026-08-06)."""
PAGE, PAGES = 100, 5


def snowflake(at: datetime) -> str:
    """The least number that something made at `at` can have."""
    return str(max(0, int(at.timestamp() * 1000) - EPOCH) << 22)


def look_for(room: Room, channel: str, intent: Intent, earlier: Any) -> Looking:
    """Found or Absent: all messages of channel or thread since the intent are read, the oldest first.

    Of a webhook, and of threads in a forum, nobody can tell.
    """
    if room.settings.webhook or (room.settings.forum and intent.part == 0):
        return CannotTell(f"look into the channel {channel} on Discord yourself")
    sent = _sent_by(intent)
    where = str((earlier.more.get("thread") if earlier else "") or room.settings.thread or room.settings.channel)
    me = yield Request("GET", f"{room.base}/users/@me", headers=AGENT)
    after = snowflake(earliest(intent))
    known = earlier.id if isinstance(earlier, PartReceipt) else ""
    for _ in range(PAGES):
        query = (("limit", str(PAGE)), ("after", after))
        page = yield Request("GET", f"{room.base}/channels/{where}/messages", headers=AGENT, query=query)
        items = [item for item in page.body if isinstance(item, Mapping)] if isinstance(page.body, list) else None
        if items is None:
            break
        for item in sorted(items, key=lambda item: int(item["id"])):
            own = isinstance(item.get("author"), Mapping) and item["author"].get("id") == me.get("id")
            if own and item.get("id") != known and _same(item, sent):
                found = receipt_of(item, room.guild)
                # what follows goes into the same thread
                return Found(found if where == room.settings.channel else replace(found, more={**found.more, "thread": where}))
        if len(items) < PAGE:
            return Absent()
        after = max((str(item["id"]) for item in items), key=int)
    return CannotTell(f"https://discord.com/channels/{room.guild or '@me'}/{where}")


def _sent_by(intent: Intent) -> Mapping[str, Any]:
    """What the request of `intent` said of the message, whatever carried it."""
    import json

    body = intent.request.body
    if isinstance(body, Multipart):
        text = next((field.value for field in body.fields if field.name == "payload_json"), "{}")
        return dict(json.loads(text)) if isinstance(text, str) else {}
    return body.value if isinstance(body, Json) else {}


def _same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Text, files, question and what is answered are alike; Discord takes blanks off the ends of a text."""
    files = [file.get("filename") for file in item.get("attachments") or ()]
    asked = [file.get("filename") for file in sent.get("attachments") or ()]
    question = ((item.get("poll") or {}).get("question") or {}).get("text", "")
    wanted = ((sent.get("poll") or {}).get("question") or {}).get("text", "")
    answered = (item.get("message_reference") or {}).get("message_id", "")
    target = (sent.get("message_reference") or {}).get("message_id", "")
    text = str(item.get("content") or "").strip() == str(sent.get("content") or "").strip()
    # a message whose target was gone answers nothing (fail_if_not_exists)
    return text and files == asked and question == wanted and answered in ("", target)

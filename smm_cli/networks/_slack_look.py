"""Looking for a message after its answer was lost: by the mark that smm gives its messages, by the files that it shares."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import RateLimited, Retriable
from smm_cli.networks._moment import earliest
from smm_cli.networks._slack_fault import read_fault
from smm_cli.networks._slack_files import WAITS, stamp_in
from smm_cli.networks._slack_room import API, Room
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Step, Wait
from smm_cli.words.exchange import Answer, Json, Request

PAGES, PAGE = 10, 100
EVENT = "smm_post"
NOBODY = CannotTell("look into the channel on Slack yourself")


def mark_of(key: str, part: int) -> Mapping[str, Any]:
    """The metadata of a message: seen by programs alone."""
    return {"event_type": EVENT, "event_payload": {"smm_id": f"{key[:40]}-{part}"}}


def look_for(room: Room, intent: Intent) -> Looking:
    """By the mark that smm gave the message, or by where its files were shared."""
    found = yield from _stamp(room.channel, intent)
    if not isinstance(found, str):
        return found
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    return Found(room.receipt(found, str(sent.get("thread_ts") or ""), [file["id"] for file in sent.get("files") or ()]))


def _stamp(channel: str, intent: Intent) -> Generator[Step, Any, str | Absent | CannotTell]:
    """A time stamp, Absent, or CannotTell. The token may lack the right to read; then nobody can tell."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    if files := sent.get("files"):
        # Slack shares files a little after it said yes: one look that finds nothing proves nothing
        for seconds in (*WAITS, 0.0):
            answer = yield Request("GET", f"{API}/files.info", query=(("file", str(files[0]["id"])),), may_fail=True)
            _later(answer)
            if found := stamp_in(answer, channel):
                return found
            if seconds:
                yield Wait(seconds)
        return Absent() if isinstance(answer.get("file"), Mapping) else NOBODY
    wanted = (sent.get("metadata") or {}).get("event_payload")
    thread, cursor = str(sent.get("thread_ts") or ""), ""
    method = "conversations.replies" if thread else "conversations.history"
    oldest = f"{earliest(intent).timestamp():.6f}"
    for _ in range(PAGES):
        pairs = [("channel", channel), ("oldest", oldest), ("limit", str(PAGE)), ("include_all_metadata", "true")]
        pairs += ([("ts", thread)] if thread else []) + ([("cursor", cursor)] if cursor else [])
        page = yield Request("GET", f"{API}/{method}", query=tuple(pairs), may_fail=True)
        _later(page)
        if page.get("ok") is not True or not isinstance(page.get("messages"), list):
            return NOBODY
        for message in page.get("messages"):
            if (message.get("metadata") or {}).get("event_payload") == wanted:
                return str(message["ts"])
        cursor = str(page.get("response_metadata", "next_cursor", default=""))
        if not cursor:
            return Absent() if not page.get("has_more") else NOBODY
    return NOBODY


def _later(answer: Answer) -> None:
    """Raise what passes by itself: to be told to wait is not to be told that nobody can tell."""
    error = read_fault(answer.status, answer.headers, answer.body) if answer.status else None
    if isinstance(error, RateLimited | Retriable):
        raise error

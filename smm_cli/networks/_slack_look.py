"""Looking for a message after its answer was lost: by the mark that smm gives its messages, by the files that it shares."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

from smm_cli.networks._slack_files import stamp_in
from smm_cli.words.exchange import Absent, CannotTell, Form, Intent, Json, Request, Step

SKEW = timedelta(seconds=60)
PAGES, PAGE = 10, 100
EVENT = "smm_post"
NOBODY = CannotTell("look into the channel on Slack yourself")


def mark_of(key: str, part: int) -> Mapping[str, Any]:
    """The metadata of a message: seen by programs alone."""
    return {"event_type": EVENT, "event_payload": {"smm_id": f"{key[:40]}-{part}"}}


def found_stamp(api: str, channel: str, intent: Intent) -> Generator[Step, Any, str | Absent | CannotTell]:
    """A time stamp, Absent, or CannotTell. The token may lack the right to read; then nobody can tell."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    if files := sent.get("files"):
        answer = yield Request("POST", f"{api}/files.info", Form((("file", str(files[0]["id"])),)), may_fail=True)
        return stamp_in(answer, channel) or (Absent() if answer.get("ok") is True else NOBODY)
    wanted = (sent.get("metadata") or {}).get("event_payload")
    thread, cursor = str(sent.get("thread_ts") or ""), ""
    method = "conversations.replies" if thread else "conversations.history"
    oldest = f"{(intent.at - SKEW).timestamp():.6f}"
    for _ in range(PAGES):
        pairs = [("channel", channel), ("oldest", oldest), ("limit", str(PAGE)), ("include_all_metadata", "true")]
        pairs += ([("ts", thread)] if thread else []) + ([("cursor", cursor)] if cursor else [])
        page = yield Request("POST", f"{api}/{method}", Form(tuple(pairs)), may_fail=True)
        if page.get("ok") is not True:
            return NOBODY
        for message in page.get("messages", default=[]):
            if (message.get("metadata") or {}).get("event_payload") == wanted:
                return str(message["ts"])
        cursor = str(page.get("response_metadata", "next_cursor", default=""))
        if not cursor:
            return Absent() if not page.get("has_more") else NOBODY
    return NOBODY

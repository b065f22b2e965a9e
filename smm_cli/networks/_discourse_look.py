"""Looking for a post on Discourse after its answer was lost."""

from __future__ import annotations

import re
from typing import Any

from smm_cli.networks._discourse_board import Board
from smm_cli.networks._forum_look import Seen, among, among_pending, moment, sent_in
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking

LAST = 20
"""So many of the last posts of a topic are looked at; a topic of ours has few."""


def look_for(board: Board, intent: Intent, earlier: Any) -> Looking:
    """A topic by its external id, a reply among the last of its topic; then among what waits for approval."""
    found = yield from (_topic(board, intent) if intent.part == 0 else _reply(board, intent, earlier))
    if not isinstance(found, Absent):
        return found
    waiting = yield board.ask("GET", f"/posts/{board.quoted}/pending.json", may_fail=True)
    where = f"{board.server}/u/{board.quoted}/activity/pending"
    if not waiting.ok and waiting.status != 404:
        return CannotTell(where)
    listed = waiting.get("pending_posts", default=[]) if waiting.ok else ()
    return among_pending(((one.get("id"), one.get("raw_text")) for one in listed), str(sent_in(intent, "raw")), where) or found


def _topic(board: Board, intent: Intent) -> Looking:
    """Source: topics_controller.rb, show_by_external_id: a redirection to the topic, or 404."""
    path = f"/t/external_id/{sent_in(intent, 'external_id')}.json"
    answer = yield board.ask("GET", path, expect=(200, 301, 302, 303, 307, 308, 404), may_fail=True)
    if answer.status == 404:
        return Absent()
    way = re.search(r"/t/(?:[^/?]*/)?(\d+)", answer.headers.get("location", ""))
    topic = answer.get("id") if answer.ok else way[1] if way else None
    if not topic:
        return CannotTell(board.server)
    whole = yield board.ask("GET", f"/t/{topic}.json")
    first = whole.get("post_stream", "posts", 0, default={})
    return Found(board.receipt(first)) if first.get("id") else CannotTell(f"{board.server}/t/{topic}")


def _reply(board: Board, intent: Intent, earlier: Any) -> Looking:
    topic = sent_in(intent, "topic_id")
    whole = yield board.ask("GET", f"/t/{topic}.json")
    stream, elsewhere = whole.get("post_stream", "stream"), CannotTell(f"{board.server}/t/{topic}")
    if not isinstance(stream, list):
        return elsewhere
    seen = []
    for id in stream[-LAST:]:
        post = yield board.ask("GET", f"/posts/{id}.json", may_fail=True)
        if not post.ok and post.status not in (404, 410):  # it may be the one
            return elsewhere
        if post.ok and str(post.get("username", default="")).lower() == board.username.lower():
            seen.append(Seen(board.receipt(post.body), moment(post.get("created_at")), str(post.get("raw", default="")), first=False))
    oldest = seen[0].at if seen else None
    complete = len(stream) <= LAST or (oldest is not None and oldest < intent.at)
    return among(seen, intent, str(sent_in(intent, "raw")), earlier) or (Absent() if complete else elsewhere)

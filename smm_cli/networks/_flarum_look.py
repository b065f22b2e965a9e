"""Looking for a post on Flarum after its answer was lost: among the account's own, the newest first."""

from __future__ import annotations

from typing import Any

from smm_cli.networks._flarum_board import Board
from smm_cli.networks._forum_look import Seen, among, moment, sent_in
from smm_cli.networks._moment import earliest
from smm_cli.words.conversation import Absent, CannotTell, Intent, Looking
from smm_cli.words.exchange import Answer

PAGE = 20


def look_for(board: Board, intent: Intent, earlier: Any) -> Looking:
    """By its source, which an author is told."""
    name = str((yield from board.me()).get("username") or "")
    query = (("filter[author]", name), ("filter[type]", "comment"), ("sort", "-createdAt"), ("page[limit]", str(PAGE)))
    listed = yield board.ask("GET", "/api/posts", query=query)
    where = f"{board.server}/u/{name}"
    if not isinstance(listed.get("data"), list):
        return CannotTell(where)
    posts = [(str(one.get("id")), one.get("attributes") or {}, one) for one in listed.get("data")]
    seen = []
    for id, said, one in posts:
        topic = str(Answer(0, {}, one).get("relationships", "discussion", "data", "id", default=""))
        slug = _slug(listed, topic) if said.get("number") == 1 else ""
        if not said.get("isHidden"):
            at, source = moment(said.get("createdAt")), str(said.get("content") or "")
            seen.append(Seen(board.receipt(id, topic, said, slug), at, source, said.get("number") == 1))
    if found := among(seen, intent, str(sent_in(intent, "data", "attributes", "content")), earlier):
        return found
    since = earliest(intent)
    times = [at for _, said, _ in posts if (at := moment(said.get("createdAt")))]
    whole = len(posts) < PAGE or (bool(times) and min(times) < since)
    told = all("content" in said for _, said, _ in posts if (at := moment(said.get("createdAt"))) is None or at >= since)
    return Absent() if whole and told else CannotTell(where)


def _slug(answer: Answer, topic: str) -> str:
    for one in answer.get("included", default=[]) or ():
        if one.get("type") == "discussions" and str(one.get("id")) == topic:
            return str((one.get("attributes") or {}).get("slug") or topic)
    return topic

"""Looking for a post on NodeBB after its answer was lost."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from smm_cli.networks._forum_look import Seen, among, among_pending, moment, sent_in
from smm_cli.networks._moment import earliest
from smm_cli.networks._nodebb_board import Board
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.exchange import Request

PAGES = 3


def look_for(board: Board, intent: Intent, earlier: Any) -> Looking:
    """Among the account's own posts, the newest first, by their source; then among what waits for approval."""
    slug, text = (yield from board.me()).get("userslug"), str(sent_in(intent, "content"))
    elsewhere, reached = CannotTell(f"{board.server}/user/{slug}/posts"), False
    for page in range(1, PAGES + 1):
        listed = yield board.ask("GET", f"/api/user/{slug}/posts", query=(("page", str(page)),))
        posts = listed.get("posts")
        if not isinstance(posts, list):
            return elsewhere
        newer = [one for one in posts if (at := moment(one.get("timestamp"))) and at >= earliest(intent)]
        seen = yield from _seen(board, newer)
        if seen is None:
            return elsewhere
        if found := among(seen, intent, text, earlier):
            return found
        reached = len(newer) < len(posts) or not posts  # pageCount is 1 for accounts that scroll (src/controllers/accounts/posts.js)
        if reached:
            break
    return (yield from _waiting(board, text)) or (Absent() if reached else elsewhere)


def _seen(board: Board, posts: Iterable[Mapping[str, Any]]) -> Generator[Request, Any, list[Seen] | None]:
    """`posts` with their sources; None where one cannot be read: it may be the one."""
    seen = []
    for one in posts:
        raw = yield board.ask("GET", f"/api/v3/posts/{one.get('pid')}/raw", may_fail=True)
        if not raw.ok and raw.status != 404:
            return None
        first = bool(one.get("isMainPost"))
        slug = str((one.get("topic") or {}).get("slug") or "") if first else ""
        source = str(raw.get("response", "content", default=""))
        seen.append(Seen(board.receipt(one.get("pid"), one.get("tid"), slug), moment(one.get("timestamp")), source, first))
    return seen


def _waiting(board: Board, text: str) -> Generator[Request, Any, Found | CannotTell | None]:
    queue = yield board.ask("GET", "/api/post-queue", may_fail=True)
    if not queue.ok and queue.status != 404:
        return CannotTell(f"{board.server}/post-queue")
    listed = queue.get("posts", default=[]) if queue.ok else ()
    said = ((one.get("id"), one.get("data") or {}) for one in listed)
    return among_pending(((id, data.get("rawContent") or data.get("content")) for id, data in said), text)

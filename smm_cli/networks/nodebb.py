"""NodeBB: topics and replies by its Write API v3. Facts: NodeBB 4.15.1, source and OpenAPI files (2026-08-22).

Pictures stand at a public address: the forum's own upload wants a session with a cookie, which tokens have not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._forum import Forum, Seen, among, moment, same, sent_in
from smm_cli.networks.base import Later
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Found, Intent, Looking, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Post

DOCS = "https://docs.nodebb.org/api/write/"
DEFAULTS = "NodeBB 4.15.1, install/data/defaults.json; GET /api/config tells the forum's own"
READ = "2026-08-22"
PAGES = 3
LARGE = 10 * 1024 * 1024
TOO_OFTEN = re.compile(r"error:(too-many-posts[\w-]*|user-too-new[\w-]*)(?:, *(\d+))?|once every (\d+) (second|minute)")
"""400 for those who post too often (src/user/posts.js); the text comes as a key, or translated for the account."""
ENDS = re.compile(r"error:(user-banned|master-token-no-uid|api\.master-token-no-uid|email-not-confirmed)")
LIMITS = {
    "title": "maximumTitleLength",
    "title_minimum": "minimumTitleLength",
    "text": "maximumPostLength",
    "text_minimum": "minimumPostLength",
}


class NodeBB(Forum):
    """Topics of one account in one category."""

    name = "nodebb"
    title = "NodeBB"
    docs = DOCS
    auth = Bearer()
    text = (
        Limit("text", 32_767, "utf16", DEFAULTS, READ, minimum=8),
        Limit("title", 255, "utf16", DEFAULTS, READ, minimum=3),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), LARGE), 20, "none: readers fetch them from their address", READ),
    )
    media_count = 20
    fetches = frozenset({"image"})
    tag_limits = (5, 3, 15)
    steps = (
        "As an administrator: Advanced, API access, Create token. Give it the user id of the account that is to post (0 makes a master "
        "token: then name the account as `uid`). Keep the token where the channel's `secret` says. Pictures need `[media] host`."
    )

    Settings = Later("smm_cli.networks._nodebb_tables", "Settings")
    Options = Later("smm_cli.networks._nodebb_tables", "Options")

    def tags(self, post: Post) -> list[str]:
        """In small letters with hyphens, as NodeBB keeps them (src/utils.common.js, cleanUpTag)."""
        return list(dict.fromkeys("-".join(tag.lower().split()) for tag in super().tags(post)))

    def about(self, post: Post) -> Mapping[str, Any]:
        own = self.options(post).category
        return {"cid": self.settings.category if own is None else own}

    # -- conversations ---------------------------------------------------------------------------------------------------

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        return self._ask("POST", "/api/v3/topics", {**message.fields, "content": text}, commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        body = {"content": text, "toPid": int(earlier.id) if earlier.id.isdigit() else earlier.id}
        return self._ask("POST", f"/api/v3/topics/{earlier.more['topic']}", body, commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        title = {"title": message.fields["title"]} if "title" in message.fields else {}
        return self._ask("PUT", f"/api/v3/posts/{receipt.id}", {"content": text, **title})

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The topic's first post, or the reply; or one that waits for approval, which has no address yet."""
        said = answer.get("response", default={})
        if said.get("queued"):
            return PartReceipt(f"pending-{said.get('id', '')}", "", {"pending": True})
        pid = Answer(0, {}, said).get("mainPost", "pid") or said.get("pid") or said.get("mainPid")
        if not pid or not said.get("tid"):
            raise self.no_receipt(answer)
        return self._receipt(pid, said["tid"], "" if earlier else str(said.get("slug") or said["tid"]))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete so that moderators can restore it (without /state the topic would be purged); what is gone already is success."""
        if receipt.more.get("pending"):
            raise Rejected("the post waits for approval", hint="ask a moderator to reject it")
        path = f"/api/v3/posts/{receipt.id}/state" if part else f"/api/v3/topics/{receipt.more['topic']}/state"
        answer = yield self._ask("DELETE", path, may_fail=True)
        gone = answer.status in (404, 410) or "already-deleted" in _words(answer.status, answer.body)
        if not answer.ok and not gone:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the forum did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own posts, the newest first, by their source; then among what waits for approval."""
        me, text = (yield from self._me()), str(sent_in(intent, "content"))
        where = f"{self.server}/user/{me.get('userslug')}/posts"
        reached = False
        for page in range(1, PAGES + 1):
            listed = yield self._ask("GET", f"/api/user/{me.get('userslug')}/posts", query=(("page", str(page)),))
            posts = listed.get("posts")
            if not isinstance(posts, list):
                return CannotTell(where)
            newer = [one for one in posts if (at := moment(one.get("timestamp"))) and at.timestamp() >= intent.at.timestamp() - 60]
            seen = []
            for one in newer:
                raw = yield self._ask("GET", f"/api/v3/posts/{one.get('pid')}/raw", may_fail=True)
                if not raw.ok and raw.status != 404:  # it may be the one
                    return CannotTell(where)
                first = bool(one.get("isMainPost"))
                slug = str((one.get("topic") or {}).get("slug") or "") if first else ""
                source = str(raw.get("response", "content", default=""))
                seen.append(Seen(self._receipt(one.get("pid"), one.get("tid"), slug), moment(one.get("timestamp")), source, first))
            if found := among(seen, intent, text, earlier):
                return found
            reached = len(newer) < len(posts) or not posts  # pageCount is 1 for accounts that scroll (src/controllers/accounts/posts.js)
            if reached:
                break
        queue = yield self._ask("GET", "/api/post-queue", may_fail=True)
        if not queue.ok and queue.status != 404:
            return CannotTell(f"{self.server}/post-queue")
        for one in queue.get("posts", default=[]) if queue.ok else ():
            data = one.get("data") or {}
            if same(str(data.get("rawContent") or data.get("content") or ""), text):
                return Found(PartReceipt(f"pending-{one.get('id')}", "", {"pending": True}))
        return Absent() if reached else CannotTell(where)

    def verify(self) -> Verifying:
        """Whose token it is, and the lengths that this forum takes."""
        me = yield from self._me()
        config = yield self._ask("GET", "/api/config", may_fail=True)
        limits = {name: int(value) for name, key in LIMITS.items() if isinstance(value := config.get(key), int)}
        slug = str(me.get("userslug") or "")
        return Account(
            f"@{slug}",
            str(me.get("uid")),
            str(me.get("username") or ""),
            f"{self.server}/user/{slug}",
            "nodebb",
            str(config.get("version", default="")),
            limits,
        )

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Errors are keys like [[error:no-privileges]], or what the account's language makes of them."""
        if status < 300:
            return None
        words = _words(status, body)
        if often := TOO_OFTEN.search(words):
            minutes = "minute" in (often[1] or often[4] or "")
            return RateLimited(words, after=float(often[2] or often[3] or 10) * (60 if minutes else 1))
        if "error:already-posting" in words:
            return RateLimited(words, after=5.0)
        if ENDS.search(words):
            return AuthFailed(words, hint="for a master token set `uid`; else log in with a browser and see what the forum says")
        error = fault_by_status(status, headers, body)
        return error if isinstance(error, RateLimited) or error is None else type(error)(words)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _me(self) -> Any:
        answer = yield self._ask("GET", "/api/self")
        if not answer.get("userslug"):
            raise AuthFailed("the token belongs to nobody", hint="for a master token set `uid`")
        return answer.body

    def _ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        uid = () if self.settings.uid is None else (("_uid", str(self.settings.uid)),)
        query = (*more.pop("query", ()), *uid)
        return Request(method, f"{self.server}{path}", None if body is None else Json(body), query=query, reads="any", **more)

    def _receipt(self, pid: Any, tid: Any, slug: str) -> PartReceipt:
        """`slug` of a topic; a reply is reached by its own number."""
        return PartReceipt(str(pid), f"{self.server}/topic/{slug}" if slug else f"{self.server}/post/{pid}", {"topic": tid})


def _words(status: int, body: Any) -> str:
    said = Answer(status, {}, body).get("status", "message") or (body.get("error") if isinstance(body, Mapping) else "")
    return f"{status} {said or ''}".strip()[:300]


NETWORK = NodeBB

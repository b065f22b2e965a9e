"""Flarum 1.8 and 2.0: discussions and replies (JSON:API). Facts: flarum/docs (2026-08-21) and flarum/framework.

Pictures stand at a public address: the core takes no files, and what extensions take differs from forum to forum.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._forum import SKEW, Forum, Seen, among, moment, sent_in
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Intent, Looking, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://docs.flarum.org/rest-api"
SOURCE = "flarum/framework, DiscussionValidator and PostValidator (1.8: 65535 signs, 2.0: 63000)"
READ = "2026-08-21"
DAY = 86_400.0
FLOOD = 10.0
"""Seconds between two posts of one account; the answer names no time (flarum/framework, Post\\PostCreationThrottler)."""
PAGE = 20
LARGE = 10 * 1024 * 1024


class Flarum(Forum):
    """Discussions of one account."""

    name = "flarum"
    title = "Flarum"
    docs = DOCS
    auth = Bearer(scheme="Token")
    text = (
        Limit("text", 63_000, "code_points", SOURCE, READ, minimum=1),
        Limit("title", 80, "code_points", SOURCE, READ, minimum=3),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), LARGE), 20, "none: readers fetch them from their address", READ),
    )
    media_count = 20
    fetches = frozenset({"image"})
    steps = (
        "Make an account for smm at the forum. Its token: curl https://FORUM/api/token -H 'Content-Type: application/json' -d "
        '\'{"identification": "NAME", "password": "…", "remember": 1}\'. Keep what stands behind "token" where the channel\'s `secret` '
        'says; an API key of an administrator is kept as "KEY; userId=5". Pictures need `[media] host`.'
    )

    Settings = Later("smm_cli.networks._flarum_tables", "Settings")
    Options = Later("smm_cli.networks._flarum_tables", "Options")

    # -- composing -------------------------------------------------------------------------------------------------------

    def tags(self, post: Post) -> list[str]:
        """The forum's tags that the discussion must have: those of the channel and of the post's options."""
        return list(dict.fromkeys((*self.settings.tags, *self.options(post).tags)))

    def about(self, post: Post) -> Mapping[str, Any]:
        """Tags of the post are taken where the forum has them too."""
        return {"perhaps": ["-".join(tag.lower().split()) for tag in post.tags]} if post.tags else {}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        known = self.account.facts.get("tags") if self.account else None
        if known is None:
            return ()
        place = Place(post.path, channel=self.channel.name)
        perhaps = payload.parts[0].fields.get("perhaps") or []
        return tuple(
            Problem("tags", f"{self.server} has no tag {tag}", place, "it is left out", WARNING) for tag in perhaps if tag not in known
        )

    # -- conversations ---------------------------------------------------------------------------------------------------

    def made_out(self, message: PayloadPart) -> Generator[Step, Any, PayloadPart]:
        """With the numbers of its tags."""
        names, perhaps = message.fields.get("tags") or [], message.fields.get("perhaps") or []
        if not names and not perhaps:
            return message
        known = (self.account.facts.get("tags") if self.account else None) or {}
        if not set(names) <= set(known):
            known = _tags((yield self._ask("GET", "/api/tags", keeps_for=DAY)))
        for name in names:
            if name not in known:
                raise Rejected(f"{self.server} has no tag {name}", hint=f"it has {', '.join(sorted(known)[:10]) or 'none'}")
        numbers = [known[name] for name in dict.fromkeys((*names, *perhaps)) if name in known]
        return replace(message, fields={**message.fields, "tags": numbers})

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        tags = [{"type": "tags", "id": id} for id in message.fields["tags"]]
        said: dict[str, Any] = {"type": "discussions", "attributes": {"title": message.fields["title"], "content": text}}
        said |= {"relationships": {"tags": {"data": tags}}} if tags else {}
        return self._ask("POST", "/api/discussions", {"data": said}, commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        where = {"discussion": {"data": {"type": "discussions", "id": str(earlier.more["topic"])}}}
        said = {"type": "posts", "attributes": {"content": text}, "relationships": where}
        return self._ask("POST", "/api/posts", {"data": said}, commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        return self._patch("posts", receipt.id, {"content": text})

    def changed(self, message: PayloadPart, receipt: PartReceipt) -> Generator[Step, Any, None]:
        if "title" in message.fields:
            yield self._patch("discussions", str(receipt.more["topic"]), {"title": message.fields["title"]})

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The discussion's first post, or the reply."""
        id = str(answer.get("data", "id", default=""))
        if not id:
            raise self.no_receipt(answer)
        made = answer.get("data", "attributes", default={})
        if earlier:
            return self._receipt(id, str(earlier.more["topic"]), made)
        first = answer.get("data", "relationships", "firstPost", "data", "id")
        first = first or answer.get("data", "relationships", "posts", "data", 0, "id")
        if not first:
            raise self.no_receipt(answer)
        return self._receipt(str(first), id, {"number": 1, "isApproved": made.get("isApproved")}, str(made.get("slug") or id))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Hide the reply, or the discussion: authors may do that, delete for good only moderators may. Gone already is success."""
        kind, id = ("posts", receipt.id) if part else ("discussions", str(receipt.more["topic"]))
        answer = yield replace(self._patch(kind, id, {"isHidden": True}), may_fail=True)
        if not answer.ok and answer.status not in (404, 410):
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the forum did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own posts, the newest first; an author is told the source."""
        me = yield from self._me()
        name = str(me.get("username") or "")
        query = (("filter[author]", name), ("filter[type]", "comment"), ("sort", "-createdAt"), ("page[limit]", str(PAGE)))
        listed = yield self._ask("GET", "/api/posts", query=query)
        where = f"{self.server}/u/{name}"
        if not isinstance(listed.get("data"), list):
            return CannotTell(where)
        posts = [(str(one.get("id")), one.get("attributes") or {}, one) for one in listed.get("data")]
        seen = []
        for id, said, one in posts:
            topic = str(Answer(0, {}, one).get("relationships", "discussion", "data", "id", default=""))
            slug = _slug(listed, topic) if said.get("number") == 1 else ""
            if not said.get("isHidden"):
                at, source = moment(said.get("createdAt")), str(said.get("content") or "")
                seen.append(Seen(self._receipt(id, topic, said, slug), at, source, said.get("number") == 1))
        path = ("data", "attributes", "content")
        if found := among(seen, intent, str(sent_in(intent, *path)), earlier):
            return found
        since = intent.at - SKEW
        times = [at for _, said, _ in posts if (at := moment(said.get("createdAt")))]
        whole = len(posts) < PAGE or (bool(times) and min(times) < since)
        told = all("content" in said for _, said, _ in posts if (at := moment(said.get("createdAt"))) is None or at >= since)
        return Absent() if whole and told else CannotTell(where)

    def verify(self) -> Verifying:
        """Whose token it is, and which tags the forum has."""
        me = yield from self._me()
        tags = yield self._ask("GET", "/api/tags", may_fail=True)
        name = str(me.get("username") or "")
        facts = {"tags": _tags(tags)} if tags.ok else {}
        return Account(
            f"@{name}", str(me["id"]), str(me.get("displayName") or ""), f"{self.server}/u/{me.get('slug') or name}", "flarum", facts=facts
        )

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Errors of JSON:API; a missing token is a wrong CSRF token to it; the flood guard names no time."""
        if status < 300:
            return None
        said = Answer(status, {}, body).get("errors", 0, default={})
        code, detail = (str(said.get(key) or "") for key in ("code", "detail"))
        words = f"{status} {code} {detail}".strip()[:300]
        if status == 429:
            return RateLimited(words, after=retry_after(headers) or FLOOD)
        if status == 401 or code in ("csrf_token_mismatch", "not_authenticated", "invalid_access_token"):
            return AuthFailed(words, hint="make a new token: smm network show flarum says how")
        if code == "maintenance":
            return Retriable(words)
        error = fault_by_status(status, headers, body)
        return type(error)(words) if error else None

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _me(self) -> Any:
        """The account behind the token: the forum names it as `actor` to those who are known."""
        forum = yield self._ask("GET", "/api")
        id = forum.get("data", "relationships", "actor", "data", "id")
        if not id:
            raise AuthFailed(f"{self.server} does not know the token", hint="make a new one: smm network show flarum says how")
        user = yield self._ask("GET", f"/api/users/{id}")
        return {**(user.get("data", "attributes", default={})), "id": id}

    def _ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        return Request(method, f"{self.server}{path}", None if body is None else Json(body), reads="any", **more)

    def _patch(self, kind: str, id: str, attributes: Mapping[str, Any]) -> Request:
        return self._ask("PATCH", f"/api/{kind}/{id}", {"data": {"type": kind, "id": id, "attributes": dict(attributes)}})

    def _receipt(self, id: str, topic: str, said: Mapping[str, Any], slug: str = "") -> PartReceipt:
        """`slug` of a discussion; a reply is reached by its number within it."""
        number = said.get("number")
        more = {"topic": topic, **({"approved": False} if said.get("isApproved") is False else {})}
        return PartReceipt(id, f"{self.server}/d/{slug}" if slug else f"{self.server}/d/{topic}/{number or ''}".rstrip("/"), more)


def _tags(answer: Answer) -> dict[str, str]:
    """Number by slug; nothing where the forum has no tags."""
    found = {}
    for one in answer.get("data", default=[]) or ():
        slug = Answer(0, {}, one).get("attributes", "slug")
        if slug:
            found[str(slug)] = str(one.get("id"))
    return found


def _slug(answer: Answer, topic: str) -> str:
    for one in answer.get("included", default=[]) or ():
        if one.get("type") == "discussions" and str(one.get("id")) == topic:
            return str((one.get("attributes") or {}).get("slug") or topic)
    return topic


NETWORK = Flarum

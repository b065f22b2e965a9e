"""A fake Flarum. Rules: flarum/framework 2.x and docs.flarum.org/rest-api (2026-08-21)."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Refused, Reply, route
from smm_cli.sandbox.fakes._forum import Entry, FakeForum, Topic

TAGS = {"general": "1", "news": "3"}


def refused(status: int, code: str, detail: str = "", pointer: str = "") -> Refused:
    """An error of JSON:API."""
    said: dict[str, Any] = {"status": str(status), "code": code}
    said |= {"detail": detail} if detail else {}
    return Refused(status, {"errors": [said | ({"source": {"pointer": pointer}} if pointer else {})]})


class FakeFlarum(FakeForum):
    """One forum with the tags "general" and "news", one of which every discussion must have. `approves`: posts wait for approval."""

    name = "flarum"
    place = "talk.example"
    channel = 'server = "https://talk.example"\ntags = ["general"]'
    text_most, title_most, title_least = 63_000, 80, 3
    approves = False

    def too_many(self, seconds: float) -> Reply:
        """Without a header for the time (Api\\Middleware\\ThrottleApi); a proxy before it may add one."""
        return Reply(429, {"errors": [{"status": "429", "code": "too_many_requests"}]}, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return refused(404, "not_found").reply

    def _who(self, call: Call) -> str:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Token" or not token:
            raise refused(400, "csrf_token_mismatch")
        account = self.whose(token.partition(";")[0])
        if not account:
            raise refused(401, "invalid_access_token")
        return account

    @route("GET", "/api")
    def forum(self, call: Call) -> Reply:
        known = call.headers.get("authorization", "").partition(" ")[2].startswith(SANDBOX_TOKEN)
        actor = {"relationships": {"actor": {"data": {"type": "users", "id": "5"}}}} if known else {}
        return Reply(200, {"data": {"type": "forums", "id": "1", "attributes": {"title": "Talk"}, **actor}})

    @route("GET", "/api/users/{id}")
    def user(self, call: Call) -> Reply:
        account = self._who(call)
        said = {"username": account, "displayName": account.title(), "slug": account}
        return Reply(200, {"data": {"type": "users", "id": call.args["id"], "attributes": said}})

    @route("GET", "/api/tags")
    def tags(self, call: Call) -> Reply:
        return Reply(
            200, {"data": [{"type": "tags", "id": id, "attributes": {"name": slug.title(), "slug": slug}} for slug, id in TAGS.items()]}
        )

    # -- posting ----------------------------------------------------------------------------------------------------------

    @route("POST", "/api/discussions", commits=True)
    def start(self, call: Call) -> Reply:
        account, said = self._who(call), self._said(call, "discussions", "title", "content")
        title, text = self._title(said), self._text(said)
        tags = call.sent["data"].get("relationships", {}).get("tags", {}).get("data", [])
        if any(tag.get("id") not in TAGS.values() for tag in tags):
            raise refused(422, "validation_error", "The tag does not exist.", "/data/relationships/tags")
        if not tags:
            raise refused(422, "validation_error", "Please choose at least 1 primary tags.", "/data/relationships/tags")
        topic = Topic(self.next_number(), title, account, tags=tuple(tag["id"] for tag in tags))
        entry = self.write(topic, account, text, f"{call.base}/d/{topic.id}-{topic.slug}")
        first = {"firstPost": {"data": {"type": "posts", "id": str(entry.id)}}}
        return Reply(201, {"data": {**self._discussion(topic), "relationships": first}})

    @route("POST", "/api/posts", commits=True)
    def answer(self, call: Call) -> Reply:
        account, said = self._who(call), self._said(call, "posts", "content")
        text = self._text(said)
        where = call.sent["data"].get("relationships", {}).get("discussion", {}).get("data", {}).get("id")
        topic = self.topics.get(int(where or 0))
        if topic is None or topic.deleted:
            raise refused(404, "not_found")
        last = self.entries_of(topic.id)[-1]
        return Reply(201, {"data": self._post(self.write(topic, account, text, f"{call.base}/d/{topic.id}/{{number}}", str(last.id)))})

    def _said(self, call: Call, kind: str, *known: str) -> dict[str, Any]:
        """The attributes; unknown ones are refused (2.x)."""
        said = call.sent.get("data") or {}
        if said.get("type") != kind:
            raise refused(409, "conflict", "type does not match")
        for name in said.get("attributes", {}):
            if name not in known:
                raise refused(400, "bad_request", f"Unknown field [{name}]", f"/data/attributes/{name}")
        return dict(said.get("attributes", {}))

    def _title(self, said: dict[str, Any]) -> str:
        title = str(said.get("title") or "").strip()
        if not self.title_least <= len(title) <= self.title_most:
            words = f"The title must be between {self.title_least} and {self.title_most} characters."
            raise refused(422, "validation_error", words, "/data/attributes/title")
        return title

    def _text(self, said: dict[str, Any]) -> str:
        text = str(said.get("content") or "").strip()
        if not text or len(text) > self.text_most:
            words = f"The content must not be greater than {self.text_most} characters." if text else "The content field is required."
            raise refused(422, "validation_error", words, "/data/attributes/content")
        return text

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("PATCH", "/api/posts/{id}")
    def edit(self, call: Call) -> Reply:
        self._who(call)
        entry, said = self.entries.get(int(call.args["id"])), self._said(call, "posts", "content", "isHidden")
        if entry is None:
            raise refused(404, "not_found")
        if said.get("isHidden"):
            self.take_down(entry)
        if "content" in said:
            self.rewrite(entry, self._text(said))
        return Reply(200, {"data": self._post(entry)})

    @route("PATCH", "/api/discussions/{id}")
    def alter(self, call: Call) -> Reply:
        self._who(call)
        topic, said = self.topics.get(int(call.args["id"])), self._said(call, "discussions", "title", "isHidden")
        if topic is None:
            raise refused(404, "not_found")
        if said.get("isHidden"):
            self.close(topic)
        if "title" in said:
            topic.title = self._title(said)
        return Reply(200, {"data": self._discussion(topic)})

    @route("GET", "/api/posts")
    def posts(self, call: Call) -> Reply:
        reader, author = self._who(call), call.asked("filter[author]")
        own = [entry for entry in reversed(self.entries.values()) if entry.account == author][: int(call.asked("page[limit]", "20"))]
        topics = {entry.topic for entry in own}
        shown = [self._post(entry, known=reader == author) for entry in own]
        return Reply(200, {"data": shown, "included": [self._discussion(self.topics[id]) for id in sorted(topics)]})

    def _discussion(self, topic: Topic) -> dict[str, Any]:
        said: dict[str, Any] = {"title": topic.title, "slug": f"{topic.id}-{topic.slug}", "commentCount": len(self.entries_of(topic.id))}
        said |= {"isApproved": False} if self.approves else {}
        return {"type": "discussions", "id": str(topic.id), "attributes": said}

    def _post(self, entry: Entry, *, known: bool = True) -> dict[str, Any]:
        """The source is told to those who may edit."""
        stamp = entry.at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        said: dict[str, Any] = {"number": entry.number, "createdAt": stamp, "contentType": "comment", "contentHtml": f"<p>{entry.text}</p>"}
        said |= {"content": entry.text} if known else {}
        said |= {"isHidden": True} if entry.deleted else {}
        said |= {"isApproved": False} if self.approves else {}
        where = {"discussion": {"data": {"type": "discussions", "id": str(entry.topic)}}}
        return {"type": "posts", "id": str(entry.id), "attributes": said, "relationships": where}


FAKE = FakeFlarum

"""A fake NodeBB. Rules: NodeBB 4.15.1 (src/topics/create.js, src/user/posts.js, src/controllers/write) and its OpenAPI files."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import Call, Refused, Reply, route
from smm_cli.sandbox.fakes._forum import Entry, FakeForum, Topic

CODES = {400: "bad-request", 401: "not-authorised", 403: "forbidden", 404: "not-found", 429: "too-many-requests"}
PAGE = 20


def refused(status: int, message: str) -> Refused:
    """An error as the Write API says it (src/controllers/helpers.js, formatApiResponse)."""
    return Refused(status, {"status": {"code": CODES[status], "message": message}, "response": {}})


def granted(response: Any, status: int = 200) -> Reply:
    return Reply(status, {"status": {"code": "ok", "message": "OK"}, "response": response})


class FakeNodeBB(FakeForum):
    """One forum, which takes short titles and texts. `queues`: everything waits for approval. `categories` are those that there are.

    `counts`: pages are counted; not for accounts that scroll without end (src/controllers/accounts/posts.js).
    """

    name = "nodebb"
    place = "board.example"
    channel = 'server = "https://board.example"\ncategory = 2\nlimits = { text_minimum = 1, title_minimum = 1 }'
    text_most = 32_767
    queues = False
    counts = True
    categories = (2,)

    def too_many(self, seconds: float) -> Reply:
        """400, not 429, and the seconds stand in the key."""
        return refused(400, f"[[error:too-many-posts, {int(seconds)}]]").reply

    def missing(self, call: Call) -> Reply:
        return refused(404, "[[error:route-not-found]]").reply

    def _who(self, call: Call) -> str:
        account = self.account_of(call)
        if not account:
            raise refused(401, "A valid login session was not found. Please log in and try again.")
        if account == "master" and not call.asked("_uid"):
            raise refused(400, "[[error:api.master-token-no-uid]]")
        return account

    @route("GET", "/api/self")
    def me(self, call: Call) -> Reply:
        account = self._who(call)
        return Reply(200, {"uid": 3, "username": account.title(), "userslug": account})

    @route("GET", "/api/config")
    def config(self, call: Call) -> Reply:
        lengths = {"minimumTitleLength": self.title_least, "maximumTitleLength": self.title_most}
        lengths |= {"minimumPostLength": self.text_least, "maximumPostLength": self.text_most}
        return Reply(200, {"version": "4.15.1", "maximumTagsPerTopic": 5, **lengths})

    # -- posting ----------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v3/topics", commits=True)
    def post(self, call: Call) -> Reply:
        account, sent = self._who(call), call.sent
        title, text = str(sent.get("title") or "").strip(), self._text(sent)
        if _length(title) < self.title_least or not title:
            raise refused(400, f"[[error:title-too-short, {self.title_least}]]")
        if _length(title) > self.title_most:
            raise refused(400, f"[[error:title-too-long, {self.title_most}]]")
        if sent.get("cid") not in self.categories:
            raise refused(404, "[[error:no-category]]")
        tags = sent.get("tags") or []
        if len(tags) > 5:
            raise refused(400, "[[error:too-many-tags, 5]]")
        for tag in tags:
            if not 3 <= len(tag) <= 15:
                raise refused(400, f"[[error:tag-too-{'short, 3' if len(tag) < 3 else 'long, 15'}]]")
        topic = Topic(self.next_number(), title, account, tags=tuple(tags))
        if self.queues:
            return self._queued("topic", sent)
        entry = self.write(topic, account, text, f"{call.base}/topic/{topic.id}/{topic.slug}")
        return granted({**self._topic(topic), "mainPost": self._shape(entry)})

    @route("POST", "/api/v3/topics/{tid}", commits=True)
    def answer(self, call: Call) -> Reply:
        account, text = self._who(call), self._text(call.sent)
        topic = self.topics.get(int(call.args["tid"]))
        if topic is None or topic.deleted:
            raise refused(404, "[[error:no-topic]]")
        if self.queues:
            return self._queued("reply", call.sent)
        entry = self.write(topic, account, text, f"{call.base}/post/{{id}}", str(call.sent.get("toPid") or ""))
        return granted(self._shape(entry))

    def _queued(self, kind: str, sent: Any) -> Reply:
        number = len(self.waiting) + 1
        self.waiting.append({"id": f"{kind}-{number}", "data": {"content": f"<p>{sent['content']}</p>", "rawContent": sent["content"]}})
        return granted({"queued": True, "id": f"{kind}-{number}", "message": "Your post has been added to the queue"}, 202)

    def _text(self, sent: Any) -> str:
        """UTF-16 units, as JavaScript counts (src/topics/create.js, checkContent)."""
        text = str(sent.get("content") or "").strip()
        if not text or _length(text) < self.text_least:
            raise refused(400, f"[[error:content-too-short, {self.text_least}]]")
        if _length(text) > self.text_most:
            raise refused(400, f"[[error:content-too-long, {self.text_most}]]")
        return text

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v3/posts/{pid}/raw")
    def raw(self, call: Call) -> Reply:
        return granted({"pid": int(call.args["pid"]), "content": self._entry(call).text})

    @route("PUT", "/api/v3/posts/{pid}")
    def edit(self, call: Call) -> Reply:
        entry, text = self._entry(call), self._text(call.sent)
        if call.sent.get("title") and entry.number == 1:
            self.topics[entry.topic].title = str(call.sent["title"])
        self.rewrite(entry, text)
        return granted(self._shape(entry))

    @route("DELETE", "/api/v3/posts/{pid}/state")
    def delete(self, call: Call) -> Reply:
        entry = self._entry(call)
        if entry.deleted:
            raise refused(400, "[[error:post-already-deleted]]")
        self.take_down(entry)
        return granted({})

    @route("DELETE", "/api/v3/topics/{tid}/state")
    def remove(self, call: Call) -> Reply:
        self._who(call)
        topic = self.topics.get(int(call.args["tid"]))
        if topic is None:
            raise refused(404, "[[error:no-topic]]")
        if topic.deleted:
            raise refused(400, "[[error:topic-already-deleted]]")
        self.close(topic)
        return granted({})

    @route("GET", "/api/user/{slug}/posts")
    def posts(self, call: Call) -> Reply:
        self._who(call)
        own = [entry for entry in reversed(self.entries.values()) if entry.account == call.args["slug"] and not entry.deleted]
        page = int(call.asked("page", "1"))
        shown = [self._shape(entry) for entry in own[(page - 1) * PAGE : page * PAGE]]
        pages = max(1, -(-len(own) // PAGE)) if self.counts else 1
        return Reply(200, {"posts": shown, "pagination": {"currentPage": page, "pageCount": pages}})

    @route("GET", "/api/post-queue")
    def queue(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"posts": self.waiting})

    def _entry(self, call: Call) -> Entry:
        self._who(call)
        entry = self.entries.get(int(call.args["pid"]))
        if entry is None:
            raise refused(404, "[[error:no-post]]")
        return entry

    def _topic(self, topic: Topic) -> dict[str, Any]:
        return {"tid": topic.id, "title": topic.title, "slug": f"{topic.id}/{topic.slug}"}

    def _shape(self, entry: Entry) -> dict[str, Any]:
        """`content` comes as HTML; the source is asked for by itself."""
        found = {"pid": entry.id, "tid": entry.topic, "content": f"<p>{entry.text}</p>", "timestamp": int(entry.at.timestamp() * 1000)}
        return found | {"isMainPost": entry.number == 1, "topic": self._topic(self.topics[entry.topic])}


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


FAKE = FakeNodeBB

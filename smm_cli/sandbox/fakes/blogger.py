"""A fake Blogger. Source: the discovery document of blogger v3, revision 20260707."""

from __future__ import annotations

from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Reply, route
from smm_cli.sandbox.fakes._google_doors import GoogleFake, wrong

BLOG = "42"


class FakeBlogger(GoogleFake):
    """Posts by id; drafts are kept, not shown."""

    name = "blogger"
    hosts = ("blogger.googleapis.com",)
    channel = f'blog = "{BLOG}"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}

    @route("GET", "/v3/users/self/blogs")
    def blogs(self, call: Call) -> Reply:
        who = self.who(call)
        blog = {"kind": "blogger#blog", "id": BLOG, "name": f"The blog of {who}", "url": f"http://{who}.blogspot.com/"}
        return Reply(200, {"kind": "blogger#blogList", "items": [blog]})

    @route("POST", "/v3/blogs/{blog}/posts")
    def insert(self, call: Call) -> Reply:
        who, sent = self._writer(call), dict(call.sent)
        self._check(sent)
        id, now = str(8_800_000 + self.next_number()), self._stamp()
        kept = {"kind": "blogger#post", "id": id, "status": "DRAFT", "published": now, "updated": now, "account": who}
        self.posts[id] = {"title": "", "content": "", "labels": [], **sent, **kept}
        if call.asked("isDraft") != "true":
            self._go_live(self.posts[id])
        return Reply(200, self._shape(self.posts[id]))

    @route("POST", "/v3/blogs/{blog}/posts/{id}/publish", commits=True)
    def publish_draft(self, call: Call) -> Reply:
        """Repeatable: a live post stays live."""
        post = self._own(call)
        self._go_live(post)
        return Reply(200, self._shape(post))

    @route("POST", "/v3/blogs/{blog}/posts/{id}/revert")
    def revert(self, call: Call) -> Reply:
        post = self._own(call)
        if post["status"] == "LIVE":
            post |= {"status": "DRAFT", "updated": self._stamp()}
            self.change(post["id"], deleted=True)
        return Reply(200, self._shape(post))

    @route("PATCH", "/v3/blogs/{blog}/posts/{id}")
    def patch(self, call: Call) -> Reply:
        post, sent = self._own(call), dict(call.sent)
        self._check(sent)
        post |= {**sent, "updated": self._stamp()}
        if post["status"] == "LIVE":
            self.change(post["id"], text=post["content"], media=self._media(post), edited=True)
        return Reply(200, self._shape(post))

    @route("GET", "/v3/blogs/{blog}/posts/{id}")
    def show(self, call: Call) -> Reply:
        post = self._own(call)
        if post["status"] != "LIVE" and call.asked("view") != "ADMIN":  # drafts are shown to administrators who say so
            raise wrong(404, "notFound", "Not Found")
        return Reply(200, self._shape(post))

    @route("GET", "/v3/blogs/{blog}/posts")
    def listing(self, call: Call) -> Reply:
        self._writer(call)
        wanted = {value.upper() for name, value in call.query if name == "status"} or {"LIVE"}
        found = [post for post in reversed(self.posts.values()) if post["status"] in wanted]
        most = int(call.asked("maxResults") or 10)
        return Reply(200, {"kind": "blogger#postList", "items": [self._shape(post) for post in found[:most]]})

    def _writer(self, call: Call) -> str:
        who = self.who(call)
        if call.args["blog"] != BLOG:
            raise wrong(403, "forbidden", "We're sorry, but you don't have permission to access this resource.", "PERMISSION_DENIED")
        return who

    def _own(self, call: Call) -> dict[str, Any]:
        self._writer(call)
        post = self.posts.get(call.args["id"])
        if post is None:
            raise wrong(404, "notFound", "Not Found", "NOT_FOUND")
        return post

    def _check(self, sent: dict[str, Any]) -> None:
        labels = sent.get("labels", [])
        if not isinstance(sent.get("content", ""), str) or not isinstance(labels, list) or len(",".join(labels)) > 220:
            raise wrong(400, "invalid", "Invalid value for: post", "INVALID_ARGUMENT")

    def _go_live(self, post: dict[str, Any]) -> None:
        if post["status"] == "LIVE":
            return
        post |= {"status": "LIVE", "published": self._stamp(), "updated": self._stamp()}
        text, more = post["content"], {"title": post["title"], "labels": post["labels"]}
        known = {posted.id for posted in self.posted}
        if post["id"] in known:
            self.change(post["id"], text=text, deleted=False)
        else:
            self.publish(Posted(self.name, post["account"], post["id"], self._url(post), text, self.now(), self._media(post), more=more))

    def _media(self, post: dict[str, Any]) -> tuple[str, ...]:
        return tuple(piece.partition('alt="')[2].partition('"')[0] for piece in post["content"].split("<img ")[1:])

    def _url(self, post: dict[str, Any]) -> str:
        return f"http://{post['account']}.blogspot.com/2026/11/post-{post['id']}.html"

    def _shape(self, post: dict[str, Any]) -> dict[str, Any]:
        shown = {key: value for key, value in post.items() if key != "account"}
        return shown | ({"url": self._url(post)} if post["status"] == "LIVE" else {})

    def _stamp(self) -> str:
        return self.now().isoformat()


FAKE = FakeBlogger

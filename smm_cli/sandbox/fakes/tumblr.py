"""A fake Tumblr: one API for all blogs. Source: tumblr/docs api.md and npf-spec.md (2024-10-18)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._oauth import OAuthFake

SUBTYPES = frozenset({"heading1", "heading2", "quirky", "quote", "indented", "chat", "ordered-list-item", "unordered-list-item"})
MARKS = frozenset({"bold", "italic", "strikethrough", "small", "link", "mention", "color"})
TYPES = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/webp"),
    "video": ("video/mp4", "video/quicktime"),
    "audio": ("audio/mpeg",),
}
MOST = {"image": 30, "video": 1, "audio": 10, "link": 10}
DAILY = 250
BIG = 1_234_567_890_000_000


def refused(status: int, words: str, code: int = 0) -> Refused:
    """`meta` and `errors`, as api.md shows them."""
    error = {"title": words, "detail": words, **({"code": code} if code else {})}
    return Refused(status, {"meta": {"status": status, "msg": words}, "errors": [error], "response": []})


class FakeTumblr(OAuthFake):
    """All blogs; whoever has a token owns `blogs`. `daily`: posts that a user may make in a day."""

    name = "tumblr"
    hosts = ("api.tumblr.com", "www.tumblr.com")
    channel = 'blog = "acme"'
    lives = 2520.0
    rotates = True
    demands_secret = True

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.blogs = ["acme", "other"]
        self.daily = DAILY
        self.made: dict[str, dict[str, Any]] = {}

    def too_many(self, seconds: float) -> Reply:
        reply = refused(429, "Limit Exceeded").reply
        told = {"x-ratelimit-perhour-limit": "1000", "x-ratelimit-perhour-remaining": "0", "x-ratelimit-perhour-reset": str(int(seconds))}
        return Reply(429, reply.body, told)

    def missing(self, call: Call) -> Reply:
        return refused(404, "Not Found").reply

    @route("GET", "/oauth2/authorize")
    def consent(self, call: Call) -> Reply:
        return self.allow(call)

    @route("POST", "/v2/oauth2/token")
    def token_for(self, call: Call) -> Reply:
        return self.exchange(call)

    @route("GET", "/v2/user/info")
    def user(self, call: Call) -> Reply:
        name = self._who(call)
        blogs = [{"name": blog, "uuid": f"t:{blog}", "url": f"https://{blog}.tumblr.com/", "title": blog.title()} for blog in self.blogs]
        return self._said(200, {"user": {"name": name, "blogs": blogs}})

    @route("GET", "/v2/blog/{blog}/info")
    def info(self, call: Call) -> Reply:
        self._who(call)
        blog = call.args["blog"]
        if blog.startswith("nobody"):
            raise refused(404, "Not Found")
        return self._said(200, {"blog": {"name": blog, "uuid": f"t:{blog}"}})

    @route("GET", "/v2/blog/{blog}/posts")
    def listing(self, call: Call) -> Reply:
        self._who(call)
        seen = [post for post in reversed(self.made.values()) if post["blog_name"] == call.args["blog"] and post["state"] == "published"]
        start = int(call.asked("offset") or 0)
        return self._said(200, {"posts": seen[start : start + min(int(call.asked("limit") or 20), 20)], "total_posts": len(seen)})

    @route("POST", "/v2/blog/{blog}/posts", commits=True)
    def create(self, call: Call) -> Reply:
        who, blog = self._owner(call)
        today = [posted for posted in self.posted if posted.account == blog and (self.now() - posted.at).total_seconds() < 86_400]
        if len(today) >= self.daily:
            raise refused(403, "You have exceeded your daily post limit", 8004)
        said = self._checked(call)
        number = BIG + self.next_number()
        id, url = str(number), f"https://www.tumblr.com/{blog}/{number}"
        now = int(self.now().timestamp())
        self.made[id] = {"id": number, "id_string": id, "blog_name": blog, "timestamp": now, "post_url": url, **self._kept(said)}
        text, alts = _shown(said)
        more = {name: said[name] for name in ("tags", "source_url", "state") if name in said} | {"by": who, "content": said["content"]}
        self.publish(Posted(self.name, blog, id, url, text, self.now(), alts, more=more))
        return self._said(201, {"id": id, "state": said.get("state", "published"), "display_text": f"Posted to {blog}"})

    def _kept(self, said: Mapping[str, Any]) -> dict[str, Any]:
        kept = {"content": said["content"], "slug": str(said.get("slug", "")), "state": str(said.get("state", "published"))}
        return {**kept, "tags": [tag for tag in str(said.get("tags", "")).split(",") if tag], "source_url": said.get("source_url")}

    @route("PUT", "/v2/blog/{blog}/posts/{id}")
    def replace_post(self, call: Call) -> Reply:
        self._owner(call)
        post = self._one(call.args["id"])
        said = self._checked(call)
        post |= self._kept(said)
        text, alts = _shown(said)
        self.change(call.args["id"], text=text, media=alts, edited=True)
        return self._said(200, {"id": call.args["id"]})

    @route("POST", "/v2/blog/{blog}/post/delete")
    def delete(self, call: Call) -> Reply:
        self._owner(call)
        id = str(call.sent.get("id"))
        self._one(id)
        del self.made[id]
        self.change(id, deleted=True)
        return self._said(200, {"id": id})

    # -- what is refused ------------------------------------------------------------------------------------------------------

    def _checked(self, call: Call) -> Mapping[str, Any]:
        """The post, which stands in the first part of the body where files follow it."""
        fields = call.multipart
        try:
            said = json.loads(str(fields.get("json") or "null")) if fields else call.json
        except ValueError:
            said = None
        if not isinstance(said, dict) or (fields and next(iter(fields)) != "json"):
            raise refused(400, "The json part must come first", 8001)
        content = said.get("content")
        if not isinstance(content, list) or not content or len(content) > 1000 or len(json.dumps(content)) > 1_000_000:
            raise refused(400, "Posts need content, of at most 1000 blocks and 1 MB", 8001)
        if said.get("state", "published") not in ("published", "queue", "draft", "private", "unapproved"):
            raise refused(400, "Unknown state", 8001)
        for kind, most in MOST.items():
            if sum(block.get("type") == kind for block in content) > most:
                raise refused(400, f"Posts take {most} blocks of type {kind}", 8001)
        for block in content:
            self._check_block(block, fields)
        return said

    def _check_block(self, block: Any, fields: Mapping[str, Any]) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "text":
            _check_text(block)
        elif kind in TYPES:
            found = block.get("media")
            media = found[0] if kind == "image" and isinstance(found, list) and found else found
            file = fields.get(str(media.get("identifier"))) if isinstance(media, dict) else None
            if not isinstance(file, Upload) or media["type"] not in TYPES[kind] or not file.content:
                raise refused(400, "A file is missing or of a kind that is not supported", 8005)
            if len(str(block.get("alt_text") or "")) > 4096:
                raise refused(400, "alt_text is too long", 8001)
        elif kind != "link" or not str(block.get("url", "")).startswith("http"):
            raise refused(400, "Unknown block", 8001)

    def _who(self, call: Call) -> str:
        account = self.account_of(call)
        if not account:
            raise refused(401, "Unauthorized")
        return account

    def _owner(self, call: Call) -> tuple[str, str]:
        who, blog = self._who(call), call.args["blog"]
        if blog not in self.blogs:
            raise Refused(403, {"meta": {"status": 403, "msg": "Forbidden"}, "response": []})
        return who, blog

    def _one(self, id: str) -> dict[str, Any]:
        if id not in self.made:
            raise refused(404, "Not Found")
        return self.made[id]

    def _said(self, status: int, response: Mapping[str, Any]) -> Reply:
        return Reply(status, {"meta": {"status": status, "msg": "Created" if status == 201 else "OK"}, "response": dict(response)})


def _check_text(block: Mapping[str, Any]) -> None:
    text = block.get("text")
    if not isinstance(text, str) or len(text) > 4096 or block.get("subtype", "quote") not in SUBTYPES:
        raise refused(400, "A text block is malformed or too long", 8001)
    for mark in block.get("formatting", ()):
        inside = 0 <= mark.get("start", -1) < mark.get("end", -1) <= len(text)
        if not inside or mark.get("type") not in MARKS or (mark["type"] == "mention" and "uuid" not in mark.get("blog", {})):
            raise refused(400, "The formatting is malformed", 8001)


def _shown(said: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What a reader sees: the text, the descriptions."""
    texts = [str(block.get("text") or block.get("url")) for block in said["content"] if block["type"] in ("text", "link")]
    return "\n\n".join(texts), tuple(str(block.get("alt_text", "")) for block in said["content"] if block["type"] in TYPES)


FAKE = FakeTumblr

"""A fake WriteFreely. Rules are those of its source (posts.go, database.go, errors.go, schema.sql; 2024-10)."""

from __future__ import annotations

from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, route

FONTS = frozenset({"norm", "sans", "wrap", "mono", "code"})
TITLE, CONTENT = 160, 65_535
"""posts.title varchar(160), posts.content text (schema.sql); MySQL in strict mode refuses what is longer, as an internal error."""
PAGE = 10


def refused(status: int, words: str) -> Refused:
    """An error as WriteFreely says it."""
    return Refused(status, {"code": status, "error_msg": words})


class FakeWriteFreely(Fake):
    """One server; everybody has the blogs that are asked for, but for `forbidden` ones. `names`: it takes the names that clients want."""

    name = "writefreely"
    channel = 'server = "https://write.example"\ncollection = "ada"'
    place = "write.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.forbidden: set[str] = set()
        self.names = True

    def missing(self, call: Call) -> Reply:
        return Reply(404, "<!DOCTYPE html><html><h1>Page not found</h1></html>", {"content-type": "text/html"})

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, {"code": 429, "error_msg": "Too many requests."}, {"retry-after": str(int(seconds))})

    def _who(self, call: Call) -> str:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if not token:
            raise refused(400, "Authorization token required.")
        account = self.whose(token) if scheme == "Token" else ""
        if not account:
            raise refused(401, "Invalid access token.")
        return account

    @route("POST", "/api/auth/login")
    def login(self, call: Call) -> Reply:
        sent = call.sent
        if not sent.get("alias") or not str(sent.get("pass", "")).startswith("sandbox-"):
            raise refused(401, "Incorrect password.")
        return Reply(200, {"code": 200, "data": {"access_token": sent["pass"], "user": {"username": sent["alias"]}}})

    @route("GET", "/api/me")
    def me(self, call: Call) -> Reply:
        return Reply(200, {"code": 200, "data": {"username": self._who(call)}})

    @route("GET", "/api/me/collections")
    def blogs(self, call: Call) -> Reply:
        self._who(call)
        own = [{"alias": alias, "title": alias.title()} for alias in ("ada", "blog", "it") if alias not in self.forbidden]
        return Reply(200, {"code": 200, "data": own})

    @route("GET", "/api/collections/{alias}/posts")
    def listing(self, call: Call) -> Reply:
        self._who(call)
        own = [post for post in reversed(self.posts.values()) if post["alias"] == call.args["alias"]]
        shown = [self._shape(post, call) for post in own[:PAGE]]
        return Reply(200, {"code": 200, "data": {"alias": call.args["alias"], "total_posts": len(own), "posts": shown}})

    @route("POST", "/api/collections/{alias}/posts", commits=True)
    def create(self, call: Call) -> Reply:
        account, alias = self._who(call), call.args["alias"]
        if alias in self.forbidden:
            raise refused(403, "You don't have permission to add to this collection.")
        sent = self._sent(call)
        number = self.next_number()
        id = f"{number:010d}"
        wanted = str(sent.get("slug") or "") if self.names else ""
        slug = wanted or str(sent.get("title") or id).lower().replace(" ", "-")
        if any(post["slug"] == slug and post["alias"] == alias for post in self.posts.values()):
            slug = f"{slug}-{number:04x}"  # something random, and nobody is told
        post = {"id": id, "alias": alias, "created": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"), **sent, "slug": slug}
        self.posts[id] = post
        shown = self._shape(post, call)
        more = {key: post.get(key) for key in ("title", "slug", "font", "lang")}
        self.publish(Posted(self.name, account, id, shown["url"], post["body"], self.now(), _alts(post["body"]), more=more))
        return Reply(201, {"code": 201, "data": shown})

    @route("GET", "/api/collections/{alias}/posts/{slug}")
    def by_slug(self, call: Call) -> Reply:
        self._who(call)
        found = next((one for one in self.posts.values() if (one["alias"], one["slug"]) == (call.args["alias"], call.args["slug"])), None)
        if found is None:
            raise refused(404, "Collection page doesn't exist.")
        return Reply(200, {"code": 200, "data": self._shape(found, call)})

    @route("GET", "/api/posts/{id}")
    def one(self, call: Call) -> Reply:
        if call.args["id"] not in self.posts:
            raise refused(404, "Post not found.")
        return Reply(200, {"code": 200, "data": self._shape(self.posts[call.args["id"]], call)})

    @route("POST", "/api/posts/{id}")
    def edit(self, call: Call) -> Reply:
        self._who(call)
        if call.args["id"] not in self.posts:
            raise refused(404, "Post not found.")
        post = self.posts[call.args["id"]]
        post |= {key: value for key, value in self._sent(call).items() if key != "slug"}
        self.change(post["id"], text=post["body"], edited=True, media=_alts(post["body"]))
        return Reply(200, {"code": 200, "data": self._shape(post, call)})

    @route("DELETE", "/api/posts/{id}")
    def delete(self, call: Call) -> Reply:
        self._who(call)
        if call.args["id"] not in self.posts:  # posts.go, deletePost: no rows is an internal error
            raise refused(500, "The humans messed something up. They've been notified.")
        del self.posts[call.args["id"]]
        self.change(call.args["id"], deleted=True)
        return Reply(204)

    def _sent(self, call: Call) -> dict[str, Any]:
        try:
            sent = call.json
        except ValueError:
            raise refused(400, "Expected valid JSON object.") from None
        if not isinstance(sent, dict) or not str(sent.get("body") or "").strip():
            raise refused(400, "Supply something to publish.")
        if len(str(sent.get("title") or "")) > TITLE or len(str(sent["body"]).encode()) > CONTENT:
            raise refused(500, "The humans messed something up. They've been notified.")
        return {**sent, "font": sent.get("font") if sent.get("font") in FONTS else "norm"}

    def _shape(self, post: dict[str, Any], call: Call) -> dict[str, Any]:
        shown = {key: value for key, value in post.items() if key != "alias"}
        return shown | {"url": f"{call.base}/{post['alias']}/{post['slug']}", "views": 0}


def _alts(text: str) -> tuple[str, ...]:
    return tuple(piece.partition("](")[0] for piece in text.split("![")[1:])


FAKE = FakeWriteFreely

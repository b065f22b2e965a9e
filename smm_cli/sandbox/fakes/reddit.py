"""A fake Reddit: posts and comments of accounts in subreddits, errors in a 200, pictures by way of a bucket.

Rules: Reddit's API documentation and PRAW 8.0.3 (2026), where no other source stands beside them.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Posted, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._oauth import OAuthFake

BUCKET = "reddit-uploaded-media.s3-accelerate.amazonaws.com"
AGENT = re.compile(r"\S+:\S+:\S+ \(by /u/([\w-]+)\)")
PICTURES = ("image/png", "image/jpeg", "image/gif")


class FakeReddit(OAuthFake):
    """`closed`: subreddits by name with the code of the error for posts there. `flaired`: those that demand flair.

    `slow`: how often one lists until a picture's post is there.
    """

    name = "reddit"
    hosts = ("oauth.reddit.com", "www.reddit.com", BUCKET)
    channel = 'subreddit = "test"\nuser = "ada"'
    lives = 3600.0
    demands_secret = True

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.things: dict[str, dict[str, Any]] = {}
        self.assets: dict[str, dict[str, Any]] = {}
        self.waiting: list[tuple[int, str]] = []
        self.closed = {"private": "SUBREDDIT_NOTALLOWED", "nolinks": "NO_LINKS", "nowhere": "SUBREDDIT_NOEXIST"}
        self.flaired = {"flaired"}
        self.slow = 1

    def who(self, call: Call) -> str:
        if not AGENT.search(call.headers.get("user-agent", "")):  # "unique and descriptive": others are blocked
            raise Refused(403, "<html><title>Blocked</title>whoa there, pardner!</html>", content_type="text/html")
        account = self.account_of(call)
        if not account:
            raise Refused(401, {"message": "Unauthorized", "error": 401})
        return account

    def account_of(self, call: Call) -> str:
        """A token of the sandbox is named after its channel; whose it is says the user agent, as the channel's `user`."""
        account, named = super().account_of(call), AGENT.search(call.headers.get("user-agent", ""))
        told = named[1] if named else "unknown"
        return told if account and call.bearer == f"{SANDBOX_TOKEN}{account}" and told != "unknown" else account

    def too_many(self, seconds: float) -> Reply:
        headers = {"x-ratelimit-used": "100", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": str(int(seconds))}
        return Reply(429, {"message": "Too Many Requests", "error": 429}, headers)

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"message": "Not Found", "error": 404})

    def dressed(self, call: Call, reply: Reply) -> Reply:
        return Reply(reply.status, reply.body, {"date": format_datetime(self.now(), usegmt=True), **reply.headers})

    def wrong(self, code: str, words: str, field: str) -> Refused:
        """An error is a 200."""
        return Refused(200, {"json": {"errors": [[code, words, field]]}})

    # -- who -------------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v1/authorize")
    def authorize(self, call: Call) -> Reply:
        if call.asked("duration") != "permanent":
            return Reply(400, {"error": "a refresh token comes with duration=permanent only"})
        return self.allow(call)

    @route("POST", "/api/v1/access_token")
    def token_door(self, call: Call) -> Reply:
        if not AGENT.search(call.headers.get("user-agent", "")):
            raise Refused(429, {"message": "Too Many Requests", "error": 429})
        if not call.headers.get("authorization", "").startswith("Basic "):
            raise Refused(401, {"message": "Unauthorized", "error": 401})
        return self.exchange(call)

    @route("GET", "/api/v1/me")
    def me(self, call: Call) -> Reply:
        account = self.who(call)
        return Reply(200, {"name": account, "id": f"i{account}", "total_karma": 1, "is_suspended": account == "gone"})

    @route("GET", "/api/v1/{sr}/post_requirements")
    def requirements(self, call: Call) -> Reply:
        self.who(call)
        sr = call.args["sr"]
        told = {"title_text_max_length": None, "body_text_max_length": None, "is_flair_required": sr in self.flaired}
        return Reply(200, told | ({"title_text_max_length": 100} if sr == "terse" else {}))

    # -- pictures --------------------------------------------------------------------------------------------------------

    @route("POST", "/api/media/asset.json")
    def lease(self, call: Call) -> Reply:
        account = self.who(call)
        if call.sent.get("mimetype") not in PICTURES or "." not in str(call.sent.get("filepath")):
            raise self.wrong("INVALID_OPTION", "that option is not valid", "mimetype")
        id = f"asset{self.next_number()}"
        self.assets[id] = {"account": account, "key": f"rte_images/{id}", "got": False}
        fields = [{"name": "key", "value": f"rte_images/{id}"}, {"name": "policy", "value": f"policy-{id}"}]
        return Reply(200, {"args": {"action": f"//{BUCKET}", "fields": fields}, "asset": {"asset_id": id, "websocket_url": "wss://x"}})

    @route("POST", "/")
    def bucket(self, call: Call) -> Reply:
        """Amazon's: signed by the fields of the form, and the file last."""
        if call.headers.get("authorization"):
            return Reply(400, "<Error><Code>InvalidArgument</Code></Error>", {"content-type": "application/xml"})
        sent = call.multipart
        found = next((one for one in self.assets.values() if one["key"] == sent.get("key")), None)
        if not found or sent.get("policy") != f"policy-{str(sent['key']).rpartition('/')[2]}" or list(sent)[-1] != "file":
            return Reply(403, "<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
        found["got"] = isinstance(sent["file"], Upload) and bool(sent["file"].content)
        return Reply(201, f"<PostResponse><Key>{sent['key']}</Key></PostResponse>", {"content-type": "application/xml"})

    # -- posts -----------------------------------------------------------------------------------------------------------

    @route("POST", "/api/submit", commits=True)
    def submit(self, call: Call) -> Reply:
        account, sent = self.who(call), call.sent
        if sent.get("api_type") != "json":
            raise Refused(200, {"jquery": [], "success": False})
        kind = str(sent.get("kind"))
        self._check(sent, kind)
        if kind == "image":
            asset = next((one for one in self.assets.values() if str(sent.get("url")).endswith(one["key"]) and one["got"]), None)
            if not asset:
                raise self.wrong("BAD_URL", "you should check that url", "url")
            made = self._made(account, sent, kind, url=f"https://i.redd.it/{asset['key'][-6:]}.png", pictures=1)
            self.waiting.append((self.slow, made["name"]))
            page = f"https://www.reddit.com/user/{account}/submitted/"
            return Reply(200, {"json": {"errors": [], "data": {"user_submitted_page": page, "websocket_url": "wss://x"}}})
        made = self._made(account, sent, kind, url=str(sent.get("url") or ""))
        told = {"url": f"https://www.reddit.com{made['permalink']}", "drafts_count": 0, "id": made["id"], "name": made["name"]}
        return Reply(200, {"json": {"errors": [], "data": told}})

    @route("POST", "/api/submit_gallery_post.json", commits=True)
    def gallery(self, call: Call) -> Reply:
        account, sent = self.who(call), call.sent
        self._check(sent, "gallery")
        if "kind" in sent:
            raise Refused(400, {"message": "Bad Request", "error": 400})
        items = [self.assets.get(str(one.get("media_id")), {}) for one in sent.get("items") or ()]
        if not 2 <= len(items) <= 20 or not all(one.get("got") for one in items):
            raise self.wrong("INVALID_GALLERY", "the gallery has pictures that are not there", "items")
        made = self._made(account, sent, "gallery", pictures=len(items))
        told = {"url": f"https://www.reddit.com{made['permalink']}", "id": made["name"]}
        return Reply(200, {"json": {"errors": [], "data": told}})

    def _check(self, sent: Any, kind: str) -> None:
        sr, title, text = str(sent.get("sr") or ""), str(sent.get("title") or ""), str(sent.get("text") or "")
        if not sr:
            raise self.wrong("SUBREDDIT_REQUIRED", "you must specify a subreddit", "sr")
        if code := self.closed.get(sr):
            raise self.wrong(code, "this community does not take that", "sr")
        if not title.strip():
            raise self.wrong("NO_TEXT", "we need something here", "title")
        if len(title) > 300:
            raise self.wrong("TOO_LONG", "this is too long (max: 300)", "title")
        if len(text) > 40_000:
            raise self.wrong("TOO_LONG", "this is too long (max: 40000)", "text")
        if sr in self.flaired and not sent.get("flair_id"):
            raise self.wrong("SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair.", "flair")
        if kind == "link":
            url = str(sent.get("url") or "")
            if not url.startswith(("http://", "https://")):
                raise self.wrong("BAD_URL", "you should check that url", "url")
            there = any(one.get("url") == url and one["subreddit"] == sr for one in self.things.values() if one["name"][:3] == "t3_")
            if there and str(sent.get("resubmit")).lower() != "true":
                raise self.wrong("ALREADY_SUB", "that link has already been submitted", "url")

    def _made(self, account: str, sent: Any, kind: str, *, url: str = "", pictures: int = 0) -> dict[str, Any]:
        id, sr, title = f"1abc{self.next_number()}", str(sent["sr"]), str(sent["title"])
        text = str(sent.get("text") or "") if kind == "self" else ""
        made: dict[str, Any] = {
            "id": id,
            "name": f"t3_{id}",
            "author": account,
            "subreddit": sr,
            "title": title,
            "selftext": text,
            "url": url,
        }
        made |= {"is_self": kind == "self", "created_utc": self.now().timestamp(), "permalink": f"/r/{sr}/comments/{id}/x/"}
        self.things[made["name"]] = made
        more = {name: sent[name] for name in ("flair_id", "nsfw", "spoiler") if name in sent} | {"title": title, "kind": kind, "url": url}
        address = f"https://www.reddit.com{made['permalink']}"
        self.publish(Posted(self.name, account, made["name"], address, text, self.now(), ("",) * pictures, more=more))
        return made

    @route("POST", "/api/comment", commits=True)
    def comment(self, call: Call) -> Reply:
        account, sent = self.who(call), call.sent
        parent, text = str(sent.get("thing_id")), str(sent.get("text") or "")
        if parent not in self.things:
            raise self.wrong("DELETED_COMMENT", "that comment has been deleted", "parent")
        if not text.strip() or len(text) > 10_000:
            raise self.wrong("TOO_LONG" if text.strip() else "NO_TEXT", "this is too long (max: 10000)", "text")
        id = f"2abc{self.next_number()}"
        made: dict[str, Any] = {"id": id, "name": f"t1_{id}", "author": account, "body": text, "parent_id": parent, "subreddit": ""}
        made |= {"created_utc": self.now().timestamp(), "permalink": f"{self.things[parent]['permalink']}{id}/"}
        self.things[made["name"]] = made
        url = f"https://www.reddit.com{made['permalink']}"
        self.publish(Posted(self.name, account, made["name"], url, text, self.now(), reply_to=parent))
        return Reply(200, {"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": made}]}}})

    @route("POST", "/api/editusertext")
    def edit(self, call: Call) -> Reply:
        account, found = self.who(call), self.things.get(str(call.sent.get("thing_id")))
        if not found or found["author"] != account:
            raise self.wrong("NOT_AUTHOR", "you can't do that", "thing_id")
        found["body" if found["name"][:3] == "t1_" else "selftext"] = str(call.sent.get("text"))
        self.change(found["name"], text=str(call.sent.get("text")), edited=True)
        return Reply(200, {"json": {"errors": [], "data": {"things": [{"data": found}]}}})

    @route("POST", "/api/del")
    def delete(self, call: Call) -> Reply:
        account, found = self.who(call), self.things.get(str(call.sent.get("id")))
        if found and found["author"] == account:
            del self.things[found["name"]]
            self.change(found["name"], deleted=True)
        return Reply(200, {})

    @route("GET", "/user/{name}/{kind}")
    def listing(self, call: Call) -> Reply:
        self.who(call)
        start = "t1_" if call.args["kind"] == "comments" else "t3_"
        hidden = {name for left, name in self.waiting if left > 0}
        self.waiting = [(left - 1, name) for left, name in self.waiting]
        own = [one for one in self.things.values() if one["author"] == call.args["name"] and one["name"].startswith(start)]
        shown = [one for one in reversed(own) if one["name"] not in hidden][: min(int(call.asked("limit") or 25), 100)]
        return Reply(200, {"kind": "Listing", "data": {"after": None, "children": [{"kind": start[:2], "data": one} for one in shown]}})


FAKE = FakeReddit

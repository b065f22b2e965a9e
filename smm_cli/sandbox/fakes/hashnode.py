"""A fake Hashnode: the part of its GraphQL that smm asks. Source: github.com/Hashnode/gql-skill (2026-07-29 and later)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Route, route

BLOG = "64f0c0ffee64f0c0ffee64f0"
UPLOADS, CDN = "uploads.hashnode.example", "https://cdn.hashnode.com"
OPERATION = re.compile(r"\s*(?:query|mutation)\s+(\w+)")
BOTH_KEYS = {"publicationId", "title", "subtitle", "contentMarkdown", "slug", "tags", "seriesId", "disableComments", "originalArticleURL"}
POST_KEYS = frozenset(BOTH_KEYS | {"coverImage", "metaTitle", "metaDescription", "ogImage", "isDelisted", "enableToc", "publishedAt", "id"})
DRAFT_KEYS = frozenset(BOTH_KEYS | {"settings", "metaTags", "coverImageOptions", "publishAs", "coAuthors", "publishedAt"})
MOST_TAGS, MOST_BODY, MOST_IMAGE = 15, 100_000, 8_000_000
NO_PRO = "Publication does not have an active Pro plan. Upgrade in your dashboard to access this via the API."


class FakeHashnode(Fake):
    """Posts and drafts by id. `pro`: the publication is paid for."""

    name = "hashnode"
    hosts = ("gql-beta.hashnode.com", UPLOADS)
    channel = f'publication = "{BLOG}"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.drafts: dict[str, dict[str, Any]] = {}
        self.images: dict[str, int] = {}
        self.seen_as: dict[str, str] = {}  # by which name a picture is shown: its bytes', so that one sent again has the same address
        self.pro = True

    def _route(self, call: Call) -> tuple[Route | None, Call]:
        """All questions go to one address: they are told apart by the operation's name."""
        if call.method == "POST" and call.path == "/" and (named := OPERATION.match(str(call.sent.get("query") or ""))):
            call = replace(call, path=f"/{named[1]}")
        return super()._route(call)

    def missing(self, call: Call) -> Reply:
        return self._wrong("BAD_USER_INPUT", "this operation is not known").reply

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, {"errors": []}, {"retry-after": str(int(seconds))})

    def _wrong(self, code: str, message: str, path: str = "") -> Refused:
        error = {"message": message, "extensions": {"code": code}, **({"path": [path]} if path else {})}
        return Refused(200, {"errors": [error], "data": None})

    def _who(self, call: Call, *, pro: bool = True) -> str:
        if not (who := self.account_of(call)):
            raise self._wrong("UNAUTHENTICATED", "You must be authenticated")
        if pro and not self.pro:
            raise self._wrong("FORBIDDEN", NO_PRO)
        if len(call.content) > MOST_BODY:
            raise Refused(413, "request entity too large")
        return who

    def _input(self, call: Call) -> dict[str, Any]:
        return dict((call.sent.get("variables") or {}).get("input") or {})

    # -- writing ----------------------------------------------------------------------------------------------------------

    @route("POST", "/publishPost", commits=True)
    def publish_post(self, call: Call) -> Reply:
        who, sent = self._who(call), self._input(call)
        self._check(sent, POST_KEYS)
        if not sent.get("title") or not sent.get("contentMarkdown"):
            raise self._wrong("BAD_USER_INPUT", "title and contentMarkdown are required")
        id = f"{self.next_number():024x}"
        post = self.posts[id] = {**sent, "id": id, "account": who, "publishedAt": self._stamp()}
        more = {key: value for key, value in sent.items() if key != "contentMarkdown"}
        text = sent["contentMarkdown"]
        self.publish(Posted(self.name, who, id, self._url(post), text, self.now(), self._media(post), more=more))
        return Reply(200, {"data": {"publishPost": {"post": self._shape(post)}}})

    @route("POST", "/createDraft", commits=True)
    def create_draft(self, call: Call) -> Reply:
        who, sent = self._who(call), self._input(call)
        self._check(sent, DRAFT_KEYS)
        id = f"{self.next_number():024x}"
        self.drafts[id] = {**sent, "id": id, "account": who}
        return Reply(200, {"data": {"createDraft": {"draft": {"id": id, "slug": sent.get("slug"), "title": sent.get("title")}}}})

    @route("POST", "/updateDraft")
    def update_draft(self, call: Call) -> Reply:
        self._who(call)
        sent = self._input(call)
        self._check(sent, (DRAFT_KEYS - {"publicationId"}) | {"draftId"})
        id = str(sent.pop("draftId", ""))
        if id not in self.drafts:
            raise self._wrong("NOT_FOUND", "Draft not found", "updateDraft")
        self.drafts[id] |= sent
        return Reply(200, {"data": {"updateDraft": {"draft": {key: self.drafts[id].get(key) for key in ("id", "slug", "title")}}}})

    @route("POST", "/updatePost")
    def update_post(self, call: Call) -> Reply:
        self._who(call)
        sent = self._input(call)
        self._check(sent, POST_KEYS)
        post = self._post(str(sent.get("id")), "updatePost")
        post |= sent
        self.change(post["id"], text=post["contentMarkdown"], media=self._media(post), edited=True)
        return Reply(200, {"data": {"updatePost": {"post": self._shape(post)}}})

    @route("POST", "/removePost")
    def remove_post(self, call: Call) -> Reply:
        self._who(call)
        post = self._post(str(self._input(call).get("id")), "removePost")
        del self.posts[post["id"]]
        self.change(post["id"], deleted=True)
        return Reply(200, {"data": {"removePost": {"post": {"id": post["id"]}}}})

    @route("POST", "/deleteDraft")
    def delete_draft(self, call: Call) -> Reply:
        self._who(call)
        id = str(self._input(call).get("draftId"))
        if self.drafts.pop(id, None) is None:
            raise self._wrong("NOT_FOUND", "Draft not found", "deleteDraft")
        return Reply(200, {"data": {"deleteDraft": {"draft": {"id": id}}}})

    # -- pictures ---------------------------------------------------------------------------------------------------------

    @route("POST", "/createImageUploadURL")
    def announce_image(self, call: Call) -> Reply:
        who, kind = self._who(call, pro=False), str(self._input(call).get("contentType") or "")
        if not kind.startswith("image/") or "svg" in kind:
            raise self._wrong("BAD_USER_INPUT", "Only images are allowed", "createImageUploadURL")
        key = f"res/{who}/{self.next_number()}.{kind.partition('/')[2]}"
        self.images[key] = -1
        put = {"url": f"https://{UPLOADS}/{key}?X-Amz-Signature=abcdef0123456789", "cdnUrl": f"{CDN}/{key}", "key": key}
        return Reply(200, {"data": {"createImageUploadURL": {"presignedPut": put}}})

    @route("PUT", "/{key*}")
    def image(self, call: Call) -> Reply:
        if call.args["key"] not in self.images or not call.asked("X-Amz-Signature"):
            return Reply(403, "<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
        self.images[call.args["key"]] = len(call.content)
        self.seen_as[call.args["key"]] = hashlib.sha256(call.content).hexdigest()[:12]
        return Reply(200, None)

    @route("POST", "/confirmImageUpload")
    def confirm_image(self, call: Call) -> Reply:
        self._who(call, pro=False)
        key = str(self._input(call).get("key"))
        size = self.images.get(key, -1)
        fine = 0 <= size <= MOST_IMAGE
        url = f"{CDN}/{key.rpartition('/')[0]}/{self.seen_as.get(key)}.{key.rpartition('.')[2]}"
        return Reply(200, {"data": {"confirmImageUpload": {"ok": fine, "cdnUrl": url if fine else None}}})

    # -- reading ----------------------------------------------------------------------------------------------------------

    @route("POST", "/me")
    def me(self, call: Call) -> Reply:
        who = self._who(call, pro=False)
        node = {"id": BLOG, "title": f"The blog of {who}", "url": f"https://{who}.hashnode.dev"}
        return Reply(200, {"data": {"me": {"id": "1", "username": who, "name": who.title(), "publications": {"edges": [{"node": node}]}}}})

    @route("POST", "/blog")
    def blog(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"data": {"publication": {"id": BLOG, "title": "A blog", "url": "https://x.hashnode.dev"}}})

    @route("POST", "/bySlug")
    def by_slug(self, call: Call) -> Reply:
        self._who(call)
        wanted = (call.sent.get("variables") or {}).get("slug")
        post = next((post for post in self.posts.values() if post.get("slug") == wanted), None)
        return Reply(200, {"data": {"publication": {"post": self._shape(post) if post else None}}})

    @route("POST", "/drafts")
    def list_drafts(self, call: Call) -> Reply:
        self._who(call)
        edges = [{"node": {key: draft.get(key) for key in ("id", "slug", "title")}} for draft in reversed(self.drafts.values())]
        return Reply(200, {"data": {"publication": {"drafts": {"edges": edges[:50]}}}})

    def _check(self, sent: dict[str, Any], known: frozenset[str]) -> None:
        if strange := sorted(set(sent) - known):
            raise self._wrong("BAD_USER_INPUT", f'Variable "$input" got invalid value; Field "{strange[0]}" is not defined by type')
        if not {"id", "draftId"} & set(sent) and sent.get("publicationId") != BLOG:
            raise self._wrong("NOT_FOUND", "Publication not found")
        tags = sent.get("tags") or []
        if len(tags) > MOST_TAGS or any(not tag.get("slug") for tag in tags):
            raise self._wrong("BAD_USER_INPUT", f"at most {MOST_TAGS} tags, each with a slug")

    def _post(self, id: str, path: str) -> dict[str, Any]:
        if id not in self.posts:
            raise self._wrong("NOT_FOUND", "Post not found", path)
        return self.posts[id]

    def _media(self, post: dict[str, Any]) -> tuple[str, ...]:
        shown = [piece.partition("](")[0] for piece in str(post["contentMarkdown"]).split("![")[1:]]
        return (*(("cover",) if post.get("coverImage") else ()), *shown)

    def _url(self, post: dict[str, Any]) -> str:
        return f"https://{post['account']}.hashnode.dev/{post.get('slug') or post['id']}"

    def _shape(self, post: dict[str, Any]) -> dict[str, Any]:
        return {"id": post["id"], "slug": post.get("slug"), "url": self._url(post), "publishedAt": post["publishedAt"]}

    def _stamp(self) -> str:
        return self.now().isoformat().replace("+00:00", "Z")


FAKE = FakeHashnode

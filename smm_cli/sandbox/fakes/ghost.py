"""A fake Ghost. Rules are those of npm ghost 5.130.6 (core/server, @tryghost/admin-api-schema) where no other source stands beside them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

KEY = b"a key of the sandbox"
"""What keys of the sandbox sign with."""
IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"})
MEDIA = frozenset({"video/mp4", "video/webm", "video/ogg", "audio/mpeg", "audio/wav", "audio/ogg", "audio/mp4"})
LONGEST = {"title": 255, "slug": 191, "custom_excerpt": 300, "feature_image_alt": 191, "canonical_url": 2000}
STATUSES = frozenset({"published", "draft", "scheduled", "sent"})


def refused(status: int, kind: str, message: str, context: str = "", code: str | None = None) -> Refused:
    """An error as Ghost says it."""
    return Refused(status, {"errors": [{"message": message, "context": context or None, "type": kind, "code": code}]})


class FakeGhost(Fake):
    """One site with one newsletter."""

    name = "ghost"
    channel = 'url = "https://blog.example"'
    place = "blog.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.files: dict[str, str] = {}
        self.mailed: list[tuple[str, str]] = []

    def missing(self, call: Call) -> Reply:
        return refused(404, "NotFoundError", "Resource not found error, cannot read post.").reply

    def too_many(self, seconds: float) -> Reply:
        error = {"message": "Too many requests.", "type": "TooManyRequestsError"}
        return Reply(429, {"errors": [error]}, {"retry-after": str(int(seconds))})

    # -- who --------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> str:
        """The token is checked as services/auth/api-key/admin.js does: HS256, at most five minutes old, for /admin/."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "ghost":
            raise refused(403, "NoPermissionError", "Authorization failed", "Unable to determine the authenticated user or integration.")
        try:
            head, body, signature = token.split(".")
            told, claims = json.loads(_bytes(head)), json.loads(_bytes(body))
        except (ValueError, binascii.Error):
            raise refused(401, "UnauthorizedError", "Invalid token", code="INVALID_JWT") from None
        made = hmac.digest(KEY, f"{head}.{body}".encode(), hashlib.sha256)
        if not hmac.compare_digest(made, _bytes(signature)) or told.get("alg") != "HS256":
            raise refused(401, "UnauthorizedError", "Invalid token: invalid signature", code="INVALID_JWT")
        age = self.now().timestamp() - claims.get("iat", 0)
        if age > 300 or claims.get("aud") not in ("/admin/", "/admin", "admin/", "admin"):
            raise refused(401, "UnauthorizedError", "Invalid token: jwt audience invalid or maxAge exceeded", code="INVALID_JWT")
        kid = str(told.get("kid", ""))
        if not kid.startswith("sandbox-"):
            raise refused(401, "UnauthorizedError", "Unknown Admin API Key", code="UNKNOWN_ADMIN_API_KEY")
        return kid.removeprefix("sandbox-")

    @route("GET", "/ghost/api/admin/site/")
    def site(self, call: Call) -> Reply:
        return Reply(200, {"site": {"title": "A site", "url": f"{call.base}/", "version": "5.130"}})

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("GET", "/ghost/api/admin/posts/")
    def listing(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"posts": [{"id": id} for id in list(self.posts)[:1]]})

    @route("GET", "/ghost/api/admin/posts/slug/{slug}/")
    def by_slug(self, call: Call) -> Reply:
        self._who(call)
        found = next((post for post in self.posts.values() if post["slug"] == call.args["slug"]), None)
        return Reply(200, {"posts": [self._shape(found, call)]}) if found else self.missing(call)

    @route("GET", "/ghost/api/admin/posts/{id}/")
    def one(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"posts": [self._shape(self._post(call), call)]})

    @route("POST", "/ghost/api/admin/posts/", commits=True)
    def create(self, call: Call) -> Reply:
        account, sent = self._who(call), self._sent(call)
        if not sent.get("title"):
            raise refused(422, "ValidationError", "Validation (matchesSchema) failed for title.", "must have required property 'title'")
        id = f"{self.next_number():024x}"
        post = {"id": id, "account": account, "status": "draft", "created_at": _stamp(self.now()), "published_at": None, **sent}
        post["slug"] = self._unique(str(sent.get("slug") or "untitled"))
        self.posts[id] = post
        self._touch(post, call)
        return Reply(201, {"posts": [self._shape(post, call)]})

    @route("PUT", "/ghost/api/admin/posts/{id}/", commits=True)
    def change_one(self, call: Call) -> Reply:
        self._who(call)
        post, sent = self._post(call), self._sent(call)
        if sent.get("updated_at") != post["updated_at"]:
            words = "Saving failed! Someone else is editing this post."
            raise refused(409, "UpdateCollisionError", words, code="UPDATE_COLLISION")
        if newsletter := call.asked("newsletter"):
            if newsletter != "default-newsletter":
                raise refused(404, "NotFoundError", "Newsletter not found.")
            self.mailed.append((post["id"], call.asked("email_segment", "all")))
        post |= {key: value for key, value in sent.items() if key not in ("updated_at", "slug")}
        self._touch(post, call)
        return Reply(200, {"posts": [self._shape(post, call)]})

    @route("DELETE", "/ghost/api/admin/posts/{id}/")
    def delete(self, call: Call) -> Reply:
        self._who(call)
        post = self._post(call)
        del self.posts[post["id"]]
        self.change(post["id"], deleted=True)
        return Reply(204)

    def _post(self, call: Call) -> dict[str, Any]:
        post = self.posts.get(call.args["id"])
        if post is None:
            raise refused(404, "NotFoundError", "Resource not found error, cannot read post.", "Post not found.")
        return post

    def _sent(self, call: Call) -> dict[str, Any]:
        posts = call.sent.get("posts")
        if not isinstance(posts, list) or len(posts) != 1 or not isinstance(posts[0], dict):
            raise refused(400, "BadRequestError", "No root key ('posts') provided.")
        sent = posts[0]
        for name, most in LONGEST.items():
            if len(str(sent.get(name) or "")) > most:
                raise refused(422, "ValidationError", "Validation error, cannot save post.", f"{name} cannot be longer than {most}.")
        if sent.get("status", "draft") not in STATUSES:
            raise refused(422, "ValidationError", "Validation (isIn) failed for status")
        if call.asked("source") != "html":
            sent = {key: value for key, value in sent.items() if key != "html"}
        return dict(sent)

    def _unique(self, slug: str) -> str:
        """A name that is there gets a number, and nobody is told (models/base/plugins/generate-slug.js)."""
        taken, made, count = {post["slug"] for post in self.posts.values()}, slug, 2
        while made in taken:
            made, count = f"{slug}-{count}", count + 1
        return made

    def _touch(self, post: dict[str, Any], call: Call) -> None:
        post["updated_at"] = _stamp(self.now()) + f"#{self.next_number()}"
        if post["status"] == "published" and not post["published_at"]:
            post["published_at"] = _stamp(self.now())
        text = str(post.get("html") or "")
        used = [url for url in self.files if url in text]
        for url in used:
            text = text.replace(url, self.files[url])
        alts = ([str(post.get("feature_image_alt") or "")] if post.get("feature_image") else []) + ["" for _ in used]
        if any(posted.id == post["id"] for posted in self.posted):
            self.change(post["id"], text=text, edited=True, media=tuple(alts))
        elif post["status"] == "published":
            more = {key: post.get(key) for key in ("title", "slug", "tags", "custom_excerpt", "canonical_url")}
            url = f"{call.base}/{post['slug']}/"
            self.publish(Posted(self.name, post["account"], post["id"], url, text, self.now(), tuple(alts), more=more))

    def _shape(self, post: dict[str, Any], call: Call) -> dict[str, Any]:
        shown = {key: value for key, value in post.items() if key not in ("account", "html")}
        public = post["status"] == "published"
        return shown | {"uuid": post["id"], "url": f"{call.base}/{post['slug']}/" if public else f"{call.base}/p/{post['id']}/"}

    # -- files ------------------------------------------------------------------------------------------------------------

    @route("POST", "/ghost/api/admin/images/upload/")
    def image(self, call: Call) -> Reply:
        return self._keep(call, "images", IMAGES)

    @route("POST", "/ghost/api/admin/media/upload/")
    def film(self, call: Call) -> Reply:
        return self._keep(call, "media", MEDIA)

    def _keep(self, call: Call, kind: str, types: frozenset[str]) -> Reply:
        """Each upload has an address of its own; `ref` comes back as it was sent, and stands for the file in what is posted."""
        self._who(call)
        file = call.multipart.get("file")
        if not isinstance(file, Upload):
            raise refused(422, "ValidationError", "Please select a file.")
        if file.type not in types:
            raise refused(415, "UnsupportedMediaTypeError", "Please select a valid file.")
        url = f"{call.base}/content/{kind}/2026/11/{self.next_number()}-{file.filename}"
        self.files[url] = str(call.sent.get("ref", url))
        return Reply(201, {kind: [{"url": url, "ref": call.sent.get("ref")}]})


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


FAKE = FakeGhost

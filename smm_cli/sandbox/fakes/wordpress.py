"""A fake WordPress site. Rules are those of core 6.1.9 (wp-includes/rest-api/endpoints, post.php) where no other source is named."""

from __future__ import annotations

import base64
import binascii
import html
import re
from datetime import datetime, timedelta
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

STATUSES = frozenset({"publish", "future", "draft", "pending", "private"})
RESERVED = frozenset({"feed", "rdf", "rss", "rss2", "atom", "embed"})
FILES = frozenset({"image", "video", "audio"})


def refused(status: int, code: str, words: str, **more: Any) -> Refused:
    """An error as WordPress says it."""
    return Refused(status, {"code": code, "message": words, "data": {"status": status, **more}})


class FakeWordPress(Fake):
    """One site. `role` of its users: author, editor (may make categories) or subscriber (may write nothing)."""

    name = "wordpress"
    channel = 'url = "https://blog.example"'
    place = "blog.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[int, dict[str, Any]] = {}
        self.media: dict[int, dict[str, Any]] = {}
        self.terms: dict[str, dict[int, str]] = {"tags": {}, "categories": {1: "Uncategorized"}}
        self.role = "editor"

    def account_of(self, call: Call) -> str:
        """Basic with an application password; blanks in it do not count (class-wp-application-passwords.php)."""
        scheme, _, pair = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return super().account_of(call)
        try:
            password = base64.b64decode(pair).decode().partition(":")[2].replace(" ", "")
        except (binascii.Error, ValueError):
            return ""
        return self.whose(password)

    def missing(self, call: Call) -> Reply:
        if "/wp/v2" not in call.path:
            return Reply(404, "<!DOCTYPE html><html><h1>Not Found</h1></html>", {"content-type": "text/html"})
        return Reply(404, {"code": "rest_no_route", "message": "No route was found matching the URL.", "data": {"status": 404}})

    def too_many(self, seconds: float) -> Reply:
        """Core has no limits; what stands before it answers HTML."""
        page = "<html><h1>429 Too Many Requests</h1></html>"
        return Reply(429, page, {"retry-after": str(int(seconds)), "content-type": "text/html"})

    # -- who --------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call, code: str = "rest_cannot_create") -> str:
        account = self.account_of(call)
        if not account:
            raise refused(401, "rest_not_logged_in", "You are not currently logged in.")
        if self.role == "subscriber" and code != "rest_forbidden_context":
            raise refused(403, code, "Sorry, you are not allowed to do that as this user.")
        return account

    @route("GET", "/{api*}/users/me")
    def me(self, call: Call) -> Reply:
        account = self._who(call, "rest_forbidden_context")
        may = {"publish_posts": self.role != "subscriber", "upload_files": self.role != "subscriber"}
        return Reply(200, {"id": 7, "name": account.title(), "slug": account, "capabilities": may})

    @route("GET", "/wp-json/")
    def root(self, call: Call) -> Reply:
        return Reply(200, {"name": "A site", "url": call.base})

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("GET", "/{api*}/posts")
    def listing(self, call: Call) -> Reply:
        self._who(call, "rest_forbidden_context")
        wanted, states = call.asked("slug").split(","), call.asked("status", "publish").split(",")
        if self.role == "subscriber":  # seen on 6.5
            told = {"status": {"code": "rest_forbidden_status", "message": "Status is forbidden.", "data": {"status": 403}}}
            raise refused(400, "rest_invalid_param", "Invalid parameter(s): status", details=told)
        if unknown := set(states) - STATUSES - {"any"}:
            raise refused(400, "rest_invalid_param", f"Invalid parameter(s): status {unknown}")
        found = [post for post in self.posts.values() if post["slug"] in wanted and (post["status"] in states or "any" in states)]
        return Reply(200, [self._shape(post, call) for post in reversed(found) if post["status"] != "trash"])

    @route("POST", "/{api*}/posts", commits=True)
    def create(self, call: Call) -> Reply:
        account = self._who(call)
        sent = self._sent(call)
        if not sent.get("title") and not sent.get("content") and not sent.get("excerpt"):
            raise refused(400, "empty_content", "Content, title, and excerpt are empty.")
        number = self.next_number()
        post: dict[str, Any] = {
            "id": number,
            "status": "draft",
            "author": account,
            "title": "",
            "content": "",
            "excerpt": "",
            "date": self.now(),
        }
        post |= self._checked(sent)
        post["slug"] = self._unique(str(sent.get("slug") or html.unescape(post["title"]).lower().replace(" ", "-")), number)
        self.posts[number] = post
        shown = self._shape(post, call)
        files = tuple(str(self.media[id]["alt_text"]) for id in self._used(post))
        more = {key: post.get(key) for key in ("slug", "status", "tags", "categories", "excerpt", "featured_media", "meta")}
        self.publish(Posted(self.name, account, str(number), shown["link"], post["content"], self.now(), files, more=more))
        return Reply(201, shown, {"location": call.base + call.path + f"/{number}"})

    @route("POST", "/{api*}/posts/{id}")
    def edit(self, call: Call) -> Reply:
        self._who(call, "rest_cannot_edit")
        post = self._post(call)
        post |= self._checked(self._sent(call))
        files = tuple(str(self.media[id]["alt_text"]) for id in self._used(post))
        self.change(call.args["id"], text=post["content"], edited=True, media=files)
        return Reply(200, self._shape(post, call))

    @route("DELETE", "/{api*}/posts/{id}")
    def delete(self, call: Call) -> Reply:
        self._who(call, "rest_cannot_delete")
        post = self._post(call)
        if post["status"] == "trash":
            raise refused(410, "rest_already_trashed", "The post has already been deleted.")
        post |= {"status": "trash", "slug": f"{post['slug']}__trashed"}
        self.change(call.args["id"], deleted=True)
        return Reply(200, self._shape(post, call))

    def _post(self, call: Call) -> dict[str, Any]:
        id = call.args["id"]
        post = self.posts.get(int(id)) if id.isdigit() else None
        if post is None:
            raise refused(404, "rest_post_invalid_id", "Invalid post ID.")
        return post

    def _sent(self, call: Call) -> dict[str, Any]:
        try:
            sent = call.json
        except ValueError:
            raise refused(400, "rest_invalid_json", "Invalid JSON body passed.") from None
        return sent if isinstance(sent, dict) else {}

    def _checked(self, sent: dict[str, Any]) -> dict[str, Any]:
        if "status" in sent and sent["status"] not in STATUSES:
            raise refused(400, "rest_invalid_param", "Invalid parameter(s): status")
        for kind in ("tags", "categories"):
            if not all(isinstance(id, int) for id in sent.get(kind, [])):
                raise refused(400, "rest_invalid_param", f"Invalid parameter(s): {kind}")
        featured = sent.get("featured_media") or 0
        if featured and featured not in self.media:
            raise refused(400, "rest_invalid_featured_media", "Invalid featured media ID.")
        return {key: value for key, value in sent.items() if key != "slug"}

    def _unique(self, slug: str, number: int) -> str:
        """A name that is there, reserved or all digits gets a number, and nobody is told (wp_unique_post_slug)."""
        taken = {post["slug"] for post in self.posts.values() if post["id"] != number} | RESERVED
        made, count = slug, 2
        while made in taken or made.isdigit():
            made, count = f"{slug}-{count}", count + 1
        return made

    def _used(self, post: dict[str, Any]) -> list[int]:
        """Files in the order in which a reader meets them: the featured one, then those in the text."""
        inside = [id for id, file in self.media.items() if file["source_url"] in post["content"]]
        featured = [post["featured_media"]] if post.get("featured_media") else []
        return featured + sorted(inside, key=lambda id: post["content"].index(self.media[id]["source_url"]))

    def _shape(self, post: dict[str, Any], call: Call) -> dict[str, Any]:
        base = self._site(call)
        public = post["status"] in ("publish", "private")
        return {
            "id": post["id"],
            "slug": post["slug"],
            "status": post["status"],
            "link": f"{base}/{post['slug']}/" if public else f"{base}/?p={post['id']}",
            "date_gmt": _stamp(post["date"]),
            "title": {"raw": post["title"], "rendered": post["title"]},
            "content": {"raw": post["content"]},
        }

    def _site(self, call: Call) -> str:
        return call.base

    # -- files ------------------------------------------------------------------------------------------------------------

    @route("GET", "/{api*}/media")
    def files(self, call: Call) -> Reply:
        return Reply(200, [file for file in self.media.values() if file["slug"] == call.asked("slug")])

    @route("POST", "/{api*}/media")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        file = call.multipart.get("file")
        if not isinstance(file, Upload):
            raise refused(400, "rest_upload_no_data", "No data supplied.")
        if not re.fullmatch(r"[\w.-]+", file.filename, re.ASCII) or file.type.split("/")[0] not in FILES:
            raise refused(500, "rest_upload_sideload_error", "Sorry, you are not allowed to upload this file type.")
        number = self.next_number()
        url = f"{self._site(call)}/wp-content/uploads/2026/11/{number}-{file.filename}"
        self.media[number] = {
            "id": number,
            "slug": file.filename.rpartition(".")[0],
            "source_url": url,
            "alt_text": str(call.sent.get("alt_text", "")),
        }
        return Reply(201, self.media[number])

    # -- tags and categories ----------------------------------------------------------------------------------------------

    @route("GET", "/{api*}/{kind}")
    def some_terms(self, call: Call) -> Reply:
        found = self._kind(call).items()
        self._who(call, "rest_forbidden_context")
        wanted = call.asked("search").lower()
        return Reply(200, [{"id": id, "name": html.escape(name)} for id, name in found if wanted in name.lower()])

    @route("POST", "/{api*}/{kind}")
    def new_term(self, call: Call) -> Reply:
        terms = self._kind(call)
        self._who(call)
        name = str(self._sent(call).get("name", ""))
        if call.args["kind"] == "categories" and self.role != "editor":
            raise refused(403, "rest_cannot_create", "Sorry, you are not allowed to create terms in this taxonomy.")
        if (known := next((id for id, one in terms.items() if one.casefold() == name.casefold()), 0)) and name:
            raise refused(400, "term_exists", "A term with the name provided already exists.", term_id=known)
        number = self.next_number()
        terms[number] = name
        return Reply(201, {"id": number, "name": name})

    def _kind(self, call: Call) -> dict[int, str]:
        found = self.terms.get(call.args["kind"])
        if found is None:
            raise Refused(404, self.missing(call).body)
        return found


def _stamp(at: datetime) -> str:
    return (at - timedelta(microseconds=at.microsecond)).strftime("%Y-%m-%dT%H:%M:%S")


FAKE = FakeWordPress

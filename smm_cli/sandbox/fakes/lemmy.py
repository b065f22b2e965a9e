"""A fake Lemmy, of 0.19 (API v3) or 1.0 (v4, and v3's login).

Rules are those of LemmyNet/lemmy 0.19.20 (crates/api_crud/src/post, crates/utils/src/utils/validation.rs, crates/routes) and of
1.0.0-beta.1 (2026-08-12).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._mastodon_shapes import stamp

LANGUAGES = [{"id": 0, "code": "und", "name": "Undetermined"}, {"id": 32, "code": "de", "name": "Deutsch"}, {"id": 37, "code": "en"}]
HOUR = 3600.0


def refused(code: str, status: int = 400) -> Refused:
    return Refused(status, {"error": code})


class FakeLemmy(Fake):
    """One server. `communities` by name; `ended`: tokens that act as nobody's; `logins`: how many are allowed in an hour (None: any)."""

    name = "lemmy"
    channel = 'server = "https://lemmy.example"\ncommunity = "news"\nidentifier = "it"'
    place = "lemmy.example"

    def __init__(self, clock: Clock, *, version: str = "0.19.20", logins: int | None = None) -> None:
        super().__init__(clock)
        self.version = version
        self.logins = logins
        self.communities = {"news": 12, "test@other.example": 40}
        self.known_here = {"news"}
        self.languages_of: dict[int, set[int]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, Upload] = {}
        self.ended: set[str] = set()
        self._logins: list[Any] = []

    @property
    def new(self) -> bool:
        return not self.version.startswith("0.")

    def too_many(self, seconds: float) -> Reply:
        # 0.19: 400 and no hint (crates/utils/src/rate_limit); 1.0: 429, its headers are dropped on the way
        return Reply(429, {"error": "too_many_requests"}) if self.new else Reply(400, {"error": "rate_limit_error"})

    def missing(self, call: Call) -> Reply:
        return Reply(404, "")

    @route("GET", "/.well-known/nodeinfo")
    def wellknown(self, call: Call) -> Reply:
        return Reply(200, {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": f"{call.base}/nodeinfo/2.1"}]})

    @route("GET", "/nodeinfo/2.1")
    def node(self, call: Call) -> Reply:
        return Reply(200, {"version": "2.1", "software": {"name": "lemmy", "version": self.version}})

    # -- who ----------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/{v}/user/login")
    def login(self, call: Call) -> Reply:
        """1.0 keeps v3's login for old programs."""
        return self._log_in(call)

    @route("POST", "/api/v4/account/auth/login")
    def new_login(self, call: Call) -> Reply:
        return self._log_in(call) if self.new else self.missing(call)

    def _log_in(self, call: Call) -> Reply:
        self._logins = [at for at in self._logins if (self.now() - at).total_seconds() < HOUR]
        if self.logins is not None and len(self._logins) >= self.logins:
            return self.too_many(HOUR)
        self._logins.append(self.now())
        name, password = str(call.sent.get("username_or_email") or ""), str(call.sent.get("password") or "")
        if not name or not password.startswith("sandbox-"):
            raise refused("incorrect_login", 401)
        token = f"{self.token(name)}#{self.next_number()}"
        self.tokens[token] = name
        return Reply(200, {"jwt": token, "registration_created": False, "verify_email_sent": False})

    def account_of(self, call: Call) -> str:
        """An invalid token is ignored by the session layer: the caller is nobody."""
        return "" if call.bearer in self.ended else super().account_of(call).partition("#")[0]

    @route("GET", "/api/v3/user/validate_auth")
    def validate(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"success": True})

    @route("GET", "/api/{v}/site")
    def site(self, call: Call) -> Reply:
        who = self.account_of(call)
        rates = {"post_max_requests": 6, "post_interval_seconds": 300} if self.new else {"post": 6, "post_per_second": 600}
        mine = {"my_user": {"local_user_view": {"person": self._person(who)}}} if who and not self.new else {}
        return Reply(200, {"site_view": {"local_site_rate_limit": rates}, "version": self.version, "all_languages": LANGUAGES, **mine})

    @route("GET", "/api/v4/account")
    def account(self, call: Call) -> Reply:
        return Reply(200, {"local_user_view": {"person": self._person(self._who(call))}}) if self.new else self.missing(call)

    def _person(self, name: str) -> dict[str, Any]:
        return {"id": 5, "name": name, "display_name": name.title()}

    def _who(self, call: Call) -> str:
        if call.args.get("v") == "v4" and not self.new:
            raise Refused(404, "")
        who = self.account_of(call)
        if not who:
            raise refused("not_logged_in", 401 if self.new else 400)
        return who

    # -- communities and pictures ---------------------------------------------------------------------------------------------

    @route("GET", "/api/{v}/community")
    def community(self, call: Call) -> Reply:
        name = call.asked("name")
        if name not in self.known_here:
            raise refused("not_found" if self.new else "couldnt_find_community", 404 if self.new else 400)
        return Reply(200, {"community_view": {"community": {"id": self.communities[name], "name": name}}})

    @route("GET", "/api/{v}/resolve_object")
    def resolve(self, call: Call) -> Reply:
        self._who(call)
        name = call.asked("q").removeprefix("!")
        if name not in self.communities:
            raise refused("couldnt_find_object", 404)
        self.known_here.add(name)
        found = {"community": {"id": self.communities[name]}}
        return Reply(200, {"results": [{"type_": "Community", **found}]} if self.new else {"community": found})

    @route("POST", "/pictrs/image")
    def upload(self, call: Call) -> Reply:
        name = self._keep(call, "images[]")
        return Reply(201, {"msg": "ok", "files": [{"file": name, "delete_token": f"delete-{name}"}]})

    @route("POST", "/api/v4/image")
    def new_upload(self, call: Call) -> Reply:
        name = self._keep(call, next(iter(call.multipart), ""))
        return Reply(200, {"image_url": f"{call.base}/api/v4/image/{name}", "filename": name})

    def _keep(self, call: Call, field: str) -> str:
        self._who(call)
        file = call.multipart.get(field)
        if not isinstance(file, Upload) or not file.content:
            raise Refused(400, {"msg": "No files were uploaded"})
        if len(file.content) > 10_000_000:
            raise Refused(413, {"msg": "File too large"})
        # pict-rs gives a new uuid each time; here it comes of the bytes, so that a sandbox shows the same thing again
        name = f"{hashlib.sha256(file.content).hexdigest()[:16]}.{file.type.rpartition('/')[2]}"
        self.pictures[name] = file
        return name

    # -- posts and comments ---------------------------------------------------------------------------------------------------

    @route("POST", "/api/{v}/post", commits=True)
    def post(self, call: Call) -> Reply:
        who, sent = self._who(call), call.sent
        if "honeypot" in sent:
            raise refused("honeypot_fail")
        if sent.get("community_id") not in self.communities.values():
            raise refused("couldnt_find_community", 404 if self.new else 400)
        self._check_post(sent)
        allowed = self.languages_of.get(int(sent["community_id"]))
        if allowed is not None and sent.get("language_id") is not None and sent["language_id"] not in allowed:
            raise refused("language_not_allowed")
        id = str(900 + self.next_number())
        kept = {name: sent.get(name) for name in ("name", "url", "body", "alt_text", "language_id", "community_id")}
        post = {"id": int(id), **kept, "nsfw": bool(sent.get("nsfw")), "ap_id": f"{call.base}/post/{id}", "who": who}
        self.items[id] = post | {self._at: stamp(self.now())}
        more = {name: value for name, value in kept.items() if value and name not in ("body", "alt_text")}
        url, text = f"{call.base}/post/{id}", str(sent.get("body") or "")
        self.publish(Posted(self.name, who, id, url, text, self.now(), self._shown(post), more=more))
        return Reply(200, {"post_view": self._view("post", self.items[id])})

    @property
    def _at(self) -> str:
        return "published_at" if self.new else "published"

    def _check_post(self, sent: Any) -> None:
        title = str(sent.get("name") or "").strip()
        if not 3 <= len(title) <= 200 or "\n" in title or len(re.findall(r"\S", title)) < 3:
            raise refused("invalid_post_title")
        if len(str(sent.get("body") or "")) > 50_000:
            raise refused("invalid_body_field")
        if len(str(sent.get("alt_text") or "")) > 1500:
            raise refused("alt_text_length_overflow")
        url = str(sent.get("url") or "")
        if len(url) > 2000:
            raise refused("url_length_overflow")
        if url and urlsplit(url).scheme not in ("http", "https", "magnet"):
            raise refused("invalid_url_scheme")

    def _shown(self, post: dict[str, Any]) -> tuple[str, ...]:
        """Descriptions of the pictures: the post's own, and those in its text."""
        own = "/image" in str(post.get("url") or "")
        return (*((str(post.get("alt_text") or ""),) if own else ()), *re.findall(r"!\[([^\]]*)\]\(", str(post.get("body") or "")))

    @route("PUT", "/api/{v}/post")
    def edit(self, call: Call) -> Reply:
        post, sent = self._own(call, "post_id"), call.sent
        self._check_post({"name": post["name"], **sent})
        post |= {name: sent[name] for name in ("name", "url", "body", "alt_text", "nsfw", "language_id") if name in sent}
        self.change(str(post["id"]), text=str(post["body"] or ""), media=self._shown(post), edited=True)
        return Reply(200, {"post_view": self._view("post", post)})

    @route("POST", "/api/{v}/comment", commits=True)
    def comment(self, call: Call) -> Reply:
        who, sent = self._who(call), call.sent
        post, text = str(sent.get("post_id")), str(sent.get("content") or "")
        if post not in self.items:
            raise refused("couldnt_find_post", 404 if self.new else 400)
        if not text.strip() or len(text) > 10_000:
            raise refused("invalid_body_field")
        id = str(900 + self.next_number())
        item = {"id": int(id), "content": text, "post_id": int(post), "ap_id": f"{call.base}/comment/{id}", "who": who}
        self.items[id] = item | {self._at: stamp(self.now())}
        self.publish(Posted(self.name, who, id, f"{call.base}/comment/{id}", text, self.now(), reply_to=post))
        return Reply(200, {"comment_view": self._view("comment", self.items[id])})

    @route("PUT", "/api/{v}/comment")
    def edit_comment(self, call: Call) -> Reply:
        item = self._own(call, "comment_id")
        item["content"] = str(call.sent.get("content"))
        self.change(str(item["id"]), text=item["content"], edited=True)
        return Reply(200, {"comment_view": self._view("comment", item)})

    @route("POST", "/api/v3/{kind}/delete")
    def delete(self, call: Call) -> Reply:
        return self._delete(call, call.args["kind"])

    @route("DELETE", "/api/v4/{kind}")
    def new_delete(self, call: Call) -> Reply:
        return self._delete(call, call.args["kind"]) if self.new else self.missing(call)

    def _delete(self, call: Call, kind: str) -> Reply:
        item = self._own(call, f"{kind}_id")
        del self.items[str(item["id"])]
        self.change(str(item["id"]), deleted=True)
        return Reply(200, {f"{kind}_view": self._view(kind, item)})

    @route("GET", "/api/v3/user")
    def profile(self, call: Call) -> Reply:
        posts, comments = self._listed(call)
        return Reply(200, {"posts": posts, "comments": comments})

    @route("GET", "/api/v4/person/content")
    def new_profile(self, call: Call) -> Reply:
        posts, comments = self._listed(call)
        return Reply(200, {"content": comments if call.asked("type_") == "comments" else posts})

    def _listed(self, call: Call) -> tuple[list[Any], list[Any]]:
        own = [item for item in reversed(self.items.values()) if item["who"] == call.asked("username")]
        most = min(int(call.asked("limit") or 10), 50)
        posts = [self._view("post", item) for item in own if "name" in item and not item["nsfw"]]
        return posts[:most], [self._view("comment", item) for item in own if "content" in item][:most]

    def _own(self, call: Call, key: str) -> dict[str, Any]:
        who, item = self._who(call), self.items.get(str(call.sent.get(key)))
        if not item:
            raise refused(f"couldnt_find_{key.removesuffix('_id')}", 404 if self.new else 400)
        if item["who"] != who:
            raise refused("no_post_edit_allowed")
        return item

    def _view(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        return {
            kind: {name: value for name, value in item.items() if name != "who" and value is not None},
            "creator": self._person(item["who"]),
        }


FAKE = FakeLemmy

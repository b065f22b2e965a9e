"""WriteFreely, and Write.as, which runs it: articles in Markdown, by the API of a blog (collection).

`created` is never sent: one that the server cannot read becomes now, and one to come hides the post without keeping it back.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, SmmError
from smm_cli.networks._article import article_name, free_name, unless
from smm_cli.networks._articles import SKEW, article_text, is_newer, moment, sent_json, shown_in, squashed, with_pictures
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.auth import Session
from smm_cli.words.channel import Account
from smm_cli.words.conversation import (
    Absent,
    CannotTell,
    Doing,
    Earlier,
    Found,
    Intent,
    LoggingIn,
    Looking,
    Publishing,
    Step,
    Tokens,
    Verifying,
)
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post

SCHEMA, READ = "writefreely schema.sql (posts.title, posts.content)", "2026-11-22"
OURS = "smm: pictures lie at your own media host"


class WriteFreely(Network):
    """One blog on one server."""

    name = "writefreely"
    title = "WriteFreely"
    docs = "https://developers.write.as/docs/api/"
    auth = Session(scheme="Token")
    text = (Limit("title", 160, "code_points", SCHEMA, READ), Limit("bytes", 65_535, "utf8", SCHEMA, READ))
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 8_000_000), 20, OURS, READ, side=2400),)
    media_count = 20
    fetches = frozenset({"image"})
    dialect = "commonmark"
    takes = frozenset({"title", "link", "tags", "language", "alt"})
    steps = (
        "Nothing to create: your name on the server (`identifier`, or the alias of the blog) and your password. smm gets a token for them. "
        "`collection` is the alias of the blog, the part of its address behind the server's. Servers that allow other logins only "
        "(OAuth) give no tokens to programs."
    )
    Settings = Later("smm_cli.networks._writefreely_tables", "Settings")
    Options = Later("smm_cli.networks._writefreely_tables", "Options")

    @property
    def blog(self) -> str:
        """The blog's place in the API."""
        return f"{self.settings.server}/api/collections/{self.settings.collection}"

    @property
    def host(self) -> str:
        return str(urlsplit(self.settings.server).netloc)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """`{"code", "error_msg"}`. A 403 is of the account or the blog; a missing token is 400."""
        words = str(body.get("error_msg", "")) if isinstance(body, Mapping) else ""
        told = f"{self.host} answered {status} {words}".strip()
        if status == 401 or (status == 400 and "token required" in words):
            return AuthFailed(told, expired=True)
        if status == 403:
            return AuthFailed(told, hint="is `collection` a blog of this account, and the account in good standing?")
        if status == 429:
            return RateLimited(told, after=retry_after(headers))
        if status in range(300, 400) or (status == 404 and not words):
            return Rejected(told, hint="is `server` the right address?")
        return fault_by_status(status, headers, {"error": words} if words else body)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Markdown; link and tags stand in it, since WriteFreely has no fields for them."""
        options, mention = self.options(post), self.mention(facts)
        language = (post.language or facts.language)[:2].lower()
        fields = {"title": short(post.title, mention), "slug": article_name(post, facts)}
        fields |= {"font": options.font or self.settings.font, **({"lang": language} if language else {})}
        part, media = shown_in(part, facts, mention)
        return PayloadPart(article_text(part, mention), fields, media, part.line)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures get public addresses; then whether the name is free; then the post."""
        message = payload.parts[part]
        body = yield from self._body(message)
        yield Earlier()
        name = str(message.fields["slug"])
        there = yield from self._named(name)
        body |= {"slug": free_name(name, payload, there is not None)}
        answer = yield Request("POST", f"{self.blog}/posts", Json(body), commits=True)
        return self._receipt(answer)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post; its address stays."""
        body = yield from self._body(payload.parts[part])
        answer = yield Request("POST", f"{self.settings.server}/api/posts/{receipt.id}", Json(body))
        made = self._receipt(answer)
        return PartReceipt(made.id, receipt.url or made.url, {**made.more, **receipt.more}, made.at)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one post. Deleting what is gone is 500 (posts.go, deletePost), so that it is asked whether it is there."""
        address = f"{self.settings.server}/api/posts/{receipt.id}"
        answer = yield Request("DELETE", address, reads="any", may_fail=True)
        if answer.status >= 500:
            there = yield Request("GET", address, reads="any", may_fail=True)
            if there.status in (404, 410):
                return
        unless(self, answer, 404, 410)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name that was asked for; and, since older servers make names of their own, among the newest posts of the blog."""
        sent = sent_json(intent)
        named = yield from self._named(str(sent.get("slug")))
        if named is not None and _is_same(named, sent) and is_newer(named.get("created"), intent):
            return Found(self._of(named))
        listed = yield Request("GET", f"{self.blog}/posts", may_fail=True)
        posts = listed.get("data", "posts")
        if not listed.ok or not isinstance(posts, list):
            return CannotTell(self._address(""))
        for one in posts:
            if _is_same(one, sent) and is_newer(one.get("created"), intent):
                return Found(self._of(one))
        times = [time for time in (moment(one.get("created")) for one in posts) if time]
        falling = times == sorted(times, reverse=True)  # a blog of the kind "novel" begins with its oldest post (database.go, GetPosts)
        older = bool(times) and falling and times[-1] < intent.at - SKEW
        whole = older or listed.get("data", "total_posts", default=-1) == len(posts)
        return Absent() if whole and named is None else CannotTell(self._address(""))

    def verify(self) -> Verifying:
        """The account, and whether the blog is its own."""
        me = yield Request("GET", f"{self.settings.server}/api/me")
        mine = yield Request("GET", f"{self.settings.server}/api/me/collections")
        blogs = mine.get("data", default=[])
        own = next((one for one in blogs if isinstance(one, Mapping) and one.get("alias") == self.settings.collection), None)
        if own is None:
            known = ", ".join(str(one.get("alias")) for one in blogs if isinstance(one, Mapping)) or "none"
            raise AuthFailed(f"this account has no blog {self.settings.collection} on {self.host}", hint=f"its blogs: {known}")
        user = str(me.get("data", "username", default=""))
        return Account(f"{user}@{self.host}", name=str(own.get("title") or ""), url=self._address(""), software="writefreely")

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A token for name and password; it does not end."""
        who = inputs.get("identifier") or self.settings.identifier or self.settings.collection
        sent = Json({"alias": who, "pass": inputs["password"]})
        answer = yield Request("POST", f"{self.settings.server}/api/auth/login", sent, auth="", secret=("data.access_token",))
        return Tokens({"access": str(answer.get("data", "access_token"))})

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _body(self, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
        text, _ = yield from with_pictures(message, cover=False)
        body: dict[str, Any] = {"body": text, **{key: message.fields[key] for key in ("title", "font", "lang") if key in message.fields}}
        return body

    def _named(self, name: str) -> Generator[Step, Any, Mapping[str, Any] | None]:
        """The post of the blog with this name; None where there is none."""
        answer = yield Request("GET", f"{self.blog}/posts/{name}", may_fail=True, keeps_for=60.0)
        unless(self, answer, 404, 410)
        found: Mapping[str, Any] | None = answer.get("data") if answer.ok else None
        return found

    def _receipt(self, answer: Answer) -> PartReceipt:
        post = answer.get("data")
        if not isinstance(post, Mapping) or not post.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return self._of(post)

    def _of(self, post: Mapping[str, Any]) -> PartReceipt:
        slug = str(post.get("slug") or "")
        return PartReceipt(str(post["id"]), str(post.get("url") or self._address(slug)), {"slug": slug}, moment(post.get("created")))

    def _address(self, slug: str) -> str:
        """Where readers find a post, or the blog."""
        blog = "" if self.settings.single else f"{self.settings.collection}/"
        return f"{self.settings.server}/{blog}{slug}"


def _is_same(post: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    return str(post.get("title") or "") == str(sent.get("title") or "") and squashed(post.get("body")) == squashed(sent.get("body"))


NETWORK = WriteFreely

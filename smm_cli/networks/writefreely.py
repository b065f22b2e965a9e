"""WriteFreely, and Write.as, which runs it: articles in Markdown, by the API of a blog (collection).

`created` is never sent: one that the server cannot read becomes now, and one to come hides the post without keeping it back.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import cached_property
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._article import article_name, free_name
from smm_cli.networks._articles import Articles, Written, sent_json, with_pictures
from smm_cli.networks._forgiven import unless
from smm_cli.networks._short import short
from smm_cli.networks._writefreely_blog import Blog, is_ours
from smm_cli.networks._writefreely_fault import writefreely_fault
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import Session
from smm_cli.words.conversation import Doing, Earlier, Found, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Post

SCHEMA, READ = "writefreely schema.sql (posts.title, posts.content)", "2026-11-22"
OURS = "smm: pictures lie at your own media host"


class WriteFreely(Articles):
    """One blog on one server."""

    name = "writefreely"
    title = "WriteFreely"
    docs = "https://developers.write.as/docs/api/"
    auth = Session(scheme="Token")
    text = (Limit("title", 160, "code_points", SCHEMA, READ), Limit("bytes", 65_535, "utf8", SCHEMA, READ))
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 8_000_000), 20, OURS, READ, side=2400),)
    fetches = frozenset({"image"})
    takes = frozenset({"title", "link", "tags", "language", "alt"})
    demands = frozenset()
    appends = frozenset({"link", "tags"})
    steps = (
        "Nothing to create: your name on the server (`identifier`, or the alias of the blog) and your password. smm gets a token for them. "
        "`collection` is the alias of the blog, the part of its address behind the server's. Servers that allow other logins only "
        "(OAuth) give no tokens to programs."
    )
    Settings = Later("smm_cli.networks._writefreely_tables", "Settings")
    Options = Later("smm_cli.networks._writefreely_tables", "Options")

    @cached_property
    def blog(self) -> Blog:
        return Blog(self.settings.server, self.settings.collection, self.settings.single)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return writefreely_fault(status, headers, body, self.blog.host)

    def about(self, post: Post, facts: Facts, mention: Written) -> Mapping[str, Any]:
        """Link and tags stand in the text, since WriteFreely has no fields for them."""
        language = (post.language or facts.language)[:2].lower()
        fields = {"title": short(post.title, mention), "slug": article_name(post, facts)}
        return fields | {"font": self.options(post).font or self.settings.font} | ({"lang": language} if language else {})

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures get public addresses; then whether the name is free; then the post."""
        message = payload.parts[part]
        body = yield from self._body(message)
        yield Earlier()
        name = str(message.fields["slug"])
        there = yield from self._named(name)
        body |= {"slug": free_name(name, payload, there is not None)}
        return self.blog.made((yield Request("POST", self.blog.posts, Json(body), commits=True)))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post; its address stays."""
        body = yield from self._body(payload.parts[part])
        made = self.blog.made((yield Request("POST", self.blog.post(receipt.id), Json(body))))
        return PartReceipt(made.id, receipt.url or made.url, {**made.more, **receipt.more}, made.at)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one post; one that is gone already is success."""
        unless(self, (yield from self.blog.removed(receipt.id)), 404, 410)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name that was asked for; and, since older servers make names of their own, among the newest posts of the blog."""
        sent = sent_json(intent)
        named = yield from self._named(str(sent.get("slug")))
        if named is not None and is_ours(named, sent, intent):
            return Found(self.blog.receipt(named))
        return (yield from self.blog.among_newest(sent, intent, named=named is not None))

    def verify(self) -> Verifying:
        """The account, and whether the blog is its own."""
        return (yield from self.blog.account())

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A token for name and password; it does not end."""
        who = inputs.get("identifier") or self.settings.identifier or self.settings.collection
        return (yield from self.blog.token(who, inputs["password"]))

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _body(self, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
        text, _ = yield from with_pictures(message, cover=False)
        return {"body": text, **{key: message.fields[key] for key in ("title", "font", "lang") if key in message.fields}}

    def _named(self, name: str) -> Generator[Step, Any, Mapping[str, Any] | None]:
        """The post of the blog with this name; None where there is none."""
        answer = yield Request("GET", f"{self.blog.posts}/{name}", may_fail=True, keeps_for=60.0)
        unless(self, answer, 404, 410)
        found: Mapping[str, Any] | None = answer.get("data") if answer.ok else None
        return found


NETWORK = WriteFreely

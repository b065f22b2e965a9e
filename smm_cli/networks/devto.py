"""dev.to, and other communities that run Forem: articles in Markdown."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._articles import article_text, is_newer, moment, sent_json, shown_in, squashed, tags_of, with_pictures
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://developers.forem.com/api/v1"
CODE = "forem app/models/article.rb (main)"
MOST_TAGS, PAGE, PAGES = 4, 100, 10
TWICE = 300.0
"""Seconds in which one title is taken once. Source: forem app/models/article.rb, title_unique_for_user_past_five_minutes (2026-11-22)."""
LIQUID = re.compile(r"\{(?=[{%])")
"""What Forem would run as a Liquid tag, wherever it stands outside of code."""


class DevTo(Network):
    """One author on dev.to."""

    name = "devto"
    title = "dev.to"
    docs = DOCS
    auth = Bearer(("key",), scheme="", header="api-key")
    text = (
        Limit("title", 128, "code_points", CODE, "2026-11-22", minimum=1),
        Limit("bytes", 800 * 1024, "utf8", CODE, "2026-11-22"),
    )
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 25_000_000), 20, f"{DOCS} (unverified)", "2026-11-22"),)
    media_count = 20
    fetches = frozenset({"image"})
    dialect = "commonmark"
    takes = frozenset({"title", "link", "tags", "canonical", "alt"})
    demands = frozenset({"title"})
    appends = frozenset({"link"})
    steps = "On dev.to open Settings, Extensions, DEV Community API Keys: name it smm, generate it, give it to smm as `secret`."

    Settings = Later("smm_cli.networks._devto_tables", "Settings")
    Options = Later("smm_cli.networks._devto_tables", "Options")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The article in Markdown; its cover and pictures get addresses when they are sent."""
        options, mention = self.options(post), self.mention(facts)
        if not options.liquid:
            media = tuple(replace(medium, alt=hushed(medium.alt, LIQUID)) for medium in part.media)
            part = replace(part, blocks=quiet(part.blocks, LIQUID, code=False), media=media)
        said = {
            "title": hushed(short(post.title, mention)),
            "tags": list(tags_of(post.tags)[:MOST_TAGS]),
            "canonical_url": post.canonical,
            "description": short(options.description, mention),
            "series": options.series,
            "cover": options.cover,
        }
        fields = {key: value for key, value in said.items() if value}
        part, media = shown_in(part, facts, mention)
        return PayloadPart(article_text(part, mention), fields, media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        left = tags_of(post.tags)[MOST_TAGS:]
        what, place = f"dev.to takes {MOST_TAGS} tags; left out: {', '.join(left)}", Place(post.path, channel=self.channel.name)
        return (Problem("too-many-tags", what, place, "put the tags that matter first", WARNING),) if left else ()

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        article = yield from self._article(payload.parts[part])
        yield Earlier()
        answer = yield self._ask("POST", "/api/articles", {"article": article}, commits=True)
        return self._receipt(answer.body)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        article = {"tags": [], **(yield from self._article(payload.parts[part]))}  # what is not named stays
        answer = yield self._ask("PUT", f"/api/articles/{receipt.id}", {"article": article})
        return self._receipt(answer.body)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Back to the drafts: the API deletes nothing. An article that is gone is success."""
        answer = yield self._ask("PUT", f"/api/articles/{receipt.id}", {"article": {"published": False}}, may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("dev.to did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among all articles of one's own, scheduled ones too: the one of this canonical address, or title and text. A draft is no
        proof of what was to be public: a withdrawn article is one.
        """
        sent = sent_json(intent, "article")
        for page in range(1, PAGES + 1):
            answer = yield self._ask("GET", f"/api/articles/me/all?per_page={PAGE}&page={page}")
            items = [item for item in answer.body if isinstance(item, Mapping)] if isinstance(answer.body, list) else None
            if items is None:
                break
            for item in items:
                recent = is_newer(_published(item), intent) if item.get("published") else not sent.get("published")
                if recent and _same(item, sent):
                    return Found(self._receipt(item))
            if len(items) < PAGE:
                return Absent()
        return CannotTell(f"{self.settings.server}/dashboard")

    def verify(self) -> Verifying:
        me = yield self._ask("GET", "/api/users/me")
        user = str(me.get("username", default=""))
        return Account(
            f"@{user}", str(me.get("id", default="")), str(me.get("name", default="")), f"{self.settings.server}/{user}", "forem"
        )

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """A title twice within five minutes may go out later; 403 is the account's or the client's, not the article's."""
        words = said_by(body)
        if status == 422 and "last five minutes" in words:
            return RateLimited(f"dev.to: {words}", after=TWICE)
        if status == 422 and "anonical url has already been taken" in words:
            return Rejected(f"dev.to: {words}", hint="you have published an article with this canonical address", slug="duplicate")
        if status == 403:
            return AuthFailed(f"dev.to answered 403 {words}".strip(), hint="is the account in good standing, and the key still there?")
        return fault_by_status(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _article(self, message: PayloadPart) -> Generator[Request, Any, dict[str, Any]]:
        body, cover = yield from with_pictures(message, cover=bool(message.fields.get("cover")))
        article = {key: value for key, value in message.fields.items() if key != "cover"}
        article |= {"body_markdown": body, "published": not self.settings.draft}
        article |= {"main_image": cover} if cover else {}
        return article | ({"organization_id": self.settings.organization} if self.settings.organization else {})

    def _ask(self, method: str, path: str, body: Any = None, *, commits: bool = False, may_fail: bool = False) -> Request:
        headers = {"accept": f"application/vnd.forem.api-v{self.settings.api}+json"}
        sent = None if body is None else Json(body)
        return Request(method, f"{self.settings.server}{path}", sent, headers, commits=commits, may_fail=may_fail)

    def _receipt(self, article: Any) -> PartReceipt:
        if not isinstance(article, Mapping) or not article.get("id"):
            raise OutcomeUnknown("dev.to answered without the number of an article")
        more = {"slug": str(article["slug"])} if article.get("slug") else {}
        return PartReceipt(str(article["id"]), str(article.get("url") or ""), more, moment(_published(article)))


def _published(article: Mapping[str, Any]) -> Any:
    return article.get("published_timestamp") or article.get("published_at")


def _same(article: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if sent.get("canonical_url") and article.get("canonical_url") == sent["canonical_url"]:
        return True
    return article.get("title") == sent.get("title") and squashed(article.get("body_markdown")) == squashed(sent.get("body_markdown"))


NETWORK = DevTo

"""dev.to, and other communities that run Forem: articles in Markdown."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from smm_cli.networks._articles import Articles, Written, tags_of, with_pictures
from smm_cli.networks._devto_article import look_for, receipt_of
from smm_cli.networks._devto_fault import devto_fault
from smm_cli.networks._forgiven import unless
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post

DOCS = "https://developers.forem.com/api/v1"
CODE = "forem app/models/article.rb (main)"
LIQUID = re.compile(r"\{(?=[{%])")
"""What Forem would run as a Liquid tag, wherever it stands outside of code."""


class DevTo(Articles):
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
    fetches = frozenset({"image"})
    most_tags = 4
    steps = "On dev.to open Settings, Extensions, DEV Community API Keys: name it smm, generate it, give it to smm as `secret`."

    Settings = Later("smm_cli.networks._devto_tables", "Settings")
    Options = Later("smm_cli.networks._devto_tables", "Options")

    fault = staticmethod(devto_fault)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Nothing in the text is a Liquid tag, unless the post says so."""
        if not self.options(post).liquid:
            media = tuple(replace(medium, alt=hushed(medium.alt, LIQUID)) for medium in part.media)
            part = replace(part, blocks=quiet(part.blocks, LIQUID, code=False), media=media)
        return super().render(part, number, post, facts)

    def about(self, post: Post, facts: Facts, mention: Written) -> Mapping[str, Any]:
        options = self.options(post)
        said = {
            "title": hushed(short(post.title, mention)),
            "tags": list(self.tags(post)[: self.most_tags]),
            "canonical_url": post.canonical,
            "description": short(options.description, mention),
            "series": options.series,
            "cover": options.cover,
        }
        return {key: value for key, value in said.items() if value}

    def tags(self, post: Post) -> tuple[str, ...]:
        return tags_of(post.tags)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        article = yield from self._article(payload.parts[part])
        yield Earlier()
        answer = yield self._ask("POST", "/api/articles", {"article": article}, commits=True)
        return receipt_of(answer.body)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        article = {"tags": [], **(yield from self._article(payload.parts[part]))}  # what is not named stays
        answer = yield self._ask("PUT", f"/api/articles/{receipt.id}", {"article": article})
        return receipt_of(answer.body)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Back to the drafts: the API deletes nothing. An article that is gone is success."""
        answer = yield self._ask("PUT", f"/api/articles/{receipt.id}", {"article": {"published": False}}, may_fail=True)
        unless(self, answer, 404, who=self.title)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among all articles of one's own, scheduled ones too."""
        return (yield from look_for(partial(self._ask, "GET"), intent, f"{self.settings.server}/dashboard"))

    def verify(self) -> Verifying:
        me = yield self._ask("GET", "/api/users/me")
        user = str(me.get("username", default=""))
        id, name = (str(me.get(key, default="")) for key in ("id", "name"))
        return Account(f"@{user}", id, name, f"{self.settings.server}/{user}", "forem")

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


NETWORK = DevTo

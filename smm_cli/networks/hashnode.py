"""Hashnode: articles in Markdown, over GraphQL. Its API is for publications that pay (Hashnode Pro)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smm_cli.networks import _hashnode_api as api
from smm_cli.networks._article import article_name, free_name
from smm_cli.networks._articles import Articles, Written
from smm_cli.networks._hashnode_account import account_of
from smm_cli.networks._hashnode_article import ARTICLE, DRAFT, article_of, look_for, look_for_draft, named, receipt_of, unless_missing
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, host_of
from smm_cli.text.quiet import hushed
from smm_cli.text.slug import slug
from smm_cli.words.auth import Bearer
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Post

DOCS = "https://github.com/Hashnode/gql-skill"
BODY = 100_000
"""Bytes of a request. Source: gql-skill, errors-and-limits (2026-07-29)."""
BESIDE = 4096
"""What is left of them for title, tags and addresses."""


class Hashnode(Articles):
    """One publication."""

    name = "hashnode"
    title = "Hashnode"
    docs = DOCS
    auth = Bearer()
    text = (Limit("bytes", BODY, "utf8", f"{DOCS} (errors-and-limits)", "2026-11-22"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 8_000_000), 20, f"{DOCS} (createImageUploadURL)", "2026-11-23"),)
    most_tags = 15
    steps = (
        "The publication must be on Hashnode Pro. On hashnode.com open Account Settings, Developer, generate a token and give it to smm as "
        "`secret`. The number of the publication stands in the address of its dashboard."
    )

    Settings = Later("smm_cli.networks._hashnode_tables", "Settings")
    Options = Later("smm_cli.networks._hashnode_tables", "Options")

    fault = staticmethod(api.hashnode_fault)

    def hosts(self) -> tuple[str, ...]:
        return (host_of(self.settings.api),)

    # -- composing -------------------------------------------------------------------------------------------------------

    def about(self, post: Post, facts: Facts, mention: Written) -> Mapping[str, Any]:
        options = self.options(post)
        said = {
            "title": hushed(short(post.title, mention)),
            "subtitle": short(options.subtitle, mention),
            "slug": article_name(post, facts),
            "tags": [{"slug": slug(tag), "name": tag} for tag in dict.fromkeys(post.tags) if slug(tag)][: self.most_tags],
            "originalArticleURL": post.canonical,
            "metaDescription": short(options.description, mention),
            "seriesId": options.series,
            "disableComments": not options.comments,
            "enableToc": options.contents,
            "cover": options.cover,
        }
        return {key: value for key, value in said.items() if value}

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The text as it stands in the request, with what stands beside it."""
        return len(json.dumps(part.text, ensure_ascii=False).encode()) + BESIDE if limit.name == "bytes" else super().measured(part, limit)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures first, then a name that no other article has: the article can be found by it, whatever happens."""
        message, own = payload.parts[part], self.settings
        article = yield from article_of(own.api, message)
        name = str(message.fields["slug"])
        article["slug"] = free_name(name, payload, (yield from named(own.api, own.publication, name)) is not None)
        article["publicationId"] = own.publication
        yield Earlier()
        kind = DRAFT if own.draft else ARTICLE
        answer = yield self._ask(kind.creation, commits=True, input=kind.shape(article))
        return receipt_of(answer.get(*kind.created))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """All but its address."""
        article = {"tags": [], **(yield from article_of(self.settings.api, payload.parts[part]))}  # what is not named stays
        kind = DRAFT if receipt.more.get("draft") else ARTICLE
        answer = yield self._ask(kind.change, input={**kind.shape(article), kind.id: receipt.id})
        return receipt_of(answer.get(*kind.changed))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """An article that is gone already (NOT_FOUND) is success."""
        kind = DRAFT if receipt.more.get("draft") else ARTICLE
        unless_missing((yield self._ask(kind.removal, may_fail=True, input={kind.id: receipt.id})))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name of the article."""
        look = look_for_draft if self.settings.draft else look_for
        return (yield from look(self.settings.api, self.settings.publication, intent))

    def verify(self) -> Verifying:
        """The person; whether the publication is hers; whether it is paid for, which is refused if not."""
        account = account_of((yield self._ask(api.ME)), self.settings.publication)
        yield self._ask(api.BLOG, id=self.settings.publication)
        return account

    def _ask(self, query: str, *, commits: bool = False, may_fail: bool = False, **variables: Any) -> Request:
        return api.graphql(self.settings.api, query, variables, commits=commits, may_fail=may_fail)


NETWORK = Hashnode

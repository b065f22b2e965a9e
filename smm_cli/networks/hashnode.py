"""Hashnode: articles in Markdown, over GraphQL. Its API is for publications that pay (Hashnode Pro)."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Retriable, SmmError
from smm_cli.networks import _hashnode_api as api
from smm_cli.networks._article import article_name, free_name
from smm_cli.networks._articles import article_text, is_newer, moment, sent_json, shown_in, with_pictures
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, Network, host_of
from smm_cli.text.quiet import hushed
from smm_cli.text.slug import slug
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://github.com/Hashnode/gql-skill"
PLACE = "https://hashnode.com (dashboard)"
MOST_TAGS = 15
BODY = 100_000
"""Bytes of a request. Source: gql-skill, errors-and-limits (2026-07-29)."""
BESIDE = 4096
"""What is left of them for title, tags and addresses."""


class Hashnode(Network):
    """One publication."""

    name = "hashnode"
    title = "Hashnode"
    docs = DOCS
    auth = Bearer()
    text = (Limit("bytes", BODY, "utf8", f"{DOCS} (errors-and-limits)", "2026-11-22"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 8_000_000), 20, f"{DOCS} (createImageUploadURL)", "2026-11-23"),)
    media_count = 20
    dialect = "commonmark"
    takes = frozenset({"title", "link", "tags", "canonical", "alt"})
    demands = frozenset({"title"})
    appends = frozenset({"link"})
    steps = (
        "The publication must be on Hashnode Pro. On hashnode.com open Account Settings, Developer, generate a token and give it to smm as "
        "`secret`. The number of the publication stands in the address of its dashboard."
    )

    Settings = Later("smm_cli.networks._hashnode_tables", "Settings")
    Options = Later("smm_cli.networks._hashnode_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        return (host_of(self.settings.api),)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        options, mention = self.options(post), self.mention(facts)
        said = {
            "title": hushed(short(post.title, mention)),
            "subtitle": short(options.subtitle, mention),
            "slug": article_name(post, facts),
            "tags": [{"slug": slug(tag), "name": tag} for tag in dict.fromkeys(post.tags) if slug(tag)][:MOST_TAGS],
            "originalArticleURL": post.canonical,
            "metaDescription": short(options.description, mention),
            "seriesId": options.series,
            "disableComments": not options.comments,
            "enableToc": options.contents,
            "cover": options.cover,
        }
        fields = {key: value for key, value in said.items() if value}
        part, media = shown_in(part, facts, mention)
        return PayloadPart(article_text(part, mention), fields, media, part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The text as it stands in the request, with what stands beside it."""
        return len(json.dumps(part.text, ensure_ascii=False).encode()) + BESIDE if limit.name == "bytes" else super().measured(part, limit)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        left = post.tags[MOST_TAGS:]
        what, place = f"Hashnode takes {MOST_TAGS} tags; left out: {', '.join(left)}", Place(post.path, channel=self.channel.name)
        return (Problem("too-many-tags", what, place, "put the tags that matter first", WARNING),) if left else ()

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures first, then a name that no other article has: the article can be found by it, whatever happens."""
        message = payload.parts[part]
        article = yield from self._article(message)
        name = str(message.fields["slug"])
        article["slug"] = free_name(name, payload, (yield from self._named(name)) is not None)
        article["publicationId"] = self.settings.publication
        yield Earlier()
        if self.settings.draft:
            answer = yield self._ask(api.DRAFT, commits=True, input=_as_draft(article))
            return self._receipt(answer.get("data", "createDraft", "draft"))
        answer = yield self._ask(api.PUBLISH, commits=True, input=article)
        return self._receipt(answer.get("data", "publishPost", "post"))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """All but its address."""
        article = {"tags": [], **(yield from self._article(payload.parts[part]))}  # what is not named stays
        if receipt.more.get("draft"):
            answer = yield self._ask(api.UPDATE_DRAFT, input={**_as_draft(article), "draftId": receipt.id})
            return self._receipt(answer.get("data", "updateDraft", "draft"))
        answer = yield self._ask(api.UPDATE, input={**article, "id": receipt.id})
        return self._receipt(answer.get("data", "updatePost", "post"))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """An article that is gone already (NOT_FOUND) is success."""
        draft = bool(receipt.more.get("draft"))
        sent = {"draftId": receipt.id} if draft else {"id": receipt.id}
        answer = yield self._ask(api.DELETE if draft else api.REMOVE, may_fail=True, input=sent)
        self._unless_missing(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name of the article. Answers may be 25 s old; nothing is asked before five minutes have passed."""
        sent = sent_json(intent, "variables", "input")
        if self.settings.draft:
            answer = yield self._ask(api.DRAFTS, id=self.settings.publication)
            edges = answer.get("data", "publication", "drafts", "edges", default=[])
            nodes = [edge.get("node") or {} for edge in edges if isinstance(edge, Mapping)]
            found = next((node for node in nodes if node.get("slug") == sent.get("slug")), None)
            if found or len(nodes) >= api.MOST_DRAFTS or any(node.get("title") == sent.get("title") for node in nodes):
                return Found(self._receipt(found)) if found else CannotTell(PLACE)
            return Absent()
        post = yield from self._named(str(sent.get("slug")))
        if not isinstance(post, Mapping):
            return Absent()
        return Found(self._receipt(post)) if is_newer(post.get("publishedAt"), intent) else CannotTell(PLACE)

    def verify(self) -> Verifying:
        """The person; whether the publication is hers; whether it is paid for, which is refused if not."""
        me = yield self._ask(api.ME)
        edges = me.get("data", "me", "publications", "edges", default=[])
        own = {str(edge["node"].get("id")): edge["node"] for edge in edges if isinstance(edge, Mapping) and edge.get("node")}
        blog = own.get(self.settings.publication)
        if blog is None:
            there = ", ".join(f"{id} ({node.get('title')})" for id, node in own.items()) or "none"
            raise AuthFailed(f"publication {self.settings.publication} is not among this person's: {there}", hint="set publication")
        yield self._ask(api.BLOG, id=self.settings.publication)
        user = me.get("data", "me", "username", default="")
        return Account(f"@{user}", str(me.get("data", "me", "id", default="")), str(blog.get("title") or ""), str(blog.get("url") or ""))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return api.hashnode_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _article(self, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
        kept_at = partial(api.kept_at, self.settings.api)
        body, cover = yield from with_pictures(message, cover=bool(message.fields.get("cover")), kept_at=kept_at)
        article = {key: value for key, value in message.fields.items() if key not in ("cover", "slug")}
        return article | {"contentMarkdown": body} | ({"coverImage": cover} if cover else {})

    def _named(self, name: str) -> Generator[Step, Any, Any]:
        """The article of that name, or None."""
        answer = yield self._ask(api.BY_SLUG, may_fail=True, id=self.settings.publication, slug=name)
        self._unless_missing(answer)
        return answer.get("data", "publication", "post")

    def _unless_missing(self, answer: Answer) -> None:
        error = self.fault(answer.status, answer.headers, answer.body) if answer.status else Retriable("Hashnode did not answer")
        if error and answer.get("errors", 0, "extensions", "code") != "NOT_FOUND":
            raise error

    def _ask(self, query: str, *, commits: bool = False, may_fail: bool = False, **variables: Any) -> Request:
        return api.graphql(self.settings.api, query, variables, commits=commits, may_fail=may_fail)

    def _receipt(self, node: Any) -> PartReceipt:
        if not isinstance(node, Mapping) or not node.get("id"):
            raise OutcomeUnknown("Hashnode answered without the id of an article")
        more: dict[str, Any] = {"slug": node["slug"]} if node.get("slug") else {}
        url = str(node.get("url") or "")
        return PartReceipt(str(node["id"]), url, more if url else {**more, "draft": True}, moment(node.get("publishedAt")))


def _as_draft(article: Mapping[str, Any]) -> dict[str, Any]:
    """The same article as CreateDraftInput, which names cover and settings otherwise and refuses the names of PublishPostInput."""
    moved = ("coverImage", "metaDescription", "enableToc")
    made = {key: value for key, value in article.items() if key not in moved}
    made |= {"coverImageOptions": {"coverImageURL": article["coverImage"]}} if "coverImage" in article else {}
    made |= {"metaTags": {"description": article["metaDescription"]}} if "metaDescription" in article else {}
    settings = {"slugOverridden": True} if "slug" in article else {}  # else the title makes the name
    settings |= {"enableTableOfContent": True} if article.get("enableToc") else {}
    return made | ({"settings": settings} if settings else {})


NETWORK = Hashnode

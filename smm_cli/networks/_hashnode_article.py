"""Hashnode's articles and drafts: what is sent of one, by which mutations, its receipt, finding one again by its name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

from smm_cli.errors import OutcomeUnknown, Retriable
from smm_cli.networks import _hashnode_api as api
from smm_cli.networks._articles import sent_json, with_pictures
from smm_cli.networks._moment import is_newer, moment
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Step
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.frozen import dataclass

ELSEWHERE = CannotTell("https://hashnode.com (dashboard)")


@dataclass(frozen=True, slots=True)
class Kind:
    """By which mutations an article (or a draft) is made, changed and removed, where their answers tell of it, what its id is called.

    `shape` gives the input that they take.
    """

    creation: str
    created: tuple[str, ...]
    change: str
    changed: tuple[str, ...]
    removal: str
    id: str
    shape: Callable[[Mapping[str, Any]], dict[str, Any]]


def article_of(address: str, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
    """What is sent of a message, all but its name; its pictures are uploaded."""
    body, cover = yield from with_pictures(message, cover=bool(message.fields.get("cover")), kept_at=partial(api.kept_at, address))
    article = {key: value for key, value in message.fields.items() if key not in ("cover", "slug")}
    return article | {"contentMarkdown": body} | ({"coverImage": cover} if cover else {})


def receipt_of(node: Any) -> PartReceipt:
    """The receipt of an article as the API gives it; one without an address is a draft."""
    if not isinstance(node, Mapping) or not node.get("id"):
        raise OutcomeUnknown("Hashnode answered without the id of an article")
    more: dict[str, Any] = {"slug": node["slug"]} if node.get("slug") else {}
    url = str(node.get("url") or "")
    return PartReceipt(str(node["id"]), url, more if url else {**more, "draft": True}, moment(node.get("publishedAt")))


def as_draft(article: Mapping[str, Any]) -> dict[str, Any]:
    """The same article as CreateDraftInput, which names cover and settings otherwise and refuses the names of PublishPostInput."""
    moved = ("coverImage", "metaDescription", "enableToc")
    made = {key: value for key, value in article.items() if key not in moved}
    made |= {"coverImageOptions": {"coverImageURL": article["coverImage"]}} if "coverImage" in article else {}
    made |= {"metaTags": {"description": article["metaDescription"]}} if "metaDescription" in article else {}
    settings = {"slugOverridden": True} if "slug" in article else {}  # else the title makes the name
    settings |= {"enableTableOfContent": True} if article.get("enableToc") else {}
    return made | ({"settings": settings} if settings else {})


ARTICLE = Kind(api.PUBLISH, ("data", "publishPost", "post"), api.UPDATE, ("data", "updatePost", "post"), api.REMOVE, "id", dict)
DRAFT = Kind(
    api.DRAFT, ("data", "createDraft", "draft"), api.UPDATE_DRAFT, ("data", "updateDraft", "draft"), api.DELETE, "draftId", as_draft
)


def unless_missing(answer: Answer) -> None:
    """Raises what an answer that was forgiven means, unless it is that there is no such article (NOT_FOUND)."""
    silence = Retriable("Hashnode did not answer")
    error = api.hashnode_fault(answer.status, answer.headers, answer.body) if answer.status else silence
    if error and answer.get("errors", 0, "extensions", "code") != "NOT_FOUND":
        raise error


def named(address: str, publication: str, name: str) -> Generator[Step, Any, Any]:
    """The article of that name in the publication, or None."""
    answer = yield api.graphql(address, api.BY_SLUG, {"id": publication, "slug": name}, may_fail=True)
    unless_missing(answer)
    return answer.get("data", "publication", "post")


def look_for(address: str, publication: str, intent: Intent) -> Looking:
    """An article by its name. Answers may be 25 s old; nothing is asked before five minutes have passed."""
    post = yield from named(address, publication, str(sent_json(intent, "variables", "input").get("slug")))
    if not isinstance(post, Mapping):
        return Absent()
    return Found(receipt_of(post)) if is_newer(post.get("publishedAt"), intent) else ELSEWHERE


def look_for_draft(address: str, publication: str, intent: Intent) -> Looking:
    """A draft by its name, where the list of drafts is whole and none of the same title hides it."""
    sent = sent_json(intent, "variables", "input")
    answer = yield api.graphql(address, api.DRAFTS, {"id": publication})
    edges = answer.get("data", "publication", "drafts", "edges", default=[])
    nodes = [edge.get("node") or {} for edge in edges if isinstance(edge, Mapping)]
    found = next((node for node in nodes if node.get("slug") == sent.get("slug")), None)
    if found or len(nodes) >= api.MOST_DRAFTS or any(node.get("title") == sent.get("title") for node in nodes):
        return Found(receipt_of(found)) if found else ELSEWHERE
    return Absent()

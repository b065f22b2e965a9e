"""Articles as Forem's API gives them: their receipts, and finding one again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks._articles import sent_json
from smm_cli.networks._moment import is_newer, moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Request

PAGE, PAGES = 100, 10


def receipt_of(article: Any) -> PartReceipt:
    """The receipt of an article as the API gives it."""
    if not isinstance(article, Mapping) or not article.get("id"):
        raise OutcomeUnknown("dev.to answered without the number of an article")
    more = {"slug": str(article["slug"])} if article.get("slug") else {}
    return PartReceipt(str(article["id"]), str(article.get("url") or ""), more, moment(_published(article)))


def look_for(asked: Callable[[str], Request], intent: Intent, where: str) -> Looking:
    """The article of the canonical address that was sent, or of title and text. A draft is no proof of what was to be public: a
    withdrawn article is one. `asked` makes the request of a path; `where` is the page on which a person looks.
    """
    sent = sent_json(intent, "article")
    for page in range(1, PAGES + 1):
        answer = yield asked(f"/api/articles/me/all?per_page={PAGE}&page={page}")
        items = [item for item in answer.body if isinstance(item, Mapping)] if isinstance(answer.body, list) else None
        if items is None:
            break
        for item in items:
            recent = is_newer(_published(item), intent) if item.get("published") else not sent.get("published")
            if recent and _same(item, sent):
                return Found(receipt_of(item))
        if len(items) < PAGE:
            return Absent()
    return CannotTell(where)


def _published(article: Mapping[str, Any]) -> Any:
    return article.get("published_timestamp") or article.get("published_at")


def _same(article: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if sent.get("canonical_url") and article.get("canonical_url") == sent["canonical_url"]:
        return True
    return article.get("title") == sent.get("title") and squashed(article.get("body_markdown")) == squashed(sent.get("body_markdown"))

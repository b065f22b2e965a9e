"""Looking for a post or comment on Lemmy after its answer was lost."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.networks._forum_look import sent_in
from smm_cli.networks._lemmy_api import Api, published
from smm_cli.networks._lemmy_post import media_in
from smm_cli.networks._moment import earliest
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Answer, Request

PAGE = 50
"""The most that a profile lists at once (crates/db_views: FETCH_LIMIT_MAX)."""


def look_for(api: Api, intent: Intent, message: PayloadPart, answers: tuple[Answer, ...]) -> Looking:
    """Among the newest things on the own profile, which may leave some out (nsfw, bots, languages): never absent then."""
    sent = sent_in(intent) or {}
    comment, since = "content" in sent, earliest(intent)
    nsfw = sent.get("nsfw") or any(answer.get("community_view", "community", "nsfw") for answer in answers)
    person, me = yield from api.who()
    name, hidden = person.get("name", ""), nsfw or _hides(me, sent)
    where = f"{api.server}/u/{name}"
    listed = yield from _listed(api, name, comment)
    if not isinstance(listed, list):
        return CannotTell(where)
    found = [one.get("comment" if comment else "post") for one in listed if isinstance(one, Mapping)]
    items: list[Mapping[str, Any]] = [item for item in found if isinstance(item, Mapping)]
    for item in reversed(items):
        at = published(item)
        if at and at >= since and _same(item, sent):
            return Found(api.receipt(item, media_in(sent, message, api.host), comment=comment))
    older = any((at := published(item)) and at < since for item in items)
    return Absent() if (older or len(items) < PAGE) and not hidden else CannotTell(where)


def _listed(api: Api, name: str, comment: bool) -> Generator[Request, Any, Any]:
    if api.new:
        query = (("username", name), ("type_", "comments" if comment else "posts"), ("limit", str(PAGE)))
        answer = yield Request("GET", api.at("person/content"), query=query)
        return answer.get("content", default=answer.get("items"))
    answer = yield Request("GET", api.at("user"), query=(("username", name), ("sort", "New"), ("limit", str(PAGE))))
    return answer.get("comments" if comment else "posts")


def _hides(me: Answer, sent: Mapping[str, Any]) -> bool:
    """Whether the account's own settings keep this off the profile that it sees: bots, languages (0 is none; crates/db_views)."""
    user = me.get("local_user_view", default={})
    bot = user.get("person", {}).get("bot_account") is True and user.get("local_user", {}).get("show_bot_accounts") is False
    languages = me.get("discussion_languages", default=[])
    return bot or bool(languages and sent.get("language_id", 0) not in languages)


def _same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if "content" in sent:
        return item.get("content") == sent["content"] and item.get("post_id") == sent.get("post_id")
    if item.get("community_id") != sent.get("community_id") or item.get("name") != sent.get("name"):
        return False
    return (item.get("body") or "").strip() == (sent.get("body") or "").strip() and (item.get("url") or "") == (sent.get("url") or "")

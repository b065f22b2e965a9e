"""Ghost's errors, the fields of its posts, their receipts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._article import Kept, figure, placed
from smm_cli.networks._moment import moment
from smm_cli.networks.fault import retry_after
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media
from smm_cli.words.problem import Place, Problem

ACCOUNT = frozenset({"UnauthorizedError", "NoPermissionError", "HostLimitError", "DisabledFeatureError"})
"""Errors of the key or the plan, not of the post. Source: @tryghost/errors (npm ghost 5.130.6), read 2026-11-22."""
PROTECTED = frozenset({"ghost", "rss", "amp"})
"""Names that Ghost changes, as those of one letter. Source: models/base/plugins/generate-slug.js, @tryghost/url-utils (2026-11-23)."""
VERBATIM = "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->"
ALT = 191
"""Characters of feature_image_alt. Source: npm ghost 5.130.6, core/server/data/schema/schema.js (2026-11-22)."""


def read_fault(status: int, headers: Mapping[str, str], body: Any, host: str) -> SmmError | None:
    """The error that an answer is, or None. What stands before Ghost answers HTML."""
    if status < 300:
        return None
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    words = ": ".join(str(first[key]) for key in ("message", "context") if first.get(key))
    told = f"{host} answered {status} {words}".strip()
    if status == 401 or first.get("type") in ACCOUNT:
        return AuthFailed(told, hint="is the Admin API key right and of this site, and does this machine's clock go right?")
    if status == 429:
        return RateLimited(told, after=retry_after(headers))
    if status in (403, 408, 425) and not first:
        return Retriable(told)
    if status == 409 or status >= 500:  # somebody edited the post meanwhile, or it is under maintenance
        return Retriable(told)
    if status == 403:
        return AuthFailed(told)
    if status < 400 or (status == 404 and not first):
        return Rejected(told, hint="is `url` the final address of the site, with https, and with or without www.?")
    return Rejected(told)


def carded(text: str, media: tuple[Media, ...], verbatim: bool) -> str:
    """HTML that Ghost makes cards of; what it has no card for (films, sounds) stays HTML, all of it where `verbatim` says so."""
    shown = [figure(one) if one.kind == "image" or verbatim else VERBATIM.format(figure(one)) for one in media]
    whole = "\n".join(piece for piece in (text, *shown) if piece)
    return VERBATIM.format(whole) if verbatim else whole


def mailing(options: Any, settings: Any) -> dict[str, Any]:
    """In what state a post begins, who may read it, and whom it is mailed to: as the post says, else the channel."""
    newsletter = options.newsletter or settings.newsletter
    mailed = newsletter if newsletter != "none" else ""
    segment = (options.segment or settings.segment) if mailed else ""
    return {"status": options.status or settings.status, "visibility": settings.visibility, "newsletter": mailed, "segment": segment}


def is_changed(name: str, url: str) -> bool:
    """Whether the site at `url` would give a post another name than this one."""
    return len(name) == 1 or name in {*PROTECTED, url.rpartition("/")[2]}


def fields_of(message: PayloadPart, kept: Mapping[str, Kept]) -> dict[str, Any]:
    """What publishing and editing send alike; what a post has no more is emptied."""
    fields = message.fields
    featured = kept.get(str(fields.get("featured", "")))
    said: dict[str, Any] = {
        "title": fields["title"],
        "html": placed(message.text, kept),
        "tags": [{"name": tag.lstrip("#")} for tag in fields.get("tags", ())],
        "custom_excerpt": fields.get("excerpt"),
        "canonical_url": fields.get("canonical"),
        "feature_image": featured.url if featured else None,
        "feature_image_alt": fields.get("featured_alt") if featured else None,
    }
    return said | {key: fields[key] for key in ("visibility",) if key in fields} | ({"featured": True} if fields.get("top") else {})


def receipt_of(post: Mapping[str, Any], kept: Mapping[str, Kept]) -> PartReceipt:
    """The receipt of a post as Ghost gives it."""
    more: dict[str, Any] = {key: str(post[key]) for key in ("uuid", "slug", "status") if post.get(key)}
    if kept:
        more["media"] = {name: [one.url] for name, one in kept.items()}
    return PartReceipt(str(post.get("id", "")), str(post.get("url") or ""), more, made_at(post))


def saved(answer: Answer, kept: Mapping[str, Kept], host: str) -> PartReceipt:
    """The receipt of what was written. Raises OutcomeUnknown where the answer names no post."""
    if not answer.get("posts", 0, "id"):
        raise OutcomeUnknown(f"{host} answered {answer.status} without the id of a post")
    return receipt_of(answer.get("posts", 0), kept)


def made_at(post: Mapping[str, Any]) -> datetime | None:
    """When a post was published, or else made."""
    return moment(post.get("published_at") or post.get("created_at"))


def remarks_on(message: PayloadPart, place: Place) -> tuple[Problem, ...]:
    """A description that is too long for the post's own picture."""
    over = len(str(message.fields.get("featured_alt", ""))) - ALT
    if over <= 0:
        return ()
    what = f"the description of the first picture has {ALT + over} characters, {over} more than the {ALT} that Ghost takes"
    return (Problem("alt-too-long", what, place, f"shorten alt by {over}"),)

"""Ghost's errors, the fields of its posts, its files."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._article import Kept, kept_files, placed
from smm_cli.networks.fault import retry_after
from smm_cli.words.conversation import Step
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Field, Multipart, Request
from smm_cli.words.post import Media

ACCOUNT = frozenset({"UnauthorizedError", "NoPermissionError", "HostLimitError", "DisabledFeatureError"})
"""Errors of the key or the plan, not of the post. Source: @tryghost/errors (npm ghost 5.130.6), read 2026-11-22."""
COLLISION = "UPDATE_COLLISION"


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


def upload_all(
    api: str, headers: Mapping[str, str], media: tuple[Media, ...], had: Mapping[str, Kept]
) -> Generator[Step, Any, dict[str, Kept]]:
    """Files by their names, with those that the post has. Each upload makes another file, even of the same bytes."""

    def send(medium: Media, name: str) -> Generator[Step, Any, Kept]:
        assert medium.blob is not None
        kind = "images" if medium.kind == "image" else "media"
        fields: tuple[Field, ...] = (Field("file", medium.blob, name, medium.blob.type), Field("ref", name))
        fields += (Field("purpose", "image"),) if kind == "images" else ()
        answer = yield Request("POST", f"{api}/{kind}/upload/", Multipart(fields), headers, timeout=300.0)
        return Kept(str(answer.get(kind, 0, "url")))

    return (yield from kept_files(media, had, send))


def receipt_of(post: Mapping[str, Any], kept: Mapping[str, Kept]) -> PartReceipt:
    """The receipt of a post as Ghost gives it."""
    more: dict[str, Any] = {key: str(post[key]) for key in ("uuid", "slug", "status") if post.get(key)}
    if kept:
        more["media"] = {name: [one.url] for name, one in kept.items()}
    return PartReceipt(str(post.get("id", "")), str(post.get("url") or ""), more, moment(post))


def moment(post: Mapping[str, Any]) -> datetime | None:
    """When a post was published, or else made."""
    try:
        return datetime.fromisoformat(str(post.get("published_at") or post.get("created_at")))
    except ValueError:
        return None

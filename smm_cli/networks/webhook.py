"""Any program that receives signed events: Standard Webhooks 1.0.

The receiver gets the post as text, Markdown and HTML in one JSON object, signed by a shared secret. The id of an event stays the
same however often it is sent, so that the receiver can drop what it has seen. Source: github.com/standard-webhooks, spec 1.0.0
(2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.text.dialects import commonmark, html, plain
from smm_cli.words.auth import StandardWebhooks
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Mention

SPEC = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"
SMALL = 20_000
"""Bytes that an event should stay under, not a limit. Source: the specification, Payload size (2026-11-22)."""
DAY = 86_400.0
LARGE = 10**10
NO_LIMIT = "no limit: bytes are not sent"
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")


class Webhook(Network):
    """One receiver."""

    name = "webhook"
    title = "Webhook"
    takes_alerts = True
    docs = SPEC
    auth = StandardWebhooks()
    takes = frozenset(
        {
            "title",
            "link",
            "tags",
            "language",
            "content_warning",
            "visibility",
            "poll",
            "reply_to",
            "quote",
            "alt",
            "canonical",
            "author",
            "date",
        }
    )
    visibilities = ("public", "unlisted", "private", "direct")
    appends = frozenset()
    dialect = "plain"
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), LARGE), 100, NO_LIMIT, "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), LARGE), 100, NO_LIMIT, "2026-11-22"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, LARGE), 100, NO_LIMIT, "2026-11-22"),
    )
    media_count = 100
    mixing = True
    asked_daily = False
    steps = "Make a secret (whsec_ and the base64 of 32 random bytes), give it to the receiver and to smm."

    Settings = Later("smm_cli.networks._webhook_tables", "Settings")

    def repeat(self) -> Repeat | None:
        """For a day, where the receiver drops events that it has seen (setting `dedupes`)."""
        return Repeat(DAY, f"{SPEC}#webhook-metadata", "2026-11-22") if self.settings.dedupes else None

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The post in three dialects, its keys as they are; empty ones are left out."""
        mention = self.mention(facts)
        said = {key: getattr(post, key) for key in ("title", "link", "canonical", "language", "author", "date", "content_warning")}
        said |= {key: getattr(post, key) for key in ("visibility", "reply_to", "quote", "campaign", "pillar")}
        fields: dict[str, Any] = {key: short(value, mention) for key, value in said.items() if value}
        fields |= {"markdown": commonmark(part.blocks, mention), "html": html(part.blocks, mention)}
        if post.tags:
            fields["tags"] = list(post.tags)
        if post.poll:
            fields["poll"] = {"options": list(post.poll.options), "seconds": post.poll.seconds, "multiple": post.poll.multiple}
        if part.media:
            fields["media"] = [self._medium(medium) for medium in described(part.media, mention)]
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, part.media, part.line)

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """By name where she has no handle for this receiver, which is no problem here."""
        return super().mention(facts)

    def _medium(self, medium: Media) -> dict[str, Any]:
        """What is known of a file; its bytes are not sent. `url` only where the calendar's files are public."""
        known: dict[str, Any] = {"name": medium.path.rpartition("/")[2], "alt": medium.alt}
        if medium.blob:
            known |= {"type": medium.blob.type, "bytes": medium.blob.size, "sha256": medium.blob.sha256}
        known |= {key: value for key in ("width", "height", "seconds") if (value := getattr(medium, key)) is not None}
        if self.settings.media_base:
            known["url"] = self.settings.media_base.rstrip("/") + "/" + quote(medium.path)
        return known

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"post": post.id, "channel": self.channel.name}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        size = len(json.dumps(self._event("post.published", "", payload, 0)).encode())
        if size <= SMALL:
            return ()
        what = f"the event has {size} bytes; receivers expect fewer than {SMALL}"
        return (Problem("large-event", what, Place(post.path, channel=self.channel.name), "shorten the text", WARNING),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One event. Its id is made of the payload's key: equal over all attempts."""
        yield Earlier()
        id = f"smm_{payload.key}_{part}"
        answer = yield self._send(self._event("post.published", id, payload, part), id, commits=True)
        return _receipt(answer, id)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """`post.updated`, with the id that the receiver or the first event gave."""
        id = f"smm_{payload.key}_{part}_updated"
        event = self._event("post.updated", id, payload, part)
        event["data"] |= {"id": receipt.id, **({"url": receipt.url} if receipt.url else {})}
        answer = yield self._send(event, id)
        said = _receipt(answer, receipt.id)
        return PartReceipt(said.id, said.url or receipt.url)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """`post.deleted`; a receiver that knows the post no more says 404, which is success."""
        id = f"{receipt.id}_deleted".replace(".", "_")
        event = {"id": id, "type": "post.deleted", "data": {"id": receipt.id, **({"url": receipt.url} if receipt.url else {})}}
        answer = yield self._send(event, id, may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the receiver did not answer")

    def verify(self) -> Verifying:
        """A signed `ping`. A receiver that does not know the type may refuse it: only a refused signature or address matters."""
        event = {"id": "smm_ping", "type": "ping", "data": {"channel": self.channel.name}}
        answer = yield self._send(event, "smm_ping", may_fail=True)
        error = self.fault(answer.status, answer.headers, answer.body) if answer.status else Retriable("the receiver does not answer")
        if error and (answer.status in (0, 401, 403, 404, 410) or answer.status in range(300, 400) or answer.status >= 500):
            raise error
        return Account(handle=str(urlsplit(self.settings.url).hostname), url=self.settings.url)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Any 2xx is delivered; redirects are not followed; 410 says that no more events are wanted."""
        told = f"the receiver answered {status} {said_by(body)}".strip()
        if status < 300:
            return None
        if status == 410:
            return AuthFailed(
                "the receiver wants no more events (410)", hint="remove the channel, or set its new `url`", slug="receiver-gone"
            )
        if status in (401, 403):
            return AuthFailed(told, hint="do both sides have the same secret, and is the clock right?")
        if status == 429:
            return RateLimited(told, after=retry_after(headers))
        if status < 400:
            return Rejected(told, hint="events are never sent on to another address: set `url` to the final one")
        return Retriable(told) if status in (404, 408, 409, 425) or status >= 500 else Rejected(told)

    def _event(self, kind: str, id: str, payload: Payload, part: int) -> dict[str, Any]:
        message = payload.parts[part]
        data = {"id": payload.delivery, **payload.fields, "calendar": payload.calendar, "text": message.text, **message.fields}
        return {"id": id, "type": kind, "timestamp": payload.at.isoformat().replace("+00:00", "Z"), "data": data}

    def _send(self, event: Mapping[str, Any], id: str, *, commits: bool = False, may_fail: bool = False) -> Request:
        headers = {"webhook-id": id}
        return Request("POST", self.settings.url, Json(dict(event)), headers, reads="any", commits=commits, may_fail=may_fail)


def _receipt(answer: Answer, id: str) -> PartReceipt:
    """What the receiver calls the post, where it says so ({"id", "url"}); else the event's own id."""
    own, url = answer.get("id"), answer.get("url")
    known = str(own) if isinstance(own, str | int) and not isinstance(own, bool) and own != "" else id
    return PartReceipt(known, url if isinstance(url, str) and url.startswith(("https://", "http://")) else "")


NETWORK = Webhook

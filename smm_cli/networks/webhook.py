"""Any program that receives signed events: Standard Webhooks 1.0.

The receiver gets the post as text, Markdown and HTML in one JSON object, signed by a shared secret. The id of an event stays the
same however often it is sent, so that the receiver can drop what it has seen. Source: github.com/standard-webhooks, spec 1.0.0
(2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import Retriable
from smm_cli.networks._take_down import take_down
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks._webhook_event import AS_WRITTEN, event_of, fields_of, named, receipt_of, remarks_on
from smm_cli.networks._webhook_fault import read_fault
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.text.dialects import plain
from smm_cli.words.auth import StandardWebhooks
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

SPEC = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"
DAY = 86_400.0


class Webhook(Network):
    """One receiver."""

    name = "webhook"
    title = "Webhook"
    takes_alerts = True
    docs = SPEC
    auth = StandardWebhooks()
    takes = frozenset({*AS_WRITTEN, "tags", "poll", "alt"})
    visibilities = ("public", "unlisted", "private", "direct")
    appends = frozenset()
    dialect = "plain"
    media = usual_files(10**10, 100, "no limit: bytes are not sent", "2026-11-22")
    media_count = 100
    mixing = True
    asked_daily = False
    wants_handles = False
    steps = "Make a secret (whsec_ and the base64 of 32 random bytes), give it to the receiver and to smm."

    Settings = Later("smm_cli.networks._webhook_tables", "Settings")

    fault = staticmethod(read_fault)

    def repeat(self) -> Repeat | None:
        """For a day, where the receiver drops events that it has seen (setting `dedupes`)."""
        return Repeat(DAY, f"{SPEC}#webhook-metadata", "2026-11-22") if self.settings.dedupes else None

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The post in three dialects, its keys as they are; empty ones are left out."""
        mention = self.mention(facts)
        fields = fields_of(part, post, self.settings.media_base, mention)
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, part.media, part.line)

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"post": post.id, "channel": self.channel.name}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(payload, Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One event. Its id is made of the payload's key: equal over all attempts."""
        yield Earlier()
        id = f"smm_{payload.key}_{part}"
        answer = yield self._send(event_of("post.published", id, payload, part), id, commits=True)
        return receipt_of(answer, id)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """`post.updated`, with the id that the receiver or the first event gave."""
        id = f"smm_{payload.key}_{part}_updated"
        event = event_of("post.updated", id, payload, part)
        event["data"] |= named(receipt)
        answer = yield self._send(event, id)
        said = receipt_of(answer, receipt.id)
        return PartReceipt(said.id, said.url or receipt.url)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """`post.deleted`; a receiver that knows the post no more says 404, which is success."""
        id = f"{receipt.id}_deleted".replace(".", "_")
        event = {"id": id, "type": "post.deleted", "data": named(receipt)}
        yield from take_down(self, self._send(event, id, may_fail=True), "the receiver")

    def verify(self) -> Verifying:
        """A signed `ping`. A receiver that does not know the type may refuse it: only a refused signature or address matters."""
        event = {"id": "smm_ping", "type": "ping", "data": {"channel": self.channel.name}}
        answer = yield self._send(event, "smm_ping", may_fail=True)
        error = self.fault(answer.status, answer.headers, answer.body) if answer.status else Retriable("the receiver does not answer")
        if error and (answer.status in (0, 401, 403, 404, 410) or answer.status in range(300, 400) or answer.status >= 500):
            raise error
        return Account(handle=str(urlsplit(self.settings.url).hostname), url=self.settings.url)

    def _send(self, event: Mapping[str, Any], id: str, *, commits: bool = False, may_fail: bool = False) -> Request:
        headers = {"webhook-id": id}
        return Request("POST", self.settings.url, Json(dict(event)), headers, reads="any", commits=commits, may_fail=may_fail)


NETWORK = Webhook

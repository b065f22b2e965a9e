"""Microsoft Teams: a Workflows webhook that posts an Adaptive Card. It answers that it was accepted; what became of it cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat, file_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.text.adaptive import adaptive, escaped, text_block
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import InRequest
from smm_cli.words.channel import Account, Person
from smm_cli.words.conversation import Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request, handle
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Block, Mention

DOCS = "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"
CARDS = "https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference"
CARD = "application/vnd.microsoft.card.adaptive"
MOST = 28 * 1024
OLD = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4"})
"""Versions whose headings are told by size and weight alone. Source: adaptivecards.io/explorer/TextBlock.html (2026-08)."""
HOSTED = "https://host.invalid/" + "x" * 120
"""Stands for the address of a picture while the size is counted: it is known only when the picture was put there."""


class Teams(Chat):
    """One channel or chat of Teams, behind one workflow."""

    name = "teams"
    title = "Microsoft Teams"
    docs = DOCS
    auth = InRequest()
    threads = False
    dialect = "adaptive"
    takes = frozenset({"link", "tags", "title", "alt"})
    appends = frozenset({"tags"})
    text = (Limit("bytes", MOST, "utf8", f"{DOCS}#message-size", "2026-08-06"),)
    # recommended for pictures in cards, not refused: 1 MB, 1024 pixels a side (unverified)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 1 << 20), 10, f"{CARDS}#inline-images", "2026-08-06", side=1024),)
    media_count = 10
    fetches = frozenset({"image"})
    asked_daily = False
    steps = (
        "In Teams, at the channel: ⋯, Workflows, “Send webhook alerts to a channel” (a private channel needs a flow that posts as you). "
        'Copy its address, set url = "…" up to &sig=, and give smm what follows &sig= as the secret. The workflow must accept “Anyone”. '
        "It ends when its owner's account does."
    )

    Settings = Later("smm_cli.networks._teams_tables", "Settings")
    Options = Later("smm_cli.networks._teams_tables", "Options")

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text is for people's eyes in previews; the card is what goes out."""
        made = super().render(part, number, post, facts)
        return PayloadPart(plain(part.blocks, self.named(facts), links="after"), made.fields, made.media, made.line)

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return ""

    def literal(self, text: str) -> str:
        return escaped(text)

    def called(self, handle: str, person: Person) -> str:
        """By the name that stands in the card's `entities` too."""
        return f"<at>{person.title or person.name}</at>"

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        options, names = self.options(post), self.named(facts)
        body = adaptive(quiet(part.blocks, self.calls, code=False), self.mention(facts))
        if post.title and (self.settings.title if options.title is None else options.title):
            body.insert(0, text_block(escaped(short(post.title, names)), size="Large", weight="Bolder", style="heading"))
        fields: dict[str, Any] = {"body": body}
        if people := self._people(json.dumps(body, ensure_ascii=False), facts):
            fields["people"] = people
        return fields | ({"link": post.link} if post.link else {})

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The whole request counts, in bytes."""
        card = self._card(part, "0" * 20, [HOSTED] * len(part.media))
        return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures to a public address, then one card. The workflow tells no id: the one in the receipt stands in the card."""
        message = payload.parts[part]
        addresses = []
        for medium in message.media:
            addresses.append((yield from public_address(file_of(medium))))
        yield Earlier()
        id = f"smm-{payload.key[:16]}"
        url = f"{self.settings.url}{'&' if '?' in self.settings.url else '?'}sig={handle('token')}"
        card = self._card(message, id, addresses)
        yield Request("POST", url, Json(card), expect=(200, 201, 202), commits=True, reads="any", timeout=60.0)
        return PartReceipt(id)

    def verify(self) -> Verifying:
        """Nothing can be asked without posting."""
        yield from ()
        return Account("workflow", name=str(urlsplit(self.settings.url).hostname))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """The workflow's own words are in `error.message`."""
        if status < 300:
            return None
        inner = body.get("error") if isinstance(body, Mapping) else None
        words = f"Teams answered {status}: {said_by(inner if isinstance(inner, Mapping) else body)}".rstrip(": ")
        if status == 429:
            return RateLimited(words, after=retry_after(headers))
        if status in (401, 403, 404, 410):
            return AuthFailed(
                words, hint="is the workflow on, does it accept “Anyone”, and are url and the secret both of its present address?"
            )
        return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)

    # -- the card --------------------------------------------------------------------------------------------------------

    def _people(self, text: str, facts: Facts) -> list[dict[str, str]]:
        """Who is called in `text`: name, and the address or object id that Teams knows her by."""
        found = []
        for person in facts.people.values():
            own = person.handle(self.channel.name, self.name)
            if own and self.called(own, person) in text:
                found.append({"name": person.title or person.name, "id": own})
        return found

    def _card(self, message: PayloadPart, id: str, addresses: Sequence[str]) -> dict[str, Any]:
        body = [_known(element, self.settings.version) for element in message.fields["body"]]
        for medium, address in zip(message.media, addresses, strict=True):
            body.append({"type": "Image", "url": address, "altText": medium.alt})
        if body:
            body[0] |= {"id": id}
        card: dict[str, Any] = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard"}
        card |= {"version": self.settings.version, "body": body}
        if link := message.fields.get("link"):
            card["actions"] = [{"type": "Action.OpenUrl", "title": urlsplit(link).hostname or link, "url": link}]
        teams: dict[str, Any] = {"width": "Full"} if self.settings.wide else {}
        if people := message.fields.get("people"):
            teams["entities"] = [{"type": "mention", "text": f"<at>{one['name']}</at>", "mentioned": dict(one)} for one in people]
        card |= {"msteams": teams} if teams else {}
        return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}


def _known(element: Mapping[str, Any], version: str) -> dict[str, Any]:
    """An element without what the card's version does not know: a TextBlock has a style since 1.5."""
    styled = element["type"] != "TextBlock" or version not in OLD
    kept = {name: value for name, value in element.items() if name != "style" or styled}
    return kept | ({"items": [_known(inner, version) for inner in kept["items"]]} if "items" in kept else {})


NETWORK = Teams

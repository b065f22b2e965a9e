"""Microsoft Teams: a Workflows webhook that posts an Adaptive Card. It answers that it was accepted; what became of it cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from smm_cli.networks._chat import Chat
from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import short
from smm_cli.networks._teams_card import called, called_in, card_of
from smm_cli.networks._teams_fault import read_fault
from smm_cli.networks.base import Facts, Later
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
    text = (Limit("bytes", 28 * 1024, "utf8", f"{DOCS}#message-size", "2026-08-06"),)
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

    fault = staticmethod(read_fault)
    literal = staticmethod(escaped)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text is for people's eyes in previews; the card is what goes out."""
        made = super().render(part, number, post, facts)
        return PayloadPart(plain(part.blocks, self.named(facts), links="after"), made.fields, made.media, made.line)

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return ""

    def called(self, handle: str, person: Person) -> str:
        return called(person)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        options, names = self.options(post), self.named(facts)
        body = adaptive(quiet(part.blocks, self.calls, code=False), self.mention(facts))
        if post.title and (self.settings.title if options.title is None else options.title):
            body.insert(0, text_block(escaped(short(post.title, names)), size="Large", weight="Bolder", style="heading"))
        people = called_in(json.dumps(body, ensure_ascii=False), facts.people, lambda one: one.handle(self.channel.name, self.name))
        fields: dict[str, Any] = {"body": body} | ({"people": people} if people else {})
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
            addresses.append((yield from public_address(blob_of(medium))))
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

    def _card(self, message: PayloadPart, id: str, addresses: Sequence[str]) -> dict[str, Any]:
        return card_of(message, id, addresses, self.settings.version, wide=self.settings.wide)


NETWORK = Teams

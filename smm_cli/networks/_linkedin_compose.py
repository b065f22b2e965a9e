"""What a post on LinkedIn says beside its text: people by their URN, a card or a poll, what it shares again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smm_cli.networks._handoff import form
from smm_cli.networks._linkedin_account import WEB
from smm_cli.networks._linkedin_content import poll_of
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Network
from smm_cli.text.dialects import plain
from smm_cli.text.little import called, little
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Mention


def rendered(network: Network, part: Part, post: Post, facts: Facts) -> PayloadPart:
    """Little text; a comment is plain, where escapes would be seen."""
    media, channel = described(part.media, network.mention(facts)), network.channel.name
    if part.comment:
        text = plain(part.blocks, named(facts, channel, None))
        return PayloadPart(text, {"comment": text}, media, part.line)
    private = (post.visibility or network.settings.visibility) == "private"
    fields = {"visibility": "CONNECTIONS" if private else "PUBLIC", **_fields_beside(post, facts, network.options(post), channel)}
    return PayloadPart(little(part.blocks, named(facts, channel)), fields, media, part.line)


def share_link(payload: Payload) -> str:
    """LinkedIn's own form, which takes a link alone."""
    link = (payload.parts[0].fields.get("article") or {}).get("source", "")
    return form(f"{WEB}/sharing/share-offsite/", url=link) if link else f"{WEB}/feed/"


def named(facts: Facts, channel: str, element: Callable[[str, str], str] | None = called) -> Callable[[Mention], str]:
    """People with a URN by `element` (name, URN), others by name; all by name without one: where escapes would be seen."""

    def written(mention: Mention) -> str:
        person = facts.people.get(mention.person)
        name = (person.title or person.name) if person else mention.person
        urn = person.handle(channel, "linkedin") if person else ""
        return element(name, urn) if element and urn.startswith("urn:li:") else name

    return written


def has_card(post: Post, options: Any) -> bool:
    """Whether the link is shown as a card, where it stands alone with a title."""
    beside = post.media or post.poll or post.quote or "![" in post.body
    return bool(post.link and post.title and not beside and options.card)


def _fields_beside(post: Post, facts: Facts, options: Any, channel: str) -> dict[str, Any]:
    """A poll or a card (LinkedIn reads no page itself), and what is shared again: the URN of one of ours, or what is written."""
    fields: dict[str, Any] = {}
    if post.poll:
        fields["question"] = short(options.question or post.title, named(facts, channel, None))
        fields["poll"] = poll_of(post.poll, fields["question"], list(post.poll.options))
    elif has_card(post, options):
        fields["article"] = {"source": post.link, "title": post.title or post.link}
        fields["article"] |= {"description": options.description} if options.description else {}
    if post.quote:
        receipt = facts.receipts.get(post.quote)
        fields["quote"] = receipt.parts[0].id if receipt and receipt.parts else post.quote
    return fields

"""A post on X: what it says beside its text, the body of its request, its receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected
from smm_cli.networks._handoff import form
from smm_cli.networks._pointer import id_in, pointer
from smm_cli.networks._short import described, short
from smm_cli.networks._x_remarks import STATUS
from smm_cli.networks.base import Facts, Network
from smm_cli.text.addresses import INVALID
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Mention

CLEAN = {ord(letter): None for letter in INVALID}
POINTERS = ("reply_to", "quote")
Mentioned = Callable[[Mention], str]


def rendered(network: Network, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
    """Text and fields; poll, quote, reply and labels belong to the first part. A quoted post's address is text here by default."""
    options, settings, mention = network.options(post), network.settings, network.mention(facts)
    text = plain(quiet(part.blocks), mention, links="after").translate(CLEAN)
    if number == 0 and post.quote and not settings.native_quotes:
        text = with_quoted(text, post, facts)
    fields = labels_of(options) if number else first_fields(post, options, settings, mention, facts)
    return PayloadPart(text, fields, described(part.media, mention), part.line)


def labels_of(options: Any) -> dict[str, Any]:
    """What each part is labelled with."""
    return {name: True for name in ("made_with_ai", "paid_partnership") if getattr(options, name)}


def first_fields(post: Post, options: Any, settings: Any, mention: Mentioned, facts: Facts) -> dict[str, Any]:
    """What belongs to the first part: who may answer the conversation, community, poll, reply, quote (where the plan may)."""
    fields: dict[str, Any] = {}
    if (answers := options.reply_settings or settings.reply_settings) and not post.reply_to:
        fields["reply_settings"] = answers
    fields |= labels_of(options)
    fields |= {"community_id": options.community} if options.community else {}
    fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
    if post.poll:
        fields["poll"] = {"options": [short(one, mention) for one in post.poll.options], "duration_minutes": post.poll.seconds // 60}
    if post.quote and settings.native_quotes:
        fields["quote"] = pointer(post.quote, facts, 0)
    return fields


def with_quoted(text: str, post: Post, facts: Facts) -> str:
    """The text with the address of the quoted post below it."""
    receipt = facts.receipts.get(post.quote)
    return f"{text}\n\n{receipt.url if receipt else post.quote}".strip()


def share_link(payload: Payload) -> str:
    """X's own form, for a channel that is posted to by hand."""
    return form("https://x.com/intent/post", text=payload.parts[0].text)


def pointed(message: PayloadPart) -> tuple[str, str]:
    """The ids of what a part answers and quotes; empty where there is none."""
    reply, quoted = (_id_of(message.fields.get(name), name) for name in POINTERS)
    return reply, quoted


def body_of(message: PayloadPart, media: list[str], target: str, quoted: str) -> dict[str, Any]:
    """The body of the request that publishes; it answers `target`."""
    body: dict[str, Any] = {"text": message.text} if message.text else {}
    body |= {name: value for name, value in message.fields.items() if name not in POINTERS}
    body |= {"media": {"media_ids": media}} if media else {}
    body |= {"reply": {"in_reply_to_tweet_id": target}} if target else {}
    return body | ({"quote_tweet_id": quoted} if quoted else {})


def made_of(answer: Answer) -> str:
    """The id of a published post. Raises OutcomeUnknown where the answer names none."""
    if not answer.get("data", "id"):
        raise OutcomeUnknown(f"X answered {answer.status} without the id of a post")
    return str(answer.get("data", "id"))


def receipt_of(account: Account | None, id: str, media: list[str] | None = None) -> PartReceipt:
    """The receipt of a post of `account`."""
    handle = account.handle.removeprefix("@") if account else ""
    url = f"https://x.com/{handle}/status/{id}" if handle else f"https://x.com/i/web/status/{id}"
    return PartReceipt(id, url, {"media": media} if media else {})


def _id_of(target: Mapping[str, str] | None, name: str) -> str:
    """The id of a post that is answered or quoted."""
    if not target or "url" not in target:
        return id_in(target, name)
    found = STATUS.match(target["url"])
    if not found:
        raise Rejected(f"{name}: {target['url']} is no post on X", hint="its address looks like https://x.com/name/status/123")
    return found[1]

"""A note or an article on its way to its event: what compose knows of it, where its files lie, and the event of a part."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks import _nostr_event as events
from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts
from smm_cli.text.nostr import clean, encode
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Request, Slice
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Mention

Kept = list[tuple[Media, str]]
"""Files with their addresses."""
Target = Mapping[str, Any] | None


def message_of(part: Part, post: Post, options: Any, facts: Facts, mention: Callable[[Mention], str]) -> PayloadPart:
    """The content; `kind` and `tags` of the event as far as they need nobody else."""
    if options.kind == "article":
        content, tags = events.article(part.blocks, mention)
        tags = [["d", options.name or post.id], ["title", _line(short(post.title, mention))], *tags]
        tags += [["summary", _line(options.summary)]] if options.summary else []
        tags += [["published_at", str(int(facts.at.timestamp()))]]
        fields: dict[str, Any] = {"kind": events.ARTICLE}
    else:
        content, tags = events.note(part.blocks, mention)
        fields = {"kind": events.NOTE}
    if post.content_warning:
        tags.append(["content-warning", _line(short(post.content_warning, mention))])
    return PayloadPart(content, {**fields, "tags": tags}, described(part.media, mention), part.line)


def targets_of(post: Post, facts: Facts) -> dict[str, Any]:
    """`reply_to` (the last part of one of ours) and `quote` (its first) as far as they are known."""
    found = {name: (getattr(post, name), number) for name, number in (("reply_to", -1), ("quote", 0)) if getattr(post, name)}
    return {name: events.pointed(target, _known(facts, target, number)) for name, (target, number) in found.items()}


def _known(facts: Facts, target: str, part: int) -> dict[str, Any] | None:
    receipt = facts.receipts.get(target)
    if not receipt or not receipt.parts:
        return None
    found = receipt.parts[part]
    return {"id": found.id, "own": True, "relay": next(iter(found.more.get("relays", ())), ""), **found.more}


def kept_at(blossom: Sequence[str], media: tuple[Media, ...]) -> Generator[Request, Any, Kept]:
    """Files with their addresses: on the first Blossom server, or where [media] says."""
    found = []
    for medium in media:
        blob = blob_of(medium)
        if not blossom:
            found.append((medium, (yield from public_address(blob))))
            continue
        answer = yield Request("PUT", f"{blossom[0]}/upload", Slice(blob), {"x-sha-256": blob.sha256}, timeout=120.0)
        if not answer.get("url"):
            raise Retriable(f"{blossom[0]} gave no address for {medium.path}")
        found.append((medium, str(answer.get("url"))))
    return found


def event_of(
    payload: Payload, part: int, media: Kept, before: Mapping[str, Any] | None, quoted: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The event of a part: `before` is what it answers or continues, a second lies between two parts."""
    message = payload.parts[part]
    tags = [list(tag) for tag in message.fields["tags"]]
    content, tags = events.with_media(message.text, tags, media)
    kind, at = int(message.fields["kind"]), int(payload.at.timestamp()) + part
    if kind == events.ARTICLE and (first := next((url for medium, url in media if medium.kind == "image"), "")):
        tags.append(["image", first])
    if before and kind == events.NOTE:
        tags = [*events.thread_tags(before), *tags]
    if quoted:
        content += f"\n\nnostr:{encode('note', bytes.fromhex(quoted['id']))}"
        tags.append(["q", str(quoted["id"]), str(quoted.get("relay") or ""), *([quoted["author"]] if quoted.get("author") else [])])
    return {"created_at": at, "kind": kind, "tags": tags, "content": content}


def later_event(blossom: Sequence[str], payload: Payload, part: int, receipt: PartReceipt) -> Generator[Request, Any, dict[str, Any]]:
    """The event that replaces an article: one of its name that is younger. Raises Rejected for a note, which nothing replaces."""
    message = payload.parts[part]
    if message.fields["kind"] != events.ARTICLE:
        raise Rejected("a note on Nostr cannot be changed", hint="withdraw it, and publish anew")
    media = yield from kept_at(blossom, message.media)
    event = event_of(payload, part, media, None, None)
    return event | {"created_at": max(int(receipt.more.get("created_at", 0)), event["created_at"]) + 1}


def _line(text: str) -> str:
    return " ".join(clean(text).split())

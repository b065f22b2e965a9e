"""A post on Bluesky as compose knows it: text with its spans, what stands beside it, and what only Bluesky finds wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from smm_cli.networks._bluesky_place import place
from smm_cli.networks._bluesky_text import LANGUAGE, laid_out
from smm_cli.networks.base import Facts
from smm_cli.text.dialects import rich
from smm_cli.words.delivery import Payload, PayloadPart, Receipt
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Mention


def message_of(
    part: Part, number: int, post: Post, options: Any, settings: Any, facts: Facts, mention: Callable[[Mention], str], *, whole: bool
) -> PayloadPart:
    """Text, and as fields: `facets` (spans), `langs`, `card` (the address to show a card of), `video_alt`.

    `whole`: addresses are not cut.
    """
    written, spans = rich(part.blocks, mention)
    text, facets, bare = laid_out(written, spans, not whole)
    fields: dict[str, Any] = {"facets": facets} if facets else {}
    langs = [post.language] if post.language else list(settings.languages) or [facts.language]
    if any(langs):
        fields["langs"] = [lang for lang in langs if lang]
    wanted = settings.link_cards if options.link_card is None else options.link_card
    if wanted and not part.media and not (post.quote and number == 0):
        shown = _card(post.link, [span["value"] for span in facets if span["kind"] == "link"], bare)
        fields |= {"card": shown} if shown else {}
    film = next((one for one in part.media if one.kind == "video"), None)
    if film and film.alt:
        fields["video_alt"] = film.alt
    return PayloadPart(text, fields, part.media, part.line)


def _card(link: str, linked: Sequence[str], bare: Sequence[str]) -> str:
    if link in linked:
        return link
    return bare[0] if len(bare) == 1 else ""


def fields_of(post: Post, options: Any, receipts: Mapping[str, Receipt]) -> dict[str, Any]:
    """`reply_to` and `quote` as places, `labels`, `threadgate` (rules; [] for nobody), `quotes` where they are off."""
    found: dict[str, Any] = {}
    if post.reply_to:
        found["reply_to"] = place(post.reply_to, receipts, -1)  # a reply goes on where the thread ends
    if post.quote:
        found["quote"] = place(post.quote, receipts)
    if options.labels:
        found["labels"] = list(options.labels)
    if options.threadgate is not None:
        found["threadgate"] = [rule for rule in options.threadgate if rule != "nobody"]
    if not options.quotes:
        found["quotes"] = False
    return found


def remarks_on(payload: Payload, where: Place, app: str) -> Iterator[Problem]:
    """Posts that cannot be found, a threadgate on a reply, languages that are none."""
    for name in ("reply_to", "quote"):
        if unknown := payload.fields.get(name, {}).get("unknown"):
            what = f"{name}: {unknown} is no address of a Bluesky post, and no post that is public on {where.channel}"
            yield Problem("unknown-post", what, where, f"write {app}/profile/…/post/…, or the id of a published post")
    if payload.fields.get("reply_to") and "threadgate" in payload.fields:
        yield Problem("threadgate", "threadgate: only the first post of a thread can say who answers, and this is a reply", where)
    for lang in payload.parts[0].fields.get("langs", ()):
        if not LANGUAGE.fullmatch(lang):
            yield Problem("language", f"language: {lang} is no language code", where, "write de, en or pt-BR")

"""What only X finds wrong with a post, and what a post costs there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smm_cli.networks._declared import Cost
from smm_cli.text.x import addresses, in_units
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

if TYPE_CHECKING:
    from smm_cli.networks.base import Facts, Network

PRICES = "https://docs.x.com/x-api/getting-started/pricing"
STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/?#]+(?:/web)?/status/(\d+)")
"""The address of a post."""
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")


def remarks_on(network: Network, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
    """Warnings: X would refuse it, or leave something out."""
    first = payload.parts[0]
    found: list[tuple[str, str, str]] = []
    for name in ("reply_to", "quote"):
        if (target := getattr(post, name)) and not STATUS.match(target) and target not in facts.receipts:
            found.append(("target-unpublished", f"{name} names {target}, which is no post on X, nor published here yet", ""))
    if len(first.media) > 1 and any(medium.animated for medium in first.media):
        found.append(("gif-alone", "an animated GIF stands alone in a post on X", "take out the other media"))
    if any(len(CASHTAG.findall(part.text)) > 1 for part in payload.parts):
        found.append(("cashtags", "X takes one cashtag ($…) in a post since 2026", "take out the others"))
    if post.poll and post.poll.multiple:
        found.append(("poll", "a poll on X has one answer for each reader", "multiple: is left out"))
    place = Place(post.path, channel=network.channel.name)
    return tuple(Problem(slug, what, place, hint, WARNING) for slug, what, hint in found)


def cost_of(network: Network, payload: Payload) -> Cost:
    """Each part is charged, one with an address thirteen times as much, and each alternative text."""
    linked = [next(iter(addresses(in_units(part.text))), None) is not None for part in payload.parts]
    alts = sum(medium.kind == "image" and bool(medium.alt) for part in payload.parts for medium in part.media)
    prices = network.settings
    amount = sum(prices.price_link if link else prices.price_post for link in linked) + alts * prices.price_alt
    count, links = len(linked), sum(linked)
    why = f"{count} posts, {links} of them with a link" if count > 1 else "a post with a link" if links else "a post"
    return Cost(round(amount, 3), "USD", why, PRICES, "2026-08-22")

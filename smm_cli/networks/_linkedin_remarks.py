"""What only LinkedIn finds wrong with a post."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, WARNING, Place, Problem

if TYPE_CHECKING:
    from smm_cli.networks.base import Facts, Network

SHARED = re.compile(r"urn:li:(?:share|ugcPost):\d+")
"""What can be shared again."""


def remarks_on(network: Network, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
    """Errors: LinkedIn would refuse it. Warnings: something will be otherwise than written."""
    first = payload.parts[0].fields
    found: list[tuple[str, str, str, str]] = []
    for name, person in facts.people.items():
        urn = person.handle(network.channel.name, network.name)
        if urn and not urn.startswith("urn:li:") and f"@{{{name}}}" in post.body:
            hint = f'handles = {{ linkedin = "urn:li:organization:123" }}, and her exact name there as title, below [people.{name}]'
            found.append(("no-handle", f"{name}: LinkedIn mentions by URN; the name is written instead", hint, WARNING))
    if first["visibility"] != "PUBLIC" and ":organization:" in network.settings.author:
        found.append(("visibility", "all posts of a page on LinkedIn are public", "leave visibility: out", ERROR))
    if "poll" in first and not first["question"]:
        found.append(("question-missing", "a poll on LinkedIn asks a question", "add title:, or question: below for:", ERROR))
    if post.quote and not SHARED.search(first["quote"]):
        what = f"quote names {post.quote}, which is no address of a post with its URN, nor published here yet"
        found.append(("target-unpublished", what, "it looks like …/feed/update/urn:li:share:123", WARNING))
    place = Place(post.path, channel=network.channel.name)
    return tuple(Problem(slug, what, place, hint, severity) for slug, what, hint, severity in found)

"""What only Reddit finds wrong with a post: kinds of posts exclude each other, and subreddits have rules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, WARNING, Place, Problem

if TYPE_CHECKING:
    from smm_cli.networks.base import Facts, Network


def remarks_on(network: Network, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
    """Errors: it cannot be sent. Warnings: something is left out, or the subreddit will refuse it."""
    first, told = payload.parts[0], network.account.facts if network.account else {}
    kind, sr = first.fields["kind"], first.fields["sr"]
    found: list[tuple[str, str, str, str]] = []
    if kind == "link" and not post.link:
        found.append(("link-missing", "a link post on Reddit needs a link", "add link:", ERROR))
    if kind == "image" and not first.media:
        found.append(("media-missing", "a picture post on Reddit needs a picture", "add media:", ERROR))
    if kind != "self" and first.text.strip() and not network.settings.text_beside:
        what = f"the text of a {'picture' if kind == 'image' else 'link'} post is left out on Reddit"
        found.append(("text-left-out", what, "say it in the title, or in first_comment:", WARNING))
    if kind == "self" and first.media:
        found.append(("media-left-out", "a text post on Reddit shows no media", "take out kind: self", WARNING))
    if told.get("flair") and not first.fields.get("flair_id") and told.get("subreddit") == sr:
        found.append(("flair-missing", f"r/{sr} demands flair", "flair_id: below for:", WARNING))
    place = Place(post.path, channel=network.channel.name)
    return tuple(Problem(slug, what, place, hint, severity) for slug, what, hint, severity in found)

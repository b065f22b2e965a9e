"""What kind of post it is on Reddit, who is named in it, what its form says, and Reddit's own form for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smm_cli.networks._handoff import form
from smm_cli.networks._reddit_lookup import WEB
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.tree import Mention


def kind_of(post: Post, chosen: str) -> str:
    """What kind of post it is: as `chosen`, else image with media, link where only a link is, self (text)."""
    if chosen or post.media or "![" in post.body:
        return chosen or "image"
    return "link" if post.link and not post.body.strip() else "self"


def fields_of(kind: str, title: str, link: str, options: Any, settings: Any) -> dict[str, Any]:
    """What belongs to the form of a post, of its own options and the channel's settings."""
    fields: dict[str, Any] = {"sr": options.subreddit or settings.subreddit, "title": " ".join(title.split()), "kind": kind}
    fields |= {"url": link} if kind == "link" else {}
    fields |= {name: told for name in ("flair_id", "flair_text") if (told := getattr(options, name) or getattr(settings, name))}
    return fields | {"nsfw": options.nsfw or settings.nsfw, "spoiler": options.spoiler}


def named(usual: Callable[[Mention], str]) -> Callable[[Mention], str]:
    """u/name for people with a handle here, others by name, as `usual` has them."""

    def written(mention: Mention) -> str:
        name = usual(mention)
        return f"u/{name[1:].removeprefix('u/')}" if name.startswith("@") else name

    return written


def share_link(payload: Payload) -> str:
    """Reddit's own form, for a channel that is posted to by hand."""
    fields = payload.parts[0].fields
    text = payload.parts[0].text if fields["kind"] == "self" else ""
    told = {"url": str(fields.get("url", "")), "title": fields["title"], "selftext": "true" if text else "", "text": text}
    return form(f"{WEB}/r/{fields['sr']}/submit", **told)

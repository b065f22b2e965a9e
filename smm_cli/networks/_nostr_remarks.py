"""What only Nostr finds wrong with a post."""

from __future__ import annotations

from collections.abc import Iterator

from smm_cli.networks._nostr_event import ARTICLE
from smm_cli.networks.base import Facts
from smm_cli.text.nostr import profile_of
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem


def remarks_on(post: Post, payload: Payload, facts: Facts, channel: Channel) -> Iterator[Problem]:
    """Articles without a title, people whose handle is no npub, posts that cannot be found."""
    where = Place(post.path, channel=channel.name)
    if payload.parts[0].fields["kind"] == ARTICLE and not post.title:
        yield Problem("title-missing", "an article on Nostr needs a title", where, "add title:")
    for person in facts.people.values():
        told = person.handle(channel.name, "nostr")
        if told and f"@{{{person.name}}}" in post.body and not profile_of(told):
            what = f"{person.name}'s handle on Nostr is no npub: {told}; the name is written, and nobody is called"
            yield Problem("handle-unreadable", what, where, "write her npub1… or nprofile1…", WARNING)
    for name in ("reply_to", "quote"):
        if unknown := payload.fields.get(name, {}).get("unknown"):
            what = f"{name}: {unknown} is no note, and no post that is public on {channel.name}"
            yield Problem("unknown-post", what, where, "write nevent1…, note1… or the id of a published post")

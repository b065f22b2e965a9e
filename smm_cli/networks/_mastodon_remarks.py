"""What only servers of the Mastodon API find wrong with a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smm_cli.networks._mastodon_relatives import relative_of
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, WARNING, Place, Problem

if TYPE_CHECKING:
    from smm_cli.networks.base import Network


def remarks_on(network: Network, post: Post, payload: Payload) -> tuple[Problem, ...]:
    """Problems of quotes, replies, direct posts, and of servers that are less than Mastodon."""
    found: list[Problem] = []
    software = network.account.software if network.account else ""
    relative = relative_of(network.account)

    def say(slug: str, what: str, hint: str = "", severity: str = ERROR, line: int = 0) -> None:
        found.append(Problem(slug, what, Place(post.path, line, channel=network.channel.name), hint, severity))

    first = payload.parts[0]
    if post.quote and (first.media or post.poll):
        say("quote-with-media", "a post that quotes another can carry neither media nor a poll", "take one of them out")
    for key, target in (("reply_to", first.fields.get("reply_to")), ("quote", first.fields.get("quote"))):
        if target and "post" in target:
            what = f"{key} names {target['post']}, which is neither an address nor published on this channel yet"
            say("target-unpublished", what, "it goes out once that post is published here", WARNING)
    if first.fields["visibility"] == "direct" and "@" not in first.text:
        say("direct-to-nobody", "a direct post that mentions nobody is seen by nobody", "mention a person: @{name}", WARNING)
    if post.quote and not relative.quotes:
        say(
            "quote-not-possible", f"this server runs {software}, which has no quotes", "link to the post instead, or leave this channel out"
        )
    if post.poll and not relative.polls:
        say("poll-not-possible", f"this server runs {software}, which has no polls", "take the poll out for this channel")
    if relative.demands:
        for number, part in enumerate(payload.parts[:1] if first.media else payload.parts):
            if not part.media:
                say("media-missing", f"{software} takes no post without a picture (part {number + 1})", "add media", line=part.line)
    if relative.warning and len(post.content_warning) > relative.warning:
        say("too-long", f"the content warning is longer than the {relative.warning} characters that {software} takes", "shorten it")
    return tuple(found)

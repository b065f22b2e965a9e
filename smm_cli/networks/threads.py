"""Threads, by the Threads API: texts, pictures, films, carousels, polls, and threads of them.

Threads fetches files itself, so that they are put at a public address first. Nothing can be edited or scheduled there.
`auto_publish_text` would save a request, and with it the container that proves after a lost answer whether a text is public.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected, Retriable, SmmError
from smm_cli.networks._meta import GONE
from smm_cli.networks._meta_container import Containers, Pairs, file_of
from smm_cli.networks._meta_login import renew_itself, sign_in_by_itself
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.networks._short import short
from smm_cli.networks._threads_text import links_of, threads_length
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying, Wait
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/threads"
HOST = "https://graph.threads.net"
SCOPES = ("threads_basic", "threads_content_publish", "threads_manage_replies", "threads_read_replies", "threads_delete")
DOORS = OAuthDoors("https://threads.net/oauth/authorize", f"{HOST}/oauth/access_token", SCOPES, pkce=False, joined=",")
MB, DAY = 1_000_000, 86_400
LINKS = 5
"""Source: DOCS/posts, link limit (2026-11-22)."""
REPLICA = 3.0
"""Seconds until a post can be answered: it is not known everywhere at once."""


class Threads(MetaNetwork):
    """One profile."""

    name = "threads"
    title = "Threads"
    docs = f"{DOCS}/posts"
    auth = OAuth2(scopes=SCOPES)
    text = (
        Limit("text", 500, "utf16", f"{DOCS}/posts: an emoji counts as its bytes", "2026-11-22"),
        Limit("alt", 1000, "utf16", f"{DOCS}/posts/accessibility", "2026-11-22"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG), 8 * MB), 20, f"{DOCS}/posts, image specifications", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 1000 * MB), 20, f"{DOCS}/posts, video", "2026-11-22", seconds=300.0),
    )
    media_count = 20
    fetches = frozenset({"image", "video"})
    mixing = True
    # How long a poll is open cannot be said: a day (DOCS/posts/polls).
    poll = PollLimit(4, 25, DAY, DAY, f"{DOCS}/posts/polls", "2026-11-22")
    threads = True
    takes = frozenset({"link", "tags", "alt", "poll", "reply_to", "quote"})
    steps = (
        "At developers.facebook.com make an app with the use case “Access the Threads API”. Copy the Threads app id and secret (not those "
        "of the Facebook app) into [networks.threads] (client_id, client_secret), register a redirect address with https and name it as "
        "redirect_uri. Add the profile as a Threads tester of the app and accept that in the settings of Threads."
    )

    Settings = Later("smm_cli.networks._threads_tables", "Settings")
    Options = Later("smm_cli.networks._threads_tables", "Options")

    @property
    def graph(self) -> str:
        return f"{HOST}/{self.settings.api_version}"

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        return threads_length(part.text) if limit.name == "text" else super().measured(part, limit)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Plain text; what belongs to the first part alone stands in its fields."""
        made, said = self.plain_part(part, facts), self.options(post)
        fields: dict[str, Any] = {"spoiler": True} if said.spoiler and made.media else {}
        if number == 0:
            fields |= {"topic_tag": said.topic_tag.removeprefix("#")} if said.topic_tag else {}
            fields |= {"reply_control": control} if (control := said.reply_control or self.settings.reply_control) else {}
            fields |= {"poll": [short(option, self.mention(facts)) for option in post.poll.options]} if post.poll else {}
            fields |= {key: _pointed(target, facts, key) for key in ("reply_to", "quote") if (target := getattr(post, key))}
        return replace(made, fields=fields)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Too many links; polls with several answers; answers to what is not ours (an address tells no id)."""
        place, found = Place(post.path, channel=self.channel.name), []
        for part in payload.parts:
            if (count := len(links_of(part.text))) > LINKS:
                found.append(Problem("too-many-links", f"{count} links in one part; Threads takes {LINKS}", place, "spread them"))
        if post.poll and post.poll.multiple:
            found.append(Problem("poll", "a poll on Threads takes one answer of each person", place, "multiple: false"))
        for key in ("reply_to", "quote"):
            if getattr(post, key).startswith(("https://", "http://")):
                what = f"{key}: Threads lets programs point to posts by their id, which an address does not tell"
                found.append(Problem("pointer", what, place, "name a post of this calendar, by its id"))
        return tuple(found)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files and carousel items first; the container itself names what it answers, so that it follows the part before."""
        message, made = payload.parts[part], self._containers()
        items = []
        for medium in message.media:
            items.append((yield from _item(medium, spoiler=bool(message.fields.get("spoiler")))))
        whole = (yield from made.joined(items)) or (("media_type", "TEXT"),)
        earlier = yield Earlier()
        if earlier:
            yield Wait(REPLICA)
        target = earlier.id if earlier else _id(message.fields, "reply_to")
        said = (*whole, ("text", message.text), *_said(message.fields), ("reply_to_id", target))
        (container,) = yield from made.all_ready([said])
        return (yield from made.publish(container))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the state of the container; answers are listed apart."""
        message = payload.parts[intent.part]
        lists = ("replies",) if earlier or "reply_to" in message.fields else ("threads",)
        return (yield from self._containers().lookup(intent, lists, message.text, earlier))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """As on all graphs; what is not there may be there in a moment, when a part answers the one before."""
        found = super().fault(status, headers, body)
        error = body.get("error") if isinstance(body, Mapping) else None
        late = isinstance(error, Mapping) and error.get("code") == 100 and error.get("error_subcode") == GONE
        return Retriable(found.what) if found and late and isinstance(found, Rejected) else found

    def verify(self) -> Verifying:
        """Which profile."""
        me = yield self.asked("me", "id,username,name")
        handle = str(me.get("username", default=""))
        return Account(f"@{handle}", str(me.get("id", default="")), str(me.get("name", default="")), f"https://www.threads.com/@{handle}")

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A visit, a token of an hour, one of 60 days."""
        return (yield from sign_in_by_itself(DOORS, HOST, "th", self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        """Sixty days more."""
        return (yield from renew_itself(HOST, "th", self.title))

    def _containers(self) -> Containers:
        return Containers(self, "me", "threads", "status,error_message", "permalink,timestamp", "text")


def _item(medium: Media, *, spoiler: bool) -> Generator[Step, Any, Pairs]:
    """What a container of one file says."""
    file = yield from file_of(medium)
    kind = "IMAGE" if medium.kind == "image" else "VIDEO"
    return (("media_type", kind), file, ("alt_text", medium.alt), ("is_spoiler_media", "true" if spoiler else ""))


def _said(fields: Mapping[str, Any]) -> Pairs:
    """The options of the container that is published."""
    pairs = [(key, str(fields[key])) for key in ("topic_tag", "reply_control") if key in fields]
    if poll := fields.get("poll"):
        named = {f"option_{letter}": option for letter, option in zip("abcd", poll, strict=False)}
        pairs.append(("poll_attachment", json.dumps(named, ensure_ascii=False, separators=(",", ":"))))
    return (*pairs, ("quote_post_id", _id(fields, "quote")))


def _pointed(target: str, facts: Facts, key: str) -> dict[str, str]:
    """What a post answers or quotes: the id of one of ours (a reply continues its last part), or a post that is not out yet."""
    receipt = facts.receipts.get(target)
    if receipt and receipt.parts:
        return {"id": receipt.parts[-1 if key == "reply_to" else 0].id}
    return {"post": target}


def _id(fields: Mapping[str, Any], key: str) -> str:
    pointer = fields.get(key) or {"id": ""}
    if "post" in pointer:
        raise Retriable(f"{key}: the post {pointer['post']} is not yet published on this channel")
    return str(pointer["id"])


NETWORK = Threads

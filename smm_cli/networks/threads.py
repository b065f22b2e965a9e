"""Threads, by the Threads API: texts, pictures, films, carousels, polls, and threads of them.

Threads fetches files itself, so that they are put at a public address first. Nothing can be edited or scheduled there.
`auto_publish_text` would save a request, and with it the container that proves after a lost answer whether a text is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected, Retriable, SmmError
from smm_cli.networks._declared import Lasts
from smm_cli.networks._meta import names_nothing
from smm_cli.networks._meta_container import Containers
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._threads_account import HOST, SCOPES, profile_of, renew_for, sign_in_to
from smm_cli.networks._threads_post import first_fields, items_of, problems_of, said_of
from smm_cli.networks._threads_text import threads_length
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Earlier, Intent, Looking, Publishing, Wait
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/threads"
MB, DAY = 1_000_000, 86_400
REPLICA = 3.0
"""Seconds until a post can be answered: it is not known everywhere at once."""


class Threads(MetaNetwork):
    """One profile."""

    name = "threads"
    title = "Threads"
    docs = f"{DOCS}/posts"
    auth = OAuth2(scopes=SCOPES)
    token_lasts = Lasts(60 * 86_400, "developers.facebook.com/docs/threads/get-started/long-lived-tokens", "2026-11-23", extends=True)
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
            control = said.reply_control or self.settings.reply_control
            fields |= first_fields(post, said.topic_tag, control, self.mention(facts), facts)
        return replace(made, fields=fields)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return problems_of(post, payload, Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files and carousel items first; the container itself names what it answers, so that it follows the part before."""
        message, made = payload.parts[part], self._containers()
        items = yield from items_of(message)
        whole = (yield from made.joined(items)) or (("media_type", "TEXT"),)
        earlier = yield Earlier()
        if earlier:
            yield Wait(REPLICA)
        (container,) = yield from made.all_ready([(*whole, *said_of(message, earlier.id if earlier else ""))])
        return (yield from made.publish(container))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the state of the container; answers are listed apart."""
        message = payload.parts[intent.part]
        lists = ("replies",) if earlier or "reply_to" in message.fields else ("threads",)
        return (yield from self._containers().lookup(intent, lists, message.text, earlier))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """As on all graphs; what is not there may be there in a moment, when a part answers the one before."""
        found = super().fault(status, headers, body)
        return Retriable(found.what) if isinstance(found, Rejected) and names_nothing(body) else found

    verify = profile_of
    login = sign_in_to
    refresh = renew_for

    def _containers(self) -> Containers:
        return Containers(self, "me", "threads", "status,error_message", "permalink,timestamp", "text")


NETWORK = Threads

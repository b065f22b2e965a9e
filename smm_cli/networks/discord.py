"""Discord: a channel that a bot writes to, or a webhook (which needs no bot, and cannot look at what it wrote)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smm_cli.networks._chat import Chat
from smm_cli.networks._discord_fault import read_fault
from smm_cli.networks._discord_look import look_for
from smm_cli.networks._discord_message import fields_of
from smm_cli.networks._discord_remarks import remarks_on
from smm_cli.networks._discord_room import Room
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Later
from smm_cli.text.discord import discord, escaped
from smm_cli.words.auth import Auth, Bearer, InRequest
from smm_cli.words.channel import Person
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://discord.com/developers/docs"
MESSAGE, POLL, FILES = f"{DOCS}/resources/message#create-message", f"{DOCS}/resources/poll", f"{DOCS}/reference#uploading-files"
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4")


class Discord(Chat):
    """One channel or forum of a server."""

    name = "discord"
    title = "Discord"
    docs = MESSAGE
    auth: Auth = Bearer(scheme="Bot")
    apis = ("discord.com",)
    dialect = "discord"
    takes = frozenset({"link", "tags", "poll", "alt", "title", "reply_to"})
    address = re.compile(r"^https://(?:\w+\.)?discord\.com/channels/[^/]+/\d+/(\d+)")
    # The API's description says 4000, servers answer "2000 or fewer" to ordinary bots; counted in code points (staff, api-docs#1315).
    text = (
        Limit("text", 2000, "code_points", MESSAGE, "2026-08-06"),
        Limit("alt", 1024, "code_points", f"{DOCS}/resources/message#attachment-object", "2026-08-06"),
        Limit("thread_name", 100, "code_points", f"{DOCS}/resources/channel#start-thread-in-forum-or-media-channel", "2026-08-06"),
        Limit("question", 300, "code_points", POLL, "2026-08-06"),
    )
    media = usual_files(10 << 20, 10, FILES, "2026-08-06", (JPEG, PNG, GIF, WEBP, AVIF), SOUNDS)
    media_count = 10
    mixing = True
    poll = PollLimit(10, 55, 3600, 32 * 24 * 3600, POLL, "2026-08-06", media=True)
    steps = (
        "With a webhook: Channel settings, Integrations, Webhooks, New Webhook, Copy URL. Its address ends in NUMBER/TOKEN: set "
        'webhook = "NUMBER", the token is the secret. With a bot: discord.com/developers/applications, New Application, Bot, Reset Token; '
        "invite it with View Channel, Send Messages, Attach Files, Embed Links, Read Message History; "
        'set channel = "NUMBER" (right click on the channel, Copy Channel ID).'
    )

    Settings = Later("smm_cli.networks._discord_tables", "Settings")
    Options = Later("smm_cli.networks._discord_tables", "Options")

    written = staticmethod(discord)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return InRequest() if settings.get("webhook") else cls.auth

    @property
    def room(self) -> Room:
        """Where its messages go."""
        return Room(self.settings, self.account)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """A poll's text is its question, without marks."""
        made = super().render(part, number, post, facts)
        return replace(made, text="") if "question" in made.fields else made

    def called(self, handle: str, person: Person) -> str:
        """By number: names call nobody here."""
        return f"<@{handle}>" if handle.isdigit() else escaped(person.title or handle)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        return fields_of(part, number, post, self.settings, self.options(post), self.named(facts))

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        place = Place(post.path, channel=self.channel.name)
        return (*super().remarks(post, payload, facts), *remarks_on(post, payload, self.settings, place))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message; in a forum the first one opens a thread, where the others follow."""
        message, room = payload.parts[part], self.room
        target, _ = self.answered(message)
        earlier = yield Earlier()
        answer = yield room.post(message, earlier, f"{payload.key[:20]}-{part}"[:25], target)
        self.known(answer, "id")
        receipt = room.receipt(answer, earlier)
        if announcing := room.crossposting(receipt):
            yield receipt
            yield announcing
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; its files stay. A poll cannot be changed."""
        yield self.room.change(receipt, payload.parts[part])
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        answer = yield self.room.removal(receipt)
        if not (answer.status == 404 and answer.get("code") in (10008, 10003)):  # unknown message, or its thread
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the channel's messages since then. Of a webhook, and of threads in a forum, nobody can tell."""
        return (yield from look_for(self.room, self.channel.name, intent, earlier))

    def verify(self) -> Verifying:
        return (yield from self.room.account())


NETWORK = Discord

"""Telegram: channels and groups that a bot writes to (Bot API). A bot cannot read what it wrote: a lost answer stays unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.networks._chat import Chat
from smm_cli.networks._telegram_fault import read_fault, said_no
from smm_cli.networks._telegram_message import change_of, fields_of, poll_of, receipt_of, request_of
from smm_cli.networks._telegram_remarks import remarks_on
from smm_cli.networks._telegram_room import Room, ask_account
from smm_cli.networks.base import Facts, Later
from smm_cli.text.rulers import measure
from smm_cli.text.telegram import escaped, shown, telegram_html
from smm_cli.words.auth import InRequest
from smm_cli.words.conversation import Doing, Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem

DOCS = "https://core.telegram.org/bots/api"
MB = 1_000_000
SOUNDS = ("audio/mpeg", "audio/mp4", "audio/aac")


class Telegram(Chat):
    """One chat, written to by one bot."""

    name = "telegram"
    title = "Telegram"
    docs = DOCS
    auth = InRequest()
    dialect = "html"
    takes = frozenset({"link", "tags", "poll", "reply_to"})
    address = re.compile(r"^https://t\.me/.+/(\d+)(?:\?|$)")
    # Lengths are counted "after entities parsing", entities in UTF-16; one trial counted code points, which is never more (2026-08-29).
    text = (
        Limit("text", 4096, "utf16", f"{DOCS}#sendmessage", "2026-06-11"),
        Limit("caption", 1024, "utf16", f"{DOCS}#sendphoto", "2026-06-11"),
        Limit("question", 300, "utf16", f"{DOCS}#sendpoll", "2026-06-11"),
    )
    media = (
        # width and height together at most 10000; a side of 5000 keeps to it
        MediaLimit("image", {JPEG: 10 * MB, PNG: 10 * MB, WEBP: 10 * MB, GIF: 50 * MB}, 10, f"{DOCS}#sendphoto", "2026-06-11", side=5000),
        MediaLimit("video", {MP4: 50 * MB}, 10, f"{DOCS}#sendvideo", "2026-06-11"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 50 * MB), 10, f"{DOCS}#sendaudio", "2026-06-11", exclusive=True),
    )
    media_count = 10
    mixing = True
    poll = PollLimit(12, 100, 5, 10**9, f"{DOCS}#sendpoll", "2026-06-11")
    steps = (
        "In Telegram, write /newbot to @BotFather and keep the token that it gives. Add the bot to your channel or group "
        '(Administrators, with the right to post messages). Set chat = "@yourchannel"; of a private one its number, which begins with -100.'
    )

    Settings = Later("smm_cli.networks._telegram_tables", "Settings")
    Options = Later("smm_cli.networks._telegram_tables", "Options")

    written = staticmethod(telegram_html)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    @property
    def room(self) -> Room:
        return Room(self.settings.server, self.settings.chat, self.settings.topic)

    # -- composing -------------------------------------------------------------------------------------------------------

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        poll = poll_of(post.poll, self.named(facts)) if number == 0 and post.poll else None
        return fields_of(part, post.link, poll, self.options(post), self.settings)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """What readers see is counted, against the limit of its kind."""
        return measure(shown(part.text), limit.ruler) if limit.name in (part.fields["kind"], "text") else 0

    def _fits(self, post: Post, facts: Facts) -> Callable[[Part], bool]:
        fits = super()._fits(post, facts)
        caption = next(limit for limit in self.text_limits if limit.name == "caption")
        return lambda part: fits(part) and (not part.media or self.measured(self.render(part, 1, post, facts), caption) <= caption.maximum)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return (*super().remarks(post, payload, facts), *remarks_on(post, payload, self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message, album or poll; its files travel in the request that publishes."""
        message = payload.parts[part]
        target, _ = self.answered(message)
        earlier = yield Earlier()
        # a message that Telegram still makes (a long film) has no number yet: nothing can answer it
        answer = yield request_of(self.room, message, int((earlier.id if earlier else target) or 0))
        return receipt_of(answer.get("result"), self.settings.topic)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text or caption. Media and polls cannot be changed so; an unchanged text is no fault."""
        answer = yield change_of(self.room, payload.parts[part], receipt)
        if not said_no(answer, "message is not modified"):
            self.must(answer)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Each message of it; what is gone already is success. Telegram refuses after 48 hours unless the bot may delete all."""
        for id in receipt.more.get("messages") or [int(receipt.id)]:
            answer = yield Request("POST", self.room.url("deleteMessage"), Json(self.room.message(receipt, id)), may_fail=True)
            if not said_no(answer, "message to delete not found"):
                self.must(answer)

    def verify(self) -> Verifying:
        return (yield from ask_account(self.room))


NETWORK = Telegram

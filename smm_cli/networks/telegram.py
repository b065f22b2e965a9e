"""Telegram: channels and groups that a bot writes to (Bot API). A bot cannot read what it wrote: a lost answer stays unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, SmmError
from smm_cli.networks._chat import Chat
from smm_cli.networks._short import short
from smm_cli.networks._telegram_fault import read_fault, said_no
from smm_cli.networks._telegram_message import raised, receipt_of, request_of
from smm_cli.networks.base import Facts, Later
from smm_cli.text.rulers import measure
from smm_cli.text.telegram import TAG, escaped, shown, telegram_html
from smm_cli.words.auth import InRequest
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request, handle
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Block, Mention

DOCS = "https://core.telegram.org/bots/api"
MB = 1_000_000
SOUNDS = ("audio/mpeg", "audio/mp4", "audio/aac")
QUESTION, CAPTION, ENTITIES = 300, 1024, 100
SLENDER = 20
"""How many times longer the one side of a photo may be. Source: sendPhoto (2026-06-11)."""
CLOSES = 600
"""The longest that a poll may be told to stay open; without it a poll stays open. Source: sendPoll, open_period (2026-06-11)."""


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
        Limit("caption", CAPTION, "utf16", f"{DOCS}#sendphoto", "2026-06-11"),
        Limit("question", QUESTION, "utf16", f"{DOCS}#sendpoll", "2026-06-11"),
    )
    media = (
        # width and height together at most 10000; a side of 5000 keeps to it
        MediaLimit("image", {JPEG: 10 * MB, PNG: 10 * MB, WEBP: 10 * MB, GIF: 50 * MB}, 10, f"{DOCS}#sendphoto", "2026-06-11", side=5000),
        MediaLimit("video", {MP4: 50 * MB}, 10, f"{DOCS}#sendvideo", "2026-06-11"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 50 * MB), 10, f"{DOCS}#sendaudio", "2026-06-11", exclusive=True),
    )
    media_count = 10
    mixing = True
    poll = PollLimit(10, 100, 5, 10**9, f"{DOCS}#sendpoll", "2026-06-11")
    steps = (
        "In Telegram, write /newbot to @BotFather and keep the token that it gives. Add the bot to your channel or group "
        '(Administrators, with the right to post messages). Set chat = "@yourchannel"; of a private one its number, which begins with -100.'
    )

    Settings = Later("smm_cli.networks._telegram_tables", "Settings")
    Options = Later("smm_cli.networks._telegram_tables", "Options")

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return telegram_html(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        """What is said of the message; `kind` is text, caption or question: by it the length is limited."""
        options, settings = self.options(post), self.settings
        fields: dict[str, Any] = {"kind": "caption" if part.media else "text"}
        if number == 0 and post.poll:
            names = self.named(facts)
            fields |= {"kind": "question", "poll": {"options": [short(option, names) for option in post.poll.options]}}
            fields["poll"] |= {"multiple": post.poll.multiple, "seconds": post.poll.seconds}
        fields |= {"preview": options.preview or settings.preview, "above": post.link}
        wanted = {"silent": settings.silent if options.silent is None else options.silent, "protect": settings.protect}
        wanted |= {"spoiler": options.spoiler, "caption_above": options.caption_above} if part.media else {}
        return {name: value for name, value in (fields | wanted).items() if value}

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """What readers see is counted, against the limit of its kind."""
        kind = part.fields["kind"]
        return measure(shown(part.text), limit.ruler) if limit.name in (kind, "text") else 0

    def _fits(self, post: Post, facts: Facts) -> Callable[[Part], bool]:
        fits = super()._fits(post, facts)
        caption = next(limit for limit in self.text_limits if limit.name == "caption")
        return lambda part: fits(part) and (not part.media or self.measured(self.render(part, 1, post, facts), caption) <= caption.maximum)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        found, place = [*super().remarks(post, payload, facts)], Place(post.path, channel=self.channel.name)
        if post.poll and post.poll.seconds > CLOSES:
            what = f"Telegram closes a poll by itself within {CLOSES // 60} min or not at all; this one stays open"
            found.append(Problem("poll-open", what, place, "close it in the app", WARNING))
        for part in payload.parts:
            if len(part.media) > 1 and any(medium.blob and medium.blob.type == GIF for medium in part.media):
                found.append(Problem("mixed-media", "a GIF stands alone on Telegram", place, "put it into a part of its own"))
            for medium in part.media:
                small, large = sorted((medium.width or 0, medium.height or 0))
                if medium.kind == "image" and medium.blob and medium.blob.type != GIF and small and large > SLENDER * small:
                    what = f"{medium.path} is {medium.width} x {medium.height} pixels; Telegram takes sides up to 1 to {SLENDER}"
                    found.append(Problem("media-too-large", what, place, "cut it"))
            if len(TAG.findall(part.text)) // 2 > ENTITIES:
                found.append(Problem("many-marks", f"Telegram shows {ENTITIES} marks and links of a message", place, "use fewer", WARNING))
        return tuple(found)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message, album or poll; its files travel in the request that publishes."""
        message = payload.parts[part]
        target, _ = self.answered(message)
        earlier = yield Earlier()
        fields = {**self._where(), **_manner(message)}
        # a message that Telegram still makes (a long film) has no number yet: nothing can answer it
        if number := int((earlier.id if earlier else target) or 0):
            fields["reply_parameters"] = {"message_id": number, "allow_sending_without_reply": True}
        answer = yield request_of(self._url, message, fields)
        return receipt_of(answer.get("result"), self.settings.topic)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text or caption. Media and polls cannot be changed so; an unchanged text is no fault."""
        message = payload.parts[part]
        if message.fields["kind"] == "question":
            raise Rejected("Telegram changes no poll", hint="withdraw it, and post it again")
        name, method = ("text", "editMessageText") if message.fields["kind"] == "text" else ("caption", "editMessageCaption")
        body = {"chat_id": receipt.more.get("chat", self._chat), "message_id": int(receipt.id), name: message.text, "parse_mode": "HTML"}
        body |= _previews(message)  # what is not said again goes back to what it is by itself
        body |= {"show_caption_above_media": True} if message.fields.get("caption_above") and raised(message.media) else {}
        answer = yield Request("POST", self._url(method), Json(body), may_fail=True)
        if not said_no(answer, "message is not modified"):
            self.must(answer)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Each message of it; what is gone already is success. Telegram refuses after 48 hours unless the bot may delete all."""
        for id in receipt.more.get("messages") or [int(receipt.id)]:
            body = Json({"chat_id": receipt.more.get("chat", self._chat), "message_id": id})
            answer = yield Request("POST", self._url("deleteMessage"), body, may_fail=True)
            if not said_no(answer, "message to delete not found"):
                self.must(answer)

    def verify(self) -> Verifying:
        """The bot, its chat, and whether it may write there."""
        me = yield Request("POST", self._url("getMe"), Json({}))
        chat = yield Request("POST", self._url("getChat"), Json({"chat_id": self._chat}))
        asked = {"chat_id": self._chat, "user_id": me.get("result", "id")}
        member = yield Request("POST", self._url("getChatMember"), Json(asked))
        state, where = member.get("result", "status"), chat.get("result", "title", default=self.settings.chat)
        channel = chat.get("result", "type") == "channel"
        if state in ("left", "kicked") or (channel and not (state == "creator" or member.get("result", "can_post_messages"))):
            raise AuthFailed(f"the bot may not post in {where}", hint="make it an administrator with the right to post messages")
        name = chat.get("result", "username")
        facts = {"chat": chat.get("result", "id"), "type": chat.get("result", "type", default="")}
        handle_ = f"@{me.get('result', 'username', default='')}"
        return Account(handle_, str(me.get("result", "id")), str(where), f"https://t.me/{name}" if name else "", facts=facts)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    @property
    def _chat(self) -> int | str:
        chat: str = self.settings.chat
        return chat if chat.startswith("@") else int(chat)

    def _url(self, method: str) -> str:
        return f"{self.settings.server}/bot{handle('token')}/{method}"

    def _where(self) -> dict[str, Any]:
        return {"chat_id": self._chat, **({"message_thread_id": self.settings.topic} if self.settings.topic else {})}


def _manner(message: PayloadPart) -> dict[str, Any]:
    """How a message is delivered and what is shown of its links."""
    fields = message.fields
    manner: dict[str, Any] = {}
    if fields.get("silent"):
        manner["disable_notification"] = True
    if fields.get("protect"):
        manner["protect_content"] = True
    return manner | _previews(message)


def _previews(message: PayloadPart) -> dict[str, Any]:
    """What is shown of a text's links."""
    preview, above = message.fields.get("preview"), message.fields.get("above")
    if message.fields["kind"] != "text" or not (preview or above):
        return {}
    shape = {"none": {"is_disabled": True}, "small": {"prefer_small_media": True}, "large": {"prefer_large_media": True}}
    return {"link_preview_options": shape.get(str(preview), {}) | ({"url": above} if above and preview != "none" else {})}


NETWORK = Telegram

"""Discord: a channel that a bot writes to, or a webhook (which needs no bot, and cannot look at what it wrote)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat
from smm_cli.networks._discord_look import look_for, sent_by
from smm_cli.networks._discord_message import AGENT, message_of, receipt_of, request_of
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.text.dialects import plain
from smm_cli.text.discord import discord, escaped
from smm_cli.words.auth import Auth, Bearer, InRequest
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request, handle
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Block, Mention

DOCS = "https://discord.com/developers/docs"
MESSAGE, POLL, FILES = f"{DOCS}/resources/message#create-message", f"{DOCS}/resources/poll", f"{DOCS}/reference#uploading-files"
SIZE = 10 * 1024 * 1024
WHOLE = 25 * 1024 * 1024
"""The most bytes of one request. Source: discord-api-docs, Reference, Uploading Files (2026-08-06)."""
HOUR = 3600
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4")
ANNOUNCEMENT = 5
OF_POST = frozenset({50006, 50035, 40005, 200000, 200001, 240000})
"""Codes that mean the post whatever the status: empty, malformed, too large, stopped by AutoMod, harmful links."""
LATER = frozenset({20028, 40062, 130000})
"""Codes that pass: channel write limit, a limit of the resource, overloaded."""


class Discord(Chat):
    """One channel or forum of a server."""

    name = "discord"
    title = "Discord"
    docs = MESSAGE
    auth: Auth = Bearer(scheme="Bot")
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
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), SIZE), 10, FILES, "2026-08-06"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), SIZE), 10, FILES, "2026-08-06"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, SIZE), 10, FILES, "2026-08-06"),
    )
    media_count = 10
    mixing = True
    poll = PollLimit(10, 55, HOUR, 32 * 24 * HOUR, POLL, "2026-08-06", media=True)
    steps = (
        "With a webhook: Channel settings, Integrations, Webhooks, New Webhook, Copy URL. Its address ends in NUMBER/TOKEN: set "
        'webhook = "NUMBER", the token is the secret. With a bot: discord.com/developers/applications, New Application, Bot, Reset Token; '
        "invite it with View Channel, Send Messages, Attach Files, Embed Links, Read Message History; "
        'set channel = "NUMBER" (right click on the channel, Copy Channel ID).'
    )

    Settings = Later("smm_cli.networks._discord_tables", "Settings")
    Options = Later("smm_cli.networks._discord_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of(channel.settings)
        self.base = f"https://discord.com/api/v{self.settings.api}"

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return InRequest() if settings.get("webhook") else cls.auth

    def hosts(self) -> tuple[str, ...]:
        return ("discord.com",)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """A poll's text is its question, without marks."""
        made = super().render(part, number, post, facts)
        return made if "question" not in made.fields else PayloadPart("", made.fields, made.media, made.line)

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return discord(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    def called(self, handle: str, person: Person) -> str:
        """By number: names call nobody here."""
        return f"<@{handle}>" if handle.isdigit() else escaped(person.title or handle)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        options, names = self.options(post), self.named(facts)
        fields: dict[str, Any] = {"embeds": self.settings.embeds if options.embeds is None else options.embeds}
        if self.settings.channel and (self.settings.silent if options.silent is None else options.silent):
            fields["silent"] = True
        if number == 0 and self.settings.forum:
            fields["thread_name"] = short(post.title, names)
        if number == 0 and post.poll:
            fields["question"] = plain(part.blocks, names)
            fields["poll"] = {"options": [short(option, names) for option in post.poll.options], "multiple": post.poll.multiple}
            fields["poll"]["hours"] = max(1, round(post.poll.seconds / HOUR))
        return fields

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        found, place = super().remarks(post, payload, facts), Place(post.path, channel=self.channel.name)
        if self.settings.forum and not post.title:
            found = (*found, Problem("title-missing", "a thread in a forum needs a title", place, "add title:"))
        for part in payload.parts:
            size = sum(medium.blob.size for medium in part.media if medium.blob)
            if len(part.media) > 1 and size > WHOLE:
                what = f"the files of one message have {size >> 20} MiB; Discord takes {WHOLE >> 20} MiB in a request"
                found = (*found, Problem("media-too-large", what, place, "make them smaller, or put them into several parts"))
        if post.reply_to and (self.settings.webhook or self.settings.forum):
            found = (*found, Problem("key-not-taken", "only a bot answers messages, and none in a forum", place, "it is left out", WARNING))
        return found

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message; in a forum the first one opens a thread, where the others follow."""
        message = payload.parts[part]
        target, _ = self.answered(message)
        earlier = yield Earlier()
        thread = str(earlier.more.get("thread") or "") if earlier else self.settings.thread
        body = message_of(message)
        if self.settings.webhook:
            request = self._through_webhook(body, message, thread)
        else:
            # within minutes the same nonce gives the same message; later it would not, so that smm looks instead of repeating
            body |= {"nonce": f"{payload.key[:20]}-{part}"[:25], "enforce_nonce": True}
            if target := (target if not earlier else "" if earlier.more.get("opened") else earlier.id):
                body["message_reference"] = {"message_id": target, "fail_if_not_exists": False}
            request = self._by_bot(body, message, thread)
        answer = yield request
        receipt = self._receipt(answer, thread)
        if self.settings.crosspost and self.settings.channel:
            yield receipt
            where = f"{self.base}/channels/{receipt.more['channel']}/messages/{receipt.id}/crosspost"
            yield Request("POST", where, Json({}), AGENT, may_fail=True)
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; its files stay. A poll cannot be changed."""
        message = payload.parts[part]
        if message.fields.get("poll"):
            raise Rejected("Discord changes no poll", hint="withdraw it, and post it again")
        body = {name: value for name, value in message_of(message).items() if name in ("allowed_mentions", "flags")}
        yield Request("PATCH", self._message(receipt), Json({**body, "content": message.text}), AGENT, query=self._in_thread(receipt))
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        query = self._in_thread(receipt)
        answer = yield Request("DELETE", self._message(receipt), headers=AGENT, query=query, reads="any", may_fail=True)
        if not (answer.status == 404 and answer.get("code") in (10008, 10003)):  # unknown message, or its thread
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the channel's messages since then. Of a webhook, and of threads in a forum, nobody can tell."""
        where = str((earlier.more.get("thread") if earlier else "") or self.settings.thread or self.settings.channel)
        opens = self.settings.forum and intent.part == 0
        if self.settings.webhook or opens:
            return CannotTell(f"look into the channel {self.channel.name} on Discord yourself")
        found = yield from look_for(self.base, self._guild, sent_by(intent), intent, where, earlier)
        if not isinstance(found, Found) or where == self.settings.channel:
            return found
        # what follows goes into the same thread
        return Found(replace(found.receipt, more={**found.receipt.more, "thread": where}))

    def verify(self) -> Verifying:
        """Whose token it is, and where it writes."""
        if self.settings.webhook:
            hook = yield Request("GET", self._hook, headers=AGENT, auth="")
            facts = {"guild": hook.get("guild_id", default=""), "channel": hook.get("channel_id", default="")}
            return Account(str(hook.get("name", default="webhook")), str(hook.get("id")), facts=facts)
        me = yield Request("GET", f"{self.base}/users/@me", headers=AGENT)
        room = yield Request("GET", f"{self.base}/channels/{self.settings.channel}", headers=AGENT)
        facts = {"guild": room.get("guild_id", default=""), "type": room.get("type", default=0)}
        url = f"https://discord.com/channels/{facts['guild'] or '@me'}/{self.settings.channel}"
        return Account(f"@{me.get('username', default='')}", str(me.get("id")), str(room.get("name", default="")), url, facts=facts)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """By status and code. Many refused requests in a row end in a ban by address, so that the first stops the channel."""
        if status < 300:
            return None
        told = body if isinstance(body, Mapping) else {}
        code, words = told.get("code"), f"Discord answered {status}: {said_by(body)}".rstrip(": ")
        if status == 429 or code in LATER:
            seconds = told.get("retry_after")
            return RateLimited(words, after=float(seconds) if isinstance(seconds, int | float) else retry_after(headers))
        if code in OF_POST:
            return Rejected(words, hint=str(told.get("errors") or "")[:300])
        if status == 401 or code in (10003, 10015, 50001, 50013) or status == 403:
            return AuthFailed(words, hint="does the webhook still exist, or may the bot see the channel and write there?")
        return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    @property
    def _guild(self) -> str:
        return str(self.account.facts.get("guild") or "") if self.account else ""

    @property
    def _hook(self) -> str:
        return f"{self.base}/webhooks/{self.settings.webhook}/{handle('token')}"

    def _through_webhook(self, body: dict[str, Any], message: PayloadPart, thread: str) -> Request:
        """`wait`: the answer tells the message; without it a failure would be silent."""
        body |= {name: value for name, value in (("username", self.settings.username), ("avatar_url", self.settings.avatar)) if value}
        if name := message.fields.get("thread_name"):
            body |= {"thread_name": name, **({"applied_tags": list(self.settings.tags)} if self.settings.tags else {})}
        query = (("wait", "true"), *((("thread_id", thread),) if thread else ()))
        return request_of(self._hook, query, body, message)

    def _by_bot(self, body: dict[str, Any], message: PayloadPart, thread: str) -> Request:
        if name := message.fields.get("thread_name"):
            files = {"attachments": body.pop("attachments")} if "attachments" in body else {}
            opened = {"name": name, "message": {key: body[key] for key in body if "nonce" not in key} | files}
            opened |= {"applied_tags": list(self.settings.tags)} if self.settings.tags else {}
            return request_of(f"{self.base}/channels/{self.settings.channel}/threads", (), opened, message)
        return request_of(f"{self.base}/channels/{thread or self.settings.channel}/messages", (), body, message)

    def _receipt(self, answer: Answer, thread: str) -> PartReceipt:
        """Of a thread that was opened the message stands inside; of a webhook's the channel is the thread."""
        self.known(answer, "id")
        message = answer.get("message") if isinstance(answer.get("message"), Mapping) else answer.body
        made = receipt_of({"channel_id": answer.get("id"), **message}, self._guild)
        opened = self.settings.forum and not thread
        more = {"thread": made.more["channel"], **({"opened": True} if opened else {})} if opened or thread else {}
        return PartReceipt(made.id, made.url, {**made.more, **more})

    def _message(self, receipt: PartReceipt) -> str:
        channel = receipt.more.get("channel") or self.settings.channel
        return f"{self._hook}/messages/{receipt.id}" if self.settings.webhook else f"{self.base}/channels/{channel}/messages/{receipt.id}"

    def _in_thread(self, receipt: PartReceipt) -> tuple[tuple[str, str], ...]:
        thread = receipt.more.get("thread") if self.settings.webhook else ""
        return (("thread_id", str(thread)),) if thread else ()


NETWORK = Discord

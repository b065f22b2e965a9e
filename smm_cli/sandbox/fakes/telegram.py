"""A fake Bot API with one public channel, @smm. Source of its rules: core.telegram.org/bots/api (10.1, 2026-06-11) and
tdlib/telegram-bot-api (10.0) for the words of refusals."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

TAGS = frozenset(["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler", "tg-emoji"])
PIECE = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>|<")
METHODS = {"photo": "sendPhoto", "video": "sendVideo", "animation": "sendAnimation", "audio": "sendAudio"}


class FakeTelegram(Fake):
    """All bots and chats. A chat is what its name or number says; `forbidden` are those that the bot may not write to."""

    name = "telegram"
    hosts = ("api.telegram.org",)
    channel = 'chat = "@smm_channel"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.forbidden: set[str] = set()
        self.kind = "channel"

    def too_many(self, seconds: float) -> Reply:
        told = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {int(seconds)}"}
        return Reply(429, {**told, "parameters": {"retry_after": int(seconds)}})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"ok": False, "error_code": 404, "description": "Not Found"})

    # -- sending ----------------------------------------------------------------------------------------------------------

    @route("POST", "/bot{token}/sendMessage", commits=True)
    def send_message(self, call: Call) -> Reply:
        sent, chat = self._asked(call)
        text = self._parsed(sent, "text", 4096, "message is too long")
        if not text.strip():
            raise self._no("message text is empty")
        return self._done(call, sent, chat, text)

    @route("POST", "/bot{token}/sendPhoto", commits=True)
    def send_photo(self, call: Call) -> Reply:
        return self._send_file(call, "photo", 10_000_000)

    @route("POST", "/bot{token}/sendVideo", commits=True)
    def send_video(self, call: Call) -> Reply:
        return self._send_file(call, "video", 50_000_000)

    @route("POST", "/bot{token}/sendAnimation", commits=True)
    def send_animation(self, call: Call) -> Reply:
        return self._send_file(call, "animation", 50_000_000)

    @route("POST", "/bot{token}/sendAudio", commits=True)
    def send_audio(self, call: Call) -> Reply:
        return self._send_file(call, "audio", 50_000_000)

    @route("POST", "/bot{token}/sendMediaGroup", commits=True)
    def send_album(self, call: Call) -> Reply:
        sent, chat = self._asked(call)
        items = json.loads(sent.get("media") or "[]")
        if not 2 <= len(items) <= 10:
            raise self._no("group must include 2-10 items" if items else "there are no media in the request")
        kinds = {item.get("type") for item in items}
        if not kinds <= {"photo", "video", "audio", "document"} or (len(kinds) > 1 and kinds & {"audio", "document"}):
            raise self._no("wrong type of the media in the group")
        for item in items:
            if not isinstance(call.multipart.get(str(item["media"]).removeprefix("attach://")), Upload):
                raise self._no("can't parse InputMedia: media not found")
        text = self._parsed(items[0], "caption", 1024, "message caption is too long")
        return self._done(call, sent, chat, text, tuple(str(item["type"]) for item in items))

    @route("POST", "/bot{token}/sendPoll", commits=True)
    def send_poll(self, call: Call) -> Reply:
        sent, chat = self._asked(call)
        question, options = str(sent.get("question") or ""), sent.get("options") or []
        if not 1 <= _units(question) <= 300:
            raise self._no("poll question must be non-empty" if not question else "poll question length must not exceed 300")
        if not 2 <= len(options) <= 12:
            raise self._no("poll must have at least 2 option" if len(options) < 2 else "poll can't have more than 12 options")
        if any(not 1 <= _units(str(option.get("text") or "")) <= 100 for option in options):
            raise self._no("poll options length must not exceed 100")
        if "open_period" in sent and not 5 <= int(sent["open_period"]) <= 2_628_000:
            raise self._no("poll can't be opened for so long")
        return self._done(call, sent, chat, question, more={"poll": [option["text"] for option in options]})

    # -- what comes after -------------------------------------------------------------------------------------------------

    @route("POST", "/bot{token}/editMessageText")
    def edit_text(self, call: Call) -> Reply:
        return self._edit(call, "text", 4096, "message is too long")

    @route("POST", "/bot{token}/editMessageCaption")
    def edit_caption(self, call: Call) -> Reply:
        return self._edit(call, "caption", 1024, "message caption is too long")

    @route("POST", "/bot{token}/deleteMessage")
    def delete(self, call: Call) -> Reply:
        sent, _ = self._asked(call)
        found = next((p for p in self.public if int(sent["message_id"]) in p.more["ids"]), None)
        if found is None:
            raise self._no("message to delete not found")
        if (self.now() - found.at).total_seconds() > 48 * 3600 and self.kind != "channel":
            raise self._no("message can't be deleted for everyone")
        left = [id for id in found.more["ids"] if id != int(sent["message_id"])]
        self.change(found.id, deleted=not left, more={**found.more, "ids": left})
        return self._yes(True)

    @route("POST", "/bot{token}/getMe")
    def me(self, call: Call) -> Reply:
        return self._yes({"id": 4711, "is_bot": True, "username": f"{self._bot(call)}_bot"})

    @route("POST", "/bot{token}/getChat")
    def chat(self, call: Call) -> Reply:
        return self._yes(self._asked(call)[1])

    @route("POST", "/bot{token}/getChatMember")
    def member(self, call: Call) -> Reply:
        allowed = str(self._asked(call)[0].get("chat_id")) not in self.forbidden
        return self._yes({"status": "administrator" if allowed else "left", "can_post_messages": allowed})

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _bot(self, call: Call) -> str:
        found = self.whose(call.args["token"])
        if not found:
            raise Refused(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        return found

    def _asked(self, call: Call) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """The parameters, and the chat that they name."""
        self._bot(call)
        sent = call.sent
        name = str(sent.get("chat_id") or "")
        if not re.fullmatch(r"@\w{4,}|-?\d+", name):
            raise self._no("chat_id is empty" if not name else "chat not found")
        if name in self.forbidden and not call.path.endswith(("getChat", "getChatMember")):
            told = {"ok": False, "error_code": 403, "description": "Forbidden: bot is not a member of the channel chat"}
            raise Refused(403, told)
        if name.startswith("@"):
            return sent, {"id": -1001234567890, "type": self.kind, "title": name[1:].title(), "username": name[1:]}
        return sent, {"id": int(name), "type": self.kind, "title": "A private one"}

    def _parsed(self, sent: Mapping[str, Any], name: str, most: int, words: str) -> str:
        """The text after its entities were parsed. Refuses tags that Telegram does not know, and what is not closed."""
        text = str(sent.get(name) or "")
        if sent.get("parse_mode") == "HTML":
            open_: list[str] = []
            for found in PIECE.finditer(text):
                tag = (found[2] or "").lower()
                if tag not in TAGS:
                    raise self._no(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {found.start()}')
                if not found[1]:
                    open_.append(tag)
                elif not open_ or open_.pop() != tag:
                    raise self._no(f"can't parse entities: Unexpected end tag at byte offset {found.start()}")
            if open_:
                raise self._no(f"can't parse entities: Can't find end tag corresponding to start tag {open_[-1]}")
            text = html.unescape(PIECE.sub("", text))
        if _units(text.strip()) > most:
            raise self._no(words)
        return text.strip()

    def _send_file(self, call: Call, kind: str, most: int) -> Reply:
        sent, chat = self._asked(call)
        file = call.multipart.get(kind)
        if not isinstance(file, Upload):
            raise self._no(f"there is no {kind} in the request")
        if len(file.content) > most:
            raise Refused(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
        return self._done(call, sent, chat, self._parsed(sent, "caption", 1024, "message caption is too long"), (kind,))

    def _done(
        self, call: Call, sent: Mapping[str, Any], chat: dict[str, Any], text: str, media: tuple[str, ...] = (), more: Any = None
    ) -> Reply:
        reply = sent.get("reply_parameters") or {}
        reply = json.loads(reply) if isinstance(reply, str) else reply
        ids = [self.next_number() for _ in media or ("text",)]
        place = chat.get("username") or f"c/{str(chat['id']).removeprefix('-100')}"
        seen = {**(more or {}), "ids": ids, "silent": bool(sent.get("disable_notification")), "sent": dict(sent)}
        target = str(reply.get("message_id") or "")
        url = f"https://t.me/{place}/{ids[0]}"
        self.publish(Posted(self.name, self._bot(call), str(ids[0]), url, text, self.now(), media, target, more=seen))
        made = [{"message_id": id, "date": int(self.now().timestamp()), "chat": chat} for id in ids]
        return self._yes(made if call.path.endswith("sendMediaGroup") else made[0])

    def _edit(self, call: Call, name: str, most: int, words: str) -> Reply:
        sent, chat = self._asked(call)
        text = self._parsed(sent, name, most, words)
        found = next((p for p in self.public if p.id == str(sent.get("message_id"))), None)
        if found is None:
            raise self._no("message to edit not found")
        if found.text == text:
            raise self._no("message is not modified: specified new message content and reply markup are exactly the same")
        if bool(found.media) != (name == "caption"):
            raise self._no("there is no text in the message to edit" if found.media else "there is no caption in the message to edit")
        self.change(found.id, text=text, edited=True)
        return self._yes({"message_id": int(found.id), "chat": chat})

    def _yes(self, result: Any) -> Reply:
        return Reply(200, {"ok": True, "result": result})

    def _no(self, words: str) -> Refused:
        return Refused(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"})


def _units(text: str) -> int:
    """UTF-16, in which Telegram counts entities; whether it counts lengths so is not documented, and it is the safe side."""
    return len(text.encode("utf-16-le")) // 2


FAKE = FakeTelegram

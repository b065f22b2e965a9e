"""A chat of Telegram that a bot writes to: the addresses of its methods, its number or name, and whether the bot may write there."""

from __future__ import annotations

from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json, Request, handle


class Room:
    """One chat, or one `topic` of a forum."""

    def __init__(self, server: str, chat: str, topic: int) -> None:
        self.server = server
        self.chat = chat
        self.topic = topic

    @property
    def id(self) -> int | str:
        """As the Bot API takes it: a name, or a number."""
        return self.chat if self.chat.startswith("@") else int(self.chat)

    @property
    def fields(self) -> dict[str, Any]:
        """Where a message goes."""
        return {"chat_id": self.id, **({"message_thread_id": self.topic} if self.topic else {})}

    def url(self, method: str) -> str:
        return f"{self.server}/bot{handle('token')}/{method}"

    def message(self, receipt: PartReceipt, id: int) -> dict[str, Any]:
        """What names a message that is there: its number, in the chat that it was sent to."""
        return {"chat_id": receipt.more.get("chat", self.id), "message_id": id}


def ask_account(room: Room) -> Verifying:
    """The bot and its chat. Raises AuthFailed where it may not write there."""
    me = yield Request("POST", room.url("getMe"), Json({}))
    chat = yield Request("POST", room.url("getChat"), Json({"chat_id": room.id}))
    asked = {"chat_id": room.id, "user_id": me.get("result", "id")}
    member = yield Request("POST", room.url("getChatMember"), Json(asked))
    state, where = member.get("result", "status"), chat.get("result", "title", default=room.chat)
    channel = chat.get("result", "type") == "channel"
    if state in ("left", "kicked") or (channel and not (state == "creator" or member.get("result", "can_post_messages"))):
        raise AuthFailed(f"the bot may not post in {where}", hint="make it an administrator with the right to post messages")
    name = chat.get("result", "username")
    facts = {"chat": chat.get("result", "id"), "type": chat.get("result", "type", default="")}
    who = f"@{me.get('result', 'username', default='')}"
    return Account(who, str(me.get("result", "id")), str(where), f"https://t.me/{name}" if name else "", facts=facts)

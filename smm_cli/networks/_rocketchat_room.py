"""A room of Rocket.Chat: its requests, its messages' ids and addresses, and who writes to it."""

from __future__ import annotations

import hashlib
from typing import Any

from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json, Multipart, Request, handle

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PLACES = {"c": "channel", "p": "group", "d": "direct"}
"""How the address of a room begins, by its type."""
METHODS = {"c": "channels", "p": "groups", "d": "im"}


class Room:
    """One room of one server; of what type it is, and how it is called, verify tells."""

    def __init__(self, server: str, id: str, account: Account | None) -> None:
        self.server = server
        self.id = id
        self.kind = str(account.facts.get("type") or "") if account else ""
        self.name = account.facts.get("name") if account else ""

    def ask(self, method: str, path: str, body: Json | Multipart | None = None, **more: Any) -> Request:
        """Signed by two headers, which the transport fills."""
        headers = {"x-auth-token": handle("token"), "x-user-id": handle("user_id")}
        timeout = 300.0 if isinstance(body, Multipart) else 30.0
        return Request(method, f"{self.server}/api/v1/{path}", body, headers, timeout=timeout, **more)

    def receipt(self, id: str, root: str) -> PartReceipt:
        """The receipt of a message in the thread of `root`."""
        place = PLACES.get(self.kind, "")
        where = self.id if place == "direct" else self.name
        url = f"{self.server}/{place}/{where}?msg={id}" if place and where else ""
        return PartReceipt(id, url, {"root": root} if root else {})


def ask_account(room: Room) -> Verifying:
    """Whose token it is, the room, and the server's version."""
    me = yield room.ask("GET", "me")
    found = yield room.ask("GET", "rooms.info", query=(("roomId", room.id),))
    about = yield Request("GET", f"{room.server}/api/info", auth="", may_fail=True)
    facts = {"type": found.get("room", "t", default=""), "name": found.get("room", "name", default="")}
    version = str(about.get("info", "version") or about.get("version", default=""))
    who = f"@{me.get('username', default='')}"
    url = f"{room.server}/{PLACES.get(facts['type'], 'channel')}/{facts['name']}"
    return Account(who, str(me.get("_id")), str(facts["name"]), url, "rocket.chat", version, facts=facts)


def message_id(key: str, part: int) -> str:
    """17 letters and digits, as the server's own ids are; the same for the same message on every machine."""
    number = int.from_bytes(hashlib.sha256(f"{key}-{part}".encode()).digest()[:13], "big")
    found = ""
    for _ in range(17):
        number, digit = divmod(number, len(LETTERS))
        found += LETTERS[digit]
    return found

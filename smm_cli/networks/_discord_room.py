"""Where messages of a channel on Discord go: the channel itself, a thread of it, or the webhook; their addresses and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._discord_message import AGENT, message_of, receipt_of, request_of
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request, handle


class Room:
    """One channel as its settings name it; of which server it is, verify tells."""

    def __init__(self, settings: Any, account: Account | None) -> None:
        self.settings = settings
        self.base = f"https://discord.com/api/v{settings.api}"
        self.hook = f"{self.base}/webhooks/{settings.webhook}/{handle('token')}"
        self.guild = str(account.facts.get("guild") or "") if account else ""

    def thread(self, earlier: PartReceipt | None) -> str:
        """The thread that the next message belongs into; empty for the channel itself, or for one that it opens."""
        return str(earlier.more.get("thread") or "") if earlier else str(self.settings.thread)

    def post(self, message: PayloadPart, earlier: PartReceipt | None, nonce: str, target: str) -> Request:
        """The request that publishes a message. The bot alone answers: the message before, or for the first part a `target`."""
        thread = self.thread(earlier)
        if earlier:
            target = "" if earlier.more.get("opened") else earlier.id
        return self._through_webhook(message, thread) if self.settings.webhook else self._by_bot(message, thread, nonce, target)

    def _through_webhook(self, message: PayloadPart, thread: str) -> Request:
        """`wait`: the answer tells the message; without it a failure would be silent."""
        body = message_of(message)
        body |= {name: value for name, value in (("username", self.settings.username), ("avatar_url", self.settings.avatar)) if value}
        if name := message.fields.get("thread_name"):
            body |= {"thread_name": name, **self._tags}
        query = (("wait", "true"), *((("thread_id", thread),) if thread else ()))
        return request_of(self.hook, query, body, message)

    def _by_bot(self, message: PayloadPart, thread: str, nonce: str, target: str) -> Request:
        """Into the channel or thread, as an answer to `target` where there is one; in a forum a thread is opened with it.

        Within minutes the same nonce gives the same message; later it would not, so that smm looks instead of repeating.
        """
        body = message_of(message) | {"nonce": nonce, "enforce_nonce": True}
        if target:
            body["message_reference"] = {"message_id": target, "fail_if_not_exists": False}
        if name := message.fields.get("thread_name"):
            files = {"attachments": body.pop("attachments")} if "attachments" in body else {}
            opened = {"name": name, "message": {key: body[key] for key in body if "nonce" not in key} | files}
            return request_of(f"{self.base}/channels/{self.settings.channel}/threads", (), opened | self._tags, message)
        return request_of(f"{self.base}/channels/{thread or self.settings.channel}/messages", (), body, message)

    @property
    def _tags(self) -> dict[str, Any]:
        return {"applied_tags": list(self.settings.tags)} if self.settings.tags else {}

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """Of a thread that was opened the message stands inside; of a webhook's the channel is the thread."""
        thread = self.thread(earlier)
        message = answer.get("message") if isinstance(answer.get("message"), Mapping) else answer.body
        made = receipt_of({"channel_id": answer.get("id"), **message}, self.guild)
        opened = self.settings.forum and not thread
        more = {"thread": made.more["channel"], **({"opened": True} if opened else {})} if opened or thread else {}
        return PartReceipt(made.id, made.url, {**made.more, **more})

    def crossposting(self, receipt: PartReceipt) -> Request | None:
        """The request that passes an announcement on to the servers that follow, where that is wanted and a bot writes."""
        wanted = self.settings.crosspost and self.settings.channel
        return Request("POST", f"{self.message(receipt)}/crosspost", Json({}), AGENT, may_fail=True) if wanted else None

    def change(self, receipt: PartReceipt, message: PayloadPart) -> Request:
        """The request that gives a message another text. Raises Rejected for a poll."""
        if message.fields.get("poll"):
            raise Rejected("Discord changes no poll", hint="withdraw it, and post it again")
        body = {name: value for name, value in message_of(message).items() if name in ("allowed_mentions", "flags")}
        body["content"] = message.text
        return Request("PATCH", self.message(receipt), Json(body), AGENT, query=self._in_thread(receipt))

    def removal(self, receipt: PartReceipt) -> Request:
        """The request that deletes a message."""
        return Request("DELETE", self.message(receipt), headers=AGENT, query=self._in_thread(receipt), reads="any", may_fail=True)

    def message(self, receipt: PartReceipt) -> str:
        """The API's address of a message."""
        channel = receipt.more.get("channel") or self.settings.channel
        return f"{self.hook}/messages/{receipt.id}" if self.settings.webhook else f"{self.base}/channels/{channel}/messages/{receipt.id}"

    def _in_thread(self, receipt: PartReceipt) -> tuple[tuple[str, str], ...]:
        """What a webhook has to hear beside that address."""
        thread = receipt.more.get("thread") if self.settings.webhook else ""
        return (("thread_id", str(thread)),) if thread else ()

    def account(self) -> Verifying:
        """Whose token it is, and where it writes."""
        if self.settings.webhook:
            hook = yield Request("GET", self.hook, headers=AGENT, auth="")
            facts = {"guild": hook.get("guild_id", default=""), "channel": hook.get("channel_id", default="")}
            return Account(str(hook.get("name", default="webhook")), str(hook.get("id")), facts=facts)
        me = yield Request("GET", f"{self.base}/users/@me", headers=AGENT)
        room = yield Request("GET", f"{self.base}/channels/{self.settings.channel}", headers=AGENT)
        facts = {"guild": room.get("guild_id", default=""), "type": room.get("type", default=0)}
        url = f"https://discord.com/channels/{facts['guild'] or '@me'}/{self.settings.channel}"
        return Account(f"@{me.get('username', default='')}", str(me.get("id")), str(room.get("name", default="")), url, facts=facts)

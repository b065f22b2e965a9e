"""A channel of Slack that a bot writes to: bodies of its messages, their receipts, what takes them down, and whose token it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._slack_fault import failed_with
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Form, Json, Request

API = "https://slack.com/api"
LITERAL = {"parse": "none", "link_names": False}
"""No `@name` in a text becomes a call. chat.update parses as a client does where it is told nothing."""


class Room:
    """One channel; where its workspace is, verify tells."""

    def __init__(self, channel: str, account: Account | None) -> None:
        self.channel = channel
        self.base = str(account.facts.get("url") or "").rstrip("/") if account else ""

    def post(self, message: PayloadPart, mark: Mapping[str, Any], root: str, settings: Any) -> Request:
        """The request that publishes a message. `client_msg_id` is not sent: it is not documented, and nothing shows that it holds."""
        body: dict[str, Any] = {"channel": self.channel, "text": message.text, "metadata": mark}
        body |= {"unfurl_links": message.fields["unfurl"], "unfurl_media": message.fields["unfurl"], **LITERAL}
        body |= {"thread_ts": root, **({"reply_broadcast": True} if message.fields.get("broadcast") else {})} if root else {}
        body |= {"username": settings.username} if settings.username else {}
        icon = settings.icon
        body |= {"icon_emoji" if icon.startswith(":") else "icon_url": icon} if icon else {}
        return Request("POST", f"{API}/chat.postMessage", Json(body), commits=True)

    def change(self, receipt: PartReceipt, text: str) -> Request:
        """The request that gives a message another text."""
        if not receipt.more.get("ts"):
            raise Rejected("smm does not know the message that shares these files", hint="edit it on Slack")
        return Request("POST", f"{API}/chat.update", Json({**self._message(receipt), "text": text, **LITERAL}))

    def take_down(self, receipt: PartReceipt, must: Callable[[Answer], None]) -> Doing:
        """The files, then the message; each may be gone already, of any other answer `must` raises what it means."""
        for file in receipt.more.get("files") or ():
            answer = yield Request("POST", f"{API}/files.delete", Form((("file", str(file)),)), may_fail=True)
            if not failed_with(answer, "file_not_found", "file_deleted"):
                must(answer)
        if receipt.more.get("ts"):
            answer = yield Request("POST", f"{API}/chat.delete", Json(self._message(receipt)), may_fail=True)
            if not failed_with(answer, "message_not_found"):
                must(answer)

    def receipt(self, stamp: str, root: str, files: Sequence[str] = ()) -> PartReceipt:
        """A message is known by its time stamp; one that shares files by the first of them until that is known."""
        more: dict[str, Any] = {"channel": self.channel, **({"ts": stamp} if stamp else {}), **({"files": list(files)} if files else {})}
        more |= {"root": root} if root else {"root": stamp} if files else {}
        thread = f"?thread_ts={root}&cid={self.channel}" if root else ""
        url = f"{self.base}/archives/{self.channel}/p{stamp.replace('.', '')}{thread}" if self.base and stamp else ""
        return PartReceipt(stamp or (files[0] if files else ""), url, more)

    def _message(self, receipt: PartReceipt) -> dict[str, Any]:
        return {"channel": str(receipt.more.get("channel") or self.channel), "ts": receipt.more["ts"]}


def fields_of(options: Any, settings: Any, number: int) -> dict[str, Any]:
    """What is said of a message beside its text: the options of the post where it has them. The first starts no broadcast."""
    unfurl = settings.unfurl if options.unfurl is None else options.unfurl
    wide = settings.broadcast if options.broadcast is None else options.broadcast
    return {"unfurl": unfurl, **({"broadcast": True} if wide and number else {})}


def ask_account(hook: str) -> Verifying:
    """Whose token it is. A webhook has nothing that could be asked without posting."""
    if hook:
        return Account("webhook", hook)
    me = yield Request("POST", f"{API}/auth.test", Json({}))
    facts = {"url": me.get("url", default=""), "bot": me.get("bot_id", default="")}
    return Account(f"@{me.get('user', default='')}", str(me.get("user_id")), str(me.get("team", default="")), facts["url"], facts=facts)

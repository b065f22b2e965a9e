"""Slack: a channel that an app's bot writes to, or an incoming webhook (which tells no id, and takes no files)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from smm_cli.errors import Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat, root_of
from smm_cli.networks._slack_fault import failed_with, read_fault
from smm_cli.networks._slack_files import shared_at, sharing, upload_all
from smm_cli.networks._slack_look import NOBODY, found_stamp, mark_of
from smm_cli.networks.base import Facts, Later
from smm_cli.text.mrkdwn import escaped, mrkdwn
from smm_cli.words.auth import Auth, Bearer, InRequest
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Form, Json, Request, handle
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block, Mention

DOCS = "https://docs.slack.dev/reference/methods"
API = "https://slack.com/api"
GB = 1 << 30
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac")
LITERAL = {"parse": "none", "link_names": False}
"""No `@name` in a text becomes a call. chat.update parses as a client does where it is told nothing."""
UPLOADS = f"{DOCS}/files.getUploadURLExternal"


class Slack(Chat):
    """One channel of a workspace. Parts of a post after the first stand in its thread."""

    name = "slack"
    title = "Slack"
    docs = f"{DOCS}/chat.postMessage"
    auth: Auth = Bearer()
    dialect = "mrkdwn"
    takes = frozenset({"link", "tags", "alt", "reply_to"})
    address = re.compile(r"^https://[\w.-]+\.slack\.com/archives/[A-Z0-9]+/p(\d{10})(\d{6})")
    # More than 40000 characters are cut off in silence; 4000 is what Slack recommends, and all that chat.update takes.
    text = (
        Limit("text", 4000, "code_points", f"{DOCS}/chat.update", "2026-08-06"),
        Limit("alt", 1000, "code_points", UPLOADS, "2026-08-06"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), GB), 10, UPLOADS, "2026-08-06"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), GB), 10, UPLOADS, "2026-08-06"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, GB), 10, UPLOADS, "2026-08-06"),
    )
    media_count = 10
    mixing = True
    steps = (
        "api.slack.com/apps, Create New App, From scratch. With a bot: OAuth & Permissions, Bot Token Scopes chat:write, files:write, "
        "files:read, channels:history, groups:history; Install to Workspace; the token begins with xoxb-. Write /invite @yourapp in the "
        'channel, and set channel = "C…". With a webhook: Incoming Webhooks, Add New Webhook; of its address '
        'https://hooks.slack.com/services/T…/B…/SECRET set webhook = "T…/B…", the last piece is the secret.'
    )

    Settings = Later("smm_cli.networks._slack_tables", "Settings")
    Options = Later("smm_cli.networks._slack_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of(channel.settings)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return InRequest() if settings.get("webhook") else cls.auth

    def hosts(self) -> tuple[str, ...]:
        return ("hooks.slack.com",) if self.settings.webhook else ("slack.com",)

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return mrkdwn(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    def called(self, handle: str, person: Person) -> str:
        """By member id (U…): names call nobody here."""
        return f"<@{handle}>" if handle[:1] in "UW" and handle.isalnum() and handle.isupper() else escaped(person.title or handle)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        options, settings = self.options(post), self.settings
        unfurl = settings.unfurl if options.unfurl is None else options.unfurl
        wide = settings.broadcast if options.broadcast is None else options.broadcast
        return {"unfurl": unfurl, **({"broadcast": True} if wide and number else {})}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        found, place = super().remarks(post, payload, facts), Place(post.path, channel=self.channel.name)
        if self.settings.webhook and any(part.media for part in payload.parts):
            what = "a webhook of Slack takes no files"
            found = (*found, Problem("media-not-taken", what, place, "set channel and a bot's token instead"))
        return found

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one message, in the thread of the first."""
        message = payload.parts[part]
        _, thread = self.answered(message)
        if self.settings.webhook:
            yield Earlier()
            url = f"https://hooks.slack.com/services/{self.settings.webhook}/{handle('token')}"
            body = {"text": message.text, "unfurl_links": message.fields["unfurl"], "unfurl_media": message.fields["unfurl"]}
            body |= {"thread_ts": thread} if thread else {}
            yield Request("POST", url, Json(body), commits=True, reads="text")
            return PartReceipt("")
        files = yield from upload_all(API, message.media)
        root = (yield from self._root((yield Earlier()))) or thread
        if files:
            shared = sharing(self.settings.channel, files, message.text, root)
            answer = yield Request("POST", f"{API}/files.completeUploadExternal", Json(shared), commits=True)
            files = [str(file["id"]) for file in answer.get("files", default=[])] or files
            yield self._receipt("", root, files)
            stamp = yield from shared_at(API, files[0], self.settings.channel)
            return self._receipt(stamp, root, files)
        answer = yield Request("POST", f"{API}/chat.postMessage", Json(self._message(payload, part, root)), commits=True)
        return self._receipt(self.known(answer, "ts"), root)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; files stay."""
        if not receipt.more.get("ts"):
            raise Rejected("smm does not know the message that shares these files", hint="edit it on Slack")
        body = {"channel": self._channel(receipt), "ts": receipt.more["ts"], "text": payload.parts[part].text, **LITERAL}
        yield Request("POST", f"{API}/chat.update", Json(body))
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the files and the message; what is gone already is success."""
        for file in receipt.more.get("files") or ():
            answer = yield Request("POST", f"{API}/files.delete", Form((("file", str(file)),)), may_fail=True)
            if not failed_with(answer, "file_not_found", "file_deleted"):
                self.must(answer)
        if stamp := receipt.more.get("ts"):
            body = {"channel": self._channel(receipt), "ts": stamp}
            answer = yield Request("POST", f"{API}/chat.delete", Json(body), may_fail=True)
            if not failed_with(answer, "message_not_found"):
                self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the mark that smm gave the message, or by where its files were shared. Of a webhook nobody can tell."""
        if self.settings.webhook:
            return NOBODY
        found = yield from found_stamp(API, self.settings.channel, intent)
        if not isinstance(found, str):
            return found
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        return Found(self._receipt(found, str(sent.get("thread_ts") or ""), [file["id"] for file in sent.get("files") or ()]))

    def verify(self) -> Verifying:
        """Whose token it is. A webhook has nothing that could be asked without posting."""
        if self.settings.webhook:
            yield from ()
            return Account("webhook", self.settings.webhook)
        me = yield Request("POST", f"{API}/auth.test", Json({}))
        facts = {"url": me.get("url", default=""), "bot": me.get("bot_id", default="")}
        return Account(f"@{me.get('user', default='')}", str(me.get("user_id")), str(me.get("team", default="")), facts["url"], facts=facts)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    def _root(self, earlier: PartReceipt | None) -> Generator[Step, Any, str]:
        """What the thread hangs on; files that were shared a moment ago may not have had a time stamp yet."""
        files = earlier.more.get("files") if earlier and not earlier.more.get("root") else None
        if not files:
            return root_of(earlier)
        stamp = yield from shared_at(API, str(files[0]), self.settings.channel)
        if not stamp:
            raise Retriable("Slack does not say yet where it shared the files of the part before")
        return stamp

    def _message(self, payload: Payload, part: int, root: str) -> dict[str, Any]:
        """`client_msg_id` is not sent: it is not documented, and nothing shows that it holds."""
        message, settings = payload.parts[part], self.settings
        body: dict[str, Any] = {"channel": settings.channel, "text": message.text, "metadata": mark_of(payload.key, part)}
        body |= {"unfurl_links": message.fields["unfurl"], "unfurl_media": message.fields["unfurl"], **LITERAL}
        body |= {"thread_ts": root, **({"reply_broadcast": True} if message.fields.get("broadcast") else {})} if root else {}
        body |= {"username": settings.username} if settings.username else {}
        icon = settings.icon
        return body | ({"icon_emoji" if icon.startswith(":") else "icon_url": icon} if icon else {})

    def _channel(self, receipt: PartReceipt) -> str:
        return str(receipt.more.get("channel") or self.settings.channel)

    def _receipt(self, stamp: str, root: str, files: Sequence[str] = ()) -> PartReceipt:
        """A message is known by its time stamp; one that shares files by the first of them until that is known."""
        channel, base = self.settings.channel, str(self.account.facts.get("url") or "") if self.account else ""
        more: dict[str, Any] = {"channel": channel, **({"ts": stamp} if stamp else {}), **({"files": list(files)} if files else {})}
        more |= {"root": root} if root else {"root": stamp} if files else {}
        thread = f"?thread_ts={root}&cid={channel}" if root else ""
        url = f"{base.rstrip('/')}/archives/{channel}/p{stamp.replace('.', '')}{thread}" if base and stamp else ""
        return PartReceipt(stamp or (files[0] if files else ""), url, more)


NETWORK = Slack

"""Zulip: a topic of a channel that a bot writes to. The topic is the thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat, files_of, multipart
from smm_cli.networks._short import short
from smm_cli.networks._zulip_look import look_for
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import retry_after
from smm_cli.text.rulers import measure
from smm_cli.text.zulip import escaped, zulip
from smm_cli.words.auth import Basic
from smm_cli.words.channel import Account, Person
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Block, Mention

DOCS = "https://zulip.com/api"
LIMITS = f"{DOCS}/register-queue#response (max_message_length, max_topic_length)"
MB = 1 << 20
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac")
ADDRESS = 120
"""What an upload's address and the marks around it may take of a message. Addresses seen are shorter than 100."""
INLINE = 12
"""The version from which `![…]` is a picture in the text; before, a link shows it below."""
NOT_THERE = frozenset({"STREAM_DOES_NOT_EXIST", "CHANNEL_DOES_NOT_EXIST", "REALM_DEACTIVATED", "USER_DEACTIVATED", "UNAUTHORIZED"})


class Zulip(Chat):
    """One channel of one organisation."""

    name = "zulip"
    title = "Zulip"
    docs = f"{DOCS}/send-message"
    auth = Basic()
    dialect = "zulip"
    takes = frozenset({"link", "tags", "title", "alt"})
    # Zulip cuts off in silence what is longer
    text = (
        Limit("text", 10_000, "code_points", LIMITS, "2026-08-06"),
        Limit("topic", 60, "code_points", LIMITS, "2026-08-06"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), 25 * MB), 20, f"{DOCS}/upload-file", "2026-08-06"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 25 * MB), 20, f"{DOCS}/upload-file", "2026-08-06"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 25 * MB), 20, f"{DOCS}/upload-file", "2026-08-06"),
    )
    media_count = 20
    mixing = True
    steps = (
        "Personal settings, Bots, Add a new bot (Generic bot). Its email is `user`, its API key is `password`: "
        'secret = { user = "…", password = "…" }. Subscribe the bot to a private channel. channel = "name".'
    )

    Settings = Later("smm_cli.networks._zulip_tables", "Settings")
    Options = Later("smm_cli.networks._zulip_tables", "Options")

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return zulip(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    def called(self, handle: str, person: Person) -> str:
        """By full name, or by number."""
        return f"@**|{handle}**" if handle.isdigit() else f"@**{handle}**"

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        return {"topic": self.options(post).topic or self.settings.topic or short(post.title, self.named(facts)) or post.id}

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The links to the files stand in the text."""
        files = sum(len(medium.alt) + ADDRESS for medium in part.media) if limit.name == "text" else 0
        text = part.text if limit.name == "text" else str(part.fields.get(limit.name) or "")
        return measure(text, limit.ruler) + files

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one message. `local_id` is not sent: it tells an event queue, and prevents nothing."""
        message = payload.parts[part]
        files = yield from self._uploaded(message.media)
        yield Earlier()
        pairs = (("type", "stream"), ("to", self.settings.channel), ("topic", str(message.fields["topic"])))
        body = Form((*pairs, ("content", self._content(message, files))))
        answer = yield Request("POST", self._url("messages"), body, commits=True)
        return self._receipt(self.known(answer, "id"), files)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text, with the files that it had; new ones are uploaded. An organisation may forbid it after a time."""
        message, had = payload.parts[part], dict(receipt.more.get("files") or {})
        new = yield from self._uploaded([medium for medium in message.media if medium.blob and medium.blob.sha256 not in had])
        files = had | new
        body = Form((("content", self._content(message, files)),))
        yield Request("PATCH", self._url(f"messages/{receipt.id}"), body)
        return self._receipt(receipt.id, files)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one message; one that is gone already is success."""
        answer = yield Request("DELETE", self._url(f"messages/{receipt.id}"), may_fail=True)
        if "invalid message" not in str(answer.get("msg", default="")).lower():
            self.must(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the bot's own messages in the topic."""
        return (yield from look_for(self._url("").rstrip("/"), intent, earlier, lambda id: self._receipt(id, {})))

    def verify(self) -> Verifying:
        """Whose key it is, what the server runs, and the channel's number."""
        me = yield Request("GET", self._url("users/me"))
        server = yield Request("GET", self._url("server_settings"), auth="", may_fail=True)
        channel = self.settings.channel
        if not channel.isdigit():
            found = yield Request("GET", self._url("get_stream_id"), query=(("stream", channel),))
            channel = str(found.get("stream_id"))
        limits = yield from self._limits()
        version, name = str(server.get("zulip_version", default="")), str(me.get("full_name", default=""))
        url = f"{self.settings.server}/#narrow/channel/{channel}"
        return Account(str(me.get("email")), str(me.get("user_id")), name, url, "zulip", version, limits, facts={"channel": channel})

    def _limits(self) -> Generator[Step, Any, dict[str, int]]:
        """What this server takes. It tells it to those who register for events alone; the queue ends by itself after ten minutes."""
        asked = Form((("event_types", '["realm"]'), ("fetch_event_types", '["realm"]')))
        told = yield Request("POST", self._url("register"), asked, may_fail=True)
        found = {"text": told.get("max_message_length"), "topic": told.get("max_topic_length")}
        size = told.get("max_file_upload_size_mib")
        found |= {f"{kind}_bytes": size * MB if isinstance(size, int) else None for kind in ("image", "video", "audio")}
        return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """By status and code; the words are for people."""
        told = body if isinstance(body, Mapping) else {}
        if status < 300 and told.get("result", "success") == "success":
            return None
        code, said = str(told.get("code") or ""), str(told.get("msg") or "")
        words = f"Zulip answered {status} {code}: {said}".rstrip(": ")
        if status == 429 or code == "RATE_LIMIT_HIT":
            seconds = told.get("retry-after")
            return RateLimited(words, after=float(seconds) if isinstance(seconds, int | float) else retry_after(headers))
        if status in (401, 403) or code in NOT_THERE or "not authorized to send" in said.lower():
            return AuthFailed(words, hint="do user and password hold, and may the bot write to the channel?")
        return Retriable(words) if status in (408, 425) or status >= 500 else Rejected(words)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        return f"{self.settings.server}/api/v1/{path}"

    def _uploaded(self, media: Sequence[Media]) -> Generator[Step, Any, dict[str, str]]:
        """Where each file is on the server, by its SHA-256. Older servers say `uri`."""
        found: dict[str, str] = {}
        for medium in media:
            files = files_of([medium], lambda n: "file")
            answer = yield Request("POST", self._url("user_uploads"), multipart({}, files), timeout=300.0)
            assert medium.blob is not None
            found[medium.blob.sha256] = str(answer.get("url") or answer.get("uri"))
        return found

    def _content(self, message: PayloadPart, files: Mapping[str, str]) -> str:
        major = self.account.version.split(".")[0].split("-")[0] if self.account else ""
        sign = "!" if major.isdigit() and int(major) >= INLINE else ""
        shown = [(medium.kind, medium.alt, files[medium.blob.sha256]) for medium in message.media if medium.blob]
        links = [f"{sign if kind == 'image' else ''}[{_label(alt) or kind}]({address})" for kind, alt, address in shown]
        return "\n".join([*([message.text] if message.text else []), *links])

    def _receipt(self, id: str, files: Mapping[str, str]) -> PartReceipt:
        channel = self.account.facts.get("channel") if self.account else ""
        place = f"channel/{channel}/" if channel else ""
        return PartReceipt(id, f"{self.settings.server}/#narrow/{place}near/{id}", {"files": dict(files)} if files else {})


def _label(text: str) -> str:
    """A description as the label of a link, where brackets would end it."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())


NETWORK = Zulip

"""Misskey and its forks (Sharkey, CherryPick, Iceshrimp's Misskey API): notes by their own API, which tells more than the borrowed one.

There is no edit: Misskey has none, and Sharkey's `notes/edit` could not be confirmed (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from smm_cli.errors import OutcomeUnknown, Retriable, SmmError
from smm_cli.networks._misskey_api import Api, is_gone, read_fault, sign_in
from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.mfm import mfm
from smm_cli.words.auth import InRequest
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Poll, Post
from smm_cli.words.tree import Mention

CODE = "misskey-dev/misskey packages/backend/src"
READ = "2026-11-22"
ROLE = f"{CODE}/core/RoleService.ts, maxFileSizeMb (default 30); /api/i tells the account's own"
SIZE = 30 * 1024 * 1024
VISIBILITY = {"public": "public", "unlisted": "home", "home": "home", "private": "followers", "followers": "followers"}
"""Mastodon's words for it and Misskey's own. `specified` needs receivers by id, so that a post to few is not offered."""


class Misskey(Network):
    """One account on one server."""

    name = "misskey"
    title = "Misskey"
    docs = "https://misskey-hub.net/en/docs/for-developers/api/"
    auth = InRequest()
    text = (
        # Misskey counts code points, Sharkey JavaScript's length: the shorter of both
        Limit("text", 3000, "utf16", f"{CODE}/const.ts MAX_NOTE_TEXT_LENGTH; Sharkey: maxNoteLength of its configuration", READ),
        Limit("content_warning", 100, "utf16", f"{CODE}/server/api/endpoints/notes/create.ts", READ),
        Limit("alt", 512, "utf16", f"{CODE}/const.ts DB_MAX_IMAGE_COMMENT_LENGTH", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), SIZE), 16, ROLE, READ),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), SIZE), 16, ROLE, READ),
        MediaLimit(
            "audio", dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4"), SIZE), 16, ROLE, READ
        ),
    )
    media_count = 16
    mixing = True
    poll = PollLimit(
        10, 50, 1, 10 * 365 * 86_400, f"{CODE}/server/api/endpoints/notes/create.ts; no longest time", READ, "utf16", media=True
    )
    threads = True
    dialect = "mfm"
    takes = frozenset({"link", "tags", "content_warning", "visibility", "poll", "reply_to", "quote", "alt"})
    visibilities = tuple(VISIBILITY)
    steps = (
        "Nothing to create first: smm channel login opens your server's page, where you allow it (MiAuth). "
        "Or make a token by hand: Settings, API (or Connected services), Generate access token, with notes, drive and account."
    )

    Settings = Later("smm_cli.networks._misskey_tables", "Settings")
    Options = Later("smm_cli.networks._misskey_tables", "Options")

    @property
    def api(self) -> Api:
        return Api(str(self.settings.server))

    @property
    def host(self) -> str:
        """The server as people write it, with port where there is one."""
        return urlsplit(self.api.server).netloc

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        return super().messages(replace(post, numbering=post.numbering or self.settings.numbering), facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text, and the fields of the request; a content warning holds for every part, poll, quote and reply for the first."""
        options, mention = self.options(post), self.mention(facts)
        wanted = post.visibility or self.settings.visibility
        if number and wanted == "public":
            wanted = self.settings.thread_visibility or wanted
        fields: dict[str, Any] = {"visibility": VISIBILITY.get(wanted, "public")}
        if post.content_warning:
            fields["content_warning"] = short(post.content_warning, mention)
        fields |= {"sensitive": True} if options.sensitive else {}
        fields |= {"local_only": True} if options.local_only else {}
        if number == 0:
            fields |= {"poll": _poll(post.poll, mention)} if post.poll else {}
            fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
            fields |= {"quote": pointer(post.quote, facts, 0)} if post.quote else {}
        return PayloadPart(mfm(part.blocks, mention).strip(), fields, described(part.media, mention), part.line)

    def share_link(self, payload: Payload) -> str:
        """The server's own form with the text of the first part."""
        return f"{self.api.server}/share?text={quote(payload.parts[0].text, safe='')}"

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files into the drive (a note may name each but once), what is answered or quoted, then the one request that publishes."""
        message, api = payload.parts[part], self.api
        fields = message.fields
        files = []
        for medium in message.media:
            files.append((yield from api.upload(medium, sensitive=bool(fields.get("sensitive")))))
        reply = yield from api.found(fields.get("reply_to"), "reply_to")
        quoted = yield from api.found(fields.get("quote"), "quote")
        earlier = yield Earlier()
        body: dict[str, Any] = {"text": message.text or None, "visibility": fields["visibility"], "cw": fields.get("content_warning")}
        body["localOnly"] = bool(fields.get("local_only"))
        answered = earlier.id if earlier else reply
        said = {"fileIds": list(dict.fromkeys(files)), "replyId": answered, "renoteId": quoted, "poll": fields.get("poll")}
        body |= {name: value for name, value in said.items() if value}
        answer: Answer = yield api.ask("notes/create", body, commits=True)
        note = answer.get("createdNote", default={})
        if not isinstance(note, Mapping) or not note.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a note")
        return api.receipt(note)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from self.api.look_for(intent, earlier))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take one note down; one that is gone already is success. The files stay in the drive."""
        answer = yield self.api.ask("notes/delete", {"noteId": receipt.id}, reads="any", may_fail=True)
        if not is_gone(answer):
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable(f"{self.host} did not answer")

    def verify(self) -> Verifying:
        return (yield from self.api.account(self.host))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from sign_in(self.api, self.host, inputs))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host)


def _poll(poll: Poll, mention: Callable[[Mention], str]) -> dict[str, Any]:
    choices = [short(option, mention) for option in poll.options]
    return {"choices": choices, "multiple": poll.multiple, "expiredAfter": poll.seconds * 1000}


NETWORK = Misskey

"""Communote: notes in a topic, by REST API 3.0. Facts: github.com/Communote/communote-server, source of 3.5 (2019; read 2026-11-22)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks._communote_fault import communote_fault
from smm_cli.networks._communote_files import uploaded
from smm_cli.networks._communote_look import look_for, words_of
from smm_cli.networks._communote_topic import Topic, note
from smm_cli.networks._forgiven import unless
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.communote import kept
from smm_cli.words.auth import Basic
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

SOURCE = "communote-server, ApplicationProperty.ATTACHMENT_MAX_UPLOAD_SIZE: 10 MB by default; no number is set"
IMAGES = "communote-server, AttachmentResourceHelper.assertAttachmentSize: IMAGE_MAX_UPLOAD_SIZE for images, 1 MB by default"
READ = "2026-11-22"
LARGE, IMAGE = 10 * 1024 * 1024, 1024 * 1024


class Communote(Network):
    """One topic, written to by one account."""

    name = "communote"
    title = "Communote"
    docs = "https://github.com/Communote/communote-server"
    auth = Basic()
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), IMAGE), 20, IMAGES, "2026-11-23"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), LARGE), 20, SOURCE, READ),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/wav"), LARGE), 20, SOURCE, READ),
    )
    media_count = 20
    mixing = True
    threads = True
    dialect = "html"
    takes = frozenset({"link", "tags"})
    appends = frozenset({"link"})
    steps = (
        "Make an account for smm and give it the right to write in the topic. smm asks for the account's alias and password. "
        "A wrong password locks the account after some tries: smm then stops at once. Where the server takes pictures larger than 1 MB, "
        "write it: limits = { image_bytes = 10485760 }."
    )

    Settings = Later("smm_cli.networks._communote_tables", "Settings")

    fault = staticmethod(communote_fault)

    @cached_property
    def topic(self) -> Topic:
        own = self.settings
        return Topic(own.server, own.tenant, own.version, own.topic)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """HTML, and the tags of the first note."""
        tags = list(dict.fromkeys((*self.settings.tags, *post.tags))) if number == 0 else []
        return PayloadPart(kept(part.blocks, self.mention(facts)), {"tags": tags} if tags else {}, part.media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """A note of files alone is refused (NoteResourceHelper, checkNoteText)."""
        mute = [part for part in payload.parts if part.media and not words_of(part.text).strip()]
        what = "Communote takes no note of files without words"
        return tuple(
            Problem("text-missing", what, Place(post.path, part.line, channel=self.channel.name), "write something") for part in mute
        )

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the topic, upload the files, then the note; further parts answer it."""
        message = payload.parts[part]
        known = self.account.facts if self.account and self.account.facts.get("asked") == self.settings.topic else {}
        number = known.get("topic") or (yield from self.topic.number())
        session = f"smm-{payload.key[:40]}-{part}"
        files = yield from uploaded(self.topic, message.media, {}, session)
        earlier = yield Earlier()
        body = note(message, number, files, session) | ({"parentNoteId": int(earlier.id)} if earlier else {})
        answer = yield self.topic.ask("POST", "/notes", Json(body), commits=True)
        id = answer.get("result")
        if not isinstance(id, int | str) or not id:
            raise OutcomeUnknown(f"{self.settings.server} answered {answer.status} without the id of a note")
        return self.topic.receipt(id, number, files)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one note; files that it has already are not uploaded again."""
        message, number = payload.parts[part], receipt.more["topic"]
        session = f"smm-{payload.key[:40]}-{part}-edit"
        files = yield from uploaded(self.topic, message.media, receipt.more.get("files") or {}, session)
        yield self.topic.ask("PUT", f"/notes/{receipt.id}", Json(note(message, number, files, session)))
        return self.topic.receipt(receipt.id, number, files)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one note; one that is gone already is success."""
        answer = yield self.topic.ask("DELETE", f"/notes/{receipt.id}", may_fail=True)
        unless(self, answer, 404, who="the server")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own notes in the topic since the intent, by their text."""
        return (yield from look_for(self.topic, payload.parts[intent.part], intent, earlier))

    def verify(self) -> Verifying:
        """Whose account it is, that the licence holds and that the topic can be written to."""
        return (yield from self.topic.account())


NETWORK = Communote

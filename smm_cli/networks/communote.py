"""Communote: notes in a topic, by REST API 3.0. Facts: github.com/Communote/communote-server, source of 3.5 (2019; read 2026-11-22).

The server keeps no mark of ours in a note; a lost answer is found by the text. smm keeps no cookies: an upload is a session of its
own, in which the server notes the file for cleaning up only (AttachmentResourceHandler, persistAttachment).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._forum import Seen, among, moment, sent_in
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.networks.fault import fault_by_status
from smm_cli.text.communote import kept
from smm_cli.text.quiet import JOINER
from smm_cli.words.auth import Basic
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

SOURCE = "communote-server, ApplicationProperty.ATTACHMENT_MAX_UPLOAD_SIZE: 10 MB by default; no number is set"
IMAGES = "communote-server, AttachmentResourceHelper.assertAttachmentSize: IMAGE_MAX_UPLOAD_SIZE for images, 1 MB by default"
READ = "2026-11-22"
LARGE, IMAGE = 10 * 1024 * 1024, 1024 * 1024
KEEPS = 600.0
"""A file that no note has is cleaned up when the session of its upload ends; half of the usual twenty minutes."""
DAY = 86_400.0
COUNT = 20
TAG = re.compile(r"<[^>]+>")


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

    @property
    def rest(self) -> str:
        """Where the API is, without its version."""
        return f"{self.settings.server}/microblog/{quote(self.settings.tenant, safe='')}/api/rest"

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """HTML, and the tags of the first note."""
        tags = list(dict.fromkeys((*self.settings.tags, *post.tags))) if number == 0 else []
        return PayloadPart(kept(part.blocks, self.mention(facts)), {"tags": tags} if tags else {}, part.media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """A note of files alone is refused (NoteResourceHelper, checkNoteText)."""
        mute = [part for part in payload.parts if part.media and not _bare(part.text).strip()]
        what = "Communote takes no note of files without words"
        return tuple(
            Problem("text-missing", what, Place(post.path, part.line, channel=self.channel.name), "write something") for part in mute
        )

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the topic, upload the files, then the note; further parts answer it."""
        message = payload.parts[part]
        known = self.account.facts if self.account and self.account.facts.get("asked") == self.settings.topic else {}
        topic = known.get("topic") or (yield from self._topic())
        session = f"smm-{payload.key[:40]}-{part}"
        files = yield from self._uploaded(message.media, {}, session)
        earlier = yield Earlier()
        body = self._note(message, topic, files, session) | ({"parentNoteId": int(earlier.id)} if earlier else {})
        answer = yield self._ask("POST", "/notes", Json(body), commits=True)
        id = answer.get("result")
        if not isinstance(id, int | str) or not id:
            raise OutcomeUnknown(f"{self.settings.server} answered {answer.status} without the id of a note")
        return self._receipt(id, topic, files)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one note; files that it has already are not uploaded again."""
        message, topic = payload.parts[part], receipt.more["topic"]
        session = f"smm-{payload.key[:40]}-{part}-edit"
        files = yield from self._uploaded(message.media, receipt.more.get("files") or {}, session)
        yield self._ask("PUT", f"/notes/{receipt.id}", Json(self._note(message, topic, files, session)))
        return self._receipt(receipt.id, topic, files)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one note; one that is gone already is success."""
        answer = yield self._ask("DELETE", f"/notes/{receipt.id}", may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the server did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own notes in the topic since the intent, by their text."""
        me, topic = (yield from self._me()), sent_in(intent, "topicId")
        since = str(int((intent.at - timedelta(seconds=60)).timestamp() * 1000))
        query = (("f_userIds", str(me.get("userId"))), ("f_topicIds", str(topic)), ("f_startDate", since), ("maxCount", str(COUNT)))
        listed = yield self._ask("GET", "/timelineNotes", query=query)
        notes = listed.get("result")
        if not isinstance(notes, list):
            return CannotTell(self._address(""))
        files = dict(zip(_digests(payload, intent), sent_in(intent, "attachmentIds") or (), strict=False))
        seen = [
            Seen(
                self._receipt(one.get("noteId"), topic, files),
                moment(one.get("creationDate")),
                _bare(str(one.get("text") or "")),
                first=intent.part == 0,
            )
            for one in notes
        ]
        if found := among(seen, intent, _bare(str(sent_in(intent, "text"))), earlier):
            return found
        whole = listed.get("metaData", "moreElementsAvailable") is False or len(notes) < COUNT
        return Absent() if whole else CannotTell(self._address(""))

    def verify(self) -> Verifying:
        """Whose account it is, that the licence holds and that the topic can be written to."""
        me = yield from self._me()
        versions = me.get("supportedVersions")
        if isinstance(versions, list) and versions and self.settings.version not in map(str, versions):
            raise ConfigError(
                f"{self.settings.server} speaks {', '.join(map(str, versions))}, not {self.settings.version}", hint="set `version`"
            )
        if Answer(0, {}, me).get("license", "isValid") is False:
            raise AuthFailed("the licence of the server has ended: nothing can be written", hint="ask who runs it")
        topic = yield from self._topic()
        alias = str(me.get("userAlias"))
        url = f"{self.settings.server}/microblog/{self.settings.tenant}/portal/users/{quote(alias, safe='')}"
        facts = {"topic": topic, "asked": self.settings.topic}
        return Account(f"@{alias}", str(me.get("userId")), alias, url, "communote", facts=facts)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """An ERROR may come with any status; WARNING was done. 401 is never tried again: the account would be locked."""
        said = body if isinstance(body, Mapping) else {}
        if status < 300 and said.get("status") != "ERROR":
            return None
        causes = [f"{one.get('cause', '')}: {one.get('message', '')}" for one in said.get("errors") or () if isinstance(one, Mapping)]
        words = f"{status} {said.get('message') or ''} {'; '.join(causes)}".strip()[:300]
        if status < 300:
            return Rejected(words)
        if status == 401:
            return AuthFailed(words, hint="are alias and password right? After some wrong tries the account is locked")
        error = fault_by_status(status, headers, body)
        return type(error)(words) if error else None

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        address = path if path.startswith("http") else f"{self.rest}/{self.settings.version}{path}"
        return Request(method, address, body, {"accept": "application/json"}, reads="any", **more)

    def _me(self) -> Generator[Step, Any, Mapping[str, Any]]:
        answer = yield self._ask("GET", f"{self.rest}/information")
        said = answer.get("result") or answer.body
        if not isinstance(said, Mapping) or not said.get("userAlias"):
            raise AuthFailed(f"{self.settings.server} does not say whose account this is", hint="is it a Communote server of version 3?")
        return said

    def _topic(self) -> Generator[Step, Any, Any]:
        query = (("topicListType", "WRITE"), ("f_topicAliases", str(self.settings.topic)))
        answer = yield self._ask("GET", "/topics", query=query, keeps_for=DAY)
        found = answer.get("result", 0, "topicId")
        if not found:
            raise Rejected(f"the account cannot write in the topic {self.settings.topic}", hint="is the alias right, and the right given?")
        return found

    def _uploaded(self, media: tuple[Media, ...], had: Mapping[str, Any], session: str) -> Generator[Step, Any, dict[str, Any]]:
        """Attachment ids by the SHA-256 of the files, in order."""
        files: dict[str, Any] = {}
        for medium in media:
            if medium.blob is None:
                raise Rejected(f"{medium.path} was not read", hint="smm check")
            if medium.blob.sha256 in had:
                files[medium.blob.sha256] = had[medium.blob.sha256]
                continue
            ending = medium.blob.type.rpartition("/")[2].replace("jpeg", "jpg").replace("quicktime", "mov").replace("mpeg", "mp3")
            body = Multipart((Field("file", medium.blob, f"{medium.kind}.{ending}", medium.blob.type),))
            query = (("attachmentUploadSessionId", session),)
            answer = yield self._ask("POST", "/attachments", body, query=query, keeps_for=KEEPS, timeout=300.0)
            id = answer.get("result", 0, "attachmentId")
            if not id:
                raise Retriable("the server took the file and gave it no number")
            files[medium.blob.sha256] = id
        return files

    def _note(self, message: PayloadPart, topic: Any, files: Mapping[str, Any], session: str) -> dict[str, Any]:
        tags = [{"defaultName": tag} for tag in message.fields.get("tags") or ()]
        said = {"topicId": topic, "text": message.text, "isHtml": True, "publish": True, "isDirectMessage": False}
        uploaded = {"attachmentUploadSessionId": session} if files else {}
        return {**said, "tags": tags, "attachmentIds": list(files.values()), **uploaded}

    def _receipt(self, id: Any, topic: Any, files: Mapping[str, Any]) -> PartReceipt:
        return PartReceipt(str(id), self._address(f"/notes/{id}"), {"topic": topic, **({"files": dict(files)} if files else {})})

    def _address(self, path: str) -> str:
        settings = self.settings
        return f"{settings.server}/microblog/{settings.tenant}/portal/topics/{quote(settings.topic, safe='')}{path}"


def _bare(text: str) -> str:
    """The words of a note, however the server changed its marks."""
    return unescape(TAG.sub("", text)).replace(JOINER, "").replace("\u00a0", " ")


def _digests(payload: Payload, intent: Intent) -> list[str]:
    return list(dict.fromkeys(medium.blob.sha256 for medium in payload.parts[intent.part].media if medium.blob))


NETWORK = Communote

"""A fake Communote. Rules: communote-server 3.5, REST API 3.0 (NoteResourceHandler, AttachmentResourceHandler; read 2026-11-22)."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from html import unescape
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, Upload, route

REST = "/microblog/global/api/rest"
V3 = f"{REST}/3.0"
ALLOWED = {"strong", "em", "u", "b", "i", "ul", "ol", "li", "blockquote", "a", "p", "br", "span"}
FILE, IMAGE = 10 * 1024 * 1024, 1024 * 1024
"""Images have a limit of their own (AttachmentResourceHelper.assertAttachmentSize)."""
LOCKS = 15
"""After so many wrong passwords the account is locked for good."""


def refused(status: int, message: str, *causes: str) -> Refused:
    """An error as the server says it."""
    return Refused(status, {"status": "ERROR", "message": message, "errors": [{"cause": cause, "message": message} for cause in causes]})


def granted(result: Any, **more: Any) -> Reply:
    return Reply(200, {"status": "OK", "message": "", "result": result, **more})


class FakeCommunote(Fake):
    """One server with the topic "news", number 12, in which everybody may write. `wrong` counts wrong passwords."""

    name = "communote"
    place = "blog.example"
    channel = 'server = "https://blog.example"\ntopic = "news"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.topics = {"news": 12}
        self.notes: dict[int, dict[str, Any]] = {}
        self.files: dict[int, str] = {}
        self.wrong = 0
        self.licensed = True

    def too_many(self, seconds: float) -> Reply:
        """The server itself knows no limit; a proxy before it may."""
        return Reply(429, "Too Many Requests", {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return refused(404, "The requested resource was not found.").reply

    def _who(self, call: Call) -> str:
        scheme, _, told = call.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(told).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if self.wrong >= LOCKS:
            raise refused(401, "The account is locked.")
        if not user or not password.startswith(SANDBOX_TOKEN):
            self.wrong += 1
            raise refused(401, "Authentication failed.")
        return user

    @route("GET", f"{REST}/information")
    def information(self, call: Call) -> Reply:
        account = self._who(call)
        said = {"userId": 5, "userAlias": account, "preferredVersion": "3.0", "supportedVersions": ["2.4", "3.0"]}
        return granted(said | {"license": {"isValid": self.licensed}})

    @route("GET", f"{V3}/topics")
    def list_topics(self, call: Call) -> Reply:
        self._who(call)
        found = self.topics.get(call.asked("f_topicAliases"))
        return granted([{"topicId": found, "alias": call.asked("f_topicAliases"), "title": "News"}] if found else [])

    @route("POST", f"{V3}/attachments")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        files = [one for one in call.multipart.values() if isinstance(one, Upload)]
        if not call.asked("attachmentUploadSessionId"):
            raise refused(400, "The upload session id is missing.", "attachmentUploadSessionId")
        if any(len(one.content) > (IMAGE if one.type.startswith("image/") else FILE) for one in files):
            raise refused(400, "The file is too large.", "file")
        result = []
        for one in files:
            id = self.next_number()
            self.files[id] = one.filename
            result.append({"attachmentId": id, "fileName": one.filename, "fileType": one.type, "contentLength": len(one.content)})
        return granted(result)

    # -- notes ------------------------------------------------------------------------------------------------------------

    @route("POST", f"{V3}/notes", commits=True)
    def post(self, call: Call) -> Reply:
        account, sent = self._who(call), call.sent
        if not self.licensed:
            raise refused(403, "The license has expired.")
        note = self._note(sent) | {"author": account, "at": self.now()}
        parent = sent.get("parentNoteId")
        if parent is not None and int(parent) not in self.notes:
            raise refused(404, "The parent note was not found.", "parentNoteId")
        id = self.next_number()
        self.notes[id] = note | {"id": id}
        url = f"{call.base}/microblog/global/portal/topics/news/notes/{id}"
        media = tuple(self.files[one] for one in note["files"])
        more = {"tags": note["tags"]}
        self.publish(Posted(self.name, account, str(id), url, _words(note["text"]), self.now(), media, str(parent or ""), more=more))
        return granted(id)

    def _note(self, sent: Any) -> dict[str, Any]:
        text = str(sent.get("text") or "")
        if sent.get("topicId") not in self.topics.values():
            raise refused(403, "You are not allowed to write in this topic.", "topicId")
        if not _words(text).strip():  # NoteResourceHelper, checkNoteText; files do not help
            raise refused(400, "The text of a note must not be empty.", "text")
        if not sent.get("isHtml") or not sent.get("publish"):
            raise refused(400, "the sandbox keeps published notes of HTML only")
        foreign = {found.lower() for found in re.findall(r"</?([A-Za-z0-9]+)", text)} - ALLOWED
        if foreign:  # the server drops them without a word; here it shall be noticed
            raise refused(400, f"elements that are not kept: {', '.join(sorted(foreign))}", "text")
        if any(id not in self.files for id in sent.get("attachmentIds") or ()):
            raise refused(400, "The attachment does not exist.", "attachmentIds")
        tags = [str(tag["defaultName"]) for tag in sent.get("tags") or ()]
        return {"topic": sent["topicId"], "text": text, "tags": tags, "files": list(sent.get("attachmentIds") or ())}

    @route("PUT", f"{V3}/notes/{{id}}")
    def edit(self, call: Call) -> Reply:
        note = self._own(call)
        note |= self._note(call.sent)
        self.change(call.args["id"], text=_words(note["text"]), edited=True)
        return granted(note["id"])

    @route("DELETE", f"{V3}/notes/{{id}}")
    def delete(self, call: Call) -> Reply:
        note = self._own(call)
        del self.notes[note["id"]]
        self.change(call.args["id"], deleted=True)
        return granted(None)

    def _own(self, call: Call) -> dict[str, Any]:
        self._who(call)
        note = self.notes.get(int(call.args["id"]))
        if note is None:
            raise refused(404, "The note was not found.")
        return note

    @route("GET", f"{V3}/timelineNotes")
    def timeline(self, call: Call) -> Reply:
        self._who(call)
        since, most = int(call.asked("f_startDate", "0")), int(call.asked("maxCount", "10"))
        found = [note for note in reversed(self.notes.values()) if _stamp(note["at"]) >= since]
        shown = [{"noteId": note["id"], "text": note["text"], "creationDate": _stamp(note["at"])} for note in found[:most]]
        about = {"numberOfElements": len(found), "moreElementsAvailable": len(found) > most}
        return granted(shown, metaData=about)


def _words(text: str) -> str:
    """What readers see."""
    return unescape(re.sub(r"<[^>]+>", "", text))


def _stamp(at: datetime) -> int:
    return int(at.timestamp() * 1000)


FAKE = FakeCommunote

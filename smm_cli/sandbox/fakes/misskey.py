"""A fake Misskey. Rules are those of misskey-dev/misskey (2026.5), packages/backend/src/server/api, where no other source stands.

`software="sharkey"` tells the limits that Sharkey's meta tells besides.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._mastodon_shapes import stamp

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

VISIBILITIES = ("public", "home", "followers", "specified")
HOURLY = 300
"""notes/create.ts: limit 300 in an hour."""


def utf16(text: str) -> int:
    """The length that JavaScript gives: Sharkey compares `ps.text.length` with its maxNoteLength (notes/create.ts)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refused(status: int, code: str, message: str = "", **info: Any) -> Refused:
    """As ApiCallService.ts sends an ApiError."""
    error = {"message": message or code.replace("_", " ").capitalize(), "code": code, "id": "0b5f1631-7c1a-41a6-b399-cce335f34d85"}
    return Refused(status, {"error": {**error, "kind": "client" if status < 500 else "server", **({"info": info} if info else {})}})


class FakeMisskey(Fake):
    """One server. `sessions` are MiAuth sessions that the `visitor` allowed."""

    name = "misskey"
    channel = 'server = "https://misskey.example"'
    place = "misskey.example"
    visitor = "ada"

    def __init__(self, clock: Clock, *, software: str = "misskey", characters: int = 3000) -> None:
        super().__init__(clock)
        self.software = software
        self.characters = characters
        self.notes: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.sessions: set[str] = set()

    def resemble(self, network: Network) -> None:
        self.characters = next(limit.maximum for limit in network.text_limits if limit.name == "text")
        self.software = (network.account.software if network.account else "") or self.software

    def too_many(self, seconds: float) -> Reply:
        # ApiCallService.ts, #onExecError: Retry-After beside the error
        reset = int((self.now().timestamp() + seconds) * 1000)
        reply = refused(429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded. Please try again later.", resetMs=reset).reply
        return Reply(429, reply.body, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return refused(404, "UNKNOWN_API_ENDPOINT", "Unknown API endpoint.").reply

    # -- the server -------------------------------------------------------------------------------------------------------

    @route("GET", "/.well-known/nodeinfo")
    def wellknown(self, call: Call) -> Reply:
        return Reply(200, {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": f"{call.base}/nodeinfo/2.1"}]})

    @route("GET", "/nodeinfo/2.1")
    def node(self, call: Call) -> Reply:
        return Reply(200, {"version": "2.1", "software": {"name": self.software, "version": "2026.5.1"}})

    @route("POST", "/api/meta")
    def meta(self, call: Call) -> Reply:
        more = {"maxCwLength": 500, "maxAltTextLength": 20_000} if self.software == "sharkey" else {}
        return Reply(200, {"version": "2026.5.1", "uri": call.base, "maxNoteTextLength": self.characters, **more})

    @route("GET", "/miauth/{session}")
    def visit(self, call: Call) -> Reply:
        """The visitor allows it at once."""
        self.sessions.add(call.args["session"])
        back = call.asked("callback")
        return Reply(302, "", {"location": f"{back}&session={call.args['session']}"}) if back else Reply(200, "allowed")

    @route("POST", "/api/miauth/{session}/check")
    def check(self, call: Call) -> Reply:
        if call.args["session"] not in self.sessions:
            return Reply(200, {"ok": False})
        self.sessions.discard(call.args["session"])  # miauth/check: a session's token is given once
        return Reply(200, {"ok": True, "token": self.token(self.visitor), "user": {"username": self.visitor}})

    @route("POST", "/api/i")
    def me(self, call: Call) -> Reply:
        who = self._who(call)
        policies = {"driveCapacityMb": 100, "maxFileSizeMb": 30}
        return Reply(200, {"id": f"u{who}", "username": who, "name": who.title(), "policies": policies})

    # -- drive ------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/drive/files/create")
    def upload(self, call: Call) -> Reply:
        who, sent = self._who(call), call.multipart
        file, comment = sent.get("file"), str(sent.get("comment") or "")
        if not isinstance(file, Upload):
            raise refused(400, "FILE_REQUIRED", "File required.")
        self._check_comment(comment)
        if len(file.content) > 30 * 1024 * 1024:
            raise refused(400, "MAX_FILE_SIZE_EXCEEDED", "Cannot upload the file because it exceeds the maximum file size.")
        md5 = hashlib.md5(file.content, usedforsecurity=False).hexdigest()
        for known in self.files.values():  # DriveService.ts: the same bytes of one user are one file, unless `force`
            if known["md5"] == md5 and known["who"] == who and sent.get("force") != "true":
                return Reply(200, self._file(known))
        id = f"f{self.next_number():09}"
        more = {"isSensitive": sent.get("isSensitive") == "true", "type": file.type, "size": len(file.content)}
        self.files[id] = {"id": id, "md5": md5, "who": who, "comment": comment or None, **more}
        return Reply(200, self._file(self.files[id]))

    @route("POST", "/api/drive/files/update")
    def update_file(self, call: Call) -> Reply:
        who, sent = self._who(call), call.sent
        file = self.files.get(str(sent.get("fileId")))
        if not file or file["who"] != who:
            raise refused(400, "NO_SUCH_FILE", "No such file.")
        self._check_comment(str(sent.get("comment") or ""))
        file |= {name: sent[name] for name in ("comment", "isSensitive") if name in sent}
        return Reply(200, self._file(file))

    def _check_comment(self, comment: str) -> None:
        if utf16(comment) > (20_000 if self.software == "sharkey" else 512):
            raise refused(400, "COMMENT_TOO_LONG", "Cannot upload the file because the comment exceeds the maximum length.")

    def _file(self, file: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in file.items() if name != "who"}

    # -- notes ------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/notes/create", commits=True)
    def create(self, call: Call) -> Reply:
        who, sent = self._who(call), call.sent
        recent = [posted for posted in self.posted if posted.account == who and (self.now() - posted.at).total_seconds() < 3600]
        if len(recent) >= HOURLY:
            return self.too_many(3600)
        self._check_note(sent)
        text, files = str(sent.get("text") or "").strip(), [str(id) for id in sent.get("fileIds") or ()]
        if any(self.files.get(id, {}).get("who") != who for id in files):
            raise refused(400, "NO_SUCH_FILE", "Some files are not found.")
        for name, code in (("replyId", "NO_SUCH_REPLY_TARGET"), ("renoteId", "NO_SUCH_RENOTE_TARGET")):
            if sent.get(name) and sent[name] not in self.notes:
                raise refused(400, code)
        if not (text or files or sent.get("renoteId") or sent.get("poll")):
            raise refused(400, "CONTENT_REQUIRED", "Content required. You need to set text, fileIds, renoteId or poll.")
        id = f"a{self.next_number():09}"
        kept = {name: sent.get(name) for name in ("cw", "replyId", "renoteId", "poll", "localOnly")}
        note = {"id": id, "userId": f"u{who}", "createdAt": stamp(self.now()), "text": text or None, "fileIds": files, **kept}
        note["visibility"] = sent.get("visibility", "public")
        self.notes[id] = note
        pictures = tuple(str(self.files[file]["comment"] or "") for file in files)
        more = {name: value for name, value in note.items() if name in ("cw", "visibility", "poll", "renoteId", "localOnly") and value}
        url = f"{call.base}/notes/{id}"
        self.publish(Posted(self.name, who, id, url, text, self.now(), pictures, str(sent.get("replyId") or ""), more=more))
        return Reply(200, {"createdNote": note})

    def _check_note(self, sent: Any) -> None:
        def invalid(param: str, reason: str) -> Refused:
            return refused(400, "INVALID_PARAM", "Invalid param.", param=param, reason=reason)

        text, cw, poll = sent.get("text"), sent.get("cw"), sent.get("poll")
        if text is not None and (not isinstance(text, str) or not text):
            raise invalid("#/properties/text", "must NOT have fewer than 1 characters")
        if text and utf16(text) > self.characters:
            raise refused(400, "MAX_LENGTH", "You tried posting a note which is too long.")
        if cw is not None and not 0 < utf16(str(cw)) <= (500 if self.software == "sharkey" else 100):
            raise invalid("#/properties/cw", "must NOT have more than 100 characters")
        if sent.get("visibility", "public") not in VISIBILITIES:
            raise invalid("#/properties/visibility", "must be equal to one of the allowed values")
        if "fileIds" in sent and not 1 <= len(sent["fileIds"]) <= 16:
            raise invalid("#/properties/fileIds", "must NOT have more than 16 items")
        if len(set(sent.get("fileIds") or ())) < len(sent.get("fileIds") or ()):  # uniqueItems (notes/create.ts)
            raise invalid("#/properties/fileIds", "must NOT have duplicate items (items ## 1 and 0 are identical)")
        if poll:
            choices = poll.get("choices") or ()
            if not 2 <= len(choices) <= 10 or len(set(choices)) < len(choices) or any(not 1 <= utf16(c) <= 50 for c in choices):
                raise invalid("#/properties/poll/properties/choices", "must NOT have duplicate items")
            if int(poll.get("expiredAfter") or 1) < 1:
                raise invalid("#/properties/poll/properties/expiredAfter", "must be >= 1")

    @route("POST", "/api/notes/delete")
    def delete(self, call: Call) -> Reply:
        who, id = self._who(call), str(call.sent.get("noteId"))
        if id not in self.notes:
            raise refused(400, "NO_SUCH_NOTE", "No such note.")
        if self.notes[id]["userId"] != f"u{who}":
            raise refused(403, "ACCESS_DENIED", "Access denied.")
        del self.notes[id]
        self.change(id, deleted=True)
        return Reply(204)

    @route("POST", "/api/users/notes")
    def listing(self, call: Call) -> Reply:
        """users/notes.ts: with sinceDate or sinceId alone the oldest come first, from the database."""
        self._who(call)
        sent = call.sent
        after = datetime.fromtimestamp(int(sent.get("sinceDate") or 0) / 1000, UTC)
        own = [note for note in self.notes.values() if note["userId"] == sent.get("userId")]
        own = [note for note in own if note["id"] > str(sent.get("sinceId") or "") and datetime.fromisoformat(note["createdAt"]) >= after]
        own = [note for note in own if sent.get("withReplies") or not note["replyId"]]
        return Reply(200, own[: min(int(sent.get("limit") or 10), 100)])

    @route("POST", "/api/ap/show")
    def resolve(self, call: Call) -> Reply:
        self._who(call)
        uri = str(call.sent.get("uri"))
        found = next((note for note in self.notes.values() if uri == f"{call.base}/notes/{note['id']}" or uri == note.get("uri")), None)
        if not found:
            raise refused(400, "NO_SUCH_OBJECT", "No such object.")
        return Reply(200, {"type": "Note", "object": found})

    def _who(self, call: Call) -> str:
        """The account of the token in the body (`i`)."""
        if "i" not in call.sent:
            raise refused(401, "CREDENTIAL_REQUIRED", "Credential required.")
        who = self.whose(str(call.sent["i"]))
        if not who:
            raise refused(401, "AUTHENTICATION_FAILED", "Authentication failed. Please ensure your token is correct.")
        return who


FAKE = FakeMisskey

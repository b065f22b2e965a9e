"""Misskey's API: every call is a POST with the token in its body; files in the drive; notes by number.

Source: misskey-js 2026.5.1; misskey-dev/misskey packages/backend/src/server/api (ApiCallService.ts, endpoints/), 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._moment import moment
from smm_cli.networks._pointer import id_in
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request, handle
from smm_cli.words.post import Media


class Api:
    """Requests to one server."""

    def __init__(self, server: str) -> None:
        self.server = server

    @property
    def host(self) -> str:
        """The server as people write it, with port where there is one."""
        return urlsplit(self.server).netloc

    def ask(self, endpoint: str, body: Mapping[str, Any] | None = None, **more: Any) -> Request:
        """A call with the token."""
        return Request("POST", f"{self.server}/api/{endpoint}", Json({"i": handle("token"), **(body or {})}), **more)

    def upload_all(self, media: Sequence[Media], *, sensitive: bool) -> Generator[Request, Any, list[str]]:
        """The ids of files in the drive."""
        ids = []
        for medium in media:
            ids.append((yield from self.upload(medium, sensitive=sensitive)))
        return ids

    def upload(self, medium: Media, *, sensitive: bool) -> Generator[Request, Any, str]:
        """The id of a file in the drive. The same bytes give the file that is there already; its description is then said anew."""
        blob = blob_of(medium)
        named = f"{blob.sha256[:16]}.{blob.type.rpartition('/')[2]}"
        fields = [Field("i", handle("token")), Field("name", named), Field("isSensitive", "true" if sensitive else "false")]
        fields += [Field("comment", medium.alt)] if medium.alt else []
        fields.append(Field("file", blob, named, blob.type))
        answer = yield Request("POST", f"{self.server}/api/drive/files/create", Multipart(tuple(fields)), timeout=300.0)
        id = str(answer.get("id", default=""))
        if not id:
            raise Retriable(f"the server gave no id for {medium.path}")
        if (answer.get("comment") or "") != medium.alt or bool(answer.get("isSensitive")) != sensitive:
            yield self.ask("drive/files/update", {"fileId": id, "comment": medium.alt or None, "isSensitive": sensitive})
        return id

    def found(self, pointer: Mapping[str, str] | None, key: str) -> Generator[Request, Any, str]:
        """The id of a note that a post points to; the server fetches one that lives elsewhere."""
        if not pointer or "url" not in pointer:
            return id_in(pointer, key)
        url = pointer["url"]
        if url.startswith(f"{self.server}/notes/"):
            return url.rstrip("/").rpartition("/")[2]
        answer = yield self.ask("ap/show", {"uri": url}, may_fail=True)
        if not answer.ok or answer.get("type") != "Note":
            raise Rejected(f"{key}: the server finds no note at {url}", hint="is it public, and its address complete?")
        return str(answer.get("object", "id"))

    def created(self, answer: Answer) -> PartReceipt:
        """The receipt of the note that an answer tells of. Raises OutcomeUnknown where it tells of none."""
        note = answer.get("createdNote", default={})
        if not isinstance(note, Mapping) or not note.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a note")
        return self.receipt(note)

    def receipt(self, note: Mapping[str, Any]) -> PartReceipt:
        """The receipt of a note."""
        id = str(note.get("id", ""))
        files = note.get("fileIds")
        more = {"files": files} if isinstance(files, list) and files else {}
        return PartReceipt(id, f"{self.server}/notes/{id}", more, moment(note.get("createdAt")))

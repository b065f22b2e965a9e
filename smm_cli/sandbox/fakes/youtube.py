"""A fake YouTube: resumable uploads, films, their privacy. Source: developers.google.com/youtube/v3/docs (2026-11-22)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._google_doors import GoogleFake, wrong

STEP = 256 * 1024
RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")


@dataclass
class Session:
    """An upload under way; `video` once it is whole."""

    account: str
    size: int
    sent: dict[str, Any]
    content: bytearray = field(default_factory=bytearray)
    video: str = ""


class FakeYouTube(GoogleFake):
    """Films by id. `ready_after`: how often a film is said to be in the making; `locked`: the project is not audited; `verdict`:
    what becomes of films that are looked at (processed, rejected, failed)."""

    name = "youtube"
    hosts = ("www.googleapis.com",)
    channel = ""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, dict[str, Any]] = {}
        self.ready_after = 1
        self.locked = False
        self.verdict = "processed"
        self.long_uploads = "allowed"

    # -- uploading --------------------------------------------------------------------------------------------------------

    @route("POST", "/upload/youtube/v3/videos")
    def begin(self, call: Call) -> Reply:
        who = self.who(call)
        length = call.headers.get("x-upload-content-length", "")
        if call.asked("uploadType") != "resumable" or not length.isdigit():
            raise wrong(400, "mediaBodyRequired", "The request does not include the video content.")
        sent = dict(call.sent)
        self._check(sent.get("snippet") or {})
        self._check_status(sent.get("status") or {}, fresh=True)
        number = f"session{self.next_number()}"
        self.sessions[number] = Session(who, int(length), sent)
        where = f"{call.base}/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status&upload_id={number}"
        return Reply(200, None, {"location": where})

    @route("PUT", "/upload/youtube/v3/videos")
    def chunk(self, call: Call) -> Reply:
        self.who(call)
        session = self.sessions.get(call.asked("upload_id"))
        if session is None:
            return Reply(404, "Not Found")
        if session.video:
            return Reply(200, self._shape(session.video))
        told = RANGE.fullmatch(call.headers.get("content-range", ""))
        if not told or int(told[3]) != session.size:
            raise wrong(400, "badRequest", "Failed to parse Content-Range header.")
        if told[1] is not None:
            self._append(session, call, int(told[1]), int(told[2]))
        if len(session.content) < session.size:
            so_far = {"range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
            return Reply(308, None, so_far)
        session.video = self._make(session)
        return Reply(201, self._shape(session.video))

    def _append(self, session: Session, call: Call, start: int, end: int) -> None:
        last = end + 1 == session.size
        if start != len(session.content) or end + 1 - start != len(call.content) or (len(call.content) % STEP and not last):
            raise wrong(400, "badRequest", "Invalid request. There were bytes missing, or the chunk is no multiple of 256 KiB.")
        session.content += call.content

    def _make(self, session: Session) -> str:
        id = f"film{self.next_number():07}"
        status = {**session.sent["status"], "uploadStatus": "uploaded"}
        self.videos[id] = {"account": session.account, "snippet": session.sent["snippet"], "status": status, "asked": 0, "thumbnail": False}
        self._show(id)
        return id

    @route("POST", "/upload/youtube/v3/thumbnails/set")
    def thumbnail(self, call: Call) -> Reply:
        video = self._own(call, call.asked("videoId"))
        if call.type not in ("image/jpeg", "image/png", "application/octet-stream"):
            raise wrong(400, "invalidImage", "The provided image content is invalid.")
        video["thumbnail"] = True
        return Reply(200, {"kind": "youtube#thumbnailSetResponse", "items": []})

    # -- films ------------------------------------------------------------------------------------------------------------

    @route("GET", "/youtube/v3/videos")
    def show(self, call: Call) -> Reply:
        self.who(call)
        video = self.videos.get(call.asked("id"))
        if video is None:
            return Reply(200, {"kind": "youtube#videoListResponse", "items": []})
        video["asked"] += 1
        if video["asked"] > self.ready_after:
            video["status"]["uploadStatus"] = self.verdict
        return Reply(200, {"kind": "youtube#videoListResponse", "items": [self._shape(call.asked("id"))]})

    @route("PUT", "/youtube/v3/videos", commits=True)
    def update(self, call: Call) -> Reply:
        sent = call.sent
        video = self._own(call, str(sent.get("id", "")))
        parts = call.asked("part").split(",")
        if "snippet" in parts:
            self._check(sent.get("snippet") or {})
            video["snippet"] = sent["snippet"]
        if "status" in parts:
            self._check_status(sent.get("status") or {})
            kept = {"uploadStatus": video["status"]["uploadStatus"]}
            privacy = {"privacyStatus": "private"} if self.locked else {}
            video["status"] = {**sent["status"], **kept, **privacy}
        self._show(str(sent["id"]))
        return Reply(200, self._shape(str(sent["id"])))

    @route("GET", "/youtube/v3/channels")
    def mine(self, call: Call) -> Reply:
        who = self.who(call)
        if who == "nobody":
            return Reply(200, {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}})
        item = {"id": f"UC{who}", "snippet": {"title": who.title(), "customUrl": f"@{who}"}}
        return Reply(200, {"items": [{**item, "status": {"longUploadsStatus": self.long_uploads}}]})

    def _own(self, call: Call, id: str) -> dict[str, Any]:
        who, video = self.who(call), self.videos.get(id)
        if video is None:
            raise wrong(404, "videoNotFound", "The video that you are trying to update cannot be found.")
        if video["account"] != who:
            raise wrong(403, "forbidden", "The request might not be properly authorized.")
        return video

    def _show(self, id: str) -> None:
        """Public is what is not private; each film once."""
        video = self.videos[id]
        known = {posted.id: posted for posted in self.posted}
        hidden, text = video["status"]["privacyStatus"] == "private", video["snippet"].get("description", "")
        if id in known:
            self.change(id, text=text, deleted=hidden, edited=True)
        elif not hidden:
            more = {"title": video["snippet"]["title"], **video["status"]}
            url = f"https://www.youtube.com/watch?v={id}"
            self.publish(Posted(self.name, video["account"], id, url, text, self.now(), ("film",), more=more))

    def _check(self, snippet: dict[str, Any]) -> None:
        """videos.insert, errors (2026-11-22)."""
        title, text, tags = str(snippet.get("title") or ""), str(snippet.get("description") or ""), snippet.get("tags") or []
        if not title.strip() or len(title) > 100 or set("<>") & set(title):
            raise wrong(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
        if len(text.encode()) > 5000 or set("<>") & set(text):
            raise wrong(400, "invalidDescription", "The request metadata specifies an invalid video description.")
        if not isinstance(tags, list) or sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1) > 500:
            raise wrong(400, "invalidTags", "The request metadata specifies invalid video keywords.")
        if not str(snippet.get("categoryId") or "").isdigit():
            raise wrong(400, "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")

    def _check_status(self, status: dict[str, Any], *, fresh: bool = False) -> None:
        if status.get("privacyStatus") not in ("public", "unlisted", "private"):
            raise wrong(400, "invalidVideoMetadata", "The request metadata is invalid.")
        if fresh and status["privacyStatus"] != "private":
            raise Refused(400, {"error": {"code": 400, "message": "the sandbox wants films to be uploaded as private"}})

    def _shape(self, id: str) -> dict[str, Any]:
        video = self.videos[id]
        return {"kind": "youtube#video", "id": id, "snippet": video["snippet"], "status": video["status"]}


FAKE = FakeYouTube

"""A fake TikTok. Source: developers.tiktok.com, Content Posting API (2026-11-22)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, route

UPLOADS = "open-upload.tiktokapis.com"
LEVELS = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
"""What a public account offers; a private one has FOLLOWER_OF_CREATOR in place of the first."""
MOST_CAPTION, MOST_TITLE, MOST_DESCRIPTION, MOST_PHOTOS = 2200, 90, 4000, 35
SMALLEST, LARGEST, LAST = 5_000_000, 64_000_000, 128_000_000
"""Bytes of a chunk, and of the last. Source: content-posting-api-media-transfer-guide (2026-11-22)."""
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass
class Sent:
    """One announced post. `size` 0: photos, which TikTok fetches itself."""

    account: str
    info: dict[str, Any]
    media: tuple[str, ...]
    size: int = 0
    count: int = 1
    got: int = 0
    chunks: int = 0
    post: str = ""
    asked: int = 0
    inbox: bool = False


class FakeTikTok(Fake):
    """Posts by publish_id. `audited`: of the app; `verified`: of the address of photos; `verdict`: what becomes of posts
    (PUBLISH_COMPLETE or FAILED), after `ready_after` questions; `moderated`: ids of public posts are told."""

    name = "tiktok"
    hosts = ("open.tiktokapis.com", UPLOADS)
    channel = 'privacy = "public"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.sent: dict[str, Sent] = {}
        self.audited = True
        self.verified = True
        self.verdict = "PUBLISH_COMPLETE"
        self.ready_after = 2
        self.moderated = True
        self.longest = 600

    def too_many(self, seconds: float) -> Reply:
        reply = self._wrong(429, "rate_limit_exceeded", "The API rate limit was exceeded.").reply
        return Reply(reply.status, reply.body, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, "404 page not found") if call.host == UPLOADS else self._wrong(404, "invalid_params", "no such endpoint").reply

    def _wrong(self, status: int, code: str, message: str) -> Refused:
        return Refused(status, {"data": {}, "error": {"code": code, "message": message, "log_id": "2026"}})

    def _fine(self, data: dict[str, Any]) -> Reply:
        return Reply(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "2026"}})

    def _who(self, call: Call) -> str:
        if not (who := self.account_of(call)):
            raise self._wrong(401, "access_token_invalid", "The access token is invalid or not found in the request.")
        return who

    # -- the creator ------------------------------------------------------------------------------------------------------

    @route("POST", "/v2/post/publish/creator_info/query/")
    def creator(self, call: Call) -> Reply:
        who = self._who(call)
        known = {"creator_username": who, "creator_nickname": who.title(), "privacy_level_options": LEVELS}
        return self._fine({**known, "comment_disabled": False, "max_video_post_duration_sec": self.longest})

    @route("GET", "/v2/user/info/")
    def user(self, call: Call) -> Reply:
        who = self._who(call)
        return self._fine({"user": {"open_id": f"open-{who}", "display_name": who.title()}})

    # -- posting ----------------------------------------------------------------------------------------------------------

    @route("POST", "/v2/post/publish/video/init/")
    def film(self, call: Call) -> Reply:
        info = dict(call.sent.get("post_info") or {})
        self._check_info(info, {"title": MOST_CAPTION})
        return self._announce(call, info)

    @route("POST", "/v2/post/publish/inbox/video/init/")
    def film_to_inbox(self, call: Call) -> Reply:
        return self._announce(call, {}, inbox=True)

    def _announce(self, call: Call, info: dict[str, Any], *, inbox: bool = False) -> Reply:
        who, source = self._who(call), call.sent.get("source_info") or {}
        size, chunk, count = (int(source.get(name) or 0) for name in ("video_size", "chunk_size", "total_chunk_count"))
        if source.get("source") != "FILE_UPLOAD" or min(size, chunk, count) < 1:
            raise self._wrong(400, "invalid_params", "source_info is not complete")
        small = size < SMALLEST
        if count != size // chunk or (chunk != size and not SMALLEST <= chunk <= LARGEST) or (small and chunk != size):
            raise self._wrong(400, "invalid_params", "The total chunk count is invalid")
        if count == 1 and size > LARGEST:
            raise self._wrong(400, "invalid_params", "The chunk size is invalid")
        id = f"v_pub_file~v2.{self.next_number()}"
        self.sent[id] = Sent(who, info, ("film",), size, count, inbox=inbox)
        return self._fine({"publish_id": id, "upload_url": f"https://{UPLOADS}/video/?upload_id={id}&upload_token=of-{id}"})

    @route("PUT", "/video/", commits=True)
    def chunk(self, call: Call) -> Reply:
        found, told = self.sent.get(call.asked("upload_id")), RANGE.fullmatch(call.headers.get("content-range", ""))
        if found is None or call.asked("upload_token") != f"of-{call.asked('upload_id')}":
            return Reply(403, "forbidden")
        if not told or int(told[3]) != found.size or int(told[1]) != found.got or int(told[2]) + 1 - int(told[1]) != len(call.content):
            return Reply(416, "", {"content-range": f"bytes 0-{found.got}/{found.size}"})
        found.got += len(call.content)
        found.chunks += 1
        if found.got < found.size:
            return Reply(206, "")
        if found.chunks != found.count:
            return Reply(400, "chunks are missing")
        self._show(call.asked("upload_id"))
        return Reply(201, "")

    @route("POST", "/v2/post/publish/content/init/", commits=True)
    def photos(self, call: Call) -> Reply:
        who, sent = self._who(call), call.sent
        info, source = dict(sent.get("post_info") or {}), sent.get("source_info") or {}
        images = source.get("photo_images")
        if sent.get("media_type") != "PHOTO" or sent.get("post_mode") not in ("DIRECT_POST", "MEDIA_UPLOAD"):
            raise self._wrong(400, "invalid_params", "media_type or post_mode is invalid")
        if source.get("source") != "PULL_FROM_URL" or not isinstance(images, list) or not 1 <= len(images) <= MOST_PHOTOS:
            raise self._wrong(400, "invalid_params", "photo_images is invalid")
        if any(not str(url).startswith("https://") or str(url).endswith(".png") for url in images):
            raise self._wrong(400, "file_format_check_failed", "Photos are JPEG or WEBP")
        if not self.verified:
            raise self._wrong(403, "url_ownership_unverified", "Please review our URL ownership verification rules")
        inbox = sent["post_mode"] == "MEDIA_UPLOAD"
        self._check_info(info, {"title": MOST_TITLE, "description": MOST_DESCRIPTION}, inbox=inbox)
        id = f"p_pub_url~v2.{self.next_number()}"
        self.sent[id] = Sent(who, info, tuple("photo" for _ in images), inbox=inbox)
        self._show(id)
        return self._fine({"publish_id": id})

    def _check_info(self, info: dict[str, Any], limits: dict[str, int], *, inbox: bool = False) -> None:
        for name, most in limits.items():
            if len(str(info.get(name) or "").encode("utf-16-le")) // 2 > most:
                raise self._wrong(400, "invalid_params", f"{name} is too long")
        if inbox:
            return
        if info.get("privacy_level") not in LEVELS:
            raise self._wrong(400, "privacy_level_option_mismatch", "privacy_level is not one of the creator's")
        if not self.audited and info["privacy_level"] != "SELF_ONLY":
            raise self._wrong(403, "unaudited_client_can_only_post_to_private_accounts", "Unaudited clients can only post privately")

    def _show(self, id: str) -> None:
        found = self.sent[id]
        number = str(7_400_000_000 + self.next_number())
        found.post = number if not found.inbox and found.info.get("privacy_level") == "PUBLIC_TO_EVERYONE" else ""
        text = str(found.info.get("description") or found.info.get("title") or "")
        kind = "video" if found.size else "photo"
        url = f"https://www.tiktok.com/@{found.account}/{kind}/{number}"
        if not found.inbox:
            posted = Posted(self.name, found.account, found.post or id, url, text, self.now(), found.media, more=found.info)
            self.publish(posted)

    # -- afterwards -------------------------------------------------------------------------------------------------------

    @route("POST", "/v2/post/publish/status/fetch/")
    def status(self, call: Call) -> Reply:
        self._who(call)
        found = self.sent.get(str(call.sent.get("publish_id")))
        if found is None:
            raise self._wrong(400, "invalid_publish_id", "The publish_id is invalid")
        if found.got < found.size:
            return self._fine({"status": "PROCESSING_UPLOAD", "uploaded_bytes": found.got})
        found.asked += 1
        if found.asked <= self.ready_after:
            return self._fine({"status": "PROCESSING_UPLOAD" if found.size else "PROCESSING_DOWNLOAD", "uploaded_bytes": found.got})
        if self.verdict == "FAILED":
            return self._fine({"status": "FAILED", "fail_reason": "frame_rate_check_failed"})
        if found.inbox:
            return self._fine({"status": "SEND_TO_USER_INBOX"})
        told = {"publicaly_available_post_id": [int(found.post)]} if found.post and self.moderated else {}
        return self._fine({"status": "PUBLISH_COMPLETE", **told})

    @route("POST", "/v2/video/list/")
    def listing(self, call: Call) -> Reply:
        """Public posts, the newest first."""
        who = self._who(call)
        if not call.asked("fields"):
            raise self._wrong(400, "invalid_params", "fields is missing")
        own = [posted for posted in reversed(self.posted) if posted.account == who and posted.id.isdigit()]
        shown = [
            {"id": posted.id, "video_description": posted.text, "create_time": int(posted.at.timestamp()), "share_url": posted.url}
            for posted in own
        ]
        return self._fine({"videos": shown[: int(call.sent.get("max_count") or 10)], "has_more": False})


FAKE = FakeTikTok

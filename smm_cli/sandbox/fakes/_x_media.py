"""Media at the fake X: in one piece or in chunks, worked on, forgotten after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._oauth import OAuthFake

SIZES = {"tweet_image": 5_000_000, "tweet_gif": 15_000_000, "tweet_video": 512_000_000}
"""Bytes. Source: docs.x.com, media best practices (2026-08)."""
TYPES = {
    "tweet_image": ("image/jpeg", "image/png", "image/gif", "image/webp"),
    "tweet_gif": ("image/gif",),
    "tweet_video": ("video/mp4", "video/quicktime"),
}
CHUNK, CHUNKS = 5_000_000, 1000
ALT = 1000
FORGOTTEN = timedelta(days=1)


class Shelf(OAuthFake):
    """Media by id: `chunks` by number, `polls` left until ready, `at` when they came."""

    slow = 1
    """How often one asks for a film until it is ready."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.media: dict[str, dict[str, Any]] = {}

    def who(self, call: Call) -> str:
        account = self.account_of(call)
        if not account:
            raise Refused(401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"})
        return account

    def invalid(self, words: str, name: str = "media") -> Refused:
        """400 as X says it. Source: docs.x.com, support/error-troubleshooting (2026-08)."""
        told = {"title": "Invalid Request", "detail": "One or more parameters to your request was invalid."}
        errors = [{"parameters": {name: []}, "message": words}]
        return Refused(400, {**told, "errors": errors, "type": "https://api.x.com/2/problems/invalid-request"})

    def id(self) -> str:
        return str((int(self.now().timestamp() * 1000) << 20) + self.next_number())

    @route("POST", "/2/media/upload")
    def upload(self, call: Call) -> Reply:
        account, sent = self.who(call), call.multipart.get("media")
        if set(call.multipart) - {"media", "media_category", "additional_owners"}:  # MediaUploadRequest, OpenAPI 2.168
            raise self.invalid("unknown field")
        if not isinstance(sent, Upload) or not sent.content:
            raise self.invalid("media is required")
        category = str(call.sent.get("media_category") or "")
        self._check(category, sent.type, len(sent.content))
        return Reply(200, {"data": self._made(account, category, {0: sent.content}, len(sent.content), 0)})

    @route("POST", "/2/media/upload/initialize")
    def initialize(self, call: Call) -> Reply:
        account, sent = self.who(call), call.sent
        self._check(str(sent.get("media_category")), str(sent.get("media_type")), int(sent.get("total_bytes") or 0))
        shown = self._made(account, str(sent["media_category"]), {}, int(sent["total_bytes"]), self.slow)
        return Reply(200, {"data": {name: value for name, value in shown.items() if name != "processing_info"}})

    @route("POST", "/2/media/upload/{id}/append")
    def append(self, call: Call) -> Reply:
        found, sent, number = self._own(call, call.args["id"]), call.multipart.get("media"), str(call.sent.get("segment_index", ""))
        if not isinstance(sent, Upload) or not number.isdigit() or int(number) >= CHUNKS or len(sent.content) > CHUNK:
            raise self.invalid("segment_index from 0 to 999 and a chunk of at most 5 MB are required")
        found["chunks"][int(number)] = sent.content
        return Reply(200, {"data": {"expires_at": int((self.now() + FORGOTTEN).timestamp())}})

    @route("POST", "/2/media/upload/{id}/finalize")
    def finalize(self, call: Call) -> Reply:
        found = self._own(call, call.args["id"])
        whole = b"".join(found["chunks"][number] for number in sorted(found["chunks"]))
        if len(whole) != found["bytes"] or sorted(found["chunks"]) != list(range(len(found["chunks"]))):
            raise self.invalid("the chunks do not make up total_bytes")
        return Reply(200, {"data": self._shown(found)})

    @route("GET", "/2/media/upload")
    def status(self, call: Call) -> Reply:
        if call.asked("command") != "STATUS":
            raise self.invalid("command must be STATUS", "command")
        found = self._own(call, call.asked("media_id"))
        found["polls"] = max(0, found["polls"] - 1)
        return Reply(200, {"data": self._shown(found)})

    @route("POST", "/2/media/metadata")
    def metadata(self, call: Call) -> Reply:
        found = self._own(call, str(call.sent.get("id")))
        text = str(((call.sent.get("metadata") or {}).get("alt_text") or {}).get("text") or "")
        if not text or len(text) > ALT:
            raise self.invalid(f"alt_text has 1 to {ALT} characters", "metadata")
        found["alt"] = text
        return Reply(200, {"data": {"id": found["id"]}})

    def _check(self, category: str, type: str, size: int) -> None:
        if category not in SIZES:
            raise self.invalid("media_category is not one of the known ones", "media_category")
        if type not in TYPES[category]:
            raise self.invalid(f"{type} is no {category}", "media_type")
        if not 0 < size <= SIZES[category]:
            raise Refused(413, {"title": "Payload Too Large", "detail": "the file is too large", "status": 413, "type": "about:blank"})

    def _made(self, account: str, category: str, chunks: dict[int, bytes], size: int, polls: int) -> dict[str, Any]:
        id = self.id()
        made = {"id": id, "account": account, "category": category, "chunks": chunks, "bytes": size, "alt": "", "at": self.now()}
        self.media[id] = made | {"polls": polls}
        return self._shown(self.media[id])

    def _shown(self, found: dict[str, Any]) -> dict[str, Any]:
        shown = {"id": found["id"], "media_key": f"3_{found['id']}", "size": found["bytes"], "expires_after_secs": 86_400}
        if found["category"] == "tweet_image":
            return shown
        state = {"state": "in_progress", "check_after_secs": 2, "progress_percent": 50} if found["polls"] else {"state": "succeeded"}
        return {**shown, "processing_info": state}

    def _own(self, call: Call, id: str) -> dict[str, Any]:
        found = self.media.get(id)
        if not found or found["account"] != self.who(call) or self.now() - found["at"] >= FORGOTTEN:
            raise self.invalid("Your media IDs are invalid.", "media.media_ids")
        return found

"""Media at the fake server: uploaded, worked on, attached once, forgotten after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes import _mastodon_shapes as shapes
from smm_cli.sandbox.fakes._mastodon_doors import Doors, Throttle
from smm_cli.sandbox.fakes._mastodon_rules import Rules, kind_of, pixels_of

MISSING = {"error": "Record not found"}
FORGOTTEN = timedelta(days=1)
"""Media that hang on nothing are collected (lib/vacuum/media_attachments_vacuum.rb, TTL 1.day, 4.5)."""


class Shelf(Doors):
    """Media by id as plain dictionaries: `left` polls until ready, `status` they hang on."""

    rules: Rules

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.media: dict[str, dict[str, Any]] = {}
        self.throttle = Throttle()
        self.open_doors()

    def _who(self, call: Call, limit: str = "api") -> str:
        account = self.account_of(call)
        if not account:
            # doorkeeper: {"error":"The access token is invalid"}; some relatives answer with an empty body (real-servers.md)
            raise Refused(401, {"error": "The access token is invalid"})
        if self.rules.throttles:
            for name in dict.fromkeys(("api", limit)):
                self.throttle.count(name, account, self.now())
        return account

    def _refuse(self, words: str, status: int = 0) -> Refused:
        return Refused(status or self.rules.invalid, {"error": words})

    def _id(self) -> str:
        """Ids are opaque strings: numbers made of the time on Mastodon, with letters elsewhere."""
        number = (int(self.now().timestamp() * 1000) << 16) + self.next_number()
        return f"01{number:X}".replace("A", "Z") if self.rules.letters_in_ids else str(number)

    @route("POST", "/api/v2/media")
    def upload(self, call: Call) -> Reply:
        return self._upload(call) if self.rules.second_media else self.missing(call)

    @route("POST", "/api/v1/media")
    def first_upload(self, call: Call) -> Reply:
        """Older; it answers when all is ready (docs.joinmastodon.org/methods/media, v1)."""
        return self._upload(call)

    def _upload(self, call: Call) -> Reply:
        account = self._who(call, "media")
        sent = call.multipart.get("file")
        if not isinstance(sent, Upload) or not sent.content:
            raise self._refuse("Validation failed: File can't be blank", 422)
        kind = kind_of(sent.content)
        if not kind:
            raise self._refuse("File type of uploaded media could not be verified", 422)
        picture = kind.startswith("image/")
        if len(sent.content) > (self.rules.image_bytes if picture else self.rules.video_bytes):
            raise self._refuse("Validation failed: File size is too big", 422)
        if picture and pixels_of(sent.content) > self.rules.image_pixels:
            raise self._refuse("Validation failed: File images of that size are not supported", 422)
        description = str(call.sent.get("description") or "")
        if len(description) > self.rules.alt:
            raise self._refuse(f"Validation failed: Description is too long (maximum is {self.rules.alt} characters)", 422)
        # pictures are ready at once, films and animations are worked on (MediaAttachment#delay_processing?)
        left = self.rules.slow_media if picture and kind != "image/gif" else max(1, self.rules.slow_media or 1)
        id = self._id()
        found = {"id": id, "account": account, "type": kind, "description": description, "focus": str(call.sent.get("focus") or "")}
        self.media[id] = {**found, "left": left, "at": self.now(), "status": ""}
        return Reply(200 if left == 0 else 202, shapes.medium(self.media[id], call.base))

    @route("GET", "/api/v1/media/{id}")
    def ask_medium(self, call: Call) -> Reply:
        found = self._free_medium(self._who(call), call.args["id"])
        if found is None:
            raise Refused(404, MISSING)
        if found["left"] == -1:
            raise Refused(422, {"error": "Error processing thumbnail for uploaded media"})
        if found["left"]:
            found["left"] -= 1
            return Reply(206, {**shapes.medium(found, call.base), "url": None})
        return Reply(200, shapes.medium(found, call.base))

    def _free_medium(self, account: str, id: str) -> dict[str, Any] | None:
        """One's own medium that hangs on nothing and is not yet collected."""
        found = self.media.get(id)
        fits = found and found["account"] == account and not found["status"] and self.now() - found["at"] < FORGOTTEN
        return found if fits else None

    def _attach(self, account: str, ids: list[str], had: str = "") -> list[dict[str, Any]]:
        """The media for a status; `had` is the status that may have them already (an edit)."""
        if len(ids) > self.rules.media:
            raise self._refuse(f"Cannot attach more than {self.rules.media} files")
        own = {id: self.media[id] for id in ids if had and id in self.media and self.media[id]["status"] == had}
        found = {id: own.get(id) or self._free_medium(account, id) for id in ids}
        lost = [id for id, medium in found.items() if medium is None]
        if lost:
            raise self._refuse(f"Media {', '.join(lost)} not found or already attached to another post")
        media = [medium for medium in found.values() if medium]
        if not self.rules.mixes_media and len(media) > 1 and any(m["type"].split("/")[0] in ("video", "audio") for m in media):
            raise self._refuse("Cannot attach a video to a post that already contains images")
        if any(medium["left"] for medium in media):
            raise self._refuse("Cannot attach files that have not finished processing. Try again in a moment!")
        return media

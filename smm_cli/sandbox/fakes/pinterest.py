"""A fake of the Pinterest API v5. Rules: github.com/pinterest/api-description v5 5.23.0 (2025-12-11), where nothing else is named."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

BOARD = "549755885175"
STORE = "pinterest-media-upload.s3-accelerate.amazonaws.com"
LONGEST = {"title": 100, "description": 800, "alt_text": 500, "link": 2048}


class FakePinterest(Fake):
    """All accounts; each has one board. `trial`: the app is on trial. `prepares`: seconds that a film takes."""

    name = "pinterest"
    hosts = ("api.pinterest.com", "api-sandbox.pinterest.com", STORE)
    channel = f'board = "{BOARD}"'
    trial = False
    prepares = 5.0

    @property
    def pins(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.__dict__.setdefault("_pins", {})
        return found

    @property
    def films(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.__dict__.setdefault("_films", {})
        return found

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"code": 40, "message": "Not found"})

    def too_many(self, seconds: float) -> Reply:
        headers = {"x-ratelimit-limit": "100, 100;w=60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(seconds))}
        return Reply(429, {"code": 8, "message": "You have exceeded your rate limit. Try again later."}, headers)

    def who(self, call: Call) -> str:
        account = self.account_of(call)
        if not account:
            raise Refused(401, {"code": 2, "message": "Authentication failed."})
        return account

    @route("POST", "/v5/oauth/token")
    def tokens_for(self, call: Call) -> Reply:
        """Basic of app id and secret; `code` or `refresh_token` (oauth/token)."""
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or ":" not in b64decode(rest or "").decode():
            return Reply(401, {"code": 1, "message": "Authentication failed."})
        grant = call.sent.get("grant_type")
        if not call.sent.get("code" if grant == "authorization_code" else "refresh_token"):
            return Reply(400, {"code": 283, "message": "Your authorization code is incorrect, expired or used."})
        tokens = {"access_token": self.token("it"), "refresh_token": f"again-{self.next_number()}"}
        return Reply(200, {**tokens, "token_type": "bearer", "expires_in": 2_592_000, "refresh_token_expires_in": 5_184_000})

    @route("GET", "/v5/user_account")
    def me(self, call: Call) -> Reply:
        account = self.who(call)
        return Reply(200, {"username": account, "id": str(sum(account.encode())), "account_type": "BUSINESS"})

    @route("GET", "/v5/boards")
    def boards(self, call: Call) -> Reply:
        self.who(call)
        return Reply(200, {"items": [{"id": BOARD, "name": "Ideas"}], "bookmark": None})

    @route("GET", "/v5/boards/{board}")
    def board(self, call: Call) -> Reply:
        self.who(call)
        self.known(call.args["board"])
        return Reply(200, {"id": BOARD, "name": "Ideas"})

    @route("GET", "/v5/boards/{board}/pins")
    def on_board(self, call: Call) -> Reply:
        return self.listed(call, "")

    @route("GET", "/v5/boards/{board}/sections/{section}/pins")
    def in_section(self, call: Call) -> Reply:
        return self.listed(call, call.args["section"])

    def listed(self, call: Call, section: str) -> Reply:
        account = self.who(call)
        self.known(call.args["board"])
        own = [pin for pin in reversed(self.pins.values()) if pin["account"] == account and (pin["board_section_id"] or "") == section]
        start, size = int(call.asked("bookmark") or 0), int(call.asked("page_size") or 25)
        more = str(start + size) if len(own) > start + size else None
        return Reply(200, {"items": [self.shown(pin) for pin in own[start : start + size]], "bookmark": more})

    def known(self, board: Any) -> None:
        if board != BOARD:
            raise Refused(404, {"code": 40, "message": "Board not found."})

    def shown(self, pin: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in pin.items() if key != "account"}

    @route("POST", "/v5/media")
    def register(self, call: Call) -> Reply:
        self.who(call)
        if call.sent.get("media_type") != "video":
            raise Refused(400, {"code": 1, "message": "'media_type' must be video"})
        id = f"52{self.next_number()}"
        self.films[id] = {"at": None}
        parameters = {"key": f"uploads/{id}", "policy": "abc", "x-amz-signature": "def", "Content-Type": "multipart/form-data"}
        return Reply(201, {"media_id": id, "media_type": "video", "upload_url": f"https://{STORE}/", "upload_parameters": parameters})

    @route("POST", "/")
    def store(self, call: Call) -> Reply:
        """Amazon S3, POST Object: the file last, 204 and no body; no other credential may come along."""
        id, fields = str(call.sent.get("key", "")).rpartition("/")[2], list(call.multipart)
        if "authorization" in call.headers or id not in self.films or fields[-1] != "file" or "policy" not in fields:
            return Reply(403, "<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
        file = call.multipart["file"]
        self.films[id]["at"] = self.now() if isinstance(file, Upload) and file.content else None
        return Reply(204)

    def state_of(self, film: dict[str, Any]) -> str:
        if film["at"] is None:
            return "registered"
        return "succeeded" if (self.now() - film["at"]).total_seconds() >= self.prepares else "processing"

    @route("GET", "/v5/media/{id}")
    def film(self, call: Call) -> Reply:
        self.who(call)
        if call.args["id"] not in self.films:
            return self.missing(call)
        return Reply(200, {"media_id": call.args["id"], "media_type": "video", "status": self.state_of(self.films[call.args["id"]])})

    @route("POST", "/v5/pins", commits=True)
    def pin(self, call: Call) -> Reply:
        account, said = self.who(call), call.sent
        if self.trial and not call.host.startswith("api-sandbox"):
            raise Refused(403, {"code": 29, "message": "Apps with Trial access may not create Pins in production."})
        self.known(said.get("board_id"))
        self.check(said)
        self.check_source(said.get("media_source") or {})
        id = f"8137{self.next_number():08}"
        pin = {"id": id, "account": account, "board_id": BOARD, "created_at": f"{self.now():%Y-%m-%dT%H:%M:%S}", "media": {}}
        self.pins[id] = pin | {key: said.get(key) for key in (*LONGEST, "board_section_id")}
        more = {key: said.get(key) for key in ("title", "link", "media_source", "board_section_id")}
        url, alt = f"https://www.pinterest.com/pin/{id}/", str(said.get("alt_text") or "")
        self.publish(Posted(self.name, account, id, url, str(said.get("description") or ""), self.now(), (alt,), more=more))
        return Reply(201, self.shown(self.pins[id]))

    def check(self, said: Any) -> None:
        for name, most in LONGEST.items():
            if len(str(said.get(name) or "")) > most:
                raise Refused(400, {"code": 1, "message": f"Invalid request: '{name}' is too long"})

    def check_source(self, source: dict[str, Any]) -> None:
        kind = source.get("source_type")
        items = [source] if kind == "image_url" else source.get("items") or []
        if kind == "video_id":
            film = self.films.get(str(source.get("media_id")))
            moment = source.get("cover_image_key_frame_time", 0)
            covered = any(key.startswith("cover_image") for key in source) and type(moment) is int and moment >= 0
            if film is None or self.state_of(film) != "succeeded" or not covered:
                raise Refused(400, {"code": 1, "message": "Invalid media: the video is not ready, or has no cover image"})
        elif kind not in ("image_url", "multiple_image_urls") or (kind == "multiple_image_urls" and not 2 <= len(items) <= 5):
            raise Refused(400, {"code": 1, "message": "Invalid request: 'media_source' does not match any of the known types"})
        elif not all(str(item.get("url", "")).startswith("https://") for item in items):
            raise Refused(400, {"code": 235, "message": "Unable to reach the URL. Please check the URL is correct and try again."})

    @route("PATCH", "/v5/pins/{id}")
    def update(self, call: Call) -> Reply:
        pin = self.own(call)
        self.check(call.sent)
        pin |= dict(call.sent)
        self.change(pin["id"], text=str(pin["description"] or ""), edited=True)
        return Reply(200, self.shown(pin))

    @route("DELETE", "/v5/pins/{id}")
    def delete(self, call: Call) -> Reply:
        pin = self.own(call)
        del self.pins[pin["id"]]
        self.change(pin["id"], deleted=True)
        return Reply(204)

    def own(self, call: Call) -> dict[str, Any]:
        account, pin = self.who(call), self.pins.get(call.args["id"])
        if pin is None or pin["account"] != account:
            raise Refused(404, {"code": 50, "message": "Pin not found."})
        return pin


FAKE = FakePinterest

"""Signing in at the fake LinkedIn, how it refuses, and its uploads.

Rules: learn.microsoft.com/linkedin, community-management/shares (li-lms-2026-09), where no other source stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Refused, Reply, route
from smm_cli.sandbox.fakes._oauth import OAuthFake

PIECE = 4 * 1024 * 1024
VERSIONS = re.compile(r"20(25(1[0-2])|26\d\d)")
"""Months that answer at the end of 2026."""


class Shelf(OAuthFake):
    """Everybody administers the page urn:li:organization:1. Of a person's pictures the state may not be asked."""

    lives = 5_184_000.0
    demands_secret = True

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.media: dict[str, dict[str, Any]] = {}
        self.roles = [("urn:li:organization:1", "ADMINISTRATOR")]

    # -- how refusals look -----------------------------------------------------------------------------------------------

    def refuse(self, status: int, code: str, words: str, number: int = 100, **more: Any) -> Refused:
        return Refused(status, {"status": status, "serviceErrorCode": number, "code": code, "message": words, **more})

    def missing(self, call: Call) -> Reply:
        return self.refuse(404, "NOT_FOUND", "Could not find entity").reply

    def too_many(self, seconds: float) -> Reply:
        """Without a header that would tell when; `seconds` of a test go into one all the same."""
        words = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
        reply = self.refuse(429, "TOO_MANY_REQUESTS", words, 101).reply
        return Reply(429, reply.body, {"retry-after": str(int(seconds))})

    def who(self, call: Call) -> str:
        """The account; of a /rest address also whether the headers are there."""
        account = self.account_of(call)
        if not account:
            raise self.refuse(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)
        if call.path.startswith("/rest"):
            version = call.headers.get("linkedin-version", "")
            if not version:
                raise self.refuse(400, "VERSION_MISSING", "A version must be present. Please specify a version by adding the header.")
            if not VERSIONS.fullmatch(version):
                raise self.refuse(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
            if call.headers.get("x-restli-protocol-version") != "2.0.0":
                raise self.refuse(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
        return account

    def _author(self, call: Call, urn: Any) -> str:
        account = self.who(call)
        if urn not in (f"urn:li:person:{account}", "urn:li:organization:1"):
            raise self.refuse(403, "ACCESS_DENIED", "Not enough permissions to access: partnerApiPosts.CREATE")
        return str(urn)

    def invalid(self, words: str, code: str = "INVALID_VALUE", status: int = 422) -> Refused:
        errors = {"inputErrors": [{"description": words, "code": code}]}
        return self.refuse(status, "UNPROCESSABLE_ENTITY", words, 0, errorDetails=errors, errorDetailType="BadRequestErrorDetails")

    # -- signing in ------------------------------------------------------------------------------------------------------

    @route("GET", "/oauth/v2/authorization")
    def authorize(self, call: Call) -> Reply:
        return self.allow(call)

    @route("POST", "/oauth/v2/accessToken")
    def token_door(self, call: Call) -> Reply:
        told = self.exchange(call).body
        return Reply(200, {name: told[name] for name in ("access_token", "expires_in", "token_type")})

    @route("POST", "/oauth/v2/introspectToken")
    def introspect(self, call: Call) -> Reply:
        if not (call.sent.get("client_id") and call.sent.get("client_secret")):
            raise Refused(401, {"error": "invalid_client"})
        end = self.ends.get(str(call.sent.get("token")))
        return Reply(200, {"active": bool(end), **({"expires_at": int(end.timestamp()), "status": "active"} if end else {})})

    @route("GET", "/v2/userinfo")
    def userinfo(self, call: Call) -> Reply:
        account = self.who(call)
        return Reply(200, {"sub": account, "name": account.title(), "locale": {"country": "US", "language": "en"}})

    @route("GET", "/rest/organizationAcls")
    def roles_of(self, call: Call) -> Reply:
        self.who(call)
        held = [{"organization": urn, "role": role, "state": "APPROVED"} for urn, role in self.roles]
        return Reply(200, {"elements": held[: int(call.asked("count") or 10)]})  # ten, where none are asked for

    @route("GET", "/rest/organizations/{id}")
    def page(self, call: Call) -> Reply:
        self.who(call)
        return Reply(200, {"id": 1, "vanityName": "acme", "localizedName": "Acme"}) if call.args["id"] == "1" else self.missing(call)

    # -- media -----------------------------------------------------------------------------------------------------------

    @route("POST", "/rest/images")
    def picture(self, call: Call) -> Reply:
        owner = self._owner(call)
        urn, url = self._place(owner, "image", 1)
        return Reply(200, {"value": {"uploadUrl": f"{url}/0", "uploadUrlExpiresAt": 0, "image": urn}})

    @route("POST", "/rest/videos")
    def film(self, call: Call) -> Reply:
        if call.asked("action") == "finalizeUpload":
            told = call.json.get("finalizeUploadRequest") or {}
            found = self.media.get(told.get("video", ""))
            self.who(call)
            if not found or told.get("uploadedPartIds") != [f"tag{n}" for n in range(found["pieces"])]:
                raise self.invalid("uploadedPartIds do not fit", status=400)
            return Reply(200)
        owner, size = self._owner(call), int(call.json["initializeUploadRequest"].get("fileSizeBytes") or 0)
        if not 0 < size <= 500_000_000:
            raise self.invalid("fileSizeBytes is out of range", status=400)
        count = -(-size // PIECE)
        urn, url = self._place(owner, "video", count)
        spans = [(n * PIECE, min((n + 1) * PIECE, size) - 1) for n in range(count)]
        told = [{"uploadUrl": f"{url}/{n}", "firstByte": first, "lastByte": last} for n, (first, last) in enumerate(spans)]
        return Reply(200, {"value": {"video": urn, "uploadToken": "", "uploadInstructions": told}})

    def _owner(self, call: Call) -> str:
        asked = call.json.get("initializeUploadRequest") if call.asked("action") == "initializeUpload" else None
        if not isinstance(asked, Mapping):
            self.who(call)
            raise self.invalid("action is none of the known ones", status=400)
        return self._author(call, asked.get("owner"))

    def _place(self, owner: str, kind: str, pieces: int) -> tuple[str, str]:
        urn = f"urn:li:{kind}:C5F{self.next_number()}"
        self.media[urn] = {"owner": owner, "pieces": pieces, "got": {}, "asked": 0}
        return urn, f"https://www.linkedin.com/dms-uploads/{urn.rpartition(':')[2]}-{kind}"

    @route("PUT", "/dms-uploads/{name}/{piece}")
    def bytes_come(self, call: Call) -> Reply:
        self.who(call)
        id, _, kind = call.args["name"].partition("-")
        found = self.media.get(f"urn:li:{kind}:{id}")
        if not found or not call.content:
            return self.missing(call)
        found["got"][int(call.args["piece"])] = call.content
        return Reply(201, None, {"etag": f'"tag{call.args["piece"]}"'})

    @route("GET", "/rest/{kind}/{urn}")
    def state(self, call: Call) -> Reply:
        account, found = self.who(call), self.media.get(call.args["urn"])
        if not found:
            return self.missing(call)
        if found["owner"] == f"urn:li:person:{account}" and call.args["kind"] == "images":
            raise self.refuse(403, "ACCESS_DENIED", "Not enough permissions to access: images.GET")
        found["asked"] += 1
        whole = len(found["got"]) == found["pieces"]
        done = whole and (call.args["kind"] == "images" or found["asked"] > 1)
        return Reply(200, {"status": "AVAILABLE" if done else "PROCESSING" if whole else "WAITING_UPLOAD"})

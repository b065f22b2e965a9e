"""A fake Shaarli: the REST API v1 over links. Sources: shaarli application/api (ApiMiddleware, ApiUtils, Links), 0.16.5, 2026-11-22."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

LIFE = 540
"""Seconds that a token holds: ApiMiddleware::$TOKEN_DURATION."""


class FakeShaarli(Shelf):
    """One Shaarli. `key`: its API secret, by which tokens are checked (empty: any; a fake cannot know whose channel it serves)."""

    name = "shaarli"
    channel = 'server = "https://links.example"'
    place = "links.example"

    def __init__(self, clock: Clock, *, key: str = "") -> None:
        super().__init__(clock)
        self.key = key

    @route("GET", "/api/v1/info")
    def info(self, call: Call) -> Reply:
        self._check(call)
        settings = {"title": "Links", "timezone": "UTC", "default_private_links": False, "tags_separator": " "}
        return Reply(200, {"global_counter": len(self.public), "private_counter": 0, "settings": settings})

    @route("GET", "/api/v1/links")
    def links(self, call: Call) -> Reply:
        self._check(call)
        asked, limit = call.asked("searchterm").lower(), call.asked("limit", "20")
        if limit != "all" and not limit.isdigit():
            raise Refused(400, {"code": 400, "message": "Invalid limit"})
        found = [posted for posted in reversed(self.public) if asked in json.dumps([posted.more[key] for key in ("url", "title")]).lower()]
        return Reply(200, [self._shown(posted) for posted in found[: None if limit == "all" else int(limit)]])

    @route("POST", "/api/v1/links", commits=True)
    def add(self, call: Call) -> Reply:
        self._check(call)
        record = self._record(call)
        if twin := self.of(record["url"]):
            return Reply(409, self._shown(twin))  # Links::postLink
        number = self.next_number()
        short = hashlib.sha256(str(number).encode()).hexdigest()[:6]
        made = self.shelve("shaarli", str(number), f"{call.base}/shaare/{short}", record["description"], {**record, "shorturl": short})
        return Reply(201, self._shown(made), {"location": f"{call.base}/api/v1/links/{number}"})

    @route("PUT", "/api/v1/links/{id}", commits=True)
    def put(self, call: Call) -> Reply:
        self._check(call)
        old, record = self.by_id(call.args["id"]), self._record(call)
        twin = self.of(record["url"])
        if twin and twin.id != old.id:
            return Reply(409, self._shown(twin))
        return Reply(200, self._shown(self.rewrite(old.id, record["description"], {**old.more, **record})))

    @route("DELETE", "/api/v1/links/{id}")
    def remove(self, call: Call) -> Reply:
        self._check(call)
        self.change(self.by_id(call.args["id"]).id, deleted=True)
        return Reply(204)

    def _record(self, call: Call) -> dict[str, Any]:
        """A bookmark as it is sent; ApiUtils::buildBookmarkFromRequest. A body that is no JSON is an empty one."""
        said = call.sent if call.type == "application/json" else {}
        tags = said.get("tags", [])
        if not isinstance(tags, list):
            raise Refused(500, {"message": "array_filter(): Argument #1 must be of type array"})  # 0.12
        url = re.sub(r"(?<=[?&])(utm_|fb_|xtor=)[^&#]*&?", "", str(said.get("url") or "")).rstrip("?&")  # Url::cleanup
        record = {"url": url, "title": str(said.get("title") or url), "description": str(said.get("description") or "")}
        return {**record, "tags": [word for tag in tags for word in str(tag).split()], "private": bool(said.get("private"))}

    def _shown(self, posted: Posted) -> Mapping[str, Any]:
        return {"id": int(posted.id), "created": posted.at.isoformat(), "updated": "", **posted.more}

    def _check(self, call: Call) -> None:
        """ApiUtils::validateJwtToken; whatever is wrong, the body is the same sentence."""
        parts = call.bearer.split(".")
        try:
            head, said = (json.loads(urlsafe_b64decode(part + "==")) for part in parts[:2])
            made = hmac.digest(self.key.encode(), ".".join(parts[:2]).encode(), "sha512")
            good = head == {"typ": "JWT", "alg": "HS512"} and len(parts) == 3 and (
                not self.key or parts[2] == urlsafe_b64encode(made).decode().rstrip("=")
            )  # fmt: skip
            age = self.now().timestamp() - int(said["iat"])
        except (ValueError, KeyError, TypeError):
            raise Refused(401, "Not authorized") from None
        if not good or not 0 <= age <= LIFE:
            raise Refused(401, "Not authorized")


FAKE = FakeShaarli

"""A fake Linkwarden. Source: linkwarden apps/web/lib/api/controllers/{links,search}, schemaValidation.ts (2.16, 2026-08-17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

MOST, TAG = 2048, 50
OWN = 1
"""The number of the only collection, and of its owner."""


class FakeLinkwarden(Shelf):
    """One Linkwarden. `indexed`: the search knows all links; else it knows none yet. `single`: links are refused a second time."""

    name = "linkwarden"
    channel = 'server = "https://warden.example"'
    place = "warden.example"

    def __init__(self, clock: Clock, *, indexed: bool = True, single: bool = False) -> None:
        super().__init__(clock)
        self.indexed = indexed
        self.single = single

    @route("GET", "/api/v1/users/me")
    def me(self, call: Call) -> Reply:
        user = self._user(call)
        return Reply(200, {"response": {"id": OWN, "username": user, "name": user.title()}})

    @route("GET", "/api/v1/search")
    def search(self, call: Call) -> Reply:
        self._user(call)
        asked = call.asked("searchQueryString").lower()
        found = [self._shown(posted) for posted in reversed(self.public) if asked in posted.more["url"].lower()] if self.indexed else []
        if not found:
            return Reply(200, {"data": [], "success": True, "message": "Nothing found."})
        return Reply(200, {"data": {"links": found[:50], "nextCursor": None}, "success": True, "message": "Success"})

    @route("GET", "/api/v1/links")
    def newest(self, call: Call) -> Reply:
        self._user(call)
        return Reply(200, {"response": [self._shown(posted) for posted in reversed(self.public)][:50]})

    @route("POST", "/api/v1/links", commits=True)
    def add(self, call: Call) -> Reply:
        user, said = self._user(call), self._checked(call)
        shelf = call.sent.get("collection") or {"id": OWN}
        if shelf.get("id") != OWN:
            raise Refused(401, {"response": "Collection is not accessible."})
        if self.single and self.of(said["url"]):
            raise Refused(409, {"response": "Link already exists"})
        id = str(self.next_number())
        made = self.shelve(user, id, f"{call.base}/links/{id}", said["description"], said)
        shown = dict(self._shown(made))
        return Reply(200, {"response": shown})

    @route("PUT", "/api/v1/links/{id}", commits=True)
    def put(self, call: Call) -> Reply:
        self._user(call)
        said = self._checked(call)
        shelf = call.sent.get("collection")
        if not isinstance(shelf, dict) or not all(isinstance(shelf.get(key), int) for key in ("id", "ownerId")):
            raise Refused(400, {"response": "Error: Required [collection]"})  # UpdateLinkSchema
        if shelf != {"id": OWN, "ownerId": OWN}:
            raise Refused(401, {"response": "Target collection does not match the data."})
        old = self.by_id(call.args["id"], 401, {"response": "Collection is not accessible."})
        return Reply(200, {"response": self._shown(self.rewrite(old.id, said["description"], said))})

    @route("DELETE", "/api/v1/links/{id}")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        found = self.by_id(call.args["id"], 401, {"response": "Collection is not accessible."})
        self.change(found.id, deleted=True)
        return Reply(200, {"response": self._shown(found)})

    def _checked(self, call: Call) -> dict[str, Any]:
        """PostLinkSchema: zod measures UTF-16 units."""
        said = {"name": "", "description": "", "tags": [], **call.sent}
        for key in ("url", "name", "description"):
            if len(str(said.get(key) or "").encode("utf-16-le")) // 2 > MOST:
                raise Refused(400, {"response": f"Error: String must contain at most {MOST} character(s) [{key}]"})
        if any(len(tag["name"]) > TAG for tag in said["tags"]):
            raise Refused(400, {"response": f"Error: String must contain at most {TAG} character(s) [tags, 0, name]"})
        if not str(said.get("url") or "").startswith(("http://", "https://")):
            raise Refused(400, {"response": "Error: Invalid URL [url]"})
        return {key: said[key] for key in ("url", "name", "description", "tags")}

    def _shown(self, posted: Posted) -> Mapping[str, Any]:
        shelf = {"id": OWN, "name": "Unorganized", "ownerId": OWN}
        return {"id": int(posted.id), **posted.more, "collectionId": OWN, "collection": shelf, "createdAt": posted.at.isoformat()}

    def _user(self, call: Call) -> str:
        user = self.account_of(call)
        if not user:
            raise Refused(401, {"response": "You must be logged in."})
        return user


FAKE = FakeLinkwarden

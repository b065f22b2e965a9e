"""A fake linkding. Source: linkding bookmarks/api/routes.py, serializers.py, services/bookmarks.py (1.46.2, 2026-08-18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

KEYS = ("url", "title", "description", "notes", "tag_names", "unread", "shared", "is_archived")
TITLE, ADDRESS = 512, 2048


class FakeLinkding(Shelf):
    """One linkding."""

    name = "linkding"
    channel = 'server = "https://ding.example"'
    place = "ding.example"

    @route("GET", "/api/user/profile/")
    def profile(self, call: Call) -> Reply:
        self._account(call)
        return Reply(200, {"theme": "auto", "enable_sharing": True, "enable_public_sharing": True})

    @route("GET", "/api/bookmarks/check/")
    def check(self, call: Call) -> Reply:
        self._account(call)
        found = self.of(call.asked("url"))
        return Reply(200, {"bookmark": self._shown(found) if found else None, "metadata": {"url": call.asked("url")}, "auto_tags": []})

    @route("POST", "/api/bookmarks/", commits=True)
    def add(self, call: Call) -> Reply:
        account, said = self._account(call), self._checked(call, {})
        if twin := self.of(said["url"]):  # bookmarks.create_bookmark: an existing one is updated
            return Reply(201, self._shown(self.rewrite(twin.id, said["notes"], {**twin.more, **said})))
        id = str(self.next_number())
        return Reply(201, self._shown(self.shelve(account, id, f"{call.base}/bookmarks?details={id}", said["notes"], said)))

    @route("PATCH", "/api/bookmarks/{id}/", commits=True)
    def change_one(self, call: Call) -> Reply:
        self._account(call)
        old = self.by_id(call.args["id"], body={"detail": "No Bookmark matches the given query."})
        said = self._checked(call, old.more)
        twin = self.of(said["url"])
        if twin and twin.id != old.id:
            raise Refused(400, {"url": ["A bookmark with this URL already exists."]})
        return Reply(200, self._shown(self.rewrite(old.id, said["notes"], said)))

    @route("DELETE", "/api/bookmarks/{id}/")
    def remove(self, call: Call) -> Reply:
        self._account(call)
        self.change(self.by_id(call.args["id"], body={"detail": "No Bookmark matches the given query."}).id, deleted=True)
        return Reply(204)

    def _checked(self, call: Call, old: Mapping[str, Any]) -> dict[str, Any]:
        said = {"title": "", "notes": "", "tag_names": [], **old, **{key: call.sent[key] for key in KEYS if key in call.sent}}
        wrong: dict[str, list[str]] = {}
        if not re.match(r"(https?|ftp)://[^ ]+", str(said.get("url") or "")):
            wrong["url"] = ["Enter a valid URL." if said.get("url") else "This field is required."]
        elif len(said["url"]) > ADDRESS:
            wrong["url"] = [f"Ensure this field has no more than {ADDRESS} characters."]
        if len(said["title"]) > TITLE:
            wrong["title"] = [f"Ensure this field has no more than {TITLE} characters."]
        if not isinstance(said["tag_names"], list):
            wrong["tag_names"] = ['Expected a list of items but got type "str".']
        if wrong:
            raise Refused(400, wrong)
        return {**said, "tag_names": sorted(str(tag).replace(" ", "-") for tag in said["tag_names"])}

    def _shown(self, posted: Posted) -> Mapping[str, Any]:
        stamp = posted.at.isoformat()
        return {"id": int(posted.id), **posted.more, "date_added": stamp, "date_modified": stamp}

    def _account(self, call: Call) -> str:
        """Token or Bearer: bookmarks/api/auth.py."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme not in ("Token", "Bearer"):
            raise Refused(401, {"detail": "Authentication credentials were not provided."})
        user = self.whose(token)
        if not user:
            raise Refused(401, {"detail": "Invalid token."})
        return user


FAKE = FakeLinkding

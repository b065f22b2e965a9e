"""A fake Raindrop.io. Source: developer.raindrop.io (2024-12-24)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

TITLE, NOTE = 1000, 10_000
KEYS = ("link", "title", "note", "tags", "excerpt", "collection")


class FakeRaindrop(Shelf):
    """Raindrop.io, which takes a link as often as it is sent. `softly`: errors come with status 200."""

    name = "raindrop"
    hosts = ("api.raindrop.io", "raindrop.io")
    channel = ""
    softly = False

    @route("POST", "/oauth/access_token")
    def tokens_for(self, call: Call) -> Reply:
        """JSON only; an error comes with 200."""
        said = call.json if call.type == "application/json" else {}
        code = str(said.get("code") or said.get("refresh_token") or "")
        if not said.get("client_id") or not said.get("client_secret") or not code.startswith("sandbox-"):
            return Reply(200, {"result": False, "status": 400, "errorMessage": "Incorrect code"})
        user = code.removeprefix("sandbox-")
        return Reply(200, {"access_token": self.token(user), "refresh_token": code, "expires_in": 1_209_599, "token_type": "Bearer"})

    @route("GET", "/rest/v1/user")
    def user(self, call: Call) -> Reply:
        name = self._user(call)
        return Reply(200, {"result": True, "user": {"_id": 32, "name": name, "fullName": name.title(), "pro": False}})

    @route("POST", "/rest/v1/import/url/exists")
    def exists(self, call: Call) -> Reply:
        self._user(call)
        found = [int(posted.id) for posted in self.public if posted.more["url"] in call.json["urls"]]
        return Reply(200, {"result": bool(found), "ids": found})

    @route("GET", "/rest/v1/raindrop/{id}")
    def get(self, call: Call) -> Reply:
        self._user(call)
        return Reply(200, {"result": True, "item": self._shown(self._one(call))})

    @route("POST", "/rest/v1/raindrop", commits=True)
    def add(self, call: Call) -> Reply:
        user, said = self._user(call), self._checked(call, {"title": "", "note": "", "tags": [], "collection": {"$id": -1}})
        id = str(self.next_number())
        made = self.shelve(user, id, f"https://app.raindrop.io/my/{said['collection']['$id']}/item/{id}/edit", said["note"], said)
        return Reply(200, {"result": True, "item": self._shown(made)})

    @route("PUT", "/rest/v1/raindrop/{id}", commits=True)
    def put(self, call: Call) -> Reply:
        self._user(call)
        old = self._one(call)
        said = self._checked(call, old.more)
        return Reply(200, {"result": True, "item": self._shown(self.rewrite(old.id, said["note"], said))})

    @route("DELETE", "/rest/v1/raindrop/{id}")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        self.change(self._one(call).id, deleted=True)
        return Reply(200, {"result": True})

    def too_many(self, seconds: float) -> Reply:
        stamp = str(int(self.now().timestamp() + seconds))
        return Reply(429, "", {"x-ratelimit-limit": "120", "x-ratelimit-remaining": "0", "x-ratelimit-reset": stamp})

    def _one(self, call: Call) -> Posted:
        return self.by_id(call.args["id"], 404, {"result": False, "status": 404, "errorMessage": "raindrop not found"})

    def _checked(self, call: Call, old: Mapping[str, Any]) -> dict[str, Any]:
        said = {**old, **{key: call.sent[key] for key in KEYS if key in call.sent}}
        link = str(said.get("link") or old.get("url") or "")
        if not link.startswith(("http://", "https://")):
            raise self._wrong("link must be a valid URL")
        for key, most in (("title", TITLE), ("note", NOTE)):
            if len(said[key]) > most:
                raise self._wrong(f"{key} is longer than the maximum allowed length ({most})")
        return {**said, "url": link}

    def _wrong(self, words: str) -> Refused:
        return Refused(200 if self.softly else 400, {"result": False, "status": 400, "error": "validation", "errorMessage": words})

    def _shown(self, posted: Posted) -> Mapping[str, Any]:
        more = posted.more
        return {"_id": int(posted.id), **{key: more[key] for key in ("title", "note", "tags", "collection")}, "link": more["url"]}

    def _user(self, call: Call) -> str:
        user = self.account_of(call)
        if not user:
            raise Refused(401, {"result": False, "status": 401, "errorMessage": "Unauthorized"})
        return user


FAKE = FakeRaindrop

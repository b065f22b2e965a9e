"""A fake wallabag. Source: wallabag ApiBundle EntryRestController.php, FOSOAuthServerBundle (2.6.14, 2026-08-21)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

LIFE = timedelta(hours=1)
KEYS = ("title", "content", "tags", "public", "archive", "starred")
DROPPED = re.compile(r"(?is)<(script|style)\b.*?</\1>|\s(?:on\w+|style)=\"[^\"]*\"")
"""What the server cleans away (htmLawed)."""


class FakeWallabag(Shelf):
    """One wallabag. Access tokens hold for an hour, refresh tokens for one use."""

    name = "wallabag"
    channel = 'server = "https://bag.example"\nidentifier = "ada"\nclient_id = "1_abc"'
    place = "bag.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.access: dict[str, tuple[str, datetime]] = {}
        self.renewing: dict[str, str] = {}

    @route("POST", "/oauth/v2/token")
    def tokens_for(self, call: Call) -> Reply:
        said = call.sent
        if not said.get("client_id") or not str(said.get("client_secret", "")).startswith(SANDBOX_TOKEN):
            raise Refused(400, {"error": "invalid_client", "error_description": "The client credentials are invalid"})
        if said.get("grant_type") == "password" and str(said.get("password", "")).startswith(SANDBOX_TOKEN) and said.get("username"):
            user = str(said["username"])
        elif said.get("grant_type") == "refresh_token" and said.get("refresh_token") in self.renewing:
            user = self.renewing.pop(str(said["refresh_token"]))
        else:
            raise Refused(400, {"error": "invalid_grant", "error_description": "Invalid username and password combination"})
        number = self.next_number()
        access, refresh = f"access-{user}-{number:012}", f"refresh-{user}-{number:012}"
        self.access[access], self.renewing[refresh] = (user, self.now() + LIFE), user
        return Reply(200, {"access_token": access, "expires_in": 3600, "token_type": "bearer", "scope": None, "refresh_token": refresh})

    @route("GET", "/api/user.json")
    def user(self, call: Call) -> Reply:
        name = self._user(call)
        return Reply(200, {"id": 1, "username": name, "name": name.title(), "email": f"{name}@bag.example"})

    @route("GET", "/api/info.json")
    def about(self, call: Call) -> Reply:
        return Reply(200, {"appname": "wallabag", "version": "2.6.14", "allowed_registration": False})

    @route("GET", "/api/entries/exists.json")
    def exists(self, call: Call) -> Reply:
        self._user(call)
        asked = call.asked("hashed_url")
        if not asked:
            raise Refused(403, {"error": {"code": 403, "message": "URL is empty?, logged user id: 1"}})
        found = next((posted for posted in self.public if _hashed(posted.more["url"]) == asked), None)
        return Reply(200, {asked: int(found.id) if found else None})

    @route("GET", "/api/entries/{id}.json")
    def entry(self, call: Call) -> Reply:
        self._user(call)
        return Reply(200, self._shown(self._entry(call)))

    @route("POST", "/api/entries.json", commits=True)
    def add(self, call: Call) -> Reply:
        user, url = self._user(call), str(call.sent.get("url") or "")
        if not url:
            raise Refused(403, {"error": {"code": 403, "message": "URL is empty"}})  # HttpException of postEntriesAction
        if twin := self.of(url):
            return Reply(200, self._shown(self._written(twin, call)))
        number = self.next_number()
        record = self._record(call, {"url": url, "uid": f"{number:013x}"})
        made = self.shelve(user, str(number), f"{call.base}/share/{record['uid']}", record["content"], record)
        return Reply(200, self._shown(made))

    @route("PATCH", "/api/entries/{id}.json", commits=True)
    def patch(self, call: Call) -> Reply:
        self._user(call)
        return Reply(200, self._shown(self._written(self._entry(call), call)))

    @route("DELETE", "/api/entries/{id}.json")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        found = self._entry(call)
        self.change(found.id, deleted=True)
        return Reply(200, {"id": int(found.id)})

    def _entry(self, call: Call) -> Posted:
        return self.by_id(call.args["id"], body={"error": {"code": 404, "message": "Not Found"}})

    def _written(self, posted: Posted, call: Call) -> Posted:
        record = self._record(call, posted.more)
        return self.rewrite(posted.id, record["content"], record)

    def _record(self, call: Call, old: Mapping[str, Any]) -> dict[str, Any]:
        """The server fetches the page itself unless title and content are given."""
        record = {"content": "<p>The page itself.</p>", "title": "Page", "tags": "", "public": 0, **old}
        record |= {key: call.sent[key] for key in KEYS if key in call.sent and call.sent[key] not in (None, "")}
        return {**record, "content": DROPPED.sub("", record["content"])}

    def _shown(self, posted: Posted) -> Mapping[str, Any]:
        labels = [label.strip().lower() for label in posted.more["tags"].split(",") if label.strip()]
        tags = [{"id": number, "label": label, "slug": label.replace(" ", "-")} for number, label in enumerate(labels)]
        return {**posted.more, "id": int(posted.id), "uid": posted.more["uid"] if posted.more["public"] else None, "tags": tags}

    def _user(self, call: Call) -> str:
        user, until = self.access.get(call.bearer, ("", self.now()))
        if not user:
            raise Refused(401, {"error": "invalid_grant", "error_description": "The access token provided is invalid."})
        if until <= self.now():
            raise Refused(401, {"error": "invalid_grant", "error_description": "The access token provided has expired."})
        return user


def _hashed(url: str) -> str:
    return hashlib.sha1(unquote_plus(url).encode(), usedforsecurity=False).hexdigest()


FAKE = FakeWallabag

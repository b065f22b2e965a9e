"""A fake Mattermost. Rules: api.mattermost.com and the server's source (server/channels/api4/post.go, app/post.go, model/post.go; 11)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route

ID = re.compile(r"[a-z0-9]{26}")
MOST = 16383
PENDING = 30.0
"""Seconds that a pending_post_id is remembered (app/post.go, PendingPostIDsCacheTTL)."""


class FakeMattermost(Fake):
    """One server with one team. `closed` are channels that the account is not in."""

    name = "mattermost"
    channel = 'server = "https://chat.example"\nchannel = "8n7k3c5w9pbr7mfa1y6xg2ezto"'
    place = "chat.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, tuple[str, datetime]] = {}
        self.closed: set[str] = set()

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, "limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, _error(404, "api.context.404.app_error", "Sorry, we could not find the page."))

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v4/posts", commits=True)
    def post(self, call: Call) -> Reply:
        name, sent = self._who(call), call.sent
        channel = self._channel(sent.get("channel_id"))
        pending = str(sent.get("pending_post_id") or "")
        id, at = self.pending.get(pending, ("", self.now()))
        if pending and id in self.posts and (self.now() - at).total_seconds() < PENDING:
            return Reply(201, self.posts[id])
        text, files = str(sent.get("message") or ""), [str(file) for file in sent.get("file_ids") or ()]
        self._check(text)
        root = str(sent.get("root_id") or "")
        if root and (root not in self.posts or self.posts[root]["root_id"]):
            raise _no(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.")
        if any(file not in self.files or self.files[file]["post"] for file in files):
            raise _no(400, "api.post.create_post.invalid_file_ids.app_error", "Invalid file ids.")
        made: dict[str, Any] = {"id": self._id(), "create_at": self._ms(), "update_at": self._ms(), "delete_at": 0, "user_id": _id_of(name)}
        made |= {
            "channel_id": channel,
            "message": text,
            "root_id": root,
            "props": dict(sent.get("props") or {}),
            "pending_post_id": pending,
        }
        before = [post["id"] for post in self.posts.values() if root and root in (post["id"], post["root_id"])]
        self.posts[made["id"]] = made
        for file in files:
            self.files[file]["post"] = made["id"]
        if pending:
            self.pending[pending] = (made["id"], self.now())
        media = tuple(self.files[file]["name"] for file in files)
        # in a thread posts follow one another
        url, after = f"{call.base}/team/pl/{made['id']}", before[-1] if before else ""
        self.publish(Posted(self.name, name, made["id"], url, text, self.now(), media, after, more={"sent": dict(sent)}))
        return Reply(201, made)

    @route("PUT", "/api/v4/posts/{id}/patch")
    def patch(self, call: Call) -> Reply:
        found = self._own(call)
        self._check(str(call.sent["message"]))
        found |= {"message": str(call.sent["message"]), "update_at": self._ms()}
        self.change(found["id"], text=found["message"], edited=True)
        return Reply(200, found)

    @route("DELETE", "/api/v4/posts/{id}")
    def delete(self, call: Call) -> Reply:
        found = self._own(call)
        found |= {"delete_at": self._ms(), "update_at": self._ms()}
        self.change(found["id"], deleted=True)
        return Reply(200, {"status": "OK"})

    @route("GET", "/api/v4/channels/{id}/posts")
    def listing(self, call: Call) -> Reply:
        self._who(call)
        channel, since = self._channel(call.args["id"]), int(call.asked("since", "0"))
        found = [post for post in reversed(self.posts.values()) if post["channel_id"] == channel and post["update_at"] > since][:1000]
        return Reply(200, {"order": [post["id"] for post in found], "posts": {post["id"]: post for post in found}})

    @route("POST", "/api/v4/files")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        self._channel(call.multipart.get("channel_id"))
        file = call.multipart.get("files")
        if not isinstance(file, Upload):
            raise _no(400, "api.file.upload_file.no_files.app_error", "No files were uploaded.")
        if len(file.content) > 100 * (1 << 20):
            raise _no(413, "api.file.upload_file.too_large_detailed.app_error", "File too large.")
        id = self._id()
        self.files[id] = {"name": file.filename, "post": ""}
        return Reply(201, {"file_infos": [{"id": id, "name": file.filename, "mime_type": file.type}], "client_ids": []})

    # -- the account ------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v4/users/me")
    def me(self, call: Call) -> Reply:
        name = self._who(call)
        return Reply(200, {"id": _id_of(name), "username": name, "roles": "system_user"}, {"x-version-id": "11.0.2.17000.abc.true"})

    @route("GET", "/api/v4/channels/{id}")
    def room(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"id": self._channel(call.args["id"]), "team_id": "t" * 26, "name": "news", "display_name": "News"})

    @route("GET", "/api/v4/teams/{id}")
    def team(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"id": call.args["id"], "name": "team"})

    @route("GET", "/api/v4/config/client")
    def config(self, call: Call) -> Reply:
        return Reply(200, {"MaxPostSize": str(MOST), "MaxFileSize": str(100 * (1 << 20)), "Version": "11.0.2"})

    # -- rules ------------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> str:
        name = self.account_of(call)
        if not name:
            raise _no(401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.")
        return name

    def _channel(self, id: Any) -> str:
        if not ID.fullmatch(str(id or "")):
            raise _no(400, "api.context.invalid_body_param.app_error", "Invalid or missing channel_id in request body.")
        if id in self.closed:
            raise _no(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.")
        return str(id)

    def _own(self, call: Call) -> dict[str, Any]:
        self._who(call)
        found = self.posts.get(call.args["id"])
        if found is None or found["delete_at"]:
            raise _no(404, "app.post.get.app_error", "Unable to get the post.")
        return found

    def _check(self, text: str) -> None:
        if len(text) > MOST:
            raise _no(
                400, "model.post.is_valid.message_length.app_error", "Post Message property is longer than the maximum permitted length."
            )

    def _id(self) -> str:
        return f"{self.next_number():026}"

    def _ms(self) -> int:
        return int(self.now().timestamp() * 1000)


def _error(status: int, id: str, message: str) -> Mapping[str, Any]:
    return {"id": id, "message": message, "detailed_error": "", "request_id": "r" * 26, "status_code": status}


def _no(status: int, id: str, message: str) -> Refused:
    return Refused(status, _error(status, id, message))


def _id_of(name: str) -> str:
    return f"{re.sub('[^a-z0-9]', '', name.lower()):u<26}"[:26]


FAKE = FakeMattermost

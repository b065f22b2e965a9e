"""Mattermost: a channel that a bot or a personal access token writes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat, files_of, multipart, root_of
from smm_cli.networks.base import Later
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.text.gfm import escaped, gfm
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media
from smm_cli.words.tree import Block, Mention

DOCS = "https://api.mattermost.com"
SERVER_CODE = "mattermost server/public/model/post.go (11)"
MB = 1 << 20
SOUNDS = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac")
MOST_LISTED = 1000
"""Posts that the listing gives at most. Source: mattermost server/channels/store/sqlstore/post_store.go (11)."""
SKEW = timedelta(seconds=60)


class Mattermost(Chat):
    """One channel of one server. Parts of a post after the first stand in its thread.

    A repeated `pending_post_id` makes no second post within 30 seconds, on one node (app/post.go, deduplicateCreatePost): too short to
    repeat by, so that smm looks for its mark instead. It is sent all the same: a request that the network doubles is one post.
    """

    name = "mattermost"
    title = "Mattermost"
    docs = DOCS
    auth = Bearer()
    dialect = "gfm"
    takes = frozenset({"link", "tags", "reply_to"})
    address = re.compile(r"/pl/([a-z0-9]{26})")
    text = (Limit("text", 16383, "code_points", SERVER_CODE, "2026-08-06"),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), 100 * MB), 10, f"{DOCS}/#tag/files", "2026-08-06"),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 100 * MB), 10, f"{DOCS}/#tag/files", "2026-08-06"),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 100 * MB), 10, f"{DOCS}/#tag/files", "2026-08-06"),
    )
    media_count = 10
    mixing = True
    steps = (
        "Integrations, Bot Accounts, Add Bot Account (an administrator allows them in the System Console), keep its token; add the bot to "
        "your team and channel. Or Profile, Security, Personal Access Tokens. The channel's id stands at the end of View Info."
    )

    Settings = Later("smm_cli.networks._mattermost_tables", "Settings")

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return gfm(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one post, in the thread of the first."""
        message = payload.parts[part]
        _, thread = self.answered(message)
        files = yield from self._uploaded(message.media)
        root = root_of((yield Earlier())) or thread
        body: dict[str, Any] = {"channel_id": self.settings.channel, "message": message.text, "props": _mark(payload, part)}
        body |= {"pending_post_id": f"{payload.key[:26]}:{part}"}
        body |= {"root_id": root} if root else {}
        body |= {"file_ids": files} if files else {}
        answer = yield Request("POST", self._url("posts"), Json(body), commits=True)
        return self._receipt(self.known(answer, "id"), root)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; files stay. A server may forbid it after a time."""
        body = Json({"message": payload.parts[part].text})
        yield Request("PUT", self._url(f"posts/{receipt.id}/patch"), body)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one post; one that is gone already is success."""
        answer = yield Request("DELETE", self._url(f"posts/{receipt.id}"), may_fail=True)
        self.must(answer, 404)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the mark in its properties, among all posts of the channel since then; the list holds deleted ones too."""
        since = int((intent.at - SKEW).timestamp() * 1000)
        url = self._url(f"channels/{self.settings.channel}/posts")
        page = yield Request("GET", url, query=(("since", str(since)),))
        where = f"{self.settings.server} (channel {self.settings.channel})"
        posts, wanted = page.get("posts"), _mark(payload, intent.part)["smm_id"]
        if not isinstance(posts, Mapping):
            return CannotTell(where)
        for post in posts.values():
            if (post.get("props") or {}).get("smm_id") == wanted:
                return Found(self._receipt(str(post["id"]), str(post.get("root_id") or "")))
        return Absent() if len(posts) < MOST_LISTED else CannotTell(where)

    def verify(self) -> Verifying:
        """Whose token it is, the channel's team, and the limits of this server."""
        me = yield Request("GET", self._url("users/me"))
        room = yield Request("GET", self._url(f"channels/{self.settings.channel}"))
        team = ""
        if id := room.get("team_id"):
            team = str((yield Request("GET", self._url(f"teams/{id}"), may_fail=True)).get("name", default=""))
        config = yield Request("GET", self._url("config/client"), query=(("format", "old"),), may_fail=True)
        sizes = {name: int(config.get(key, default="0") or 0) for name, key in (("text", "MaxPostSize"), ("file", "MaxFileSize"))}
        limits = {"text": sizes["text"]} if sizes["text"] else {}
        limits |= {f"{kind}_bytes": sizes["file"] for kind in ("image", "video", "audio")} if sizes["file"] else {}
        name, url = str(room.get("display_name", default="")), f"{self.settings.server}/{team}/channels/{room.get('name')}" if team else ""
        version = str(me.headers.get("x-version-id", "")).split(".")[:3]
        return Account(
            f"@{me.get('username', default='')}",
            str(me.get("id")),
            name,
            url,
            "mattermost",
            ".".join(version),
            limits,
            facts={"team": team},
        )

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """By status; `id` names the error. A post that is still being made says so with a 500, which is looked into."""
        if status < 300:
            return None
        id = str(body.get("id") or "") if isinstance(body, Mapping) else ""
        words = f"Mattermost answered {status}: {said_by(body)} {f'({id})' if id else ''}".rstrip(": ")
        if status == 429:
            return RateLimited(words, after=retry_after(headers))
        if status in (401, 403) or (status == 404 and "channel" in id):
            return AuthFailed(words, hint="does the token hold, and is its account in the team and the channel?")
        return Retriable(words) if status in (408, 425) or (status >= 500 and status != 501) else Rejected(words)

    # -- parts of requests -----------------------------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        return f"{self.settings.server}/api/v4/{path}"

    def _uploaded(self, media: Sequence[Media]) -> Generator[Step, Any, list[str]]:
        ids = []
        for medium in media:
            body = multipart({"channel_id": self.settings.channel}, files_of([medium], lambda n: "files"))
            answer = yield Request("POST", self._url("files"), body, timeout=300.0)
            ids.append(str(answer.get("file_infos", 0, "id")))
        return ids

    def _receipt(self, id: str, root: str) -> PartReceipt:
        team = str(self.account.facts.get("team") or "") if self.account else ""
        return PartReceipt(id, f"{self.settings.server}/{team or '_redirect'}/pl/{id}", {"root": root} if root else {})


def _mark(payload: Payload, part: int) -> dict[str, str]:
    """Properties of a post that programs alone see; those that a server does not know stay as they are."""
    return {"smm_id": f"{payload.key[:40]}-{part}"}


NETWORK = Mattermost

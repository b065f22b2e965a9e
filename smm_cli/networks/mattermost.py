"""Mattermost: a channel that a bot or a personal access token writes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.networks._chat import Chat, root_of, uploaded
from smm_cli.networks._chat_look import among
from smm_cli.networks._mattermost_account import ask_account
from smm_cli.networks._mattermost_fault import read_fault
from smm_cli.networks._moment import earliest
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Later
from smm_cli.text.gfm import escaped, gfm
from smm_cli.words.auth import Bearer
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import Limit

DOCS = "https://api.mattermost.com"
SERVER_CODE = "mattermost server/public/model/post.go (11)"
MOST_LISTED = 1000
"""Posts that the listing gives at most. Source: mattermost server/channels/store/sqlstore/post_store.go (11)."""


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
    media = usual_files(100 << 20, 10, f"{DOCS}/#tag/files", "2026-08-06")
    media_count = 10
    mixing = True
    steps = (
        "Integrations, Bot Accounts, Add Bot Account (an administrator allows them in the System Console), keep its token; add the bot to "
        "your team and channel. Or Profile, Security, Personal Access Tokens. The channel's id stands at the end of View Info."
    )

    Settings = Later("smm_cli.networks._mattermost_tables", "Settings")

    written = staticmethod(gfm)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one post, in the thread of the first."""
        message = payload.parts[part]
        _, thread = self.answered(message)
        answers = yield from uploaded(message.media, self._url("files"), "files", {"channel_id": self.settings.channel})
        files = [str(answer.get("file_infos", 0, "id")) for answer in answers]
        root = root_of((yield Earlier())) or thread
        body: dict[str, Any] = {"channel_id": self.settings.channel, "message": message.text, "props": {"smm_id": _mark(payload, part)}}
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
        url, query = self._url(f"channels/{self.settings.channel}/posts"), (("since", str(int(earliest(intent).timestamp() * 1000))),)
        listed = (yield Request("GET", url, query=query)).get("posts")
        return among(
            list(listed.values()) if isinstance(listed, Mapping) else None,
            lambda post: (post.get("props") or {}).get("smm_id") == _mark(payload, intent.part),
            lambda post: self._receipt(str(post["id"]), str(post.get("root_id") or "")),
            MOST_LISTED,
            f"{self.settings.server} (channel {self.settings.channel})",
        )

    def verify(self) -> Verifying:
        """Whose token it is, the channel's team, and the limits of this server."""
        return (yield from ask_account(self.settings.server, self.settings.channel))

    # -- parts of requests -----------------------------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        return f"{self.settings.server}/api/v4/{path}"

    def _receipt(self, id: str, root: str) -> PartReceipt:
        team = str(self.account.facts.get("team") or "") if self.account else ""
        return PartReceipt(id, f"{self.settings.server}/{team or '_redirect'}/pl/{id}", {"root": root} if root else {})


def _mark(payload: Payload, part: int) -> str:
    """Stands in the properties of a post, which programs alone see; those that a server does not know stay as they are."""
    return f"{payload.key[:40]}-{part}"


NETWORK = Mattermost

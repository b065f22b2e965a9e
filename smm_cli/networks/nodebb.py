"""NodeBB: topics and replies by its Write API v3. Facts: NodeBB 4.15.1, source and OpenAPI files (2026-08-22).

Pictures stand at a public address: the forum's own upload wants a session with a cookie, which tokens have not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._forum import Forum, linked_pictures
from smm_cli.networks._forum_look import pending
from smm_cli.networks._nodebb_board import Board, ask_account
from smm_cli.networks._nodebb_fault import read_fault, words_of
from smm_cli.networks._nodebb_look import look_for
from smm_cli.networks.base import Later
from smm_cli.words.auth import Bearer
from smm_cli.words.conversation import Intent, Looking, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import Limit
from smm_cli.words.post import Post

DOCS = "https://docs.nodebb.org/api/write/"
DEFAULTS = "NodeBB 4.15.1, install/data/defaults.json; GET /api/config tells the forum's own"
READ = "2026-08-22"


class NodeBB(Forum):
    """Topics of one account in one category."""

    name = "nodebb"
    title = "NodeBB"
    docs = DOCS
    auth = Bearer()
    text = (
        Limit("text", 32_767, "utf16", DEFAULTS, READ, minimum=8),
        Limit("title", 255, "utf16", DEFAULTS, READ, minimum=3),
    )
    media = linked_pictures(READ)
    media_count = 20
    fetches = frozenset({"image"})
    tag_limits = (5, 3, 15)
    steps = (
        "As an administrator: Advanced, API access, Create token. Give it the user id of the account that is to post (0 makes a master "
        "token: then name the account as `uid`). Keep the token where the channel's `secret` says. Pictures need `[media] host`."
    )

    Settings = Later("smm_cli.networks._nodebb_tables", "Settings")
    Options = Later("smm_cli.networks._nodebb_tables", "Options")

    fault = staticmethod(read_fault)

    @property
    def board(self) -> Board:
        return Board(self.server, self.settings.uid)

    def about(self, post: Post) -> Mapping[str, Any]:
        own = self.options(post).category
        return {"cid": self.settings.category if own is None else own}

    # -- conversations ---------------------------------------------------------------------------------------------------

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        return self.board.ask("POST", "/api/v3/topics", {**message.fields, "content": text}, commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        body = {"content": text, "toPid": int(earlier.id) if earlier.id.isdigit() else earlier.id}
        return self.board.ask("POST", f"/api/v3/topics/{earlier.more['topic']}", body, commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        title = {"title": message.fields["title"]} if "title" in message.fields else {}
        return self.board.ask("PUT", f"/api/v3/posts/{receipt.id}", {"content": text, **title})

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The topic's first post, or the reply; or one that waits for approval."""
        said = answer.get("response", default={})
        if said.get("queued"):
            return pending(said.get("id", ""))
        pid = Answer(0, {}, said).get("mainPost", "pid") or said.get("pid") or said.get("mainPid")
        if not pid or not said.get("tid"):
            raise self.no_receipt(answer)
        return self.board.receipt(pid, said["tid"], "" if earlier else str(said.get("slug") or said["tid"]))

    def removal(self, receipt: PartReceipt, part: int) -> Request:
        """So that moderators can restore it: without /state the topic would be purged."""
        path = f"/api/v3/posts/{receipt.id}/state" if part else f"/api/v3/topics/{receipt.more['topic']}/state"
        return self.board.ask("DELETE", path, may_fail=True)

    def is_gone(self, answer: Answer) -> bool:
        return super().is_gone(answer) or "already-deleted" in words_of(answer.status, answer.body)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own posts, then among what waits for approval."""
        return (yield from look_for(self.board, intent, earlier))

    def verify(self) -> Verifying:
        """Whose token it is, and the lengths that this forum takes."""
        return (yield from ask_account(self.board))


NETWORK = NodeBB

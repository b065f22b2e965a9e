"""Flarum 1.8 and 2.0: discussions and replies (JSON:API). Facts: flarum/docs (2026-08-21) and flarum/framework.

Pictures stand at a public address: the core takes no files, and what extensions take differs from forum to forum.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.networks._flarum_board import Board
from smm_cli.networks._flarum_fault import read_fault
from smm_cli.networks._flarum_look import look_for
from smm_cli.networks._flarum_tags import ask_account, left_out, numbers_of
from smm_cli.networks._forum import Forum, linked_pictures
from smm_cli.networks._forum_text import hyphened
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import Bearer
from smm_cli.words.conversation import Intent, Looking, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import Limit
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem

SOURCE = "flarum/framework, DiscussionValidator and PostValidator (1.8: 65535 signs, 2.0: 63000)"
READ = "2026-08-21"


class Flarum(Forum):
    """Discussions of one account."""

    name = "flarum"
    title = "Flarum"
    docs = "https://docs.flarum.org/rest-api"
    auth = Bearer(scheme="Token")
    text = (
        Limit("text", 63_000, "code_points", SOURCE, READ, minimum=1),
        Limit("title", 80, "code_points", SOURCE, READ, minimum=3),
    )
    media = linked_pictures(READ)
    media_count = 20
    fetches = frozenset({"image"})
    steps = (
        "Make an account for smm at the forum. Its token: curl https://FORUM/api/token -H 'Content-Type: application/json' -d "
        '\'{"identification": "NAME", "password": "…", "remember": 1}\'. Keep what stands behind "token" where the channel\'s `secret` '
        'says; an API key of an administrator is kept as "KEY; userId=5". Pictures need `[media] host`.'
    )

    Settings = Later("smm_cli.networks._flarum_tables", "Settings")
    Options = Later("smm_cli.networks._flarum_tables", "Options")

    fault = staticmethod(read_fault)

    @property
    def board(self) -> Board:
        return Board(self.server)

    def tags(self, post: Post) -> list[str]:
        """The forum's tags that the discussion must have: those of the channel and of the post's options."""
        return list(dict.fromkeys((*self.settings.tags, *self.options(post).tags)))

    def about(self, post: Post) -> Mapping[str, Any]:
        """Tags of the post are taken where the forum has them too."""
        return {"perhaps": [hyphened(tag) for tag in post.tags]} if post.tags else {}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        perhaps = payload.parts[0].fields.get("perhaps") or []
        return left_out(self.board, perhaps, self.account, Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def made_out(self, message: PayloadPart) -> Generator[Step, Any, PayloadPart]:
        """With the numbers of its tags."""
        names, perhaps = message.fields.get("tags") or [], message.fields.get("perhaps") or []
        numbers = yield from numbers_of(self.board, names, perhaps, self.account)
        return replace(message, fields={**message.fields, "tags": numbers})

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        tags = [{"type": "tags", "id": id} for id in message.fields["tags"]]
        said: dict[str, Any] = {"type": "discussions", "attributes": {"title": message.fields["title"], "content": text}}
        said |= {"relationships": {"tags": {"data": tags}}} if tags else {}
        return self.board.ask("POST", "/api/discussions", {"data": said}, commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        where = {"discussion": {"data": {"type": "discussions", "id": str(earlier.more["topic"])}}}
        said = {"type": "posts", "attributes": {"content": text}, "relationships": where}
        return self.board.ask("POST", "/api/posts", {"data": said}, commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        return self.board.patch("posts", receipt.id, {"content": text})

    def retitle(self, title: str, receipt: PartReceipt) -> Request:
        return self.board.patch("discussions", str(receipt.more["topic"]), {"title": title})

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The discussion's first post, or the reply."""
        found = self.board.receipt_in(answer, earlier)
        if found is None:
            raise self.no_receipt(answer)
        return found

    def removal(self, receipt: PartReceipt, part: int) -> Request:
        """Hidden: authors may do that, delete for good only moderators may."""
        kind, id = ("posts", receipt.id) if part else ("discussions", str(receipt.more["topic"]))
        return self.board.patch(kind, id, {"isHidden": True}, may_fail=True)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(self.board, intent, earlier))

    def verify(self) -> Verifying:
        """Whose token it is, and which tags the forum has."""
        return (yield from ask_account(self.board))


NETWORK = Flarum

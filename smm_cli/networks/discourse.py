"""Discourse: topics and replies, with an API key. Facts: docs.discourse.org (2026-08-20) and the server's source of 2026."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.networks._discourse_board import Board, ask_account
from smm_cli.networks._discourse_fault import read_fault
from smm_cli.networks._discourse_look import look_for
from smm_cli.networks._discourse_poll import POLLS, with_poll
from smm_cli.networks._discourse_topic import body_of, in_a_row
from smm_cli.networks._forum import Forum
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import Bearer
from smm_cli.words.conversation import Intent, Looking, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

SETTINGS = "discourse config/site_settings.yml"
PICTURES = f"{SETTINGS}: max_image_size_kb, authorized_extensions; no number but for new users (1)"
READ = "2026-08-20"


class Discourse(Forum):
    """Topics of one account."""

    name = "discourse"
    title = "Discourse"
    docs = "https://docs.discourse.org"
    auth = Bearer(header="Api-Key", scheme="")
    text = (
        Limit("text", 32_000, "code_points", f"{SETTINGS}: max_post_length, min_post_length, min_first_post_length", READ, minimum=20),
        Limit("title", 255, "code_points", f"{SETTINGS}: max_topic_title_length, min_topic_title_length", READ, minimum=15),
    )
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, HEIC, AVIF), 4096 * 1024), 20, PICTURES, READ),)
    media_count = 20
    poll = POLLS
    waits = "reject it there, or ask a moderator"
    takes = Forum.takes | {"poll"}
    steps = (
        "As an administrator: Admin, Advanced, API keys, New API key; user level Single user, scope Global: no granular scope lets smm "
        "read single posts and what waits for approval (app/models/api_key_scope.rb). Keep the key where the channel's `secret` says, and "
        "name the user as `username`. Where your forum allows other lengths, write them: limits = { title_minimum = 10, text_minimum = 5 }."
    )

    Settings = Later("smm_cli.networks._discourse_tables", "Settings")
    Options = Later("smm_cli.networks._discourse_tables", "Options")

    fault = staticmethod(read_fault)

    @property
    def board(self) -> Board:
        return Board(self.server, str(self.settings.username))

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """With the poll as a block below the text of the first part."""
        made = super().render(part, number, post, facts)
        if number or not post.poll:
            return made
        return replace(made, text=with_poll(made.text, post.poll, facts.at, self.mention(facts)))

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Also that only staff may answer itself again and again."""
        place = Place(post.path, channel=self.channel.name)
        return (*super().remarks(post, payload, facts), *in_a_row(payload, place))

    def about(self, post: Post) -> Mapping[str, Any]:
        options = self.options(post)
        category = self.settings.category if options.category is None else options.category
        return ({"category": category} if category is not None else {}) | ({"unlist_topic": True} if options.unlisted else {})

    # -- conversations ---------------------------------------------------------------------------------------------------

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        """With an `external_id` of ours, which a second topic cannot have."""
        return self.board.ask("POST", "/posts.json", body_of(message.fields, text, payload.key, self.settings.tags_as), commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        body = {"topic_id": earlier.more["topic"], "reply_to_post_number": earlier.more["number"], "raw": text}
        return self.board.ask("POST", "/posts.json", body, commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        return self.board.ask("PUT", f"/posts/{receipt.id}.json", {"post": {"raw": text}})

    def retitle(self, title: str, receipt: PartReceipt) -> Request:
        return self.board.ask("PUT", f"/t/-/{receipt.more['topic']}.json", {"title": title})

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The post; or one that waits for approval, which has no address yet."""
        if answer.get("action") == "enqueued":
            return self.board.waiting(answer.get("pending_post", "id", default=""))
        if not isinstance(answer.body, Mapping) or not answer.get("id") or not answer.get("topic_id"):
            raise self.no_receipt(answer)
        return self.board.receipt(answer.body)

    def picture(self, medium: Media) -> Generator[Step, Any, str]:
        return (yield from self.board.upload(medium))

    def removal(self, receipt: PartReceipt, part: int) -> Request:
        path = f"/posts/{receipt.id}.json" if part else f"/t/{receipt.more['topic']}.json"
        return self.board.ask("DELETE", path, may_fail=True)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(self.board, intent, earlier))

    def verify(self) -> Verifying:
        """Whose key it is, and whether the category is there."""
        return (yield from ask_account(self.board, self.settings.category))


NETWORK = Discourse

"""Lemmy: a post in a community, by the API of 0.19 (v3) or 1.0 (v4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._lemmy_account import ask_account
from smm_cli.networks._lemmy_api import Api
from smm_cli.networks._lemmy_fault import GONE, read_fault
from smm_cli.networks._lemmy_look import look_for
from smm_cli.networks._lemmy_post import beside, body_of, fields_of, markdown
from smm_cli.networks._short import described, short
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.words.auth import Session
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post

CODE = "github.com/LemmyNet/lemmy 0.19.20, crates/utils/src/utils/validation.rs"
PICTRS = "pict-rs: as its administrator says, often 10 to 40 MB; the least is taken"
READ = "2026-08-12"
SIZE = 10_000_000


class Lemmy(Network):
    """One community, by one account on one server."""

    name = "lemmy"
    title = "Lemmy"
    docs = "https://join-lemmy.org/api/"
    auth = Session()
    text = (
        Limit("text", 50_000, "code_points", f"{CODE} POST_BODY_MAX_LENGTH", READ),
        Limit("title", 200, "code_points", f"{CODE} is_valid_post_title", READ, minimum=3),
        Limit("comment", 10_000, "code_points", f"{CODE} BODY_MAX_LENGTH", READ),
        Limit("url", 2000, "code_points", f"{CODE} URL_MAX_LENGTH", READ),
        Limit("alt", 1500, "code_points", f"{CODE} ALT_TEXT_MAX_LENGTH", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), SIZE), 20, PICTRS, READ),
        MediaLimit("video", {MP4: SIZE}, 1, PICTRS, READ),
    )
    media_count = 20
    mixing = True
    dialect = "commonmark"
    appends = frozenset()
    takes = frozenset({"title", "link", "language", "first_comment", "alt"})
    demands = frozenset({"title"})
    steps = (
        "Register an account for this at your server (a bot says so in its settings), without two-factor login: Lemmy knows no app "
        "passwords. Put its name as identifier and the community into the channel, the password where `secret` says."
    )

    Settings = Later("smm_cli.networks._lemmy_tables", "Settings")
    Options = Later("smm_cli.networks._lemmy_tables", "Options")

    @property
    def api(self) -> Api:
        """In the version that the settings say, else the server; v3 until it was asked."""
        told = str(self.account.facts.get("api") or "") if self.account else ""
        return Api(str(self.settings.server), self.settings.api or told or "v3")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """CommonMark; `comment` marks the first comment."""
        mention = self.mention(facts)
        if part.comment:
            return PayloadPart(markdown(part.blocks, mention), {"comment": True}, (), part.line)
        fields = fields_of(post, short(post.title, mention), self.settings, self.options(post), self.account)
        return PayloadPart(markdown(part.blocks, mention), fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The text with what its pictures will add to it; a first comment has a maximum of its own."""
        if limit.name == "comment":
            return len(part.text) if part.fields.get("comment") else 0
        return super().measured(part, limit) + (beside(part.media) if limit.name == "text" else 0)

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the community, upload, then the one request that publishes; the first comment answers the post."""
        message, api = payload.parts[part], self.api
        if message.fields.get("comment"):
            earlier = yield Earlier()
            return (yield from api.write("POST", "comment", {**body_of(message, {}), "post_id": int(earlier.id)}, {}))
        community = yield from api.community(str(message.fields["community"]))
        kept = yield from api.upload_all(message.media, {})
        yield Earlier()
        return (yield from api.write("POST", "post", {"community_id": community, **body_of(message, kept)}, kept))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change a post or the first comment; pictures that it has already are not uploaded again."""
        message, api = payload.parts[part], self.api
        kind = "comment" if message.fields.get("comment") else "post"
        kept = yield from api.upload_all(message.media, receipt.more.get("media") or {})
        return (yield from api.write("PUT", kind, {f"{kind}_id": int(receipt.id), **body_of(message, kept)}, kept))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        request = self.api.delete(receipt.id, comment=receipt.more.get("kind") == "comment")
        yield from take_down(self, request, self.api.host, lambda answer: answer.get("error") in GONE or answer.status == 404)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(self.api, intent, payload.parts[intent.part], answers))

    def verify(self) -> Verifying:
        return (yield from ask_account(str(self.settings.server), self.settings.api))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from self.api.log_in(inputs.get("identifier") or self.settings.identifier))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.api.host, self.account)


NETWORK = Lemmy

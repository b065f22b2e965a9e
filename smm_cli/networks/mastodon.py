"""Mastodon, and the servers that speak its API: GoToSocial, Pleroma, Akkoma, Pixelfed, Friendica and others.

The server's own `scheduled_at` is never used: a server may ignore it and publish at once (a past time does so even on Mastodon),
the answer names no post but a plan in another id space, the Idempotency-Key is reported not to hold for it (mastodon issue 30039),
and a pause or a lapsed approval could not call it back. smm sends when it is time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from smm_cli.errors import SmmError
from smm_cli.networks._mastodon_fault import read_fault
from smm_cli.networks._mastodon_media import attached_again, upload_all
from smm_cli.networks._mastodon_place import Server
from smm_cli.networks._mastodon_remarks import remarks_on
from smm_cli.networks._mastodon_server import ask_server, sign_in
from smm_cli.networks._mastodon_status import changed_body, message_of, new_body
from smm_cli.networks._take_down import take_down
from smm_cli.networks._usual_files import FILMS, PICTURES, SOUNDS
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem

DOCS = "https://docs.joinmastodon.org"
SERVER_CODE = "mastodon app/models/media_attachment.rb (4.5)"
IMAGE, VIDEO = 16 << 20, 99 << 20
READ = "2026-07-02"
KEY_KEPT = f"{DOCS}/methods/statuses/#headers (Idempotency-Key); kept an hour: app/services/post_status_service.rb"
SCOPES = ("read:accounts", "read:statuses", "read:search", "read:notifications", "write:statuses", "write:media")
"""What publishing, looking and later the inbox need. Source: docs.joinmastodon.org/api/oauth-scopes (2026-07-02)."""


class Mastodon(Network):
    """One account on one server of the Mastodon API."""

    name = "mastodon"
    title = "Mastodon"
    docs = f"{DOCS}/methods/statuses/"
    auth = OAuth2(scopes=SCOPES)
    # a content warning counts with its addresses at full length (status_length_validator.rb, 4.5)
    text = (
        Limit("text", 500, "mastodon", f"{DOCS}/user/posting/#text", READ, together=("spoiler_text",)),
        Limit("alt", 1500, "code_points", f"{DOCS}/entities/Instance/#description_limit", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys(PICTURES, IMAGE), 4, SERVER_CODE, READ, pixels=33_177_600),
        MediaLimit("video", dict.fromkeys(FILMS, VIDEO), 1, SERVER_CODE, READ, pixels=8_294_400, exclusive=True),
        MediaLimit("audio", dict.fromkeys(SOUNDS, VIDEO), 1, SERVER_CODE, READ, exclusive=True),
    )
    media_count = 4
    poll = PollLimit(4, 50, 300, 2_629_746, f"{DOCS}/entities/Instance/#polls", READ, ruler="graphemes")
    threads = True
    takes = frozenset({"link", "tags", "language", "content_warning", "visibility", "poll", "reply_to", "quote", "alt"})
    visibilities = ("public", "unlisted", "private", "direct")
    steps = "Nothing to create first: smm registers itself at your server, and you allow it in the browser."

    Settings = Later("smm_cli.networks._mastodon_tables", "Settings")
    Options = Later("smm_cli.networks._mastodon_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.server = Server(self.settings.server, account)
        vars(self).update(visibilities=self.server.relative.visibilities, mixing=self.server.relative.mixing)  # as this server has it

    def repeat(self) -> Repeat | None:
        """One hour, on Mastodon alone: others ignore the Idempotency-Key, and an unknown server might."""
        return Repeat(3600, KEY_KEPT, READ) if self.server.is_mastodon else None

    @cached_property
    def text_limits(self) -> tuple[Limit, ...]:
        """As declared, counted as this server's program does."""
        return self.server.relative.texts(super().text_limits)

    @cached_property
    def media_limits(self) -> tuple[MediaLimit, ...]:
        """As declared, less the types that this server does not name."""
        return self.server.relative.files(super().media_limits, self.most_media, self.server.types)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        return message_of(part, number, post, self.options(post), self.settings, facts, self.mention(facts))

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(self, post, payload)

    def share_link(self, payload: Payload) -> str:
        """The server's own form with the text of the first part, for a channel that is posted to by hand."""
        return f"{self.server.url}/share?text={quote(payload.parts[0].text, safe='')}"

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload and wait for the media, find what is answered or quoted, then the one request that publishes."""
        message, server = payload.parts[part], self.server
        media = yield from upload_all(server.uploads, message.media)
        reply = yield from server.found(message.fields.get("reply_to"), "reply_to")
        quoted = yield from server.found(message.fields.get("quote"), "quote")
        earlier = yield Earlier()
        body = new_body(message, media, server.relative, earlier.id if earlier else reply, quoted)
        headers = {"idempotency-key": f"{payload.key}-{part}"}
        answer = yield Request("POST", server.status(), Json(body), headers, commits=True)
        return server.receipt(answer, media)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one status; media that it already has are kept, new ones uploaded. To say it twice changes nothing."""
        message, server = payload.parts[part], self.server
        kept, media = yield from attached_again(server.uploads, message.media, receipt)
        body = changed_body(message, media, server.relative, kept)
        answer = yield Request("PUT", server.status(receipt.id), Json(body))
        return server.receipt(answer, media)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take one status down; one that is gone already is success."""
        request = Request("DELETE", self.server.status(receipt.id), expect=(200, 404), reads="any", may_fail=True)
        yield from take_down(self, request, self.server.host, lambda answer: answer.status in (404, 410))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from self.server.look_for(payload.parts[intent.part], intent, earlier))

    def verify(self) -> Verifying:
        """Who the token belongs to, what the server runs, and its limits."""
        return (yield from ask_server(self.server.url, self.server.host))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """Register smm at the server, let a person allow it, take the token (OAuth 2 with PKCE). Tokens do not expire."""
        return (yield from sign_in(self.server.url, self.server.host, SCOPES, inputs))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.server.host, hurries=self.server.relative.hurries)


NETWORK = Mastodon

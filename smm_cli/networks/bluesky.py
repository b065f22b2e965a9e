"""Bluesky and other servers of the AT Protocol. Facts: lexicons and PDS source of bluesky-social/atproto, 2026-08-20."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from smm_cli.networks import _bluesky_record as records
from smm_cli.networks import _bluesky_session as session
from smm_cli.networks._bluesky_fault import bluesky_fault
from smm_cli.networks._bluesky_message import fields_of, message_of, remarks_on
from smm_cli.networks._bluesky_pds import Pds
from smm_cli.networks._bluesky_post import deleted, embedded, look_for, record_of, written
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.words.auth import Session
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

LEXICONS = "github.com/bluesky-social/atproto, lexicons/app/bsky"
READ = "2026-08-20"


class Bluesky(Network):
    """Posts on Bluesky. There is no `edit`: a changed record has another cid, so that likes, replies and quotes of the first no
    longer fit, and the app goes on showing the first. Withdraw and publish anew instead."""

    name = "bluesky"
    title = "Bluesky"
    docs = "https://docs.bsky.app"
    auth = Session()
    text = (
        Limit("text", 300, "graphemes", f"{LEXICONS}/feed/post.json", READ),
        Limit("bytes", 3000, "utf8", f"{LEXICONS}/feed/post.json", READ),
        Limit("alt", 2000, "graphemes", "MAX_ALT_TEXT of github.com/bluesky-social/social-app (no maximum in the lexicon)", "2026-08"),
        Limit("video_alt", 1000, "graphemes", f"{LEXICONS}/embed/video.json", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, WEBP), 2_000_000), 4, f"{LEXICONS}/embed/images.json", READ, exclusive=True),
        MediaLimit(
            "video", {MP4: 300_000_000}, 1, f"{LEXICONS}/embed/video.json; 10 minutes: social-app", READ, seconds=600, exclusive=True
        ),
    )
    media_count = 4
    threads = True
    dialect = "rich"
    takes = frozenset({"link", "tags", "language", "reply_to", "quote", "first_comment", "alt"})
    steps = (
        "In the app: Settings, Privacy and security, App passwords, Add App Password. Give it a name, leave direct messages off. "
        "Keep the password (four groups of four letters) where the channel's `secret` says."
    )

    Settings = Later("smm_cli.networks._bluesky_options", "Settings")
    Options = Later("smm_cli.networks._bluesky_options", "Options")

    fault = staticmethod(bluesky_fault)

    @property
    def home(self) -> session.Home:
        """Where the channel logs in, and where the account is kept."""
        return session.Home(self.settings, self.account)

    @property
    def identifier(self) -> str:
        """What it logs in with, without an @ before it."""
        return str(self.settings.identifier or self.channel.account).removeprefix("@")

    def hosts(self) -> tuple[str, ...]:
        return self.home.hosts()

    def repeat(self) -> Repeat | None:
        """For ever: the same record under the same key is what is there already; the server then makes no commit."""
        return Repeat(None, "putRecord of the PDS 0.4.217: no-op when the cid is the current one", READ)

    # -- composing -----------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        whole = not self.settings.shorten_links or self.channel.by_hand
        return message_of(part, number, post, self.options(post), self.settings, facts, self.mention(facts), whole=whole)

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return fields_of(post, self.options(post), facts.receipts)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return tuple(remarks_on(payload, Place(post.path, channel=self.channel.name), self.settings.app))

    def share_link(self, payload: Payload) -> str:
        """The app's own form, filled in with the first part. Source: docs.bsky.app/docs/advanced-guides/intent-links, 2026-04."""
        return f"{self.settings.app}/intent/compose?{urlencode({'text': payload.parts[0].text})}"

    # -- conversations -------------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, fetch the card, find people and posts, then the one putRecord that publishes; who may answer or quote comes after it."""
        message, post, pds = payload.parts[part], payload.fields, Pds(self.home.pds)
        repo = yield from self.home.did()
        media = yield from embedded(message, repo, pds, self.settings.video_service)
        dids = yield from pds.people(span["value"] for span in message.fields.get("facets", ()) if span["kind"] == "mention")
        target = (yield from pds.post(post.get("reply_to"), "reply_to")) if part == 0 else None
        quoted = (yield from pds.post(post.get("quote"), "quote")) if part == 0 else None
        before = yield Earlier()
        target = (yield from pds.parent(before)) if before else target
        record = record_of(payload, part, media, dids, target and records.answering(target), quoted)
        return (yield from written(pds, repo, payload, part, record, self.settings.app))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(payload, intent, self.settings.app, self.identifier))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the record, and what stands beside it."""
        yield from deleted(Pds(self.home.pds), receipt)

    def verify(self) -> Verifying:
        """Whose password it is, which server keeps the account and how old that is."""
        return (yield from session.account_behind(self.home.server, self.settings.app))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """Exchange the app password for a session."""
        return (yield from session.log_in(self.home.server, inputs.get("identifier") or self.identifier, self.channel.name))

    def refresh(self) -> LoggingIn:
        """Renew the session with its refresh token."""
        return (yield from session.renew(self.home.server))


NETWORK = Bluesky

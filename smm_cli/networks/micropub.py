"""Micropub (W3C Recommendation, 2017-05-23): a site of one's own, of whatever program, that takes posts by one protocol.

Without an id that a client could give, a post whose answer was lost is looked for in the list of posts (q=source), where the site has
one: its `published` is the planned time, which no other post shares with the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from smm_cli.errors import SmmError
from smm_cli.networks._article import Article, Drawn, Kept, Written
from smm_cli.networks._micropub_entry import change_of, entry_of, fields_of, look_for, properties_of, receipt_of
from smm_cli.networks._micropub_fault import read_fault
from smm_cli.networks._micropub_site import SCOPES, Site, hosts_of
from smm_cli.networks.base import Facts, Later
from smm_cli.text.dialects import commonmark, html, plain
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block

OURS = "smm: no server tells its limits; what django-indieweb takes by default (0.6.2: 10 MiB)"
READ = "2026-11-22"


class Micropub(Article):
    """One site."""

    name = "micropub"
    title = "Micropub"
    docs = "https://www.w3.org/TR/micropub/"
    auth = OAuth2(scopes=SCOPES)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 10 << 20), 10, OURS, READ),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 10 << 20), 4, OURS, READ),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"), 10 << 20), 4, OURS, READ),
    )
    media_count = 10
    takes = frozenset({"title", "link", "tags", "alt", "reply_to"})
    featured = False
    steps = (
        "Nothing to create first: your site names its login in its own page, smm opens it in the browser, and you allow it there. "
        "A site that gives tokens by hand (in its settings, often under IndieAuth or API) needs no login: give that token to smm."
    )
    Settings = Later("smm_cli.networks._micropub_tables", "Settings")
    Options = Later("smm_cli.networks._micropub_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        return hosts_of(self.settings)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host)

    @property
    def site(self) -> Site:
        """The site that is asked."""
        return Site(self.settings, self.account, self.hosts(), self.host)

    # -- composing -------------------------------------------------------------------------------------------------------

    def body(self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Written, picture: Drawn) -> str:
        """The text alone: media that stand by themselves are properties of the post."""
        said = self.settings.content
        return html(blocks, mention, picture) if said == "html" else {"markdown": commonmark, "text": plain}[said](blocks, mention)

    def more_fields(self, post: Post, mention: Written) -> Mapping[str, Any]:
        return fields_of(post, self.options(post), self.settings, mention)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if self.site.may_take_files or not payload.parts[0].media:
            return ()
        at = Place(post.path, channel=self.channel.name)
        return (Problem("media-not-taken", f"{self.host} has no place for files (media endpoint)", at, "leave them out (for:)"),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files first, then the entry; its address comes in the Location header."""
        endpoint, kept = yield from self.site.upload_all(payload.parts[part].media, {})
        properties = properties_of(payload, part, kept, self.settings)
        yield Earlier()
        answer = yield Request("POST", endpoint, entry_of(properties), expect=(201, 202), reads="any", commits=True)
        return receipt_of(self.site.address(answer, endpoint), properties, kept)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Replace what the post says; what it has no more is deleted."""
        endpoint, kept = yield from self.site.upload_all(payload.parts[part].media, Kept.of(receipt.more))
        properties = properties_of(payload, part, kept, self.settings)
        answer = yield Request("POST", endpoint, change_of(receipt, properties), expect=(200, 201, 204), reads="any")
        return receipt_of(urljoin(endpoint, answer.headers.get("location") or receipt.id), properties, kept)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the post. A site that knows it no more says so in several ways, so it is asked."""
        yield from self.site.delete(receipt.id, self.unless)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """In the site's list of posts, an extension; absent where it is empty, or reaches beyond the intent in order."""
        return (yield from look_for(intent, self.settings.url))

    def verify(self) -> Verifying:
        return (yield from self.site.account(self.unless))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """IndieAuth: the site itself is the account, and no app is registered; the app is known by its address."""
        return (yield from self.site.sign_in(inputs))

    def refresh(self) -> LoggingIn:
        return (yield from self.site.renew())


NETWORK = Micropub

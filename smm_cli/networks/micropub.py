"""Micropub (W3C Recommendation, 2017-05-23): a site of one's own, of whatever program, that takes posts by one protocol.

Without an id that a client could give, a post whose answer was lost is looked for in the list of posts (q=source), where the site has
one: its `published` is the planned time, which no other post shares with the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._article import Article, Kept, kept_files
from smm_cli.networks._micropub_doors import discover, trusted
from smm_cli.networks._micropub_entry import found_in, properties_of, receipt_of
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, host_of
from smm_cli.networks.fault import fault_by_status, said_by
from smm_cli.text.dialects import commonmark, html, plain
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import CannotTell, Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block, Mention, Picture

SCOPES = ("create", "update", "delete", "media")
OURS = "smm: no server tells its limits; what django-indieweb takes by default (0.6.2: 10 MiB)"
READ = "2026-11-22"
MIB = 1024 * 1024
LIST = 50
UNCHANGED = frozenset({"published", "mp-slug", "mp-syndicate-to"})
"""What an edit leaves as it is."""


class Micropub(Article):
    """One site."""

    name = "micropub"
    title = "Micropub"
    docs = "https://www.w3.org/TR/micropub/"
    auth = OAuth2(scopes=SCOPES)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 10 * MIB), 10, OURS, READ),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 10 * MIB), 4, OURS, READ),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"), 10 * MIB), 4, OURS, READ),
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
        """The site's own, and those of endpoints that the settings name."""
        said = self.settings
        every = (said.url, said.endpoint, said.media_endpoint, said.authorization_endpoint, said.token_endpoint)
        return tuple(dict.fromkeys(host_of(address) for address in every if address))

    @property
    def host(self) -> str:
        return str(urlsplit(self.settings.url).netloc)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """The codes of Micropub, section 3.8; a refresh may mend a 401 that is not about scope."""
        code = str(body.get("error", "")) if isinstance(body, Mapping) else ""
        told = f"{self.host} answered {status} {said_by(body)}".strip()
        if status < 300:
            return None
        if code == "insufficient_scope":
            return AuthFailed(told, hint="log in again, and allow smm all that it asks for")
        if status == 401 or (status == 403 and code != "invalid_request"):
            return AuthFailed(told, expired=status == 401)
        return Rejected(told, hint="is `url` the final address of the site?") if status < 400 else fault_by_status(status, headers, body)

    # -- composing -------------------------------------------------------------------------------------------------------

    def body(
        self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Callable[[Mention], str], picture: Callable[[Picture], str]
    ) -> str:
        """The text alone: media that stand by themselves are properties of the post."""
        match self.settings.content:
            case "markdown":
                return commonmark(blocks, mention)
            case "text":
                return plain(blocks, mention)
        return html(blocks, mention, picture)

    def more_fields(self, post: Post, mention: Callable[[Mention], str]) -> Mapping[str, Any]:
        options = self.options(post)
        return {
            "summary": short(options.excerpt, mention),
            "status": options.status,
            "syndicate_to": list(options.syndicate_to or self.settings.syndicate_to),
            "reply_to": post.reply_to,
            "bookmark": post.link if options.bookmark else "",
        }

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        known = self.account is not None and not self.settings.media_endpoint
        if not known or (self.account and self.account.facts.get("media")) or not payload.parts[0].media:
            return ()
        at = Place(post.path, channel=self.channel.name)
        return (Problem("media-not-taken", f"{self.host} has no place for files (media endpoint)", at, "leave them out (for:)"),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files first, then the entry; its address comes in the Location header."""
        endpoint = yield from self._endpoint()
        kept = yield from self._upload(payload.parts[part].media, endpoint, {})
        properties = self._properties(payload, part, kept)
        yield Earlier()
        entry = {"type": ["h-entry"], "properties": properties}
        answer = yield Request("POST", endpoint, Json(entry), expect=(201, 202), reads="any", commits=True)
        where = answer.headers.get("location", "")
        if not where:
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without an address", hint=f"look at {self.settings.url}")
        return receipt_of(urljoin(endpoint, where), properties, kept)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Replace what the post says; what it has no more is deleted."""
        endpoint = yield from self._endpoint()
        kept = yield from self._upload(payload.parts[part].media, endpoint, Kept.of(receipt.more))
        properties = self._properties(payload, part, kept)
        gone = sorted(set(receipt.more.get("has") or ()) - set(properties))
        fixed = {name: value for name, value in properties.items() if name not in UNCHANGED}
        body = {"action": "update", "url": receipt.id, "replace": fixed, **({"delete": gone} if gone else {})}
        answer = yield Request("POST", endpoint, Json(body), expect=(200, 201, 204), reads="any")
        return receipt_of(urljoin(endpoint, answer.headers.get("location") or receipt.id), properties, kept)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the post. A site that knows it no more says so in several ways, so it is asked."""
        endpoint = yield from self._endpoint()
        answer = yield Request("POST", endpoint, Json({"action": "delete", "url": receipt.id}), reads="any", may_fail=True)
        if answer.status in (400, 403):
            there = yield Request("GET", endpoint, query=(("q", "source"), ("url", receipt.id)), reads="any", may_fail=True)
            if there.status in (400, 404, 410):
                return
        self.unless(answer, 404, 410)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """In the site's list of posts, an extension; absent where it is empty, or reaches beyond the intent in order."""
        sent = intent.request.body.value["properties"] if isinstance(intent.request.body, Json) else {}
        query = (("q", "source"), ("limit", str(LIST)))
        listed = yield Request("GET", intent.request.url, query=query, reads="any", may_fail=True)
        return found_in(listed, intent, sent) or CannotTell(self.settings.url)

    def verify(self) -> Verifying:
        """The site, and what it offers (q=config; a site need not know it)."""
        found = yield from discover(self.settings.url)
        endpoint = trusted("micropub", found, self.settings.endpoint, self.hosts(), self.host)
        config = yield Request("GET", endpoint, query=(("q", "config"),), reads="any", may_fail=True)
        self.unless(config, 400, 404)
        told = config.get("syndicate-to", default=[])
        places = [str(one.get("uid")) for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
        facts = {"endpoint": endpoint, "media": str(config.get("media-endpoint", default="")), "syndicate_to": places}
        parts = urlsplit(self.settings.url)
        return Account(f"{parts.netloc}{parts.path.rstrip('/')}", url=self.settings.url, facts=facts)

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """IndieAuth: the site itself is the account, and no app is registered; the app is known by its address."""
        doors = yield from self._doors()
        return (yield from sign_in(doors, self._client(inputs["redirect_uri"]), inputs, self.host))

    def refresh(self) -> LoggingIn:
        doors = yield from self._doors()
        return (yield from renew(doors, self._client(self.settings.redirect_uri or "http://127.0.0.1/"), self.host))

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _client(self, redirect: str) -> str:
        """Who asks: an address of the user's, else this machine, of which the redirect address must be a part (IndieAuth, 3.3)."""
        parts = urlsplit(redirect)
        return self.settings.client_id or f"{parts.scheme}://{parts.netloc}/"

    def _doors(self) -> Generator[Step, Any, OAuthDoors]:
        found = yield from discover(self.settings.url)
        said, hosts = self.settings, self.hosts()
        authorize = trusted("authorization_endpoint", found, said.authorization_endpoint, hosts, self.host)
        token = trusted("token_endpoint", found, said.token_endpoint, hosts, self.host)
        return OAuthDoors(authorize, token, SCOPES, secret=False, more=(("me", said.url),))

    def _endpoint(self) -> Generator[Step, Any, str]:
        known = str(self.account.facts.get("endpoint", "")) if self.account else ""
        found = {"micropub": known} if known or self.settings.endpoint else (yield from discover(self.settings.url))
        return trusted("micropub", found, self.settings.endpoint, self.hosts(), self.host)

    def _upload(self, media: tuple[Media, ...], endpoint: str, had: Mapping[str, Kept]) -> Generator[Step, Any, dict[str, Kept]]:
        place = ""

        def send(medium: Media, name: str) -> Generator[Step, Any, Kept]:
            nonlocal place
            assert medium.blob is not None
            place = place or (yield from self._media_endpoint(endpoint))
            fields = (Field("file", medium.blob, name, medium.blob.type),)
            answer = yield Request("POST", place, Multipart(fields), expect=(201, 202), reads="any", timeout=300.0)
            if not answer.headers.get("location"):
                raise Retriable(f"{self.host} took {medium.path} and did not say where it is")
            return Kept(urljoin(place, answer.headers["location"]))

        return (yield from kept_files(media, had, send))

    def _media_endpoint(self, endpoint: str) -> Generator[Step, Any, str]:
        config = yield Request("GET", endpoint, query=(("q", "config"),), keeps_for=3600.0)
        found = {"media-endpoint": urljoin(endpoint, str(config.get("media-endpoint")))} if config.get("media-endpoint") else {}
        if not found and not self.settings.media_endpoint:
            raise Rejected(f"{self.host} has no place for files (media endpoint)", hint="leave media out for this channel (for:)")
        return trusted("media-endpoint", found, self.settings.media_endpoint, self.hosts(), self.host)

    def _properties(self, payload: Payload, part: int, kept: Mapping[str, Kept]) -> dict[str, list[Any]]:
        said = self.settings
        return properties_of(payload, part, kept, as_html=said.content == "html", beside=said.alt != "photo")


NETWORK = Micropub

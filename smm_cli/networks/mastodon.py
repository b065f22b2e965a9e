"""Mastodon, and the servers that speak its API: GoToSocial, Pleroma, Akkoma, Pixelfed, Friendica and others.

The server's own `scheduled_at` is never used: a server may ignore it and publish at once (a past time does so even on Mastodon),
the answer names no post but a plan in another id space, the Idempotency-Key is reported not to hold for it (mastodon issue 30039),
and a pause or a lapsed approval could not call it back. smm sends when it is time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._mastodon_fault import read_fault
from smm_cli.networks._mastodon_lookup import find_status, look_for, receipt_of
from smm_cli.networks._mastodon_media import attached_again, upload_all
from smm_cli.networks._mastodon_relatives import MASTODON, Relative, relative_of
from smm_cli.networks._mastodon_remarks import remarks_on
from smm_cli.networks._mastodon_server import ask_server, sign_in
from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network, Repeat
from smm_cli.text.dialects import plain
from smm_cli.text.rulers import measure
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Poll, Post
from smm_cli.words.problem import Problem
from smm_cli.words.tree import Mention

DOCS = "https://docs.joinmastodon.org"
SERVER_CODE = "mastodon app/models/media_attachment.rb (4.5)"
MIB = 1024 * 1024
IMAGE, VIDEO = 16 * MIB, 99 * MIB
SCOPES = ("read:accounts", "read:statuses", "read:search", "read:notifications", "write:statuses", "write:media")
"""What publishing, looking and later the inbox need. Source: docs.joinmastodon.org/api/oauth-scopes (2026-07-02)."""
CHINESE = "zh"
"""The one language whose regions Mastodon tells apart (zh-CN, zh-HK, zh-TW). Source: app/helpers/languages_helper.rb (4.5)."""


class Mastodon(Network):
    """One account on one server of the Mastodon API."""

    name = "mastodon"
    title = "Mastodon"
    docs = f"{DOCS}/methods/statuses/"
    auth = OAuth2(scopes=SCOPES)
    text = (
        Limit("text", 500, "mastodon", f"{DOCS}/user/posting/#text", "2026-07-02", together=("spoiler_text",)),
        Limit("alt", 1500, "code_points", f"{DOCS}/entities/Instance/#description_limit", "2026-07-02"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF, HEIC), IMAGE), 4, SERVER_CODE, "2026-07-02", pixels=33_177_600),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), VIDEO), 1, SERVER_CODE, "2026-07-02", pixels=8_294_400, exclusive=True),
        MediaLimit(
            "audio",
            dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4"), VIDEO),
            1,
            SERVER_CODE,
            "2026-07-02",
            exclusive=True,
        ),
    )
    media_count = 4
    poll = PollLimit(4, 50, 300, 2_629_746, f"{DOCS}/entities/Instance/#polls", "2026-07-02", ruler="graphemes")
    threads = True
    takes = frozenset({"link", "tags", "language", "content_warning", "visibility", "poll", "reply_to", "quote", "alt"})
    visibilities = ("public", "unlisted", "private", "direct")
    steps = "Nothing to create first: smm registers itself at your server, and you allow it in the browser."

    Settings = Later("smm_cli.networks._mastodon_tables", "Settings")
    Options = Later("smm_cli.networks._mastodon_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.relative = relative_of(account)
        vars(self).update(visibilities=self.relative.visibilities, mixing=self.relative.mixing)  # as this server has it

    @property
    def server(self) -> str:
        """Scheme and host, without a final slash."""
        return str(self.settings.server)

    @property
    def host(self) -> str:
        """The server as people write it, with port where there is one."""
        return urlsplit(self.server).netloc

    def repeat(self) -> Repeat | None:
        """One hour, on Mastodon alone: others ignore the Idempotency-Key, and an unknown server might."""
        if not self.account or self.account.software != "mastodon":
            return None
        return Repeat(
            3600, f"{DOCS}/methods/statuses/#headers (Idempotency-Key); kept an hour: app/services/post_status_service.rb", "2026-07-02"
        )

    @cached_property
    def media_limits(self) -> tuple[MediaLimit, ...]:
        """As declared, less the types that this server does not name."""
        declared: tuple[MediaLimit, ...] = super().media_limits
        if self.relative.mixing:
            declared = tuple(replace(limit, exclusive=False, count=self.most_media) for limit in declared)
        named = set((self.account.facts.get("types") if self.account else None) or ())
        if not named:
            return declared
        return tuple(replace(limit, types={kind: most for kind, most in limit.types.items() if kind in named}) for limit in declared)

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        return super().messages(replace(post, numbering=post.numbering or self.settings.numbering), facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text, and the fields of the request; a content warning holds for every part, poll, quote and reply for the first."""
        options, mention = self.options(post), self.mention(facts)
        visibility = post.visibility or self.settings.visibility
        if number and visibility == "public":
            visibility = self.settings.thread_visibility or visibility
        fields: dict[str, Any] = {"visibility": visibility}
        if language := _language(post.language or self.settings.language or facts.language):
            fields["language"] = language
        if post.content_warning:
            fields["spoiler_text"] = short(post.content_warning, mention)
        if options.sensitive or post.content_warning:
            fields["sensitive"] = True
        if options.titled and post.title and number == 0:
            fields["title"] = short(post.title, mention)
        if options.quote_policy:
            fields["quote_policy"] = options.quote_policy
        if number == 0:
            fields |= {"poll": _poll(post.poll, mention)} if post.poll else {}
            fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
            fields |= {"quote": pointer(post.quote, facts, 0)} if post.quote else {}
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The content warning counts into the limit with its addresses at full length (status_length_validator.rb, 4.5)."""
        if limit.name != "text":
            return super().measured(part, limit)
        return measure(part.text, limit.ruler, limit.url_length) + measure(str(part.fields.get("spoiler_text") or ""), "graphemes")

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(self, post, payload)

    def share_link(self, payload: Payload) -> str:
        """The server's own form with the text of the first part, for a channel that is posted to by hand."""
        return f"{self.server}/share?text={quote(payload.parts[0].text, safe='')}"

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload and wait for the media, find what is answered or quoted, then the one request that publishes."""
        message = payload.parts[part]
        media = yield from upload_all(f"{self.server}{self.relative.upload}", message.media)
        reply = yield from self._found(message.fields.get("reply_to"), "reply_to")
        quoted = yield from self._found(message.fields.get("quote"), "quote")
        earlier = yield Earlier()
        body = _status(message, [own for own, _ in media], self.relative)
        if target := (earlier.id if earlier else reply):
            body["in_reply_to_id"] = target
        if quoted:
            body[self.relative.quotes or MASTODON.quotes] = quoted
        body |= {"visibility": message.fields["visibility"]}
        headers = {"idempotency-key": f"{payload.key}-{part}"}
        answer = yield Request("POST", f"{self.server}/api/v1/statuses", Json(body), headers, commits=True)
        return self._receipt(answer, {sha: own for own, sha in media})

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one status; media that it already has are kept, new ones uploaded. To say it twice changes nothing."""
        message = payload.parts[part]
        kept, media = yield from attached_again(f"{self.server}{self.relative.upload}", message.media, receipt)
        body = {"spoiler_text": "", "sensitive": False, "media_ids": []} | _status(message, [own for own, _ in media], self.relative)
        if kept:
            body["media_attributes"] = kept
        answer = yield Request("PUT", f"{self.server}/api/v1/statuses/{receipt.id}", Json(body))
        return self._receipt(answer, {sha: own for own, sha in media})

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take one status down; one that is gone already is success."""
        answer = yield Request("DELETE", f"{self.server}/api/v1/statuses/{receipt.id}", expect=(200, 404), reads="any", may_fail=True)
        self._unless(answer, 404, 410)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own statuses. A direct message may be missing from that list elsewhere than on Mastodon."""
        direct = payload.parts[intent.part].fields.get("visibility") == "direct"
        whole = not direct or bool(self.account and self.account.software == "mastodon")
        blobs = [medium.blob.sha256 for medium in payload.parts[intent.part].media if medium.blob]
        return (yield from look_for(self.server, intent, earlier, whole, blobs))

    def verify(self) -> Verifying:
        """Who the token belongs to, what the server runs, and its limits."""
        return (yield from ask_server(self.server, self.host))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """Register smm at the server, let a person allow it, take the token (OAuth 2 with PKCE). Tokens do not expire."""
        return (yield from sign_in(self.server, self.host, SCOPES, inputs))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host, hurries=self.relative.hurries)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _found(self, pointer: Mapping[str, str] | None, key: str) -> Any:
        """The id of a status that a post points to; an address is looked up by the server itself."""
        if not pointer or "id" in pointer:
            return pointer["id"] if pointer else ""
        if "post" in pointer:
            raise Retriable(f"{key}: the post {pointer['post']} is not yet published on this channel")
        found = yield from find_status(self.server, self._own_hosts(), pointer["url"])
        if not found:
            raise Rejected(f"{key}: {self.host} finds no post at {pointer['url']}", hint="is it public, and its address complete?")
        return found

    def _own_hosts(self) -> tuple[str, ...]:
        """Where addresses of this server's posts lead: its own name may differ from that of its handles."""
        return (self.host, self.account.handle.rpartition("@")[2]) if self.account else (self.host,)

    def _receipt(self, answer: Answer, media: Mapping[str, str]) -> PartReceipt:
        if not isinstance(answer.body, Mapping) or not answer.body.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return receipt_of(answer.body, media)

    def _unless(self, answer: Answer, *fine: int) -> None:
        if answer.ok or answer.status in fine:
            return
        raise self.fault(answer.status, answer.headers, answer.body) or Retriable(f"{self.host} did not answer")


def _status(message: PayloadPart, media: list[str], relative: Relative) -> dict[str, Any]:
    """The fields that publishing and editing share."""
    fields = message.fields
    body: dict[str, Any] = {"status": message.text}
    if media:
        body["media_ids"] = media
    body |= {key: fields[key] for key in ("language", "spoiler_text", "sensitive", "poll") if key in fields}
    if relative.plain:
        body["content_type"] = "text/plain"
    if "title" in fields and relative.titles:
        body["friendica"] = {"title": fields["title"]}
    if "quote_policy" in fields and relative.quotes == MASTODON.quotes:
        body["quote_approval_policy"] = fields["quote_policy"]
    return body


def _poll(poll: Poll, mention: Callable[[Mention], str]) -> dict[str, Any]:
    options = [short(option, mention) for option in poll.options]
    return {"options": options, "expires_in": poll.seconds, "multiple": poll.multiple, "hide_totals": poll.hide_totals}


def _language(tag: str) -> str:
    """A language as Mastodon takes it: "de" for "de-AT"; Chinese keeps its region."""
    first, _, region = tag.replace("_", "-").partition("-")
    if first.lower() == CHINESE and region.upper() in ("CN", "HK", "TW"):
        return f"{CHINESE}-{region.upper()}"
    return first.lower()


NETWORK = Mastodon

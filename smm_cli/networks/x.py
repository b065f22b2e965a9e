"""X (Twitter), API version 2. Its rules follow the plan that one pays: what a self-serve plan may is the default here.

There is no `edit`: it makes a new post with another id, is for paying accounts, and its window is told in two ways (1 h, 30 min).
Source where no other stands: xdevplatform/docs, OpenAPI 2.167, pricing and changelog (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._handoff import form
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._pointer import pointer
from smm_cli.networks._short import described, short
from smm_cli.networks._x_fault import read_fault
from smm_cli.networks._x_lookup import look_for
from smm_cli.networks._x_media import upload_all
from smm_cli.networks._x_remarks import STATUS, cost_of, remarks_on
from smm_cli.networks.base import Cost, Facts, Later, Network
from smm_cli.text.addresses import INVALID
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import Auth, OAuth1, OAuth2
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem

API = "https://api.x.com"
DOCS = "https://docs.x.com/x-api"
READ = "2026-08-22"
LONG = 25_000
"""What accounts with Premium may post. Source: help.x.com/using-x/x-premium (2026-08)."""
SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
CLEAN = {ord(letter): None for letter in INVALID}


class X(Network):
    """One account on X."""

    name = "x"
    title = "X"
    docs = DOCS
    auth: Auth = OAuth2(scopes=SCOPES, rotates=True)
    text = (
        Limit("text", 280, "x", "twitter/twitter-text config/v3.json", "2026-11-22"),
        Limit("alt", 1000, "code_points", f"{DOCS}/media/metadata", READ),
    )
    media = (
        MediaLimit("image", {**dict.fromkeys((JPEG, PNG, WEBP), 5_000_000), GIF: 15_000_000}, 4, f"{DOCS}/media", READ, exclusive=True),
        # 512 MB and 140 s: docs of 2026-08; the changelog of 2026-09-01 says 8 GB and 20 min. The smaller one, until tried:
        # limits = { video_bytes = …, video_seconds = … } in channels.toml
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 512_000_000), 1, f"{DOCS}/media", READ, seconds=140, exclusive=True),
    )
    media_count = 4
    poll = PollLimit(4, 25, 300, 604_800, f"{DOCS}/posts/create-post", READ)
    threads = True
    takes = frozenset({"link", "tags", "poll", "reply_to", "quote", "first_comment", "alt"})
    steps = (
        "At console.x.com make a project and an app; in its user authentication settings choose Read and write, type Native App, and "
        "the callback http://127.0.0.1:8737/callback. Put its client id into [networks.x] as client_id. Posting costs credit: buy some. "
        'Or with auth = "keys": copy API key and secret (consumer_key, consumer_secret), access token and secret (token, token_secret) '
        "from the app's keys, made after it got Read and write."
    )

    Settings = Later("smm_cli.networks._x_tables", "Settings")
    Options = Later("smm_cli.networks._x_tables", "Options")

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of(channel.settings)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        """Four keys that never end, or tokens of two hours."""
        return OAuth1() if (settings or {}).get("auth") == "keys" else cls.auth

    def hosts(self) -> tuple[str, ...]:
        return ("api.x.com",)

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        return super().messages(replace(post, numbering=post.numbering or self.settings.numbering), facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text and fields; poll, quote, reply and labels belong to the first part. A quoted post's address is text here by default."""
        options, mention = self.options(post), self.mention(facts)
        text = plain(quiet(part.blocks), mention, links="after").translate(CLEAN)
        fields: dict[str, Any] = {}
        if (answers := options.reply_settings or self.settings.reply_settings) and number == 0 and not post.reply_to:
            fields["reply_settings"] = answers  # of the whole conversation: its first post says it
        fields |= {name: True for name in ("made_with_ai", "paid_partnership") if getattr(options, name)}
        if number == 0:
            fields |= {"community_id": options.community} if options.community else {}
            fields |= {"reply_to": pointer(post.reply_to, facts, -1)} if post.reply_to else {}
            if post.poll:
                fields["poll"] = {
                    "options": [short(one, mention) for one in post.poll.options],
                    "duration_minutes": post.poll.seconds // 60,
                }
            if post.quote and self.settings.native_quotes:
                fields["quote"] = pointer(post.quote, facts, 0)
            elif post.quote:
                receipt = facts.receipts.get(post.quote)
                text = f"{text}\n\n{receipt.url if receipt else post.quote}".strip()
        return PayloadPart(text, fields, described(part.media, mention), part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(self, post, payload, facts)

    def cost(self, payload: Payload) -> Cost | None:
        """By the setting's prices."""
        return cost_of(self, payload)

    def share_link(self, payload: Payload) -> str:
        """X's own form, for a channel that is posted to by hand."""
        return form("https://x.com/intent/post", text=payload.parts[0].text)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the media, then the one request that publishes."""
        message = payload.parts[part]
        media = yield from upload_all(API, message.media)
        reply, quoted = (_id_of(message.fields.get(name), name) for name in ("reply_to", "quote"))
        earlier = yield Earlier()
        body: dict[str, Any] = {"text": message.text} if message.text else {}
        body |= {name: value for name, value in message.fields.items() if name not in ("reply_to", "quote")}
        if media:
            body["media"] = {"media_ids": media}
        if target := (earlier.id if earlier else reply):
            body["reply"] = {"in_reply_to_tweet_id": target}
        if quoted:
            body["quote_tweet_id"] = quoted
        answer = yield Request("POST", f"{API}/2/tweets", Json(body), commits=True)
        if not answer.get("data", "id"):
            raise OutcomeUnknown(f"X answered {answer.status} without the id of a post")
        return self._receipt(str(answer.get("data", "id")), media)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own posts; X shows all of them to their owner at once, so that a missing one is absent."""
        user = self.account.id if self.account else ""
        if not user:
            me = yield Request("GET", f"{API}/2/users/me")
            user = str(me.get("data", "id"))
        known = {earlier.id} if isinstance(earlier, PartReceipt) else set()
        return (yield from look_for(API, user, intent, known, self._receipt))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one post; one that is gone already is success."""
        answer = yield Request("DELETE", f"{API}/2/tweets/{receipt.id}", may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("X did not answer")

    def verify(self) -> Verifying:
        """Who the credential belongs to, and how long her posts may be."""
        me = yield Request("GET", f"{API}/2/users/me", query=(("user.fields", "subscription_type,verified_type"),))
        name, plan = str(me.get("data", "username", default="")), str(me.get("data", "subscription_type", default=""))
        limits = {"text": LONG} if plan in ("Premium", "PremiumPlus") else {}
        id, shown = str(me.get("data", "id", default="")), str(me.get("data", "name", default=""))
        return Account(f"@{name}", id, shown, f"https://x.com/{name}", limits=limits, facts={"subscription": plan})

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """OAuth 2 with PKCE, with an app of the user's own."""
        return (yield from sign_in(self._doors, self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        """Each refresh brings a new refresh token, and the old one dies."""
        return (yield from renew(self._doors, self.settings.client_id, self.title))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, renewable=isinstance(self.auth, OAuth2))

    @property
    def _doors(self) -> OAuthDoors:
        secret = self.settings.client == "confidential"
        return OAuthDoors("https://x.com/i/oauth2/authorize", f"{API}/2/oauth2/token", SCOPES, secret=secret, basic=secret)

    def _receipt(self, id: str, media: list[str] | None = None) -> PartReceipt:
        handle = self.account.handle.removeprefix("@") if self.account else ""
        url = f"https://x.com/{handle}/status/{id}" if handle else f"https://x.com/i/web/status/{id}"
        return PartReceipt(id, url, {"media": media} if media else {})


def _id_of(target: Mapping[str, str] | None, name: str) -> str:
    """The id of a post that is answered or quoted."""
    if not target or "id" in target:
        return target["id"] if target else ""
    if "post" in target:
        raise Retriable(f"{name}: the post {target['post']} is not yet published on this channel")
    found = STATUS.match(target["url"])
    if not found:
        raise Rejected(f"{name}: {target['url']} is no post on X", hint="its address looks like https://x.com/name/status/123")
    return found[1]


NETWORK = X

"""X (Twitter), API version 2. Its rules follow the plan that one pays: what a self-serve plan may is the default here.

There is no `edit`: it makes a new post with another id, is for paying accounts, and its window is told in two ways (1 h, 30 min).
Source where no other stands: xdevplatform/docs, OpenAPI 2.167, pricing and changelog (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._take_down import take_down
from smm_cli.networks._x_account import API, SCOPES, ask_account, doors_for
from smm_cli.networks._x_fault import read_fault
from smm_cli.networks._x_lookup import find_post
from smm_cli.networks._x_media import upload_all
from smm_cli.networks._x_post import body_of, made_of, pointed, receipt_of, rendered, share_link
from smm_cli.networks._x_remarks import cost_of, remarks_on
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import Auth, OAuth1, OAuth2
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBP, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post

DOCS = "https://docs.x.com/x-api"
READ = "2026-08-22"


class X(OwnApp):
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

    apis = ("api.x.com",)
    remarks = remarks_on
    cost = cost_of
    share_link = staticmethod(share_link)

    @property
    def doors(self) -> OAuthDoors:
        return doors_for(self.settings.client)

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of(channel.settings)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        """Four keys that never end, or tokens of two hours."""
        return OAuth1() if (settings or {}).get("auth") == "keys" else cls.auth

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text and fields; poll, quote, reply and labels belong to the first part. A quoted post's address is text here by default."""
        return rendered(self, part, number, post, facts)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the media, then the one request that publishes."""
        message = payload.parts[part]
        media = yield from upload_all(API, message.media)
        reply, quoted = pointed(message)
        earlier = yield Earlier()
        body = body_of(message, media, earlier.id if earlier else reply, quoted)
        answer = yield Request("POST", f"{API}/2/tweets", Json(body), commits=True)
        return receipt_of(self.account, made_of(answer), media)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's own posts; X shows all of them to their owner at once, so that a missing one is absent."""
        return (yield from find_post(self.account, intent, earlier))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete one post; one that is gone already is success."""
        yield from take_down(self, Request("DELETE", f"{API}/2/tweets/{receipt.id}", may_fail=True))

    def verify(self) -> Verifying:
        return (yield from ask_account())

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, renewable=isinstance(self.auth, OAuth2))


NETWORK = X

"""Tumblr: posts in the Neue Post Format, by an app of one's own."""

from __future__ import annotations

from typing import Any

from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._take_down import take_down
from smm_cli.networks._tumblr_blog import look_for, owner_of, receipt_of
from smm_cli.networks._tumblr_fault import read_fault
from smm_cli.networks._tumblr_post import STATES, body_of, called, message_of, remarks_on
from smm_cli.networks.base import Facts, Later
from smm_cli.text.slug import slug
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

HOST = "api.tumblr.com"
NPF = "https://github.com/tumblr/docs/blob/master/npf-spec.md#post-content-limits"
READ = "2024-10-18"
SIZES = f"{NPF}; bytes are not told there (20 MB and 500 MB are what others found, unverified): [channels.…] limits may say other ones"
MB = 1_000_000
SCOPES = ("basic", "write", "offline_access")


class Tumblr(OwnApp):
    """One blog."""

    name = "tumblr"
    title = "Tumblr"
    docs = "https://www.tumblr.com/docs/en/api/v2"
    auth = OAuth2(scopes=SCOPES, rotates=True)
    apis = (HOST,)
    text = (Limit("alt", 4096, "code_points", NPF, READ),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 20 * MB), 30, SIZES, READ),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 500 * MB), 1, SIZES, READ),
        MediaLimit("audio", {"audio/mpeg": 20 * MB}, 1, SIZES, READ),
    )
    media_count = 30
    mixing = True
    dialect = "npf"
    appends = frozenset()
    takes = frozenset({"title", "link", "tags", "canonical", "visibility", "alt"})
    visibilities = tuple(STATES)
    steps = (
        "At https://www.tumblr.com/oauth/apps register an application; its OAuth2 redirect URL is http://127.0.0.1:8976/callback. "
        "Put its consumer key as client_id and that address as redirect_uri into [networks.tumblr], the consumer secret as client_secret "
        "into [networks.tumblr] secret. Then smm channel login."
    )

    Settings = Later("smm_cli.networks._tumblr_tables", "Settings")
    Options = Later("smm_cli.networks._tumblr_tables", "Options")

    fault = staticmethod(read_fault)

    @property
    def api(self) -> str:
        return f"https://{HOST}/{self.settings.api_version}"

    @property
    def posts(self) -> str:
        """Where the blog's posts are."""
        return f"{self.api}/blog/{self.settings.blog}/posts"

    @property
    def doors(self) -> OAuthDoors:
        """A token holds 42 minutes; each refresh token holds for one use."""
        return OAuthDoors("https://www.tumblr.com/oauth2/authorize", f"{self.api}/oauth2/token", SCOPES, pkce=False)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        return message_of(part, post, slug(self.options(post).slug or post.title), self.mention(facts))

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(payload.parts[0], Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find who is mentioned, then one request with the post and its files."""
        message = payload.parts[part]
        blocks = yield from called(self.api, message.fields["blocks"])
        yield Earlier()
        answer = yield Request("POST", self.posts, body_of(payload, message, blocks), timeout=300.0, commits=True)
        return receipt_of(self.settings.blog, answer.get("response", default={}))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Replace the whole post; its files are sent again."""
        message = payload.parts[part]
        blocks = yield from called(self.api, message.fields["blocks"])
        yield Request("PUT", f"{self.posts}/{receipt.id}", body_of(payload, message, blocks), timeout=300.0)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        address, form = f"{self.api}/blog/{self.settings.blog}/post/delete", Form((("id", receipt.id),))
        yield from take_down(self, Request("POST", address, form, reads="any", may_fail=True))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(self.posts, self.settings.blog, payload, intent))

    def verify(self) -> Verifying:
        return (yield from owner_of(self.api, self.settings.blog))


NETWORK = Tumblr

"""Google Business Profile: posts of a place, as Search and Maps show them."""

from __future__ import annotations

from typing import Any

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks._google import Google
from smm_cli.networks._google_business_post import MASK, body_of, fields_of, find_post, receipt_of
from smm_cli.networks._google_business_remarks import remarks_on
from smm_cli.networks._short import short
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Later
from smm_cli.text.dialects import plain
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts"
POSTS, PLACES = "mybusiness.googleapis.com", "mybusinessbusinessinformation.googleapis.com"
PLACES_VERSION = "v1"
SCOPES = ("https://www.googleapis.com/auth/business.manage",)
WAITS = (2.0, 3.0, 5.0, 10.0, 10.0)
"""Seconds between questions whether a post is live; the receipt is there before, and stays."""


class GoogleBusiness(Google):
    """One place of business."""

    name = "google-business"
    title = "Google Business"
    docs = DOCS
    auth = OAuth2(SCOPES)
    scopes = SCOPES
    apis = (POSTS, PLACES)
    text = (Limit("text", 1500, "code_points", "https://support.google.com/business/answer/7213077", "2026-11-22"),)
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG), 5_000_000), 1, f"{DOCS} (unverified)", "2026-11-22"),)
    media_count = 1
    fetches = frozenset({"image"})
    takes = frozenset({"link", "language"})
    appends = frozenset()
    steps = (
        "At console.cloud.google.com: make a project, ask Google for access to the Business Profile APIs (a form; before that the quota is "
        "0), enable “My Business Business Information API” and “Google My Business API”, make an OAuth client of the kind Desktop app. Put "
        "its client_id and client_secret into [networks.google-business], and the name of the location into the channel."
    )

    Settings = Later("smm_cli.networks._google_business_tables", "Settings")
    Options = Later("smm_cli.networks._google_business_tables", "Options")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The summary; the link stands beside it. Nothing is called by an @ here."""
        options, settings, mention = self.options(post), self.settings, self.mention(facts)
        language = post.language or settings.language or facts.language
        title = short(options.event or post.title, mention)
        fields = fields_of(options, options.action or settings.action, language, post.link, title)
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, part.media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(payload.parts[0], Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """The post, then until Google has looked at it: what it rejects afterwards is told."""
        body = yield from body_of(payload.parts[part])
        yield Earlier()
        answer = yield Request("POST", self._list, Json(body), commits=True)
        receipt = receipt_of(answer.body)
        yield receipt
        for seconds in WAITS:
            if (state := answer.get("state")) not in ("PROCESSING", None):
                break
            yield Wait(seconds)
            answer = yield Request("GET", self._url(receipt.id))
        if state == "REJECTED":
            raise Rejected(
                "Google rejected the post: it goes against its content policy", hint="support.google.com/business/answer/7213077"
            )
        return receipt_of(answer.body)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        body = yield from body_of(payload.parts[part])
        answer = yield Request("PATCH", self._url(receipt.id), Json(body), query=(("updateMask", MASK),))
        return receipt_of(answer.body)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """A post that is gone already is success."""
        yield from take_down(self, Request("DELETE", self._url(receipt.id), reads="any", may_fail=True), "Google")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among all posts of the location."""
        return (yield from find_post(self._list, intent))

    def verify(self) -> Verifying:
        """The location; one that may not have posts (some chains and service areas) is told at once."""
        name = self.settings.location.partition("/locations/")[2]
        url = f"https://{PLACES}/{PLACES_VERSION}/locations/{name}"
        answer = yield Request("GET", url, query=(("readMask", "name,title,metadata"),))
        if answer.get("metadata", "canOperateLocalPost") is False:
            raise AuthFailed("Google lets this location have no posts", hint="see its profile at business.google.com")
        title = str(answer.get("title", default=name))
        return Account(title, self.settings.location, title, str(answer.get("metadata", "mapsUri", default="")))

    def _url(self, name: str) -> str:
        return f"https://{POSTS}/{self.settings.version}/{name}"

    @property
    def _list(self) -> str:
        return self._url(f"{self.settings.location}/localPosts")


NETWORK = GoogleBusiness

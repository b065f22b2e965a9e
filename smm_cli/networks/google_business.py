"""Google Business Profile: posts of a place, as Search and Maps show them."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._articles import is_newer, moment, sent_json, squashed
from smm_cli.networks._google import Google
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.text.dialects import plain
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts"
POSTS, PLACES = "mybusiness.googleapis.com", "mybusinessbusinessinformation.googleapis.com"
PLACES_VERSION = "v1"
SCOPES = ("https://www.googleapis.com/auth/business.manage",)
PAGE, PAGES = 100, 20
WAITS = (2.0, 3.0, 5.0, 10.0, 10.0)
"""Seconds between questions whether a post is live; the receipt is there before, and stays."""
SMALLEST = 250
"""Pixels of a side of a picture. Source: support.google.com/business/answer/7213077 (unverified, so a warning; 2026-11-22)."""
PHONE = re.compile(r"(?<![\w./-])(?!\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})\+?\d[\d ()/.-]{7,}\d(?!\w)")
"""What (dates aside) looks like a telephone number: Google rejects such posts (support.google.com/business/answer/7213077, 2026-11-22)."""
MASK = "summary,languageCode,topicType,callToAction,media,event,offer"


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

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The summary; the link becomes a button, or where an offer is redeemed. Nothing is called by an @ here."""
        options, mention = self.options(post), self.mention(facts)
        fields: dict[str, Any] = {"topicType": options.topic.upper()}
        if language := post.language or self.settings.language or facts.language:
            fields["languageCode"] = language
        action = options.action or self.settings.action
        if action == "CALL":
            fields["callToAction"] = {"actionType": action}  # its number is the profile's own: no url (LocalPost, CallToAction)
        elif post.link and action and options.topic != "offer":
            fields["callToAction"] = {"actionType": action, "url": post.link}
        if options.topic != "standard":
            title = short(options.event or post.title, mention)
            fields["event"] = {"title": title, "schedule": {**_at("start", options.starts), **_at("end", options.ends)}}
        if options.topic == "offer":
            offer = {"couponCode": options.coupon, "redeemOnlineUrl": options.redeem or post.link, "termsConditions": options.terms}
            fields["offer"] = {key: value for key, value in offer.items() if value}
        return PayloadPart(plain(part.blocks, mention, links="after"), fields, part.media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        place, message = Place(post.path, channel=self.channel.name), payload.parts[0]
        found = []
        if number := PHONE.search(message.text):
            what = f"“{number[0]}” looks like a telephone number; Google rejects posts with one"
            found.append(Problem("phone-number", what, place, "take it out; action: CALL makes a button", WARNING))
        for medium in message.media:
            if min(medium.width or SMALLEST, medium.height or SMALLEST) < SMALLEST:
                what = f"{medium.path} is {medium.width} x {medium.height} pixels; Google wants at least {SMALLEST} a side"
                found.append(Problem("media-too-small", what, place, "use a larger one", WARNING))
        return tuple(found)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """The post, then until Google has looked at it: what it rejects afterwards is told."""
        body = yield from self._body(payload.parts[part])
        yield Earlier()
        answer = yield Request("POST", self._url(f"{self.settings.location}/localPosts"), Json(body), commits=True)
        receipt = _receipt(answer.body)
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
        return _receipt(answer.body)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        body = yield from self._body(payload.parts[part])
        answer = yield Request("PATCH", self._url(receipt.id), Json(body), query=(("updateMask", MASK),))
        return _receipt(answer.body)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """A post that is gone already is success."""
        answer = yield Request("DELETE", self._url(receipt.id), reads="any", may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("Google did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among all posts of the location, whose order is not documented: absent only where all were seen."""
        sent, token = sent_json(intent), ""
        for _ in range(PAGES):
            query = (("pageSize", str(PAGE)), *((("pageToken", token),) if token else ()))
            answer = yield Request("GET", self._url(f"{self.settings.location}/localPosts"), query=query)
            items = answer.get("localPosts", default=[])
            for item in items if isinstance(items, list) else ():
                if is_newer(item.get("createTime"), intent) and _same(item, sent):
                    return Found(_receipt(item))
            if not (token := str(answer.get("nextPageToken", default=""))):
                return Absent()
        return CannotTell("https://business.google.com/posts")

    def verify(self) -> Verifying:
        """The location; one that may not have posts (some chains and service areas) is told at once."""
        name = self.settings.location.partition("/locations/")[2]
        url = f"https://{PLACES}/{PLACES_VERSION}/locations/{name}"
        answer = yield Request("GET", url, query=(("readMask", "name,title,metadata"),))
        if answer.get("metadata", "canOperateLocalPost") is False:
            raise AuthFailed("Google lets this location have no posts", hint="see its profile at business.google.com")
        title = str(answer.get("title", default=name))
        return Account(title, self.settings.location, title, str(answer.get("metadata", "mapsUri", default="")))

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _body(self, message: PayloadPart) -> Generator[Request, Any, dict[str, Any]]:
        body: dict[str, Any] = {**message.fields, "summary": message.text}
        for medium in message.media:
            if medium.blob:
                address = yield from public_address(medium.blob)
                body["media"] = [*body.get("media", ()), {"mediaFormat": "PHOTO", "sourceUrl": address}]
        return body

    def _url(self, name: str) -> str:
        return f"https://{POSTS}/{self.settings.version}/{name}"


def _at(which: str, time: str) -> dict[str, Any]:
    """A wall time as Google's Date and TimeOfDay; a day alone has no time."""
    at = datetime.fromisoformat(time)
    found: dict[str, Any] = {f"{which}Date": {"year": at.year, "month": at.month, "day": at.day}}
    return found | ({f"{which}Time": {"hours": at.hour, "minutes": at.minute}} if len(time) > len("2026-12-01") else {})


def _same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    own, other = item.get("callToAction") or {}, sent.get("callToAction") or {}
    return squashed(item.get("summary")) == squashed(sent.get("summary")) and own.get("url") == other.get("url")


def _receipt(post: Any) -> PartReceipt:
    if not isinstance(post, Mapping) or not post.get("name"):
        raise OutcomeUnknown("Google answered without the name of a post")
    return PartReceipt(str(post["name"]), str(post.get("searchUrl") or ""), at=moment(post.get("createTime")))


NETWORK = GoogleBusiness

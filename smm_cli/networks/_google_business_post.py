"""A post of a place, as Google's API takes and shows it: a LocalPost.

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks._articles import sent_json
from smm_cli.networks._hosted import public_address
from smm_cli.networks._moment import is_newer, moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Request

MASK = "summary,languageCode,topicType,callToAction,media,event,offer"
"""What a change replaces."""
PAGE, PAGES = 100, 20


def fields_of(options: Any, action: str, language: str, link: str, title: str) -> dict[str, Any]:
    """What a post says beside its summary; the link becomes a button (`action`), or where an offer is redeemed."""
    fields: dict[str, Any] = {"topicType": options.topic.upper()}
    if language:
        fields["languageCode"] = language
    if action == "CALL":
        fields["callToAction"] = {"actionType": action}  # its number is the profile's own: no url (LocalPost, CallToAction)
    elif link and action and options.topic != "offer":
        fields["callToAction"] = {"actionType": action, "url": link}
    if options.topic != "standard":
        fields["event"] = {"title": title, "schedule": {**_at("start", options.starts), **_at("end", options.ends)}}
    if options.topic == "offer":
        offer = {"couponCode": options.coupon, "redeemOnlineUrl": options.redeem or link, "termsConditions": options.terms}
        fields["offer"] = {key: value for key, value in offer.items() if value}
    return fields


def body_of(message: PayloadPart) -> Generator[Request, Any, dict[str, Any]]:
    """The whole post; its pictures are put at public addresses first."""
    body: dict[str, Any] = {**message.fields, "summary": message.text}
    for medium in message.media:
        if medium.blob:
            address = yield from public_address(medium.blob)
            body["media"] = [*body.get("media", ()), {"mediaFormat": "PHOTO", "sourceUrl": address}]
    return body


def receipt_of(post: Any) -> PartReceipt:
    """The receipt of a post as the API shows it. Raises OutcomeUnknown where it has no name."""
    if not isinstance(post, Mapping) or not post.get("name"):
        raise OutcomeUnknown("Google answered without the name of a post")
    return PartReceipt(str(post["name"]), str(post.get("searchUrl") or ""), at=moment(post.get("createTime")))


def find_post(url: str, intent: Intent) -> Looking:
    """Among all posts of the location, whose order is not documented: absent only where all were seen."""
    sent, token = sent_json(intent), ""
    for _ in range(PAGES):
        query = (("pageSize", str(PAGE)), *((("pageToken", token),) if token else ()))
        answer = yield Request("GET", url, query=query)
        items = answer.get("localPosts", default=[])
        for item in items if isinstance(items, list) else ():
            if is_newer(item.get("createTime"), intent) and _same(item, sent):
                return Found(receipt_of(item))
        if not (token := str(answer.get("nextPageToken", default=""))):
            return Absent()
    return CannotTell("https://business.google.com/posts")


def _at(which: str, time: str) -> dict[str, Any]:
    """A wall time as Google's Date and TimeOfDay; a day alone has no time."""
    at = datetime.fromisoformat(time)
    found: dict[str, Any] = {f"{which}Date": {"year": at.year, "month": at.month, "day": at.day}}
    return found | ({f"{which}Time": {"hours": at.hour, "minutes": at.minute}} if len(time) > len("2026-12-01") else {})


def _same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    own, other = item.get("callToAction") or {}, sent.get("callToAction") or {}
    return squashed(item.get("summary")) == squashed(sent.get("summary")) and own.get("url") == other.get("url")

"""What TikTok says of a post afterwards: its state, its id, and the creator's newest public posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._moment import earliest
from smm_cli.networks._squashed import squashed
from smm_cli.networks._tiktok_api import ask
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Publishing, Wait
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request

COMPLETE, WAITING, FAILED, UPLOADING = "PUBLISH_COMPLETE", "SEND_TO_USER_INBOX", "FAILED", "PROCESSING_UPLOAD"
"""States of status/fetch. Source: developers.tiktok.com/doc/content-posting-api-reference-get-video-status (2026-11-22)."""
WAITS = (2.0, 2.0, 5.0, 10.0, 10.0, 10.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds between questions what became of a post."""
LIST = 20
LISTED = (("fields", "id,title,video_description,create_time,share_url"),)


def became(api: str, receipt: PartReceipt, user: str, *, film: bool) -> Publishing:
    """The receipt of a post once TikTok says what became of it. Raises Rejected where it was not published."""
    answer = Answer(0)
    for seconds in WAITS:
        answer = yield _status(api, receipt.id)
        if (state := state_of(answer)) in (COMPLETE, WAITING):
            break
        if state == FAILED:
            reason = answer.get("data", "fail_reason", default="no reason given")
            raise Rejected(f"TikTok did not publish it: {reason}", slug="tiktok-failed")
        yield Wait(seconds)
    return named(receipt, answer, user, film=film)


def find_film(api: str, message: PayloadPart, answers: tuple[Answer, ...], user: str) -> Looking:
    """Whether a film was published: its own state says so."""
    publish_id = next((str(id) for answer in answers if (id := answer.get("data", "publish_id"))), "")
    answer = yield _status(api, publish_id)
    state = state_of(answer)
    if state in (COMPLETE, WAITING):
        return Found(named(begun(publish_id, user), answer, user, film=True))
    size = message.media[0].blob.size if message.media[0].blob else 0
    if state == FAILED or (state == UPLOADING and int(answer.get("data", "uploaded_bytes", default=size)) < size):
        return Absent()
    raise Retriable("TikTok still works on the film")


def find_photos(api: str, message: PayloadPart, intent: Intent, user: str) -> Looking:
    """Photos, whose id was lost, among the newest public posts: not to find them there proves nothing."""
    request = Request("POST", f"{api}/video/list/", Json({"max_count": LIST}), query=LISTED)
    return among((yield request), intent, message) or CannotTell(profile(user) or "https://www.tiktok.com")


def begun(publish_id: str, user: str) -> PartReceipt:
    """The receipt of what TikTok works on still."""
    return PartReceipt(publish_id, profile(user), {"publish_id": publish_id})


def state_of(answer: Answer) -> str:
    """The state of a post."""
    return str(answer.get("data", "status", default=""))


def profile(user: str) -> str:
    """The page of a creator."""
    return f"https://www.tiktok.com/@{user}" if user else ""


def named(receipt: PartReceipt, answer: Answer, user: str, *, film: bool) -> PartReceipt:
    """The receipt with the id and address of the post, once TikTok tells them: of public posts, after moderation.

    TikTok spells the field `publicaly_available_post_id`.
    """
    id = answer.get("data", "publicaly_available_post_id", 0)
    if not id:
        return receipt
    return PartReceipt(str(id), f"{profile(user)}/{'video' if film else 'photo'}/{id}" if user else "", receipt.more)


def among(answer: Answer, intent: Intent, message: PayloadPart) -> Found | None:
    """The post of `intent` in a list of public ones: newer than it, its words the beginning of what was sent."""
    found = answer.get("data", "videos", default=[])
    wanted = [text for text in (squashed(message.text), squashed(message.fields.get("title"))) if text]
    for item in found if isinstance(found, list) else ():
        if not isinstance(item, Mapping):
            continue
        made = datetime.fromtimestamp(int(item.get("create_time") or 0), UTC)
        shown = [text for text in (squashed(item.get("video_description")), squashed(item.get("title"))) if text]
        if made >= earliest(intent) and any(full.startswith(text) for text in shown for full in wanted):
            return Found(PartReceipt(str(item.get("id")), str(item.get("share_url") or ""), at=made))
    return None


def _status(api: str, publish_id: str) -> Request:
    return ask(api, "post/publish/status/fetch/", {"publish_id": publish_id})

"""What TikTok says of a post afterwards: its state, its id, and the creator's newest public posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from smm_cli.networks._articles import SKEW, squashed
from smm_cli.words.conversation import Found, Intent
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer

COMPLETE, WAITING, FAILED, UPLOADING = "PUBLISH_COMPLETE", "SEND_TO_USER_INBOX", "FAILED", "PROCESSING_UPLOAD"
"""States of status/fetch. Source: developers.tiktok.com/doc/content-posting-api-reference-get-video-status (2026-11-22)."""
LISTED = (("fields", "id,title,video_description,create_time,share_url"),)


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
        if made >= intent.at - SKEW and any(full.startswith(text) for text in shown for full in wanted):
            return Found(PartReceipt(str(item.get("id")), str(item.get("share_url") or ""), at=made))
    return None

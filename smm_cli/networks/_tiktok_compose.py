"""What a post on TikTok says beside its words.

Source: developers.tiktok.com, content-posting-api-reference, direct post and photo post (2026-11-22).
"""

from __future__ import annotations

from typing import Any

from smm_cli.words.delivery import PayloadPart

PRIVACY = {
    "public": "PUBLIC_TO_EVERYONE",
    "friends": "MUTUAL_FOLLOW_FRIENDS",
    "followers": "FOLLOWER_OF_CREATOR",
    "private": "SELF_ONLY",
}


def fields_of(options: Any, privacy: str, title: str, *, film: bool) -> dict[str, Any]:
    """Who may see and do what, by the options of a post. A film has no title."""
    fields: dict[str, Any] = {"privacy_level": PRIVACY.get(privacy, ""), "film": film, "disable_comment": not options.comments}
    fields |= {"brand_content_toggle": options.branded, "brand_organic_toggle": options.own_brand}
    if not film:
        return fields | {"auto_add_music": options.music, "title": title}
    fields |= {"disable_duet": not options.duet, "disable_stitch": not options.stitch}
    fields |= {"video_cover_timestamp_ms": int(options.cover_at * 1000)} if options.cover_at else {}
    return fields | ({"is_aigc": True} if options.ai else {})


def info_of(message: PayloadPart) -> dict[str, Any]:
    """The fields that TikTok takes as they are."""
    return {key: value for key, value in message.fields.items() if key not in ("film", "title")}

"""Whose channel it is, and how long its films may be."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import AuthFailed
from smm_cli.networks._youtube_api import url_of
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Request

SCOPES = tuple(f"https://www.googleapis.com/auth/youtube.{name}" for name in ("upload", "force-ssl", "readonly"))
UNVERIFIED_SECONDS = 15 * 60
"""The longest film of an account that is not verified. Source: support.google.com/youtube/answer/71673 (2026-11-22)."""


def ask_account(version: str) -> Verifying:
    """The channel. Raises AuthFailed where the Google account has none."""
    answer = yield Request("GET", url_of(version, "channels"), query=(("part", "id,snippet,status"), ("mine", "true")))
    own = answer.get("items", 0)
    if not isinstance(own, Mapping):
        raise AuthFailed("this Google account has no YouTube channel", hint="make one at youtube.com, or log in as another")
    name = str(answer.get("items", 0, "snippet", "title", default=""))
    handle = str(answer.get("items", 0, "snippet", "customUrl", default="")) or name
    long = answer.get("items", 0, "status", "longUploadsStatus", default="allowed") == "allowed"
    limits = {} if long else {"video_seconds": UNVERIFIED_SECONDS}
    return Account(handle, str(own.get("id", "")), name, f"https://www.youtube.com/channel/{own.get('id')}", limits=limits)

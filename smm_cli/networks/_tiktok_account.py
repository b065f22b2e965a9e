"""Which creator it is, what she may post, and the login with an app of the user's own.

Source: developers.tiktok.com, login kit and content-posting-api (2026-11-22).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.networks._tiktok_api import ask
from smm_cli.networks._tiktok_compose import PRIVACY
from smm_cli.networks._tiktok_state import profile
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Request

SCOPES = ("user.info.basic", "video.publish", "video.upload", "video.list")
CREATOR = "post/publish/creator_info/query/"


def doors_for(api: str, version: str) -> OAuthDoors:
    """The login; TikTok calls the app's id its key."""
    authorize = f"https://www.tiktok.com/{version}/auth/authorize/"
    return OAuthDoors(authorize, f"{api}/oauth/token/", SCOPES, client="client_key", joined=",")


def in_hex(inputs: Mapping[str, str]) -> dict[str, str]:
    """The inputs of a login with the challenge in hex, which TikTok wants of desktop apps."""
    challenge = inputs["challenge"]
    return {**inputs, "challenge": urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)).hex()}


def ask_name(api: str) -> Verifying:
    """Who logged in: for the inbox alone her name is known."""
    me = yield Request("GET", f"{api}/user/info/", query=(("fields", "open_id,display_name"),))
    name = str(me.get("data", "user", "display_name", default=""))
    return Account(name, str(me.get("data", "user", "open_id", default="")), name)


def ask_account(api: str) -> Verifying:
    """The creator, and how long her films may be."""
    creator = yield ask(api, CREATOR, {})
    user = str(creator.get("data", "creator_username", default=""))
    longest = creator.get("data", "max_video_post_duration_sec")
    limits = {"video_seconds": longest} if isinstance(longest, int) else {}
    return Account(f"@{user}", user, str(creator.get("data", "creator_nickname", default="")), profile(user), limits=limits)


def ask_creator(api: str, message: PayloadPart) -> Generator[Step, Any, str]:
    """The creator's name. TikTok demands that her choices are asked for before each post."""
    answer = yield ask(api, CREATOR, {}, keeps_for=3600.0)
    offered, wanted = answer.get("data", "privacy_level_options", default=[]), message.fields["privacy_level"]
    if offered and wanted not in offered:
        names = ", ".join(name for name, level in PRIVACY.items() if level in offered)
        raise Rejected(f"this account does not offer that privacy; it offers {names}", hint="set visibility:, or privacy of the channel")
    longest = answer.get("data", "max_video_post_duration_sec")
    for medium in message.media:
        if isinstance(longest, int) and medium.seconds and medium.seconds > longest:
            raise Rejected(f"{medium.path} runs {medium.seconds:g} s; this account may post {longest} s", hint="cut it shorter")
    return str(answer.get("data", "creator_username", default=""))

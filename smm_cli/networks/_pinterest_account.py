"""The login, whose token it is, and whether the board is there."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import AuthFailed
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Request

SCOPES = ("boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read")


def doors_of(base: str) -> OAuthDoors:
    """Id and secret go as Basic (api/v5/oauth-token). A token holds 30 days, and one of 60 renews it."""
    return OAuthDoors("https://www.pinterest.com/oauth/", f"{base}/oauth/token", SCOPES, pkce=False, basic=True, joined=",")


def account_of(base: str, own: str) -> Verifying:
    """The account. Raises AuthFailed where it has no board `own`."""
    me = yield Request("GET", f"{base}/user_account")
    board = yield Request("GET", f"{base}/boards/{own}", may_fail=True)
    if board.status == 404:
        listed = yield Request("GET", f"{base}/boards", query=(("page_size", "100"),))
        known = [f'"{item.get("id")}" is {item.get("name")}' for item in listed.get("items", default=[]) if isinstance(item, Mapping)]
        hint = f"set board in channels.toml: {'; '.join(known) or 'this account has none'}"
        raise AuthFailed(f"this account has no board {own}", hint=hint)
    name = str(me.get("username", default=""))
    return Account(name, str(me.get("id", default="")), str(me.get("business_name") or name), f"https://www.pinterest.com/{name}/")

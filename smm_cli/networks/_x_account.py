"""Whose credential it is on X and how long her posts may be; the login with an app of the user's own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.networks._oauth import OAuthDoors
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.exchange import Request

API = "https://api.x.com"
SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
LONG = 25_000
"""What accounts with Premium may post. Source: help.x.com/using-x/x-premium (2026-08)."""


def doors_for(client: str) -> OAuthDoors:
    """OAuth 2 with PKCE; `client`: whether the app has a secret (confidential). A refresh brings a new refresh token, the old one dies."""
    secret = client == "confidential"
    return OAuthDoors("https://x.com/i/oauth2/authorize", f"{API}/2/oauth2/token", SCOPES, secret=secret, basic=secret)


def ask_account() -> Verifying:
    """Who the credential belongs to, and how long her posts may be."""
    me = yield Request("GET", f"{API}/2/users/me", query=(("user.fields", "subscription_type,verified_type"),))
    name, plan = str(me.get("data", "username", default="")), str(me.get("data", "subscription_type", default=""))
    limits = {"text": LONG} if plan in ("Premium", "PremiumPlus") else {}
    id, shown = str(me.get("data", "id", default="")), str(me.get("data", "name", default=""))
    return Account(f"@{name}", id, shown, f"https://x.com/{name}", limits=limits, facts={"subscription": plan})


def ask_user(account: Account | None) -> Generator[Step, Any, str]:
    """The id of the account: as it was verified, else asked."""
    user = account.id if account else ""
    if not user:
        me = yield Request("GET", f"{API}/2/users/me")
        user = str(me.get("data", "id"))
    return user

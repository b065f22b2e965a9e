"""Whose account on Reddit it is, how requests name her, and the login with an app of hers.

Source: Reddit's API documentation (2026): others than such user agents get 429 or 403; tokens last an hour, the refresh token until it
is taken back.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.networks._reddit_lookup import WEB
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.exchange import Request

API = "https://oauth.reddit.com"
SCOPES = ("identity", "submit", "edit", "read", "history", "flair")


def doors_for(headers: Mapping[str, str]) -> OAuthDoors:
    """The login: id and secret go as Basic, the user agent as everywhere."""
    return OAuthDoors(
        f"{WEB}/api/v1/authorize",
        f"{WEB}/api/v1/access_token",
        SCOPES,
        pkce=False,
        basic=True,
        more=(("duration", "permanent"),),
        headers=tuple(headers.items()),
    )


def agent(user: str, account: Account | None) -> dict[str, str]:
    """A user agent of the form that Reddit demands. `user`: as the channel says."""
    name = _typed(user) or (account.name if account else "") or "unknown"
    return {"user-agent": f"cli:smm-cli:1 (by /u/{name})"}


def ask_user(user: str, account: Account | None) -> Generator[Step, Any, str]:
    """The account's name: as it was verified, else as the channel says, else asked."""
    known = (account.name if account else "") or _typed(user)
    if known:
        return str(known)
    me = yield Request("GET", f"{API}/api/v1/me", headers=agent(user, account))
    return str(me.get("name", default=""))


def ask_account(headers: Mapping[str, str], subreddit: str) -> Verifying:
    """Who the token belongs to, and what the subreddit demands."""
    me = yield Request("GET", f"{API}/api/v1/me", headers=headers, query=(("raw_json", "1"),))
    if me.get("is_suspended"):
        raise AuthFailed("Reddit has suspended this account")
    name = str(me.get("name", default=""))
    rules = yield Request("GET", f"{API}/api/v1/{subreddit}/post_requirements", headers=headers, may_fail=True)
    told = {"title": rules.get("title_text_max_length"), "text": rules.get("body_text_max_length")} if rules.ok else {}
    limits = {key: value for key, value in told.items() if isinstance(value, int) and value > 0}
    facts = {"subreddit": subreddit, "flair": bool(rules.get("is_flair_required"))} if rules.ok else {}
    return Account(f"u/{name}", str(me.get("id", default="")), name, f"{WEB}/user/{name}", limits=limits, facts=facts)


def _typed(user: str) -> str:
    """The `user` of a channel, who may have written it with u/ before it."""
    return str(user).strip("/").removeprefix("u/")

"""Whose account on Instagram it is, and its two logins: its own, or that of the Page it hangs on.

With its own login no post can be deleted; with Facebook's the token does not end.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.networks._meta_login import renew_itself, sign_in_by_facebook, sign_in_by_itself
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Step, Verifying

SCOPES = ("instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_comments")
BY_FACEBOOK = (
    "instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_contents", "pages_show_list",
    "pages_read_engagement",
)  # fmt: skip
DOORS = OAuthDoors(
    "https://www.instagram.com/oauth/authorize", "https://api.instagram.com/oauth/access_token", SCOPES, pkce=False, joined=","
)
OWN, FACEBOOK = "graph.instagram.com", "graph.facebook.com"


def is_by_facebook(said: Any) -> bool:
    """Whether settings choose Facebook's login."""
    return bool(said.login == "facebook")


def hosts_of(said: Any) -> tuple[str, ...]:
    """The hosts that get the token: the first has the graph."""
    return (FACEBOOK,) if is_by_facebook(said) else (OWN, "api.instagram.com")


def owner_of(network: MetaNetwork) -> Generator[Step, Any, str]:
    """The account in paths: `me` with its own login, else an id, which the Page knows."""
    said = network.settings
    if not is_by_facebook(said) or said.account_id:
        return str(said.account_id or "me")
    page = yield network.asked("me", "instagram_business_account{id,username}")
    id = str(page.get("instagram_business_account", "id", default=""))
    if not id:
        raise AuthFailed("no Instagram account hangs on this Page", hint="connect them in the settings of the Page, or set account_id")
    return id


def account_of(network: MetaNetwork) -> Verifying:
    """Which account, and of what kind."""
    if is_by_facebook(network.settings):
        owner = yield from owner_of(network)
        me = yield network.asked(owner, "id,username,name")
    else:
        me = yield network.asked("me", "user_id,username,name,account_type")
        if isinstance(inner := me.get("data", 0), Mapping):  # so the documentation shows it (get-started), the server does not
            me = replace(me, body=inner)
    handle = str(me.get("username", default=""))
    id = str(me.get("user_id") or me.get("id", default=""))
    return Account(f"@{handle}", id, str(me.get("name", default="")), f"https://www.instagram.com/{handle}/")


def sign_in_to(network: MetaNetwork, inputs: Mapping[str, str]) -> LoggingIn:
    """The login that the settings choose."""
    said = network.settings
    if is_by_facebook(said):
        return (yield from sign_in_by_facebook(network.graph, said.client_id, BY_FACEBOOK, said.page, inputs))
    return (yield from sign_in_by_itself(DOORS, f"https://{OWN}", "ig", said.client_id, inputs, network.title))


def renew_for(network: MetaNetwork) -> LoggingIn:
    """Sixty days more. The token of a Page does not end."""
    return (yield from renew_itself(f"https://{OWN}", "ig", network.title))

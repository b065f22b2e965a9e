"""Whose profile on Threads it is, and its login: a visit, a token of an hour, one of 60 days."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.networks._meta_login import renew_itself, sign_in_by_itself
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Verifying

HOST = "https://graph.threads.net"
SCOPES = ("threads_basic", "threads_content_publish", "threads_manage_replies", "threads_read_replies", "threads_delete")
DOORS = OAuthDoors("https://threads.net/oauth/authorize", f"{HOST}/oauth/access_token", SCOPES, pkce=False, joined=",")


def profile_of(network: MetaNetwork) -> Verifying:
    """Which profile."""
    me = yield network.asked("me", "id,username,name")
    handle = str(me.get("username", default=""))
    return Account(f"@{handle}", str(me.get("id", default="")), str(me.get("name", default="")), f"https://www.threads.com/@{handle}")


def sign_in_to(network: MetaNetwork, inputs: Mapping[str, str]) -> LoggingIn:
    """A visit, a token of an hour, one of 60 days."""
    return (yield from sign_in_by_itself(DOORS, HOST, "th", network.settings.client_id, inputs, network.title))


def renew_for(network: MetaNetwork) -> LoggingIn:
    """Sixty days more."""
    return (yield from renew_itself(HOST, "th", network.title))

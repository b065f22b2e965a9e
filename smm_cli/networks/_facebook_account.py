"""Which Page a token is for, and its login: a visit to Facebook, then the token of the Page, which does not end."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import AuthFailed, Retriable
from smm_cli.networks._meta_login import sign_in_by_facebook
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Verifying

SCOPES = ("pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_manage_engagement", "pages_read_user_content")


def page_of(network: MetaNetwork) -> Verifying:
    """Whose token it is: a Page's, not a person's (only Pages have a category)."""
    me = yield network.asked("me", "id,name,username,link,category", may_fail=True)
    if not me.ok:
        if "nonexisting field (category)" in str(me.get("error", "message", default="")):
            raise AuthFailed("this is the token of a person, not of a Page", hint=f"smm channel login {network.channel.name}")
        raise network.fault(me.status, me.headers, me.body) or Retriable("Facebook does not say whose token this is")
    handle = str(me.get("username") or me.get("id", default=""))
    return Account(handle, str(me.get("id", default="")), str(me.get("name", default="")), str(me.get("link", default="")))


def sign_in_to(network: MetaNetwork, inputs: Mapping[str, str]) -> LoggingIn:
    """A visit to Facebook, then the token of the Page."""
    said = network.settings
    return (yield from sign_in_by_facebook(network.graph, said.client_id, SCOPES, said.page, inputs))

"""Whose login it is: a person, or a page that she may post as; and when its token ends.

Sources: learn.microsoft.com/linkedin, consumer/integrations/self-serve/sign-in-with-linkedin-v2, organization-access-control-by-role,
shared/authentication/token-introspection (2026-09).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.exchange import Form, Request, handle

API, WEB = "https://api.linkedin.com", "https://www.linkedin.com"
MAY_POST = frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER", "RECRUITING_POSTER"})
"""Roles that posts-api names for w_organization_social; of the second its pages write both."""
NAMED = ("organization", "organizationTarget")
"""What a role calls its page: the schema says the first, answers of some versions the second (airbyte, source-linkedin-ads, 2026-11-23)."""
PERSON, PAGE = ("openid", "profile", "w_member_social"), ("w_organization_social", "r_organization_social", "rw_organization_admin")
"""Scopes. Sources: the products Share on LinkedIn with OpenID Connect; the Community Management API."""


def doors_for(author: str) -> OAuthDoors:
    """The login of a person, or of one who administers a page. The token holds 60 days; only approved partners may renew it."""
    scopes = PAGE if ":organization:" in author else PERSON
    return OAuthDoors(f"{WEB}/oauth/v2/authorization", f"{WEB}/oauth/v2/accessToken", scopes, pkce=False)


def ask_author(api: str) -> Generator[Step, Any, str]:
    """The URN of the person behind the token."""
    me = yield Request("GET", f"{api}/v2/userinfo")
    return f"urn:li:person:{me.get('sub')}"


def ask_account(api: str, headers: Mapping[str, str], author: str, client_id: str) -> Verifying:
    """Who logged in; of a page, whether the login may post as it."""
    if ":organization:" in author:
        return (yield from ask_page(api, headers, author, client_id))
    return (yield from ask_person(api, client_id))


def ask_person(api: str, client_id: str) -> Verifying:
    """The person behind the token. Her id holds for this app alone."""
    me = yield Request("GET", f"{api}/v2/userinfo")
    name = str(me.get("name", default=""))
    return Account(name, f"urn:li:person:{me.get('sub')}", name, expires_at=(yield from _end(client_id)))


def ask_page(api: str, headers: Mapping[str, str], author: str, client_id: str) -> Verifying:
    """The page `author`. Raises Rejected where the login may not post as it."""
    query = (("q", "roleAssignee"), ("state", "APPROVED"), ("count", "100"))
    roles = yield Request("GET", f"{api}/rest/organizationAcls", headers=headers, query=query)
    held = {str(one.get("role")) for one in roles.get("elements", default=[]) if author in (one.get(name) for name in NAMED)}
    if not MAY_POST & held:
        raise Rejected(f"this login may not post as {author}", hint="its administrators are named on the page, under Settings")
    page = yield Request("GET", f"{api}/rest/organizations/{author.rpartition(':')[2]}", headers=headers)
    vanity, name = (str(page.get(key, default="")) for key in ("vanityName", "localizedName"))
    url = f"{WEB}/company/{vanity}/" if vanity else ""
    return Account(vanity or name, author, name, url, expires_at=(yield from _end(client_id)))


def _end(client_id: str) -> Generator[Step, Any, datetime | None]:
    """When the token ends: mostly it cannot be renewed, so that a person must be told in time. The app may ask, where there is one."""
    if not client_id:
        return None
    said = (("client_id", client_id), ("client_secret", handle("client_secret")), ("token", handle("token")))
    answer = yield Request("POST", f"{WEB}/oauth/v2/introspectToken", Form(said), auth="", may_fail=True)
    at = answer.get("expires_at")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None

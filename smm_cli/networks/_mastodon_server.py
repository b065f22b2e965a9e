"""Signing in to a server of the Mastodon API, and what it says of itself. Nothing is assumed of its software."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from smm_cli.networks._mastodon_relatives import MASTODON, RELATIVES
from smm_cli.networks._nodeinfo import ask_node, named
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Tokens, Verifying, Visit
from smm_cli.words.exchange import Answer, Form, Json, Request

LIMITS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "text": (("configuration", "statuses", "max_characters"), ("max_toot_chars",)),
    "media_count": (("configuration", "statuses", "max_media_attachments"), ("max_media_attachments",)),
    "url_length": (("configuration", "statuses", "characters_reserved_per_url"),),
    "alt": (("configuration", "media_attachments", "description_limit"), ("description_limit",)),
    "image_bytes": (("configuration", "media_attachments", "image_size_limit"), ("upload_limit",)),
    "image_pixels": (("configuration", "media_attachments", "image_matrix_limit"),),
    "video_bytes": (("configuration", "media_attachments", "video_size_limit"), ("upload_limit",)),
    "video_pixels": (("configuration", "media_attachments", "video_matrix_limit"),),
    "poll_options": (("configuration", "polls", "max_options"), ("poll_limits", "max_options")),
    "poll_option": (("configuration", "polls", "max_characters_per_option"), ("poll_limits", "max_option_chars")),
    "poll_shortest": (("configuration", "polls", "min_expiration"), ("poll_limits", "min_expiration")),
    "poll_longest": (("configuration", "polls", "max_expiration"), ("poll_limits", "max_expiration")),
}
"""Where each limit stands in the answer of /api/v2/instance or /api/v1/instance; the later ways are Pleroma's and older forks'.
Source: docs.joinmastodon.org/entities/Instance and V1_Instance (2026-07-02); docs.pleroma.social, differences in the Mastodon API."""

COMPATIBLE = re.compile(r"\(compatible; ([\w.-]+) ([^\s)]+)")
"""Pleroma, Akkoma, Friendica, Pixelfed say "2.7.2 (compatible; Pleroma 2.6.0)" in `version`."""


def ask_server(server: str, host: str) -> Verifying:
    """The account behind the token: credentials, then /api/v2/instance or, where that is missing or refused, v1, then nodeinfo."""
    me = yield Request("GET", f"{server}/api/v1/accounts/verify_credentials")
    instance = yield Request("GET", f"{server}/api/v2/instance", reads="any", may_fail=True)
    if not is_instance(instance):
        instance = yield Request("GET", f"{server}/api/v1/instance", reads="any", may_fail=True)
    node = yield from ask_node(server)
    return read_account(me, instance if is_instance(instance) else Answer(0), node, host)


def sign_in(server: str, host: str, scopes: tuple[str, ...], inputs: Mapping[str, str]) -> LoggingIn:
    """OAuth 2 with PKCE: an app of its own at this server, a visit, a token. `inputs`: redirect_uri, state, challenge, verifier."""
    redirect, scope = inputs["redirect_uri"], " ".join(scopes)
    wanted = {"client_name": "smm", "redirect_uris": redirect, "scopes": scope}
    app = yield Request("POST", f"{server}/api/v1/apps", Json(wanted), auth="", secret=("client_secret",))
    client = {"client_id": str(app.get("client_id")), "redirect_uri": redirect}
    asked = {"response_type": "code", **client, "scope": scope, "state": inputs["state"]}
    asked |= {"code_challenge": inputs["challenge"], "code_challenge_method": "S256"}
    allowed = yield Visit(f"{server}/oauth/authorize?{urlencode(asked)}", f"allow smm to post at {host}")
    form = {"grant_type": "authorization_code", **client, "client_secret": str(app.get("client_secret"))}
    form |= {"code": str(allowed.get("code")), "code_verifier": inputs["verifier"]}
    token = yield Request("POST", f"{server}/oauth/token", Form(tuple(form.items())), auth="", secret=("access_token",))
    return Tokens({"token": str(token.get("access_token"))})


def is_instance(answer: Answer) -> bool:
    """Whether an answer describes a server; some have no /api/v2/instance, some refuse it, some answer HTML with 200."""
    return (
        answer.ok and isinstance(answer.body, Mapping) and any(key in answer.body for key in ("version", "configuration", "uri", "domain"))
    )


def software(instance: Answer, node: Answer) -> tuple[str, str]:
    """Name (lower case, empty if not known) and version of the server's program.

    nodeinfo names it; without it only a "compatible" version string does: a bare "4.5.0" proves nothing, since GoToSocial
    and others write one too.
    """
    version = str(instance.get("version", default=""))
    name, own = named(node)
    if name:
        return name, own or version
    told = COMPATIBLE.search(version)
    return (told[1].lower(), told[2]) if told else ("", version)


def read_account(me: Answer, instance: Answer, node: Answer, host: str) -> Account:
    """The account behind a token, with the limits of its server; `host` is what stands in channels.toml."""
    name, version = software(instance, node)
    domain = str(instance.get("domain") or instance.get("uri") or host)
    domain = domain.rpartition("://")[2].partition("/")[0] or host
    user = str(me.get("username") or me.get("acct", default=""))
    types = instance.get("configuration", "media_attachments", "supported_mime_types", default=[])
    return Account(
        handle=f"@{user}@{domain}",
        id=str(me.get("id", default="")),
        name=str(me.get("display_name", default="")),
        url=str(me.get("url", default="")),
        software=name,
        version=version,
        limits={**RELATIVES.get(name, MASTODON).told, **read_limits(instance)},
        facts={
            "types": [kind for kind in types if isinstance(kind, str)] if isinstance(types, list) else [],
            "api": instance.get("api_versions", "mastodon", default=0),
        },
    )


def read_limits(instance: Answer) -> dict[str, int]:
    """The limits that a server names; what is missing, no number or not above 0 is left to the declared ones."""
    found: dict[str, int] = {}
    for name, ways in LIMITS.items():
        values = (_whole(instance.get(*way)) for way in ways)
        value = next((value for value in values if value > 0), 0)
        if value:
            found[name] = value
    return found


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        return int(value)
    except (ValueError, OverflowError):
        return 0

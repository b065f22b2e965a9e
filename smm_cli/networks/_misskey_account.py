"""Whose token it is, what the server runs and takes; and how a person gives smm a token."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from smm_cli.errors import AuthFailed
from smm_cli.networks._misskey_api import Api
from smm_cli.networks._nodeinfo import ask_node, named
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Tokens, Verifying, Visit
from smm_cli.words.exchange import Json, Request

PERMISSIONS = ("read:account", "write:notes", "read:drive", "write:drive", "read:notifications")
MIB = 1024 * 1024


def ask_account(api: Api) -> Verifying:
    """Who the token belongs to, what the server runs, and its limits."""
    me = yield api.ask("i")
    meta = yield Request("POST", f"{api.server}/api/meta", Json({"detail": True}), auth="")
    software, version = named((yield from ask_node(api.server)))
    size = me.get("policies", "maxFileSizeMb")
    bytes_most = int(size * MIB) if isinstance(size, int | float) else 0
    said = {
        "text": meta.get("maxNoteTextLength"),
        "content_warning": meta.get("maxCwLength"),  # Sharkey's, as the next
        "alt": meta.get("maxAltTextLength"),
        **dict.fromkeys(("image_bytes", "video_bytes", "audio_bytes"), bytes_most),
    }
    limits = {name: value for name, value in said.items() if isinstance(value, int) and value > 0}
    user, id = str(me.get("username")), str(me.get("id"))
    shown = str(me.get("name", default="")) or user
    return Account(
        f"@{user}@{api.host}", id, shown, f"{api.server}/@{user}", software, version or str(meta.get("version", default="")), limits
    )


def sign_in(api: Api, inputs: Mapping[str, str]) -> LoggingIn:
    """MiAuth: a visit with a session of our own making, then the token of that session. Tokens do not end.

    Source: misskey-hub.net/en/docs/for-developers/api/token/miauth (2026-11-22).
    """
    session = UUID(bytes=hashlib.sha256(inputs["state"].encode()).digest()[:16], version=4)
    asked = {"name": "smm", "permission": ",".join(PERMISSIONS)}
    told = f"allow smm to post at {api.host}"
    if inputs["redirect_uri"].startswith("http"):
        asked["callback"] = f"{inputs['redirect_uri']}?{urlencode({'state': inputs['state'], 'code': 'allowed'})}"
    else:
        told += "; then type any word instead of a code"
    yield Visit(f"{api.server}/miauth/{session}?{urlencode(asked)}", told)
    answer = yield Request("POST", f"{api.server}/api/miauth/{session}/check", Json({}), auth="", secret=("token",))
    if not answer.get("ok") or not answer.get("token"):
        raise AuthFailed(f"{api.host} did not get your consent", hint="try again, and say yes on its page")
    return Tokens({"token": str(answer.get("token"))}, handle=f"@{answer.get('user', 'username')}@{api.host}")

"""Whose token it is, the channel's team, and the limits of a Mattermost server."""

from __future__ import annotations

from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Answer, Request


def ask_account(server: str, channel: str) -> Verifying:
    """The account; limits and team where the server tells them."""
    api = f"{server}/api/v4"
    me = yield Request("GET", f"{api}/users/me")
    room = yield Request("GET", f"{api}/channels/{channel}")
    team = ""
    if id := room.get("team_id"):
        team = str((yield Request("GET", f"{api}/teams/{id}", may_fail=True)).get("name", default=""))
    config = yield Request("GET", f"{api}/config/client", query=(("format", "old"),), may_fail=True)
    name, url = str(room.get("display_name", default="")), f"{server}/{team}/channels/{room.get('name')}" if team else ""
    version = ".".join(str(me.headers.get("x-version-id", "")).split(".")[:3])
    who = f"@{me.get('username', default='')}"
    return Account(who, str(me.get("id")), name, url, "mattermost", version, _limits(config), facts={"team": team})


def _limits(config: Answer) -> dict[str, int]:
    sizes = {name: int(config.get(key, default="0") or 0) for name, key in (("text", "MaxPostSize"), ("file", "MaxFileSize"))}
    limits = {"text": sizes["text"]} if sizes["text"] else {}
    return limits | ({f"{kind}_bytes": sizes["file"] for kind in ("image", "video", "audio")} if sizes["file"] else {})

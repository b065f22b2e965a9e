"""Whose key it is, what a Zulip server runs and takes, and the number of a channel."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.exchange import Form, Request

MB = 1 << 20


def ask_account(server: str, channel: str) -> Verifying:
    """The account; the channel's number stands in the addresses of messages."""
    api = f"{server}/api/v1"
    me = yield Request("GET", f"{api}/users/me")
    about = yield Request("GET", f"{api}/server_settings", auth="", may_fail=True)
    if not channel.isdigit():
        found = yield Request("GET", f"{api}/get_stream_id", query=(("stream", channel),))
        channel = str(found.get("stream_id"))
    limits = yield from _limits(api)
    version, name = str(about.get("zulip_version", default="")), str(me.get("full_name", default=""))
    url = f"{server}/#narrow/channel/{channel}"
    return Account(str(me.get("email")), str(me.get("user_id")), name, url, "zulip", version, limits, facts={"channel": channel})


def _limits(api: str) -> Generator[Step, Any, dict[str, int]]:
    """What this server takes. It tells it to those who register for events alone; the queue ends by itself after ten minutes."""
    asked = Form((("event_types", '["realm"]'), ("fetch_event_types", '["realm"]')))
    told = yield Request("POST", f"{api}/register", asked, may_fail=True)
    found = {"text": told.get("max_message_length"), "topic": told.get("max_topic_length")}
    size = told.get("max_file_upload_size_mib")
    found |= {f"{kind}_bytes": size * MB if isinstance(size, int) else None for kind in ("image", "video", "audio")}
    return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}

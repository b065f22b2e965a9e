"""Looking for a message after its answer was lost, among the sender's own in the topic."""

from __future__ import annotations

import json
from typing import Any

from smm_cli.networks._moment import earliest
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Form, Request

PAGE = 100
ELSEWHERE = CannotTell("look into the topic on Zulip yourself")


def look_for(base: str, intent: Intent, earlier: Any, receipt: Any) -> Looking:
    """Found, Absent, or CannotTell where the listing does not reach back far enough. `receipt` makes one of an id."""
    sent = dict(intent.request.body.pairs) if isinstance(intent.request.body, Form) else {}
    me = yield Request("GET", f"{base}/users/me")
    narrow: list[dict[str, Any]] = [{"operator": "sender", "operand": me.get("user_id")}]
    channel = sent.get("to", "")
    # text is taken for a name, even one of digits (zerver/lib/streams.py, get_stream_by_narrow_operand_access_unchecked)
    narrow += [{"operator": "channel", "operand": int(channel) if channel.isdigit() else channel}]
    narrow += [{"operator": "topic", "operand": sent.get("topic")}]
    query = (
        ("anchor", "newest"),
        ("num_before", str(PAGE)),
        ("num_after", "0"),
        ("apply_markdown", "false"),
        ("narrow", json.dumps(narrow)),
    )
    page = yield Request("GET", f"{base}/messages", query=query)
    items = page.get("messages")
    if not isinstance(items, list):
        return ELSEWHERE
    oldest = earliest(intent).timestamp()
    known = earlier.id if isinstance(earlier, PartReceipt) else ""
    for item in items:
        new = item.get("timestamp", 0) >= oldest and str(item.get("id")) != known
        if new and str(item.get("content", "")).strip() == str(sent.get("content", "")).strip():
            return Found(receipt(str(item["id"])))
    whole = page.get("found_oldest") is True or len(items) < PAGE or items[0].get("timestamp", 0) < oldest
    return Absent() if whole else ELSEWHERE

"""Looking for a message on Matrix after its answer was lost, among what the account wrote in the room."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from smm_cli.networks._matrix_event import CLIENT, MARK, place_of, receipt_of
from smm_cli.networks._moment import earliest
from smm_cli.text.matrix import MATRIX_TO
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.exchange import Json, Request

PAGES, PAGE = 5, 100


def look_for(server: str, user: str, intent: Intent, via: tuple[str, ...]) -> Looking:
    """Found, Absent or CannotTell among what this account wrote in the room, the newest first, back to before the intent.

    Ours is known by its mark, or by the transaction id that the server tells the device that sent it. A message that was taken
    down meanwhile carries no mark any more: then nobody can tell.
    """
    room, transaction = place_of(intent.request)
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    since, start, where = earliest(intent).timestamp() * 1000, "", MATRIX_TO + quote(room, safe="")
    only = f'{{"senders":["{user}"],"types":["m.room.message"]}}' if user else '{"types":["m.room.message"]}'
    removed = False
    for _ in range(PAGES):
        query = (("dir", "b"), ("limit", str(PAGE)), ("filter", only), *((("from", start),) if start else ()))
        page = yield Request("GET", f"{server}/{CLIENT}/rooms/{quote(room, safe='')}/messages", query=query)
        events = page.get("chunk")
        if not isinstance(events, list):
            return CannotTell(where)
        for event in (event for event in events if isinstance(event, Mapping)):
            own = event.get("content") or {}
            if sent.get(MARK, transaction) in (own.get(MARK), (event.get("unsigned") or {}).get("transaction_id")):
                return Found(receipt_of(str(event.get("event_id")), room, sent, via))
            removed = removed or (not own and (event.get("origin_server_ts") or 0) >= since)
        older = any((event.get("origin_server_ts") or 0) < since for event in events if isinstance(event, Mapping))
        start = str(page.get("end", default=""))
        if older or not start:
            return CannotTell(where) if removed else Absent()
    return CannotTell(where)

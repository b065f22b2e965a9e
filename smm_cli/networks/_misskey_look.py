"""Looking for a note after its answer was lost, among the account's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._misskey_api import Api
from smm_cli.networks._moment import earliest
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json

PAGE, PAGES = 100, 5
"""The most that users/notes gives at once, and how often it is asked."""


def look_for(api: Api, intent: Intent, earlier: Any) -> Looking:
    """Among the account's own notes since the intent, straight from the database: what is not there was not published."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    me = yield api.ask("i")
    known = earlier.id if isinstance(earlier, PartReceipt) else ""
    begin: dict[str, Any] = {"sinceDate": int(earliest(intent).timestamp() * 1000)}
    for _ in range(PAGES):
        asked = {"userId": me.get("id"), "limit": PAGE, "withReplies": True, "withChannelNotes": True, **begin}
        page = yield api.ask("users/notes", asked)
        if not isinstance(page.body, list):
            break
        notes = [note for note in page.body if isinstance(note, Mapping)]
        for note in notes:
            if note.get("id") != known and _same(note, sent):
                return Found(api.receipt(note))
        if len(page.body) < PAGE:
            return Absent()
        begin = {"sinceId": max(str(note.get("id")) for note in notes)}
    return CannotTell(f"{api.server}/@{me.get('username')}")


def _same(note: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a listed note is the one that was sent; servers trim the text."""
    texts = [str(one.get("text") or "").strip() for one in (note, sent)]
    rest = all((note.get(name) or None) == (sent.get(name) or None) for name in ("cw", "replyId", "renoteId"))
    return texts[0] == texts[1] and rest and list(note.get("fileIds") or ()) == list(sent.get("fileIds") or ())

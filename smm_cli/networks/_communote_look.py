"""Looking for a note after its answer was lost. The server keeps no mark of ours in a note: it is found by its text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from smm_cli.networks._communote_topic import Topic
from smm_cli.networks._forum_look import Seen, among, moment, sent_in
from smm_cli.networks._moment import earliest
from smm_cli.text.quiet import JOINER
from smm_cli.words.conversation import Absent, CannotTell, Intent, Looking
from smm_cli.words.delivery import PayloadPart

COUNT = 20
TAG = re.compile(r"<[^>]+>")


def look_for(topic: Topic, message: PayloadPart, intent: Intent, earlier: Any) -> Looking:
    """Among the account's own notes in the topic since the intent, by their text."""
    me, number = (yield from topic.me()), sent_in(intent, "topicId")
    since = str(int(earliest(intent).timestamp() * 1000))
    query = (("f_userIds", str(me.get("userId"))), ("f_topicIds", str(number)), ("f_startDate", since), ("maxCount", str(COUNT)))
    listed = yield topic.ask("GET", "/timelineNotes", query=query)
    notes = listed.get("result")
    if not isinstance(notes, list):
        return CannotTell(topic.page(""))
    digests = dict.fromkeys(medium.blob.sha256 for medium in message.media if medium.blob)
    files = dict(zip(digests, sent_in(intent, "attachmentIds") or (), strict=False))
    seen = [
        Seen(
            topic.receipt(one.get("noteId"), number, files),
            moment(one.get("creationDate")),
            words_of(str(one.get("text") or "")),
            first=intent.part == 0,
        )
        for one in notes
    ]
    if found := among(seen, intent, words_of(str(sent_in(intent, "text"))), earlier):
        return found
    whole = listed.get("metaData", "moreElementsAvailable") is False or len(notes) < COUNT
    return Absent() if whole else CannotTell(topic.page(""))


def words_of(text: str) -> str:
    """The words of a note, however the server changed its marks."""
    return unescape(TAG.sub("", text)).replace(JOINER, "").replace("\u00a0", " ")

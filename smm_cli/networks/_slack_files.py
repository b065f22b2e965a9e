"""Files on Slack: an address to upload to, the bytes, then one request that shares them all; and where they were shared."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from smm_cli.errors import Retriable
from smm_cli.networks._chat import file_name, root_of
from smm_cli.networks._file import blob_of
from smm_cli.networks._slack_room import API, Room
from smm_cli.words.conversation import Publishing, Step, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Form, Json, Request, Slice
from smm_cli.words.post import Media

KEEPS = 3600.0
"""How long an address to upload to is taken to hold. Not documented."""
WAITS = (1.0, 2.0, 3.0, 4.0)
"""Seconds between looks for the message that shares a file: it appears a little later."""


def upload_all(media: Sequence[Media]) -> Generator[Step, Any, list[str]]:
    """The ids of the files, not shared yet."""
    ids = []
    for number, medium in enumerate(media):
        blob = blob_of(medium)
        pairs = [("filename", file_name(blob, number)), ("length", str(blob.size)), *([("alt_txt", medium.alt)] if medium.alt else [])]
        place = yield Request("POST", f"{API}/files.getUploadURLExternal", Form(tuple(pairs)), secret=("upload_url",), keeps_for=KEEPS)
        yield Request("POST", str(place.get("upload_url")), Slice(blob), auth="", reads="any", keeps_for=KEEPS, timeout=300.0)
        ids.append(str(place.get("file_id")))
    return ids


def shared_at(file: str, channel: str) -> Generator[Step, Any, str]:
    """The time stamp of the message that shares `file` in `channel`; empty where there is none yet."""
    for seconds in (*WAITS, 0.0):
        answer = yield Request("GET", f"{API}/files.info", query=(("file", file),), keeps_for=seconds, may_fail=True)
        if found := stamp_in(answer, channel):
            return found
        if seconds:
            yield Wait(seconds)
    return ""


def stamp_in(answer: Answer, channel: str) -> str:
    """Where files.info says that a file was shared."""
    for kind in ("public", "private"):
        found = answer.get("file", "shares", kind, channel, 0, "ts")
        if isinstance(found, str):
            return found
    return ""


def share(room: Room, ids: Sequence[str], text: str, thread: str) -> Publishing:
    """One message with these files. Its time stamp is known a little later, so that a receipt without it comes first."""
    body: dict[str, Any] = {"files": [{"id": id} for id in ids], "channel_id": room.channel}
    body |= {"initial_comment": text} if text else {}
    body |= {"thread_ts": thread} if thread else {}
    answer = yield Request("POST", f"{API}/files.completeUploadExternal", Json(body), commits=True)
    files = [str(file["id"]) for file in answer.get("files", default=[])] or ids
    yield room.receipt("", thread, files)
    stamp = yield from shared_at(files[0], room.channel)
    return room.receipt(stamp, thread, files)


def root_after(earlier: PartReceipt | None, channel: str) -> Generator[Step, Any, str]:
    """What the thread hangs on; files that were shared a moment ago may not have had a time stamp yet."""
    files = earlier.more.get("files") if earlier and not earlier.more.get("root") else None
    if not files:
        return root_of(earlier)
    stamp = yield from shared_at(str(files[0]), channel)
    if not stamp:
        raise Retriable("Slack does not say yet where it shared the files of the part before")
    return stamp

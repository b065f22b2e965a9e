"""Files on Slack: an address to upload to, the bytes, then one request that shares them all; and where they were shared."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from smm_cli.networks._chat import file_name, file_of
from smm_cli.words.conversation import Step, Wait
from smm_cli.words.exchange import Answer, Form, Request, Slice
from smm_cli.words.post import Media

KEEPS = 3600.0
"""How long an address to upload to is taken to hold. Not documented."""
WAITS = (1.0, 2.0, 3.0, 4.0)
"""Seconds between looks for the message that shares a file: it appears a little later."""


def upload_all(api: str, media: Sequence[Media]) -> Generator[Step, Any, list[str]]:
    """The ids of the files, not shared yet."""
    ids = []
    for number, medium in enumerate(media):
        blob = file_of(medium)
        pairs = [("filename", file_name(blob, number)), ("length", str(blob.size)), *([("alt_txt", medium.alt)] if medium.alt else [])]
        place = yield Request("POST", f"{api}/files.getUploadURLExternal", Form(tuple(pairs)), secret=("upload_url",), keeps_for=KEEPS)
        yield Request("POST", str(place.get("upload_url")), Slice(blob), auth="", reads="any", keeps_for=KEEPS, timeout=300.0)
        ids.append(str(place.get("file_id")))
    return ids


def shared_at(api: str, file: str, channel: str) -> Generator[Step, Any, str]:
    """The time stamp of the message that shares `file` in `channel`; empty where there is none yet."""
    for seconds in (*WAITS, 0.0):
        answer = yield Request("GET", f"{api}/files.info", query=(("file", file),), keeps_for=seconds, may_fail=True)
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


def sharing(channel: str, ids: Sequence[str], text: str, thread: str) -> Mapping[str, Any]:
    """The body that shares files as one message."""
    body: dict[str, Any] = {"files": [{"id": id} for id in ids], "channel_id": channel}
    body |= {"initial_comment": text} if text else {}
    return body | ({"thread_ts": thread} if thread else {})

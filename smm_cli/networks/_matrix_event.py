"""The content of Matrix events: messages, files, threads, edits. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from smm_cli.errors import Rejected
from smm_cli.networks._file import ending_of
from smm_cli.text.matrix import MATRIX_TO
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Media

MARK = "org.smm.id"
"""A key of our own in each event, by which it is found again: keys that clients do not know are kept and ignored."""
CLIENT = "_matrix/client/v3"


def message(part: PayloadPart, transaction: str, uploaded: str = "") -> dict[str, Any]:
    """The content of one event; `m.mentions` is always there, so that words in the text call nobody (spec v1.7, push rules)."""
    said = part.fields
    people = {"user_ids": list(said["people"])} if said.get("people") else {}
    common: dict[str, Any] = {"msgtype": said["msgtype"], "m.mentions": people, MARK: transaction}
    if not part.media or said["msgtype"] in ("m.text", "m.notice"):
        return {**common, "body": part.text, "format": "org.matrix.custom.html", "formatted_body": said["formatted_body"]}
    medium = part.media[0]
    return {**common, "body": part.text, "filename": file_name(medium), "url": uploaded, "info": _facts_of(medium)}


def content_of(payload: Payload, part: int, uploaded: str, earlier: PartReceipt | None, reply: str) -> dict[str, Any]:
    """The content of a part's event, with what it continues or answers; its mark is its transaction."""
    content = message(payload.parts[part], f"smm{payload.key[:40]}-{part}", uploaded)
    return related(content, earlier, reply, threaded=sum("formatted_body" in one.fields for one in payload.parts) > 1)


def size(content: Mapping[str, Any]) -> int:
    """Bytes of canonical JSON (spec, appendices)."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())


def related(content: dict[str, Any], earlier: PartReceipt | None, reply: str, *, threaded: bool) -> dict[str, Any]:
    """With what it continues (a thread, its last event being what older clients show as answered), or answers."""
    if earlier and threaded:
        root = str(earlier.more.get("root") or earlier.id)
        thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": earlier.id}}
        return {**content, "m.relates_to": thread}
    return {**content, "m.relates_to": {"m.in_reply_to": {"event_id": reply}}} if reply and not earlier else content


def replacing(content: Mapping[str, Any], event: str) -> dict[str, Any]:
    """An edit of `event`: what old clients show, and the new content. Who is mentioned in it was called before."""
    shown = {**content, "body": f"* {content['body']}", "m.mentions": {}}
    if "formatted_body" in content:
        shown["formatted_body"] = f"* {content['formatted_body']}"
    new = {key: value for key, value in content.items() if key != MARK}
    return {**shown, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}


def send(server: str, room: str, transaction: str, content: Mapping[str, Any], *, commits: bool) -> Request:
    """The request that sends an event: the transaction id is in its address, so that a repetition gives the same event."""
    address = f"{server}/{CLIENT}/rooms/{quote(room, safe='')}/send/m.room.message/{quote(transaction, safe='')}"
    return Request("PUT", address, Json(dict(content)), commits=commits)


def redact(server: str, room: str, event: str) -> Request:
    """The request that takes an event down; it may be said again."""
    transaction = f"smm-away-{event.strip('$')[:40]}"
    address = f"{server}/{CLIENT}/rooms/{quote(room, safe='')}/redact/{quote(event, safe='')}/{quote(transaction, safe='')}"
    return Request("PUT", address, Json({"reason": "withdrawn"}), may_fail=True, reads="any")


def event_in(url: str) -> str:
    """The id of the event that a matrix.to address names. Raises Rejected."""
    way, _, _ = unquote(url.removeprefix(MATRIX_TO)).partition("?")
    event = way.partition("/$")[2]
    if not url.startswith(MATRIX_TO) or not event:
        raise Rejected(f"reply_to: {url} names no message of Matrix", hint="copy the message's link in a client: https://matrix.to/#/…/$…")
    return f"${event}"


def place_of(request: Request) -> tuple[str, str]:
    """Room and transaction of a request that `send` made."""
    before, _, transaction = request.url.rpartition("/")
    room = before.partition("/rooms/")[2].partition("/send/")[0]
    return unquote(room), unquote(transaction)


def receipt_of(event: str, room: str, content: Mapping[str, Any], via: tuple[str, ...]) -> PartReceipt:
    """The receipt of an event, with its room and the thread it stands in."""
    relation = content.get("m.relates_to")
    thread = relation.get("event_id") if isinstance(relation, Mapping) and relation.get("rel_type") == "m.thread" else None
    ways = "&".join(f"via={quote(server, safe='')}" for server in via)
    url = f"{MATRIX_TO}{quote(room, safe='')}/{quote(event, safe='')}" + (f"?{ways}" if ways else "")
    return PartReceipt(event, url, {"room": room, **({"root": str(thread)} if thread else {})})


def file_name(medium: Media) -> str:
    """A neutral file name with the right ending: the user's own may tell more than she wants."""
    return f"{medium.kind or 'file'}.{ending_of(medium.blob) if medium.blob else 'bin'}"


def _facts_of(medium: Media) -> dict[str, Any]:
    found: dict[str, Any] = {"mimetype": medium.blob.type, "size": medium.blob.size} if medium.blob else {}
    found |= {"w": medium.width, "h": medium.height} if medium.width and medium.height else {}
    return found | ({"duration": round(medium.seconds * 1000)} if medium.seconds else {})

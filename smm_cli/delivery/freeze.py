"""Payloads and requests as text and back: what the ledger keeps of them from the first intent on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Body, Field, Form, Json, Multipart, Request, Slice, Text
from smm_cli.words.post import Blob, Media


def payload_text(payload: Payload) -> str:
    """A payload as JSON, the same in every process."""
    return json.dumps(_payload(payload), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _payload(payload: Payload) -> dict[str, Any]:
    return {
        "network": payload.network,
        "calendar": payload.calendar,
        "delivery": payload.delivery,
        "at": payload.at.isoformat(),
        "fields": dict(payload.fields),
        "key": payload.key,
        "parts": [
            {"text": part.text, "fields": dict(part.fields), "media": [_media(m) for m in part.media], "line": part.line}
            for part in payload.parts
        ],
    }


def _media(media: Media) -> dict[str, Any]:
    return {key: value for key, value in asdict(media).items() if value not in (None, "", False, 0)}


def payload_from(text: str) -> Payload:
    """The payload that `payload_text` wrote."""
    kept = json.loads(text)
    parts = tuple(
        PayloadPart(part["text"], part["fields"], tuple(_media_from(m) for m in part["media"]), part["line"]) for part in kept["parts"]
    )
    return Payload(
        kept["network"], kept["calendar"], kept["delivery"], datetime.fromisoformat(kept["at"]), parts, kept["fields"], kept["key"]
    )


def _media_from(kept: Mapping[str, Any]) -> Media:
    values = dict(kept)
    for name in ("blob", "thumbnail_blob"):
        if values.get(name):
            values[name] = Blob(**values[name])
    if values.get("focus"):
        values["focus"] = (values["focus"][0], values["focus"][1])
    return Media(**values)


def same_parts(one: Payload, other: Payload, numbers: Collection[int]) -> bool:
    """Whether these parts, and what belongs to the whole, are the same in both."""
    if any(number >= len(payload.parts) for number in numbers for payload in (one, other)):
        return False
    few = [replace(payload, parts=tuple(payload.parts[number] for number in sorted(numbers))) for payload in (one, other)]
    return content_digest(few[0]) == content_digest(few[1])


def content_digest(payload: Payload) -> str:
    """Hex SHA-256 of what will be sent: not of the key, nor of line numbers."""
    kept = _payload(payload)
    kept.pop("key")
    for part in kept["parts"]:
        part.pop("line")
        for media in part["media"]:
            media.pop("line", None)
            media.pop("path", None)
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def seal(payload: Payload) -> Payload:
    """The payload with its key: the hash of calendar, delivery and content, equal on every machine."""
    named = f"{payload.calendar}\n{payload.delivery}\n{content_digest(payload)}"
    return replace(payload, key=hashlib.sha256(named.encode()).hexdigest())


def keyed(payload: Payload, occasion: str) -> Payload:
    """The payload under a key of this occasion alone: what was said before, said again, is no repetition of then."""
    return replace(payload, key=hashlib.sha256(f"{payload.key}\n{occasion}".encode()).hexdigest())


def request_text(request: Request) -> str:
    """A request as JSON; handles stand where secrets will."""
    kept = {
        "method": request.method,
        "url": request.url,
        "body": _body(request.body),
        "headers": dict(request.headers),
        "query": request.query,
        "expect": request.expect,
        "commits": request.commits,
        "reads": request.reads,
        "secret": request.secret,
        "auth": request.auth,
        "timeout": request.timeout,
    }
    return json.dumps(kept, separators=(",", ":"))


def request_from(text: str) -> Request:
    """The request that `request_text` wrote."""
    kept = json.loads(text)
    return Request(
        kept["method"],
        kept["url"],
        _body_from(kept["body"]),
        kept["headers"],
        tuple((name, value) for name, value in kept["query"]),
        tuple(kept["expect"]),
        commits=kept["commits"],
        reads=kept["reads"],
        secret=tuple(kept["secret"]),
        auth=kept["auth"],
        timeout=kept["timeout"],
    )


def _body(body: Body | None) -> Any:
    match body:
        case None:
            return None
        case Json(value):
            return {"json": value}
        case Form(pairs):
            return {"form": pairs}
        case Text(value, kind):
            return {"text": value, "type": kind}
        case Slice(blob, start, stop):
            return {"slice": asdict(blob), "start": start, "stop": stop}
        case Multipart(fields):
            return {"multipart": [asdict(field) for field in fields]}


def _body_from(kept: Any) -> Body | None:
    if kept is None:
        return None
    if "json" in kept:
        return Json(kept["json"])
    if "form" in kept:
        return Form(tuple((name, value) for name, value in kept["form"]))
    if "text" in kept:
        return Text(kept["text"], kept["type"])
    if "slice" in kept:
        return Slice(Blob(**kept["slice"]), kept["start"], kept["stop"])
    return Multipart(tuple(Field(f["name"], _value_from(f["value"]), f["filename"], f["type"]) for f in kept["multipart"]))


def _value_from(kept: Any) -> str | Blob | Slice:
    if isinstance(kept, str):
        return kept
    return Slice(Blob(**kept["blob"]), kept["start"], kept["stop"]) if "blob" in kept else Blob(**kept)

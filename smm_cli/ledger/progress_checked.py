"""Whether progress is such as smm writes: it comes from a branch and from claims, where anybody may have written anything."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from smm_cli.ledger.journal import part_receipt_from
from smm_cli.ledger.receipts import OCCURRENCE
from smm_cli.words.delivery import FAILED, HELD, PLANNED, RETRY, UNKNOWN, WAITING, delivery_name, is_name

STATES = (PLANNED, HELD, RETRY, FAILED, UNKNOWN, WAITING)
"""What can stand in progress; all else has a receipt, or needs none."""
TEXTS = ("occurrence", "note", "slug", "digest", "runner", "payload")
COUNTS = ("attempts", "released", "held", "parts_public", "parts_total")
MOST = 1_000_000
LAST = 253_370_764_800_000
"""Milliseconds: the year 9999 begins."""
PAYLOAD = {"network", "calendar", "delivery", "at", "fields", "key", "parts"}
PAYLOAD_PART = {"text", "fields", "media", "line"}
REQUEST = {"method", "url", "body", "headers", "query", "expect"}


def checked(found: dict[str, Any], part_columns: Collection[str]) -> dict[str, Any]:
    """The progress, if it can be worked with. Raises ValueError, KeyError, TypeError or AttributeError."""
    if not is_name(found["post"]) or not is_name(found["channel"]) or not isinstance(found["parts"], list):
        raise ValueError("post and channel must be names, and parts a list")
    if found["state"] not in STATES:
        raise ValueError(f"no progress has the state {found['state']!r}")
    if not all(isinstance(found[name], str) for name in TEXTS) or not all(is_number(found[name], MOST) for name in COUNTS):
        raise ValueError(f"{', '.join(TEXTS)} must be text, {', '.join(COUNTS)} numbers")
    if found["occurrence"] and not OCCURRENCE.fullmatch(found["occurrence"]):
        raise ValueError("occurrence must be a time, such as 2026-11-24T0900")
    if found["delivery"] != delivery_name(found["post"], found["channel"], found["occurrence"]):
        raise ValueError("delivery must be made of post, channel and occurrence")
    if not all(found[name] is None or is_number(found[name], LAST) for name in ("due_at", "next_at")):
        raise ValueError("due_at and next_at must be milliseconds since 1970")
    if found["payload"]:
        payload = json.loads(found["payload"])
        if not payload.keys() >= PAYLOAD or not all(part.keys() >= PAYLOAD_PART for part in payload["parts"]):
            raise ValueError("the payload lacks something")
    for part in found["parts"]:
        _check_part(part, part_columns)
    if len({part["part"] for part in found["parts"]}) < len(found["parts"]):
        raise ValueError("a part stands there twice")
    return found


def _check_part(part: dict[str, Any], columns: Collection[str]) -> None:
    if not is_number(part["part"], MOST) or set(part) != {"part", *columns}:
        raise ValueError("a part lacks something, or has too much")
    texts, times = ("intent", "credential", "receipt"), ("intent_at", "first_intent_at", "public_at", "wait_until")
    numbers = ("intent_n", "wait_step")
    if not all(isinstance(part[name], str) for name in texts) or not is_number(part["done"], 1):
        raise ValueError("of a part intent, credential and receipt must be text, done 0 or 1")
    if not all(part[name] is None or is_number(part[name], LAST) for name in (*times, *numbers)):
        raise ValueError("of a part times must be milliseconds since 1970")
    if part["receipt"]:
        part_receipt_from(part["receipt"])
    if part["intent"] and (part["intent_at"] is None or not json.loads(part["intent"]).keys() >= REQUEST):
        raise ValueError("an intent must be a request, with the time it was made")


def is_number(value: object, most: int) -> bool:
    """Whether it is a whole number from 0 to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most

"""What pydantic finds in front matter, in the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from smm_cli.calendar.near import near
from smm_cli.calendar.user_words import Said, Wrong

FOREIGN = {
    "on": "for",
    "warning": "content_warning",
    "cw": "content_warning",
    "spoiler": "content_warning",
    "lang": "language",
    "tag": "tags",
    "hashtags": "tags",
    "keywords": "tags",
    "categories": "tags",
    "image": "media",
    "images": "media",
    "picture": "media",
    "pictures": "media",
    "video": "media",
    "attachments": "media",
    "time": "publish_at",
    "when": "publish_at",
    "schedule": "publish_at",
    "scheduled": "publish_at",
    "publish": "publish_at",
    "due": "publish_at",
    "url": "link",
    "permalink": "link",
    "slug": "id",
    "channel": "channels",
    "networks": "channels",
    "to": "channels",
    "rrule": "repeat",
    "recurrence": "repeat",
    "zone": "timezone",
    "comment": "first_comment",
    "description": "alt",
}
"""What other programs, and people, call a key of ours."""


def said_of(error: Mapping[str, Any], values: Mapping[str, Any]) -> Said:
    """Slug, what and hint for one error of a ValidationError."""
    keys = error["loc"]
    name = ".".join(str(key) for key in keys if not isinstance(key, int)).removeprefix("for.")
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(keys, values)
    if kind == "missing":
        hint = "write limit: 48h" if keys[-1] == "limit" else f"write {keys[-1]}: …"
        return "missing-key", f"{'.'.join(str(key) for key in keys[:-1] if not isinstance(key, int))} has no {keys[-1]}", hint
    wrong = error.get("ctx", {}).get("error")
    if isinstance(wrong, Wrong):
        return wrong.slug, f"{name}: {wrong.what}" if name else wrong.what, wrong.hint
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "value", f"{name} takes keys of its own, in lines below it", _example(keys)
    return "value", f"{name}: {error['msg']}", ""


def _unknown(keys: tuple[Any, ...], values: Mapping[str, Any]) -> Said:
    from smm_cli.calendar.post_model import KEYS, MediaTable, PollTable, WaitTable

    key = str(keys[-1])
    holder = next((str(part) for part in reversed(keys[:-1]) if not isinstance(part, int)), "")
    tables: dict[str, type[BaseModel]] = {"media": MediaTable, "poll": PollTable, "wait_for": WaitTable}
    known = tuple(tables[holder].model_fields) if holder in tables else KEYS
    what = f"there is no key {key}" + (f" below {holder}" if holder else "")
    return "unknown-key", what, hint_for(key, known)


def hint_for(key: str, known: tuple[str, ...]) -> str:
    """What somebody who wrote `key` may have meant, of the keys that are `known`."""
    if key.startswith(("on.", "for.")):
        return f"write for: and below it {key.split('.', 1)[1]}:"
    if key in ("text", "body", "content"):
        return "the text stands below the second ---"
    if key == "draft":
        return "write status: draft or status: ready"
    foreign = FOREIGN.get(key.lower().strip(), "")
    likely = foreign if foreign in known else near(key, known)
    return f"did you mean {likely}?" if likely else f"known are {', '.join(known)}"


def _example(keys: tuple[Any, ...]) -> str:
    shapes = {
        "poll": "poll: {options: [yes, no], expires_in: 1d}",
        "wait_for": "wait_for: {post: launch, limit: 48h}",
        "for": "for: {linkedin: {title: …}}",
        "media": "media: [{path: media/picture.jpg, alt: what it shows}]",
    }
    return f"as in {shapes[keys[0]]}" if keys and keys[0] in shapes else ""

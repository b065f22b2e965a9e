"""Front matter that is right, read without pydantic: nearly every post. Anything else is post_model's to judge and to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.calendar import post_values as take

TAKES: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("title", "author", "pillar", "notes", "content_warning", "visibility", "first_comment", "campaign"), take.text),
    **dict.fromkeys(("link", "canonical"), take.address),
    **dict.fromkeys(("reply_to", "quote"), take.address_or_id),
    **dict.fromkeys(("date", "not_before", "not_after", "until"), take.moment_or_day),
    **dict.fromkeys(("urgent", "split"), take.truth),
    "tags": take.tags,
    "language": take.language,
    "publish_at": take.moment,
    "timezone": take.zone,
    "slot": take.slot,
    "order": take.whole,
    "max_late": take.span,
    "numbering": take.numbering,
    "id": take.post_id,
    "channels": take.names,
    "status": take.status,
    "approved": take.approved,
    "repeat": take.rule,
}
"""What post_model.PostTable does with the keys that hold no tables (a test compares them)."""


class Quick:
    """What posts.py reads of a PostTable."""

    title = ""
    link = ""
    media: tuple[Any, ...] = ()
    poll = None
    wait_for = None
    targets: Mapping[str, Any] = {}

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(values)
        self.model_fields_set = set(values)


def read_quickly(values: Mapping[str, Any]) -> Quick | None:
    """The table of front matter; None where it has tables in it, or anything wrong."""
    if not TAKES.keys() >= values.keys():
        return None
    try:
        found = {key: _kept(TAKES[key](value)) for key, value in values.items()}
    except ValueError:  # Wrong, and texts that are no Unicode
        return None
    return None if found.get("slot") and found.get("publish_at") else Quick(found)


def _kept(value: Any) -> Any:
    """As pydantic keeps it: lists as tuples, only texts that can be written."""
    if type(value) is list:
        return tuple(_kept(one) for one in value)
    if type(value) is str:
        value.encode()
    elif type(value) not in (int, bool):
        raise ValueError("post_model may know it")
    return value

"""A topic as Discourse takes it, and what it thinks of one who answers himself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.words.delivery import Payload
from smm_cli.words.problem import WARNING, Place, Problem

IN_A_ROW = 3
"""max_consecutive_replies by default (config/site_settings.yml)."""


def body_of(fields: Mapping[str, Any], text: str, key: str, tags_as: str) -> dict[str, Any]:
    """The fields of a new topic, with an `external_id` of ours, which a second topic cannot have."""
    said, tags = {name: value for name, value in fields.items() if name != "tags"}, fields["tags"]
    if tags:
        said["tags"] = [{"name": tag} for tag in tags] if tags_as == "objects" else tags
    return {**said, "raw": text, "external_id": f"smm-{key[:40]}"}


def in_a_row(payload: Payload, place: Place) -> tuple[Problem, ...]:
    """A warning where a thread has more replies than those who are no staff may write one after the other."""
    replies = len(payload.parts) - 1
    if replies <= IN_A_ROW:
        return ()
    what = f"Discourse takes {IN_A_ROW} replies in a row of an account that is no staff; here are {replies}"
    return (Problem("replies-in-a-row", what, place, "make fewer parts", WARNING),)

"""What containers of Instagram say of files and words, and what is wrong with a post before Instagram says it."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

from smm_cli.networks._meta_container import Pairs, file_of
from smm_cli.words.conversation import Step
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.post import Media
from smm_cli.words.problem import WARNING, Place, Problem

MEDIA = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
TAG, CALL = re.compile(r"#\w"), re.compile(r"(?<!\w)@\w")
TAGS, CALLS = 30, 20
"""Source: MEDIA, caption (2026-11-22)."""
FEW_TAGS = 5
"""Since December 2025 the app is said to count five (secondary sources, 2026-11): a warning, no more."""
TALLEST, WIDEST = 0.8, 1.91
"""Width by height of a picture. Source: MEDIA, image specifications (2026-11-22)."""
COMMENT = 300
"""Source: the reference of ig-media/comments (2026-11-22)."""


def chosen(said: Any) -> dict[str, Any]:
    """What a post's options say, as fields."""
    fields: dict[str, Any] = {"story": True} if said.story else {}
    fields |= {"share_to_feed": said.share_to_feed, "thumb_offset": said.thumb_offset}
    return fields | ({"collaborators": [name.removeprefix("@") for name in said.collaborators]} if said.collaborators else {})


def items_of(message: PayloadPart) -> Generator[Step, Any, list[Pairs]]:
    """What the containers of all files say."""
    items = []
    for medium in message.media:
        items.append((yield from item_of(medium, alone=len(message.media) == 1, story=bool(message.fields.get("story")))))
    return items


def item_of(medium: Media, *, alone: bool, story: bool) -> Generator[Step, Any, Pairs]:
    """What a container of one file says. A film alone is a reel."""
    file = yield from file_of(medium)
    kind = "STORIES" if story else "" if medium.kind == "image" else "REELS" if alone else "VIDEO"
    described = medium.kind == "image" and not story
    return (("media_type", kind), file, ("alt_text", medium.alt if described else ""))


def words_of(message: PayloadPart) -> Pairs:
    """Caption and options, as the container that is published takes them."""
    fields, reel = message.fields, len(message.media) == 1 and message.media[0].kind == "video"
    if fields.get("story"):
        return ()
    pairs = [("caption", message.text)]
    if names := fields.get("collaborators"):
        pairs.append(("collaborators", json.dumps(names)))
    if reel:
        pairs.append(("share_to_feed", "true" if fields.get("share_to_feed", True) else "false"))
        pairs += [("thumb_offset", str(fields["thumb_offset"]))] if fields.get("thumb_offset") else []
    return tuple(pairs)


def problems_of(payload: Payload, place: Place) -> tuple[Problem, ...]:
    """What is wrong with a post and its first comment."""
    judged = [(comment_problems if part.fields.get("comment") else post_problems, part) for part in payload.parts]
    return tuple(problem for problems, part in judged for problem in problems(part, place))


def post_problems(part: PayloadPart, place: Place) -> Iterator[Problem]:
    """Hashtags and names in number, the shape of pictures, what a story has no room for."""
    tags, calls = len(TAG.findall(part.text)), len(CALL.findall(part.text))
    if tags > TAGS:
        yield Problem("too-many-tags", f"the caption has {tags} hashtags; Instagram takes {TAGS}", place, f"take out {tags - TAGS}")
    elif tags > FEW_TAGS:
        yield Problem("many-tags", f"of {tags} hashtags Instagram may count {FEW_TAGS} only", place, "keep the best", WARNING)
    if calls > CALLS:
        yield Problem("too-many-mentions", f"the caption names {calls} accounts; Instagram takes {CALLS}", place, "name fewer")
    if part.fields.get("story") and (len(part.media) != 1 or part.text):
        many = len(part.media) != 1
        what = "a story has one picture or film" if many else "a story has no text: it is left out"
        yield Problem("story", what, place, "take out the others" if many else "", "error" if many else WARNING)
    for medium in part.media:
        if medium.kind == "image" and medium.width and medium.height and not part.fields.get("story"):
            shape = medium.width / medium.height
            if not TALLEST <= round(shape, 2) <= WIDEST:
                what = f"{medium.path} is {medium.width} x {medium.height}; Instagram takes pictures from 4:5 to 1.91:1"
                yield Problem("media-shape", what, replace(place, line=medium.line), "crop it")


def comment_problems(part: PayloadPart, place: Place) -> Iterator[Problem]:
    """A comment is short."""
    over = len(part.text) - COMMENT
    if over > 0:
        yield Problem("too-long", f"the first comment is {over} characters too long for Instagram ({COMMENT})", place, "shorten it")

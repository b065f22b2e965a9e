"""Short texts of a post that are no Markdown: title, content warning, alternative text, poll options."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from smm_cli.words.post import Media
from smm_cli.words.tree import Mention

PERSON = re.compile(r"\\@\{|@\{([a-z0-9][a-z0-9._-]*)\}")


def short(text: str, mention: Callable[[Mention], str]) -> str:
    """`text` with each `@{name}` written as `mention` writes it; `\\@{` is literal."""
    return PERSON.sub(lambda found: mention(Mention(found[1])) if found[1] else "@{", text) if "@{" in text else text


def described(media: tuple[Media, ...], mention: Callable[[Mention], str]) -> tuple[Media, ...]:
    """Media with the people in their alternative texts written out."""
    return tuple(replace(medium, alt=short(medium.alt, mention)) if "@{" in medium.alt else medium for medium in media)

"""A post: one Markdown file, as its author means it. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from smm_cli.words.frozen import dataclass

if TYPE_CHECKING:
    from smm_cli.words.tree import Block


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes kept on disk by their SHA-256 (hex); `size` in bytes, `type` a MIME type."""

    sha256: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, film or sound of a post.

    `path` is relative to the calendar's root. What follows `thumbnail` are facts found by looking at the file
    (None until looked at): the bytes that will be sent, pixels after orientation, duration in seconds.
    """

    path: str
    alt: str = ""
    decorative: bool = False
    focus: tuple[float, float] | None = None
    thumbnail: str = ""
    line: int = 0
    blob: Blob | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    animated: bool = False
    thumbnail_blob: Blob | None = None

    @property
    def kind(self) -> str:
        """image, video or audio, by the type of the bytes; empty until looked at."""
        return self.blob.type.split("/")[0] if self.blob else ""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with `options`; open for `seconds`."""

    options: tuple[str, ...]
    seconds: int = 86_400
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True)
class WaitFor:
    """What a post waits for: exactly one of post (id), url, tag; at most `limit` seconds after it is due."""

    post: str = ""
    url: str = ""
    tag: str = ""
    limit: float = 0.0

    def __str__(self) -> str:
        return f"post {self.post}" if self.post else f"tag {self.tag}" if self.tag else self.url


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a post: rich text and its media. `line` is the first line in the file."""

    blocks: tuple[Block, ...]
    media: tuple[Media, ...] = ()
    line: int = 0
    comment: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One Markdown file. Times stay as written (wall time): plan/ gives them a zone.

    `targets` holds what `for:` and `<!-- for: -->` say, by channel, group or network; `body` is the text for everybody.
    `calendar.targets.aim` folds the targets into the other fields and leaves `targets` empty.
    """

    id: str
    path: str
    body: str = ""
    body_line: int = 1
    title: str = ""
    link: str = ""
    canonical: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    author: str = ""
    date: str = ""
    campaign: str = ""
    pillar: str = ""
    channels: tuple[str, ...] = ()
    publish_at: str = ""
    timezone: str = ""
    slot: str = ""
    order: int = 0
    not_before: str = ""
    not_after: str = ""
    repeat: str = ""
    until: str = ""
    wait_for: WaitFor | None = None
    max_late: str = ""
    urgent: bool = False
    status: str = "draft"
    approved: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    content_warning: str = ""
    visibility: str = ""
    poll: Poll | None = None
    reply_to: str = ""
    quote: str = ""
    first_comment: str = ""
    split: bool = False
    numbering: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    text_digest: str = ""

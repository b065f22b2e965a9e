"""Limits: declared maxima with what measures them, and where and when they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smm_cli.words.frozen import dataclass

JPEG, PNG, GIF, WEBP, AVIF, HEIC = "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic"
MP4, WEBM, QUICKTIME = "video/mp4", "video/webm", "video/quicktime"


@dataclass(frozen=True, slots=True)
class Limit:
    """A maximum for one text of a payload part.

    `name` is the key under which verify, channels.toml and messages speak of it (`text`, `alt`, `title` …), and the place
    measured: `text` is the part's text, any other name its field of that name; `alt` each medium's description.
    `ruler` is a name of text.rulers; `url_length` what the mastodon and x rulers count for a link.
    `together` names further fields that count into the same maximum (Mastodon: the content warning).
    """

    name: str
    maximum: int
    ruler: str
    source: str
    date: str
    url_length: int = 23
    together: tuple[str, ...] = ()
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """What a network takes of one kind of media (`image`, `video`, `audio`).

    `types`: MIME type to maximum bytes. `count`: most of this kind in one part. `pixels`: most width x height.
    `side`: longest side in pixels. `seconds`: longest duration. `exclusive`: no other kind beside it in one part.
    `gif`: most bytes of an animated GIF where it differs.
    """

    kind: str
    types: dict[str, int]
    count: int
    source: str
    date: str
    pixels: int | None = None
    side: int | None = None
    seconds: float | None = None
    exclusive: bool = False

    def heard(self, said: Mapping[str, int]) -> MediaLimit:
        """Overridden by what a server or channels.toml says."""
        size = said.get(f"{self.kind}_bytes")
        count = said.get("media_count", self.count)
        return replace(
            self,
            types={kind: size or most for kind, most in self.types.items()},
            count=min(count, self.count) if self.exclusive else count,
            pixels=said.get(f"{self.kind}_pixels", self.pixels),
            seconds=said.get(f"{self.kind}_seconds", self.seconds),
        )


@dataclass(frozen=True, slots=True)
class PollLimit:
    """What a network takes of a poll: up to `options` answers of `option` units of `ruler` each, open for `shortest` to `longest` seconds.

    `media`: whether pictures may stand beside it. Overridden by name: `poll_options`, `poll_option`, `poll_shortest`, `poll_longest`.
    """

    options: int
    option: int
    shortest: int
    longest: int
    source: str
    date: str
    ruler: str = "code_points"
    media: bool = False

    def heard(self, said: Mapping[str, int]) -> PollLimit:
        """Overridden by what a server or channels.toml says."""
        most, long = said.get("poll_options", self.options), said.get("poll_option", self.option)
        shortest, longest = said.get("poll_shortest", self.shortest), said.get("poll_longest", self.longest)
        return replace(self, options=most, option=long, shortest=shortest, longest=longest)

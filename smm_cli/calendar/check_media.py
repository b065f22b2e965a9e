"""The media of a post and of its targets: each file there, within the calendar, described."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smm_cli.calendar.media_files import check_media, pictures_of
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Source
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class _Named:
    """One mention of a media file."""

    path: str
    alt: str
    place: Callable[[], Place]
    decorative: bool = False
    thumbnail: str = ""
    target: str = ""


def check_all_media(post: Post, calendar: Calendar, source: Source, at: Callable[..., Place]) -> Iterator[tuple[str, Problem]]:
    """Problems of every file that a post names, in front matter and texts, each with its target (empty: the whole post)."""
    for named in _named(post, at):
        files = [named.path, named.thumbnail] if named.thumbnail else [named.path]
        for path in files:
            for problem in check_media(path, post, calendar, source, named.place):
                yield named.target, problem
        if not named.alt.strip() and not named.decorative:
            yield (
                named.target,
                Problem("no-alt", f"{named.path} has no description", named.place(), "write alt: what it shows; or decorative: true"),
            )


def _named(post: Post, at: Callable[..., Place]) -> Iterator[_Named]:
    for number, item in enumerate(post.media):
        yield _Named(item.path, item.alt, lambda n=number: at("media", n), item.decorative, item.thumbnail)  # type: ignore[misc]
    yield from _in_text(post.path, post.body, post.body_line)
    for name, said in post.targets.items():
        for item in said.get("media", ()):
            place = Place(post.path, int(item.get("line", 0)))
            decorative, thumbnail = bool(item.get("decorative")), str(item.get("thumbnail", ""))
            yield _Named(str(item["path"]), str(item.get("alt", "")), lambda p=place: p, decorative, thumbnail, name)  # type: ignore[misc]
        yield from _in_text(post.path, str(said.get("text", "")), int(said.get("text_line", 1)), name)


def _in_text(path: str, text: str, line: int, target: str = "") -> Iterator[_Named]:
    for written, alt, at in pictures_of(text, line):
        yield _Named(written, alt, lambda n=at: Place(path, n), target=target)  # type: ignore[misc]

"""The forms that cron and scripts use, read without typer: `publish …` and `queue list --json …`. Anything else is typer's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smm_cli.cli.session import Session

FLAGS = {"--dry-run": "dry_run", "--fetch": "fetch", "--now": "at_once", "--json": "as_json", "--yes": "yes"}
VALUES = {"--until": "until", "--limit": "limit", "--channel": "channel", "--campaign": "campaign", "--state": "state", "--since": "since"}


def parse_quick(arguments: Sequence[str]) -> Callable[[], int] | None:
    """The act that these arguments ask for, or None where typer must read them."""
    words = list(arguments)
    place = ""
    if words[:1] == ["-C"] and len(words) > 2:
        place, words = words[1], words[2:]
    if words[:1] == ["publish"]:
        return _publish(Session(place), words[1:])
    if words[:2] == ["queue", "list"] and "--json" in words:
        return _queue_list(Session(place), [word for word in words[2:] if word != "--json"])
    return None


def _publish(session: Session, words: list[str]) -> Callable[[], int] | None:
    from smm_cli.cli.publishing import publish

    flags: dict[str, bool] = {}
    posts: list[str] = []
    while words:
        word = words.pop(0)
        if word == "--post" and words:
            posts.append(words.pop(0))
        elif word in FLAGS:
            flags[FLAGS[word]] = True
        else:
            return None
    return lambda: publish(session, posts=tuple(posts), **flags)


def _queue_list(session: Session, words: list[str]) -> Callable[[], int] | None:
    from smm_cli.cli.listing import list_queue

    values: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word not in VALUES or not words:
            return None
        values[VALUES[word]] = words.pop(0)
    return lambda: list_queue(session, as_json=True, **values)

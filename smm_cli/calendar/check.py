"""What is wrong with a post in its calendar: names that nobody declared, files that are not there, times that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.calendar.check_media import check_all_media
from smm_cli.calendar.check_options import check_options
from smm_cli.calendar.check_times import check_times
from smm_cli.calendar.mentions import mentioned
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.source import Source
from smm_cli.calendar.targets import OURS, TEXT_LINE, UNREADABLE, Target, applying, channels_of, members
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

Key = str | int


class _Places:
    """Places of keys: the file is parsed once more, and only where there is a problem to place."""

    def __init__(self, post: Post, source: Source) -> None:
        self.post = post
        self.source = source
        self._at: Callable[[tuple[Key, ...]], tuple[int, int]] | None = None

    def at(self, *keys: Key, channel: str = "") -> Place:
        if self._at is None:
            from smm_cli.calendar.frontmatter import read_front

            try:
                front, _ = read_front(self.post.path, self.source.read(self.post.path))
            except FileNotFoundError:
                front = None
            self._at = front.at if front else lambda keys: (0, 0)
        line, column = self._at(keys)
        return Place(self.post.path, line, column, channel)


def check_post(post: Post, calendar: Calendar, source: Source) -> list[Problem]:
    """Everything wrong with a post that was read, in the order of its lines. Problems of one target name its channel in their place."""
    places = _Places(post, source)
    targets = channels_of(post, calendar)
    problems = [
        *_readiness(post, calendar, places),
        *_names(post, calendar, places),
        *_spread(_pillars(post, calendar, places), calendar, targets),
        *_targets(post, calendar, targets, places),
        *_spread(_unreadable(post, source), calendar, targets),
        *_spread(_people(post, calendar, places), calendar, targets),
        *_spread(check_all_media(post, calendar, source, places.at), calendar, targets),
        *check_options(post, calendar, targets, places.at),
        *check_times(post, calendar, places.at),
    ]
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.place.line, problem.place.column))


def _readiness(post: Post, calendar: Calendar, places: _Places) -> Iterator[Problem]:
    if not (post.channels or calendar.default_channels):
        hint = f"write channels: [{', '.join(list(calendar.channels)[:3]) or 'blog'}]"
        yield Problem("no-channels", "this post names no channels", places.at(), hint, WARNING if post.status == "draft" else "error")
    if post.until and not post.repeat:
        yield Problem(
            "until-without-repeat",
            "until is the end of a repeated post; this one does not repeat",
            places.at("until"),
            "not_after ends a slot",
            WARNING,
        )
    if post.status != "ready":
        return
    if not post.id:
        from smm_cli.text.slug import slug

        stem = slug(post.path.rpartition("/")[2].removesuffix(".md")) or "launch"
        what = "no id. A renamed file would be a new post and go out again"
        yield Problem("no-id", what, places.at(), f"Add: id: {stem}   (smm check --fix writes it)")
    timed = post.publish_at or post.slot or post.repeat or post.wait_for
    if not timed and not any(said.get(key) for said in post.targets.values() for key in ("publish_at", "slot", "wait_for")):
        hint = f'smm post schedule {post.id or "POST"} "tomorrow 9am", or slot: next'
        yield Problem("no-time", "no time", places.at("status"), hint)
    if post.repeat and not post.publish_at:
        yield Problem("no-time", "a repeated post needs its first time", places.at("repeat"), "publish_at: 2026-11-24 09:00")


def _names(post: Post, calendar: Calendar, places: _Places) -> Iterator[Problem]:
    for number, name in enumerate(post.channels):
        if not members(name, calendar):
            yield _unknown(name, calendar, places.at("channels", number))
    if post.campaign and post.campaign not in calendar.campaigns:
        hint = did_you_mean(post.campaign, calendar.campaigns, f"declare it in channels.toml: [campaigns.{post.campaign}]")
        yield Problem("unknown-campaign", f"there is no campaign {post.campaign}", places.at("campaign"), hint)


def _pillars(post: Post, calendar: Calendar, places: _Places) -> Iterator[tuple[str, Problem]]:
    wanted: dict[tuple[str, ...], str] = {(): post.pillar} | {("for", name): said.get("pillar", "") for name, said in post.targets.items()}
    for keys, pillar in wanted.items():
        if pillar and pillar not in calendar.pillars:
            hint = did_you_mean(pillar, calendar.pillars, f'declare it in channels.toml: [calendar] pillars = ["{pillar}"]')
            yield keys[-1] if keys else "", Problem("unknown-pillar", f"there is no pillar {pillar}", places.at(*keys, "pillar"), hint)


def _unknown(name: str, calendar: Calendar, place: Place, what: str = "channel or group") -> Problem:
    known = [*calendar.channels, *calendar.groups, *dict.fromkeys(channel.network for channel in calendar.channels.values())]
    if name in calendar.groups:
        return Problem("empty-group", f"the group {name} has no channels", place, "smm channel list shows all")
    hint = did_you_mean(name, known, "smm channel list shows all; smm channel add makes one")
    return Problem("unknown-channel", f"there is no {what} {name}", place, hint)


def _targets(post: Post, calendar: Calendar, targets: tuple[Target, ...], places: _Places) -> Iterator[Problem]:
    going = {target.channel.name for target in targets}
    for name, said in post.targets.items():
        place = _place_of(post, name, said, places)
        if not members(name, calendar):
            yield _unknown(name, calendar, place, "channel, group or network")
        elif not going & set(members(name, calendar)):
            yield Problem(
                "unused-target",
                f"this is for {name}, but the post does not go there",
                place,
                f"add {name} to channels, or delete it",
                WARNING,
            )
    for target in targets:
        yield from _disagreements(post, target, calendar, places)


def _place_of(post: Post, name: str, said: Mapping[str, Any], places: _Places) -> Place:
    """Where a target is named: the marker above its text in the body, or its key in the front matter."""
    line = int(said.get(TEXT_LINE, 0))
    return Place(post.path, line - 1) if line > post.body_line else places.at("for", name)


def _disagreements(post: Post, target: Target, calendar: Calendar, places: _Places) -> Iterator[Problem]:
    """Keys that two groups set differently for one channel, where neither its network nor the channel itself settles it."""
    names = applying(post, target.channel, calendar)
    nearer = {key for form, name in names if form != "group" for key in post.targets[name]}
    first: dict[str, str] = {}
    for form, name in names:
        if form != "group":
            continue
        for key, value in post.targets[name].items():
            if key in OURS or key in nearer:
                continue
            other = first.setdefault(key, name)
            if post.targets[other].get(key) != value:
                what = f"{other} and {name} say different things of {key} for {target.channel.name}"
                yield Problem(
                    "groups-disagree",
                    what,
                    places.at("for", name, key, channel=target.channel.name),
                    f"say it below {target.channel.name}:",
                )


def _unreadable(post: Post, source: Source) -> Iterator[tuple[str, Problem]]:
    """What could not be read below a target, which the post itself does not tell."""
    if any(UNREADABLE in said for said in post.targets.values()):
        from smm_cli.calendar.posts import parse

        for name, found in parse(post.path, source.read(post.path))[2].items():
            for problem in found:
                yield name, problem


def _spread(found: Iterable[tuple[str, Problem]], calendar: Calendar, targets: tuple[Target, ...]) -> Iterator[Problem]:
    """Problems of a target as problems of each channel it is for, so that the others go out; a warning where it is for none."""
    for name, problem in found:
        hit = [target.channel.name for target in targets if target.channel.name in members(name, calendar)] if name else [""]
        for channel in hit:
            yield replace(problem, place=replace(problem.place, channel=channel))
        if not hit:
            yield replace(problem, severity=WARNING)


def _people(post: Post, calendar: Calendar, places: _Places) -> Iterator[tuple[str, Problem]]:
    for name, line, keys, target in mentioned(post):
        if name not in calendar.people:
            place = Place(post.path, line) if line else places.at(*keys)
            hint = did_you_mean(name, calendar.people, f"declare her in channels.toml: [people.{name}]")
            yield target, Problem("unknown-person", f"there is no person {name}", place, hint)

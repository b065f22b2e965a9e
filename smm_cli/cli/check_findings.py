"""All problems of a calendar: channels.toml, files that do not parse, each post on each of its channels, the plan as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from smm_cli.calendar import git
from smm_cli.calendar.check import check_post
from smm_cli.calendar.check_approval import check_approval
from smm_cli.calendar.index import Indexed
from smm_cli.calendar.targets import channels_of
from smm_cli.cli.check_runner import check_runners
from smm_cli.cli.check_secrets import check_secrets
from smm_cli.cli.outdated import outdated
from smm_cli.cli.planned import Planned, plan_of
from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError
from smm_cli.plan.check import check_plan
from smm_cli.plan.since import INFO
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import FINAL, Delivery, delivery_name
from smm_cli.words.post import Post
from smm_cli.words.problem import ERROR, Place, Problem

STATE = ".smm"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, sorted by place, and what was looked at: `posts` by path, the number of `channels`."""

    problems: tuple[Problem, ...]
    posts: tuple[Post, ...]
    channels: int


def find_all(
    runner: Runner,
    of_config: Iterable[Problem] = (),
    choose: Callable[[Indexed], frozenset[str]] | None = None,
    planned: Planned | None = None,
) -> Findings:
    """Everything wrong with the calendar of `runner`, or with the files that `choose` names. Needs no secret, asks no server.

    `planned`: its plan, where that was made already.
    What went out on a channel is not looked at again there: a changed file of a published post does not act.
    """
    planned = planned or plan_of(runner)
    found = [*of_config, *planned.indexed.problems, *_state_in_git(runner)]
    found += check_approval(runner.calendar, _unapproved(planned))
    found += [_outdated(post, name) for post, name in outdated(runner, planned.indexed.posts)]
    chosen = choose(planned.indexed) if choose else None
    posts = tuple(post for post in planned.indexed.posts if chosen is None or post.path in chosen)
    for post in posts:
        found += _of_post(post, planned, runner)
    found += check_secrets(runner.calendar, (post.path for post in planned.indexed.posts))
    known = {(problem.slug, problem.place.file) for problem in found if problem.severity == ERROR}
    whole = check_plan(planned.plan, runner.calendar, planned.indexed.posts)
    whole += check_runners(runner.calendar, planned.plan.deliveries, posts, runner.clock.now())
    found += [problem for problem in whole if problem.severity != ERROR or (problem.slug, problem.place.file) not in known]
    kept = (p for p in found if p.slug not in runner.calendar.ignored and (chosen is None or p.place.file in chosen))
    return Findings(tuple(in_order(kept)), posts, len(runner.calendar.channels))


def _state_in_git(runner: Runner) -> Iterator[Problem]:
    """This machine's own folder holds its memory and its tokens; in git others would get them, or give them."""
    if git.is_repository(runner.calendar.root) and git.status_of(runner.calendar.root, STATE).committed:
        hint = f"git rm -r --cached {STATE}, put {STATE}/ into .gitignore, and make new tokens if it was pushed"
        yield Problem("state-in-git", f"{STATE}/ is in git: it holds this machine's memory and tokens", Place(STATE), hint)


def _unapproved(planned: Planned) -> list[Post]:
    held = {delivery.post for delivery in planned.plan.deliveries if delivery.reason == "approval"}
    return [post for post in planned.indexed.posts if post.id in held] if held else []


def _outdated(post: Post, name: str) -> Problem:
    """A changed file of what is public does nothing by itself."""
    return Problem("changed-since", f"{name} changed since it went out", Place(post.path), f"smm post correct {post.id}", INFO)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line, column, channel; each once."""

    def place(problem: Problem) -> tuple[object, ...]:
        at = problem.place
        return at.file, at.line, at.column, at.channel, problem.severity != ERROR, problem.slug, problem.what

    return sorted(dict.fromkeys(problems), key=place)


def _of_post(post: Post, planned: Planned, runner: Runner) -> Iterator[Problem]:
    targets = [target.channel for target in channels_of(post, runner.calendar)]
    if not targets:
        yield from check_post(post, runner.calendar, runner.source)
    for channel in targets:
        mine = planned.deliveries.get((post.id, channel.name), ())
        if mine and not post.repeat and all(delivery.state in FINAL for delivery in mine):
            continue
        yield from _on_channel(post, channel, mine, runner)


def _on_channel(post: Post, channel: Channel, mine: Iterable[Delivery], runner: Runner) -> Iterator[Problem]:
    """What keeps a post off a channel, or changes it there, composed for the first time at which it is still to go."""
    open_ones = [delivery for delivery in mine if delivery.state not in FINAL]
    first = open_ones[0] if open_ones else None
    name = first.name if first else delivery_name(post.id or "draft", channel.name)
    at = (first and (first.at or first.due)) or runner.clock.now()
    try:
        yield from runner.composer.prepare(post, channel, name, at, runner.ledger.account(channel.name)).problems
    except SmmError as error:
        yield Problem(error.slug, error.what, Place(post.path, channel=channel.name), error.hint)


def folded(problems: Iterable[Problem]) -> list[Problem]:
    """The same finding on several channels as one, naming them all: for people to read."""
    found: dict[Problem, list[str]] = {}
    for problem in problems:
        bare = replace(problem, place=replace(problem.place, channel=""))
        found.setdefault(bare, []).append(problem.place.channel)
    return [replace(bare, place=replace(bare.place, channel=", ".join(filter(None, names)))) for bare, names in found.items()]

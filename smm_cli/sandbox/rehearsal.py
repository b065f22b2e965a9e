"""The rehearsal: the whole calendar published against the fakes, at the speed of the processor, by the calendar's own clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.tick import Ticked, tick
from smm_cli.delivery.waits import known_waits
from smm_cli.errors import gravest
from smm_cli.plan.check import check_plan
from smm_cli.plan.plan import LOOK, SENDABLE, Plan, due
from smm_cli.sandbox.scenes import COMPOSED, Scene, Seen, scene_of
from smm_cli.sandbox.stage import Stage, staged
from smm_cli.words.delivery import FAILED, HELD, SKIPPED, UNKNOWN, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem, errors_of

STEP = timedelta(seconds=1)
FOUR_WEEKS = timedelta(weeks=4)
MOST_TICKS = 20_000
"""A rehearsal ends here even if the calendar never does."""

__all__ = ["COMPOSED", "Rehearsed", "Scene", "rehearse"]


@dataclass
class Rehearsed:
    """What would appear where and when (`scenes`, by time), the `problems` of the plan, from when `until` when it went.

    `whole`: everything before `until` was played; False where `limit` ended it. `known`: there is a post that was asked for.
    """

    start: datetime
    until: datetime
    scenes: list[Scene] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    known: bool = True

    @property
    def exit_code(self) -> int:
        """4 where a delivery does not fit or was refused, or a post cannot be read; 1 for a bug; else 0."""
        wrong = [scene.outcome for scene in self.scenes if _is_wrong(scene.outcome)]
        codes = [1 if outcome.error and outcome.error.slug == "bug" else 4 for outcome in wrong]
        return gravest([*codes, *(4 for _ in errors_of(self.problems))])


def _is_wrong(outcome: Outcome) -> bool:
    return outcome.state in (FAILED, UNKNOWN) or (outcome.state == HELD and outcome.error is not None)


async def rehearse(
    root: Path,
    now: datetime,
    *,
    until: datetime | None = None,
    limit: int | None = None,
    only: frozenset[str] = frozenset(),
    publish_from: str = "",
    progress: Callable[[datetime, int], None] = lambda _, __: None,
) -> Rehearsed:
    """Publish the calendar in `root` against fakes, from `now` until everything due before `until` is over. Nothing of it changes.

    `until` None: four weeks after the first thing to come. `limit`: so many scenes at most. `only`: posts (or deliveries) to tell
    of; the others are published too, since slots and gaps are shared. Raises ConfigError, LedgerError.
    """
    with staged(root, now, publish_from=publish_from) as stage:
        play = _Play(stage, now, until, only)
        while len(play.found.scenes) < (limit or MOST_TICKS) and play.ticks < MOST_TICKS:
            coming = await play.tick()
            progress(stage.clock.now(), len(play.found.scenes))
            if coming is None:
                break
            stage.clock.set(max(coming, stage.clock.now() + STEP))
        else:
            play.found.whole = False
        if limit is not None:
            del play.found.scenes[limit:]
        return play.found


class _Play:
    """A rehearsal under way. Problems are those of the plan as it is at its beginning."""

    def __init__(self, stage: Stage, now: datetime, until: datetime | None, only: frozenset[str]) -> None:
        self.stage = stage
        self.only = only
        self.ticks = 0
        self.end = until
        self.seen = Seen(stage.world)
        self.told: dict[str, str] = {}
        indexed = stage.runner.index.posts(stage.runner.source)
        self.posts: dict[str, Post] = {post.id: post for post in indexed.posts}
        self.wrong = held_by(indexed.problems, indexed.posts)
        plan = self._plan()
        if until is None:
            coming = [d.due for d in plan.deliveries if d.due is not None and d.due > now and d.state in SENDABLE]
            self.end = min(coming, default=now) + FOUR_WEEKS
        assert self.end is not None
        self.end = max(self.end, now)
        self.found = Rehearsed(now, self.end, problems=self._problems(plan, indexed.problems))
        self.found.known = not only or any(name.partition("@")[0] in self.posts for name in only)

    def _plan(self) -> Plan:
        runner = self.stage.runner
        waits, now = known_waits(runner), runner.clock.now()
        posts = list(self.posts.values())
        return plan_posts(runner.calendar, runner.source, posts, runner.history(), now, until=self.end, waits=waits, held=self.wrong)

    def _problems(self, plan: Plan, said: tuple[Problem, ...]) -> list[Problem]:
        """What is wrong with files, and what the plan until the end has: collisions, quiet hours, the same text or link too soon."""
        assert self.end is not None
        within = Plan(tuple(d for d in plan.deliveries if d.due is None or d.due < self.end), plan.problems, plan.wake_at, plan.now)
        problems = [*said, *check_plan(within, self.stage.runner.calendar, list(self.posts.values()))]
        paths = {post.path for post in self.posts.values() if post.id in self.only or not self.only}
        return [p for p in dict.fromkeys(problems) if not self.only or p.place.file in paths]

    async def tick(self) -> datetime | None:
        """Play what is due now; when the next thing happens, None where nothing more does before the end."""
        self.ticks += 1
        now = self.stage.clock.now()
        ticked = await tick(self.stage.runner)
        planned = {delivery.name: delivery for delivery in ticked.plan.deliveries}
        shown = self.seen.take()
        for outcome in ticked.outcomes:
            self._add(scene_of(now, outcome, self.stage, self.posts, shown))
        for delivery in planned.values():
            if self._is_news(delivery, now):
                self._add(scene_of(now, _stood(delivery), self.stage, self.posts, {}, delivery.reason))
        return self._next(ticked)

    def _is_news(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a delivery stands still by a rule of the plan, at a time that has come. Drafts without a time never do."""
        if delivery.due is None or delivery.due > now or delivery.name in self.told:
            return False
        return delivery.state == HELD or (delivery.state == SKIPPED and delivery.due >= self.found.start)

    def _add(self, scene: Scene) -> None:
        name, state = scene.outcome.delivery, scene.outcome.state
        if self.told.get(name) == state:
            return
        self.told[name] = state
        if not self.only or name in self.only or name.partition("@")[0] in self.only:
            self.found.scenes.append(scene)

    def _next(self, ticked: Ticked) -> datetime | None:
        """The tick's own answer where it is certain; a plan to the end only where it says no more than: look again in a day."""
        now, touched = self.stage.clock.now(), {outcome.delivery for outcome in ticked.outcomes}
        if touched and any(delivery.name not in touched for delivery in due(ticked.plan, now)):
            return now + STEP  # what waited for something that this tick made
        wake, waiting = ticked.plan.wake_at, any(delivery.reason == "waiting" for delivery in ticked.plan.deliveries)
        if waiting or not (wake is not None and now < wake < (ticked.plan.now or now) + LOOK):
            wake = _first(self._plan(), now)
        return wake if wake is not None and wake < self.found.until else None


def _first(plan: Plan, now: datetime) -> datetime | None:
    """When something of `plan` happens next, after `now`. Nobody is asked again for what a post waits for: no answer would differ."""
    coming = [d.due for d in plan.deliveries if d.due is not None and d.due > now and d.state in (*SENDABLE, HELD)]
    waking = [d.wake for d in plan.deliveries if d.wake is not None and d.wake > now and d.reason != "waiting"]
    return min([*coming, *waking], default=None)


def _stood(delivery: Delivery) -> Outcome:
    return Outcome(delivery.name, delivery.state, note=delivery.why)


def count_states(scenes: list[Scene]) -> Mapping[str, int]:
    """How many scenes ended how, in the order of their first appearance."""
    counted: dict[str, int] = {}
    for scene in scenes:
        counted[scene.outcome.state] = counted.get(scene.outcome.state, 0) + 1
    return counted

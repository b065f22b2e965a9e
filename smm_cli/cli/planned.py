"""The plan of this moment with what it was made from: for every command that looks at what is to come."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from smm_cli.calendar.index import Indexed
from smm_cli.delivery.outage import outages_of
from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.waits import known_waits
from smm_cli.plan.plan import Plan
from smm_cli.words.delivery import PUBLISHED, Delivery


@dataclass(frozen=True)
class Planned:
    """A plan, and the posts it was made from."""

    plan: Plan
    indexed: Indexed

    @cached_property
    def deliveries(self) -> dict[tuple[str, str], list[Delivery]]:
        """By post and channel, in order of time."""
        found: defaultdict[tuple[str, str], list[Delivery]] = defaultdict(list)
        for delivery in self.plan.deliveries:
            found[delivery.post, delivery.channel].append(delivery)
        return found


def plan_of(runner: Runner, *, until: datetime | None = None) -> Planned:
    """The plan of this moment; nothing is asked of any server."""
    history, now = runner.history(), runner.clock.now()
    published = {record.digest for record in history.records.values() if record.state == PUBLISHED}
    indexed = runner.index.posts(runner.source, published=published)
    held, waits = held_by(indexed.problems, indexed.posts), known_waits(runner)
    calendar, ahead, outages = runner.calendar, runner.skew.ahead(), outages_of(runner, now)
    plan = plan_posts(
        calendar, runner.source, indexed.posts, history, now, until=until, waits=waits, held=held, ahead=ahead, outages=outages
    )
    return Planned(plan, indexed)

"""One calendar at a worker: its newest snapshot laid out, the runner that works on it, and the planning of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.model import Pause
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.source import keep
from smm_cli.calendar.targets import aim
from smm_cli.clock import Clock
from smm_cli.delivery.laying import AGAIN, LIST, Laid, lay
from smm_cli.delivery.outage import outages_of
from smm_cli.delivery.papers import Papers
from smm_cli.delivery.pauses import machine_file, of_file, parse
from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.waits import ask_waits
from smm_cli.errors import LedgerError, PostError
from smm_cli.ledger.history import carry_over, history
from smm_cli.ledger.moments import moment, ms
from smm_cli.ledger.planned import Line, save_plan
from smm_cli.ledger.receipts import read_receipt
from smm_cli.ledger.snapshots import Desk, calendars, desk_of
from smm_cli.ledger.store import Ledger
from smm_cli.plan.late import max_late
from smm_cli.plan.pauses import pause_over
from smm_cli.plan.plan import Plan
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import HELD, PLANNED, PUBLISHED, RETRY, SENDING, Delivery, Receipt
from smm_cli.words.history import History
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

if TYPE_CHECKING:
    from smm_cli.delivery.prepare import Composer

AHEAD = timedelta(hours=1)
"""So far ahead is planned; at the latest after half of it anew."""
GOOD = 150.0
"""Seconds that a plan may be claimed from without its planner saying that it stands."""
OF_A_CHECKOUT = frozenset({"site"})
"""Networks that write into the checkout: a worker without one leaves them to those who have one."""


class AtDesk(Runner):
    """A runner on a snapshot: what happened, and what is paused, it has from the database. Its receipts stay there."""

    def history(self) -> History:
        return history(self.ledger, self.calendar.channels)

    def pause_over(self, post: Post, channel: Channel) -> Pause | None:
        """Also one that was synced, or made on this machine, since the snapshot was laid out."""
        desk = desk_of(self.ledger.db, self.ledger.calendar)
        told = parse(desk.pauses.encode(), "the ledger") if desk is not None and desk.pauses else ()
        calendar = replace(self.calendar, pauses=(*self.calendar.pauses, *told, *of_file(machine_file())))
        return pause_over(calendar, post, channel, self.clock.now())

    @property
    def composer(self) -> Composer:
        if self._composer is None:
            from smm_cli.delivery.prepare import Composer

            self._composer = Composer(self.calendar, self.source, self._receipts)
        return self._composer

    def _receipts(self) -> list[Receipt]:
        rows = self.ledger.db.read(
            "SELECT name, receipt FROM delivery WHERE calendar = :calendar AND receipt <> ''", {"calendar": self.ledger.calendar}
        )
        return [read_receipt(row["receipt"].encode(), row["name"]) for row in rows]


class Unfiled(Papers):
    """Papers of a worker: the ledger keeps each receipt until a checkout syncs."""

    def add(self, receipt: Receipt, text: str) -> None:
        """It stands in the ledger already."""

    async def finish(self) -> None:
        """Nothing is on its way."""


@dataclass(frozen=True)
class Opened:
    """What a worker has on its desk: the snapshot, a runner on it, its posts by id, what is wrong with them."""

    desk: Desk
    runner: AtDesk
    posts: Mapping[str, Post]
    problems: tuple[Problem, ...]
    checkout: bool = False

    def plan(self, until: datetime | None, waits: Mapping[str, WaitAnswer], past: History) -> Plan:
        """What is planned up to `until` (None: everything), from these posts and what happened so far."""
        runner, posts = self.runner, tuple(self.posts.values())
        held, now = held_by(self.problems, posts), runner.clock.now()
        outages = outages_of(runner, now)
        return plan_posts(runner.calendar, runner.source, posts, past, now, until=until, waits=waits, held=held, outages=outages)


def open_desk(ledger: Ledger, root: Path, clock: Clock, *, checkout: bool) -> Opened:
    """The newest snapshot of the ledger's calendar, laid out on this machine.

    `root` is the checkout, or this calendar's lasting folder on this machine; there channels.toml is laid too, so that
    `smm -C root trust` and `smm -C root channel login` work. Raises LedgerError, ConfigError.
    """
    desk, folder = _laid(ledger, root / ".smm")
    source = Laid(folder, desk.mark)
    if not checkout:
        keep(root / LIST, source.read(LIST))
    calendar = load_calendar(root, source)
    told = parse(desk.pauses.encode(), "the ledger") if desk.pauses else ()
    calendar = replace(calendar, pauses=tuple(dict.fromkeys((*calendar.pauses, *told))))
    runner = AtDesk(calendar, source, ledger, Index(calendar), ledger.clock or clock)
    published = {record.digest for record in runner.history().records.values() if record.state == PUBLISHED}
    indexed = runner.index.posts(source, published=published)
    return Opened(desk, runner, {post.id: post for post in indexed.posts}, indexed.problems, checkout)


def _laid(ledger: Ledger, state: Path) -> tuple[Desk, Path]:
    """The desk and the folder with its files, of one moment. Raises LedgerError."""
    for _ in range(AGAIN):
        desk = desk_of(ledger.db, ledger.calendar)
        if desk is None:
            what = f"the database has no calendar {ledger.calendar}"
            hint = did_you_mean(ledger.calendar, calendars(ledger.db), "smm ledger sync, in a checkout of it, brings it there")
            raise LedgerError(what, hint=hint, slug="not-synced")
        folder = lay(ledger.db, ledger.calendar, state)
        after = desk_of(ledger.db, ledger.calendar)
        if after is not None and after.version == desk.version:
            return desk, folder
    raise LedgerError(f"{ledger.calendar} is synced again and again while it is read", hint="later it will be read", slug="sync-crossed")


# -- planning -----------------------------------------------------------------------------------------------------------------


async def plan_ahead(opened: Opened) -> datetime | None:
    """Plan what is to come and tell all workers; when to plan anew at the latest. None: the calendar is another by now.

    Raises LedgerError, ConfigError, PostError where nothing can be planned: then nothing is claimed either.
    """
    runner = opened.runner
    ledger, calendar, now = runner.ledger, runner.calendar, runner.clock.now()
    carry_over(ledger, calendar.channels)
    waits = await ask_waits(runner, [post for post in opened.posts.values() if opened.checkout or not _waits_for_git(post)], now)
    past = runner.history()
    plan = opened.plan(now + AHEAD, waits, past)
    lines = [line for delivery in plan.deliveries if (line := _line(delivery, opened, past)) is not None]
    if not save_plan(ledger.db, calendar.name, opened.desk.version, lines, now, GOOD):
        return None
    wakes = [delivery.wake for delivery in (*plan.deliveries, *plan.timeless) if delivery.wake is not None and delivery.wake > now]
    limits = [limit for line in lines if line.late_at and (limit := moment(line.late_at)) is not None and limit > now]
    return min([now + AHEAD / 2, *wakes, *limits])


def _waits_for_git(post: Post) -> bool:
    """Whether only a checkout can tell what it waits for: a sync does."""
    return post.wait_for is not None and bool(post.wait_for.tag)


def _line(delivery: Delivery, opened: Opened, past: History) -> Line | None:
    """A delivery as workers take it; None for one that is over, or nobody's to take."""
    if delivery.due is None or delivery.post not in opened.posts or delivery.channel not in opened.runner.calendar.channels:
        return None
    due = ms(delivery.due) or 0
    if delivery.state not in (PLANNED, RETRY, SENDING, HELD):
        return None
    held = (delivery.reason or "held") if delivery.state == HELD else ""
    post = opened.posts[delivery.post]
    return Line(
        name=delivery.name,
        post=delivery.post,
        channel=delivery.channel,
        occurrence=delivery.occurrence,
        at=ms(delivery.at) or due,
        due_at=due,
        late_at=ms(_late_at(delivery, post, opened, past)),
        claim_at=None if held else due,
        digest=post.text_digest,
        held=held,
        sending=delivery.state == SENDING,
    )


def _late_at(delivery: Delivery, post: Post, opened: Opened, past: History) -> datetime | None:
    """From when on it would be too late; None: never, or the next plan says so (what was begun, or let go by a person)."""
    record = past.records.get(delivery.name)
    if delivery.state != PLANNED or delivery.due is None or (record is not None and record.released):
        return None
    channel = opened.runner.calendar.channels[delivery.channel]
    try:
        limit = max_late(aim(post, channel, opened.runner.calendar), channel)
        return None if limit is None else delivery.due + timedelta(seconds=limit)
    except (PostError, OverflowError):
        return None

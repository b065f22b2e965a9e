"""Everything that can happen, in any order: time, deaths, faults, edits, people, two runners at once. Never twice, never lost."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from smm_cli.delivery.tick import tick
from smm_cli.ledger import people
from smm_cli.words.delivery import Delivery


def _staging():
    spec = importlib.util.spec_from_file_location("smm_test_stage", Path(__file__).parent.parent / "contract" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


STAGING = _staging()
EXAMPLES = int(os.environ.get("SMM_STATE_EXAMPLES", "12"))
POSTS = {"a": 3, "b": 1, "c": 2}
MARK = re.compile(r"\[(\w)(\d) v(\d+)\]")
PAUSE = '\n[[pause]]\nchannel = "it"\nreason = "a test"\n'


class Life(RuleBasedStateMachine):
    """One calendar with one channel."""

    network = ""
    database = ""
    made = 0

    @initialize()
    def begin(self):
        shm = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="smm-state-", dir=shm if os.access(shm, os.W_OK) else None))
        told, host = STAGING.settings_of(self.network)
        type(self).made += 1
        named = {"database": self.database, "name": f"life-{self.made}"}
        self.stage = STAGING.Stage(self.folder / "calendar", self.network, told, host, **named)
        self.version = dict.fromkeys(POSTS, 0)
        self.barred: dict[str, int] = {}
        self.paused = False
        for post in POSTS:
            self.write(post)

    def teardown(self):
        if not hasattr(self, "folder"):
            return
        try:
            self.end_well()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, post):
        version = self.version[post]
        self.stage.post(post, "\n\n---\n\n".join(f"Text \\[{post}{n} v{version}\\] here." for n in range(self.parts(post))))

    def parts(self, post):
        return POSTS[post] if self.network != "webhook" else 1

    # -- what happens ------------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 6, 70, 1500]))
    def time_passes(self, minutes):
        self.stage.clock.set(self.stage.clock.now() + timedelta(minutes=minutes))

    @rule()
    def a_tick(self):
        self.stage.tick()
        self.receipts_agree()

    @rule(at=st.integers(1, 60))
    def a_tick_that_dies(self, at):
        self.stage.tick(STAGING.Deaths(at=at))

    @rule(
        kind=st.sampled_from(["silence_after", "silence_before", "half", "unreachable", "rate_limit", "status", "done", "refused"]),
        skip=st.integers(0, 3),
        times=st.integers(1, 2),
        commits=st.sampled_from([True, True, None]),
    )
    def a_fault(self, kind, skip, times, commits):
        status = 422 if kind == "refused" else 503
        shown = "status" if kind in ("done", "refused") else kind
        self.stage.fault(kind=shown, commits=commits, skip=skip, times=times, status=status, done=kind == "done", seconds=120.0)

    @rule(post=st.sampled_from(sorted(POSTS)))
    def an_edit(self, post):
        self.version[post] += 1
        self.write(post)

    @rule(dies=st.integers(0, 40))
    def two_runners_at_once(self, dies):
        first, second = STAGING.Deaths(), STAGING.Deaths(at=dies)

        async def both(one, other):
            with suppress(STAGING.Killed):
                await asyncio.gather(tick(one), tick(other))

        with suppress(STAGING.Killed), self.stage.runner(first) as one, self.stage.runner(second) as other:
            asyncio.run(both(one, other))

    @rule()
    def the_pause_changes(self):
        config = self.stage.root / "channels.toml"
        text = config.read_text()
        config.write_text(text.replace(PAUSE, "") if self.paused else text + PAUSE)
        self.paused = not self.paused
        self.bar("pause", self.paused, POSTS)

    # -- what people do ----------------------------------------------------------------------------------------------------

    @rule(post=st.sampled_from(sorted(POSTS)), verb=st.sampled_from(["hold", "release", "retry", "cancel"]))
    def a_verb(self, post, verb):
        delivery = Delivery(post, "it", self.network)
        now = self.stage.clock.now()
        with self.stage.runner() as runner:
            done = people.cancel(runner.ledger, [delivery], now) if verb == "cancel" else getattr(people, verb)(runner.ledger, [delivery])
            record = runner.ledger.record(delivery.name)
        if done:
            self.bar(post, verb in ("hold", "cancel"), [post])
            if verb == "cancel":
                assert self.shown(post) == record.parts_public or self.shown(post) <= self.parts(post)

    @rule(post=st.sampled_from(sorted(POSTS)))
    def a_true_word(self, post):
        self.resolve(post)

    def resolve(self, post):
        delivery = Delivery(post, "it", self.network)
        with self.stage.runner() as runner:
            record = runner.ledger.record(delivery.name)
            if record is None or record.state != "unknown":
                return
            shown = [one for one in self.stage.public() if one.text.startswith(f"Text [{post}")]
            url = shown[-1].url if len(shown) > record.parts_public else None
            people.resolve(runner.ledger, delivery, url, self.stage.clock.now())
        self.bar(post, False, [post])

    def bar(self, why, on, posts):
        for post in posts:
            self.barred.pop(f"{why}:{post}", None)
            if on:
                self.barred[f"{why}:{post}"] = self.shown(post)

    # -- what must hold ----------------------------------------------------------------------------------------------------

    def shown(self, post):
        return sum(one.text.startswith(f"Text [{post}") for one in self.stage.public())

    @invariant()
    def nothing_is_public_twice(self):
        if not hasattr(self, "stage"):
            return
        marks = [MARK.search(one.text) for one in self.stage.public()]
        assert all(marks), [one.text for one in self.stage.public()]
        assert all(count == 1 for count in Counter(mark[1] + mark[2] for mark in marks).values()), [mark[0] for mark in marks]
        for post in POSTS:
            assert len({mark[3] for mark in marks if mark[1] == post}) <= 1, "parts of two versions stand together"
            numbers = [mark[2] for mark in marks if mark[1] == post]
            assert numbers == sorted(numbers), "parts stand in their order"

    @invariant()
    def nothing_goes_out_against_a_word(self):
        for why, count in getattr(self, "barred", {}).items():
            post = why.partition(":")[2]
            assert self.shown(post) == count, f"{post} went out although {why}"

    @invariant()
    def published_is_public(self):
        if not hasattr(self, "stage"):
            return
        for name, state in self.stage.states().items():
            post = name[0]
            if state == "published":
                assert self.shown(post) == self.parts(post), name
            if state == "failed" and self.shown(post) == self.parts(post):
                raise AssertionError(f"{name} failed, and is public")

    def receipts_agree(self):
        states = {name: state for name, state in self.stage.states().items() if state in ("published", "cancelled", "unknown")}
        assert {receipt.delivery: receipt.state for receipt in self.stage.receipts()} == states
        public = {one.id for one in self.stage.public()}
        for receipt in self.stage.receipts():
            if self.network == "bluesky" or not receipt.note:
                assert {part.id for part in receipt.parts if part.id} <= public, receipt

    def end_well(self):
        """No more faults, no more pause, nobody holds anything: all ends, published or cancelled."""
        self.stage.fake.faults.clear()
        if self.paused:
            self.the_pause_changes()
        self.barred.clear()
        for _ in range(4):
            with self.stage.runner() as runner:
                records = {record.delivery: record for record in runner.ledger.records()}
                for post in POSTS:
                    record = records.get(f"{post}@it")
                    if record is not None and record.held_by_you:
                        people.release(runner.ledger, [Delivery(post, "it", self.network)])
                    if record is not None and record.state == "failed":
                        people.retry(runner.ledger, [Delivery(post, "it", self.network)])
            for post in POSTS:
                self.resolve(post)
            self.stage.clock.set(self.stage.clock.now() + timedelta(minutes=6))
            self.stage.settle()
            self.nothing_is_public_twice()
        states = self.stage.states()
        assert set(states) == {f"{post}@it" for post in POSTS}
        for name, state in states.items():
            assert state in ("published", "cancelled"), states
            assert (state == "published") == (self.shown(name[0]) == self.parts(name[0])), (name, state)
        self.stage.tick()
        self.receipts_agree()


@pytest.mark.slow
@pytest.mark.parametrize("network", ["mastodon", "bluesky", "webhook"])
def test_whatever_happens_nothing_is_public_twice_and_nothing_is_lost(network):
    live(network, "")


@pytest.mark.slow
@pytest.mark.parametrize("network", ["mastodon", "webhook"])
def test_nor_with_the_ledger_in_postgresql(network, database):
    live(network, database)


def live(network, database):
    machine = type(f"LifeOn{network.title()}", (Life,), {"network": network, "database": database})
    quick = settings(
        max_examples=EXAMPLES,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=quick)

"""A machine whose clock is wrong: it sends nothing early, learns the true time from its channels' servers, and asks them seldom."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SetClock, SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.skew import Skew
from smm_cli.delivery.tick import Ticked, tick
from smm_cli.sandbox.server import Sandbox
from tests.serving import serving

TEN = timedelta(minutes=10)
HEAD = '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "{ref}"\n{more}'


class Shifted(SystemClock):
    """This machine's clock, set wrong by `by`."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self.by = by

    def now(self) -> datetime:
        return super().now() + self.by


class Counting:
    """What stands before a sandbox and counts what it is asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.asked: list[str] = []
        inner = sandbox.world.by_host[sandbox.addresses["mastodon"].partition("//")[2]]
        port = int(sandbox.addresses["mastodon"].rpartition(":")[2])

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.asked.append(f"{scope['method']} {scope['path']}")
            await inner(scope, receive, send)

        sandbox._programs[port] = app


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serving("mastodon") as made:
        yield made


@pytest.fixture
def asked(sandbox: Sandbox) -> list[str]:
    return Counting(sandbox).asked


def begin(root: Path, sandbox: Sandbox, ref: str = "worktree", more: str = "") -> Path:
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(HEAD.format(ref=ref, more=more) + "\n" + sandbox.lines["mastodon"])
    return root


@pytest.fixture
def root(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SMM_SANDBOX_MASTODON", "sandbox-me")
    return begin(tmp_path / "calendar", sandbox)


def post(root: Path, name: str, at: datetime) -> None:
    front = f"id: {name}\nstatus: ready\nchannels: my-mastodon\npublish_at: {at:%Y-%m-%d %H:%M:%S}\n"
    (root / "posts" / f"{name}.md").write_text(f"---\n{front}---\n\nHello from {name}.\n")


def run(root: Path, clock: SystemClock, **how: Any) -> Ticked:
    with open_runner(root, clock) as runner:
        return asyncio.run(tick(runner, **how))


def public(sandbox: Sandbox) -> list[Any]:
    return [posted for fake in sandbox.world.by_host.values() for posted in fake.posted]


def soon(seconds: float) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)


def test_a_fast_clock_sends_nothing_early_and_says_what_is_wrong(root: Path, sandbox: Sandbox, asked: list[str]) -> None:
    at = soon(240)
    post(root, "a", at)
    clock = Shifted(TEN)
    ticked = run(root, clock)
    assert not public(sandbox) and not ticked.outcomes
    (delivery,) = ticked.plan.deliveries
    assert (delivery.state, delivery.reason, delivery.hint) == ("held", "clock", "timedatectl set-ntp true")
    assert delivery.why.startswith("this machine's clock is 10 min fast: it is only ")
    assert asked and all(one.startswith("GET") for one in asked)
    asked.clear()
    run(root, clock)
    assert not asked  # it knows by now


def test_it_goes_out_when_its_time_has_truly_come(root: Path, sandbox: Sandbox) -> None:
    at = soon(4)
    post(root, "a", at)
    clock = Shifted(TEN)
    while not public(sandbox) and datetime.now(UTC) < at + timedelta(seconds=20):
        run(root, clock)
        time.sleep(0.2)
    (posted,) = public(sandbox)
    assert at <= posted.at < at + timedelta(seconds=8)


def test_a_clock_that_was_set_right_needs_no_request_and_lets_go(root: Path, sandbox: Sandbox, asked: list[str]) -> None:
    post(root, "a", soon(240))
    clock = Shifted(TEN)
    assert run(root, clock).plan.deliveries[0].reason == "clock"
    asked.clear()
    clock.by = timedelta()
    with open_runner(root, clock) as runner:
        assert runner.skew.ahead() == timedelta()
    assert not run(root, clock).plan.deliveries and not asked
    clock.by = TEN  # and wrong once more: that, too, is known
    assert run(root, clock).plan.deliveries[0].reason == "clock"
    assert not asked and not public(sandbox)


def test_a_person_may_send_it_all_the_same(root: Path, sandbox: Sandbox) -> None:
    post(root, "a", soon(240))
    clock = Shifted(TEN)
    run(root, clock)
    run(root, clock, only=("a",), at_once=True)
    assert len(public(sandbox)) == 1


def test_what_an_answer_on_the_way_tells_holds_the_commit(root: Path, sandbox: Sandbox, asked: list[str]) -> None:
    """Nobody asked before the plan: the clock was not set since smm marked it. The account is asked for, and that answer tells."""
    clock, at = Shifted(TEN), soon(240)
    post(root, "a", at)
    Skew(Calendar(root, "try"), clock).mark()
    (outcome,) = run(root, clock).outcomes
    assert (outcome.state, outcome.note) == ("retry", "this machine's clock is fast: its time has not come")
    assert outcome.next_at is not None and timedelta() <= outcome.next_at - TEN - at < timedelta(seconds=2)
    assert not public(sandbox) and not [one for one in asked if one.startswith("POST")]


def test_in_the_usual_case_it_costs_no_request(root: Path, sandbox: Sandbox, asked: list[str]) -> None:
    clock = Shifted()
    post(root, "a", soon(-30))
    run(root, clock)
    first = list(asked)
    verifies = [one for one in first if one == "GET /api/v1/accounts/verify_credentials"]
    assert len(verifies) == 1  # the daily question, which now also tells the time
    asked.clear()
    post(root, "b", soon(-20))
    run(root, clock)
    assert len(public(sandbox)) == 2
    assert asked == [one for one in first if one.startswith("POST")][-1:]


def test_of_two_runners_whose_clocks_are_ten_minutes_apart_none_sends_early(tmp_path: Path, root: Path, sandbox: Sandbox) -> None:
    remote, author = tmp_path / "remote.git", begin(tmp_path / "author", sandbox, "main", '[ledger]\nclaims = "git"\n')
    at = [soon(6), soon(9)]
    post(author, "a", at[0])
    post(author, "b", at[1])
    _git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    _git(author, "init", "-q", "-b", "main")
    _git(author, "add", "-A")
    _git(author, "commit", "-qm", "all")
    _git(author, "remote", "add", "origin", remote.as_uri())
    _git(author, "push", "-q", "origin", "main")
    machines = {name: Shifted(by) for name, by in {"right": timedelta(), "fast": TEN}.items()}
    for name in machines:
        _git(tmp_path, "clone", "-q", remote.as_uri(), name)
    fast_saw_the_hold = False
    while len(public(sandbox)) < 2 and datetime.now(UTC) < at[1] + timedelta(seconds=30):
        for name in ("fast", "right"):
            ticked = run(tmp_path / name, machines[name])
            fast_saw_the_hold |= any(one.reason == "clock" for one in ticked.plan.deliveries)
    for name, clock in machines.items():
        run(tmp_path / name, clock)
    posted = sorted(public(sandbox), key=lambda one: one.at)
    assert fast_saw_the_hold
    assert len(posted) == 2
    assert all(one.at >= due for one, due in zip(posted, at, strict=True))


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


# -- what an answer tells -------------------------------------------------------------------------------------------------------


@pytest.fixture
def skew(tmp_path: Path) -> Skew:
    return Skew(Calendar(tmp_path, "try"), Shifted(TEN))


def told(skew: Skew, host: str, true: datetime, **headers: str) -> None:
    skew.note(host, {"date": format_datetime(true, usegmt=True), **headers}, skew.begins())


def test_one_server_that_agrees_with_this_clock_acquits_it(skew: Skew) -> None:
    told(skew, "a.example", datetime.now(UTC))
    assert TEN <= skew.ahead() < TEN + timedelta(seconds=2)
    told(skew, "b.example", datetime.now(UTC) + TEN)
    assert skew.ahead() == timedelta()


def test_a_server_on_this_machine_cannot_vouch_for_its_clock(skew: Skew) -> None:
    told(skew, "127.0.0.1", datetime.now(UTC) + TEN)
    told(skew, "a.example", datetime.now(UTC))
    assert skew.ahead() >= TEN


def test_an_answer_from_a_cache_tells_nothing(skew: Skew) -> None:
    told(skew, "a.example", datetime.now(UTC) - timedelta(hours=1), age="3600")
    assert not skew.seen() and not skew.is_fresh(60)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 99:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(skew: Skew, date: str) -> None:
    skew.note("a.example", {"date": date}, skew.begins())
    assert not skew.seen()


def test_a_slow_clock_is_known_but_holds_nothing(tmp_path: Path) -> None:
    skew = Skew(Calendar(tmp_path, "try"), Shifted(-TEN))
    told(skew, "a.example", datetime.now(UTC))
    assert skew.ahead() == timedelta()
    assert TEN - timedelta(seconds=2) <= skew.behind() <= TEN


def test_a_slow_answer_says_less_than_a_quick_one(skew: Skew) -> None:
    begun = skew.begins()
    long_ago = (begun[0] - 590, begun[1] - 590)  # asked ten minutes ago: it may have been written at any moment since
    skew.note("a.example", {"date": format_datetime(datetime.now(UTC), usegmt=True)}, long_ago)
    assert skew.ahead() == timedelta()


def test_what_was_learned_before_the_machine_started_anew_counts_no_more(skew: Skew) -> None:
    told(skew, "a.example", datetime.now(UTC))
    said = json.loads(skew.path.read_text())
    skew.path.write_text(json.dumps({**said, "boot": "another"}))
    assert skew.ahead() == timedelta() and skew.was_set()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"boot": 1}', '{"boot": "x", "mark": 3, "hosts": []}'])
def test_a_damaged_file_is_as_none(skew: Skew, content: str) -> None:
    skew.path.parent.mkdir()
    skew.path.write_text(content.replace('"x"', f'"{skew.boot}"'))
    assert skew.ahead() == timedelta() and not skew.is_fresh(60) and skew.was_set()
    told(skew, "a.example", datetime.now(UTC))
    assert skew.ahead() >= TEN


def test_nothing_is_learned_by_a_clock_that_is_set_or_in_a_rehearsal(tmp_path: Path) -> None:
    for place, clock in (
        (Calendar(tmp_path, "try"), SetClock(datetime.now(UTC) + TEN)),
        (Calendar(tmp_path, "try", scratch=tmp_path / "scratch"), SystemClock()),
    ):
        skew = Skew(place, clock)
        told(skew, "a.example", datetime.now(UTC) - TEN)
        assert not skew.seen() and not skew.path.exists()

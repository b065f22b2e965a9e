"""Whatever holds a delivery says why in words, and what releases it: a command, or a moment at which it ends by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import smm_cli.plan
from smm_cli.calendar.model import Approval, Pause
from smm_cli.words.channel import Channel, Slot
from smm_cli.words.delivery import Record
from smm_cli.words.outage import Outage
from smm_cli.words.post import WaitFor

REASONS = re.compile(r'(?:Hold\(\s*|reason=|_held\(found\[number\], )"([a-z ]+)"')


def a_draft(desk, post):
    return desk.plan(post("it", status="draft"))


def an_approval(desk, post):
    desk.settings["approval"] = Approval(required=True)
    return desk.plan(post("it"))


def a_pause(desk, post):
    desk.settings["pauses"] = (Pause("fire"),)
    return desk.plan(post("it"))


def quiet_hours(desk, post):
    desk.settings["quiet"] = "20:00-08:00"
    return desk.plan(post("it", "2026-11-25 21:00"))


def too_late(desk, post):
    return desk.plan(post("it", "2026-11-23 09:00"))


def an_error(desk, post):
    return desk.plan(post("it"), held={"it": "two posts of one id"})


def a_person(desk, post):
    desk.knows(Record("it@mastodon", "it", "mastodon", "planned", held_by_you=True))
    return desk.plan(post("it"))


def a_copy(desk, post):
    desk.went_out("old", "2026-11-20 09:00", digest="same")
    return desk.plan(post("it", text_digest="same"))


def a_wait(desk, post):
    return desk.plan(post("it", wait_for=WaitFor(post="other", limit=3600.0)))


def no_slot(desk, post):
    desk.channels["mastodon"] = Channel("mastodon", "mastodon", slots=(Slot(0, 540),))
    return desk.plan(post("it", "", slot="next", not_after="2026-11-01"))


def a_fast_clock(desk, post):
    return desk.plan(post("it", "2026-11-24 08:25"), ahead=timedelta(minutes=10))


def _outage(desk, post):
    now = desk.now
    outage = Outage(now - timedelta(hours=2), now)
    return desk.plan(post("first", "2026-11-24 07:00"), post("it", "2026-11-24 07:10"), outages=(outage,))


def a_spread(desk, post):
    return _outage(desk, post)


def an_outage(desk, post):
    desk.settings["after_outage"] = "hold"
    return _outage(desk, post)


CASES = {
    "draft": a_draft,
    "approval": an_approval,
    "paused": a_pause,
    "quiet": quiet_hours,
    "late": too_late,
    "error": an_error,
    "by you": a_person,
    "copy": a_copy,
    "waiting": a_wait,
    "slot": no_slot,
    "clock": a_fast_clock,
    "spread": a_spread,
    "outage": an_outage,
}


@pytest.mark.parametrize("reason", CASES)
def test_it_says_why_and_what_releases_it(reason, desk, post):
    held = next(d for d in CASES[reason](desk, post).deliveries if d.post == "it" and d.state == "held")
    assert held.reason == reason
    assert held.why
    assert held.hint, "no word about what releases it"
    commands = [line for line in held.hint.splitlines() if "smm " in line]
    assert commands or reason in ("clock", "slot"), held.hint
    for line in commands:
        assert re.search(r"smm (queue|post|resume|check)\b", line)


def test_no_reason_of_the_plan_is_left_out():
    found = set()
    for path in Path(smm_cli.plan.__path__[0]).glob("*.py"):
        found |= set(REASONS.findall(path.read_text()))
    assert found == set(CASES)

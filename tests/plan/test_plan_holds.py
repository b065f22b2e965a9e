"""What keeps a delivery back, and what lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smm_cli.calendar.model import Approval, Campaign, Pause
from smm_cli.plan.plan import due
from smm_cli.plan.waits import WaitAnswer
from smm_cli.words.channel import Person
from smm_cli.words.delivery import RETRY
from smm_cli.words.post import WaitFor


def reason(desk, *posts, **how):
    found = desk.one(*posts, **how)
    return found.state if found.state != "held" else found.reason


def test_a_draft_is_listed_and_held(desk, post):
    found = desk.one(post(status="draft"))
    assert (found.state, found.reason) == ("held", "draft")
    assert due(desk.at("2026-11-25 09:00").plan(post(status="draft")), desk.now) == ()


def test_a_draft_whose_time_has_passed_says_so(desk, post):
    found = desk.one(post("herbst-3", "2026-11-23 10:00", status="draft"))
    assert found.why == "draft; its time has passed: Mon 23 Nov 2026 10:00 CET"


def test_a_draft_without_a_time_is_held_too(desk, post):
    assert desk.one(post(publish_at="", status="draft")).due is None


def test_ready_without_a_time_is_an_error(desk, post):
    plan = desk.plan(post(publish_at=""))
    assert plan.deliveries[0].reason == "error"
    assert plan.problems[0].slug == "no-time"
    assert 'smm post schedule launch "tomorrow 9am"' in plan.problems[0].hint


@pytest.mark.parametrize("written", ["morgen", "2026-11-31 09:00", "2026-W48-2", "20261124T0900", "2026-11-24", "2026-11-24 9 Uhr"])
def test_a_time_that_cannot_be_read_holds_the_post_and_no_other(desk, post, written):
    plan = desk.plan(post("broken", written), post())
    assert {d.post: d.state for d in plan.deliveries} == {"broken": "held", "launch": "planned"}
    assert plan.problems[0].slug == "bad-time"


def test_an_unknown_zone_holds_the_post_and_names_a_near_one(desk, post):
    plan = desk.plan(post(timezone="Europe/Berln"))
    assert plan.deliveries[0].reason == "error"
    assert plan.problems[0].hint == "did you mean Europe/Berlin?"


def test_an_error_of_one_target_holds_that_target_only(desk, post):
    plan = desk.plan(post(channels=("all",)), held={"launch@blog": "too long"})
    assert {d.channel: (d.state, d.why) for d in plan.deliveries} == {"blog": ("held", "too long"), "mastodon": ("planned", "")}
    assert {d.state for d in desk.plan(post(channels=("all",)), held={"launch": "broken"}).deliveries} == {"held"}


def test_a_person_holds_and_releases(desk, post):
    desk.went_out("launch", "2026-11-25 09:00", state="planned", held_by_you=True)
    assert reason(desk, post()) == "by you"
    desk.went_out("launch", "2026-11-25 09:00", state="planned", released=True)
    assert reason(desk, post()) == "planned"


# -- lateness -----------------------------------------------------------------------------------------------------------


def test_a_late_delivery_is_held_with_three_ways_out(desk, post):
    desk.at("2026-11-24 14:12")
    found = desk.one(post(publish_at="2026-11-24 09:00"))
    assert found.reason == "late"
    assert found.why == "late. Was due Tue 24 Nov 2026 09:00 CET; limit 2h"
    assert found.hint.splitlines() == [
        "send now   smm queue release launch@mastodon",
        'new time   smm post schedule launch "tomorrow 9am"',
        "let it be  smm queue cancel launch@mastodon",
    ]


def test_within_the_limit_it_still_goes_out_and_a_second_later_not(desk, post):
    due_now = post(publish_at="2026-11-24 09:00")
    assert reason(desk.at("2026-11-24 11:00:00"), due_now) == "planned"
    assert reason(desk.at("2026-11-24 11:00:01"), due_now) == "late"


def test_a_site_is_never_late(desk, post):
    desk.at("2029-01-01 00:00")
    assert reason(desk, post(channels=("blog",))) == "planned"


def test_the_post_has_the_last_word_on_lateness(desk, post):
    desk.at("2026-11-24 14:00")
    assert reason(desk, post(publish_at="2026-11-24 09:00", max_late="6h")) == "planned"
    assert reason(desk, post(publish_at="2026-11-24 09:00", max_late="none")) == "planned"
    assert reason(desk, post(publish_at="2026-11-24 13:00", max_late="30m")) == "late"
    assert reason(desk, post(publish_at="2026-11-24 13:00", max_late="bald")) == "error"


def test_what_a_person_let_go_is_never_late(desk, post):
    desk.at("2026-11-30 09:00").went_out("launch", "2026-11-24 09:00", state="planned", released=True)
    assert reason(desk, post(publish_at="2026-11-24 09:00")) == "planned"


def test_a_retry_that_stood_still_for_days_is_late(desk, post, berlin):
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, next_at=berlin("2026-11-24 11:30"), attempts=4, slug="rate-limited")
    old = post(publish_at="2026-11-24 08:00")
    assert reason(desk.at("2026-11-24 12:00"), old) == "retry"
    assert reason(desk.at("2026-11-27 12:00"), old) == "late"


def test_what_may_be_public_is_looked_into_however_late(desk, post, berlin):
    old = post(publish_at="2026-11-24 08:00")
    desk.at("2026-11-27 12:00")
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, next_at=berlin("2026-11-24 08:05"), attempts=1, slug="settling")
    assert reason(desk, old) == "retry"
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY)
    assert reason(desk, old) == "retry"


# -- pauses -------------------------------------------------------------------------------------------------------------


def test_a_pause_holds_what_falls_into_it_and_nothing_else(desk, post, berlin):
    desk.settings["pauses"] = (Pause("storm", start=berlin("2026-11-25 00:00"), until=berlin("2026-11-26 00:00")),)
    plan = desk.plan(post("before", "2026-11-24 23:59"), post("in"), post("after", "2026-11-26 00:00"))
    assert {d.post: d.state for d in plan.deliveries} == {"before": "planned", "in": "held", "after": "planned"}
    (held,) = [d for d in plan.deliveries if d.state == "held"]
    assert (held.reason, held.why, held.wake) == ("paused", "paused: storm, until Thu 26 Nov 2026 00:00 CET", berlin("2026-11-26 00:00"))


def test_a_pause_that_began_after_the_time_still_stops_it(desk, post, berlin):
    desk.settings["pauses"] = (Pause("storm", start=berlin("2026-11-24 08:29")),)
    assert reason(desk, post(publish_at="2026-11-24 08:00")) == "paused"


@pytest.mark.parametrize(
    ("scope", "paused"),
    [
        ({}, {"mastodon", "blog"}),
        ({"channel": "blog"}, {"blog"}),
        ({"channel": "old-blog"}, {"blog"}),
        ({"network": "mastodon"}, {"mastodon"}),
        ({"group": "all"}, {"mastodon", "blog"}),
        ({"group": "none"}, set()),
        ({"campaign": "herbst"}, {"mastodon", "blog"}),
        ({"campaign": "winter"}, set()),
        ({"campaign": "herbst", "network": "site"}, {"blog"}),
        ({"exempt": ("launch",)}, set()),
    ],
)
def test_a_pause_covers_what_it_names(desk, post, scope, paused):
    desk.change("blog", formerly=("old-blog",))
    desk.settings["pauses"] = (Pause(**scope),)
    plan = desk.plan(post(channels=("all",), campaign="herbst"))
    assert {d.channel for d in plan.deliveries if d.reason == "paused"} == paused


def test_neither_urgency_nor_release_overrides_a_pause(desk, post):
    desk.settings["pauses"] = (Pause(),)
    desk.went_out("launch", "2026-11-25 09:00", state="planned", released=True)
    assert reason(desk, post(urgent=True)) == "paused"


def test_after_a_pause_what_is_too_late_stays_held(desk, post, berlin):
    desk.settings["pauses"] = (Pause(until=berlin("2026-11-24 12:00")),)
    plan = desk.at("2026-11-24 12:00").plan(post("early", "2026-11-24 09:00"), post("late", "2026-11-24 11:00"))
    assert {d.post: d.reason for d in plan.deliveries} == {"early": "late", "late": ""}


# -- approval -----------------------------------------------------------------------------------------------------------

NOW = "v1:9f3a"


def approval(desk, post, *lines, **rule):
    desk.settings["approval"] = Approval(required=True, **rule)
    return desk.one(post(approved=lines, author="bob"), digests={"launch": NOW})


def test_nothing_goes_out_unapproved_where_approval_is_required(desk, post):
    found = approval(desk, post)
    assert (found.reason, found.why, found.hint) == ("approval", "nobody approved it yet", "smm post approve launch")


def test_an_approved_post_goes_out(desk, post):
    assert approval(desk, post, f"ada 2026-11-23T14:02Z {NOW}").state == "planned"


def test_an_approval_lapses_with_an_edit(desk, post):
    assert approval(desk, post, "ada 2026-11-23T14:02Z v1:0000").why == "it changed since it was approved"


def test_two_approvals_come_from_two_people(desk, post):
    line = f"ada 2026-11-23T14:02Z {NOW}"
    assert approval(desk, post, line, line, count=2).why == "1 of 2 approvals: ada"
    assert approval(desk, post, line, f"eve 2026-11-23T14:02Z {NOW}", count=2).state == "planned"


def test_one_person_under_two_names_is_one_person(desk, post):
    desk.settings["people"] = {"ada": Person("ada", login="ada-acme", git=("ada@acme.example",))}
    lines = [f"{who} 2026-11-23T14:02Z {NOW}" for who in ("ada", "ada-acme", "Ada@acme.example")]
    assert approval(desk, post, *lines, count=2).reason == "approval"


def test_an_author_does_not_approve_her_own_post(desk, post):
    assert approval(desk, post, f"bob 2026-11-23T14:02Z {NOW}", four_eyes=True).reason == "approval"
    assert approval(desk, post, f"bob 2026-11-23T14:02Z {NOW}").state == "planned"


def test_only_approvers_count(desk, post):
    assert approval(desk, post, f"eve 2026-11-23T14:02Z {NOW}", approvers=("ada",)).reason == "approval"
    assert approval(desk, post, f"ada 2026-11-23T14:02Z {NOW}", approvers=("ada",)).state == "planned"


def test_approval_may_be_asked_for_a_channel_a_group_or_a_campaign(desk, post):
    desk.settings["approval"] = Approval(channels=("blog",))
    found = desk.plan(post(channels=("all",)))
    assert {d.channel: d.reason for d in found.deliveries} == {"blog": "approval", "mastodon": ""}
    desk.settings["approval"] = Approval(channels=("all",))
    assert {d.reason for d in desk.plan(post(channels=("all",))).deliveries} == {"approval"}
    desk.settings["approval"] = Approval(campaigns=("herbst",))
    assert reason(desk, post(campaign="herbst")) == "approval"
    assert reason(desk, post()) == "planned"


def test_a_campaign_has_its_own_word_on_approval(desk, post):
    desk.settings["campaigns"] = {"free": Campaign("free", approval=False), "strict": Campaign("strict", approval=True)}
    assert reason(desk, post(campaign="strict")) == "approval"
    desk.settings["approval"] = Approval(required=True)
    assert reason(desk, post(campaign="free")) == "planned"


def test_what_was_merged_is_approved_where_merging_is_approval(desk, post):
    desk.settings["approval"] = Approval(required=True, by="merge")
    assert reason(desk, post()) == "planned"


def test_a_digest_is_only_asked_for_where_approval_applies(desk, post):
    class Asked(dict):
        def get(self, *_):
            raise AssertionError("asked for a digest")

    line = f"ada 2026-11-23T14:02Z {NOW}"
    desk.settings["approval"] = Approval(channels=("blog",))
    assert desk.one(post(approved=(line,)), digests=Asked()).state == "planned"
    with pytest.raises(AssertionError):
        desk.plan(post(approved=(line,), channels=("blog",)), digests=Asked())


def test_neither_urgency_nor_release_replaces_approval(desk, post):
    desk.settings["approval"] = Approval(required=True)
    desk.went_out("launch", "2026-11-25 09:00", state="planned", released=True)
    assert reason(desk, post(urgent=True)) == "approval"


# -- waiting ------------------------------------------------------------------------------------------------------------

TAG = WaitFor(tag="v2", limit=48 * 3600)


def test_a_post_waits_for_what_is_not_there(desk, post, berlin):
    found = desk.one(post(publish_at="2026-11-24 08:00", wait_for=TAG))
    assert (found.reason, found.why) == ("waiting", "waits for tag v2")


def test_it_is_asked_again_after_five_minutes(desk, post):
    asked = desk.now - timedelta(minutes=2)
    plan = desk.plan(post(publish_at="2026-11-24 08:00", wait_for=TAG), waits={"launch": WaitAnswer(False, asked, asked)})
    assert plan.wake_at == asked + timedelta(minutes=5)


def test_what_came_late_goes_out_when_it_came_and_is_not_late(desk, post, berlin):
    came = berlin("2026-11-24 08:25")
    found = desk.one(post(publish_at="2026-11-23 09:00", wait_for=TAG), waits={"launch": WaitAnswer(True, came, came)})
    assert (found.state, found.due, found.at) == ("planned", came, berlin("2026-11-23 09:00"))


def test_what_came_early_waits_for_the_time(desk, post, berlin):
    came = berlin("2026-11-20 08:25")
    assert desk.one(post(wait_for=TAG), waits={"launch": WaitAnswer(True, came, came)}).due == berlin("2026-11-25 09:00")


def test_a_post_without_a_time_goes_out_when_it_came(desk, post, berlin):
    waits = {"launch": WaitAnswer(True, berlin("2026-11-24 08:25"))}
    assert desk.one(post(publish_at="", wait_for=TAG), waits=waits).due == berlin("2026-11-24 08:25")
    assert reason(desk, post(publish_at="", wait_for=TAG)) == "waiting"


def test_after_its_limit_a_person_decides(desk, post, berlin):
    waits = {"launch": WaitAnswer(False, desk.now, berlin("2026-11-22 08:00"))}
    old = post(publish_at="2026-11-22 08:29", wait_for=TAG)
    found = desk.one(old, waits=waits)
    assert (found.reason, found.why) == ("late", "gave up on tag v2 after 48h")
    came = {"launch": WaitAnswer(True, desk.now, berlin("2026-11-24 08:29:30"))}
    assert reason(desk, old, waits=came) == "late", "it came after the limit"
    in_time = {"launch": WaitAnswer(True, desk.now, berlin("2026-11-24 08:28"))}
    assert reason(desk, old, waits=in_time) == "planned"
    desk.went_out("launch", "2026-11-22 08:29", state="planned", released=True)
    assert reason(desk, old, waits=waits) == "planned"


def test_a_post_waits_for_another_one_on_the_same_channel(desk, post, berlin):
    second = post("second", "2026-11-24 08:00", wait_for=WaitFor(post="first"))
    first = post("first", "2026-11-24 08:10")
    plan = desk.plan(first, second)
    assert {d.post: d.reason for d in plan.deliveries} == {"first": "", "second": "waiting"}
    desk.went_out("first", "2026-11-24 08:11")
    assert desk.times(first, second) == {"second@mastodon": "2026-11-24 08:11"}


def test_an_answer_that_comes_at_night_goes_out_in_the_morning(desk, post, berlin):
    desk.settings["quiet"] = "20:00-08:00"
    came = berlin("2026-11-23 22:00")
    found = desk.one(post(publish_at="2026-11-23 09:00", wait_for=TAG), waits={"launch": WaitAnswer(True, came, came)})
    assert (found.state, found.due) == ("planned", berlin("2026-11-24 08:00"))


def test_a_delivery_whose_credential_was_refused_for_days_is_late(desk, post):
    old = post(publish_at="2026-11-24 08:00")
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, slug="auth-failed")
    assert reason(desk, old) == "retry"
    assert reason(desk.at("2026-12-07 08:00"), old) == "late"


def test_pauses_that_follow_one_another_end_with_the_last(desk, post, berlin):
    first = Pause("storm", until=berlin("2026-11-26 00:00"))
    second = Pause("flood", start=berlin("2026-11-26 00:00"), until=berlin("2026-11-27 00:00"))
    desk.settings["pauses"] = (first, second)
    assert desk.one(post()).wake == berlin("2026-11-27 00:00")


def test_a_delivery_that_is_moved_into_a_pause_is_held_there(desk, post, berlin):
    desk.change("mastodon", gap=3600.0)
    desk.settings["pauses"] = (Pause(start=berlin("2026-11-24 09:30"), until=berlin("2026-11-24 12:00")),)
    plan = desk.plan(post("a", "2026-11-24 09:00"), post("b", "2026-11-24 09:10"))
    assert {d.post: d.reason for d in plan.deliveries} == {"a": "", "b": "paused"}


def test_what_was_never_asked_for_wakes_the_runner_at_once(desk, post):
    assert desk.plan(post(publish_at="2026-11-24 08:00", wait_for=TAG), until=desk.now).wake_at == desk.now


def test_a_fast_clock_holds_what_is_due_by_it_alone(desk, post):
    ahead = timedelta(minutes=10)
    held = desk.at("2026-11-24 09:05").one(post(publish_at="2026-11-24 09:00"), ahead=ahead)
    assert (held.state, held.reason, held.hint) == ("held", "clock", "timedatectl set-ntp true")
    assert held.why == "this machine's clock is 10 min fast: it is only Tue 24 Nov 2026 08:55 CET"
    assert desk.at("2026-11-24 09:10").one(post(publish_at="2026-11-24 09:00"), ahead=ahead).state == "planned"
    assert desk.at("2026-11-24 08:59").one(post(publish_at="2026-11-24 09:00"), ahead=ahead).state == "planned"
    assert desk.at("2026-11-24 09:05").one(post(publish_at="2026-11-24 09:00")).state == "planned"

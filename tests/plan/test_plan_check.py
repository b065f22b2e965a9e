"""What posts do to one another, and what a person should hear of a plan."""

from __future__ import annotations

from smm_cli.plan.check import check_plan
from smm_cli.plan.wanted import Wanted
from smm_cli.words.channel import Channel


def found(desk, *posts, **how):
    return check_plan(desk.plan(*posts, **how), desk.calendar, posts)


def slugs(desk, *posts):
    return [problem.slug for problem in found(desk, *posts)]


def test_two_posts_within_a_quarter_of_an_hour_collide(desk, post):
    (problem,) = found(desk, post("a", "2026-11-25 09:00"), post("b", "2026-11-25 09:14"))
    assert (problem.slug, problem.severity, problem.place.file) == ("collision", "warning", "posts/b.md")
    assert problem.what == "b@mastodon goes out 14 min after a@mastodon: Wed 25 Nov 2026 09:14 CET"


def test_a_quarter_of_an_hour_apart_they_do_not(desk, post):
    assert found(desk, post("a", "2026-11-25 09:00"), post("b", "2026-11-25 09:15")) == []


def test_the_same_time_is_said_as_such_and_other_channels_do_not_matter(desk, post):
    (problem,) = found(desk, post("a"), post("b"))
    assert "at the same time as a@mastodon" in problem.what
    assert found(desk, post("a"), post("b", channels=("blog",))) == []


def test_drafts_collide_with_nothing(desk, post):
    assert slugs(desk, post("a"), post("b", status="draft")) == []


def test_the_same_text_within_thirty_days_is_a_warning(desk, post):
    first = post("a", text_digest="same")
    assert slugs(desk, first, post("b", "2026-12-25 08:59", text_digest="same")) == ["same-text"]
    assert slugs(desk, first, post("b", "2026-12-25 09:00", text_digest="same")) == []


def test_a_repeated_post_may_say_the_same_each_week(desk, post):
    assert slugs(desk, post("hours", "2026-11-25 09:00", repeat="FREQ=WEEKLY", link="https://example.org/")) == []


def test_the_same_link_within_a_week_is_a_warning(desk, post):
    first = post("a", link="https://example.org/")
    (problem,) = found(desk, first, post("b", "2026-12-02 08:59", link="https://example.org/"))
    assert (problem.slug, problem.place.file, problem.place.channel) == ("same-link", "posts/b.md", "mastodon")
    assert slugs(desk, first, post("b", "2026-12-02 09:00", link="https://example.org/")) == []
    assert slugs(desk, post("a"), post("b", "2026-11-26 09:00")) == []


def test_what_went_out_counts_as_the_first_of_two(desk, post):
    desk.went_out("a", "2026-11-23 09:00")
    assert slugs(desk, post("a", link="https://example.org/"), post("b", link="https://example.org/")) == ["same-link"]


def test_a_time_that_passed_goes_out_at_once_and_says_so(desk, post):
    (problem,) = found(desk, post(publish_at="2026-11-24 08:10"))
    assert problem.what == "launch: its time passed 20 min ago: goes out at once"
    assert problem.severity == "warning"


def test_a_late_post_and_a_draft_whose_time_passed_are_named_once_each(desk, post):
    late, draft = post("late", "2026-11-23 09:00"), post("draft", "2026-11-23 10:00", status="draft", channels=("all",))
    assert slugs(desk, late, draft) == ["too-late", "draft-passed"]


def test_problems_of_the_plan_itself_are_in_it_and_ignored_ones_are_not(desk, post):
    desk.settings["quiet"] = "20:00-08:00"
    night = post(publish_at="2026-11-25 23:00")
    assert slugs(desk, night) == ["quiet-hours"]
    desk.settings["ignored"] = frozenset({"quiet-hours"})
    assert slugs(desk, night) == []


def test_a_delivery_says_what_lists_need(desk, post):
    channel = Channel("mastodon", "mastodon", account="@acme@example.social", by_hand=True)
    made = Wanted(post(title="Launch", campaign="herbst"), channel).delivery()
    assert (made.handle, made.title, made.campaign, made.path, made.by_hand) == (
        "@acme@example.social",
        "Launch",
        "herbst",
        "posts/launch.md",
        True,
    )
    assert made.name == "launch@mastodon"

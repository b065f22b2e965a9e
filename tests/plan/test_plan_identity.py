"""A post goes to a channel once, ever, whatever happens to its time, its file or its channel's name."""

from __future__ import annotations

from datetime import date

from smm_cli.calendar.model import Calendar
from smm_cli.plan.plan import due
from smm_cli.words.delivery import CANCELLED, FAILED, RETRY, SENDING, UNKNOWN, WAITING


def test_a_post_is_due_at_its_time_and_not_before(desk, post):
    plan = desk.at("2026-11-25 08:59").plan(post())
    assert due(plan, desk.now) == ()
    plan = desk.at("2026-11-25 09:00").plan(post())
    assert [d.name for d in due(plan, desk.now)] == ["launch@mastodon"]


def test_a_moved_post_is_not_sent_again(desk, post):
    desk.went_out("launch", "2026-11-23 09:00")
    found = desk.one(post(publish_at="2026-11-25 09:00"))
    assert found.state == "published"
    assert due(desk.at("2026-11-25 09:00").plan(post()), desk.now) == ()


def test_a_renamed_file_with_its_id_is_not_sent_again(desk, post):
    desk.went_out("launch", "2026-11-23 09:00")
    assert desk.one(post(path="posts/new-name.md")).state == "published"


def test_a_renamed_copy_under_another_id_is_held(desk, post):
    desk.went_out("launch", "2026-11-23 09:00", digest="text of launch")
    found = desk.one(post("copy", text_digest="text of launch"))
    assert (found.state, found.reason) == ("held", "copy")
    assert "looks like a renamed copy of launch" in found.why
    assert "smm queue release copy@mastodon" in found.hint


def test_a_copy_that_a_person_released_goes_out(desk, post):
    desk.went_out("launch", "2026-11-23 09:00", digest="text of launch")
    desk.went_out("copy", "2026-11-25 09:00", state="planned", released=True)
    assert desk.one(post("copy", text_digest="text of launch")).state == "planned"


def test_the_same_text_on_another_channel_is_no_copy(desk, post):
    desk.went_out("launch", "2026-11-23 09:00", channel="blog", digest="text of launch")
    assert desk.one(post("copy", text_digest="text of launch")).state == "planned"


def test_a_renamed_channel_keeps_what_went_out(desk, post):
    desk.went_out("launch", "2026-11-23 09:00", channel="toots", digest="text of launch")
    desk.change("mastodon", formerly=("toots",))
    assert desk.one(post()).state == "published"
    assert desk.one(post("copy", text_digest="text of launch")).reason == "copy"


def test_two_files_with_one_id_are_both_kept_back_and_named(desk, post):
    plan = desk.plan(post(path="posts/a.md"), post(path="posts/b.md"))
    assert plan.deliveries == ()
    assert sorted(p.place.file for p in plan.problems) == ["posts/a.md", "posts/b.md"]
    assert {p.slug for p in plan.problems} == {"same-id"}


def test_a_post_without_an_id_has_no_deliveries(desk, post):
    assert desk.plan(post("")).deliveries == ()


def test_records_say_how_a_delivery_stands(desk, post):
    for state in (CANCELLED, FAILED, WAITING):
        desk.went_out("launch", "2026-11-23 09:00", state=state)
        plan = desk.plan(post())
        assert [d.state for d in plan.deliveries] == [state]
        assert due(plan, desk.now) == ()


def test_an_unknown_outcome_waits_for_a_person_and_is_not_sent(desk, post):
    desk.went_out("launch", "2026-11-23 09:00", state=UNKNOWN)
    plan = desk.plan(post())
    assert due(plan, desk.now) == ()
    assert "smm queue resolve launch@mastodon --published URL" in plan.deliveries[0].hint


def test_what_is_being_sent_is_looked_at_again_when_its_lease_ends(desk, post, berlin):
    desk.went_out("launch", "2026-11-24 08:29", state=SENDING, next_at=berlin("2026-11-24 08:32"))
    plan = desk.plan(post())
    assert due(plan, desk.now) == ()
    assert plan.wake_at == berlin("2026-11-24 08:32")
    assert len(due(desk.at("2026-11-24 08:32").plan(post()), desk.now)) == 1


def test_a_retry_waits_for_its_time(desk, post, berlin):
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, next_at=berlin("2026-11-24 08:40"), attempts=1)
    found = desk.one(post(publish_at="2026-11-24 08:00"))
    assert (found.state, found.due) == ("retry", berlin("2026-11-24 08:40"))
    assert found.at == berlin("2026-11-24 08:00")


def test_a_retry_of_a_post_moved_to_next_week_waits_for_next_week(desk, post, berlin):
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, next_at=berlin("2026-11-24 08:40"), attempts=1)
    assert desk.one(post(publish_at="2026-12-01 08:00")).due == berlin("2026-12-01 08:00")


def test_a_half_sent_thread_is_ended_even_when_the_post_was_moved(desk, post, berlin):
    desk.went_out("launch", "2026-11-24 08:00", state=RETRY, next_at=berlin("2026-11-24 08:40"), attempts=1, parts_public=1, parts_total=3)
    assert desk.one(post(publish_at="2026-12-01 08:00")).due == berlin("2026-11-24 08:40")


def test_an_unknown_delivery_of_a_deleted_post_is_still_listed(desk):
    desk.went_out("launch", "2026-11-23 09:00", state=UNKNOWN)
    plan = desk.plan()
    assert [(d.name, d.state) for d in plan.deliveries] == [("launch@mastodon", "unknown")]
    assert due(plan, desk.now) == ()


def test_a_deleted_post_has_nothing_to_come(desk):
    desk.went_out("launch", "2026-11-23 09:00", state=RETRY)
    assert desk.plan().deliveries == ()


def test_a_group_brings_a_post_to_each_channel_once(desk, post):
    found = desk.plan(post(channels=("all", "mastodon")))
    assert sorted(d.name for d in found.deliveries) == ["launch@blog", "launch@mastodon"]


def test_times_may_differ_for_a_target(desk, post):
    aimed = post(channels=("all",), targets={"blog": {"publish_at": "2026-11-26 10:00"}})
    assert desk.times(aimed) == {"launch@mastodon": "2026-11-25 09:00", "launch@blog": "2026-11-26 10:00"}


# -- channels that a group gained later --------------------------------------------------------------------------------


def test_a_post_planned_before_a_channel_joined_does_not_follow_its_group(desk, post):
    desk.change("blog", since=date(2026, 11, 26))
    plan = desk.plan(post(channels=("all",)), post("later", "2026-11-26 09:00", channels=("all",)))
    assert [d.name for d in plan.deliveries] == ["launch@mastodon", "later@blog", "later@mastodon"]
    (problem,) = plan.problems
    assert problem.what == "blog joined group all on 26 Nov 2026: 1 earlier post stays away"
    assert problem.severity == "info"


def test_a_post_that_names_the_channel_itself_follows(desk, post):
    desk.change("blog", since=date(2026, 11, 26))
    assert desk.one(post(channels=("blog",))).state == "planned"


def test_a_post_of_which_something_is_public_takes_on_no_channel_later(desk, post):
    desk.went_out("launch", "2026-11-20 09:00")
    desk.change("blog", since=date(2026, 11, 23), slots=())
    moved = post(publish_at="2026-11-25 09:00", channels=("all",))
    assert [d.name for d in desk.plan(moved).deliveries] == ["launch@mastodon"]


def test_a_second_channel_is_still_served_when_the_first_was_quicker(desk, post):
    desk.change("blog", since=date(2026, 11, 1))
    desk.went_out("launch", "2026-11-24 08:00")
    plan = desk.plan(post(publish_at="2026-11-24 08:00", channels=("all",)))
    assert [d.name for d in due(plan, desk.now)] == ["launch@blog"]


def test_what_was_begun_on_a_channel_goes_on_there(desk, post, berlin):
    desk.change("blog", since=date(2026, 11, 26))
    desk.went_out("launch", "2026-11-24 08:00", channel="blog", state=RETRY, next_at=berlin("2026-11-24 08:30"), attempts=1)
    plan = desk.plan(post(publish_at="2026-11-24 08:00", channels=("all",)))
    assert "launch@blog" in {d.name for d in due(plan, desk.now)}


def test_a_plan_without_posts_is_empty(desk):
    assert isinstance(desk.calendar, Calendar)
    assert desk.plan().deliveries == ()


def test_what_went_out_under_an_earlier_name_counts_more_than_what_is_planned_now(desk, post):
    desk.change("mastodon", formerly=("toots",))
    desk.went_out("launch", "2026-11-23 09:00", channel="toots")
    desk.went_out("launch", "2026-11-25 09:00", state="planned", held_by_you=True)
    assert desk.one(post()).state == "published"

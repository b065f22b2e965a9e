"""A hold says what changed since the approval: from the commit that added it, nothing stored."""

from __future__ import annotations

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.plan.plan import make_plan
from smm_cli.words.history import History
from tests.approval.conftest import NOW


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("second", "third", "text"),
        ("title: A title", "title: Another", "title"),
        ("2026-12-01 09:00", "2026-12-02 09:00", "publish_at"),
        ("channels: [blog, toots]", "channels: [blog]", "channels -toots"),
        ("title: A title", "title: A title\ntags: [one]", "tags"),
        ("title: A title", "title: A title\nfor:\n  toots:\n    text: Short.", "text on toots"),
        ("title: A title", "title: Another\nfor:\n  toots:\n    text: Short.", "title; text on toots"),
    ],
)
def test_the_hold_names_what_changed(desk, old, new, told):
    desk.approve("ben")
    assert desk.why() == ""
    desk.edit(old, new)
    assert desk.why() == f"changed since ben approved it: {told}"


def test_other_bytes_of_a_picture_are_a_change_of_media(desk):
    (desk.root / "posts" / "a.png").write_bytes(b"one")
    desk.edit("A second", "![an a](a.png)\n\nA second")
    desk.approve("ben")
    (desk.root / "posts" / "a.png").write_bytes(b"two")
    desk.commit("ada")
    assert desk.why() == "changed since ben approved it: media"


def test_a_group_that_got_a_channel_changed_what_was_approved(desk):
    settings = desk.root / "channels.toml"
    settings.write_text(settings.read_text() + '\n[groups]\nall = ["blog"]\n')
    desk.commit("ada")
    desk.edit("channels: [blog, toots]", "channels: [all]")
    desk.approve("ben")
    settings.write_text(settings.read_text().replace('all = ["blog"]', 'all = ["blog", "toots"]'))
    desk.commit("ada")
    assert desk.why() == "changed since ben approved it: channels +toots"


def test_another_handle_of_a_person_is_told(desk):
    desk.edit("second", "second by @{ada}")
    desk.approve("ben")
    settings = desk.root / "channels.toml"
    settings.write_text(settings.read_text().replace("@ada@m.example", "@other@m.example"))
    desk.commit("ada")
    assert desk.why() == "changed since ben approved it: handles of people on toots"


def test_a_line_for_something_that_never_stood_there_tells_no_difference(desk):
    desk.edit("notes:", f"approved: ['{desk.line('ben', 'v1:' + 'ab' * 32)}']\nnotes:")
    assert desk.why() == "it changed since it was approved"


def test_the_newest_line_is_compared(desk):
    desk.approve("ben")
    desk.edit("second", "third")
    desk.approve("cyn")
    desk.edit("title: A title", "title: Another")
    assert desk.why() == "changed since cyn approved it: title"


def test_what_was_put_back_is_approved_again(desk):
    desk.approve("ben")
    desk.edit("second", "third")
    desk.edit("third", "second")
    assert desk.why() == ""


def test_a_picture_of_one_channel_alone_counts_too(desk):
    (desk.root / "posts" / "a.png").write_bytes(b"one")
    desk.edit("title: A title", "title: A title\nfor:\n  toots:\n    media: [{path: a.png, alt: An a}]")
    desk.approve("ben")
    (desk.root / "posts" / "a.png").write_bytes(b"two")
    desk.commit("ada")
    assert desk.why() == "changed since ben approved it: media on toots"


def test_a_post_that_repeats_on_many_channels_is_looked_at_once(desk):
    desk.edit("notes:", "repeat: FREQ=DAILY\nuntil: 2027-01-01\nnotes:")
    desk.approve("ben")

    class Digests(dict[str, str]):
        asked = 0

        def get(self, key, default=None):
            self.asked += 1
            return super().get(key, default)

    calendar, digests = load_calendar(desk.root), Digests(launch=desk.digest())
    plan = make_plan(calendar, Index(calendar).posts(WorkTree(desk.root)).posts, History(), NOW, digests=digests)
    assert len(plan.deliveries) > 20
    assert {delivery.state for delivery in plan.deliveries} == {"planned"}
    assert digests.asked == 1

"""Which channels a post goes to, and what it says there: groups and networks expanded, the nearest target wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import parse, read_post
from smm_cli.calendar.targets import Target, aim, channels_of, members
from smm_cli.words.channel import Channel
from smm_cli.words.post import Media, Poll, Post, WaitFor

CALENDAR = Calendar(
    Path("/nowhere"),
    "demo",
    channels={
        name: Channel(name, network)
        for name, network in [("blog", "site"), ("mastodon", "mastodon"), ("bsky-de", "bluesky"), ("bsky-en", "bluesky")]
    },
    groups={"german": ("blog", "bsky-de"), "social": ("mastodon", "bluesky"), "round": ("round", "german"), "none": ()},
)


def post(text: str) -> Post:
    found, problems = read_post("posts/a.md", f"---\n{text}".encode(), CALENDAR)
    assert found is not None, [str(problem) for problem in problems]
    assert problems == []
    return found


def aimed(text: str, channel: str) -> Post:
    return aim(post(text), CALENDAR.channels[channel], CALENDAR)


def going(*names: str) -> list[tuple[str, str]]:
    targets = channels_of(Post("a", "a.md", channels=names), CALENDAR)
    return [(target.channel.name, target.by_group) for target in targets]


def test_groups_and_networks_become_channels_each_once_in_the_order_written():
    assert going("german", "blog", "bluesky") == [("blog", ""), ("bsky-de", "german"), ("bsky-en", "bluesky")]
    assert going("social") == [("mastodon", "social"), ("bsky-de", "social"), ("bsky-en", "social")]


def test_a_channel_that_bears_its_networks_name_is_named_by_the_post_itself():
    assert channels_of(Post("a", "a.md", channels=("mastodon",)), CALENDAR) == (Target(CALENDAR.channels["mastodon"], ""),)


def test_unknown_names_empty_groups_and_groups_in_a_circle_bring_nothing_more():
    assert going("nobody", "none", "round") == [("blog", "round"), ("bsky-de", "round")]
    assert members("nobody", CALENDAR) == []


def test_a_post_without_channels_goes_to_the_calendars_default():
    default = replace(CALENDAR, default_channels=("german",))
    assert [target.channel.name for target in channels_of(Post("a", "a.md"), default)] == ["blog", "bsky-de"]
    assert channels_of(Post("a", "a.md"), CALENDAR) == ()


NESTED = """id: a
title: common
link: https://a.example/
tags: [x, y]
for:
  german:
    title: group
    tags: z
    visibility: group
    content_warning: group
  bluesky:
    title: network
    visibility: network
  bsky-de:
    title: channel
---
Hallo
"""


def test_the_channel_wins_over_its_network_and_the_network_over_a_group():
    found = aimed(NESTED, "bsky-de")
    assert (found.title, found.visibility, found.content_warning, found.tags) == ("channel", "network", "group", ("z",))
    assert found.link == "https://a.example/"
    assert found.targets == {}
    assert aimed(NESTED, "bsky-en").title == "network"
    assert aimed(NESTED, "blog").title == "group"
    assert aimed(NESTED, "mastodon").title == "common"


def test_what_is_emptied_for_a_target_is_empty_there():
    text = """id: a
link: https://a.example/
tags: [x]
media: a.jpg
poll: {options: [a, b]}
for: {blog: {link: '', tags: [], media: , poll: }}
---
Hallo
"""
    found = aimed(text, "blog")
    assert (found.link, found.tags, found.media, found.poll) == ("", (), (), None)


def test_mappings_merge_and_lists_replace():
    text = """id: a
poll: {options: [ja, nein], expires_in: 1d, multiple: true}
media: [{path: a.jpg, alt: A}, {path: b.jpg, alt: B}]
for:
  german:
    threadgate: {a: "1", b: "1"}
    poll: {expires_in: 6h}
  bsky-de:
    threadgate: {b: "2"}
    media: [{path: c.jpg, alt: C, focus: "0, 0.5"}]
---
Hallo
"""
    found = aimed(text, "bsky-de")
    assert found.poll == Poll(("ja", "nein"), 21_600, multiple=True)
    assert found.media == (Media("c.jpg", "C", focus=(0.0, 0.5), line=11),)
    assert found.options == {"threadgate": {"a": "1", "b": "2"}}
    assert aimed(text, "mastodon").media == (Media("a.jpg", "A", line=4), Media("b.jpg", "B", line=4))


def test_keys_that_are_no_posts_keys_become_options_as_they_were_written():
    found = aimed("id: a\nfor: {mastodon: {sensitive: true, quote_policy: nobody, title: x}}\n---\nHallo\n", "mastodon")
    assert found.options == {"sensitive": "true", "quote_policy": "nobody"}
    assert found.title == "x"


def test_a_time_for_a_target_replaces_a_slot_and_a_slot_a_time():
    text = "id: a\npublish_at: 2026-11-24 09:00\nfor: {blog: {slot: next}, mastodon: {publish_at: 2026-11-25 09:00}}\n---\nHallo\n"
    assert (aimed(text, "blog").slot, aimed(text, "blog").publish_at) == ("next", "")
    assert aimed(text, "mastodon").publish_at == "2026-11-25 09:00"
    other = "id: a\nslot: next\nfor: {blog: {publish_at: 2026-11-25 09:00, wait_for: {tag: v2, limit: 2h}}}\n---\nHallo\n"
    assert (aimed(other, "blog").slot, aimed(other, "blog").publish_at) == ("", "2026-11-25 09:00")
    assert aimed(other, "blog").wait_for == WaitFor(tag="v2", limit=7200)


def test_a_text_for_a_target_replaces_the_common_one_and_keeps_its_line():
    text = """id: a
for:
  mastodon: {text: Kurz}
  german:
    text: |
      Erste
      Zweite
---

Hallo

<!-- for: bsky-de, bsky-en -->

Guten Tag
"""
    common = post(text)
    assert (common.body, common.body_line) == ("Hallo", 11)
    found = aim(common, CALENDAR.channels["bsky-de"], CALENDAR)
    assert (found.body, found.body_line) == ("Guten Tag", 15)
    assert (aimed(text, "mastodon").body, aimed(text, "mastodon").body_line) == ("Kurz", 4)
    assert (aimed(text, "blog").body, aimed(text, "blog").body_line) == ("Erste\nZweite", 7)


def test_an_aimed_post_is_equal_to_the_post_where_nothing_is_for_that_channel():
    plain = post("id: a\n---\nHallo\n")
    assert aim(plain, CALENDAR.channels["blog"], CALENDAR) is plain


def test_what_is_wrong_below_one_target_holds_that_target_only():
    found, problems, wrong = parse(
        "posts/a.md", b"---\nid: a\nfor:\n  blog:\n    link: nirgends\n    title: gut\n  mastodon:\n    title: auch gut\n---\nHallo\n"
    )
    assert problems == []
    assert found is not None
    assert [problem.what for problem in wrong["blog"]] == ["blog.link: nirgends is no address"]
    assert wrong["blog"][0].place.line == 5
    assert set(wrong) == {"blog"}
    assert found.targets["blog"]["title"] == "gut"
    assert found.targets["mastodon"] == {"title": "auch gut"}


def test_a_text_above_and_a_text_below_for_one_target_are_one_too_many():
    for above in ("Kurz", "Lang"):
        text = f"---\nid: a\nfor:\n  blog:\n    text: {above}\n---\nHallo\n<!-- for: blog -->\nLang\n".encode()
        found, problems, wrong = parse("posts/a.md", text)
        assert found is not None
        assert problems == []
        assert [(problem.slug, problem.place.line) for problem in wrong["blog"]] == [("two-texts", 5)]
        assert wrong["blog"][0].what == "blog has two texts: here and in line 9"


def test_targets_survive_as_plain_json():
    import json

    found = post(
        NESTED.replace(
            "title: channel", "poll: {options: [a, b], expires_in: 1d}\n    media: [{path: a.jpg, focus: '0, 1'}]\n    sensitive: true"
        )
    )
    assert json.loads(json.dumps(found.targets)) == found.targets

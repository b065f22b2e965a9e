"""What check_post finds in a post that parses: undeclared names, missing files, times that do not exist; always with a way out."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from smm_cli.calendar.check import check_post
from smm_cli.calendar.check_times import shifted
from smm_cli.calendar.media_files import candidates, find_media
from smm_cli.calendar.model import Calendar, Campaign
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import Commit, Source, WorkTree
from smm_cli.words.channel import Channel, Person
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a2146" * 8 + b"\nsize 12345\n"
READY = "id: a\nstatus: ready\npublish_at: 2026-11-24 09:00\nchannels: blog\n"


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    for name in ("posts/herbst", "media"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "media" / "bild.jpg").write_bytes(b"picture")
    names = [("blog", "site"), ("mastodon", "mastodon"), ("bsky-de", "bluesky"), ("bsky-en", "bluesky")]
    return Calendar(
        tmp_path,
        "demo",
        timezone="Europe/Berlin",
        channels={name: Channel(name, network) for name, network in names},
        groups={"german": ("blog", "bsky-de"), "loud": ("blog", "mastodon"), "none": ()},
        people={"ada": Person("ada")},
        campaigns={"herbst": Campaign("herbst")},
        pillars=("produkt", "leute"),
    )


def write(calendar: Calendar, front: str, body: str = "Hallo", path: str = "posts/a.md") -> Post:
    data = f"---\n{front.strip()}\n---\n\n{body}\n".encode()
    place = calendar.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    post, problems = read_post(path, data, calendar)
    assert post is not None, [str(problem) for problem in problems]
    assert problems == []
    return post


def found(calendar: Calendar, front: str, body: str = "Hallo", path: str = "posts/a.md", source: Source | None = None) -> list[Problem]:
    post = write(calendar, front, body, path)
    problems = check_post(post, calendar, source or WorkTree(calendar.root))
    for problem in problems:
        assert problem.place.file == path
        assert problem.hint or problem.slug == "option", str(problem)
    return problems


def one(calendar: Calendar, front: str, body: str = "Hallo", path: str = "posts/a.md", source: Source | None = None) -> Problem:
    problems = found(calendar, front, body, path, source)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_a_good_post_has_no_problems(calendar: Calendar):
    text = READY + "campaign: herbst\npillar: leute\nmedia: [{path: media/bild.jpg, alt: Ein Blatt}]\nfor: {german: {title: x}}"
    assert found(calendar, text, "Hallo @{ada}\n\n![Noch eins](media/bild.jpg)") == []


# -- ready, or not ----------------------------------------------------------------------------------------------------------------


def test_a_ready_post_without_id_is_told_which_to_write(calendar: Calendar):
    problem = one(calendar, READY.replace("id: a\n", ""), path="posts/Grüße 2026.md")
    assert problem.what == "no id. A renamed file would be a new post and go out again"
    assert problem.hint == "Add: id: gruesse-2026   (smm check --fix writes it)"


def test_a_ready_post_without_any_time_is_told_how_to_get_one(calendar: Calendar):
    problem = one(calendar, "id: launch\nstatus: ready\nchannels: blog")
    assert problem.what == "no time"
    assert problem.hint == 'smm post schedule launch "tomorrow 9am", or slot: next'
    assert problem.place.line == 3


@pytest.mark.parametrize(
    "time",
    ["slot: next", "wait_for: {tag: v2, limit: 2h}", "repeat: FREQ=DAILY\npublish_at: 2026-11-24 09:00", "for: {blog: {slot: next}}"],
)
def test_a_slot_a_wait_and_a_rule_are_times_too(calendar: Calendar, time: str):
    assert found(calendar, f"id: a\nstatus: ready\nchannels: blog\n{time}") == []


def test_a_draft_needs_neither_id_nor_time(calendar: Calendar):
    assert found(calendar, "channels: blog") == []


def test_a_post_for_nobody_is_an_error_only_when_it_is_ready(calendar: Calendar):
    assert one(calendar, READY.replace("channels: blog\n", "")).severity == "error"
    assert one(calendar, "id: a").severity == "warning"
    assert found(replace(calendar, default_channels=("blog",)), "id: a") == []


# -- names ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "slug", "hint", "place"),
    [
        ("channels: [mastodon, blgo]", "unknown-channel", "did you mean blog?", (2, 22)),
        ("channels: [none]", "empty-group", "smm channel list shows all", (2, 12)),
        ("channels: blog\ncampaign: hebrst", "unknown-campaign", "did you mean herbst?", (3, 1)),
        ("channels: blog\ncampaign: winter", "unknown-campaign", "declare it in channels.toml: [campaigns.winter]", (3, 1)),
        ("channels: blog\npillar: Leut", "unknown-pillar", "did you mean leute?", (3, 1)),
        ("channels: blog\nfor: {blog: {pillar: x}}", "unknown-pillar", 'declare it in channels.toml: [calendar] pillars = ["x"]', (3, 14)),
        ("channels: blog\nfor:\n  bloc:\n    title: x", "unknown-channel", "did you mean blog?", (4, 3)),
        ("channels: blog\ntitle: '@{aad}'", "unknown-person", "did you mean ada?", (3, 1)),
    ],
)
def test_a_name_that_nobody_declared_is_told_with_what_was_meant(
    calendar: Calendar, line: str, slug: str, hint: str, place: tuple[int, int]
):
    problem = one(calendar, line)
    assert (problem.slug, problem.hint, problem.severity) == (slug, hint, "error")
    assert (problem.place.line, problem.place.column) == place


def test_a_person_nobody_knows_is_found_in_texts_but_not_in_code(calendar: Calendar):
    body = "Hallo @{ada}\n\nund @{bo}, nicht `@{code}` noch \\@{ich}\n\n<!-- for: blog -->\n@{eve}"
    problems = found(calendar, "id: a\nchannels: blog", body)
    assert [(problem.what, problem.place.line) for problem in problems] == [("there is no person bo", 8), ("there is no person eve", 11)]


def test_a_text_for_somebody_the_post_does_not_go_to_is_a_warning(calendar: Calendar):
    problem = one(calendar, "id: a\nchannels: blog", "Hallo\n\n<!-- for: mastodon -->\nKurz")
    assert (problem.slug, problem.severity, problem.place.line) == ("unused-target", "warning", 8)
    problem = one(calendar, "id: a\nchannels: blog\nfor: {bluesky: {title: x}}")
    assert (problem.slug, problem.severity, problem.place.line) == ("unused-target", "warning", 4)


def test_a_marker_for_an_unknown_target_is_told_where_it_stands(calendar: Calendar):
    problem = one(calendar, "id: a\nchannels: blog", "Hallo\n\n<!-- for: mastodno -->\nKurz")
    assert (problem.slug, problem.hint, problem.place.line) == ("unknown-channel", "did you mean mastodon?", 8)


# -- targets ----------------------------------------------------------------------------------------------------------------------


def test_two_groups_that_disagree_about_one_channel_hold_that_channel(calendar: Calendar):
    text = "id: a\nchannels: [german, loud]\nfor:\n  german: {title: x}\n  loud: {title: y}"
    problem = one(calendar, text)
    assert problem.what == "german and loud say different things of title for blog"
    assert (problem.slug, problem.severity, problem.place.channel, problem.place.line) == ("groups-disagree", "error", "blog", 6)


def test_groups_that_agree_or_are_overruled_by_the_channel_do_not_disagree(calendar: Calendar):
    assert found(calendar, "id: a\nchannels: [german, loud]\nfor: {german: {title: x}, loud: {title: x}}") == []
    assert found(calendar, "id: a\nchannels: [german, loud]\nfor: {german: {title: x}, loud: {title: y}, blog: {title: z}}") == []


def test_texts_of_two_groups_disagree_like_any_key(calendar: Calendar):
    problem = one(calendar, "id: a\nchannels: [blog]", "Hallo\n<!-- for: german -->\nA\n<!-- for: loud -->\nB")
    assert problem.slug == "groups-disagree"


def test_what_is_wrong_below_a_group_holds_each_channel_of_it_that_the_post_goes_to(calendar: Calendar):
    problems = found(calendar, "id: a\nchannels: [german, mastodon]\nfor:\n  german:\n    link: nirgends")
    assert [(problem.slug, problem.place.channel, problem.place.line) for problem in problems] == [
        ("bad-address", "blog", 6),
        ("bad-address", "bsky-de", 6),
    ]


def test_a_missing_picture_of_one_target_holds_the_channels_of_that_target_only(calendar: Calendar):
    front = "id: a\nchannels: [german, mastodon]\nfor:\n  bluesky:\n    media: [{path: media/weg.jpg, alt: x}]\n    title: '@{bo}'"
    problems = found(calendar, front, "Hallo\n\n<!-- for: blog -->\n\n@{eve} ![x](media/fort.jpg)")
    assert [(problem.slug, problem.place.channel) for problem in problems] == [
        ("missing-media", "bsky-de"),
        ("unknown-person", "bsky-de"),
        ("unknown-person", "blog"),
        ("missing-media", "blog"),
    ]


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("status: ready", "status cannot stand below for: blog"),
        ("channels: blog", "channels cannot stand below for: blog"),
        ("campaign: x", "campaign cannot stand below for: blog"),
    ],
)
def test_keys_of_the_whole_post_cannot_stand_below_a_target(calendar: Calendar, key: str, what: str):
    problem = one(calendar, f"id: a\nchannels: blog\nfor:\n  blog:\n    {key}")
    assert (problem.what, problem.place.channel, problem.place.line) == (what, "blog", 6)


def test_two_texts_for_one_target_hold_it(calendar: Calendar):
    problem = one(calendar, "id: a\nchannels: [blog, mastodon]\nfor:\n  blog:\n    text: Kurz", "Hallo\n\n<!-- for: blog -->\nLang")
    assert (problem.slug, problem.place.channel) == ("two-texts", "blog")


def test_options_are_checked_against_the_network_of_each_channel(calendar: Calendar):
    assert found(calendar, "id: a\nchannels: mastodon\nfor: {mastodon: {sensitive: true, quote_policy: nobody}}") == []
    problem = one(calendar, "id: a\nchannels: mastodon\nfor:\n  mastodon:\n    sensitiv: true")
    assert (problem.slug, problem.what, problem.hint) == ("unknown-key", "mastodon has no key sensitiv", "did you mean sensitive?")
    assert (problem.place.line, problem.place.column, problem.place.channel) == (6, 5, "mastodon")
    problem = one(calendar, "id: a\nchannels: mastodon\nfor: {mastodon: {titel: x}}")
    assert problem.hint == "did you mean title?"
    problem = one(calendar, "id: a\nchannels: mastodon\nfor: {mastodon: {quote_policy: everybody}}")
    assert problem.slug == "option"
    assert problem.what.startswith("quote_policy: ")


# -- media ------------------------------------------------------------------------------------------------------------------------


def media(path: str) -> str:
    return f"id: a\nchannels: blog\nmedia:\n  - path: {path}\n    alt: x"


def test_a_picture_without_description_is_told_unless_it_is_decoration(calendar: Calendar):
    problem = one(calendar, "id: a\nchannels: blog\nmedia: media/bild.jpg")
    assert (problem.slug, problem.place.line) == ("no-alt", 4)
    assert found(calendar, "id: a\nchannels: blog\nmedia: [{path: media/bild.jpg, decorative: true}]") == []
    assert one(calendar, "id: a\nchannels: blog", "![](media/bild.jpg)").slug == "no-alt"


@pytest.mark.parametrize("path", ["media/" + 300 * "x" + ".jpg", 300 * "x" + "/bild.jpg", 130 * "ä" + ".jpg"])
def test_a_name_that_is_too_long_for_a_file_is_one_that_is_missing(calendar: Calendar, path: str):
    problem = one(calendar, "id: a\nchannels: blog", f"Hallo\n\n![x]({path})")
    assert problem.slug == "missing-media"
    assert "longer than names of files can be" in problem.what
    assert not WorkTree(calendar.root).exists(path)


@pytest.mark.parametrize("path", ["media/blid.jpg", "media/nichts.png"])
def test_a_missing_file_is_told_wherever_it_is_named(calendar: Calendar, path: str):
    for front, body, line in [
        (media(path), "Hallo", 5),
        ("id: a\nchannels: blog", f"Hallo\n\n![x]({path})", 8),
        ("id: a\nchannels: blog", f"Hallo ![x]({path}) du", 6),
        ("id: a\nchannels: blog\nfor:\n  blog:\n    media:\n      - {path: " + path + ", alt: x}", "Hallo", 7),
        ("id: a\nchannels: blog", f"Hallo\n\n<!-- for: blog -->\n\n![x]({path})", 10),
        ("id: a\nchannels: blog\nmedia: [{path: media/bild.jpg, alt: x, thumbnail: " + path + "}]", "Hallo", 4),
    ]:
        problem = one(calendar, front, body)
        assert (problem.slug, problem.what, problem.place.line) == ("missing-media", f"there is no file {path}", line)
        assert ("bild.jpg" in problem.hint) == ("blid" in path)


@pytest.mark.parametrize(
    "path",
    ["../../geheim.jpg", "/../geheim.jpg", "media/../../../geheim.jpg", "https://a.example/x.jpg", "file:///etc/passwd", "C:\\bild.jpg"],
)
def test_nothing_outside_the_calendar_is_media(calendar: Calendar, path: str):
    (calendar.root.parent / "geheim.jpg").write_bytes(b"x")
    problem = one(calendar, media(f"'{path}'"))
    assert problem.slug == "media-outside"
    assert find_media(path, "posts/a.md", WorkTree(calendar.root)) == ""


def test_a_link_that_leads_out_of_the_calendar_is_told_and_not_followed(calendar: Calendar):
    (calendar.root.parent / "geheim.jpg").write_bytes(b"x")
    os.symlink(calendar.root.parent / "geheim.jpg", calendar.root / "media" / "link.jpg")
    assert one(calendar, media("media/link.jpg")).slug == "media-outside"


def test_a_windows_path_is_told_to_use_slashes(calendar: Calendar):
    assert one(calendar, media("media\\bild.jpg")).hint == "write media/bild.jpg"


def test_another_letter_case_is_told_with_the_name_of_the_file(calendar: Calendar):
    problem = one(calendar, media("media/Bild.JPG"))
    assert (problem.slug, problem.hint) == ("media-case", "write media/bild.jpg")


def test_another_normal_form_of_an_umlaut_is_told(calendar: Calendar):
    (calendar.root / "media" / unicodedata.normalize("NFD", "grün.jpg")).write_bytes(b"x")
    problem = one(calendar, media(unicodedata.normalize("NFC", "media/grün.jpg")))
    assert problem.slug == "media-spelling"


def test_a_pointer_of_git_lfs_is_no_picture(calendar: Calendar):
    (calendar.root / "media" / "film.mp4").write_bytes(POINTER)
    problem = one(calendar, media("media/film.mp4"))
    assert problem.slug == "lfs-pointer"
    assert problem.what == f"media/film.mp4 is a Git LFS pointer, {len(POINTER)} bytes"
    assert problem.hint == "git lfs pull, in CI lfs: true"


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def test_a_picture_that_git_does_not_have_is_told_from_the_work_tree_and_from_the_branch(calendar: Calendar):
    root = calendar.root
    git(root, "init", "-q")
    write(calendar, media("media/neu.jpg"))
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    (root / "media" / "neu.jpg").write_bytes(b"x")
    published = replace(calendar, publish_from="main")
    for source in (WorkTree(root), Commit(root, "main")):
        problem = one(published, media("media/neu.jpg"), source=source)
        assert (problem.slug, problem.hint) == ("not-committed", "git add media/neu.jpg && git commit")
    assert found(calendar, media("media/neu.jpg")) == [], "what is published from the work tree need not be committed"
    assert found(published, media("media/bild.jpg")) == []
    git(root, "add", ".")
    git(root, "commit", "-qm", "y")
    assert found(published, media("media/neu.jpg")) == []


def test_a_path_starts_at_the_root_or_at_the_post(calendar: Calendar):
    (calendar.root / "posts" / "herbst" / "blatt.jpg").write_bytes(b"x")
    source = WorkTree(calendar.root)
    for written, where in [
        ("blatt.jpg", "posts/herbst/blatt.jpg"),
        ("./blatt.jpg", "posts/herbst/blatt.jpg"),
        ("../herbst/blatt.jpg", "posts/herbst/blatt.jpg"),
        ("media/bild.jpg", "media/bild.jpg"),
        ("/media/bild.jpg", "media/bild.jpg"),
        ("../../media/bild.jpg", "media/bild.jpg"),
        ("./media/bild.jpg", ""),
        ("/blatt.jpg", ""),
    ]:
        assert find_media(written, "posts/herbst/a.md", source) == where, written
    assert candidates("a.jpg", "posts/a.md") == ["a.jpg", "posts/a.jpg"], "the root first"


# -- times ------------------------------------------------------------------------------------------------------------------------


def test_a_time_in_the_hour_that_summer_time_skips_is_a_warning(calendar: Calendar):
    problem = one(calendar, READY.replace("2026-11-24 09:00", "2027-03-28 02:30"))
    assert (problem.slug, problem.severity, problem.place.line) == ("skipped-hour", "warning", 4)
    assert problem.what == "2027-03-28 02:30 does not exist in Europe/Berlin: summer time begins; it goes out at 03:30"
    assert problem.hint == "write 2027-03-28 03:30"


def test_a_time_for_one_target_is_looked_at_in_its_own_zone(calendar: Calendar):
    text = READY + "for: {blog: {publish_at: 2027-03-14 02:30, timezone: America/New_York}}"
    assert one(calendar, text).what.startswith("2027-03-14 02:30 does not exist in America/New_York")


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("2027-03-28 01:59", "Europe/Berlin"),
        ("2027-03-28 03:00", "Europe/Berlin"),
        ("2027-10-31 02:30", "Europe/Berlin"),
        ("2027-03-28 02:30", "UTC"),
        ("2027-03-28T02:30+01:00", "Europe/Berlin"),
        ("2027-03-28 02:30Z", "Europe/Berlin"),
    ],
)
def test_times_that_exist_are_no_problem(written: str, zone: str):
    assert shifted(written, zone) is None


# -- the rest of the calendar -----------------------------------------------------------------------------------------------------


def test_problems_come_in_the_order_of_lines_each_once(calendar: Calendar):
    text = "status: ready\nchannels: [blog, blog, nobody]\ncampaign: x\npillar: y"
    problems = found(calendar, text, "![](a.jpg)\n\n![](a.jpg)")
    assert [problem.place.line for problem in problems] == sorted(problem.place.line for problem in problems)
    assert len(problems) == len(set(problems))
    assert {problem.slug for problem in problems} == {
        "no-id",
        "no-time",
        "unknown-channel",
        "unknown-campaign",
        "unknown-pillar",
        "missing-media",
        "no-alt",
    }

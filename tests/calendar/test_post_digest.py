"""What an approval is bound to: any edit of what is sent lapses it, no edit of anything else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smm_cli.calendar.digest import approval_digest, text_digest
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import WorkTree
from smm_cli.words.channel import Channel, Person
from smm_cli.words.post import Post

FRONT = {
    "id": "herbst",
    "title": "Herbst",
    "link": "https://acme.example/katalog",
    "tags": "[neu, bunt]",
    "channels": "[german, mastodon]",
    "publish_at": "2026-11-24 09:00",
    "status": "ready",
    "media": "[{path: media/a.jpg, alt: Ein Blatt}]",
    "for": "{blog: {title: Blatt, text: 'Mit ![b](media/b.jpg)'}, mastodon: {sensitive: true}}",
    "notes": "nur für uns",
    "campaign": "herbst",
    "order": "10",
}
BODY = "Hallo @{ada}\n\n![c](media/c.jpg)\n"


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    (tmp_path / "media").mkdir()
    for name in "abcde":
        (tmp_path / "media" / f"{name}.jpg").write_bytes(name.encode())
    (tmp_path / "posts").mkdir()
    return Calendar(
        tmp_path,
        "demo",
        channels={name: Channel(name, network) for name, network in [("blog", "site"), ("mastodon", "mastodon"), ("bsky", "bluesky")]},
        groups={"german": ("blog",)},
        people={
            "ada": Person("ada", {"mastodon": "@ada@example.social"}, "Ada Lovelace"),
            "bo": Person("bo", {"mastodon": "@bo@example.social"}),
        },
    )


def read(calendar: Calendar, front: dict[str, str] | None = None, body: str = BODY, path: str = "posts/a.md") -> Post:
    lines = "".join(f"{key}: {value}\n" for key, value in (front or FRONT).items())
    post, problems = read_post(path, f"---\n{lines}---\n{body}".encode(), calendar)
    assert post is not None, [str(problem) for problem in problems]
    return post


def digest(calendar: Calendar, front: dict[str, str] | None = None, body: str = BODY, path: str = "posts/a.md") -> str:
    return approval_digest(read(calendar, front, body, path), calendar, WorkTree(calendar.root))


def test_a_digest_names_its_version_and_is_the_same_every_time(calendar: Calendar):
    found = digest(calendar)
    assert found.startswith("v1:")
    assert len(found) == 3 + 64
    assert digest(calendar) == found


def test_the_digest_of_a_known_post_never_changes_with_a_release(calendar: Calendar):
    plain = {"id": "a", "title": "x", "channels": "blog", "slot": "next"}
    assert digest(calendar, plain, "Hallo\n") == "v1:c07747a731973968a21002ca787a1394f4f790fb88a308ae425dc6a824fe5b43"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "winter"},
        {"title": "Winter"},
        {"link": "https://acme.example/winter"},
        {"tags": "[neu]"},
        {"tags": "[bunt, neu]"},
        {"channels": "[german, mastodon, bsky]"},
        {"channels": "german"},
        {"publish_at": "2026-11-24 09:01"},
        {"timezone": "Asia/Tokyo"},
        {"repeat": "FREQ=WEEKLY"},
        {"media": "[{path: media/b.jpg, alt: Ein Blatt}]"},
        {"media": "[{path: media/a.jpg, alt: Zwei Blätter}]"},
        {"media": "[{path: media/a.jpg, alt: Ein Blatt, focus: '0, 1'}]"},
        {"media": "[{path: media/a.jpg, alt: Ein Blatt, thumbnail: media/b.jpg}]"},
        {"media": "[{path: media/a.jpg, alt: Ein Blatt}, {path: media/d.jpg, alt: x}]"},
        {"content_warning": "Laub"},
        {"visibility": "unlisted"},
        {"poll": "{options: [ja, nein]}"},
        {"reply_to": "https://example.social/@a/1"},
        {"quote": "other"},
        {"first_comment": "Erste"},
        {"split": "true"},
        {"numbering": '"{n}"'},
        {"language": "de"},
        {"canonical": "https://acme.example/x"},
        {"author": "ada"},
        {"date": "2026-11-01"},
        {"urgent": "true"},
        {"max_late": "none"},
        {"not_after": "2026-12-01"},
        {"wait_for": "{tag: v2, limit: 2h}"},
        {"for": "{blog: {title: Blatt}, mastodon: {sensitive: true}}"},
        {"for": "{blog: {title: Blatt, text: 'Mit ![b](media/b.jpg)'}, mastodon: {sensitive: false}}"},
        {"for": "{blog: {title: Blatt, text: 'Mit ![b](media/e.jpg)'}, mastodon: {sensitive: true}}"},
    ],
)
def test_an_edit_of_anything_sent_lapses_the_approval(calendar: Calendar, change: dict[str, str]):
    assert digest(calendar, {**FRONT, **change}) != digest(calendar)


@pytest.mark.parametrize(
    "change",
    [
        {"notes": "anderes"},
        {"status": "draft"},
        {"campaign": "winter"},
        {"pillar": "laub"},
        {"order": "20"},
        {"approved": "[ada 2026-11-23T14:02Z v1:9f3a]"},
        {"title": '"Herbst"  # in Anführung'},
        {"publish_at": "2026-11-24T09:00"},
        {"channels": "[blog, mastodon]"},
        {"for": "{mastodon: {sensitive: true}, blog: {text: 'Mit ![b](media/b.jpg)', title: Blatt}}"},
    ],
)
def test_an_edit_of_anything_else_does_not(calendar: Calendar, change: dict[str, str]):
    assert digest(calendar, {**FRONT, **change}) == digest(calendar)


def test_a_moved_file_and_other_line_endings_are_the_same_text(calendar: Calendar):
    assert digest(calendar, path="posts/2026/b.md") == digest(calendar)
    assert digest(calendar, body=f"\n\n{BODY}\n\n") == digest(calendar)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_other_bytes_of_a_picture_lapse_it_wherever_the_picture_stands(calendar: Calendar, name: str):
    before = digest(calendar)
    (calendar.root / "media" / f"{name}.jpg").write_bytes(b"other")
    assert digest(calendar) != before
    (calendar.root / "media" / f"{name}.jpg").unlink()
    assert digest(calendar) != before


def test_the_handle_of_somebody_mentioned_counts_and_no_others(calendar: Calendar):
    before = digest(calendar)
    ada, bo = calendar.people["ada"], calendar.people["bo"]
    other = replace(calendar, people={"ada": ada, "bo": replace(bo, handles={"mastodon": "@eve@evil.example"})})
    assert digest(other) == before
    other = replace(calendar, people={"ada": replace(ada, handles={"mastodon": "@eve@evil.example"}), "bo": bo})
    assert digest(other) != before


def test_a_group_that_gains_a_channel_lapses_it(calendar: Calendar):
    assert digest(replace(calendar, groups={"german": ("blog", "bsky")})) != digest(calendar)


def test_slot_next_counts_as_written(calendar: Calendar):
    slot = {key: value for key, value in FRONT.items() if key != "publish_at"} | {"slot": "next"}
    assert digest(calendar, slot) != digest(calendar)
    assert digest(calendar, {**slot, "order": "3"}) == digest(calendar, slot)


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(note=words, comment=words, order=st.permutations(list(FRONT)))
def test_notes_comments_and_the_order_of_keys_never_change_it(calendar: Calendar, note: str, comment: str, order: list[str]):
    from smm_cli.calendar.yaml import quoted

    front = {key: FRONT[key] for key in order} | {"notes": quoted(note), "order": f"10  # {comment}"}
    assert digest(calendar, front) == digest(calendar)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(["title", "content_warning", "visibility", "first_comment", "author"]), one=words, other=words)
def test_any_other_words_always_change_it(calendar: Calendar, key: str, one: str, other: str):
    from smm_cli.calendar.yaml import quoted

    same = digest(calendar, {**FRONT, key: quoted(one)}) == digest(calendar, {**FRONT, key: quoted(other)})
    assert same == (one == other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(one=words, other=words)
def test_any_other_text_always_changes_it(calendar: Calendar, one: str, other: str):
    assert (digest(calendar, body=one) == digest(calendar, body=other)) == (one == other)


def test_the_text_digest_knows_a_renamed_copy(calendar: Calendar):
    post = read(calendar)
    copy = read(calendar, {**FRONT, "id": "kopie", "publish_at": "2027-01-01 09:00", "channels": "bsky", "notes": "x"}, path="posts/b.md")
    assert text_digest(copy) == text_digest(post) == post.text_digest
    assert len(post.text_digest) == 64
    for change in ({"title": "x"}, {"link": "https://x.example"}, {"for": "{blog: {text: x}}"}):
        assert text_digest(read(calendar, {**FRONT, **change})) != post.text_digest
    assert text_digest(read(calendar, body="x")) != post.text_digest
    assert text_digest(replace(post, text_digest="")) == post.text_digest

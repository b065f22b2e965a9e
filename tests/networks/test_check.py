"""What is found wrong with a payload, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from smm_cli.networks._handoff import Handoff
from smm_cli.networks.base import Facts, Network
from smm_cli.networks.check import check_payload
from smm_cli.networks.mastodon import NETWORK as MASTODON
from smm_cli.text.dialects import plain
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Blob, Media, Poll, Post


class Board(Network):
    """A network with a limit of every sort, each small."""

    name = "board"
    title = "Board"
    text = (
        Limit("text", 20, "code_points", "here", "2026-11-22", minimum=3),
        Limit("title", 5, "utf8", "here", "2026-11-22", minimum=1),
        Limit("alt", 4, "code_points", "here", "2026-11-22"),
    )
    media = (
        MediaLimit("image", {PNG: 100, JPEG: 200}, 2, "here", "2026-11-22", pixels=1000, side=50),
        MediaLimit("video", {MP4: 300}, 1, "here", "2026-11-22", seconds=10, exclusive=True),
    )
    media_count = 3
    mixing = True
    poll = PollLimit(3, 4, 60, 3600, "here", "2026-11-22", media=True)
    takes = frozenset({"title", "poll", "visibility", "alt"})
    appends: ClassVar[frozenset[str]] = frozenset()
    visibilities = ("public", "members")

    def render(self, part, number, post, facts):
        fields = {"title": post.title, **({"poll": True} if post.poll else {})}
        return PayloadPart(plain(part.blocks, self.mention(facts)), fields, part.media, part.line)


@pytest.fixture
def board():
    return Board(Channel("town", "board"))


@pytest.fixture
def check(facts):
    def checked(network, body="A text", *, people=None, **fields):
        post = Post("p", "posts/p.md", body, body_line=7, **({"title": "T"} | fields))
        known = replace(facts, people=people or {})
        return check_payload(network, post, network.compose(post, known), known)

    return checked


def slugs(problems):
    return [problem.slug for problem in problems]


def one(problems, slug):
    (found,) = [problem for problem in problems if problem.slug == slug]
    return found


def image(name="a.png", kind=PNG, size=10, **more):
    return Media(name, blob=Blob("0" * 64, size, kind), **more)


def test_a_post_that_fits_has_no_problem(board, check):
    assert check(board, media=(image(alt="okay", width=20, height=20),)) == []


@pytest.mark.parametrize(("length", "expected"), [(2, ["too-short"]), (3, []), (19, []), (20, []), (21, ["too-long"])])
def test_a_text_is_measured_at_both_ends(board, check, length, expected):
    assert slugs(check(board, "a" * length)) == expected


def test_a_long_text_says_how_long_it_may_be_and_by_how_much_it_is_over(board, check):
    problem = one(check(board, "a" * 25), "too-long")
    assert problem.what == "the text has 25 characters, 5 more than the 20 that Board takes"
    assert (problem.place.file, problem.place.line, problem.place.channel) == ("posts/p.md", 7, "town")
    assert "shorten it by 5 characters" in problem.hint
    assert "<!-- for: town -->" in problem.hint


@pytest.mark.parametrize(("title", "expected"), [("", ["title-missing"]), ("ÄÖ", []), ("ÄÖü", ["too-long"])])
def test_a_title_is_measured_in_its_own_unit(board, check, title, expected):
    found = check(board, title=title)
    assert slugs(found) == expected
    if title == "ÄÖü":
        assert found[0].what == "the title has 6 bytes, 1 more than the 5 that Board takes"


@pytest.mark.parametrize(("alt", "expected"), [("four", []), ("fiver", ["alt-too-long"])])
def test_a_description_is_measured(board, check, alt, expected):
    assert slugs(check(board, media=(image(alt=alt),))) == expected


def test_where_threads_exist_splitting_is_proposed(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}))
    problem = one(check(network, "word " * 120, title=""), "too-long")
    assert problem.hint.startswith("split: true")


def test_a_content_warning_is_named_where_it_counts(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}))
    problem = one(check(network, "a" * 495, title="", content_warning="Spiders"), "too-long")
    assert problem.what == "the text with its content warning has 502 characters, 2 more than the 500 that Mastodon takes"


def test_each_part_of_a_thread_is_measured_by_itself(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}), Account("@a@b", limits={"text": 10}))
    problem = one(check(network, "short\n\n---\n\nmuch too long", title=""), "too-long")
    assert problem.what.startswith("part 2 has 13 characters, 3 more than the 10")
    assert problem.place.line == 11


def test_an_empty_post_is_an_error(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}))
    assert slugs(check(network, "", title="")) == ["empty-post"]
    assert check(network, "", title="", media=(image(),)) == []


def test_problems_of_reading_are_told_with_the_file(board, check):
    (found,) = check(board, "text\n===")
    assert (found.place.file, found.place.line) == ("posts/p.md", 8)


# -- media ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ([PNG], []),
        ([PNG, JPEG], []),
        ([PNG] * 3, ["too-many-media"]),
        ([PNG] * 4, ["too-many-media"]),
        ([MP4], []),
        ([MP4, MP4], ["too-many-media"]),
        ([PNG, MP4], ["mixed-media"]),
        ([GIF], ["media-type"]),
        (["audio/mpeg"], ["media-kind"]),
    ],
)
def test_media_are_counted_and_kept_apart(board, check, media, expected):
    assert slugs(check(board, media=tuple(image(f"{n}.x", kind) for n, kind in enumerate(media)))) == expected


@pytest.mark.parametrize(
    ("facts_of_file", "expected"),
    [
        ({"size": 100}, []),
        ({"size": 101}, ["media-too-large"]),
        ({"width": 20, "height": 50}, []),
        ({"width": 21, "height": 50}, ["media-too-large"]),
        ({"width": 51, "height": 1}, ["media-too-large"]),
        ({"kind": MP4, "size": 300, "seconds": 10.0}, []),
        ({"kind": MP4, "seconds": 10.1}, ["media-too-long"]),
        ({"kind": MP4, "size": 301}, ["media-too-large"]),
    ],
)
def test_each_file_is_held_against_its_limits(board, check, facts_of_file, expected):
    assert slugs(check(board, media=(image(**facts_of_file),))) == expected


def test_a_file_that_is_too_large_says_by_how_much(board, check):
    problem = one(check(board, media=(image(size=140),)), "media-too-large")
    assert problem.what == "a.png has 140 bytes, 40 more than the 100 that Board takes"


def test_a_server_that_takes_more_is_believed(check):
    network = Board(Channel("town", "board"), Account("@a", limits={"media_count": 5, "image_bytes": 1000}))
    assert check(network, media=tuple(image(f"{n}.png", size=900) for n in range(5))) == []


def test_a_network_without_media_says_so(board, check):
    class Plain(Board):
        media_count = 0

    assert slugs(check(Plain(Channel("town", "board")), media=(image(),))) == ["media-not-taken"]


# -- keys -------------------------------------------------------------------------------------------------------------------


def test_keys_that_get_lost_are_warned_of(board, check):
    found = check(board, content_warning="w", reply_to="x", quote="y", first_comment="z")
    assert slugs(found) == ["key-not-taken"] * 4
    assert {problem.severity for problem in found} == {"warning"}


def test_a_key_for_other_channels_is_missed_only_where_the_channel_stands_alone(board, check):
    assert check(board, tags=("a",), link="https://a.example", channels=("town", "blog")) == []
    assert slugs(check(board, tags=("a",), link="https://a.example", channels=("town",))) == ["key-not-taken"] * 2


def test_a_post_that_is_not_public_is_kept_from_a_network_where_all_is(check, facts):
    class Loud(Board):
        takes = frozenset({"title"})

    network = Loud(Channel("town", "board"))
    problem = one(check(network, visibility="private"), "visibility")
    assert problem.severity == "error"
    assert check(network, visibility="public") == []


def test_an_unknown_visibility_is_an_error_with_a_near_one(board, check):
    problem = one(check(board, visibility="member"), "visibility")
    assert (problem.severity, problem.hint) == ("error", "did you mean members?")
    assert check(board, visibility="members") == []


# -- people -----------------------------------------------------------------------------------------------------------------


def test_a_person_without_a_handle_here_is_warned_of_once(board, check):
    problem = one(check(board, "Hi @{bea}, @{bea}!", people={"bea": Person("bea", {"mastodon": "bea@x"})}), "no-handle")
    assert problem.severity == "warning"
    assert "bea has no handle on Board" in problem.what
    assert check(board, "Hi @{bea}!", people={"bea": Person("bea", {"board": "@bea"})}) == []


def test_where_people_are_simply_named_nobody_is_warned_of(board, check):
    board.wants_handles = False
    assert check(board, "Hi @{bea}!", people={"bea": Person("bea", {"mastodon": "bea@x"})}) == []


# -- polls ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("poll", "said"),
    [
        (Poll(("a",), 60), "at least 2"),
        (Poll(("a", "b"), 60), ""),
        (Poll(("a", "b", "c"), 3600), ""),
        (Poll(("a", "b", "c", "d"), 60), "4 options; Board takes 3"),
        (Poll(("a", "four"), 60), ""),
        (Poll(("a", "fiver"), 60), "5 characters; Board takes 4"),
        (Poll(("a", "a"), 60), "stands 2 times"),
        (Poll(("a", " "), 60), "empty"),
        (Poll(("a", "b"), 59), "59 s; Board takes 1 min to 1 h"),
        (Poll(("a", "b"), 3601), "Board takes 1 min to 1 h"),
    ],
)
def test_a_poll_is_held_against_its_limits(board, check, poll, said):
    found = check(board, poll=poll)
    assert slugs(found) == (["poll"] if said else [])
    assert all(said in problem.what for problem in found)


def test_a_poll_with_pictures_is_a_problem_where_they_exclude_each_other(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}))
    found = check(network, title="", poll=Poll(("a", "b")), media=(image(),))
    assert "can carry no media" in one(found, "poll").what


def test_a_handoff_takes_what_a_person_can_carry(check):
    class Door(Handoff):
        name = "door"
        title = "Door"

    assert check(Door(Channel("door", "door")), media=(image(), image("b.mp4", MP4, 10**9)), tags=("x",), link="https://a.example") == []


def test_remarks_of_the_network_are_among_the_problems(check):
    network = MASTODON(Channel("mastodon", "mastodon", {"server": "https://a.example"}))
    assert slugs(check(network, title="", visibility="direct")) == ["direct-to-nobody"]


def test_checking_needs_no_more_than_the_facts(board, facts):
    post = Post("p", "p.md", "A text", title="T")
    assert check_payload(board, post, board.compose(post, facts), Facts("c", "p@town", facts.at)) == []

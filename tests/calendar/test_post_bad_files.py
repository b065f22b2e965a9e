"""Files that are broken, hostile or not posts at all: each a problem with slug, place and hint, quickly, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from smm_cli.calendar import yaml
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import read_post
from smm_cli.words.problem import Problem

CALENDAR = Calendar(Path("/nowhere"), "demo")
HEAD = "---\nid: a\nstatus: draft\n---\n"


def refused(data: bytes) -> Problem:
    post, problems = read_post("posts/a.md", data, CALENDAR)
    assert post is None
    assert len(problems) == 1, [str(problem) for problem in problems]
    problem = problems[0]
    assert problem.place.file == "posts/a.md"
    assert problem.hint
    assert problem.severity == "error"
    return problem


def test_a_bom_is_no_part_of_the_first_key():
    post, problems = read_post("posts/a.md", b"\xef\xbb\xbf" + HEAD.encode() + b"Hallo", CALENDAR)
    assert problems == []
    assert post is not None
    assert post.id == "a"


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_windows_and_old_line_endings_read_like_any_other(ending: str):
    text = HEAD + "\nEins\nZwei\n\n```\ncode\n```\n"
    plain, _ = read_post("posts/a.md", text.encode(), CALENDAR)
    other, problems = read_post("posts/a.md", text.replace("\n", ending).encode(), CALENDAR)
    assert problems == []
    assert other == plain
    assert other is not None
    assert other.body == "Eins\nZwei\n\n```\ncode\n```"
    assert other.body_line == 6


def test_latin_1_is_told_with_the_place_of_its_first_byte():
    problem = refused("---\nid: a\ntitle: Grüße\n---\n".encode("latin-1"))
    assert problem.slug == "not-utf8"
    assert (problem.place.line, problem.place.column) == (3, 10)
    assert problem.what == 'byte 0xFC is not UTF-8 ("ü" in Latin-1 or Windows-1252)'


def test_a_column_counts_signs_not_bytes():
    problem = refused("---\ntitle: äöü".encode() + b"\xe9\n---\n")
    assert problem.place.column == 11


def test_utf_16_is_called_by_its_name():
    assert refused(HEAD.encode("utf-16")).what == "this file is UTF-16"


def test_a_nul_is_refused_wherever_it_stands():
    for text in (HEAD.replace("draft", "dra\0ft"), HEAD + "Hal\0lo"):
        problem = refused(text.encode())
        assert problem.slug == "control-character"
        assert "NUL" in problem.what
    assert (problem.place.line, problem.place.column) == (5, 4)


def test_an_invisible_sign_pasted_from_slides_is_refused_with_its_place():
    problem = refused((HEAD + "Eins\x0bZwei").encode())
    assert "U+000B" in problem.what
    assert (problem.place.line, problem.place.column) == (5, 5)


def test_a_line_separator_in_front_matter_is_refused_in_a_text_it_stays():
    assert "U+2028" in refused("---\ntitle: a\u2028b\n---\n".encode()).what
    post, problems = read_post("a.md", (HEAD + "a\u2028b").encode(), CALENDAR)
    assert post is not None
    assert problems == []


def test_fifty_megabytes_are_refused_without_being_parsed():
    data = b"---\nid: a\n---\n" + b"x" * (50 << 20)
    start = time.process_time()
    problem = refused(data)
    assert time.process_time() - start < 0.5
    assert problem.slug == "too-big"
    assert "50 MB" in problem.what


def test_front_matter_of_more_than_64_kib_is_refused_without_being_parsed():
    assert refused(f"---\nnotes: {'x' * (64 << 10)}\n---\n".encode()).slug == "too-big"


def test_a_body_may_be_longer_than_front_matter_may():
    post, problems = read_post("a.md", (HEAD + "x" * (500 << 10)).encode(), CALENDAR)
    assert post is not None
    assert problems == []


def test_an_alias_bomb_does_not_explode():
    rows = ["a: &a [x, x, x, x, x, x, x, x, x, x]"] + [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    start = time.process_time()
    problem = refused(("---\n" + "\n".join(rows) + "\n---\n").encode())
    assert time.process_time() - start < 0.5
    assert problem.slug == "yaml"
    assert problem.place.line == 2


@pytest.mark.parametrize(
    "nest",
    [
        "[" * 31_000 + "]" * 31_000,
        "\n  " + "- " * 31_000 + "x",
        "{a: " * 12_000 + "x" + "}" * 12_000,
        "\n" + "\n".join(" " * i + "a:" for i in range(1, 300)),
    ],
)
def test_thousands_of_levels_neither_crash_nor_take_long(nest: str):
    start = time.process_time()
    problem = refused(f"---\na: {nest}\n---\n".encode())
    assert problem.slug == "too-deep"
    assert time.process_time() - start < 1


def test_nothing_in_yaml_runs_anything():
    problem = refused(b"---\ntitle: !!python/object/apply:os.system [ls]\n---\n")
    assert problem.slug == "yaml"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "an empty post"),
        ("  \n\n", "an empty post"),
        ("Hallo Welt\n", "a post without front matter"),
        ("\n---\nid: a\n---\n", "something stands before the front matter"),
        ("---\nid: a\nHallo\n", "the front matter that --- opens is never closed"),
        ("---", "the front matter that --- opens is never closed"),
        ("+++\nid = 'a'\n---\n", "the front matter that +++ opens is never closed"),
        ("---\nid: a\n----\n", "the front matter that --- opens is never closed"),
    ],
)
def test_a_file_without_front_matter_is_told_how_to_begin(text: str, what: str):
    problem = refused(text.encode())
    assert problem.what == what
    assert problem.slug == "no-front-matter"


def test_front_matter_ends_at_the_first_line_that_is_the_fence():
    post, _ = read_post("a.md", b"---  \nid: a\n--- \t\nEins\n\n---\n\nZwei\n", CALENDAR)
    assert post is not None
    assert post.body == "Eins\n\n---\n\nZwei"
    assert post.body_line == 4


def test_the_body_begins_at_its_first_line_with_text():
    post, _ = read_post("a.md", (HEAD + "\n\n  eingerueckt\n\n").encode(), CALENDAR)
    assert post is not None
    assert (post.body, post.body_line) == ("  eingerueckt", 7)


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("title = neu", "toml"),
        ('title = "a"\ntitle = "b"', "toml"),
        ('chanels = "x"', "unknown-key"),
        ("title = [1, 2]", "value"),
        ('id = "Ä"', "bad-id"),
    ],
)
def test_broken_toml_front_matter_is_told_with_its_line(line: str, slug: str):
    problem = refused(f"+++\norder = 1\n{line}\n+++\nHallo\n".encode())
    assert problem.slug == slug
    assert problem.place.line in (3, 4)


def test_toml_front_matter_means_the_same_as_yaml():
    toml = b"""+++
id = "a"
channels = ["blog"]
publish_at = 2026-11-24 09:00:00
urgent = true
order = 10
media = [{path = "a.jpg", alt = "Bild"}]
[for.blog]
title = "Anders"
+++
Hallo
"""
    text = b"""---
id: a
channels: [blog]
publish_at: 2026-11-24 09:00:00
urgent: true
order: 10
media: [{path: a.jpg, alt: Bild}]
for: {blog: {title: Anders}}
# so that the body begins in the same line
---
Hallo
"""
    one, problems = read_post("a.md", toml, CALENDAR)
    other, more = read_post("a.md", text, CALENDAR)
    assert problems == more == []
    assert one == other


def test_without_libyaml_posts_read_the_same():
    text = 'id: a\ntitle: "x: y"\ntags: [no, on, 9:30]\nfor: {blog: {title: ~}}\n'
    slow = yaml.compose(text, yaml.PlainPython)
    quick = yaml.compose(text)
    assert slow is not None
    assert quick is not None
    assert yaml.values(slow, text) == yaml.values(quick, text)
    for broken in ("title: Neu: der", "a: @b", "a: [b", "a: &b c\nd: *b", "a: " + "[" * 5000 + "]" * 5000):
        with pytest.raises(yaml.Fault):
            yaml.compose(broken, yaml.PlainPython)


def test_ten_thousand_posts_parse_in_about_two_seconds():
    text = """---
id: launch-%d
title: "Herbst: neu"
link: https://acme.example/katalog
tags: [neu, angebot, herbst]
channels: [mastodon, linkedin, blog]
publish_at: 2026-11-24 09:00
status: ready
media:
  - path: media/bild.jpg
    alt: Ein Bild
---
Hallo Welt
"""
    files = [(text % number).encode() for number in range(1000)]
    read_post("a.md", files[0], CALENDAR)
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        assert all(read_post("a.md", data, CALENDAR)[0] for data in files)
        best = min(best, time.process_time() - start)
    assert best < 0.6, "three times what it takes on a quiet machine of 2026"

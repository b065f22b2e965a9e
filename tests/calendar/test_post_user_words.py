"""What people type, and the words they get back: the table of first-week mistakes, a test for each row."""

from __future__ import annotations

from pathlib import Path

import pytest

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import read_post
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

CALENDAR = Calendar(Path("/nowhere"), "demo")


def front(text: str, body: str = "Hallo") -> tuple[Post | None, list[Problem]]:
    return read_post("posts/neu.md", f"---\n{text}\n---\n\n{body}\n".encode(), CALENDAR)


def only(text: str) -> Problem:
    post, problems = front(text)
    assert post is None
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert problems[0].hint, "every problem has a way out"
    assert problems[0].severity == "error"
    assert problems[0].place.file == "posts/neu.md"
    return problems[0]


def good(text: str, body: str = "Hallo") -> Post:
    post, problems = front(text, body)
    assert post is not None, [str(problem) for problem in problems]
    assert problems == []
    return post


# -- rows of the table ----------------------------------------------------------------------------------------------------------


def test_on_is_no_truth_value_and_the_key_is_now_called_for():
    problem = only("id: a\non:\n  linkedin:\n    title: x")
    assert problem.what == "there is no key on"
    assert problem.hint == "did you mean for?"


def test_a_flat_key_on_linkedin_is_told_to_be_a_mapping():
    problem = only("on.linkedin: {title: x}")
    assert problem.hint == "write for: and below it linkedin:"


def test_norwegian_stays_a_language_and_on_stays_a_tag():
    post = good("language: no\ntags: [neu, on, 9:30, 1.10, 0123, null-und-nichtig]")
    assert post.language == "no"
    assert post.tags == ("neu", "on", "9:30", "1.10", "0123", "null-und-nichtig")


def test_tags_with_a_hash_sign_would_be_silently_empty():
    problem = only("id: a\ntitle: x\nstatus: draft\ntags: #neu #angebot")
    assert problem.what == "# starts a comment, so tags is empty"
    assert problem.hint == "Write tags: [neu, angebot]"
    assert (problem.place.line, problem.place.column) == (5, 7)


def test_a_german_title_with_a_colon_belongs_in_quotes():
    problem = only("id: a\ntitle: Neu: der Katalog")
    assert problem.what == '"Neu: der Katalog" has a colon: put it in quotes'
    assert problem.hint == 'write title: "Neu: der Katalog"'
    assert problem.place.line == 3


def test_a_title_with_german_quotation_marks_and_a_colon_belongs_in_quotes():
    problem = only("title: „Herbst“: neu")
    assert problem.what == '"„Herbst“: neu" has a colon: put it in quotes'
    assert problem.hint == 'write title: "„Herbst“: neu"'


def test_an_author_with_an_at_sign_belongs_in_quotes():
    problem = only("id: a\nauthor: @ada")
    assert problem.what == '"@ada" begins with @: put it in quotes'
    assert problem.hint.startswith('write author: "@ada"')
    assert problem.place.line == 3


def test_a_german_date_is_answered_with_the_way_to_write_it():
    problem = only("id: a\ntitle: x\npublish_at: 24.11.2026 9 Uhr")
    assert "24.11.2026 9 Uhr: in a file write 2026-11-24 09:00" in problem.what
    assert problem.place.line == 4
    assert "smm post schedule" in problem.hint


def test_one_text_where_a_list_is_due_is_a_list_of_one():
    assert good("channels: linkedin\ntags: neu\nmedia: bild.jpg").channels == ("linkedin",)


# -- more of the kind -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("title: *wichtig*", "begins with *: put it in quotes"),
        ("title: *wichtig", "begins with *: put it in quotes"),
        ("title: &Co", "begins with &: put it in quotes"),
        ("title: !Achtung", "begins with !: put it in quotes"),
        ("title: %20", "begins with %: put it in quotes"),
        ("title: `code`", "begins with `: put it in quotes"),
        ("title: - Strich", "begins with a list sign"),
        ('title: "Herbst" neu', "something follows the closing quotation mark"),
        ("title: 'it's'", "something follows the closing quotation mark"),
        ("title: [neu] Katalog", "begins with [: put it in quotes"),
        ("numbering: {n}/{of}", "begins with {: put it in quotes"),
        ("title: >gross", "begins with >: put it in quotes"),
        ("tags: [neu, @ada]", "begins with @: put it in quotes"),
        ("tags: [neu, angebot", "the [ in line 2 is never closed"),
        ("tags: [#neu, #angebot]", "# starts a comment"),
        ('title: "offen', "a quotation mark opened in line 2 is never closed"),
        ("title:Neu", "write key: value|a blank is missing after title:"),
        ("title:Neu\nid: a", "a blank is missing after title:"),
        ("\ttitle: x", "begins with a tab"),
        ("title: x\n\tid: a", "begins with a tab"),
        ("title: a\n  id: b", "does not fit the lines above it"),
        ("  title: a\nid: b", "does not fit the lines above it"),
        ("title: a\nbare words\nid: c", "here a line is no key: value"),
        ("title: a\nid: b\ntitle: c", "title stands twice, here and in line 2"),
        ("- a\n- b", "the front matter has no keys"),
        ("title: Ausgabe #3", "# starts a comment, so title ends at 'Ausgabe'"),
        ("tags:\n  - #neu", "# starts a comment, so tags is empty"),
        ("title: [a, b]", "title: takes one text, not a list"),
        ("title: {a: b}", "title: takes one text, not keys of its own"),
        ("channels: linkedin, blog", "linkedin, blog is one text, not a list"),
        ("tags: neu, angebot", "neu, angebot is one text, not a list"),
        ('tags: "#neu #angebot"', "#neu #angebot is one text, not a list"),
        ("urgent: ja", "'ja' is neither true nor false"),
        ("order: zehn", "'zehn' is no whole number"),
        ("status: redy", "'redy' is no status"),
        ("slot: tomorrow", "'tomorrow' is no slot"),
        ("id: Über Uns", "'Über Uns' cannot be an id"),
        ("id: a..b", "'a..b' cannot be an id"),
        ("publish_at: 2026-11-24", "2026-11-24 has no time of day"),
        ("publish_at: 2026-11-24 9:00", "in a file write 2026-11-24 09:00|there is no time 2026-11-24 9:00"),
        ("publish_at: 2026-02-30 09:00", "there is no time 2026-02-30 09:00"),
        ("publish_at: morgen 9 Uhr", "morgen 9 Uhr: in a file write"),
        ("slot: next\npublish_at: 2026-11-24 09:00", "not both"),
        ("timezone: Berlin", "there is no time zone Berlin"),
        ("max_late: lange", "'lange' is no span of time"),
        ("link: www.acme.de", "www.acme.de is no address"),
        ("language: deutsch", "'deutsch' is no language"),
        ("repeat: weekly", "'weekly' is no rule"),
        ("repeat: FREQ=WEKLY", "'FREQ=WEKLY' is no rule"),
        ("repeat: FREQ=DAILY;INTERVAL=0", "never ends or never begins"),
        ('numbering: "teil"', "has no place for the number"),
        ("poll: ja oder nein", "poll takes keys of its own"),
        ("poll: {options: [a, b], expires_in: bald}", "poll.expires_in: 'bald' is no span of time"),
        ("poll: {options: [ja]}", "poll: leaves nothing to choose"),
        ("poll: {expires_in: 1d}", "the poll has no answers"),
        ("wait_for: {post: launch}", "wait_for has no limit"),
        ("wait_for: {post: launch, tag: v2, limit: 2h}", "wait_for: waits for exactly one thing"),
        ("media:\n  - alt: ein Bild", "media has no path"),
        ("media:\n  - path: a.jpg\n    atl: ein Bild", "there is no key atl below media"),
        ("media:\n  - path: a.jpg\n    focus: oben", "is no point"),
        ("approved: ada", "'ada' is no approval"),
        ("for: linkedin", "for takes keys of its own"),
    ],
)
def test_a_mistake_is_told_in_the_users_words(line: str, words: str):
    problem = only(line)
    assert any(word in problem.what or word in problem.hint for word in words.split("|")), str(problem)
    assert problem.place.line >= 2


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("chanels: x", "did you mean channels?"),
        ("Title: x", "did you mean title?"),
        ("warning: x", "did you mean content_warning?"),
        ("image: x", "did you mean media?"),
        ("lang: de", "did you mean language?"),
        ("text: x", "the text stands below the second ---"),
        ("draft: true", "write status: draft or status: ready"),
        ("url: x", "did you mean link?"),
    ],
)
def test_an_unknown_key_is_answered_with_the_one_that_was_meant(key: str, hint: str):
    assert only(key).hint == hint


def test_every_wrong_key_is_told_at_once_with_its_own_place():
    post, problems = front("id: Ä\ntitle: [a]\nchanels: x\npublish_at: morgen")
    assert post is None
    assert [problem.place.line for problem in sorted(problems, key=lambda p: p.place.line)] == [2, 3, 4, 5]


def test_columns_count_from_one_and_point_at_the_key():
    problem = only("media:\n  - path: a.jpg\n    atl: x")
    assert (problem.place.line, problem.place.column) == (4, 5)


def test_a_comment_with_a_blank_after_its_sign_is_a_comment():
    assert good("title: Herbst  # noch offen\ntags: # spaeter\nstatus: draft #fertig").title == "Herbst"


def test_null_and_nothing_are_nothing_but_quoted_they_are_words():
    post = good('title: "null"\nlink:\ncontent_warning: ~\nvisibility: null')
    assert (post.title, post.link, post.content_warning, post.visibility) == ("null", "", "", "")


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-24 09:00",
        "2026-11-24T09:00",
        "2026-11-24 09:00:30",
        "2026-11-24T09:00:00+01:00",
        "2026-11-24 09:00Z",
        "2026-11-24 09:00 +01:00",
    ],
)
def test_times_stay_as_they_were_written(written: str):
    assert good(f"publish_at: {written}").publish_at == written


@pytest.mark.parametrize(("written", "seconds"), [("1d", 86_400), ("6h", 21_600), ("30m", 1800), ("3600", 3600), ("90s", 90)])
def test_a_poll_is_open_for_a_span_or_a_number_of_seconds(written: str, seconds: int):
    post = good(f"poll: {{options: [ja, nein], expires_in: {written}}}")
    assert post.poll is not None
    assert post.poll.seconds == seconds
    assert post.poll.options == ("ja", "nein")

"""`[ledger]`: where the record lives, and nothing secret about it."""

from __future__ import annotations

import pytest

from smm_cli.calendar.config import read_calendar

BASE = '[calendar]\nname = "acme"\n\n'


def read(tmp_path, ledger):
    return read_calendar(tmp_path, (BASE + "[ledger]\n" + ledger + "\n").encode())


@pytest.mark.parametrize(
    "url", ["postgresql://ada@db.example/smm", "postgres:///smm?host=/run/postgresql", "env:SMM_LEDGER", "file:.smm/url"]
)
def test_a_url_implies_claims_in_postgresql(tmp_path, url):
    calendar, problems = read(tmp_path, f'url = "{url}"')
    assert problems == []
    assert (calendar.ledger.url, calendar.ledger.claims) == (url, "postgresql")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:geheim@db.example/smm",
        "postgresql://ada:p@ss@db.example/smm",
        "postgresql://ada@db.example/smm?password=x",
        "postgresql://:x@db.example/smm",
    ],
)
def test_a_password_in_channels_toml_is_refused_and_not_repeated(tmp_path, url):
    calendar, problems = read(tmp_path, f'url = "{url}"')
    assert calendar is None
    assert [(problem.slug, problem.place.line) for problem in problems] == [("plain-secret", 5)]
    assert "env:SMM_LEDGER" in str(problems[0])
    assert "geheim" not in str(problems[0])


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ('url = "mysql://db/smm"', "postgresql://"),
        ('url = "postgresql://db/smm"\nclaims = "git"', "contradicts"),
        ('claims = "postgresql"', "where is the database"),
        ('url = "env:no name"', "environment variable"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path, ledger, said):
    calendar, problems = read(tmp_path, ledger)
    assert calendar is None
    assert said in " ".join(f"{problem.what} {problem.hint}" for problem in problems)


def test_claims_may_be_written_beside_the_url(tmp_path):
    calendar, problems = read(tmp_path, 'url = "postgresql://db/smm"\nclaims = "postgresql"')
    assert problems == []
    assert calendar.ledger.claims == "postgresql"


@pytest.mark.parametrize("branch", ["", "a b", "a/", "/a", "a//b", "a..b", ".a", "a/.b", "a.lock", "a@{b", "-a", "a."])
def test_a_branch_that_git_would_not_take_is_refused_before_anything_is_sent(tmp_path, branch):
    calendar, problems = read(tmp_path, f'branch = "{branch}"')
    assert calendar is None
    assert [(problem.slug, problem.place.line) for problem in problems] == [("bad-value", 5)]


@pytest.mark.parametrize("branch", ["smm", "refs/heads/smm", "team/smm", "a.b-c", "a@b", "a.locked"])
def test_a_branch_that_git_takes_is_taken(tmp_path, branch):
    calendar, problems = read(tmp_path, f'branch = "{branch}"')
    assert problems == []
    assert calendar.ledger.branch == branch

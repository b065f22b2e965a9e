"""[alerts] in channels.toml: who may hear, and what is no recipient."""

from __future__ import annotations

from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar

HEAD = """[calendar]
name = "acme"

[channels.toots]
network = "mastodon"
server = "https://mastodon.example"
secret = "env:TOOTS"

[channels.team]
network = "rocketchat"
server = "https://chat.example"
room = "GENERAL"
secret = { user_id = "env:A", token = "env:B" }

[alerts]
"""


def read(alerts: str):
    return read_calendar(Path("/nowhere"), (HEAD + alerts).encode())


def test_channels_that_people_read_among_themselves_and_references_may_hear():
    calendar, problems = read('to = ["channel:team", "env:ALERTS"]\ndeputy = "env:DEPUTY"\ndeputy_after = "2d"\non = "unknown"\n')
    assert problems == []
    assert calendar.alerts.to == ("channel:team", "env:ALERTS")
    assert calendar.alerts.deputy_after == 172_800
    assert calendar.alerts.on == ("unknown",)


@pytest.mark.parametrize(
    ("alerts", "what"),
    [
        ('to = "channel:toots"', "toots is public: what goes wrong would be posted on Mastodon"),
        ('to = "channel:tema"', "there is no channel tema"),
        ('to = "mail:office@acme.example"', "no channel can send mail"),
        ('to = "office@acme.example"', '"office@acme.example" is not understood: write it like "channel:team-chat"'),
        ('to = "https://hooks.example/abc"', "is not understood"),
        ('on = "failures"', "failure"),
        ('heartbeat = "http://hc.example/1"', "is not understood"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_line(alerts, what):
    _, problems = read(alerts + "\n")
    assert any(what in problem.what for problem in problems), problems
    assert all(problem.place.line == HEAD.count("\n") + 1 for problem in problems)

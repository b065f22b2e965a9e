"""A setting may choose how a channel signs: its secrets are then others, and need not be written back."""

from __future__ import annotations

from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar

HEAD = '[calendar]\nname = "acme"\n\n[channels.it]\nnetwork = "x"\n'
KEYS = 'secret = { consumer_key = "env:A", consumer_secret = "env:B", token = "env:C", token_secret = "env:D" }\n'


@pytest.mark.parametrize(
    ("lines", "slugs"),
    [
        ('auth = "keys"\n' + KEYS, []),
        (KEYS, ["rotating-env", "unknown-secret"]),
        ('secret = "env:A"\n', ["rotating-env"]),
        ('auth = "keys"\nsecret = { password = "env:A" }\n', ["unknown-secret"]),
    ],
)
def test_the_secrets_are_those_of_the_chosen_way(lines, slugs):
    found = [problem.slug for problem in read_calendar(Path("/calendar"), f"{HEAD}{lines}".encode())[1]]
    assert sorted(set(found)) == slugs

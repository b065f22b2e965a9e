"""What planned posts cost, where a network charges: in smm plan, before they go out, and in the receipt afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli.plan import show_plan
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONFIG = """[calendar]
name = "try"
timezone = "UTC"
publish_from = "worktree"

[channels.news]
network = "x"
client_id = "an-app"
price_post = 0.01
price_link = 0.2

[channels.toots]
network = "mastodon"
server = "https://social.example"
secret = "env:NOT_SET"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG)
    for id, body in (("plain", "Only words."), ("linked", "Read https://example.org/a at once.")):
        top = f"---\nid: {id}\ntitle: {id.title()}\nstatus: ready\nchannels: [news, toots]\npublish_at: 2026-12-01 09:00\n---\n\n"
        (made / "posts" / f"{id}.md").write_text(f"{top}{body}\n")
    return made


def test_a_plan_says_what_a_channel_costs_and_what_costs_most(root, capsys):
    assert show_plan(Session(root, SetClock(NOW))) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "news: 2 deliveries, USD 0.21; the dearest USD 0.2 (a post with a link); prices of 2026-" in said
    assert "costs toots:" not in said


def test_each_delivery_in_json_has_its_cost_or_none(root, capsys):
    assert show_plan(Session(root, SetClock(NOW)), as_json=True) == 0
    costs = {found["name"]: found["cost"] for found in json.loads(capsys.readouterr().out)}
    assert costs["plain@news"] == {"amount": 0.01, "currency": "USD", "why": "a post"}
    assert costs["linked@news"]["amount"] == 0.2
    assert costs["plain@toots"] is None


def test_no_secret_is_needed_to_know_it(root, capsys):
    config = root / "channels.toml"
    config.write_text(config.read_text().replace('client_id = "an-app"', 'client_id = "an-app"\nsecret = "file:nowhere"'))
    assert show_plan(Session(root, SetClock(NOW)), channel="news") == 0
    assert "USD 0.21" in capsys.readouterr().err

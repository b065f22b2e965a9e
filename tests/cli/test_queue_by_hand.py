"""smm queue show, for a delivery that a person makes: all that she pastes is laid out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONFIG = '[calendar]\nname = "try"\ntimezone = "UTC"\npublish_from = "worktree"\n\n[channels.there]\nnetwork = "handoff"\n'


@pytest.mark.parametrize(
    ("template", "opens"), [("", ""), ('template = "https://e.org/?t={title}"', "  -- open https://e.org/?t=A%20title")]
)
def test_title_text_and_address_are_shown_where_there_are_any(tmp_path, monkeypatch, template, opens):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "posts").mkdir()
    (tmp_path / "channels.toml").write_text(f"{CONFIG}{template}\n")
    (tmp_path / "posts" / "p.md").write_text(
        "---\nid: p\ntitle: A title\nstatus: ready\nchannels: there\npublish_at: 2026-11-25 09:00\n---\n\nHello *you*\n"
    )
    done = CliRunner().invoke(app, ["queue", "show", "p@there"], obj=Session(str(tmp_path), SetClock(NOW)), standalone_mode=False)
    assert done.exception is None
    assert "  -- title\n  A title\n  -- text\n  Hello you\n" in done.stdout
    assert (opens in done.stdout) if opens else ("-- open" not in done.stdout)

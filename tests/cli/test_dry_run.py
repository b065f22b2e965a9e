"""smm publish --dry-run: the requests of this tick, with nothing sent, nothing changed, no secret shown."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli.publishing import publish
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.errors import UsageError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DEMO = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    shutil.copytree(DEMO / "posts" / "pictures", made / "posts" / "pictures")
    (made / "channels.toml").write_text(
        '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "worktree"\n'
        '\n[channels.blog]\nnetwork = "site"\noutput = "public"\naddress = "https://blog.example"\n'
        '\n[channels.sky]\nnetwork = "bluesky"\naccount = "ada.example.com"\nsecret = "env:SKY"\n'
        '\n[channels.toots]\nnetwork = "mastodon"\nserver = "https://social.example"\nsecret = "command:touch ran"\n'
    )
    front = "id: due\ntitle: Due\nstatus: ready\nchannels: [blog, sky, toots]\npublish_at: 2026-11-24 09:00\n"
    picture = "media:\n  - path: posts/pictures/workshop.png\n    alt: A workshop.\n"
    (made / "posts" / "due.md").write_text(f"---\n{front}{picture}---\n\nGood morning.\n")
    late = front.replace("due", "later").replace("09:00", "18:00").replace("[blog, sky, toots]", "toots")
    (made / "posts" / "later.md").write_text(f"---\n{late}---\n\nGood evening.\n")
    return made


def state_of(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()
    }


def dry(root: Path, capsys: pytest.CaptureFixture[str], **more) -> tuple[list[dict], str]:
    assert publish(Session(str(root), SetClock(NOW)), dry_run=True, as_json=True, **more) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_each_channel_publishes_once_and_nothing_changes(root, capsys):
    before = state_of(root)
    requests, said = dry(root, capsys)
    assert sorted(r["channel"] for r in requests if r["publishes"]) == ["blog", "sky", "toots"]
    assert "Nothing was sent" in said
    assert state_of(root) == before
    assert not (root / "ran").exists()


def test_requests_are_shown_as_they_would_leave(root, capsys):
    requests, _ = dry(root, capsys)
    (toot,) = [r for r in requests if r["channel"] == "toots" and r["publishes"]]
    assert (toot["method"], toot["address"]) == ("POST", "https://social.example/api/v1/statuses")
    assert toot["body"]["status"] == "Good morning."
    assert toot["signed"]
    (upload,) = [r for r in requests if r["address"].endswith("/api/v2/media")]
    fields = dict(upload["body"])
    assert fields["file"].startswith("<posts/pictures/workshop.png, image/png, ")
    assert fields["description"] == "A workshop."


def test_no_secret_is_shown_not_even_a_stand_in(root, capsys, monkeypatch):
    monkeypatch.setenv("SKY", "real-app-password-1234")
    publish(Session(str(root), SetClock(NOW)), dry_run=True)
    said = capsys.readouterr()
    requests, _ = dry(root, capsys)
    for text in (said.out, said.err, json.dumps(requests)):
        assert "real-app-password" not in text
        assert "sandbox-" not in text
        assert "\x00" not in text
    login = next(r for r in requests if r["address"].endswith("createSession"))
    assert login["body"]["password"] == "***"


def test_a_later_post_is_shown_when_asked_for_now(root, capsys):
    requests, _ = dry(root, capsys, posts=("later",), at_once=True)
    assert [r["body"]["status"] for r in requests if r["publishes"]] == ["Good evening."]
    with pytest.raises(UsageError, match="there is no post nobody"):
        dry(root, capsys, posts=("nobody",), at_once=True)


def test_what_does_not_fit_is_said_and_ends_with_4(root, capsys):
    path = root / "posts" / "due.md"
    path.write_text(path.read_text() + "word " * 200)
    assert publish(Session(str(root), SetClock(NOW)), dry_run=True) == 4
    said = capsys.readouterr()
    assert "due@toots: held" in said.err
    assert "due@sky: held" in said.err


def test_with_nothing_due_it_says_how_to_look_at_a_post(root, capsys):
    (root / "posts" / "due.md").unlink()
    requests, said = dry(root, capsys)
    assert requests == []
    assert "Nothing is due" in said

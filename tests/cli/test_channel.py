"""smm channel: add, list, limits, rename, remove."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.cli.start import run
from smm_cli.ledger.store import Ledger
from smm_cli.words.channel import Account

CONFIG = """# ours
[calendar]
name = "t"
timezone = "Europe/Berlin"

# the blog
[channels.blog]
network = "site"
address = "https://t.example"

[channels.mastodon] # a remark
network = "mastodon"
server = "https://m.example"
secret = "env:TOKEN"

[groups]
all = ["blog", "mastodon"]
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


def said(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "channels.toml").read_text())


def post(root: Path, name: str, front: str, body: str = "Hallo") -> Path:
    path = root / "posts" / f"{name}.md"
    path.write_text(f"---\nid: {name}\n{front}\n---\n\n{body}\n")
    return path


@pytest.fixture
def ledger(root: Path) -> Callable[[], Ledger]:
    return lambda: Ledger.open(root / ".smm" / "ledger.db", "t", "here")


# -- add ----------------------------------------------------------------------------------------------------------------------


def test_a_channel_is_added_with_since_and_every_other_line_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--set", "languages=de,en", "--set", "daily_limit=3", "--set", "link_cards=false", "--secret", "env:BSKY", "--no-input"]
    assert run(["channel", "add", "--network", "bluesky", *arguments]) == 0
    added = said(root)["channels"]["bluesky"]
    assert added == {
        "network": "bluesky",
        "languages": ["de", "en"],
        "daily_limit": 3,
        "link_cards": False,
        "secret": "env:BSKY",
        "since": added["since"],
    }
    assert isinstance(added["since"], date)
    new = iter((root / "channels.toml").read_text().splitlines())
    assert all(line in new for line in CONFIG.splitlines()), "a line is gone, or stands elsewhere"
    assert "smm channel check bluesky" in capsys.readouterr().err


def test_the_second_of_a_network_is_refused_until_the_first_has_a_name_of_its_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = ["channel", "add", "jobs", "--network", "mastodon", "--server", "jobs.example", "--no-input"]
    assert run(second) == 2
    assert "smm channel rename mastodon mastodon-main" in capsys.readouterr().err
    assert run(["channel", "rename", "mastodon", "mastodon-main"]) == 0
    assert run(second) == 0
    assert said(root)["channels"]["jobs"]["server"] == "https://jobs.example"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--network", "mastdon"], "did you mean mastodon?"),
        (["--network", "bluesky", "--set", "langages=de"], "did you mean languages?"),
        (["--network", "bluesky", "--set", "link_cards=perhaps"], "true or false"),
        (["--network", "bluesky", "--set", "nothing"], "KEY=VALUE"),
        (["hook", "--network", "webhook"], "Webhook needs url"),
        (["hook", "--network", "webhook", "--server", "https://x.example"], "no server"),
        (["Hook", "--network", "webhook", "--set", "url=https://x.example"], "cannot be a name"),
        (["blog", "--network", "webhook", "--set", "url=https://x.example"], "already a channel or group blog"),
        (["all", "--network", "webhook", "--set", "url=https://x.example"], "already a channel or group all"),
        ([], "which network?"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(
    arguments: list[str], words: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["channel", "add", *arguments, "--no-input"]) == 2
    assert words in capsys.readouterr().err
    assert (root / "channels.toml").read_text() == CONFIG


def test_a_secret_itself_is_never_written_nor_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["channel", "add", "hook", "--network", "webhook", "--set", "url=https://x.example", "--no-input"]
    assert run([*arguments, "--secret", "whsec_MfKQ9r8GKYqrTwjU"]) == 2
    told = capsys.readouterr()
    assert "MfKQ9r8" not in told.out + told.err
    assert (root / "channels.toml").read_text() == CONFIG


def test_what_the_network_itself_refuses_is_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["channel", "add", "hook", "--network", "webhook", "--set", "url=http://x.example", "--no-input"]) == 3
    assert "https address" in capsys.readouterr().err
    assert (root / "channels.toml").read_text() == CONFIG


def test_a_dry_run_shows_the_lines_and_writes_none(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["channel", "add", "--network", "xing", "--no-input", "--dry-run"]) == 0
    assert "+ [channels.xing]" in capsys.readouterr().err
    assert (root / "channels.toml").read_text() == CONFIG


def test_commit_commits_channels_toml_alone(root: Path) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example"]
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    for key, value in (("user.name", "A"), ("user.email", "a@b.example")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], cwd=root, check=True)
    post(root, "a", "status: draft")
    assert run(["channel", "add", "--network", "xing", "--no-input", "--commit"]) == 0
    shown = subprocess.run(["git", "show", "--stat", "--format=%s"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert "Add the channel xing" in shown and "channels.toml" in shown and "posts" not in shown


# -- list, limits -------------------------------------------------------------------------------------------------------------


def test_the_list_says_how_each_channel_stands(root: Path, ledger: Callable[[], Ledger], capsys: pytest.CaptureFixture[str]) -> None:
    (root / "channels.toml").write_text(CONFIG + '\n[channels.xing]\nnetwork = "xing"\n\n[[pause]]\nchannel = "blog"\nreason = "fire"\n')
    with ledger() as opened:
        opened.save_account("mastodon", Account("@ada@m.example", expires_at=datetime(2020, 1, 1, tzinfo=UTC)), datetime.now(UTC))
    assert run(["channel", "list", "--json"]) == 0
    shapes = {shape["name"]: shape for shape in json.loads(capsys.readouterr().out)}
    assert (shapes["blog"]["state"], shapes["blog"]["why"]) == ("paused", "fire")
    assert (shapes["mastodon"]["state"], shapes["mastodon"]["secret"], shapes["mastodon"]["account"]) == ("ended", "env", "@ada@m.example")
    assert shapes["xing"]["state"] == "by hand"


def test_looking_at_the_list_makes_no_ledger(root: Path) -> None:
    assert run(["channel", "list"]) == 0
    assert not (root / ".smm" / "ledger.db").exists()


def test_limits_of_the_server_are_written_with_source_and_date(
    root: Path, ledger: Callable[[], Ledger], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["channel", "limits", "mastodon", "--write"]) == 2
    assert "smm channel check mastodon" in capsys.readouterr().err
    with ledger() as opened:
        account = Account("@ada@m.example", software="mastodon", version="4.5.0", limits={"text": 5000})
        opened.save_account("mastodon", account, datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert run(["channel", "limits", "mastodon", "--json"]) == 0
    by_name = {shape["name"]: shape for shape in json.loads(capsys.readouterr().out)}
    assert (by_name["text"]["maximum"], by_name["text"]["said_by"]) == (5000, "the server")
    assert by_name["alt"]["said_by"] == "smm"
    assert run(["channel", "limits", "mastodon", "--write"]) == 0
    assert said(root)["channels"]["mastodon"]["limits"] == {"text": 5000, "source": "mastodon 4.5.0", "date": date(2026, 11, 23)}
    assert load_calendar(root).channels["mastodon"].limits == {"text": 5000}


# -- rename -------------------------------------------------------------------------------------------------------------------


def test_a_renamed_channel_keeps_its_history(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = post(root, "a", "channels: blog\nstatus: ready\npublish_at: 2026-01-01 10:00")
    assert run(["publish"]) == 0
    page = (root / "public" / "a" / "index.html").stat().st_mtime_ns
    assert run(["channel", "rename", "blog", "news"]) == 0
    assert said(root)["channels"]["news"]["formerly"] == ["blog"]
    assert said(root)["groups"]["all"] == ["news", "mastodon"]
    assert "channels: news" in first.read_text()
    capsys.readouterr()
    assert run(["publish"]) == 0
    assert capsys.readouterr().out == ""
    assert (root / "public" / "a" / "index.html").stat().st_mtime_ns == page
    assert run(["channel", "rename", "news", "blog"]) == 0
    assert run(["publish"]) == 0
    assert capsys.readouterr().out == "renamed  news  blog\n"


def test_every_place_that_names_a_channel_follows(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = '\n[people.ada]\nmastodon = "ada@m.example"\n\n[approval]\nchannels = ["mastodon"]\n\n[alerts]\nto = ["channel:mastodon"]\n'
    (root / "channels.toml").write_text(CONFIG + more + '\n[[pause]]\nchannel = "mastodon"\nreason = "x"\nfrom = 2030-01-01\n')
    path = post(root, "b", "channels: [mastodon, blog] # both\nfor:\n  mastodon:\n    title: x", "Hallo\n\n<!-- for: mastodon -->\n\nTröt")
    assert run(["channel", "rename", "mastodon", "masto"]) == 0
    after = said(root)
    assert after["people"]["ada"] == {"masto": "ada@m.example"}
    assert (after["approval"]["channels"], after["alerts"]["to"], after["pause"][0]["channel"]) == (["masto"], ["channel:masto"], "masto")
    assert "channels: [masto, blog] # both" in path.read_text()
    told = capsys.readouterr().err
    assert "posts/b.md:5: masto for mastodon" in told and "posts/b.md:11: masto for mastodon" in told


def test_what_is_under_way_ends_under_its_name(root: Path, ledger: Callable[[], Ledger], capsys: pytest.CaptureFixture[str]) -> None:
    with ledger() as opened:
        opened.write(
            lambda c: c.execute(
                "INSERT INTO delivery (calendar, name, post, channel, occurrence, state)"
                " VALUES ('t', 'a@mastodon', 'a', 'mastodon', '', 'unknown')"
            )
        )
    assert run(["channel", "rename", "mastodon", "masto"]) == 2
    assert "a@mastodon" in capsys.readouterr().err
    assert (root / "channels.toml").read_text() == CONFIG


@pytest.mark.parametrize(("old", "new"), [("mastdon", "x"), ("mastodon", "Blog"), ("mastodon", "blog"), ("mastodon", "all")])
def test_names_that_cannot_be_are_refused(old: str, new: str, root: Path) -> None:
    assert run(["channel", "rename", old, new]) == 2
    assert (root / "channels.toml").read_text() == CONFIG


# -- remove -------------------------------------------------------------------------------------------------------------------


def test_a_channel_with_deliveries_to_come_stays_unless_they_are_cancelled(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, "c", "channels: all\nstatus: ready\npublish_at: 2035-01-01 10:00")
    post(root, "d", "channels: mastodon\nstatus: draft")
    assert run(["channel", "remove", "mastodon", "--yes"]) == 2
    assert "1 delivery is still to come" in capsys.readouterr().err
    assert run(["channel", "remove", "mastodon", "--cancel"]) == 2, "it was not asked"
    assert (root / "channels.toml").read_text() == CONFIG
    assert run(["channel", "remove", "mastodon", "--cancel", "--yes"]) == 0
    told = capsys.readouterr()
    assert "cancelled  c@mastodon" in told.out and "d@mastodon" not in told.out
    assert "posts/d.md still names mastodon" in told.err and "revoke it" in told.err
    assert list(said(root)["channels"]) == ["blog"] and said(root)["groups"]["all"] == ["blog"]
    assert (root / "receipts" / "c" / "mastodon.toml").exists()
    assert not (root / "receipts" / "d").exists()


def test_what_a_login_kept_goes_and_a_persons_own_file_stays(root: Path) -> None:
    own = root / "mine"
    own.write_text("x")
    own.chmod(0o600)
    kept = root / ".smm" / "secrets" / "mastodon"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")
    (root / "channels.toml").write_text(
        CONFIG.replace('"env:TOKEN"', '{ token = "file:.smm/secrets/mastodon", client_secret = "file:mine" }')
    )
    assert run(["channel", "remove", "mastodon", "--yes"]) == 0
    assert own.exists() and not kept.exists()

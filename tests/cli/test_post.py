"""smm post: new, list, show, schedule, unschedule."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.posts import read_post
from smm_cli.cli.app import app
from smm_cli.cli.post_schedule import written
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.errors import SmmError
from smm_cli.ledger.receipts import write_receipt
from smm_cli.plan.wall import read_wall, zone_of
from smm_cli.words.delivery import PUBLISHED, PartReceipt, Receipt

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "t"
timezone = "Europe/Berlin"
publish_from = "{publish_from}"
{more}
[channels.blog]
network = "site"
address = "https://t.example"

[channels.mastodon]
network = "mastodon"
server = "https://m.example"
secret = "env:TOKEN"

[groups]
all = ["blog", "mastodon"]

[campaigns.winter]
"""


class Cli:
    """The command line in one calendar, at one moment."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, *arguments: str, fails: int = 0, input: str | None = None) -> tuple[str, str]:
        session = Session(str(self.root), SetClock(NOW))
        done = CliRunner().invoke(app, ["post", *arguments], obj=session, input=input, standalone_mode=False)
        if isinstance(done.exception, SmmError):
            assert done.exception.exit_code == fails, done.exception
            return done.stdout, str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert done.return_value == fails
        return done.stdout, done.stderr

    def json(self, *arguments: str):
        return json.loads(self(*arguments, "--json")[0])

    def configure(self, publish_from: str = "worktree", more: str = "") -> None:
        (self.root / "channels.toml").write_text(CONFIG.format(publish_from=publish_from, more=more))

    def post(self, name: str, front: str = "channels: blog", body: str = "Hallo") -> Path:
        path = self.root / "posts" / f"{name}.md"
        path.write_text(f"---\nid: {name}\n{front}\n---\n\n{body}\n")
        return path

    def git(self, *arguments: str) -> str:
        names = ("-c", "user.name=Ada", "-c", "user.email=ada@t.example")
        return subprocess.run(["git", *names, "-C", self.root, *arguments], check=True, capture_output=True, text=True).stdout

    def receipt(self, post: str, channel: str = "blog") -> None:
        parts = (PartReceipt(post, f"https://t.example/{post}/"),)
        write_receipt(self.root / "receipts", Receipt(f"{post}@{channel}", post, channel, "site", PUBLISHED, NOW, parts=parts))


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name, value in {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@t.example"}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.replace("AUTHOR", "COMMITTER"), value)
    (tmp_path / "calendar" / "posts").mkdir(parents=True)
    made = Cli(tmp_path / "calendar")
    made.configure()
    return made


@pytest.fixture
def in_git(cli: Cli) -> Cli:
    cli.configure("main")
    cli.post("hallo", "channels: blog\nstatus: draft  # not yet")
    cli.git("init", "-q", "-b", "main")
    cli.git("add", ".")
    cli.git("commit", "-qm", "first")
    return cli


# -- new ----------------------------------------------------------------------------------------------------------------------


def test_a_new_post_is_a_draft_whose_id_comes_from_its_title(cli: Cli) -> None:
    out, said = cli("new", "--title", "Grüße: der Katalog", "--channels", "all, mastodon", "--text", "Es ist da.", "--no-input")
    assert out == "posts/gruesse-der-katalog.md\n"
    assert "Undo: rm posts/gruesse-der-katalog.md" in said
    data = (cli.root / out.strip()).read_bytes()
    post, problems = read_post(out.strip(), data, load_calendar(cli.root))
    assert not problems
    assert post is not None
    assert (post.id, post.title, post.status) == ("gruesse-der-katalog", "Grüße: der Katalog", "draft")
    assert post.channels == ("all", "mastodon")
    assert post.body.strip() == "Es ist da."


def test_the_text_may_come_from_a_file_or_a_pipe(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "text.md").write_bytes(b"One\r\nTwo\r\n")
    cli("new", "a", "--channels", "blog", "--file", str(tmp_path / "text.md"), "--no-input")
    cli("new", "b", "--channels", "blog", "--file", "-", "--no-input", input="Piped.")
    assert (cli.root / "posts/a.md").read_text().endswith("---\n\nOne\nTwo\n")
    assert (cli.root / "posts/b.md").read_text().endswith("---\n\nPiped.\n")


@pytest.mark.parametrize("used", ["other file", "same file", "receipt"])
def test_an_id_in_use_is_refused_with_a_free_one(cli: Cli, used: str) -> None:
    if used == "receipt":
        cli.receipt("launch")
    else:
        cli.post("launch").rename(cli.root / "posts" / ("elsewhere.md" if used == "other file" else "launch.md"))
    before = {path: path.read_bytes() for path in cli.root.rglob("*.md")}
    _, error = cli("new", "--title", "Launch", "--channels", "blog", "--no-input", fails=2)
    assert "in use" in error
    assert "launch-2" in error
    assert {path: path.read_bytes() for path in cli.root.rglob("*.md")} == before


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--no-input",), "--title"),
        (("Launch Day", "--channels", "blog"), "launch-day"),
        (("../evil", "--channels", "blog"), "evil"),
        (("launch", "--no-input"), "--channels"),
        (("launch", "--channels", "mastodn"), "did you mean mastodon?"),
        (("launch", "--channels", "blog", "--text", "a", "--file", "b"), "--file"),
        (("--title", "日本語", "--channels", "blog"), "smm post new launch"),
        (("launch", "--channels", "blog", "--file", "/nowhere/at/all"), "No such file"),
    ],
)
def test_what_cannot_be_a_new_post_is_said_with_a_way_out(cli: Cli, arguments: tuple[str, ...], hint: str) -> None:
    _, error = cli("new", *arguments, fails=2)
    assert hint in error
    assert not list((cli.root / "posts").iterdir())


def test_a_text_that_no_post_can_hold_is_refused_before_writing(cli: Cli) -> None:
    _, error = cli("new", "launch", "--channels", "blog", "--text", "Text <!-- for: blog --> more", fails=4)
    assert "Nothing was written" in error
    assert not list((cli.root / "posts").iterdir())


def test_a_dry_run_of_new_writes_nothing(cli: Cli) -> None:
    out, said = cli("new", "launch", "--channels", "blog", "--dry-run")
    assert out == ""
    assert "id: launch" in said
    assert not list((cli.root / "posts").iterdir())


def test_a_new_post_can_be_committed_alone(in_git: Cli) -> None:
    in_git.post("other")
    in_git("new", "launch", "--channels", "blog", "--commit")
    assert in_git.git("show", "--name-only", "--format=%s").split() == ["draft", "launch", "posts/launch.md"]
    assert "posts/other.md" in in_git.git("status", "--porcelain")


def test_the_editor_opens_the_new_file_only_when_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "edited" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    cli("new", "a", "--channels", "blog")
    cli("new", "b", "--channels", "blog", "--edit")
    assert "edited" not in (cli.root / "posts/a.md").read_text()
    assert (cli.root / "posts/b.md").read_text().endswith("edited")


# -- list and show ------------------------------------------------------------------------------------------------------------


def test_posts_are_listed_with_what_is_to_come_first(cli: Cli) -> None:
    cli.post("draft", "channels: mastodon")
    cli.post("late", "channels: all\nstatus: ready\npublish_at: 2026-11-26 09:00\ncampaign: winter")
    cli.post("soon", "channels: blog\nstatus: ready\npublish_at: 2026-11-25 09:00")
    cli.post("out", "channels: blog\nstatus: ready\npublish_at: 2026-11-20 09:00")
    cli.receipt("out")
    found = cli.json("list")
    assert [one["id"] for one in found] == ["soon", "late", "draft", "out"]
    assert [one["status"] for one in found] == ["ready", "ready", "draft", "published"]
    assert found[0]["due"] == "2026-11-25T08:00:00Z"
    assert found[1]["channels"] == ["blog", "mastodon"]
    assert [one["id"] for one in cli.json("list", "--status", "draft")] == ["draft"]
    assert [one["id"] for one in cli.json("list", "--campaign", "winter")] == ["late"]
    assert [one["id"] for one in cli.json("list", "--channel", "mastodon")] == ["late", "draft"]
    table, _ = cli("list")
    assert "Wed 25 Nov 2026 09:00 CET" in table


@pytest.mark.parametrize(
    ("option", "said", "meant"), [("--status", "drft", "draft"), ("--campaign", "wnter", "winter"), ("--channel", "blg", "blog")]
)
def test_a_typo_in_a_filter_is_answered_with_what_was_meant(cli: Cli, option: str, said: str, meant: str) -> None:
    assert f"did you mean {meant}?" in cli("list", option, said, fails=2)[1]


def test_an_empty_list_names_the_next_step(cli: Cli) -> None:
    assert "smm post new" in cli("list")[1]
    assert cli.json("list") == []


def test_a_broken_file_does_not_hide_the_others(cli: Cli) -> None:
    cli.post("good")
    cli.post("bad", "title: Neu: der Katalog")
    out, said = cli("list")
    assert "good" in out
    assert "posts/bad.md:3" in said


def test_show_tells_fields_targets_and_each_delivery(cli: Cli) -> None:
    cli.post(
        "launch", "title: We launch\nchannels: all\nstatus: ready\npublish_at: 2026-11-25 09:00\nfor: {mastodon: {visibility: unlisted}}"
    )
    cli.receipt("launch")
    shape = cli.json("show", "launch")
    assert shape["targets"] == {"mastodon": {"visibility": "unlisted"}}
    assert {one["name"]: one["state"] for one in shape["deliveries"]} == {"launch@blog": "published", "launch@mastodon": "planned"}
    out, _ = cli("show", "launch")
    assert "We launch" in out
    assert "https://t.example/launch/" in out
    assert "launch@mastodon" in out
    assert "planned" in out


def test_a_post_is_found_by_its_file_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.post("launch")
    assert cli.json("show", "posts/launch.md")["id"] == "launch"
    monkeypatch.chdir(cli.root / "posts")
    assert cli.json("show", "launch.md")["id"] == "launch"


def test_an_unknown_post_a_broken_one_and_two_of_one_id_are_told_apart(cli: Cli) -> None:
    cli.post("launch")
    assert "did you mean launch?" in cli("show", "lanch", fails=2)[1]
    cli.post("bad", "title: Neu: der Katalog")
    assert "posts/bad.md:3" in cli("show", "bad", fails=4)[1]
    (cli.root / "posts/copy.md").write_text((cli.root / "posts/launch.md").read_text())
    error = cli("schedule", "launch", "tomorrow 9am", fails=2)[1]
    assert "posts/launch.md" in error
    assert "posts/copy.md" in error


# -- schedule -----------------------------------------------------------------------------------------------------------------


def test_scheduling_changes_two_lines_and_shows_them(in_git: Cli) -> None:
    out, said = in_git("schedule", "hallo", "morgen 9 Uhr")
    assert (in_git.root / "posts/hallo.md").read_text() == (
        "---\nid: hallo\nchannels: blog\nstatus: ready  # not yet\npublish_at: 2026-11-24 09:00\n---\n\nHallo\n"
    )
    assert "  posts/hallo.md  line 4  status: ready  # not yet            (was draft)\n" in said
    assert "                  line 5  publish_at: 2026-11-24 09:00        (Tue 24 Nov 2026 09:00 CET)\n" in said
    assert "Not committed: main does not know of it yet.  git add posts/hallo.md && git commit -m 'schedule hallo'" in said
    assert said.endswith("Undo: smm post unschedule hallo\n")
    assert out == "scheduled  hallo\n"


def test_scheduling_and_committing_makes_main_know(in_git: Cli) -> None:
    _, said = in_git("schedule", "hallo", "tomorrow 9am", "--commit")
    assert "Committed as" in said
    assert "does not know" not in said
    assert "publish_at: 2026-11-24 09:00" in in_git.git("show", "main:posts/hallo.md")
    in_git.git("switch", "-qc", "side")
    _, said = in_git("schedule", "hallo", "tomorrow 10am", "--commit")
    assert "main does not know of it yet: bring side there" in said


def test_a_dry_run_shows_the_lines_and_changes_nothing(cli: Cli) -> None:
    path = cli.post("hallo")
    before = path.read_bytes()
    out, said = cli("schedule", "hallo", "tomorrow 9am", "--dry-run")
    assert "publish_at: 2026-11-24 09:00" in said
    assert "Nothing was written" in said
    assert "Undo" not in said
    assert out == ""
    assert path.read_bytes() == before


def test_unscheduling_gives_back_what_stood_there(cli: Cli) -> None:
    path = cli.post("hallo", "channels: blog\nstatus: draft")
    before = path.read_bytes()
    cli("schedule", "hallo", "tomorrow 9am")
    _, said = cli("unschedule", "hallo")
    assert path.read_bytes() == before
    assert 'Undo: smm post schedule hallo "2026-11-24 09:00"' in said
    assert "not scheduled" in cli("unschedule", "hallo")[1]
    assert path.read_bytes() == before


def test_unscheduling_warns_while_main_still_sends_it(in_git: Cli) -> None:
    in_git("schedule", "hallo", "tomorrow 9am", "--commit")
    assert "smm queue hold hallo" in in_git("unschedule", "hallo")[1]
    in_git("schedule", "hallo", "tomorrow 9am")
    assert "smm queue hold hallo" not in in_git("unschedule", "hallo", "--commit")[1]


def test_a_slot_replaces_a_time_and_a_time_a_slot(cli: Cli) -> None:
    path = cli.post("hallo", "channels: blog\npublish_at: 2026-11-30 09:00")
    cli("schedule", "hallo", "--slot")
    assert "slot: next" in path.read_text()
    assert "publish_at" not in path.read_text()
    cli("schedule", "hallo", "tomorrow 9am")
    assert "slot" not in path.read_text()


def test_a_draft_may_get_its_time_and_stay_a_draft(cli: Cli) -> None:
    path = cli.post("hallo", "channels: blog\nstatus: draft")
    _, said = cli("schedule", "hallo", "tomorrow 9am", "--draft")
    assert "status: draft" in path.read_text()
    assert "Still a draft" in said


def test_scheduling_the_same_again_changes_nothing(cli: Cli) -> None:
    path = cli.post("hallo")
    cli("schedule", "hallo", "tomorrow 9am")
    before = path.read_bytes()
    assert "so already" in cli("schedule", "hallo", "2026-11-24 09:00")[1]
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [(), ("tomorrow 9am", "--slot"), ("tomorrow",), ("someday",), ("yesterday 9am",)])
def test_a_time_that_says_too_little_or_too_much_is_refused(cli: Cli, arguments: tuple[str, ...]) -> None:
    path = cli.post("hallo")
    before = path.read_bytes()
    cli("schedule", "hallo", *arguments, fails=2)
    assert path.read_bytes() == before


def test_the_time_is_read_and_written_in_the_posts_own_zone(cli: Cli) -> None:
    path = cli.post("hallo", "channels: blog\ntimezone: America/New_York")
    _, said = cli("schedule", "hallo", "tomorrow 9am")
    assert "publish_at: 2026-11-24 09:00" in path.read_text()
    assert "Tue 24 Nov 2026 09:00 EST" in said


@pytest.mark.parametrize("moment", ["2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", "2026-11-24 09:00", "2026-11-24 09:00:30"])
def test_a_written_time_reads_as_the_same_instant(moment: str) -> None:
    zone = zone_of("Europe/Berlin")
    instant = read_wall(moment, zone)
    assert read_wall(written(instant, zone), zone) == instant


def configured(more: str) -> Callable[[Cli], None]:
    return lambda cli: cli.configure(more=more)


def with_neighbour(cli: Cli) -> None:
    cli.post("other", "channels: mastodon\nstatus: ready\npublish_at: 2026-11-24 09:00", "Something else")


def with_later_neighbour(cli: Cli) -> None:
    cli.post("other", "channels: mastodon\nstatus: ready\npublish_at: 2026-11-24 09:01", "Something else")


@pytest.mark.parametrize(
    ("prepare", "when", "slug"),
    [
        (configured('quiet = "20:00-08:00"'), "tomorrow 7am", "quiet"),
        (configured('holidays = "DE-BY"'), "2026-12-25 09:00", "holiday"),
        (with_neighbour, "tomorrow 9am", "collision"),
        (with_later_neighbour, "tomorrow 9am", "collision"),
        (lambda cli: None, "2026-11-23 12:00", "passed"),
        (lambda cli: None, "2026-01-01 12:00", "late"),
    ],
)
def test_what_the_time_will_do_is_said_at_once(cli: Cli, prepare: Callable[[Cli], None], when: str, slug: str) -> None:
    prepare(cli)
    cli.post("hallo", "channels: mastodon")
    _, said = cli("schedule", "hallo", when)
    assert slug in said.partition("Undo")[0]
    _, said = cli("schedule", "hallo", "2026-11-25 11:00")
    assert slug not in said.partition("Undo")[0]


def test_unknown_channels_of_the_post_are_said_when_it_is_scheduled(cli: Cli) -> None:
    cli.post("hallo", "channels: mastodn")
    assert "did you mean mastodon?" in cli("schedule", "hallo", "tomorrow 9am")[1]


def test_a_repeated_post_says_when_it_begins(cli: Cli) -> None:
    cli.post("hours", "channels: blog\nrepeat: FREQ=WEEKLY\nuntil: 2027-01-01")
    _, said = cli("schedule", "hours", "tomorrow 9am")
    assert "It repeats, first Tue 24 Nov 2026 09:00 CET, then FREQ=WEEKLY until 2027-01-01" in said


def test_what_lapses_and_what_keeps_its_own_time_is_said(cli: Cli) -> None:
    front = "channels: all\napproved: [ada 2026-11-23T10:00Z v1:" + "0" * 64 + "]\nfor: {mastodon: {publish_at: 2026-11-29 10:00}}"
    cli.post("hallo", front)
    _, said = cli("schedule", "hallo", "tomorrow 9am")
    assert "approval lapses" in said
    assert "own in for: mastodon" in said


def test_a_post_that_is_over_is_not_scheduled_again(cli: Cli) -> None:
    path = cli.post("hallo", "channels: blog\nstatus: ready\npublish_at: 2026-11-20 09:00")
    cli.receipt("hallo")
    before = path.read_bytes()
    assert "goes out once" in cli("schedule", "hallo", "tomorrow 9am", fails=2)[1]
    assert path.read_bytes() == before
    path.write_text(path.read_text().replace("channels: blog", "channels: all"))
    assert "not sent again: hallo@blog" in cli("schedule", "hallo", "tomorrow 9am")[1]


def test_a_post_without_an_id_gets_one_with_its_time(cli: Cli) -> None:
    path = cli.root / "posts" / "Erster Post.md"
    path.write_text("---\nchannels: blog\n---\n\nHallo\n")
    cli("schedule", "posts/Erster Post.md", "tomorrow 9am")
    assert "id: erster-post" in path.read_text()
    assert [one["id"] for one in cli.json("list")] == ["erster-post"]


def test_line_endings_comments_and_the_mode_of_the_file_stay(cli: Cli) -> None:
    path = cli.post("hallo")
    path.write_bytes(b"---\r\nid: hallo # ours\r\nchannels: blog\r\n---\r\n\r\nHallo\r\n")
    path.chmod(0o640)
    cli("schedule", "hallo", "tomorrow 9am")
    expected = b"---\r\nid: hallo # ours\r\nchannels: blog\r\npublish_at: 2026-11-24 09:00\r\nstatus: ready\r\n---\r\n\r\nHallo\r\n"
    assert path.read_bytes() == expected
    assert path.stat().st_mode & 0o777 == 0o640

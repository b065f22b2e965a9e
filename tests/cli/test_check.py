"""smm check: what it finds, where it says so, how it ends."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.check import check
from smm_cli.cli.check_fix import fix_ids
from smm_cli.cli.check_watch import watch_calendar
from smm_cli.cli.publishing import publish
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.clock import SetClock
from smm_cli.errors import UsageError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HEAD = '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "{0}"\n'
CHANNELS = (
    '\n[channels.blog]\nnetwork = "site"\noutput = "public"\naddress = "https://blog.example"\n'
    '\n[channels.toots]\nnetwork = "mastodon"\nserver = "https://social.example"\nsecret = "command:touch ran"\n'
    '\n[channels.sky]\nnetwork = "bluesky"\naccount = "ada.example.com"\nsecret = "env:NOT_SET"\n'
    '\n[groups]\nshort = ["toots", "sky"]\n'
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(HEAD.format("worktree") + CHANNELS)
    return made


def post(root: Path, name: str, front: str = "", body: str = "Good morning.", at: str = "2026-11-25 09:00") -> Path:
    path = root / "posts" / f"{name}.md"
    time = f"publish_at: {at}\n" if at else ""
    path.write_text(f"---\nid: {name}\nstatus: ready\n{time}{front or 'channels: toots'}\n---\n\n{body}\n")
    return path


@pytest.fixture
def checked(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict]]]:
    def look(*paths: str, **more) -> tuple[int, list[dict]]:
        code = check(Session(str(root), SetClock(NOW)), paths, as_json=True, **more)
        return code, json.loads(capsys.readouterr().out)

    return look


def test_a_clean_calendar_ends_with_0_and_counts(root, capsys):
    post(root, "one")
    assert check(Session(str(root), SetClock(NOW))) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "1 post, 3 channels: nothing to complain of\n"


def test_errors_end_with_4_and_stand_where_they_are(root, checked):
    post(root, "long", "channels: short", "word " * 100)
    (root / "posts" / "broken.md").write_text("---\ntitle: Neu: der Katalog\n---\nText\n")
    code, problems = checked()
    assert code == 4
    assert [(p["file"], p["line"], p["column"], p["channel"], p["slug"]) for p in problems] == [
        ("posts/broken.md", 2, 11, None, "yaml"),
        ("posts/long.md", 8, None, "sky", "too-long"),
    ]
    assert set(problems[0]) == {"slug", "severity", "what", "hint", "file", "line", "column", "channel"}


def test_warnings_end_with_4_only_when_strict(root, checked):
    post(root, "one", body="The same.")
    post(root, "two", body="The same.", at="2026-11-25 12:00")
    assert checked()[0] == 0
    code, (problem,) = checked(strict=True)
    assert (code, problem["slug"], problem["severity"]) == (4, "same-text", "warning")


def test_a_note_fails_nobody(root, checked):
    post(root, "old", "channels: blog", at="2025-01-01 09:00")
    code, (problem,) = checked(strict=True)
    assert (code, problem["severity"], problem["slug"], problem["channel"]) == (0, "info", "time-passed", "blog")


def test_what_went_out_is_not_complained_of_again(root, checked, capsys):
    path = post(root, "old", "channels: blog", at="2025-01-01 09:00")
    assert publish(Session(str(root), SetClock(NOW))) == 0
    capsys.readouterr()
    assert checked() == (0, [])
    path.write_text(path.read_text().replace("Good morning.", "![](gone.jpg)"))
    code, found = checked()
    assert (code, [(one["slug"], one["severity"]) for one in found]) == (0, [("changed-since", "info")]), "it is told, and does not act"


def test_of_a_post_half_out_the_other_half_is_looked_at(root, checked, capsys):
    post(root, "half", "channels: [blog, sky]", "word " * 100, at="2026-11-24 09:00")
    assert publish(Session(str(root), SetClock(NOW))) == 3, "sky has no secret"
    capsys.readouterr()
    assert {problem["channel"] for problem in checked()[1] if problem["severity"] == "error"} == {"sky"}


def test_drafts_are_looked_at_too(root, checked):
    path = post(root, "draft", "channels: sky", "word " * 100)
    path.write_text(path.read_text().replace("ready", "draft"))
    assert [problem["slug"] for problem in checked()[1]] == ["too-long"]


def test_the_work_tree_is_checked_though_a_ref_is_published(root, checked):
    (root / "channels.toml").write_text(HEAD.format("main") + CHANNELS)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    post(root, "edited", "channels: sky", "word " * 100)
    assert [problem["slug"] for problem in checked()[1]] == ["too-long"]


def test_no_command_is_run_and_no_secret_read(root, checked):
    post(root, "one", "channels: short")
    assert checked()[0] == 0
    assert not (root / "ran").exists()


@pytest.mark.parametrize("line", ['network = "sitee"', "network = ", 'network = "site"\noutputt = "x"'])
def test_a_broken_channels_toml_ends_with_3(root, capsys, line):
    path = root / "channels.toml"
    path.write_text(path.read_text().replace('network = "site"', line, 1))
    assert check(Session(str(root), SetClock(NOW))) == 3
    said = capsys.readouterr()
    assert said.out.startswith("channels.toml:")
    assert "nothing goes out" in said.err


def test_ignored_problems_are_not_told(root, checked):
    path = root / "channels.toml"
    path.write_text(path.read_text() + '\n[check]\nignore = ["same-text"]\n')
    post(root, "one", body="The same.")
    post(root, "two", body="The same.", at="2026-11-25 12:00")
    assert checked(strict=True) == (0, [])


def test_the_same_on_several_channels_is_one_line_for_people(root, capsys):
    post(root, "one", "channels: [toots, sky]\nmedia:\n  - path: gone.jpg\n    alt: Gone.")
    assert check(Session(str(root), SetClock(NOW))) == 4
    said = capsys.readouterr()
    assert said.out.count("[missing-media]") == 1
    assert "1 post, 3 channels: 1 error" in said.err


def test_paths_narrow_it(root, checked, monkeypatch):
    post(root, "good")
    post(root, "bad", "channels: nowhere")
    assert checked("posts/good.md") == (0, [])
    assert checked("posts/bad.md")[0] == 4
    assert checked("bad")[0] == 4
    assert checked("posts")[0] == 4
    monkeypatch.chdir(root / "posts")
    assert checked("bad.md")[0] == 4
    with pytest.raises(UsageError, match=r"there is no file or post godd") as caught:
        checked("godd")
    assert "did you mean good" in caught.value.hint


def test_a_path_outside_is_refused(root, checked, tmp_path):
    (tmp_path / "other.md").write_text("x")
    with pytest.raises(UsageError, match="outside the calendar"):
        checked(str(tmp_path / "other.md"))


def test_fix_writes_missing_ids_and_nothing_else(root, capsys):
    path = post(root, "hello")
    text = path.read_text().replace("id: hello\n", "# mine\n")
    path.write_text(text)
    other = post(root, "other")
    before = other.read_bytes()
    session = Session(str(root), SetClock(NOW))
    fix_ids(session, (), Keeping(dry_run=True))
    assert path.read_text() == text
    fix_ids(session, (), Keeping())
    assert "+ id: hello" in capsys.readouterr().err
    assert "# mine\n" in path.read_text() and "\nid: hello\n" in path.read_text()
    assert other.read_bytes() == before
    fix_ids(session, (), Keeping())
    assert "No id is missing" in capsys.readouterr().err


def test_fix_gives_no_id_that_anything_has_or_had(root):
    post(root, "hello")
    folder = root / "posts" / "more"
    folder.mkdir()
    (folder / "hello.md").write_text("---\nstatus: draft\n---\n\nText\n")
    (root / "receipts" / "hello-2").mkdir(parents=True)
    receipt = 'format = 1\nstate = "cancelled"\npost = "hello-2"\nchannel = "toots"\nat = 2026-11-20T09:00:00Z\n'
    (root / "receipts" / "hello-2" / "toots.toml").write_text(receipt)
    fix_ids(Session(str(root), SetClock(NOW)), (), Keeping())
    assert "id: hello-3" in (folder / "hello.md").read_text()


def test_fix_commits_when_asked(root, capsys):
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True)
    path = post(root, "hello")
    path.write_text(path.read_text().replace("id: hello\n", ""))
    assert run(["-C", str(root), "check", "--fix", "--commit"]) in (0, 4)
    log = subprocess.run(["git", "log", "--format=%s", "--name-only"], cwd=root, check=True, capture_output=True, text=True).stdout
    assert log.split("\n\n") == ["give posts their ids", "posts/hello.md\n"]


class Editing(SetClock):
    """A clock under which somebody edits a file, saves the same, and goes away."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        super().__init__(NOW)
        self.acts = list(acts)

    async def sleep(self, seconds: float) -> None:
        if not self.acts:
            raise KeyboardInterrupt
        self.acts.pop(0)()


def test_watching_looks_again_after_each_change_and_survives_mistakes(root):
    path = post(root, "hello")
    config = root / "channels.toml"
    seen: list[int] = []
    clock = Editing(
        lambda: path.write_text("---\nnot closed\n"),
        lambda: None,
        lambda: config.write_text("broken ["),
        lambda: config.write_text(HEAD.format("worktree") + CHANNELS + "\n# mended\n"),
    )
    session = Session(str(root), clock)

    def act() -> int:
        seen.append(check(session))
        return seen[-1]

    assert watch_calendar(session, act) == 4
    assert seen == [0, 4, 3, 4]


def test_a_calendar_whose_own_folder_cannot_be_made_is_checked_all_the_same(root, checked):
    (root / ".smm").write_text("in the way")
    post(root, "one", "channels: nowhere")
    code, problems = checked()
    assert code == 4
    assert [problem["slug"] for problem in problems if problem["severity"] == "error"] == ["unknown-channel"]


def test_the_demo_has_nothing_to_complain_of(tmp_path, capsys, monkeypatch):
    import shutil

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    demo = Path(__file__).parents[2]
    shutil.copytree(demo / "posts", tmp_path / "demo" / "posts")
    shutil.copy(demo / "channels.toml", tmp_path / "demo")
    assert check(Session(str(tmp_path / "demo"), SetClock(NOW)), strict=True) == 0
    said = capsys.readouterr()
    assert said.out.count("[time-passed]") == 1
    assert "9 posts, 5 channels: 1 note" in said.err


def test_a_memory_that_lies_in_git_is_an_error(root, checked):
    post(root, "launch")
    code, _ = checked()
    assert code == 0
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    subprocess.run(["git", "add", "-f", "."], cwd=root, check=True)
    commit = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "All of it"]
    subprocess.run(commit, cwd=root, check=True)
    code, found = checked()
    assert code != 0
    assert [problem["slug"] for problem in found if problem["severity"] == "error"] == ["state-in-git"]

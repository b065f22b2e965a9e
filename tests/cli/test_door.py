"""The door: an idle cron run leaves at once; whatever changed makes it take the long way."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smm_cli import door
from smm_cli.cli.start import run

ALLOWED = {
    "smm_cli",
    "smm_cli.door",
    "runpy",
    "sqlite3",
    "sqlite3.dbapi2",
    "_sqlite3",
    "datetime",
    "_datetime",
    "math",
    "collections.abc",
    "time",
}
"""Beside what this Python imports to do nothing at all."""
CONFIG = """[calendar]
name = "try"
timezone = "UTC"
publish_from = "{ref}"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"
"""
POST = "---\nid: {id}\ntitle: Hello\nchannels: blog\npublish_at: {at}\nstatus: ready\n---\n\nGood morning.\n"


def git(root: Path, *words: str) -> str:
    named = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *named, *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def make(root: Path, ref: str) -> Path:
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(CONFIG.format(ref=ref))
    (root / "posts" / "hello.md").write_text(POST.format(id="hello", at="2090-01-01 09:00"))
    return root


def commit(root: Path, message: str = "x") -> None:
    git(root, "add", "posts", "channels.toml")
    git(root, "commit", "-qm", message, "--allow-empty")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SMM_CALENDAR", raising=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A calendar published from its work tree, ticked once."""
    return ticked(make(tmp_path / "calendar", "worktree"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A calendar published from `main`, ticked once."""
    root = make(tmp_path / "calendar", "main")
    git(root, "init", "-q")
    commit(root)
    return ticked(root)


def ticked(root: Path) -> Path:
    assert run(["-C", str(root), "publish"]) == 0
    return root


def leaves(root: Path) -> bool:
    return door.nothing_to_do(["-C", str(root), "publish"])


def test_an_idle_run_imports_next_to_nothing(tree: Path) -> None:
    def imported(*words: str) -> set[str]:
        done = subprocess.run([sys.executable, "-X", "importtime", *words], cwd=tree, capture_output=True, text=True, check=True)
        assert done.stdout == ""
        return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()[1:]}

    found = imported("-m", "smm_cli", "publish") - imported("-c", "import runpy")
    assert "smm_cli.door" in found
    assert found <= ALLOWED


def test_a_run_that_has_something_to_do_imports_more(tree: Path) -> None:
    (tree / "posts" / "more.md").write_text(POST.format(id="more", at="2090-01-02 09:00"))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "smm_cli", "publish"], cwd=tree, capture_output=True, text=True, check=True
    )
    assert "smm_cli.delivery.tick" in done.stderr


def test_the_door_notes_that_somebody_looked(tree: Path) -> None:
    mark = tree / ".smm" / "tick"
    os.utime(mark, (1, 1))
    assert leaves(tree)
    assert mark.stat().st_mtime > time.time() - 60


@pytest.mark.parametrize(
    "words", [["publish", "--now"], ["publish", "--json"], ["status"], ["-C", "x", "run"], ["-C", "publish"], ["publish", "publish"], []]
)
def test_only_publish_alone_goes_through_the_door(tree: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert door.nothing_to_do(["publish"])
    assert not door.nothing_to_do(words)


def test_the_calendar_is_found_from_a_folder_inside_it_and_by_its_variable(tree: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tree / "posts")
    assert door.nothing_to_do(["publish"])
    monkeypatch.chdir(tmp_path)
    assert not door.nothing_to_do(["publish"])
    monkeypatch.setenv("SMM_CALENDAR", str(tree))
    assert door.nothing_to_do(["publish"])


def new_post(root: Path) -> None:
    (root / "posts" / "new.md").write_text(POST.format(id="new", at="2090-01-02 09:00"))


def deep_post(root: Path) -> None:
    (root / "posts" / "deep").mkdir()
    (root / "posts" / "deep" / "new.md").write_text(POST.format(id="new", at="2090-01-02 09:00"))


def same_size(root: Path) -> None:
    path = root / "posts" / "hello.md"
    path.write_text(path.read_text().replace("2090", "2091"))


def replaced(root: Path) -> None:
    """Other bytes of the same length and time, in a new file."""
    path, beside = root / "posts" / "hello.md", root / "beside"
    old = path.stat()
    beside.write_text(path.read_text().replace("2090", "2091"))
    os.utime(beside, ns=(old.st_atime_ns, old.st_mtime_ns))
    beside.replace(path)


def gone(root: Path) -> None:
    (root / "posts" / "hello.md").unlink()


def config(root: Path) -> None:
    path = root / "channels.toml"
    path.write_text(path.read_text() + "\n# paused?\n")


def receipt(root: Path) -> None:
    folder = root / "receipts" / "other"
    folder.mkdir(parents=True)
    (folder / "blog.toml").write_text("format = 1\n")


def verb(root: Path) -> None:
    assert run(["-C", str(root), "queue", "hold", "hello@blog"]) == 0


def write_wake(root: Path, key: str, value: str) -> None:
    database = sqlite3.connect(root / ".smm" / "index.db")
    with database:
        assert database.execute("UPDATE wake SET value = ? WHERE key = ?", (value, key)).rowcount == 1
    database.close()


def time_has_come(root: Path) -> None:
    write_wake(root, "wake_at", str(time.time() - 1))


def no_index(root: Path) -> None:
    for path in (root / ".smm").glob("index.db*"):
        path.unlink()


def no_ledger(root: Path) -> None:
    for path in (root / ".smm").glob("ledger.db*"):
        path.unlink()


def no_wake(root: Path) -> None:
    database = sqlite3.connect(root / ".smm" / "index.db")
    with database:
        database.execute("DELETE FROM wake")
    database.close()


def damaged(root: Path) -> None:
    (root / ".smm" / "index.db").write_bytes(b"no database at all" * 100)


def machine_file(root: Path) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "smm" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('runner = "other"\n')


EVERYWHERE = [config, receipt, verb, time_has_come, no_index, no_ledger, no_wake, damaged, machine_file]


@pytest.mark.parametrize("change", [new_post, deep_post, same_size, replaced, gone, *EVERYWHERE])
def test_a_change_makes_the_long_way_from_the_work_tree(tree: Path, change: Callable[[Path], None], capsys) -> None:
    assert leaves(tree)
    change(tree)
    assert not leaves(tree)


@pytest.mark.parametrize("change", [commit, *EVERYWHERE])
def test_a_change_makes_the_long_way_from_a_ref(repository: Path, change: Callable[[Path], None], capsys) -> None:
    assert leaves(repository)
    change(repository)
    assert not leaves(repository)


def test_another_version_takes_the_long_way(tree: Path) -> None:
    assert leaves(tree)
    write_wake(tree, "version", "0.0.1")
    assert not leaves(tree)


def test_a_file_that_is_not_committed_wakes_nobody_where_a_ref_is_published(repository: Path) -> None:
    new_post(repository)
    assert leaves(repository)


def test_the_long_way_opens_the_door_again(tree: Path) -> None:
    new_post(tree)
    assert not leaves(tree)
    ticked(tree)
    assert leaves(tree)


def test_a_packed_ref_is_read(repository: Path) -> None:
    git(repository, "pack-refs", "--all")
    assert not (repository / ".git" / "refs" / "heads" / "main").exists()
    assert leaves(repository)
    commit(repository)
    assert not leaves(repository)


def test_a_detached_head_is_as_good_as_a_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert leaves(repository)
    commit(repository)  # moves HEAD, not main
    assert leaves(repository)


def test_head_itself_may_be_published(tmp_path: Path) -> None:
    root = make(tmp_path / "calendar", "HEAD")
    git(root, "init", "-q")
    commit(root)
    git(root, "checkout", "-q", "--detach")
    ticked(root)
    assert leaves(root)
    commit(root)
    assert not leaves(root)


def test_a_linked_worktree_has_its_own_head_and_shares_the_branches(repository: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    ticked(linked)
    assert (linked / ".git").is_file()
    assert leaves(linked)
    commit(linked)  # moves side
    assert leaves(linked)
    commit(repository)  # moves main
    assert not leaves(linked)


def test_a_calendar_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    top = tmp_path / "company"
    root = make(top / "social", "main")
    git(top, "init", "-q")
    commit(root)
    ticked(root)
    assert leaves(root)
    commit(root)
    assert not leaves(root)


def test_sixty_four_digits_are_an_id_too(tmp_path: Path) -> None:
    root = make(tmp_path / "calendar", "main")
    git(root, "init", "-q", "--object-format=sha256")
    commit(root)
    assert len(door.commit_of(str(root), "refs/heads/main")) == 64
    ticked(root)
    assert leaves(root)


def test_reftable_repositories_take_the_long_way(repository: Path) -> None:
    (repository / ".git" / "reftable").mkdir()
    assert not leaves(repository)


def test_what_is_unusual_is_never_idle(tmp_path: Path, tree: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert not leaves(empty)
    assert not leaves(tmp_path / "nowhere")
    (tree / ".smm" / "tick").unlink()
    assert not leaves(tree)


def test_at_a_terminal_nobody_leaves_silently(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not leaves(tree)

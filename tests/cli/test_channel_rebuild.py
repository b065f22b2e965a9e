"""smm channel rebuild: the folder of a site from receipts and posts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from smm_cli.cli.start import run

CONFIG = '[calendar]\nname = "t"\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A calendar with two published posts and one still to come."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG)
    for name, at in (("a", "2026-01-01 10:00"), ("b", "2026-01-02 10:00"), ("later", "2099-01-01 10:00")):
        text = f"---\nid: {name}\ntitle: Post {name}\nchannels: blog\nstatus: ready\npublish_at: {at}\n---\n\nHallo, {name}\n"
        (folder / "posts" / f"{name}.md").write_text(text)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    assert run(["publish"]) == 0
    return folder


def differences(one: Path, other: Path) -> str:
    return subprocess.run(["diff", "-r", str(one), str(other)], capture_output=True, text=True, check=False).stdout


def test_the_same_folder_comes_back_byte_for_byte_and_nothing_is_published(root: Path, tmp_path: Path) -> None:
    shutil.move(root / "public", tmp_path / "before")
    receipts = {path: path.read_bytes() for path in (root / "receipts").rglob("*.toml")}
    assert run(["channel", "rebuild", "blog", "--yes"]) == 0
    assert differences(root / "public", tmp_path / "before") == ""
    assert not (root / "public" / "later").exists()
    assert {path: path.read_bytes() for path in (root / "receipts").rglob("*.toml")} == receipts


def test_without_a_yes_nothing_is_written(root: Path) -> None:
    shutil.rmtree(root / "public")
    assert run(["channel", "rebuild", "blog"]) == 2
    assert run(["channel", "rebuild", "blog", "--dry-run"]) == 0
    assert not (root / "public").exists()


def test_a_renamed_channel_keeps_its_addresses(root: Path, tmp_path: Path) -> None:
    assert run(["channel", "rename", "blog", "news"]) == 0
    shutil.move(root / "public", tmp_path / "before")
    assert run(["channel", "rebuild", "news", "--yes"]) == 0
    assert differences(root / "public", tmp_path / "before") == ""


def test_a_text_that_changed_is_not_published_by_rebuilding(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "posts" / "a.md"
    path.write_text(path.read_text() + "\nNot reviewed.\n")
    (root / "public" / "index.html").unlink()
    assert run(["channel", "rebuild", "blog", "--yes"]) == 0
    assert "its page stays as it stands" in capsys.readouterr().err
    assert "Post a" in (root / "public" / "index.html").read_text()
    assert not any("Not reviewed" in file.read_text() for file in (root / "public").rglob("*.html"))
    shutil.rmtree(root / "public" / "a")
    assert run(["channel", "rebuild", "blog", "--yes"]) == 4
    assert not (root / "public" / "a").exists()
    assert run(["channel", "rebuild", "blog", "--yes", "--changed"]) == 0
    assert "Not reviewed" in (root / "public" / "a" / "index.html").read_text()


def test_a_page_whose_post_is_gone_stays_in_the_lists(root: Path) -> None:
    (root / "posts" / "a.md").unlink()
    shutil.rmtree(root / "public" / "b")
    assert run(["channel", "rebuild", "blog", "--yes"]) == 0
    assert (root / "public" / "b" / "index.html").exists()
    assert "https://t.example/a/" in (root / "public" / "feed.xml").read_text()


def test_twice_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts" / "a.md").unlink()
    assert run(["channel", "rebuild", "blog", "--yes"]) == 0
    capsys.readouterr()
    assert run(["channel", "rebuild", "blog"]) == 0
    assert capsys.readouterr().out == "unchanged  blog\n"


def test_only_a_site_can_be_made_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "channels.toml").write_text(CONFIG + '[channels.xing]\nnetwork = "xing"\n')
    assert run(["channel", "rebuild", "xing"]) == 2
    assert "only a site" in capsys.readouterr().err

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from smm_cli.calendar.source import Commit, Source, WorkTree, is_lfs_pointer, open_source
from smm_cli.errors import ConfigError

PICTURE = b"\x89PNG\r\n\x1a\n not really\n"


def run(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "core.autocrlf=false"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path) -> None:
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "a commit")


def pointer(data: bytes) -> bytes:
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (sha256(data).hexdigest().encode(), len(data))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "calendar"
    (root / "posts" / "mai").mkdir(parents=True)
    (root / "posts" / "a.md").write_bytes(b"a\r\n")
    (root / "posts" / "mai" / "ä.md").write_bytes("ä".encode())
    (root / "pictures").mkdir()
    (root / "pictures" / "Bild 1.png").write_bytes(PICTURE)
    (tmp_path / "private.txt").write_text("private")
    (root / "posts" / "link.md").symlink_to("../../private.txt")
    run(root, "init", "-q", "-b", "main")
    commit(root)
    return root


@pytest.fixture(params=["worktree", "main"])
def source(root: Path, request: pytest.FixtureRequest) -> Source:
    return open_source(root, request.param)


def test_both_sources_list_and_read_the_same(source: Source):
    assert source.paths("posts") == ["posts/a.md", "posts/mai/ä.md"]
    assert source.paths() == ["pictures/Bild 1.png", "posts/a.md", "posts/mai/ä.md"]
    assert source.paths("nowhere") == []
    assert source.links("posts") == ["posts/link.md"]
    assert source.read("posts/a.md") == b"a\r\n"
    assert list(source.read_many(["posts/mai/ä.md", "posts/a.md"])) == [("posts/mai/ä.md", "ä".encode()), ("posts/a.md", b"a\r\n")]


def test_a_fetched_file_has_the_bytes_and_keeps_its_ending(source: Source):
    found = source.fetch("pictures/Bild 1.png")
    assert found.read_bytes() == PICTURE
    assert found.suffix == ".png"


@pytest.mark.parametrize(
    "path", ["posts/none.md", "posts", "../private.txt", "posts/../../private.txt", "posts/link.md", "/etc/hostname", ""]
)
def test_nothing_outside_and_no_folder_is_read(source: Source, path: str):
    assert not source.exists(path)
    with pytest.raises(FileNotFoundError):
        source.read(path)
    with pytest.raises(FileNotFoundError):
        source.fetch(path)


def test_a_commit_does_not_see_what_is_only_on_disk(root: Path):
    source = open_source(root, "main")
    (root / "posts" / "a.md").write_bytes(b"edited")
    (root / "posts" / "new.md").write_bytes(b"new")
    assert source.read("posts/a.md") == b"a\r\n"
    assert source.fetch("posts/a.md").read_bytes() == b"a\r\n"
    assert not source.exists("posts/new.md")
    assert source.mark() == run(root, "rev-parse", "HEAD")
    assert open_source(root, "worktree").mark() == "worktree"


def test_a_commit_stays_the_same_when_its_branch_moves(root: Path):
    source = open_source(root, "main")
    (root / "posts" / "a.md").write_bytes(b"second")
    commit(root)
    assert source.read("posts/a.md") == b"a\r\n"
    assert open_source(root, "main").read("posts/a.md") == b"second"


def test_a_branch_that_does_not_exist_is_a_config_error(root: Path):
    with pytest.raises(ConfigError, match="mian"):
        open_source(root, "mian")


def test_extracted_files_are_private(root: Path):
    found = Commit(root, "main").fetch("pictures/Bild 1.png")
    assert found.is_relative_to(root / ".smm")
    assert found.stat().st_mode & 0o777 == 0o600
    assert (root / ".smm").stat().st_mode & 0o777 == 0o700


def test_what_smm_and_git_keep_is_no_file_of_the_calendar(root: Path):
    Commit(root, "main").fetch("pictures/Bild 1.png")
    assert not [path for path in WorkTree(root).paths() if path.startswith((".smm", ".git/"))]


def test_a_lfs_pointer_is_recognised_and_a_text_about_lfs_is_not():
    assert is_lfs_pointer(pointer(PICTURE))
    assert not is_lfs_pointer(b"version https://git-lfs.github.com/spec/v2\n")
    assert not is_lfs_pointer(pointer(PICTURE) + b"x" * 1024)
    assert not is_lfs_pointer(PICTURE)


def test_a_committed_pointer_is_read_from_the_local_lfs_store(root: Path):
    (root / "pictures" / "big.png").write_bytes(pointer(PICTURE))
    commit(root)
    digest = sha256(PICTURE).hexdigest()
    store = root / ".git" / "lfs" / "objects" / digest[:2] / digest[2:4]
    store.mkdir(parents=True)
    (store / digest).write_bytes(PICTURE)
    assert Commit(root, "main").read("pictures/big.png") == PICTURE
    assert Commit(root, "main").fetch("pictures/big.png").read_bytes() == PICTURE


def test_a_damaged_file_of_the_lfs_store_is_not_taken(root: Path):
    (root / "pictures" / "big.png").write_bytes(pointer(PICTURE))
    commit(root)
    digest = sha256(PICTURE).hexdigest()
    store = root / ".git" / "lfs" / "objects" / digest[:2] / digest[2:4]
    store.mkdir(parents=True)
    (store / digest).write_bytes(b"half of it")
    assert is_lfs_pointer(Commit(root, "main").read("pictures/big.png"))


def test_a_pointer_that_nobody_resolves_stays_a_pointer_until_the_file_is_there(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (root / "pictures" / "big.png").write_bytes(pointer(PICTURE))
    commit(root)
    assert is_lfs_pointer(Commit(root, "main").fetch("pictures/big.png").read_bytes())
    program = tmp_path / "bin" / "git-lfs"  # what git starts for `git lfs`
    program.parent.mkdir()
    program.write_bytes(b"#!/bin/sh\ntest \"$1\" = smudge && cat >/dev/null && printf '\\211PNG\\r\\n\\032\\n not really\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert is_lfs_pointer(Commit(root, "main").fetch("pictures/big.png").read_bytes())  # looking asks no server
    publishing = Commit(root, "main")
    publishing.downloads = True
    assert publishing.fetch("pictures/big.png").read_bytes() == PICTURE


def test_a_circle_of_links_is_no_file(root: Path):
    (root / "posts" / "x").symlink_to("y")
    (root / "posts" / "y").symlink_to("x")
    assert not WorkTree(root).exists("posts/x")
    assert WorkTree(root).links("posts") == ["posts/link.md", "posts/x", "posts/y"]


def test_a_linked_folder_is_not_walked(root: Path):
    (root / "posts" / "loop").symlink_to(root / "posts", target_is_directory=True)
    assert WorkTree(root).paths("posts") == ["posts/a.md", "posts/mai/ä.md"]


def test_a_link_inside_the_calendar_leads_to_its_file(root: Path):
    (root / "logo.png").symlink_to("pictures/Bild 1.png")
    (root / "round.png").symlink_to("round.png")
    commit(root)
    for source in (WorkTree(root), Commit(root, "main")):
        assert source.read("logo.png") == source.fetch("logo.png").read_bytes() == PICTURE
        assert not source.exists("round.png")

"""git fetch for `smm publish --fetch`: the published ref moves, the work tree does not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from smm_cli.calendar import git
from smm_cli.errors import ConfigError


def run(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """A repository, and a clone that does not know its latest commit."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    run(first, "init", "-q", "-b", "main")
    run(first, "commit", "-q", "--allow-empty", "-m", "one")
    run(tmp_path, "clone", "-q", str(first), str(second))
    run(first, "commit", "-q", "--allow-empty", "-m", "two")
    return first, second


def test_a_remote_branch_is_brought_up_to_date_and_the_work_tree_stays(clones: tuple[Path, Path]) -> None:
    first, second = clones
    before = git.head(second)
    git.fetch(second, "origin/main")
    assert git.head(second, "origin/main") == git.head(first)
    assert git.head(second) == before


def test_a_branch_that_is_not_checked_out_moves(clones: tuple[Path, Path]) -> None:
    first, second = clones
    run(second, "switch", "-q", "-c", "draft")
    git.fetch(second, "main")
    assert git.head(second, "main") == git.head(first)


def test_a_branch_that_is_checked_out_is_left_alone_and_said_so(clones: tuple[Path, Path]) -> None:
    before = git.head(clones[1])
    with pytest.raises(ConfigError, match="checked out") as refused:
        git.fetch(clones[1], "main")
    assert 'publish_from = "origin/main"' in refused.value.hint
    assert git.head(clones[1]) == before


@pytest.mark.parametrize(("which", "ref"), [(0, "main"), (1, "worktree")])
def test_where_nothing_can_be_fetched_it_is_an_error(which: int, ref: str, clones: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigError) as refused:
        git.fetch(clones[which], ref)
    assert refused.value.slug == "no-fetch"


def test_a_remote_that_does_not_answer_is_an_error(clones: tuple[Path, Path], tmp_path: Path) -> None:
    clones[0].rename(tmp_path / "away")
    with pytest.raises(ConfigError, match="git fetch"):
        git.fetch(clones[1], "origin/main")

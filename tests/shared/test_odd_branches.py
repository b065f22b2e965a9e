"""What may stand on the branch of receipts, and what may happen to a clone: no post goes out twice, and nobody sees a traceback."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from smm_cli.errors import ConfigError, LedgerError
from smm_cli.ledger.journal import answer_text
from smm_cli.words.exchange import Answer


def launched(team):
    team.channel("one")
    team.post("launch")
    team.push()


@pytest.mark.parametrize("depth", [1, 2])
def test_a_clone_that_was_made_shallow_meanwhile_lost_no_receipts(team, depth):
    launched(team)
    machine, other = team.clone("machine"), team.clone("other")
    machine.tick()
    for n in range(3):
        team.post(f"more{n}")
        team.push()
        other.tick()
    team.git(machine.root, "fetch", "--quiet", f"--depth={depth}", "origin", "+refs/heads/*:refs/remotes/origin/*")
    machine.tick()
    assert len(team.public("one")) == 4
    assert list(machine.states().values()) == ["published"] * 4


def test_a_shallow_clone_still_sees_that_the_branch_lost_its_receipts(team):
    launched(team)
    machine = team.clone("machine", "--depth=1", "--no-single-branch")
    machine.tick()
    team.git(team.remote, "update-ref", "refs/heads/smm", "main")
    with pytest.raises(ConfigError, match="lost what it had"):
        machine.tick()
    assert len(team.public("one")) == 1


def test_a_copy_of_the_branch_that_was_deleted_takes_no_receipts_away(team):
    launched(team)
    machine = team.clone("machine")
    machine.tick()
    shutil.rmtree(machine.root / ".smm" / "shared")
    team.post("more")
    team.push()
    machine.tick()
    assert sorted(team.receipts()) == ["receipts/launch/one.toml", "receipts/more/one.toml"]
    assert team.clone("other").tick().outcomes == ()


def test_what_was_not_told_yet_is_told_from_a_fresh_checkout_that_kept_its_smm(team, dies):
    launched(team)
    machine = team.clone("machine", "--depth=1", "--branch=main")
    machine.tick()
    team.post("more")
    team.push()

    class Gone(dies):
        def step(self, name):
            super().step(name)
            if name.startswith("after POST"):
                team.remote.rename(team.folder / "away.git")

    machine.tick(Gone())
    (team.folder / "away.git").rename(team.remote)
    fresh = team.clone("fresh", "--depth=1", "--branch=main")
    shutil.move(machine.root / ".smm", fresh.root / ".smm")
    assert fresh.tick().outcomes == ()
    assert sorted(team.receipts()) == ["receipts/launch/one.toml", "receipts/more/one.toml"]
    assert team.refs() == []


@pytest.mark.parametrize(
    "said",
    [
        "[" * 100_000,
        '{"format": 1, "delivery": "launch@one", "post": "launch", "channel": "one", "acts": {"edit": {"answer": "{}"}}}',
        '{"format": 1, "delivery": "launch@one", "post": "launch", "channel": "one", "acts": {"edit": {"answer": "ANSWER", "part": null}}}',
    ],
)
def test_corrections_that_nobody_could_have_written_are_told(team, said):
    launched(team)
    machine = team.clone("machine")
    machine.tick()
    with_file(team, machine, "corrections/launch@one.json", said.replace("ANSWER", answer_text(Answer(200)).replace('"', '\\"')).encode())
    with pytest.raises(LedgerError, match="cannot be read"):
        machine.tick()


def with_file(team, machine, path, content=b"hello"):
    """The branch of receipts goes on, with one file more that no smm wrote."""
    index = {"GIT_INDEX_FILE": str(team.folder / "odd"), "GIT_DIR": str(machine.root / ".git"), "HOME": str(team.folder)}

    def git(*arguments, stdin=b""):
        return subprocess.run(
            ["git", *arguments], input=stdin, capture_output=True, check=True, env={**index, "PATH": "/usr/bin:/bin"}
        ).stdout

    tip = team.git(team.remote, "rev-parse", "smm")
    blob = git("hash-object", "-w", "--stdin", stdin=content).decode().strip()
    git("read-tree", tip)
    git("update-index", "--add", "--replace", "--cacheinfo", f"100644,{blob},{path}")
    who = ("-c", "user.name=it", "-c", "user.email=it@test")
    commit = git(*who, "commit-tree", git("write-tree").decode().strip(), "-p", tip, "-m", "odd").decode().strip()
    team.git(machine.root, "push", "--quiet", "origin", f"{commit}:refs/heads/smm")


@pytest.mark.parametrize(
    "path",
    [
        "receipts/.gitkeep",
        "receipts/launch/.hidden.toml",
        "receipts/README.md",
        "notes.txt",
        "progress/launch@one.json/a.json",
        "corrections/a.json/b",
    ],
)
def test_what_is_no_receipt_on_the_branch_stays_there(team, path):
    launched(team)
    machine = team.clone("machine")
    machine.tick()
    with_file(team, machine, path)
    team.post("more")
    team.push()
    machine.tick()
    assert len(team.public("one")) == 2
    assert path in team.git(team.remote, "ls-tree", "-r", "--name-only", "smm").split("\n")


@pytest.mark.parametrize("path", ["receipts/launch", "receipts/" + "x" * 250 + ".toml"])
def test_what_cannot_be_written_here_is_told_and_nothing_is_sent(team, path):
    launched(team)
    machine = team.clone("machine")
    machine.tick()
    with_file(team, machine, path)
    team.post("more")
    team.push()
    for _ in range(2):
        with pytest.raises(ConfigError, match="cannot be written here"):
            machine.tick()
    assert len(team.public("one")) == 1


@pytest.mark.parametrize("id", ["channels", "corrections", "progress", "receipts"])
def test_a_post_may_be_called_as_a_folder_of_the_branch(team, id):
    team.channel("one")
    team.post(id)
    team.push()
    machine = team.clone("machine")
    machine.tick()
    for _ in range(2):
        assert machine.tick().outcomes == ()
    with machine.runner() as runner:
        before = runner.ledger.counter()
        runner.hear()
        assert runner.ledger.counter() == before
    assert list(team.receipts()) == [f"receipts/{id}/one.toml"]
    assert team.clone("other").tick().outcomes == ()

"""The container file and the hook of pre-commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction with what it says; lines that end with a backslash go on."""
    whole = text.replace("\\\n", " ").splitlines()
    lines = [line for line in whole if line.strip() and not line.startswith("#")]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


@pytest.fixture
def container() -> list[tuple[str, str]]:
    return instructions((TOP / "Containerfile").read_text())


def test_the_container_runs_as_nobody_special_and_starts_smm(container: list[tuple[str, str]]) -> None:
    last = [found for found in container if found[0] in ("USER", "ENTRYPOINT", "CMD", "WORKDIR", "VOLUME")]
    assert ("USER", "smm") in last and ("VOLUME", "/calendar") in last and ("WORKDIR", "/calendar") in last
    assert json.loads(dict(last)["ENTRYPOINT"]) == ["smm"] and json.loads(dict(last)["CMD"]) == ["run"]
    after_user = container[container.index(("USER", "smm")) :]
    assert not [said for said in after_user if said[0] in ("RUN", "COPY", "ADD")]


def test_the_container_is_built_from_what_is_here_and_needs_nothing_else(container: list[tuple[str, str]]) -> None:
    kept = (TOP / ".dockerignore").read_text()
    for word, said in container:
        if word == "COPY" and not said.startswith("--from"):
            for name in said.split()[:-1]:
                assert (TOP / name).exists() and f"!{name.removeprefix('./')}" in kept
        if word == "FROM":
            name, version = said.split()[0].split(":")
            assert name == "python" and tuple(map(int, version.removesuffix("-slim").split("."))) >= (3, 11)
    runs = " ".join(said for word, said in container if word == "RUN")
    for needed in ("git ", "ffmpeg", "compileall", "--no-install-recommends", "rm -rf /var/lib/apt/lists", "--no-cache-dir"):
        assert needed in runs
    extras = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra in extras.keys() - {"keyring"}:  # a container has no keyring
        assert extra in runs, "the container lacks what an extra brings"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A calendar whose commits are looked at by the hook, run with the smm that is here."""
    (hook,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text('[calendar]\nname = "t"\n\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n')
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def commits(repository: Path) -> tuple[int, str]:
    env = {
        **os.environ,
        "PATH": f"{BIN}:/usr/bin:/bin",
        "PRE_COMMIT_HOME": str(repository.parent / "cache"),
        "HOME": str(repository.parent),
    }
    subprocess.run(["git", "-C", str(repository), "add", "-A"], check=True)
    done = subprocess.run(["pre-commit", "run", "smm-check"], cwd=repository, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_hook_keeps_a_broken_post_out_of_a_commit(repository: Path) -> None:
    good = "---\nid: a\nstatus: ready\nchannels: blog\npublish_at: 2099-01-01 10:00\ntitle: A\n---\n\nHello.\n"
    (repository / "posts" / "a.md").write_text(good)
    assert commits(repository)[0] == 0
    (repository / "posts" / "a.md").write_text(good.replace("channels: blog", "channels: blgo"))
    code, said = commits(repository)
    assert code == 1 and "blog" in said and "posts/a.md" in said
    (repository / "posts" / "a.md").write_text(good)
    (repository / "posts" / "b.md").write_text("---\nid: b\nchannels: nowhere\n---\n\nx\n")
    subprocess.run(["git", "-C", str(repository), "add", "posts/a.md"], check=True)
    assert commits(repository)[0] == 1


def test_the_hook_leaves_other_files_alone(repository: Path) -> None:
    (repository / "notes.txt").write_text("x\n")
    (repository / "README.md").write_text("# Ours\n")
    code, said = commits(repository)
    assert code == 0, said


def test_pre_commit_reads_the_manifest() -> None:
    done = subprocess.run(
        [str(BIN / "pre-commit"), "validate-manifest", str(TOP / ".pre-commit-hooks.yaml")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr

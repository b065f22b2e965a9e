"""A network that a package brings: the code of docs/how-to/add-a-network.md itself, installed beside smm, in processes of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-network.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL))
COMMANDS = re.findall(r"^\$ smm (.+)$", HOW_TO.read_text("utf-8"), re.MULTILINE)


def install(place: Path, *, fake: bool = True) -> None:
    """Lay the package into `place` as an installer does: its modules, and a .dist-info with the entry points of its pyproject.toml."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    for name, text in FILES.items():
        if name.startswith("smm_chime/"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, "utf-8")
    folder = place / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = {group: points for group, points in project["entry-points"].items() if fake or group != "smm.fakes"}
    lines = [
        line for group, points in groups.items() for line in (f"[{group}]", *(f"{key} = {value}" for key, value in points.items()), "")
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(FILES["channels.toml"].replace("publish_from", 'max_late = "none"\npublish_from'), "utf-8")
    front = "id: ding\nstatus: ready\nchannels: bell\npublish_at: 2026-01-05 09:00\nlink: https://example.org/\n"
    (root / "posts" / "ding.md").write_text(f"---\n{front}---\n\nThe bell rings at nine.\n")
    return root


def smm(calendar: Path, *words: str) -> subprocess.CompletedProcess[str]:
    place = calendar.parent / "site-packages"
    known = {"PYTHONPATH": str(place), "XDG_CONFIG_HOME": str(calendar.parent / "config"), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-m", "smm_cli", "-C", str(calendar), *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **known},
    )


@pytest.fixture
def installed(calendar: Path) -> Path:
    (calendar.parent / "site-packages").mkdir()
    install(calendar.parent / "site-packages")
    return calendar


def test_the_how_to_holds_a_whole_package():
    assert {"smm_chime/__init__.py", "smm_chime/fake.py", "pyproject.toml", "channels.toml"} == set(FILES)
    assert COMMANDS


def test_every_command_of_the_how_to_runs(installed):
    for command in COMMANDS:
        done = smm(installed, *command.split())
        assert done.returncode == 0, (command, done.stderr)


def test_it_is_listed_as_installed_with_its_limits(installed):
    listed = {network["name"]: network for network in json.loads(smm(installed, "network", "list", "--json").stdout)}
    assert listed["chime"]["origin"] == "installed"
    assert listed["mastodon"]["origin"] == "smm"
    assert listed["chime"]["text"][0]["maximum"] == 200


def test_a_rehearsal_plays_it_against_its_fake(installed):
    (scene,) = json.loads(smm(installed, "rehearse", "--json").stdout)
    assert (scene["name"], scene["state"], scene["network"]) == ("ding@bell", "published", "chime")
    assert scene["url"].startswith("https://chime.example/bell/")
    assert scene["texts"] == ["The bell rings at nine.\n\nhttps://example.org/"]


def test_its_limits_are_checked(installed):
    path = installed / "posts" / "ding.md"
    path.write_text(path.read_text() + "All day long. " * 20)
    done = smm(installed, "rehearse", "--json")
    (scene,) = json.loads(done.stdout)
    assert done.returncode == 4
    assert scene["state"] == "held"
    assert "200" in scene["error"]


def test_a_dry_run_shows_its_requests_without_the_token(installed):
    done = smm(installed, "publish", "--dry-run", "--json")
    requests = json.loads(done.stdout)
    assert [(r["method"], r["address"], r["publishes"]) for r in requests] == [
        ("GET", "https://chime.example/me", False),
        ("POST", "https://chime.example/messages", True),
    ]
    assert all(request["signed"] for request in requests)
    assert "sandbox-" not in done.stdout


def test_without_a_fake_it_is_composed_and_checked_and_that_is_said(calendar):
    (calendar.parent / "site-packages").mkdir()
    install(calendar.parent / "site-packages", fake=False)
    (scene,) = json.loads(smm(calendar, "rehearse", "--json").stdout)
    assert (scene["state"], scene["url"]) == ("composed", None)
    assert "no fake of chime" in scene["note"]
    done = smm(calendar, "publish", "--dry-run")
    assert "there is no fake of this network" in done.stderr
    assert done.returncode == 0


def test_where_it_is_not_installed_its_name_is_no_network(calendar):
    done = smm(calendar, "rehearse")
    assert done.returncode == 3
    assert "chime" in done.stderr
    assert "Traceback" not in done.stderr

"""smm post correct: shows the difference, asks, changes; and a changed file alone is told, never acted on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from smm_cli.ledger.receipts import read_receipts
from smm_cli.sandbox.base import Fault
from tests.cli.test_post_withdraw import CONFIG, Cli


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "calendar" / "posts").mkdir(parents=True)
    (tmp_path / "calendar" / "channels.toml").write_text(CONFIG)
    made = Cli(tmp_path / "calendar")
    made.publish()
    return made


def edit(cli: Cli, old: str, new: str) -> None:
    path = cli.root / "posts" / "launch.md"
    path.write_text(path.read_text().replace(old, new))


def texts(cli: Cli) -> list[str]:
    return [posted.text for posted in cli.fake.posted if not posted.deleted]


def test_nothing_to_correct_is_said(cli: Cli) -> None:
    out, said = cli("post", "correct", "launch", "--yes")
    assert out == ""
    assert "launch@toots is public as its file says" in said


def test_the_difference_is_shown_and_asked_about_before_anything_changes(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    _, error = cli("post", "correct", "launch", fails=2)
    assert "Change what is public? Nobody is at the terminal" in error
    out, _ = cli("post", "correct", "launch", "--dry-run")
    assert "+ Zwei." in out
    assert texts(cli) == ["One.", "Two."]
    out, _ = cli("post", "correct", "launch", "--yes")
    assert [line.split()[:2] for line in out.splitlines() if line.startswith("corrected")] == [
        ["corrected", "launch@blog"],
        ["corrected", "launch@toots"],
    ]
    assert texts(cli) == ["One.", "Zwei."]
    assert set(map(tuple, cli.changes().values())) == {("corrected",)}


def test_one_channel_alone(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    cli("post", "correct", "launch@toots", "--yes")
    assert cli.changes() == {"launch@blog": [], "launch@toots": ["corrected"]}


def test_status_and_check_tell_and_stop_telling(cli: Cli) -> None:
    assert "smm post correct" not in cli("status")[0]
    edit(cli, "Two.", "Zwei.")
    out, _ = cli("status")
    assert "launch@toots changed since it went out: smm post correct launch@toots" in out
    assert json.loads(cli("status", "--json")[0])["changed_since"] == ["launch@blog", "launch@toots"]
    assert "launch@blog changed since it went out" in cli("check")[0]
    cli("post", "correct", "launch", "--yes")
    assert "smm post correct" not in cli("status")[0]
    edit(cli, "Zwei.", "Drei.")
    cli("post", "withdraw", "launch", "--yes")
    assert "smm post correct" not in cli("status")[0]


def test_a_pause_stops_it_with_an_exit_code(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    config = cli.root / "channels.toml"
    config.write_text(config.read_text() + '\n[[pause]]\nreason = "a crisis"\n')
    _, said = cli("post", "correct", "launch", "--yes", fails=5)
    assert "paused: a crisis" in said
    assert "smm resume" in said
    assert texts(cli) == ["One.", "Two."]


def test_where_approval_is_required_the_present_text_must_be_approved(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    config = cli.root / "channels.toml"
    config.write_text(config.read_text() + "\n[approval]\nrequired = true\n")
    _, said = cli("post", "correct", "launch", "--yes", fails=5)
    assert "not approved: nobody approved it yet" in said
    cli("post", "approve", "launch", "--as", "ben", "--yes")
    cli("post", "correct", "launch", "--yes")
    assert texts(cli) == ["One.", "Zwei."]
    edit(cli, "Zwei.", "Drei.")
    _, said = cli("post", "correct", "launch", "--yes", fails=5)
    assert "it changed since it was approved" in said


def test_replacing_says_what_is_lost(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    _, error = cli("post", "correct", "launch@toots", "--replace", fails=2)
    assert "likes, replies and address" in error
    out, _ = cli("post", "correct", "launch@toots", "--replace", "--yes")
    assert out.splitlines()[-1].startswith("replaced  launch@toots  https://")
    assert texts(cli) == ["One.", "Zwei."]


def test_a_reply_takes_its_words_from_an_option_or_a_file(cli: Cli) -> None:
    out, _ = cli("post", "correct", "launch@toots", "--reply", "--text", "It is *two*.", "--yes")
    assert out.splitlines()[-1].startswith("answered  launch@toots  https://")
    assert texts(cli)[-1].startswith("It is ")
    (cli.root / "words.txt").write_text("Truly.\n")
    cli("post", "correct", "launch@toots", "--reply", "--file", str(cli.root / "words.txt"), "--yes")
    assert texts(cli)[-1] == "Truly."
    assert cli.changes()["launch@toots"] == ["answered", "answered"]
    for wrong in (["--reply"], ["--text", "x"], ["--reply", "--text", "x", "--replace"], ["--reply", "--text", " "]):
        cli("post", "correct", "launch@toots", *wrong, fails=2)
    _, said = cli("post", "correct", "launch@blog", "--reply", "--text", "x", "--yes", fails=5)
    assert "no replies" in said


def test_what_was_never_public_and_what_has_no_file_is_refused(cli: Cli) -> None:
    _, error = cli("post", "correct", "lanch", fails=2)
    assert "lanch is not public" in error
    assert "launch" in error
    (cli.root / "posts" / "launch.md").unlink()
    _, error = cli("post", "correct", "launch", fails=2)
    assert "smm post withdraw launch" in error


def test_a_channel_that_the_file_no_longer_names_is_left_alone(cli: Cli) -> None:
    edit(cli, "channels: [blog, toots]", "channels: [toots]")
    edit(cli, "Two.", "Zwei.")
    _, said = cli("post", "correct", "launch", "--yes")
    assert "launch@blog stays as it is" in said
    assert cli.changes()["launch@blog"] == []


def test_as_json_it_tells_each_delivery(cli: Cli) -> None:
    edit(cli, "Two.", "Zwei.")
    out, _ = cli("post", "correct", "launch", "--yes", "--json")
    found = json.loads(out)
    assert {one["name"]: (one["changed"], one["corrected"], one["error"]) for one in found} == {
        "launch@blog": (True, True, None),
        "launch@toots": (True, True, None),
    }


def test_as_json_it_tells_why_nothing_is_done(cli: Cli) -> None:
    cli("post", "withdraw", "launch@toots", "--yes")
    edit(cli, "Two.", "Zwei.")
    out, _ = cli("post", "correct", "launch@toots", "--yes", "--json", fails=5)
    assert [(one["corrected"], one["why_not"]) for one in json.loads(out)] == [(None, "it was taken down, or some of it")]
    out, _ = cli("post", "correct", "launch@blog", "--reply", "--text", "x", "--yes", "--json", fails=5)
    assert "no replies" in json.loads(out)[0]["why_not"]


def test_a_doubt_about_one_channel_stops_no_other(cli: Cli) -> None:
    config = cli.root / "channels.toml"
    config.write_text(
        config.read_text() + '\n[channels.more]\nnetwork = "webhook"\nurl = "https://n.example/in"\nsecret = "env:X"\ndedupes = false\n'
    )
    cli.world.place("n.example", "webhook").faults.append(Fault("silence_after", method="POST", times=1))
    for _ in range(2):
        cli.publish("[blog, toots, more]", "One.")
        asyncio.run(cli.clock.sleep(4000))
    edit(cli, "One.", "Eins.")
    _, error = cli("post", "correct", "launch", "--yes", fails=2)
    assert "nobody knows whether launch@more is public" in error
    cli("post", "correct", "launch@toots", "--yes")
    assert "Eins." in texts(cli)


def test_a_receipt_names_who_approved_what_stands_there_and_nobody_else(cli: Cli) -> None:
    config = cli.root / "channels.toml"
    config.write_text(config.read_text() + "\n[approval]\nrequired = true\n")
    cli("post", "approve", "launch", "--as", "ada", "--yes")
    edit(cli, "Two.", "Zwei.")
    cli("post", "approve", "launch", "--as", "ben", "--yes")
    cli("post", "approve", "launch", "--as", "cyn", "--yes")
    config.write_text(config.read_text() + 'approvers = ["ada", "ben"]\n\n[people.ada]\n\n[people.ben]\n')
    cli("post", "correct", "launch@toots", "--yes")
    found = {one.channel: one.approved_by for one in read_receipts(cli.root / "receipts")}
    assert found == {"blog": (), "toots": ("ben",)}

"""smm post withdraw: shows, asks, takes down, and says what is left."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.clock import SetClock
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.tick import tick
from smm_cli.errors import SmmError
from smm_cli.ledger.receipts import read_receipts
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.world import World

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "t"
timezone = "UTC"
publish_from = "worktree"

[channels.blog]
network = "site"
address = "https://t.example"

[channels.toots]
network = "mastodon"
server = "https://m.example"
secret = "env:NEVER_READ"

[channels.xing]
network = "xing"
"""


class Played(Session):
    """A session whose servers are fakes."""

    world: World

    def runner(self) -> Runner:
        runner = super().runner()
        runner.apps = self.world.app_for
        return runner


class Cli:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = SetClock(NOW)
        self.world = World(self.clock)
        self.fake = self.world.place("m.example", "mastodon")

    def session(self) -> Session:
        session = Played(str(self.root), self.clock)
        session.world = self.world
        return session

    def __call__(self, *arguments: str, fails: int = 0) -> tuple[str, str]:
        done = CliRunner().invoke(app, [*arguments], obj=self.session(), standalone_mode=False)
        if isinstance(done.exception, SmmError):
            assert done.exception.exit_code == fails, done.exception
            return done.stdout, str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert done.return_value == fails, done.output
        return done.stdout, done.stderr

    def publish(self, channels: str = "[blog, toots]", body: str = "One.\n\n---\n\nTwo.", more: str = "") -> None:
        front = f"id: launch\ntitle: Launch\nstatus: ready\nchannels: {channels}\npublish_at: 2026-11-24 08:30\n{more}"
        (self.root / "posts" / "launch.md").write_text(f"---\n{front}---\n\n{body}\n")

        async def act() -> None:
            await tick(runner)
            await runner.end()

        with self.session().runner() as runner:
            asyncio.run(act())

    def public(self) -> int:
        return sum(not posted.deleted for posted in self.fake.posted)

    def changes(self) -> dict[str, list[str]]:
        return {one.delivery: [change.what for change in one.changes] for one in read_receipts(self.root / "receipts")}


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "calendar" / "posts").mkdir(parents=True)
    (tmp_path / "calendar" / "channels.toml").write_text(CONFIG)
    return Cli(tmp_path / "calendar")


def test_a_post_is_taken_down_everywhere(cli: Cli) -> None:
    cli.publish()
    out, said = cli("post", "withdraw", "launch", "--yes")
    assert out.splitlines() == ["withdrawn  launch@blog", "withdrawn  launch@toots"]
    assert "https://t.example/launch/" in said
    assert "2 parts" in said
    assert cli.public() == 0
    assert cli.changes() == {"launch@blog": ["withdrawn"], "launch@toots": ["withdrawn"]}


def test_one_channel_can_be_taken_down_alone(cli: Cli) -> None:
    cli.publish()
    cli("post", "withdraw", "launch@toots", "--yes")
    assert cli.changes() == {"launch@blog": [], "launch@toots": ["withdrawn"]}


def test_nothing_is_taken_down_without_a_yes(cli: Cli) -> None:
    cli.publish()
    _, error = cli("post", "withdraw", "launch", fails=2)
    assert "--yes" in error
    cli("post", "withdraw", "launch", "--dry-run")
    assert cli.public() == 2
    assert not any(cli.changes().values())


def test_what_is_withdrawn_already_is_said_and_is_no_error(cli: Cli) -> None:
    cli.publish()
    cli("post", "withdraw", "launch", "--yes")
    out, said = cli("post", "withdraw", "launch")
    assert out == ""
    assert "launch@toots is withdrawn already, since Tue 24 Nov 2026 09:00 UTC" in said
    shapes = json.loads(cli("post", "withdraw", "launch", "--json")[0])
    assert [shape["state"] for shape in shapes] == ["withdrawn", "withdrawn"]


def test_show_and_the_queue_know_that_it_is_gone_and_stays_gone(cli: Cli) -> None:
    cli.publish()
    cli("post", "withdraw", "launch@toots", "--yes")
    shape = json.loads(cli("post", "show", "launch", "--json")[0])
    assert {one["name"]: one["withdrawn_at"] for one in shape["deliveries"]} == {
        "launch@blog": None,
        "launch@toots": "2026-11-24T09:00:00Z",
    }
    assert "withdrawn Tue 24 Nov 2026 09:00 UTC" in cli("post", "show", "launch")[0]
    cli.publish()
    assert cli.public() == 0
    assert json.loads(cli("queue", "list", "--json")[0]) == []


def test_a_half_done_withdrawal_names_what_is_left_and_ends_with_5(cli: Cli) -> None:
    cli.publish()
    cli.fake.faults.append(Fault("status", method="DELETE", skip=1, status=503))
    out, said = cli("post", "withdraw", "launch", "--yes", fails=5)
    assert out.splitlines() == ["withdrawn  launch@blog", "still public  launch@toots"]
    assert "part 2 of 2 is gone; still public: part 1 https://m.example/" in said
    assert "then again: smm post withdraw launch@toots" in said
    assert cli.changes()["launch@toots"] == ["partly withdrawn"]
    out, _ = cli("post", "withdraw", "launch", "--yes", "--json")
    assert json.loads(out[out.index("[") :])[-1]["left"] == []
    assert cli.public() == 0


def test_what_a_person_must_delete_is_said_and_written_down_when_done(cli: Cli) -> None:
    cli.publish("xing", "Hello.")
    cli("queue", "resolve", "launch@xing", "--published", "https://www.xing.com/posts/1", "--yes")
    out, said = cli("post", "withdraw", "launch", "--yes", fails=5)
    assert out == "still public  launch@xing\n"
    assert "delete it there: https://www.xing.com/posts/1" in said
    assert "smm post withdraw launch@xing --gone" in said
    assert cli.changes() == {"launch@xing": []}
    assert cli("post", "withdraw", "launch@xing", "--gone", "--yes")[0] == "withdrawn  launch@xing\n"
    assert cli.changes() == {"launch@xing": ["withdrawn"]}


def test_what_is_still_to_come_is_told(cli: Cli) -> None:
    cli.publish("[toots, blog]", more="for: {blog: {publish_at: 2026-11-30 09:00}}\n")
    _, said = cli("post", "withdraw", "launch", "--yes")
    assert "Still to come: launch@blog. Stop it: smm queue cancel launch" in said


def test_what_nobody_knows_and_what_is_half_sent_must_be_settled_first(cli: Cli) -> None:
    cli.fake.faults.append(Fault("status", method="POST", path="statuses", skip=1, times=None, status=422, body={"error": "no"}))
    cli.publish("toots")
    assert cli.public() == 1
    assert "smm queue cancel launch@toots" in cli("post", "withdraw", "launch", "--yes", fails=2)[1]
    cli("queue", "cancel", "launch@toots", "--yes")
    cli("post", "withdraw", "launch", "--yes")
    assert cli.public() == 0
    assert cli.changes() == {"launch@toots": ["withdrawn"]}


@pytest.mark.parametrize(
    ("name", "hint"),
    [("lanch", "did you mean launch?"), ("launch@tots", "public: launch@toots"), ("other", "smm queue cancel other")],
)
def test_what_is_not_public_is_answered_with_a_way_on(cli: Cli, name: str, hint: str) -> None:
    cli.publish("toots", "One.")
    (cli.root / "posts" / "other.md").write_text("---\nid: other\nchannels: toots\n---\n\nLater.\n")
    assert hint in cli("post", "withdraw", name, "--yes", fails=2)[1]
    assert cli.public() == 1

"""Those whom [alerts] names hear of what needs somebody: once, with what mends it; a heartbeat tells of good ticks."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.clock import SetClock
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.tick import tick
from smm_cli.ledger.alerts import tellings
from smm_cli.ledger.store import Ledger

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "acme"
timezone = "UTC"
{more}
[channels.toots]
network = "mastodon"
server = "{url}"
secret = "env:BOX_TOKEN"

[channels.team]
network = "rocketchat"
server = "{url}"
room = "GENERAL"
secret = {{ user_id = "env:BOX_TOKEN", token = "env:BOX_TOKEN" }}

[alerts]
{alerts}
"""
ADDRESS = 'to = "env:ALERT_URL"\n'


class Town:
    """A Mastodon that refuses posts, a chat, and an address for alerts and heartbeats, on one port."""

    def __init__(self, says):
        self.says, self.alerts, self.beats, self.chat, self.away, self.refuses = says, [], 0, [], False, True

    def __call__(self, seen):
        if seen.path.startswith("/alerts"):
            if self.away:
                return self.says(503)
            self.alerts.append(seen.json["text"])
            return self.says(200, {})
        if seen.path.startswith("/beat"):
            self.beats += 1
            return self.says(503 if self.away else 200, {})
        if seen.path.startswith("/api/v1/chat."):
            self.chat.append(seen.json)
            return self.says(200, {"success": True, "message": {"_id": "m1", "rid": "GENERAL", "ts": "2026-11-24T09:00:00Z"}})
        if seen.method == "POST" and seen.path.startswith("/api/v1/statuses"):
            if self.refuses:
                return self.says(422, {"error": "Validation failed: <b>no</b> @ada *today*"})
            return self.says(200, {"id": "7", "url": "https://x.example/7", "created_at": "2026-11-24T09:00:00Z"})
        return self.says(200, {"id": "1", "username": "acme", "acct": "acme", "url": "https://x.example/@acme"})


@pytest.fixture
def run_ticks(calendar, loopback, says, monkeypatch):
    """Ticks an hour apart, with what `between` does before each; the town, and what each tick noted."""

    def run(count, alerts=ADDRESS, between=lambda number, town, root: None, more=""):
        async def work():
            root, clock, notes, wakes = calendar.root, SetClock(NOW), [], []
            (root / "posts").mkdir()
            town = Town(says)
            async with loopback(town) as server:
                monkeypatch.setenv("ALERT_URL", f"{server.url}/alerts")
                monkeypatch.setenv("BEAT_URL", f"{server.url}/beat")
                (root / "channels.toml").write_text(CONFIG.format(url=server.url, alerts=alerts, more=more))
                (root / "posts" / "a.md").write_text(
                    "---\nid: a\nstatus: ready\nchannels: toots\npublish_at: 2026-11-24 09:00\n---\n\nHello.\n"
                )
                for number in range(count):
                    between(number, town, root)
                    kept = load_calendar(root)
                    ledger = Ledger.open(kept.state / "ledger.db", kept.name, "here")
                    with Runner(kept, WorkTree(root), ledger, Index(kept), clock) as runner:
                        ticked = await tick(runner)
                        notes.append(ticked.notes)
                        wakes.append(runner.index.read_wake().get("wake_at"))
                        left = [(one.name, one.recipient) for one in tellings(ledger) if one.told_at is None]
                    clock.set(clock.now() + timedelta(hours=1))
            return town, notes, wakes, left

        return asyncio.run(work())

    return run


def test_a_failure_is_told_once_with_the_command_that_mends_it(run_ticks):
    town, notes, _, left = run_ticks(4)
    (text,) = town.alerts
    assert text.startswith("smm, acme:\na@toots failed and is surely not published")
    assert "smm queue retry a@toots" in text
    assert notes == [(), (), (), ()]
    assert left == []


def test_an_address_that_does_not_answer_is_told_later_and_says_so_without_showing_itself(run_ticks):
    def between(number, town, root):
        town.away = number < 2

    town, notes, _, _ = run_ticks(4, between=between)
    assert len(town.alerts) == 1
    assert "alerts cannot be told to env:ALERT_URL" in notes[0][0]
    assert "/alerts" not in notes[0][0]
    assert notes[3] == ()


def test_an_address_that_answers_with_much_more_than_it_should_has_heard(run_ticks):
    def between(number, town, root):
        says = town.says
        town.says = lambda status, body=None: says(status, {"a": "x" * 17_000_000} if body == {} else body)

    town, notes, _, left = run_ticks(1, between=between)
    assert len(town.alerts) == 1 and notes == [()] and left == []


def test_a_chat_of_the_calendar_hears_it_as_text_that_calls_nobody(run_ticks):
    town, notes, _, _ = run_ticks(2, 'to = "channel:team"\n')
    assert notes == [(), ()]
    (said,) = town.chat
    text = json.dumps(said, ensure_ascii=False)
    assert "a@" in text
    assert "queue retry" in text
    assert "@ada " not in text


def test_what_fails_again_is_told_again(run_ticks):
    from smm_cli.ledger.people import retry
    from smm_cli.words.delivery import Delivery

    def between(number, town, root):
        if number == 2:
            with Ledger.open(root / ".smm" / "ledger.db", "acme", "here") as ledger:
                assert retry(ledger, [Delivery("a", "toots", "mastodon")])

    town, _, _, _ = run_ticks(4, between=between)
    assert len(town.alerts) == 2


def test_what_is_mended_is_told_no_more_and_forgotten(run_ticks):
    from smm_cli.ledger.people import retry
    from smm_cli.words.delivery import Delivery

    def between(number, town, root):
        town.away, town.refuses = number == 0, number == 0
        if number == 1:
            with Ledger.open(root / ".smm" / "ledger.db", "acme", "here") as ledger:
                assert retry(ledger, [Delivery("a", "toots", "mastodon")])

    town, _, _, left = run_ticks(3, between=between)
    assert town.alerts == []
    assert left == []


def test_a_deputy_hears_of_what_is_not_mended_in_time(run_ticks):
    town, _, _, _ = run_ticks(5, 'to = "channel:team"\ndeputy = "env:ALERT_URL"\ndeputy_after = "3h"\n')
    assert len(town.chat) == 1
    assert len(town.alerts) == 1


def stands_as(root, state):
    with Ledger.open(root / ".smm" / "ledger.db", "acme", "here") as ledger:
        ledger.write(lambda c: c.execute(f"UPDATE delivery SET state = '{state}', next_at = NULL", {}))


@pytest.mark.parametrize("its_post", ["is there", "is gone"])
@pytest.mark.parametrize(("state", "said"), [("unknown", "is perhaps published, perhaps not"), ("waiting", "is to be made by hand")])
def test_what_is_in_doubt_or_waits_for_a_person_is_told_though_it_has_no_time(run_ticks, state, said, its_post):
    def between(number, town, root):
        if number == 1:
            stands_as(root, state)
            if its_post == "is gone":
                (root / "posts" / "a.md").unlink()

    town, _, _, _ = run_ticks(3, ADDRESS + 'on = ["unknown", "hold"]\n', between)
    (text,) = town.alerts
    assert f"a@toots {said}" in text


def test_a_post_whose_last_day_for_a_slot_has_passed_is_told(run_ticks):
    def between(number, town, root):
        text = (root / "channels.toml").read_text().replace('network = "mastodon"', 'network = "mastodon"\nslots = ["Tue 18:00"]')
        (root / "channels.toml").write_text(text)
        (root / "posts" / "a.md").write_text(
            "---\nid: a\nstatus: ready\nchannels: toots\nslot: next\nnot_after: 2026-11-23\n---\n\nHello.\n"
        )

    town, _, _, _ = run_ticks(1, between=between)
    (text,) = town.alerts
    assert "a@toots is held: not_after has passed" in text


def test_each_way_to_mend_stands_on_a_line_of_its_own(run_ticks):
    def between(number, town, root):
        post = root / "posts" / "a.md"
        post.write_text(post.read_text().replace("11-24 09:00", "11-24 03:00"))

    town, _, _, _ = run_ticks(1, between=between)
    (text,) = town.alerts
    assert text.splitlines()[2:] == [
        "  send now   smm queue release a@toots",
        '  new time   smm post schedule a "tomorrow 9am"',
        "  let it be  smm queue cancel a@toots",
    ]


def test_what_another_runner_noted_meanwhile_is_left_to_it(run_ticks):
    """Two runners look at once: one sees what the other does not know of yet."""
    from smm_cli.ledger import alerts as kept

    def between(number, town, root):
        if number:
            return
        with Ledger.open(root / ".smm" / "ledger.db", "acme", "here") as ledger:
            ledger.write(
                lambda c: c.execute(
                    "CREATE TRIGGER other AFTER INSERT ON alert WHEN NEW.name LIKE 'failure%' BEGIN INSERT OR IGNORE INTO alert"
                    " (calendar, name, recipient, since, next_at) VALUES (NEW.calendar, 'hold b@toots error', NEW.recipient, 0, 0); END",
                    {},
                )
            )
            assert kept.tellings(ledger) == []

    town, notes, _, _ = run_ticks(1, between=between)
    assert len(town.alerts) == 1 and notes == [()]


def test_only_the_kinds_that_on_names_are_told(run_ticks):
    town, _, _, _ = run_ticks(2, ADDRESS + 'on = ["unknown", "token"]\n')
    assert town.alerts == []


def test_each_good_tick_beats_and_the_next_is_not_later_than_the_heartbeat(run_ticks):
    town, notes, wakes, _ = run_ticks(3, 'heartbeat = "env:BEAT_URL"\nheartbeat_every = "10m"\n')
    assert town.beats == 3
    assert float(wakes[0]) == (NOW + timedelta(minutes=10)).timestamp()
    assert notes == [(), (), ()]


def test_a_heartbeat_that_is_not_heard_is_said_and_holds_nothing_up(run_ticks):
    def between(number, town, root):
        town.away, town.refuses = True, False

    _, notes, _, _ = run_ticks(1, 'heartbeat = "env:BEAT_URL"\n', between)
    assert "the heartbeat was not heard" in notes[0][0]


def test_a_hundred_failures_are_one_message(run_ticks):
    def between(number, town, root):
        for n in range(30):
            (root / "posts" / f"b{n}.md").write_text(
                f"---\nid: b{n}\nstatus: ready\nchannels: toots\npublish_at: 2026-11-24 09:00\n---\n\nHello {n}.\n"
            )

    town, _, _, left = run_ticks(1, between=between)
    (text,) = town.alerts
    assert "and 21 more: smm status" in text
    assert left == []


def test_a_trial_of_alerts_that_are_not_committed_says_so(tmp_path, monkeypatch):
    from smm_cli.cli.alert import try_alerts
    from smm_cli.cli.session import Session
    from smm_cli.errors import ConfigError

    (tmp_path / "channels.toml").write_text('[calendar]\nname = "t"\npublish_from = "main"\n')
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    with pytest.raises(ConfigError, match="names nobody") as raised:
        asyncio.run(try_alerts(Session(str(tmp_path))))
    assert "write [alerts]" in raised.value.hint
    with (tmp_path / "channels.toml").open("a") as file:
        file.write('[alerts]\nto = "env:ALERT_URL"\n')
    with pytest.raises(ConfigError, match="names nobody") as raised:
        asyncio.run(try_alerts(Session(str(tmp_path))))
    assert "main counts: git add channels.toml" in raised.value.hint

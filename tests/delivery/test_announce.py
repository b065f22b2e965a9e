"""Hubs and search engines hear of new pages: once each page answers, apart from deliveries, again until it works."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.clock import SetClock
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.tick import tick
from smm_cli.delivery.transport import Transport
from smm_cli.ledger.store import Ledger

KEY = "0123456789abcdef"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Town:
    """A web server for the site's folder, a hub and a search engine, on one port."""

    def __init__(self, public, says):
        self.public, self.says, self.deployed, self.hub, self.engine = public, says, True, 204, 200
        self.told = []

    def __call__(self, seen):
        if seen.method == "POST":
            status = self.hub if seen.path == "/hub" else self.engine
            self.told.append((seen.path, seen.body.decode(), status))
            return self.says(status)
        path = seen.path.removeprefix("/blog/")
        file = self.public / (f"{path}index.html" if path.endswith("/") else path)
        return self.says(200, file.read_bytes()) if self.deployed and file.is_file() else self.says(404)

    def paths(self):
        return [path for path, _, status in self.told if status < 300]


@pytest.fixture
def run_ticks(calendar, loopback, says):
    """Ticks, with what `between` does before each, at a town that serves the site."""

    def run(count, between=lambda number, town: None, keys='hub = "{url}/hub"\nindexnow = "{key}"\nindexnow_engine = "{url}/engine"\n'):
        async def work():
            root, clock = calendar.root, SetClock(NOW)
            (root / "posts").mkdir()
            town = Town(root / "public", says)
            notes = []
            async with loopback(town) as server:
                more = keys.format(url=server.url, key=KEY)
                (root / "channels.toml").write_text(
                    '[calendar]\nname = "test"\ntimezone = "UTC"\nmax_late = "none"\n\n[channels.blog]\nnetwork = "site"\n'
                    f'address = "{server.url}/blog"\n{more}'
                )
                (root / "posts" / "a.md").write_text(
                    "---\nid: a\ntitle: A\nstatus: ready\nchannels: blog\npublish_at: 2026-11-24 08:00\n---\n\nHello.\n"
                )
                for number in range(count):
                    between(number, town)
                    kept = load_calendar(root)
                    ledger = Ledger.open(kept.state / "ledger.db", kept.name, "here")
                    source = WorkTree(root)
                    allowed = Transport(kept, clock, allow_private={server.host})
                    with Runner(kept, source, ledger, Index(kept), clock, None, allowed) as runner:
                        notes.append((await tick(runner)).notes)
                    clock.set(clock.now() + timedelta(minutes=11))
            return town, notes

        return asyncio.run(work())

    return run


def test_a_new_page_is_told_once_to_the_hub_and_to_the_search_engines(run_ticks):
    town, notes = run_ticks(3)
    assert town.paths() == ["/hub", "/engine"]
    assert notes == [(), (), ()]
    hub, engine = (body for _, body, _ in town.told)
    assert parse_qs(hub)["hub.mode"] == ["publish"]
    assert [url.rpartition("/")[2] for url in parse_qs(hub)["hub.url"]] == ["feed.xml", "feed.json"]
    told = json.loads(engine)
    assert told["key"] == KEY
    assert told["urlList"][0].endswith("/blog/a/")
    assert told["keyLocation"].endswith(f"/blog/{KEY}.txt")
    assert (town.public / f"{KEY}.txt").read_text() == KEY


def test_a_page_that_is_not_deployed_is_told_later_and_stays_published(run_ticks):
    def between(number, town):
        town.deployed = number > 1

    town, notes = run_ticks(4, between)
    assert town.paths() == ["/hub", "/engine"]
    assert [len(said) for said in notes] == [1, 1, 0, 0]
    assert "is the site deployed?" in notes[0][0]


def test_a_hub_that_is_down_is_told_again_without_harm(run_ticks):
    def between(number, town):
        town.hub = 503 if number == 0 else 204

    town, notes = run_ticks(3, between)
    assert town.paths() == ["/hub", "/engine"]
    assert "what is public is so" in notes[0][0]
    assert notes[1:] == [(), ()]


def test_who_never_listens_is_left_alone_after_two_days(run_ticks):
    def between(number, town):
        town.engine = 500

    town, notes = run_ticks(300, between)
    tries = sum(path == "/engine" for path, _, _ in town.told)
    assert 250 < tries < 275, "every 11 minutes for 48 hours"
    assert notes[-1] == ()


def test_a_wrong_key_says_where_the_right_one_must_stand(run_ticks):
    def between(number, town):
        town.engine = 403

    _, notes = run_ticks(1, between)
    assert f"{KEY}.txt must hold {KEY}" in notes[0][0]


def test_a_site_that_names_neither_tells_nobody(run_ticks):
    town, notes = run_ticks(2, keys="")
    assert town.told == []
    assert notes == [(), ()]

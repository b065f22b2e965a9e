"""The whole way, from files in a calendar to records on servers that smm did not write: ledger, journal, receipts and all."""

from __future__ import annotations

import asyncio
import secrets
import shutil

import pytest

from smm_cli.clock import SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from smm_cli.errors import ConfigError
from smm_cli.ledger.receipts import read_receipts

pytestmark = pytest.mark.server

CHANNELS = """
[calendar]
name = "acme"
timezone = "Europe/Berlin"
publish_from = "worktree"
max_late = "none"
language = "en"

[channels.blue]
network = "bluesky"
server = "{pds}"
identifier = "{identifier}"
account = "@{identifier}"
secret = "env:BLUE"

[channels.elephant]
network = "mastodon"
server = "{mastodon}"
secret = "env:ELEPHANT"

[people.ben]
title = "Ben"
handles = {{ bluesky = "ben.test", mastodon = "@ben@social.example" }}
"""

POST = """---
id: launch
status: ready
channels: [blue, elephant]
publish_at: 2026-01-02 09:00
tags: [open source]
link: https://example.invalid/launch
---

Hé 👋 from @{ben} and us.

![two dots](dots.png)

---

The second part.
"""


@pytest.fixture
def handle():
    """An account that no other test posts to."""
    return f"dora{secrets.token_hex(3)}.test"


@pytest.fixture
def calendar(pds, mastodon_server, handle, tmp_path, monkeypatch, png):
    """A calendar with one post for both servers."""
    identifier, password = pds.account(handle)
    pds.account("ben.test")
    monkeypatch.setenv("BLUE", password)
    monkeypatch.setenv("ELEPHANT", mastodon_server.token)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    told = CHANNELS.format(pds=pds.url, mastodon=mastodon_server.url, identifier=identifier)
    (root / "channels.toml").write_text(told, "utf-8")
    (root / "posts/launch.md").write_text(POST, "utf-8")
    (root / "posts/dots.png").write_bytes(png(40, 30))
    return root


def ticked(root):
    async def one(runner):
        try:
            return await tick(runner)
        finally:
            await runner.end()

    with open_runner(root, SystemClock()) as runner:
        return asyncio.run(one(runner))


def test_one_file_becomes_threads_on_both_servers_once(calendar, pds, mastodon_server, handle):
    outcomes = ticked(calendar).outcomes
    assert {outcome.delivery: (outcome.state, str(outcome.error or "")) for outcome in outcomes} == {
        "launch@blue": ("published", ""),
        "launch@elephant": ("published", ""),
    }
    did = pds.session(handle)["did"]
    first, second = (record["value"] for record in pds.records(did))
    assert first["text"] == "Hé 👋 from @ben.test and us."
    assert first["embed"]["images"][0]["alt"] == "two dots"
    assert first["facets"][0]["features"][0]["$type"].endswith("#mention")
    assert second["text"] == "The second part.\n\nexample.invalid/launch\n\n#OpenSource"
    assert second["reply"]["root"]["uri"] == pds.records(did)[0]["uri"]
    answer, start = mastodon_server.statuses()[:2]
    assert "The second part." in answer["content"]
    assert answer["in_reply_to_id"] == start["id"]
    receipts = {receipt.delivery: receipt for receipt in read_receipts(calendar / "receipts")}
    assert [part.id for part in receipts["launch@blue"].parts] == [record["uri"] for record in pds.records(did)]
    assert ticked(calendar).outcomes == ()
    assert len(pds.records(did)) == 2


def test_a_clone_that_has_the_receipts_publishes_nothing(calendar, pds, handle, tmp_path):
    ticked(calendar)
    did = pds.session(handle)["did"]
    before = len(pds.records(did))
    clone = tmp_path / "clone"
    shutil.copytree(calendar, clone, ignore=shutil.ignore_patterns(".smm"))
    assert [outcome for outcome in _refused_or(clone) if outcome.state == "published"] == []
    assert len(pds.records(did)) == before


def _refused_or(root):
    """What a tick did, or nothing where it stops because another runner publishes this calendar."""
    try:
        return ticked(root).outcomes
    except ConfigError:
        return ()

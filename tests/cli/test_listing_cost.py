"""What `smm queue list --json` may cost: no library that listing does not need, and quick forms that say the same as the slow ones."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from smm_cli.cli import output
from smm_cli.cli.shapes import delivery_json, delivery_shape, iso
from smm_cli.words.delivery import HELD, Delivery

CONFIG = '[calendar]\nname = "try"\ntimezone = "Europe/Berlin"\npublish_from = "worktree"\n\n[channels.blog]\nnetwork = "site"\n'
CONFIG += 'output = "public"\naddress = "https://blog.example"\n'
POST = "---\nid: p{n}\ntitle: Näxt {n}\nchannels: [blog]\npublish_at: 2090-01-0{n} 09:00\nstatus: ready\n---\n\nText {n}.\n"
HEAVY = ("pydantic", "yaml", "markdown_it", "httpx2", "asyncio", "typer", "rich", "tomlkit", "dateutil", "smm_cli.networks")


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "channels.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "posts").mkdir()
    for n in range(1, 4):
        (tmp_path / "posts" / f"p{n}.md").write_text(POST.format(n=n), "utf-8")
    return tmp_path


def listed(tree, *options):
    words = [sys.executable, *options, "-m", "smm_cli", "queue", "list", "--json"]
    return subprocess.run(words, cwd=tree, capture_output=True, text=True, encoding="utf-8", check=True)


def loaded(done):
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_a_warm_list_loads_no_heavy_library(tree):
    cold = listed(tree, "-X", "importtime")
    assert {"pydantic", "yaml"} <= loaded(cold)  # the posts were parsed: the names below are what would be seen
    warm = listed(tree, "-X", "importtime")
    found = loaded(warm)
    assert "smm_cli.cli.listing" in found
    assert not [name for name in found if name.startswith(tuple(f"{heavy}." for heavy in HEAVY)) or name in HEAVY]
    assert warm.stdout == cold.stdout
    assert [one["title"] for one in json.loads(warm.stdout)] == ["Näxt 1", "Näxt 2", "Näxt 3"]


NASTY = 'a "b" \\ \n\t\x00\x1f\x7f\x85\u2028\u202e\ud800 ä 🚲 {n} %s'
BARE = Delivery("p", "blog", "site")
AT = datetime(2026, 11, 24, 8, 0, 0, 999_999, tzinfo=UTC)
FULL = Delivery("p", "blog", "site", "2026-11-24T0900", AT, AT, HELD, "late", "why", "hint", True, "@me", "posts/p.md", "T", "winter", "u")
WORDS = [field.name for field in fields(Delivery) if field.type == "str"]


@pytest.mark.parametrize("delivery", [BARE, FULL, replace(BARE, due=AT), *(replace(FULL, **{name: NASTY}) for name in WORDS)])
def test_a_delivery_is_written_as_json_writes_its_shape(delivery):
    assert delivery_json(delivery) == json.dumps(delivery_shape(delivery), ensure_ascii=False)


@pytest.mark.parametrize("deliveries", [[], [BARE], [FULL, replace(FULL, title=NASTY), BARE]])
def test_an_array_is_printed_as_one_value_is(deliveries, capsys):
    output.as_json([delivery_shape(one) for one in deliveries])
    slow = capsys.readouterr().out
    output.as_json_array(map(delivery_json, deliveries))
    assert capsys.readouterr().out == slow


def test_moments_are_written_in_utc_to_the_second():
    assert iso(None) is None
    assert iso(AT) == iso(AT.replace(microsecond=0)) == "2026-11-24T08:00:00Z"
    assert iso(AT.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-11-24T08:00:00Z"
    assert iso(datetime(33, 1, 2, tzinfo=UTC)) == "0033-01-02T00:00:00Z"

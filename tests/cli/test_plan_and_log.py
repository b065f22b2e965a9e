"""smm plan, smm log, smm schema: what is to come, what went out, what may be written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from smm_cli.cli.log import show_log
from smm_cli.cli.plan import show_plan
from smm_cli.cli.schema import show_schemas
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import RECEIPT_KEYS
from smm_cli.clock import SetClock
from smm_cli.errors import LedgerError, UsageError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONFIG = """[calendar]
name = "try"
timezone = "Europe/Berlin"
language = "en"
publish_from = "worktree"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"

[channels.toots]
network = "mastodon"
server = "https://social.example"
secret = "env:NOT_SET"
formerly = ["birds"]

[channels.hand]
network = "xing"

[groups]
social = ["toots", "hand"]

[campaigns.winter]
title = "Winter"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG)
    return made


def post(root: Path, name: str, at: str, channels: str = "toots", status: str = "ready", front: str = "", body: str = "") -> None:
    time = f"publish_at: {at}\n" if at else ""
    head = f"id: {name}\nstatus: {status}\nchannels: [{channels}]\n{time}{front}"
    (root / "posts" / f"{name}.md").write_text(f"---\n{head}---\n\n{body or name}\n")


def receipt(root: Path, name: str, channel: str = "toots", at: str = "2026-11-20T09:00:00Z", **more: str) -> None:
    folder = root / "receipts" / name
    folder.mkdir(parents=True, exist_ok=True)
    said = {"state": "published", "network": "mastodon", "account": "@ada@social.example", **more}
    lines = "".join(f'{key} = "{value}"\n' for key, value in said.items())
    part = f'\n[[parts]]\nid = "1"\nurl = "https://social.example/@ada/{name}"\n'
    (folder / f"{channel}.toml").write_text(f'format = 1\npost = "{name}"\nchannel = "{channel}"\nat = {at}\n{lines}{part}')


@pytest.fixture
def planned(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict]]:
    def plan(**options) -> list[dict]:
        assert show_plan(Session(str(root), SetClock(NOW)), as_json=True, **options) == 0
        return json.loads(capsys.readouterr().out)

    return plan


@pytest.fixture
def logged(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict]]:
    def log(**options) -> list[dict]:
        assert show_log(Session(str(root), SetClock(NOW)), form="json", **options) == 0
        return json.loads(capsys.readouterr().out)

    return log


# -- plan ----------------------------------------------------------------------------------------------------------------------


def test_days_are_headings_and_held_ones_say_what_releases_them(root, capsys):
    post(root, "one", "2026-11-25 09:00", "toots, hand")
    post(root, "two", "2026-11-26 09:00", "toots", status="draft")
    post(root, "three", "", "blog", status="draft")
    assert show_plan(Session(str(root), SetClock(NOW))) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["Wed", "25", "Nov", "2026"]
    assert [line[:3] for line in lines[1:3]] == [["09:00", "CET", "one"], ["09:00", "CET", "one"]]
    assert lines[3] == ["Thu", "26", "Nov", "2026"]
    assert lines[4] == ["09:00", "CET", "two", "toots", "held", "(draft)"]
    assert lines[5][:4] == ["smm", "post", "schedule", "two"]
    assert ["no", "time", "yet"] in lines


def test_several_channels_at_one_time_are_one_line(root, capsys):
    post(root, "one", "2026-11-25 09:00", "toots, blog")
    show_plan(Session(str(root), SetClock(NOW)))
    assert capsys.readouterr().out.splitlines()[1].split() == ["09:00", "CET", "one", "blog,", "toots", "planned"]


def test_problems_of_the_plan_stand_at_its_end_on_stderr(root, capsys):
    post(root, "one", "2026-11-25 09:00")
    post(root, "two", "2026-11-25 09:05")
    show_plan(Session(str(root), SetClock(NOW)))
    assert "[collision]" in capsys.readouterr().err
    show_plan(Session(str(root), SetClock(NOW)), channel="blog")
    assert "[collision]" not in capsys.readouterr().err


def test_until_is_exclusive(root, planned):
    post(root, "one", "2026-11-25 00:00")
    post(root, "two", "2026-11-26 00:00")
    assert [delivery["post"] for delivery in planned(until="2026-11-26")] == ["one"]


def test_limit_channel_group_network_and_campaign_narrow_it(root, planned):
    post(root, "one", "2026-11-25 09:00", "toots, blog, hand", front="campaign: winter\n")
    post(root, "two", "2026-11-26 09:00", "blog")
    assert len(planned()) == 4
    assert len(planned(limit=2)) == 2
    assert {delivery["channel"] for delivery in planned(channel="social")} == {"toots", "hand"}
    assert {delivery["channel"] for delivery in planned(channel="xing")} == {"hand"}
    assert {delivery["post"] for delivery in planned(campaign="winter")} == {"one"}
    assert planned(channel="blog", campaign="winter")[0]["name"] == "one@blog"


@pytest.mark.parametrize(
    ("options", "said"),
    [({"channel": "toost"}, "toots"), ({"campaign": "wnter"}, "winter"), ({"until": "2026-11-01"}, "smm log"), ({"until": "soon"}, "")],
)
def test_wrong_names_and_times_are_refused_with_a_way_out(planned, options, said):
    with pytest.raises(UsageError) as caught:
        planned(**options)
    assert caught.value.hint
    assert said in caught.value.hint


def test_an_empty_calendar_says_how_to_begin(root, capsys):
    show_plan(Session(str(root), SetClock(NOW)))
    assert "smm post schedule" in capsys.readouterr().err


# -- log -----------------------------------------------------------------------------------------------------------------------


def test_the_log_is_of_receipts_alone_oldest_first(root, logged):
    receipt(root, "new", at="2026-11-23T09:00:00Z", author="ada", campaign="winter")
    receipt(root, "old", at="2026-11-01T09:00:00Z")
    receipt(root, "never", state="cancelled")
    found = logged()
    assert [(r["post"], r["at"]) for r in found] == [("old", "2026-11-01T09:00:00Z"), ("new", "2026-11-23T09:00:00Z")]
    assert tuple(found[0]) == RECEIPT_KEYS
    assert found[1]["url"] == "https://social.example/@ada/new"
    assert not (root / ".smm" / "ledger.db").exists()


def test_the_log_is_narrowed_by_time_channel_campaign_and_number(root, logged):
    receipt(root, "one", at="2026-11-01T09:00:00Z", campaign="winter")
    receipt(root, "two", "birds", at="2026-11-10T09:00:00Z")
    receipt(root, "three", "gone", at="2026-11-20T09:00:00Z", campaign="older")
    names = lambda **options: [r["post"] for r in logged(**options)]  # noqa: E731
    assert names(since="2026-11-10") == ["two", "three"]
    assert names(until="2026-11-10") == ["one"]
    assert names(limit=1) == ["three"]
    assert names(channel="toots") == ["one", "two"], "what went out under its earlier name is its own"
    assert names(channel="gone") == ["three"], "a channel that was removed has a past"
    assert names(campaign="older") == ["three"]
    with pytest.raises(UsageError, match="there is no campaign wintr"):
        names(campaign="wintr")
    with pytest.raises(UsageError, match="lies after"):
        names(since="2026-11-10", until="2026-11-09")


def test_a_table_for_spreadsheets_holds_no_formula(root, capsys):
    receipt(root, "one", author="=HYPERLINK(1)", account="@ada@social.example")
    assert show_log(Session(str(root), SetClock(NOW)), form="csv") == 0
    head, row = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert tuple(head) == RECEIPT_KEYS
    cells = dict(zip(head, row, strict=True))
    assert cells["author"] == "'=HYPERLINK(1)"
    assert cells["account"] == "'@ada@social.example"


def test_people_see_only_columns_that_say_something(root, capsys):
    receipt(root, "one")
    show_log(Session(str(root), SetClock(NOW)))
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["when", "post", "channel", "account", "address"]
    assert row.startswith("Fri 20 Nov 2026 10:00 CET")


def test_what_is_perhaps_public_is_in_it_and_says_so(root, capsys):
    receipt(root, "one", state="unknown")
    show_log(Session(str(root), SetClock(NOW)))
    assert "perhaps published" in capsys.readouterr().out


def test_a_receipt_that_cannot_be_read_is_never_passed_over(root, logged):
    receipt(root, "one")
    (root / "receipts" / "one" / "toots.toml").write_text("<<<<<<< HEAD\n")
    with pytest.raises(LedgerError, match="receipts/one/toots"):
        logged()


# -- schema --------------------------------------------------------------------------------------------------------------------


def test_the_schemas_are_schemas_and_the_demo_fits(capsys):
    import tomllib

    assert show_schemas() == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"post", "channels"}
    for schema in found.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    demo = tomllib.loads((Path(__file__).parents[2] / "channels.toml").read_text())
    jsonschema.validate(json.loads(json.dumps(demo, default=str)), found["channels"])


def test_schemas_are_written_where_told(tmp_path, capsys):
    assert show_schemas("post", str(tmp_path / "new")) == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["post.schema.json"]
    assert json.loads((tmp_path / "new" / "post.schema.json").read_text())["title"] == "Front matter of a post"
    assert show_schemas("", str(tmp_path / "dry"), dry_run=True) == 0
    assert not (tmp_path / "dry").exists()

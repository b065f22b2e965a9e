"""smm queue: what is to come, and what people decide about it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smm_cli.calendar.cached import load_calendar
from smm_cli.cli.app import app
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.clock import SetClock
from smm_cli.errors import SmmError
from smm_cli.ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CONFIG = """[calendar]
name = "try"
timezone = "Europe/Berlin"
publish_from = "worktree"
max_late = "2h"

[channels.blog]
network = "site"
output = "public"
address = "https://blog.example"
max_late = "2h"

[channels.news]
network = "site"
output = "news"
address = "https://news.example"

[channels.xing]
network = "xing"

[groups]
sites = ["blog", "news"]

[campaigns.winter]
title = "Winter"
"""
KEYS = [
    "name",
    "post",
    "channel",
    "network",
    "occurrence",
    "due",
    "state",
    "reason",
    "why",
    "by_hand",
    "account",
    "title",
    "campaign",
    "path",
    "url",
]


@dataclass
class Said:
    code: int
    out: str
    err: str


def smm(root: Path, line: str, now: datetime = NOW) -> Said:
    done = CliRunner().invoke(app, shlex.split(line), obj=Session(str(root), SetClock(now)), standalone_mode=False)
    if isinstance(done.exception, SmmError):
        return Said(done.exception.exit_code, done.stdout, f"{done.stderr}{done.exception}")
    if done.exception is not None:
        raise done.exception
    return Said(done.return_value or 0, done.stdout, done.stderr)


def write(root: Path, id: str, at: str, *more: str, channels: str = "blog", status: str = "ready") -> None:
    lines = [f"id: {id}", f"title: The {id}", f"channels: {channels}", f"publish_at: {at}", f"status: {status}", *more]
    (root / "posts" / f"{id}.md").write_text("---\n" + "\n".join(lines) + f"\n---\n\nText of {id}.\n")


def set_state(root: Path, name: str, state: str, note: str = "") -> None:
    """As a tick would leave it."""
    assert smm(root, f"queue hold {name}").code == 0
    with Ledger.open(root / ".smm" / "ledger.db", load_calendar(root).name, "here") as ledger:
        changed = ledger.write(
            lambda c: c.execute("UPDATE delivery SET state = ?, note = ?, held = 0, attempts = 5 WHERE name = ?", (state, note, name))
        )
    assert changed.rowcount == 1


def states(root: Path, now: datetime = NOW) -> dict[str, str]:
    return {d["name"]: f"{d['state']} {d['reason'] or ''}".strip() for d in json.loads(smm(root, "queue list --json", now).out)}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SMM_CALENDAR", raising=False)
    made = tmp_path / "calendar"
    (made / "posts").mkdir(parents=True)
    (made / "channels.toml").write_text(CONFIG)
    write(made, "soon", "2026-11-25 09:00", "campaign: winter", channels="[blog, news]")
    write(made, "late", "2026-11-23 09:00")
    write(made, "later", "2026-12-24 09:00")
    write(made, "idea", "2026-12-01 09:00", status="draft")
    return made


# -- list ---------------------------------------------------------------------------------------------------------------------


def test_the_list_is_one_array_with_stable_keys(root):
    listed = json.loads(smm(root, "queue list --json").out)
    assert [d["name"] for d in listed] == ["late@blog", "soon@blog", "soon@news", "idea@blog", "later@blog"]
    assert all(list(d) == KEYS for d in listed)
    soon = listed[1]
    assert (soon["due"], soon["state"], soon["reason"], soon["campaign"], soon["path"]) == (
        "2026-11-25T08:00:00Z",
        "planned",
        None,
        "winter",
        "posts/soon.md",
    )
    assert listed[0]["reason"] == "late"
    assert "limit 2h" in listed[0]["why"]


def test_scripts_read_the_same_list_without_the_command_tree(root, capsys):
    """The quick form is read without typer; the clock is that of the machine, so only names are compared."""
    assert run(["-C", str(root), "queue", "list", "--json", "--channel", "news"]) == 0
    assert [d["name"] for d in json.loads(capsys.readouterr().out)] == ["soon@news"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("--channel news", ["soon@news"]),
        ("--channel sites --campaign winter", ["soon@blog", "soon@news"]),
        ("--state held", ["late@blog", "idea@blog"]),
        ("--state planned --limit 1", ["soon@blog"]),
        ("--until 2026-11-25", ["late@blog"]),
        ("--since 2026-12-01", ["idea@blog", "later@blog"]),
        ("--since 2026-11-25 --until 'tomorrow 9am'", []),
        ("--until tomorrow", ["late@blog"]),
        ("--state published", []),
    ],
)
def test_filters(root, filters, names):
    assert [d["name"] for d in json.loads(smm(root, f"queue list --json {filters}").out)] == names


def test_a_person_sees_times_with_their_zone_and_why_something_is_held(root):
    said = smm(root, "queue list").out
    assert "Wed 25 Nov 2026 09:00 CET" in said
    assert "held (late)" in said
    assert "The soon" in said


def test_an_empty_queue_says_how_to_fill_it(root):
    for path in (root / "posts").iterdir():
        path.unlink()
    said = smm(root, "queue list")
    assert said.out == ""
    assert "smm post schedule" in said.err
    assert json.loads(smm(root, "queue list --json").out) == []


# -- show ---------------------------------------------------------------------------------------------------------------------


def test_show_says_why_and_what_would_change_it(root):
    said = smm(root, "queue show late")
    assert "late. Was due Mon 23 Nov 2026 09:00 CET; limit 2h" in said.out
    for hint in ("smm queue release late@blog", 'smm post schedule late "tomorrow 9am"', "smm queue cancel late@blog"):
        assert hint in said.err


def test_show_as_json_has_the_attempts_too(root):
    shown = json.loads(smm(root, "queue show soon@news --json").out)
    assert set(shown) == {*KEYS, "attempts", "ends_at", "hint", "note"}
    assert shown["attempts"] == []


def test_a_post_with_several_deliveries_asks_which(root):
    said = smm(root, "queue show soon")
    assert said.code == 2
    assert "soon@blog, soon@news" in said.err


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("queue show son", "soon"),
        ("queue hold soon@blgo", "soon@blog"),
        ("queue cancel ide", "idea"),
        ("queue list --channel nws", "news"),
        ("queue list --campaign wintr", "winter"),
        ("queue list --state heldd", "held"),
        ("queue release --channel bolg", "blog"),
    ],
)
def test_a_typo_is_told_what_was_likely_meant(root, line, near):
    said = smm(root, line)
    assert said.code == 2
    assert f"did you mean {near}?" in said.err


# -- verbs --------------------------------------------------------------------------------------------------------------------


def test_what_is_held_is_released_again(root):
    held = smm(root, "queue hold soon")
    assert held.out == "held  soon@blog\nheld  soon@news\n"
    assert "Undo: smm queue release soon@blog soon@news" in held.err
    assert states(root)["soon@blog"] == "held by you"
    free = smm(root, "queue release soon@blog")
    assert "goes out Wed 25 Nov 2026 09:00 CET" in free.err
    assert states(root)["soon@blog"] == "planned"
    assert states(root)["soon@news"] == "held by you"


def test_what_is_late_goes_out_when_released(root):
    assert "at the next tick" in smm(root, "queue release late").err
    assert states(root)["late@blog"] == "planned"


def test_a_release_does_not_make_a_draft_ready_and_says_so(root):
    said = smm(root, "queue release idea")
    assert "still held: draft" in said.err
    assert "smm post schedule idea" in said.err
    assert states(root)["idea@blog"] == "held draft"


def test_what_is_cancelled_leaves_a_file_for_other_clones_and_comes_back(root):
    assert smm(root, "queue cancel soon@blog").code == 0
    receipt = root / "receipts" / "soon" / "blog.toml"
    assert 'state = "cancelled"' in receipt.read_text()
    assert "soon@blog" not in states(root)
    again = smm(root, "queue cancel soon@blog")
    assert again.code == 0
    assert "it is cancelled" in again.err
    assert smm(root, "queue release soon@blog").code == 0
    assert not receipt.exists()
    assert states(root)["soon@blog"] == "planned"


def test_what_failed_is_tried_again(root):
    set_state(root, "soon@blog", "failed", "the network said no")
    assert states(root)["soon@blog"] == "failed"
    assert "the network said no" in smm(root, "queue show soon@blog").out
    assert smm(root, "queue retry --state failed --yes").out == "to be tried again  soon@blog\n"
    assert states(root)["soon@blog"] in ("retry", "planned")


def test_nothing_is_retried_that_never_failed(root):
    said = smm(root, "queue retry soon@blog")
    assert said.code == 2
    assert "nothing failed yet" in said.err
    assert "smm publish --post soon@blog --now" in said.err
    assert states(root)["soon@blog"] == "planned"


def test_a_whole_scope_is_shown_and_asked_about(root):
    said = smm(root, "queue hold --channel sites")
    assert said.code == 2
    assert "soon@news" in said.err
    assert "--yes" in said.err
    assert states(root)["soon@news"] == "planned"
    assert smm(root, "queue hold --channel sites --since 2026-12-01 --yes").code == 0
    found = states(root)
    assert found["later@blog"] == "held by you"
    assert found["soon@blog"] == "planned"


@pytest.mark.parametrize("verb", ["hold", "release", "retry", "cancel"])
def test_a_dry_run_shows_and_changes_nothing(root, verb):
    before = states(root)
    said = smm(root, f"queue {verb} soon later --dry-run")
    assert said.code == 0
    assert said.out == ""
    assert "later@blog" in said.err
    assert states(root) == before
    assert not (root / "receipts").exists()


@pytest.mark.parametrize("verb", ["hold", "release", "retry", "cancel"])
def test_a_verb_without_names_asks_what(root, verb):
    said = smm(root, f"queue {verb}")
    assert said.code == 2
    assert f"smm queue {verb} POST@CHANNEL" in said.err


@pytest.mark.parametrize(
    ("state", "verb", "way_out"),
    [
        ("published", "hold", "smm post withdraw soon@blog"),
        ("published", "release", "smm post withdraw soon@blog"),
        ("published", "cancel", "smm post withdraw soon@blog"),
        ("unknown", "release", "smm queue resolve soon@blog"),
        ("unknown", "cancel", "smm queue resolve soon@blog"),
        ("unknown", "retry", "smm queue resolve soon@blog"),
    ],
)
def test_a_verb_that_cannot_do_it_names_the_one_that_can(root, state, verb, way_out):
    set_state(root, "soon@blog", state)
    said = smm(root, f"queue {verb} soon@blog")
    assert said.code == 2
    assert said.out == ""
    assert "not changed: soon@blog" in said.err
    assert way_out in said.err


# -- resolve ------------------------------------------------------------------------------------------------------------------


def test_what_is_unknown_is_resolved_as_public(root):
    set_state(root, "soon@blog", "unknown")
    assert smm(root, "queue resolve soon@blog --published https://blog.example/soon").out == "resolved  soon@blog\n"
    shown = json.loads(smm(root, "queue show soon@blog --json").out)
    assert (shown["state"], shown["url"]) == ("published", "https://blog.example/soon")
    assert "https://blog.example/soon" in (root / "receipts" / "soon" / "blog.toml").read_text()


def test_what_is_unknown_is_resolved_as_not_public_only_after_asking(root):
    set_state(root, "soon@blog", "unknown")
    assert "twice" in smm(root, "queue resolve soon@blog --not-published").err
    assert states(root)["soon@blog"] == "unknown"
    assert smm(root, "queue resolve soon@blog --not-published --yes").code == 0
    assert states(root)["soon@blog"] != "unknown"


def test_a_person_may_have_posted_it_before_its_time(root):
    write(root, "hand", "2026-12-01 09:00", channels="xing")
    assert smm(root, "queue resolve hand --published https://www.xing.com/feed/1").code == 0
    assert "hand@xing" not in states(root)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("queue resolve soon@blog", "--published URL or --not-published"),
        ("queue resolve soon@blog --published https://a.example --not-published", "--published URL or --not-published"),
        ("queue resolve soon@blog --published blog.example/soon", "is not an address"),
        ("queue resolve soon@blog --not-published --yes", "nothing to resolve"),
        ("queue resolve son@blog --published https://a.example", "did you mean soon@blog?"),
        ("queue resolve soon --published https://a.example", "2 deliveries"),
    ],
)
def test_what_cannot_be_resolved(root, line, hint):
    before = states(root)
    said = smm(root, line)
    assert said.code == 2
    assert hint in said.err
    assert states(root) == before


def test_a_dry_run_resolves_nothing(root):
    set_state(root, "soon@blog", "unknown")
    assert smm(root, "queue resolve soon@blog --published https://a.example --dry-run").code == 0
    assert states(root)["soon@blog"] == "unknown"


def test_a_published_delivery_is_resolved_no_more(root):
    set_state(root, "soon@blog", "published")
    said = smm(root, "queue resolve soon@blog --published https://a.example")
    assert said.code == 2
    assert "smm post withdraw soon@blog" in said.err


def test_what_is_not_a_list_is_told_in_words(root):
    listed = smm(root, "queue list --limit many")
    assert listed.code == 2
    assert "whole number" in listed.err
    assert "write it like" in smm(root, "queue list --until someday").err

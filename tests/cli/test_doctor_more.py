"""smm doctor: the clock, the ledger's rows, cron, servers that do not answer; what mends each finding is tried."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smm_cli.calendar.index import Index
from smm_cli.cli.doctor import doctor
from smm_cli.cli.doctor_clock import zone_release
from smm_cli.cli.doctor_runner import longest
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.clock import SystemClock
from smm_cli.ledger.moments import ms
from smm_cli.ledger.store import Ledger
from smm_cli.sandbox.server import Sandbox
from tests.serving import serving

HEAD = '[calendar]\nname = "{name}"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\n'
BLOG = '[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
MASTODON = '[channels.mastodon]\nnetwork = "mastodon"\nserver = "{server}"\nsecret = "env:DOCTOR_TOKEN"\n'


class Shifted(SystemClock):
    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A calendar with one post that went out a moment ago."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(HEAD.format(name="t") + BLOG)
    front = "---\nid: a\ntitle: A\nchannels: blog\nstatus: ready\npublish_at: 2026-01-05 09:00\n---\n\nHello.\n"
    (folder / "posts" / "a.md").write_text(front)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    assert run(["publish"]) == 0
    return folder


@pytest.fixture
def found(root: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def look(*more: str) -> dict[str, dict[str, Any]]:
        capsys.readouterr()
        run(["doctor", "--json", *more])
        findings = {finding["slug"]: finding for finding in json.loads(capsys.readouterr().out)}
        return {slug: finding for slug, finding in findings.items() if slug not in ("no-byte-code", "no-git")}

    return look


def change(root: Path, *statements: str) -> None:
    with Ledger.open(root / ".smm" / "ledger.db", "t", "here") as ledger:
        ledger.write(lambda c: [c.execute(statement) for statement in statements])


def mend(finding: dict[str, Any]) -> None:
    """Do what the hint says: words of smm by smm itself, the rest by a shell."""
    for command in finding["hint"].partition("     ")[0].split(" && "):
        words = command.split()
        if words[0] == "smm":
            assert run(words[1:]) == 0
        else:
            subprocess.run(command, shell=True, check=True)


def test_a_healthy_calendar_has_no_finding(found: Any) -> None:
    assert found() == {}


@pytest.mark.parametrize(("minutes", "slug", "code"), [(10, "clock-fast", 3), (-10, "clock-slow", 3), (0, "", 0)])
def test_a_clock_that_differs_from_the_servers_is_told(
    minutes: int, slug: str, code: int, root: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(str(root), Shifted(timedelta(minutes=minutes)))
    capsys.readouterr()
    assert doctor(session, online=True, as_json=True) == code
    told = {finding["slug"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert {one for one in told if one.startswith("clock-")} == ({slug} if slug else set())
    if slug:
        assert told[slug]["hint"] == "timedatectl set-ntp true" and " 10 min " in told[slug]["what"].replace("9 min", "10 min")


def test_a_mark_of_the_future_is_told_and_the_next_tick_ends_it(root: Path, found: Any) -> None:
    import os

    ahead = time.time() + 3600
    os.utime(root / ".smm" / "tick", (ahead, ahead))
    mend(found()["clock"])
    assert found() == {}


def test_old_time_zones_are_known_by_what_their_folder_says(tmp_path: Path) -> None:
    (tmp_path / "tzdata.zi").write_text("# version 2019c\n# more\n")
    assert zone_release((str(tmp_path),)) == "2019c"
    assert zone_release((str(tmp_path / "nothing"),)).startswith("20")
    bare = tmp_path / "bare"
    (bare / "Europe").mkdir(parents=True)
    assert zone_release((str(bare),)) == ""


def test_time_zones_of_years_ago_are_a_warning(root: Path, tmp_path: Path) -> None:
    import sys

    zones = tmp_path / "zones"
    subprocess.run(["cp", "-rL", _system_zones(), str(zones)], check=True)
    (zones / "tzdata.zi").write_text("# version 2019c\n")
    words = [sys.executable, "-m", "smm_cli", "doctor", "--json"]
    done = subprocess.run(words, env={**__import__("os").environ, "PYTHONTZPATH": str(zones)}, capture_output=True, text=True, check=False)
    told = {one["slug"]: one for one in json.loads(done.stdout)}
    assert "2019c" in told["old-time-zones"]["what"] and "tzdata" in told["old-time-zones"]["hint"]
    (zones / "tzdata.zi").write_text("# version 2026a\n")
    done = subprocess.run(words, env={**__import__("os").environ, "PYTHONTZPATH": str(zones)}, capture_output=True, text=True, check=False)
    assert "old-time-zones" not in done.stdout


def _system_zones() -> str:
    import zoneinfo

    place = next((path for path in zoneinfo.TZPATH if (Path(path) / "Europe").is_dir()), "")
    if not place:
        pytest.skip("not installed: the system's time zones")
    return place


def test_what_a_dead_runner_left_is_told_and_the_next_tick_ends_it(root: Path, found: Any) -> None:
    (root / "posts" / "b.md").write_text((root / "posts" / "a.md").read_text().replace("id: a", "id: b").replace("Hello", "Hello b"))
    hour_ago = ms(datetime.now(UTC) - timedelta(hours=1))
    change(
        root,
        "INSERT INTO delivery (calendar, name, post, channel, occurrence, state) VALUES ('t', 'b@blog', 'b', 'blog', '', 'sending')",
        f"UPDATE channel SET owner = 'here#00000000.1.dead', delivery = 'b@blog', lease_until = {hour_ago} WHERE name = 'blog'",
    )
    mend(found()["stale-claim"])
    assert found() == {} and (root / "public" / "b" / "index.html").exists()


def test_something_sent_whose_row_is_gone_is_an_error_until_somebody_holds_it(root: Path, found: Any) -> None:
    (root / "posts" / "c.md").write_text((root / "posts" / "a.md").read_text().replace("id: a", "id: c").replace("Hello", "Hello c"))
    change(root, "INSERT INTO part (calendar, delivery, act, part, intent, intent_n) VALUES ('t', 'c@blog', 'publish', 0, '{}', 0)")
    finding = found()["lost-intent"]
    assert finding["severity"] == "error" and "c@blog" in finding["what"]
    mend(finding)
    assert "lost-intent" not in found()


def test_rows_that_belong_to_nothing_are_told_and_a_new_ledger_has_none(root: Path, found: Any) -> None:
    change(
        root,
        "INSERT INTO exchange (calendar, delivery, act, part, n, fingerprint, answer) VALUES ('t', 'x@blog', 'publish', 0, 0, '', '{}')",
    )
    mend(found()["orphans"])
    assert "orphans" not in found()
    assert run(["publish"]) == 0
    assert found() == {}, "what was published is known from its receipt"


def test_a_calendar_that_got_another_name_is_told_before_all_goes_out_again(root: Path, found: Any) -> None:
    (root / "channels.toml").write_text(HEAD.format(name="new") + BLOG)
    finding = found()["calendar-renamed"]
    assert finding["severity"] == "error" and 'write name = "t"' in finding["hint"]
    (root / "channels.toml").write_text(HEAD.format(name="t") + BLOG)
    assert found() == {}


def test_a_folder_that_cannot_be_written_is_told_and_its_mend_works(root: Path, found: Any) -> None:
    (root / ".smm" / "ledger.db").chmod(0o400)
    finding = found()["not-writable"]
    assert finding["file"] == ".smm/ledger.db"
    mend(finding)
    assert found() == {}


# -- cron ------------------------------------------------------------------------------------------------------------------------


def test_a_cron_line_that_does_not_run_is_told_until_it_runs(root: Path, crontab: Path, found: Any) -> None:
    import os

    assert run(["runner", "install", "cron", "--write", "--yes"]) == 0
    assert found() == {}
    ago = time.time() - 4 * 3600
    os.utime(root / ".smm" / "tick", (ago, ago))
    assert "systemctl enable --now cron" in found()["cron-silent"]["hint"]
    assert run(["publish"]) == 0
    assert found() == {}


def test_another_smm_in_the_crontab_is_told_and_installing_anew_mends_it(root: Path, crontab: Path, found: Any, tmp_path: Path) -> None:
    other = tmp_path / "old-smm"
    other.write_text("#!/bin/sh\necho smm 0.0.1\n")
    other.chmod(0o755)
    crontab.write_text(f"# smm publishes {root}\n* * * * * {other} -C {root} publish\n")
    finding = found()["two-versions"]
    assert "smm 0.0.1" in finding["what"]
    other.unlink()
    finding = found()["cron-program"]
    assert run([*finding["hint"].split()[1:], "--yes"]) == 0
    assert found() == {}


def test_a_tick_of_another_version_is_told_until_this_one_ticks(root: Path, found: Any) -> None:
    index = Index(Session(str(root)).calendar())
    index.store_wake({**index.read_wake(), "version": "0.0.1"})
    mend(found()["two-versions"])
    assert found() == {}


@pytest.mark.parametrize(
    ("line", "hours"), [("* * * * * x", 1), ("*/15 * * * * x", 0.25), ("0 * * * * x", 1), ("0 */6 * * * x", 6), ("0 0 * * * x", 24)]
)
def test_how_long_a_line_may_be_silent(line: str, hours: float) -> None:
    assert longest(line) == timedelta(hours=hours)


# -- servers ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("DOCTOR_TOKEN", "sandbox-me")
    with serving("mastodon") as made:
        (root / "channels.toml").write_text(HEAD.format(name="t") + BLOG + MASTODON.format(server=made.addresses["mastodon"]))
        yield made


def test_servers_are_asked_only_when_told_to(root: Path, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_TOKEN", "sandbox-me")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{taken.getsockname()[1]}"  # nobody listens
        (root / "channels.toml").write_text(HEAD.format(name="t") + BLOG + MASTODON.format(server=server))
        assert found() == {}
        finding = found("--online")["unreachable"]
    assert finding["channel"] == "mastodon" and finding["severity"] == "warning" and "smm channel check mastodon" in finding["hint"]


def test_a_server_that_answers_is_no_finding_and_a_refused_token_is(sandbox: Sandbox, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("--online") == {}
    monkeypatch.setenv("DOCTOR_TOKEN", "wrong-token-0123456789")
    (finding,) = found("--online").values()
    assert finding["severity"] == "error" and finding["hint"] == "smm channel login mastodon"
    assert "wrong-token" not in json.dumps(finding)


def test_a_clock_that_differs_from_the_databases_is_a_warning(
    root: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCTOR_LEDGER", database)
    (root / "channels.toml").write_text(HEAD.format(name="t") + '[ledger]\nurl = "env:DOCTOR_LEDGER"\n' + BLOG)
    for minutes, slugs in ((0, set()), (10, {"clock-database"})):
        capsys.readouterr()
        doctor(Session(str(root), Shifted(timedelta(minutes=minutes))), as_json=True)
        told = {finding["slug"]: finding for finding in json.loads(capsys.readouterr().out)}
        assert {slug for slug in told if slug == "clock-database"} == slugs
